"""Exports of all views: checks before, the state while they run, messages after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from heicdepth_tui.errors import WriteError
from heicdepth_tui.text import printable
from heicdepth_tui.ui.presenters.export_plan import (
    OTHER_PICTURES,
    ExportPlan,
    plan_export,
    scale_text,
)
from heicdepth_tui.ui.presenters.export_report import (
    clips_text,
    copied_path,
    counts_text,
    errors_text,
    written_text,
)
from heicdepth_tui.ui.screens.view import ViewScreen
from heicdepth_tui.ui.services.events import ExportFinished, ExportNeedsSpace, ExportProgress
from heicdepth_tui.ui.terminal.internals import call_in
from heicdepth_tui.ui.widgets.export_bar import ExportBar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer

    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.clip import Clip
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["BAR_DELAY", "SPACE_CHECKED", "ExportPanel"]

BAR_DELAY = 0.5
"""Seconds after which the bar is shown: most single photos are written before."""

_MESSAGE_SECONDS, _ERROR_SECONDS = 8, 12
SPACE_CHECKED = 50_000_000
"""Bytes from which the free space is looked at."""


class ExportPanel:
    """Starts exports and shows them, in the title of each view that is open.

    ``bar`` is a line of ``screen``, the main one, and ``lay_out`` gives it room.
    """

    def __init__(
        self, screen: Screen[None], context: Context, lay_out: Callable[[], object]
    ) -> None:
        self._screen = screen
        self._options = context.options
        self._session = context.session
        self._exporter = context.exporter
        self._log = context.export_log
        self._saved_options = context.saved_options
        self._lay_out = lay_out
        self._bar_timer: Timer | None = None
        self.bar = ExportBar(lambda: context.exporter.progress)

    def export(self, entries: Sequence[Entry], options: ExportOptions | None = None) -> None:
        """Export photos with ``options``; by default as the command line decided.

        By default each photo keeps its near and far clip.
        """
        plan = self._plan(entries)
        used = options or self._options.export_options()
        problem = plan.problem(used)
        if problem and plan.has_pictures:
            whose = "its" if len(entries) == 1 else "their"
            problem = f"{problem}; E exports {whose} other pictures"
        if not entries or self._is_refused(problem):
            return
        clips = self._session.clips_in_force if options is None else self._repeated(used)
        self._begin(plan, used, clips)

    def _repeated(self, options: ExportOptions) -> dict[str, Clip]:
        """Return the photos' own clips that options have as well, by path."""
        clips = self._session.clips_in_force
        return {path: clip for path, clip in clips.items() if clip.options(options) == options}

    def choose(self, entries: Sequence[Entry]) -> None:
        """Open the dialog of formats and options, then export.

        For photos without depth the dialog begins with the format of other pictures, which is not
        saved.
        """
        from heicdepth_tui.ui.screens.export_dialog import ExportDialog

        plan = self._plan(entries)
        if not entries or (not plan.has_pictures and self._is_refused(plan.no_depth)):
            return
        self._clear_messages()
        name = printable(entries[0].name)
        subject = name if len(entries) == 1 else f"{len(entries)} marked photos"
        saved = shown = self._saved_options.options
        clip = self._session.clip(entries[0])
        if plan.no_depth:
            shown = replace(saved, formats=OTHER_PICTURES, camera_files=())
        elif len(entries) == 1 and not clip.is_open:
            shown = clip.options(saved)

        def chosen(options: ExportOptions | None) -> None:
            if options is None:
                return
            self._begin(plan, options, self._repeated(options))
            if plan.no_depth:
                options = replace(options, formats=saved.formats, camera_files=saved.camera_files)
            elif shown is not saved and clip.options(options) == options:
                # The clip of one photo is no option for the next one.
                cloud = replace(options.cloud, near=saved.cloud.near, far=saved.cloud.far)
                options = replace(options, cloud=cloud)
            self._save(options)

        dialog = ExportDialog(subject, shown, plan)
        self._screen.app.push_screen(dialog, chosen)

    @property
    def is_shown(self) -> bool:
        """Whether exports run for so long that their state is shown."""
        return self.bar.is_shown

    def stop(self) -> None:
        """Begin no further photo."""
        self._exporter.cancel()
        self._tell_views()

    def show_report(self) -> None:
        """Show the results of the last exports on a screen of their own."""
        from heicdepth_tui.ui.screens.export_report import ExportReportScreen

        self._clear_messages()
        self._screen.app.push_screen(ExportReportScreen(self._log.jobs))

    def handle(self, event: ExportProgress | ExportNeedsSpace | ExportFinished) -> None:
        """Show an event of the exporter."""
        if isinstance(event, ExportProgress):
            self._tell_views()
        elif isinstance(event, ExportNeedsSpace):
            self._ask_for_consent(event)
        else:
            self._finished(event)

    def _plan(self, entries: Sequence[Entry]) -> ExportPlan:
        state = self._session.state
        is_selected = len(entries) == 1 and state is not None and state.entry == entries[0]
        header = state.header if is_selected and state is not None else None
        plan = plan_export(entries, self._session.library.summary, header)
        return replace(plan, scale=scale_text(entries, self._session.scales))

    def _is_refused(self, problem: str) -> bool:
        """Show why nothing can be exported, and return True; False for an empty reason."""
        if problem:
            self._clear_messages()
            self._notify(problem, "not exported", "warning", _MESSAGE_SECONDS)
        return bool(problem)

    def _begin(self, plan: ExportPlan, options: ExportOptions, clips: Mapping[str, Clip]) -> None:
        from heicdepth_tui.depth.points import Projection

        self._clear_messages()
        size = plan.estimate(options).bytes
        paths = plan.photos(options)
        self._exporter.export(
            paths,
            options,
            without_depth=len(plan.with_depth) + len(plan.without_depth) - len(paths),
            needed=size if size >= SPACE_CHECKED else 0,
            # A scale of the dialog takes the place of those by known lengths.
            scales=self._session.scales if options.scale is None else {},
            # A flat cloud has no distances to clip by.
            clips={} if options.cloud.projection is Projection.FLAT else clips,
            clip_texts=self._session.clip_texts,
        )
        self._screen.refresh_bindings()
        if self._bar_timer is None and not self.bar.is_shown:
            self._bar_timer = call_in(self._screen, BAR_DELAY, self._show_bar)

    def _save(self, options: ExportOptions) -> None:
        try:
            self._saved_options.save(options)
        except WriteError as error:
            self._notify(f"the options are not saved: {error}", "", "warning", _MESSAGE_SECONDS)

    def _show_bar(self) -> None:
        self._bar_timer = None
        self._set_bar(bool(self._exporter.left))

    def _set_bar(self, is_shown: bool) -> None:
        if is_shown != self.bar.is_shown:
            self.bar.show(is_shown)
            self._screen.set_class(is_shown, "-exporting")
            self._lay_out()
            self._tell_views()

    def _tell_views(self) -> None:
        """Have the views that are open show the state."""
        self.bar.refresh()
        for screen in self._screen.app.screen_stack:
            if isinstance(screen, ViewScreen) and screen is not self._screen:
                screen.exports_changed()

    def _ask_for_consent(self, event: ExportNeedsSpace) -> None:
        from heicdepth_tui.ui.screens.export_consent import ExportConsent

        def answered(is_agreed: bool | None) -> None:
            if is_agreed:
                self._exporter.proceed()
            else:
                self._exporter.cancel()

        self._screen.app.push_screen(ExportConsent(event), answered)

    def _finished(self, job: ExportFinished) -> None:
        self._log.add(job)
        if not self._exporter.left:
            if self._bar_timer is not None:
                self._bar_timer.stop()
                self._bar_timer = None
            self._set_bar(False)
        self._screen.refresh_bindings()
        if job.errors:
            count = len(job.errors)
            title = "not exported" if count == 1 else f"{count} photos not exported"
            text = errors_text(job.errors)
            if count > 1 or job.photos > 1:
                is_main = self._screen.is_current
                text = f"{text}\nL{'' if is_main else ' in the list of photos'} shows the report"
            self._notify(text, title, "error", _ERROR_SECONDS)
        written, counts = written_text(job), counts_text(job)
        if written:
            parts = (written, clips_text(job), counts, "y copies the path")
            text = "\n".join(filter(None, parts))
            self._notify(text, "exported", "information", _MESSAGE_SECONDS)
            self._log.message_shown(copied_path(job), _MESSAGE_SECONDS)
        elif counts:
            self._notify(counts, "nothing exported", "warning", _MESSAGE_SECONDS)

    def _clear_messages(self) -> None:
        """Remove messages of exports before."""
        self._screen.app.clear_notifications()
        self._log.message_closed()

    def _notify(self, text: str, title: str, severity: SeverityLevel, seconds: float) -> None:
        self._screen.app.notify(text, title=title, severity=severity, timeout=seconds, markup=False)
