"""The spin screen: the cloud of a photo, turned by keys and mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from heicdepth_tui.text import printable
from heicdepth_tui.ui.presenters.spin import failure_text, heading, points_text
from heicdepth_tui.ui.screens.cloud_actions import (
    CLOUD_BINDINGS,
    MORE_CLOUD_BINDINGS,
    CloudActions,
)
from heicdepth_tui.ui.screens.cloud_control import CloudControl
from heicdepth_tui.ui.screens.depth_colours import DepthColours
from heicdepth_tui.ui.screens.view import (
    COPY_PATH,
    OPEN_PAGE,
    QUIT,
    SAVE_PICTURE,
    STOP_EXPORTS,
    ViewScreen,
)
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.cloud_view import CloudView, caption_content
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.legend import Legend
from heicdepth_tui.ui.widgets.title import TitleBar

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.cloud_frame import CloudFrame, CloudSample
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.model.spin import Spin
    from heicdepth_tui.ui.model.tables import Tables
    from heicdepth_tui.ui.presenters.legend import LegendView
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["SpinScreen"]

Export = Callable[["list[Entry]", "ExportOptions"], object]


class SpinScreen(CloudActions, ViewScreen):
    """Shows a photo's cloud, as ``spin`` has it; ``export`` exports photos with given options."""

    DEFAULT_CSS = """
    SpinScreen { layout: vertical; background: $background; }
    SpinScreen > .spin--line { height: 1; width: 1fr; padding: 0 1; color: $foreground 70%;
        text-wrap: nowrap; text-overflow: ellipsis; }
    SpinScreen > Legend { display: none; }
    SpinScreen.-depth-colours > Legend { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        bind("escape,3", "dismiss", "Back", "spin.close", "Close", show=True, display="esc"),
        bind("R,enter", "reset", "Reset", "spin.reset", "The photo's own view", show=True),
        *CLOUD_BINDINGS,
        SAVE_PICTURE,
        OPEN_PAGE,
        *MORE_CLOUD_BINDINGS,
        bind("b", "blocks", "Blocks", "blocks", "Half or quad blocks"),
        COPY_PATH,
        bind("e", "export", "Export", "export", "Export the points shown (PCD)", show=True),
        STOP_EXPORTS,
        QUIT,
    ]

    def __init__(
        self, context: Context, entry: Entry, export: Export, spin: Spin | None = None
    ) -> None:
        super().__init__()
        self._app_context = context
        self._session = context.session
        self._entry = entry
        self._export = export
        self.title_bar = TitleBar()
        self._heading = Static("", classes="spin--line", id="heading", markup=False)
        self._caption = Static("", classes="spin--line", id="caption", markup=False)
        self._offered = (True, False)
        """Whether the keys of a cloud, and of a sample, have something to do."""
        self.legend = Legend(context.session.settings.mode, is_one_line=True)
        self.view = CloudView(id="cloud")
        self.control = CloudControl(context, entry, self.view, self._show_lines, spin)
        self.colours = DepthColours(self, context.session, self.control.recolour, self.show_status)

    def compose(self) -> ComposeResult:
        """Title, heading, cloud, the ramp of the colours of depth, caption, keys."""
        yield self.title_bar
        yield self._heading
        yield self.view
        yield self.legend
        yield self._caption
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to listen for frames."""
        self.control.begin()
        self.title_bar.place = printable(self._entry.name)
        self.view.show_placeholder("building the cloud …")

    def on_unmount(self) -> None:
        """Let go of the cloud."""
        self.control.release()

    def on_resize(self, _: events.Resize) -> None:
        """Draw for another size, once the picture has it."""
        self.call_after_refresh(self.control.draw)

    def draw_again(self) -> None:
        """Draw the cloud for cells of another shape."""
        self.control.draw()

    # What is shown

    @property
    def spin(self) -> Spin:
        """How the cloud is shown."""
        return self.control.spin

    @property
    def frame(self) -> CloudFrame | None:
        """The frame on show."""
        return self.control.frame

    @property
    def sample(self) -> CloudSample | None:
        """The sample of the point that was clicked last."""
        return self.control.sample

    @property
    def is_up_to_date(self) -> bool:
        """Whether the newest state is on show, or why there is nothing to show."""
        return self.control.is_up_to_date

    def show_status(self, status: str) -> None:
        """State in the title line what a key just did."""
        ViewScreen.show_status(self, status)

    def _show_lines(self) -> None:
        """Show the lines around the frame, or why there is none."""
        control, cells = self.control, self.size.width - 2
        if control.frame is not None:
            mode = self._session.settings.mode
            self.title_bar.counts = points_text(control.frame)
            legend = control.legend
            text = heading(control.spin, control.frame, cells, legend)
            self._heading.update(text, layout=False)
            self._show_legend(legend)
            content = caption_content(control.frame, control.sample, cells, mode)
            self._caption.update(content, layout=False)
        elif control.failure is not None:
            self.view.show_message(failure_text(control.failure.error, control.is_clipped_away))
            self.title_bar.counts = ""
            self._heading.update("", layout=False)
            self._caption.update("", layout=False)
        offered = control.has_cloud, control.can_mark
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def _show_legend(self, legend: LegendView | None) -> None:
        self.legend.show(legend)
        if self.has_class("-depth-colours") != (legend is not None):
            self.set_class(legend is not None, "-depth-colours")
            self.control.draw_after_layout()

    def take_tables(self, _: Tables) -> None:
        """Show the range of the colours that tables have."""
        self.control.recolour()

    def action_mark_sample(self) -> None:
        """Mark the sample of the point that was clicked, for the probe."""
        super().action_mark_sample()
        self._show_lines()

    @property
    def sample_line(self) -> str:
        """The sample that was clicked last, in words; empty without one."""
        return self.control.sample_line

    @property
    def copied_row(self) -> str:
        """The sample that was clicked last."""
        return self.sample_line

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return the cloud in the newest pose."""
        return self.control.picture_parts()

    @property
    def page_options(self) -> ExportOptions:
        """The options of the points on show."""
        return self.control.options

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys of the cloud where there is none."""
        if self._session.is_leaving:
            return False
        if action == "mark_sample" and not self.control.can_mark:
            return False
        return self.control.has_cloud or action in ("help", "dismiss") or "." in action

    def use_colormap(self, name: str) -> None:
        """Colour depth by a colour map."""
        self._session.colormap = name
        self.control.draw()

    def action_blocks(self) -> None:
        """Draw with the other block characters."""
        self._session.settings = self._session.settings.next_blocks()
        self.control.draw()

    def action_export(self) -> None:
        """Export the points that are shown, with the same clip."""
        self._export([self._entry], self.control.options)
