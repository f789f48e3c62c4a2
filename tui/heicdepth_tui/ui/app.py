"""The application: makes session and services, hands their events to the screens, and quits."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from heicdepth_tui.draw.fit import CELL_ASPECT
from heicdepth_tui.ui.model.options import AppOptions
from heicdepth_tui.ui.model.palettes import palette_of
from heicdepth_tui.ui.model.session import Session
from heicdepth_tui.ui.model.settings import RenderSettings
from heicdepth_tui.ui.presenters.export_report import final_report
from heicdepth_tui.ui.screens.browse import BrowseScreen
from heicdepth_tui.ui.screens.commands import PhotoCommands
from heicdepth_tui.ui.screens.context import Context
from heicdepth_tui.ui.screens.view import ViewScreen
from heicdepth_tui.ui.services.cloud_renderer import CloudRenderer
from heicdepth_tui.ui.services.events import (
    CloudFailed,
    CloudRendered,
    Event,
    ExportFinished,
    ExportNeedsSpace,
    ExportProgress,
    ImageDrawn,
    JobEnded,
    LayerArrived,
    LayerViewDrawn,
    LayerViewFailed,
    ListingFinished,
    OutsideFailed,
    PageWritten,
    PhotosFound,
    PictureSaved,
    RegionArrived,
    SummariesRead,
    WindowMoved,
    WorkFailed,
)
from heicdepth_tui.ui.services.export_log import ExportLog
from heicdepth_tui.ui.services.exporter import Exporter
from heicdepth_tui.ui.services.image_drawer import ImageDrawer
from heicdepth_tui.ui.services.layer_views import LayerViews
from heicdepth_tui.ui.services.outside import Outside
from heicdepth_tui.ui.services.photo_loader import PhotoLoader
from heicdepth_tui.ui.services.prefetch import Prefetcher
from heicdepth_tui.ui.services.renderer import Renderer
from heicdepth_tui.ui.services.saved_options import SavedOptions
from heicdepth_tui.ui.services.scanner import Scanner
from heicdepth_tui.ui.services.table_builder import TableBuilder
from heicdepth_tui.ui.terminal.app import TerminalApp
from heicdepth_tui.ui.terminal.capabilities import terminal_descriptor
from heicdepth_tui.ui.terminal.cell_size import cell_aspect_of
from heicdepth_tui.ui.terminal.driver import TerminalDriver
from heicdepth_tui.ui.terminal.graphics_replies import NOT_QUERIED, Queried
from heicdepth_tui.ui.terminal.internals import call_in
from heicdepth_tui.ui.terminal.themes import THEME_NAMES, make_themes

if TYPE_CHECKING:
    from textual.command import Provider

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.photo.layers import Answer, Request
    from heicdepth_tui.ui.terminal.driver import OpenScreen

__all__ = ["AppOptions", "FirstPhoto", "HeicDepthApp"]

TABLES_DELAY = 0.5
"""Seconds after which the tables of the first photo wait for its picture no longer."""


class FirstPhoto(Protocol):
    """What was found, requested and shown before the app was there."""

    @property
    def entries(self) -> Sequence[Entry]:
        """The photos that the list begins with; the first one is requested already."""
        ...

    @property
    def requests(self) -> Sequence[Request]:
        """The requests that the decoder was given."""
        ...

    @property
    def header(self) -> Header | None:
        """The header of the first photo, where it is read already."""
        ...

    @property
    def cell_aspect(self) -> float:
        """A cell's height over its width, as pictures were drawn."""
        ...

    @property
    def splash(self) -> OpenScreen | None:
        """The alternate screen that is open already."""
        ...

    def hand_over(self, then: Callable[[Answer], object]) -> Sequence[Answer]:
        """Return the answers so far; later ones go to ``then``."""
        ...


class ServiceEvent(Message):
    """Carries an event of a service to the app's thread."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class HeicDepthApp(TerminalApp):
    """``heicdepth-tui``; the decoder was started before this module was imported.

    ``started`` is called once the app runs in a terminal.
    """

    TITLE = "heicdepth-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        # In dialogs, too.
        Binding(
            "ctrl+z", "suspend_process", "Suspend", show=False, priority=True, id="app.suspend"
        ),
    ]
    ENABLE_COMMAND_PALETTE = True
    # Without Textual's own: its themes lack our colours, and it enlarges single widgets.
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {PhotoCommands}

    def __init__(
        self,
        decoder: Decoder,
        options: AppOptions,
        first: FirstPhoto | None = None,
        started: Callable[[HeicDepthApp], object] = lambda _: None,
        queried: Queried | None = None,
    ) -> None:
        queried = queried or NOT_QUERIED
        super().__init__(None if first is None else first.splash, queried)
        self._chosen_aspect, self._replied_cell = options.cell_aspect, queried.cell
        self._first = first
        self._has_begun = False
        self._typed_ahead: deque[events.Key] = deque()
        self._graphics_problem = queried.reason
        self._started = started
        self._decoder = decoder
        roots = tuple(map(str, options.paths)) if options.recursive else ()
        cell_aspect = (options.cell_aspect or CELL_ASPECT) if first is None else first.cell_aspect
        settings = RenderSettings.chosen(
            self.colour_mode, options.blocks, queried.graphics, cell_aspect
        )
        self.session = Session(settings, roots)
        self.session.colormap = options.colormap
        if first is not None:
            # Before the layout, which the longest name decides.
            self.session.library.add(first.entries)
        self.loader = PhotoLoader(decoder, self._post, options.limits)
        self.scanner = Scanner(options.paths, options.recursive, self._post, options.limits)
        self.exporter = Exporter(decoder, self._post)
        self.layer_views = LayerViews(decoder.get, self._post)
        self.images = ImageDrawer(decoder.get, self._post)
        self.clouds = CloudRenderer(decoder.get, self._post)
        context = Context(
            options=options,
            session=self.session,
            loader=self.loader,
            prefetcher=Prefetcher(self.loader, self.session.photos),
            renderer=Renderer(self._post),
            table_builder=TableBuilder(self._post),
            clouds=self.clouds,
            layer_views=self.layer_views,
            images=self.images,
            scanner=self.scanner,
            exporter=self.exporter,
            export_log=ExportLog(),
            outside=Outside(decoder.get, self._post),
            saved_options=SavedOptions(options.export_options, options.state),
            flow_control=self.flow_control,
            pictures=self.output.pictures,
            graphics=self.graphics,
        )
        self._posted = self._handled = 0
        self._post_lock = threading.Lock()
        self._know_what_is_pending(context)
        self.browse = BrowseScreen(context, self._begin)
        self._leaves_after_export = False
        self._last_jobs: list[ExportFinished] = []
        for theme in make_themes(self.colour_mode):
            self.register_theme(theme)
        self.theme = THEME_NAMES[options.theme]
        self.set_keymap(options.keymap)

    def _know_what_is_pending(self, context: Context) -> None:
        idle = self.session.idle
        services = (
            context.loader,
            context.renderer,
            context.table_builder,
            context.clouds,
            context.layer_views,
            context.images,
            context.graphics,
            context.outside,
        )
        idle.add_source(lambda: any(service.is_busy for service in services))
        idle.add_source(lambda: context.exporter.left)
        idle.add_source(lambda: self._posted - self._handled)
        idle.add_source(lambda: self.output.pictures)
        idle.add_source(lambda: not self.is_settled)

    def message_handled(self) -> None:
        """Write what a message has changed, and let those look who wait for a state."""
        super().message_handled()
        self.session.idle.notify()

    def post_display_hook(self) -> None:
        """Let those look who wait for a state: Textual has painted."""
        super().post_display_hook()
        self.session.idle.notify()

    def _post(self, event: Event) -> None:
        with self._post_lock:
            self._posted += 1
        self.post_message(ServiceEvent(event))

    def get_default_screen(self) -> BrowseScreen:
        """Begin with the list."""
        return self.browse

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the variables of our style sheets a value whatever the theme."""
        colours = palette_of("dark", self.colour_mode)
        return {
            "dim": colours.dim,
            "cursor": colours.cursor,
            "cursor-text": colours.cursor_text,
            "rule": colours.rule,
        }

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; keys of the list are handled before the next event.

        Textual posts them to the list first, whose bindings may move the focus: keys typed ahead
        would not reach the new one. Keys that come before the list is filled wait for it.
        """
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._typed_ahead.append(event)
            if self._has_begun:
                await self._handle_keys()
            return
        await super().on_event(event)

    async def _handle_keys(self) -> None:
        while self._typed_ahead:
            event = self._typed_ahead.popleft()
            in_list = self.focused is self.browse.photos
            if not (in_list and await self.run_bindings(event.key)):
                await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        """Draw the pictures again where the shape of the terminal's cells has changed."""
        if not isinstance(self.terminal, TerminalDriver):
            return
        aspect = cell_aspect_of(terminal_descriptor(), self._chosen_aspect, self._replied_cell)
        if aspect == self.session.settings.cell_aspect:
            return
        self.session.settings = replace(self.session.settings, cell_aspect=aspect)
        for screen in self.screen_stack:
            if isinstance(screen, ViewScreen):
                screen.call_later(screen.draw_again)

    def on_app_focus(self) -> None:
        """Look for changes in the folders when the user comes back to the terminal."""
        self.browse.folder.came_back()

    def action_press(self, key: str) -> None:
        """Do what a key does, for the mouse."""
        self.simulate_key(key)

    # The start

    def _begin(self) -> None:
        """Start to list the folders: the main screen is there to show them.

        Unless a key typed ahead has ended the app already.
        """
        if self.session.is_leaving or not self.is_running:
            return
        self.remember_size()
        self.free_images_at_the_end()
        if self._graphics_problem:
            self.browse.show_status(f"no pixels: {self._graphics_problem}")
        if not self.is_headless:
            self._started(self)
        self.app_resume_signal.subscribe(self, lambda _: self.paint_anew())
        self._show_first_photo()
        self.browse.folder.start()
        call_in(self, TABLES_DELAY, self.browse.panel.begin_tables)
        self._has_begun = True
        self.call_next(self._handle_keys)

    def _show_first_photo(self) -> None:
        """Show what was found before the app was there: the first paint has it at once."""
        first, self._first = self._first, None
        if first is None or not first.entries:
            self.loader.listen()
            return
        entry = first.entries[0]
        self.loader.seed(entry, first.requests)
        if first.header is not None:
            self.session.take_header(entry, first.header)
        for answer in first.hand_over(self.loader.answered):
            event = LayerArrived(entry, answer)
            if self.loader.accept(event):
                self.session.take_answer(entry, answer)
        self.browse.folder.rebuild()
        self.loader.listen()

    # Events of the services

    def on_service_event(self, message: ServiceEvent) -> None:
        """Hand an event to who shows it."""
        event = message.event
        self._handled += 1
        if isinstance(event, WorkFailed):
            raise event.error
        if isinstance(event, JobEnded):
            return
        if isinstance(event, PhotosFound | ListingFinished | SummariesRead):
            self.browse.folder.handle(event)
        elif isinstance(event, ExportProgress | ExportNeedsSpace):
            self.browse.exports.handle(event)
        elif isinstance(event, LayerViewDrawn | LayerViewFailed):
            self.layer_views.deliver(event)
        elif isinstance(event, ImageDrawn):
            self.images.deliver(event)
        elif isinstance(event, CloudRendered | CloudFailed):
            self.clouds.deliver(event)
        elif isinstance(event, ExportFinished):
            self._export_finished(event)
        elif isinstance(event, PictureSaved | PageWritten | OutsideFailed):
            self.browse.outside.handle(event)
        elif isinstance(event, RegionArrived | WindowMoved):
            self.loader.deliver(event)
        else:
            self.browse.panel.handle(event)
            self.loader.deliver(event)

    def _export_finished(self, job: ExportFinished) -> None:
        if not self._leaves_after_export:
            self.browse.exports.handle(job)
            return
        self._last_jobs.append(job)
        if not self.exporter.left:
            self._leave()

    # The end

    async def action_quit(self) -> None:
        """Quit, but let exports end first.

        A second time, end after the file being written; a third time, at once.
        """
        if not self.exporter.left or self.exporter.is_stopping:
            self._leave()
        elif not self._leaves_after_export:
            self._leaves_after_export = True
            text = "quits when the export is done; q again quits after the file being written"
            self.notify(text, timeout=8, markup=False)
        else:
            self.exporter.stop()

    def _leave(self) -> None:
        """End once the terminal's last answer is in: it would reach the shell as typed text."""
        if self.session.is_leaving:
            return
        self.session.is_leaving = True
        left = self.exporter.left
        report = final_report(self._last_jobs, left)
        failed = any(job.errors or job.not_begun for job in self._last_jobs)
        code = 1 if left or failed else 0
        message = Text(report, no_wrap=True, overflow="ignore") if report else None
        self.flow_control.close(lambda: self.exit(code, message=message))

    async def on_unmount(self) -> None:
        """Stop everything in the background."""
        self.scanner.stop()
        threading.Thread(target=self._decoder.close, name="close decoder").start()
        self.exporter.stop()
        if self.exporter.is_running:
            await asyncio.to_thread(self.exporter.join)
