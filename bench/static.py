"""The simplest app: two pictures by rich-pixels in Textual's Static, decoded beforehand.

``python -m bench.static PHOTO PHOTO``; ``j`` shows the other photo and its depth map, ``q`` quits.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from rich_pixels import Pixels
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from heicdepth_tui.draw.colormaps import DEFAULT_COLORMAP, colorize
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import DEPTH, PRIMARY

__all__ = ["TwoPictures"]

_SAMPLES = (61, 46)


class TwoPictures(App[None]):
    """Photo and depth map side by side."""

    BINDINGS = [("j", "next", "Next"), ("q", "quit", "Quit")]  # noqa: RUF012  Textual's declaration

    def __init__(self, photos: list[Path]) -> None:
        super().__init__()
        self._pictures = [_pictures(photo) for photo in photos]
        self._shown = 0

    def compose(self) -> ComposeResult:
        """Hold both."""
        with Horizontal():
            for name, picture in zip(("photo", "depth"), self._pictures[0], strict=True):
                yield Static(picture, id=name)

    def action_next(self) -> None:
        """Show the next photo."""
        self._shown = (self._shown + 1) % len(self._pictures)
        for name, picture in zip(("photo", "depth"), self._pictures[self._shown], strict=True):
            self.query_one(f"#{name}", Static).update(picture)


def _pictures(photo: Path) -> tuple[Pixels, Pixels]:
    colours = np.asarray(load(photo, PRIMARY, fit=(512, 512)).array, np.uint8)
    depth = load(photo, DEPTH)
    codes = colorize(depth.array, 2**depth.bits - 1, DEFAULT_COLORMAP)
    return _cells(colours), _cells(codes)


def _cells(rgb: np.typing.NDArray[np.uint8]) -> Pixels:
    image = Image.fromarray(rgb).resize(_SAMPLES, Image.Resampling.BOX)
    cells: Pixels = Pixels.from_image(image)
    return cells


if __name__ == "__main__":
    TwoPictures([Path(name) for name in sys.argv[1:]]).run()
