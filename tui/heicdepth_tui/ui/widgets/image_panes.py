"""Photo and depth side by side, or stacked where that draws them larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from heicdepth_tui.ui.model.layout import Box, Panes, Shapes, panes_of
from heicdepth_tui.ui.model.settings import DrawSettings
from heicdepth_tui.ui.services.image_cache import ImageCache
from heicdepth_tui.ui.widgets.containers import PlainContainer, PlainVertical
from heicdepth_tui.ui.widgets.image_view import ImageView
from heicdepth_tui.ui.widgets.legend import Legend

if TYPE_CHECKING:
    from heicdepth_tui.ui.terminal.flow_control import FlowControl

__all__ = ["ImagePane", "ImagePanes"]


class ImagePane(PlainVertical):
    """A title line, the canvas, and two lines under it: caption or legend."""

    DEFAULT_CSS = """
    ImagePane { width: 1fr; height: 1fr; }
    ImagePane > Legend { display: none; }
    ImagePane.-legend > Legend { display: block; }
    ImagePane.-legend > .pane--caption { display: none; }
    ImagePane > .pane--title { height: 1; width: 1fr; padding: 0 1; color: $foreground 60%;
        text-overflow: ellipsis; text-wrap: nowrap; }
    ImagePane > .pane--caption { height: 2; width: 1fr; padding: 0 1; color: $foreground 60%;
        text-align: center; text-overflow: ellipsis; text-wrap: nowrap; }
    """

    def __init__(
        self,
        rows: ImageCache,
        settings: DrawSettings,
        flow_control: FlowControl,
        *,
        legend: bool,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self.heading = Static("", classes="pane--title", markup=False)
        self.canvas = ImageView(rows, settings, flow_control)
        self.legend = Legend(settings.mode)
        self.caption = Static("", classes="pane--caption", markup=False)
        self.use_legend(legend)

    def compose(self) -> ComposeResult:
        """Stack title, canvas, and legend and caption of which one shows."""
        yield self.heading
        yield self.canvas
        yield self.legend
        yield self.caption

    @property
    def parts(self) -> tuple[Widget, ...]:
        """What is painted, from top to bottom."""
        return self.heading, self.canvas, self.legend, self.caption

    def use_legend(self, on: bool) -> None:
        """Show the legend instead of the caption."""
        self.set_class(on, "-legend")


class ImagePanes(PlainContainer):
    """Lays out the two panes by the shapes of what they show."""

    DEFAULT_CSS = """
    ImagePanes { layout: horizontal; width: 1fr; height: 1fr; }
    ImagePanes.-stacked { layout: vertical; }
    ImagePanes.-stacked .pane--caption { display: none; }
    ImagePanes > #photo-pane { padding-right: 1; }
    ImagePanes > #depth-pane { border-left: solid $rule; }
    ImagePanes.-stacked > #photo-pane, ImagePanes.-single > #photo-pane { padding-right: 0; }
    ImagePanes.-stacked > #depth-pane { border-left: none; }
    ImagePanes.-single > #depth-pane { display: none; }
    """

    def __init__(self, room: Box, single: bool, photo: ImagePane, depth: ImagePane) -> None:
        super().__init__(id="pictures", classes="-single" if single else None)
        self.photo = photo
        self.depth = depth
        self._room = room
        self._shapes: Shapes = ((4, 3), (4, 3))

    def compose(self) -> ComposeResult:
        """Hold both panes."""
        yield self.photo
        yield self.depth

    def set_shapes(self, shapes: Shapes) -> None:
        """Lay out for images of these shapes."""
        if shapes != self._shapes:
            self._shapes = shapes
            self._lay_out()

    def panes(self, shapes: Shapes) -> Panes:
        """Return where images of these shapes will be drawn."""
        return panes_of(shapes, self._room, self.has_class("-single"))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the new room."""
        self._room = Box(0, 0, *event.size)
        self._lay_out()

    def _lay_out(self) -> None:
        self.set_class(self.panes(self._shapes).is_stacked, "-stacked")
