"""The cloud of the selected photo on the main screen, in the place of the depth map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from heicdepth_tui.ui.model.spin import Spin
from heicdepth_tui.ui.presenters.spin import failure_text, heading, pane_hint
from heicdepth_tui.ui.screens.cloud_actions import (
    CLOUD_BINDINGS,
    MORE_CLOUD_BINDINGS,
    CloudActions,
)
from heicdepth_tui.ui.screens.cloud_control import CloudControl
from heicdepth_tui.ui.screens.depth_colours import DepthColours
from heicdepth_tui.ui.terminal.internals import call_in
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.cloud_view import CloudView, caption_content
from heicdepth_tui.ui.widgets.legend import Legend

if TYPE_CHECKING:
    from textual.timer import Timer

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.cloud_frame import CloudSample
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["CloudPane"]

_REST = 0.2
"""Seconds after which the cloud follows the selection: a held key builds none."""


class CloudPane(CloudActions, Vertical):
    """Heading, cloud and two lines under it, as the panes of photo and depth map have them.

    Its keys work while the cloud has the focus; the mouse works at any time. ``recoloured`` is
    called after another range or bright end of the colours was chosen.
    """

    DEFAULT_CSS = """
    CloudPane { width: 1fr; height: 1fr; border-left: solid $rule; }
    CloudPane > .cloud--line { height: 1; width: 1fr; padding: 0 1; color: $foreground 60%;
        text-wrap: nowrap; text-overflow: ellipsis; }
    CloudPane > Legend { display: none; }
    CloudPane.-depth-colours > Legend { display: block; }
    CloudPane.-depth-colours > #cloud-hint { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "close", "Depth map", "cloud.close", show=True, display="esc"),
        bind("enter", "enlarge", "Full screen", "cloud.enlarge", show=True),
        bind("R", "reset", "Reset", "spin.reset", "The photo's own view", show=True),
        *CLOUD_BINDINGS,
        bind("e", "export", "Export", "export", "Export the points shown (PCD)", show=True),
        *MORE_CLOUD_BINDINGS,
    ]

    class Closed(Message):
        """The depth map is to be shown again."""

    class Exported(Message):
        """The points that are shown are to be exported."""

    class Picked(Message):
        """A point was clicked, or none: photo and depth map mark its sample."""

    class Enlarged(Message):
        """The cloud is to be shown on a screen of its own."""

    def __init__(
        self,
        context: Context,
        entry: Entry,
        show_status: Callable[[str], object],
        recoloured: Callable[[], object],
    ) -> None:
        super().__init__(id="cloud-pane")
        self._show_status = show_status
        self.colours = DepthColours(self, context.session, recoloured, show_status)
        self._app_context = context
        self._timer: Timer | None = None
        self._picked: tuple[CloudSample | None, bool] = (None, False)
        """The sample that was clicked, and whether it can be marked."""
        self._heading = Static("", classes="cloud--line", id="cloud-heading", markup=False)
        self._caption = Static("", classes="cloud--line", markup=False)
        self._hint = Static("", classes="cloud--line", id="cloud-hint", markup=False)
        self.legend = Legend(context.session.settings.mode, is_one_line=True)
        self.view = CloudView(id="cloud", can_focus=True)
        self.control = CloudControl(context, entry, self.view, self._show_lines)

    def compose(self) -> ComposeResult:
        """Stack heading, cloud, caption, and the hint or the ramp of the colours of depth."""
        yield self._heading
        yield self.view
        yield self._caption
        yield self._hint
        yield self.legend

    def on_mount(self) -> None:
        """Begin with the photo's own view."""
        self._begin()

    def on_unmount(self) -> None:
        """Let go of the cloud."""
        self.control.release()

    def on_descendant_focus(self) -> None:
        """Mark the heading while the keys work."""
        self._heading.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Take the mark from the heading."""
        self._heading.remove_class("-focused")

    def on_resize(self) -> None:
        """Draw for another size, once the picture has it."""
        self._hint.update(pane_hint(self.size.width - 2), layout=False)
        self.call_after_refresh(self.control.draw)

    def _begin(self) -> None:
        self.control.begin()
        self.view.show_placeholder("building the cloud …")
        self._heading.update("cloud", layout=False)
        self.call_after_refresh(self.control.draw)

    # What the main screen does with it

    def follow(self, entry: Entry) -> None:
        """Show the cloud of another photo once the selection rests."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if entry != self.control.entry:
            self._timer = call_in(self, _REST, lambda: self._change_photo(entry))

    def _change_photo(self, entry: Entry) -> None:
        self._timer = None
        spin = self.control.spin
        self.control.release()
        # The view is each photo's own, what is shown of it goes on.
        self.control = CloudControl(
            self._app_context,
            entry,
            self.view,
            self._show_lines,
            Spin(colours=spin.colours, is_shaded=spin.is_shaded, shows_flying=spin.shows_flying),
        )
        self._begin()

    def release(self) -> Spin:
        """Let another view have the cloud; return how it is shown."""
        self.control.release()
        return self.control.spin

    def resume(self, entry: Entry, spin: Spin) -> None:
        """Show the cloud of a photo again, as the other view had it."""
        self.control = CloudControl(self._app_context, entry, self.view, self._show_lines, spin)
        self._begin()

    def _show_lines(self) -> None:
        picked = self.control.sample, self.control.can_mark
        if picked != self._picked:
            self._picked = picked
            self.post_message(self.Picked())
            self.screen.refresh_bindings()
        control, cells = self.control, self.size.width - 2
        if control.frame is not None:
            legend = control.legend
            text = heading(control.spin, control.frame, cells, legend)
            self._heading.update(text, layout=False)
            self.legend.show(legend)
            self.set_class(legend is not None, "-depth-colours")
            mode = self._app_context.session.settings.mode
            content = caption_content(control.frame, control.sample, cells, mode)
            self._caption.update(content, layout=False)
        elif control.failure is not None:
            self.view.show_message(failure_text(control.failure.error, control.is_clipped_away))
            self._heading.update("cloud", layout=False)
            self._caption.update("", layout=False)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that have nothing to do here to the main screen."""
        if self._app_context.session.is_leaving:
            return False
        if action == "mark_sample":
            # Once it is marked, m measures it.
            return self.control.can_mark
        return True

    measured_by = "m again measures it"

    def action_mark_sample(self) -> None:
        """Mark the sample of the point that was clicked, for the probe."""
        super().action_mark_sample()
        self._show_lines()

    def show_status(self, status: str) -> None:
        """State in the title line what a key just did."""
        self._show_status(status)

    def action_export(self) -> None:
        """Export the points that are shown, with the same clip."""
        self.post_message(self.Exported())

    def action_close(self) -> None:
        """Show the depth map again."""
        self.post_message(self.Closed())

    def action_enlarge(self) -> None:
        """Show the cloud on a screen of its own."""
        self.post_message(self.Enlarged())
