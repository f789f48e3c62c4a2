"""Photo and depth side by side, or stacked where that draws them larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from heicdepth_tui.draw.fit import fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.widgets.legend import Legend
from heicdepth_tui.ui.widgets.picture import DrawSettings, PictureCanvas, RowCache

if TYPE_CHECKING:
    from heicdepth_tui.ui.pacing import Pacer

__all__ = ["PicturePane", "Pictures"]

_TITLE_ROWS, _CAPTION_ROWS = 1, 2


class PicturePane(Vertical):
    """A title line, the canvas, and two lines under it: caption or legend."""

    DEFAULT_CSS = """
    PicturePane { width: 1fr; height: 1fr; }
    PicturePane > .pane--title { height: 1; width: 1fr; padding: 0 1; color: $foreground 60%;
        text-overflow: ellipsis; text-wrap: nowrap; }
    PicturePane > .pane--caption { height: 2; width: 1fr; padding: 0 1; color: $foreground 60%;
        text-align: center; text-overflow: ellipsis; text-wrap: nowrap; }
    """

    def __init__(
        self, rows: RowCache, settings: DrawSettings, pacer: Pacer, *, legend: bool, id: str
    ) -> None:
        super().__init__(id=id)
        self.heading = Static("", classes="pane--title", markup=False)
        self.canvas = PictureCanvas(rows, settings, pacer)
        self.legend = Legend(settings.mode)
        self.caption = Static("", classes="pane--caption", markup=False)
        self.use_legend(legend)

    def compose(self) -> ComposeResult:
        """Stack title, canvas, and legend and caption of which one shows."""
        yield self.heading
        yield self.canvas
        yield self.legend
        yield self.caption

    def use_legend(self, on: bool) -> None:
        """Show the legend instead of the caption."""
        # Setting display lays the screen out anew, even where nothing changes.
        if self.legend.display != on:
            self.legend.display = on
        if self.caption.display == on:
            self.caption.display = not on


class Pictures(Container):
    """Lays out the two panes by the shapes of what they show."""

    DEFAULT_CSS = """
    Pictures { layout: horizontal; width: 1fr; height: 1fr; }
    Pictures.-stacked { layout: vertical; }
    Pictures.-stacked .pane--caption { display: none; }
    Pictures > #photo-pane { padding-right: 1; }
    Pictures > #depth-pane { border-left: solid $rule; }
    Pictures.-stacked > #photo-pane, Pictures.-single > #photo-pane { padding-right: 0; }
    Pictures.-stacked > #depth-pane { border-left: none; }
    Pictures.-single > #depth-pane { display: none; }
    """

    def __init__(self, single: bool, photo: PicturePane, depth: PicturePane) -> None:
        super().__init__(id="pictures", classes="-single" if single else None)
        self.photo = photo
        self.depth = depth
        self._shapes: tuple[tuple[int, int], tuple[int, int]] = ((4, 3), (4, 3))

    def compose(self) -> ComposeResult:
        """Hold both panes."""
        yield self.photo
        yield self.depth

    def set_shapes(self, photo: tuple[int, int], depth: tuple[int, int] | None) -> None:
        """Lay out for images of these (width, height)."""
        shapes = (photo, depth or photo)
        if shapes != self._shapes:
            self._shapes = shapes
            self._lay_out()

    def on_resize(self) -> None:
        """Lay out for the new room."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.size
        if width and height:
            self.set_class(stack_is_better(self._shapes, width, height), "-stacked")


def stack_is_better(
    shapes: tuple[tuple[int, int], tuple[int, int]], width: int, height: int
) -> bool:
    """Whether two images get more cells above each other than beside each other."""
    beside = [
        fit_cells(
            shape,
            (max(1, width // 2 - 1), max(1, height - _TITLE_ROWS - _CAPTION_ROWS)),
            Blocks.HALF,
        )
        for shape in shapes
    ]
    stacked_rows = (height - 2 * _TITLE_ROWS - _CAPTION_ROWS) // 2
    if stacked_rows < 4:
        return False
    stacked = [fit_cells(shape, (max(1, width), stacked_rows), Blocks.HALF) for shape in shapes]
    return sum(f.cols * f.rows for f in stacked) > sum(f.cols * f.rows for f in beside)
