"""The two panes: photo and depth map side by side, or stacked where that draws them larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Static

from heicdepth_tui.ui.presenters.panes import PaneView
from heicdepth_tui.ui.widgets.image_view import ImageView
from heicdepth_tui.ui.widgets.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Callable

    from heicdepth_tui.draw.modes import ColorMode
    from heicdepth_tui.ui.model.layout import Panes

__all__ = ["ImagePane", "ImagePanes"]


class ImagePane(Vertical):
    """A heading, the image, and two lines under it: caption or legend."""

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

    class Pointed(Message):
        """The mouse points at a cell (column, row) of the image, or no more."""

        def __init__(self, pane: ImagePane, at: tuple[int, int] | None) -> None:
            super().__init__()
            self.pane = pane
            self.at = at

        @property
        def share(self) -> tuple[float, float] | None:
            """The place as shares of the sides of the picture on show; None beside it."""
            return None if self.at is None else self.pane.image.share_at(*self.at)

    def __init__(self, mode: ColorMode, *, has_legend: bool, id: str) -> None:
        super().__init__(id=id)
        self._reading = ""
        self.heading = Static("", classes="pane--title", markup=False)
        self.image = ImageView()
        self.legend = Legend(mode)
        self.caption = Static("", classes="pane--caption", markup=False)
        self.view = PaneView(has_legend=has_legend)
        """What is on show."""
        self.when_shown: Callable[[ImagePane], object] | None = None
        """Called whenever the pane shows a state."""
        self.set_class(has_legend, "-legend")

    def compose(self) -> ComposeResult:
        """Stack heading, image, and legend and caption of which one shows."""
        yield self.heading
        yield self.image
        yield self.legend
        yield self.caption

    async def on_click(self, event: events.Click) -> None:
        """Zoom into the layer by a double click."""
        if event.chain == 2:
            await self.run_action(f"screen.zoom({self.id!r})")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Report where the mouse points."""
        at = event.screen_offset - self.image.region.offset
        self.post_message(self.Pointed(self, (at.x, at.y)))

    def on_leave(self) -> None:
        """Report that the mouse points at the picture no more."""
        self.post_message(self.Pointed(self, None))

    def show_reading(self, text: str) -> None:
        """Show a reading in place of the heading; empty: the heading again."""
        if text != self._reading:
            self._reading = text
            self.heading.update(text or self.view.heading, layout=False)

    def show(self, view: PaneView) -> None:
        """Show another state of the pane."""
        old, self.view = self.view, view
        if view.heading != old.heading or view.entry != old.entry:
            self._reading = ""
            self.heading.update(view.heading, layout=False)
        if view.caption != old.caption:
            self.caption.update(view.caption, layout=False)
        self.set_class(view.has_legend, "-legend")
        if view.picture is not None:
            self.image.show_picture(view.picture)
        elif not view.is_pending:
            self.image.show_message(view.message, view.shape, view.cell_aspect)
        elif view.message or (old.entry, old.layer) != (view.entry, view.layer):
            self.image.show_placeholder(view.message, view.shape, view.cell_aspect)
        if self.when_shown is not None:
            self.when_shown(self)


class ImagePanes(Container):
    """Lays out the two panes as the layout of the screen has them."""

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

    def __init__(self, mode: ColorMode) -> None:
        super().__init__(id="pictures")
        self.photo = ImagePane(mode, has_legend=False, id="photo-pane")
        self.depth = ImagePane(mode, has_legend=True, id="depth-pane")

    def compose(self) -> ComposeResult:
        """Hold both panes."""
        yield self.photo
        yield self.depth

    def lay_out(self, panes: Panes, is_single: bool) -> bool:
        """Lay out the panes; return whether they will move."""
        was = self.has_class("-stacked"), self.has_class("-single")
        self.set_class(panes.is_stacked, "-stacked")
        self.set_class(is_single, "-single")
        return was != (panes.is_stacked, is_single)
