"""Pixels in the terminal: the protocol that carries them, and the images sent by it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.draw.dots import Dots
    from heicdepth_tui.draw.fit import Fit
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.photo.region import SampleRegion

__all__ = ["EncodedImage", "Graphics", "ImageRequest", "ImageSource", "Protocol"]


class Protocol(Enum):
    """How a terminal is given pixels."""

    KITTY = "kitty"
    """Images in PNG, shown where Unicode placeholders stand: in every pane."""
    ITERM = "iterm"
    """Images in JPEG at the cursor, over the cells: on the zoom screen only."""


@dataclass(frozen=True, slots=True)
class Graphics:
    """A terminal that shows pixels; ``cell_pixels`` is the (width, height) of a cell."""

    protocol: Protocol
    cell_pixels: tuple[int, int]
    is_wrapped: bool = False
    """Whether every sequence is wrapped for tmux to pass it on."""


@dataclass(frozen=True, slots=True)
class ImageSource:
    """The image of a pane: a layer, or the ``region`` of it at a ``level`` as in ``Request``.

    ``spec`` has ``cell_pixels``. ``pixels`` are the samples decoded already; they may be fewer than
    the image has pixels. ``dots`` lie over it, and begin at a cell of ``spec.cells``.
    """

    entry: Entry
    layer: Layer
    spec: RenderSpec
    pixels: Pixels | None = None
    region: SampleRegion | None = None
    level: int = 0
    dots: Dots | None = None


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A request to draw and encode an image; a newer one of the same slot has a higher number."""

    number: int
    slot: str
    source: ImageSource
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A PNG or JPEG file that covers the cells of ``fit`` exactly."""

    fit: Fit
    data: bytes
