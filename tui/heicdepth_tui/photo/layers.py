"""Names for the layers of a photo, and the request and answer that carry one to the decoder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from heicdepth_tui.draw.drawing import Drawing, Drawn
from heicdepth_tui.errors import HeicDepthError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.facts import Header

    Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

__all__ = [
    "DEPTH",
    "PRIMARY",
    "THUMBNAIL",
    "Answer",
    "LateArray",
    "Layer",
    "LayerKind",
    "Pixels",
    "Request",
    "as_rgb8",
    "layers_of",
]


class LayerKind(Enum):
    """The four kinds of picture a photo holds."""

    PRIMARY = "photo"
    THUMBNAIL = "thumbnail"
    DEPTH = "depth"
    AUXILIARY = "auxiliary"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its kind, the item id where that matters (0: the decoder's choice), its name."""

    kind: LayerKind
    item_id: int = 0
    name: str = ""

    @property
    def label(self) -> str:
        """What the array table calls it."""
        return self.name or self.kind.value


PRIMARY = Layer(LayerKind.PRIMARY, 0, "photo")
THUMBNAIL = Layer(LayerKind.THUMBNAIL, 0, "thumbnail")
DEPTH = Layer(LayerKind.DEPTH, 0, "depth")


def layers_of(header: Header) -> tuple[Layer, ...]:
    """Return the layers of a photo in the order they are shown: photo, depth, thumbnail, others."""
    layers = [PRIMARY]
    if header.depth.item is not None:
        layers.append(Layer(LayerKind.DEPTH, header.depth.item.id, "depth"))
    if header.thumbnails:
        layers.append(Layer(LayerKind.THUMBNAIL, header.thumbnails[0].id, "thumbnail"))
    depth_id = None if header.depth.item is None else header.depth.item.id
    layers.extend(
        Layer(LayerKind.AUXILIARY, aux.item.id, aux.name)
        for aux in header.auxiliaries
        if aux.item.id != depth_id
    )
    return tuple(layers)


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for one layer of one photo.

    ``ticket`` is unique to the request. ``pane`` names who asks: a new request of a pane replaces
    an older one that is waiting or running, unless ``keep`` is set (exports are never replaced).
    ``fit`` shrinks the answer to at most (width, height) samples, never enlarges; ``exact``
    resizes to exactly that size by BOX (colours for a depth map); without either the array is
    whole. ``partial`` asks for intermediate pictures while a grid is decoded. With ``drawing``
    every answer also carries the picture in cells.
    """

    ticket: int
    pane: str
    path: str
    layer: Layer
    fit: tuple[int, int] | None = None
    exact: tuple[int, int] | None = None
    partial: bool = False
    keep: bool = False
    drawing: Drawing | None = None


class LateArray(Protocol):
    """Makes an array when it is called."""

    @property
    def nbytes(self) -> int:
        """Bytes that the array will take."""
        ...

    def __call__(self) -> Samples:
        """Return the array."""
        ...


class Pixels:
    """A decoded layer, upright.

    ``array`` is (H, W) for monochrome and (H, W, 3) for colour, uint8 or uint16, possibly shrunk
    as the request asked. ``shape``, ``dtype``, ``minimum`` and ``maximum`` describe the whole
    stored layer, never the shrunk one. ``bits`` is the stored bit depth; values of 10- and 12-bit
    layers are unshifted (0 .. 2**bits − 1). ``note`` is what a reader must know: tiles missing,
    edge columns dropped …; empty where nothing.

    ``array`` may be given as something that makes it, called when it is first looked at: pixels
    from the decoder process bring numpy with them only then.
    """

    __slots__ = ("_array", "bits", "dtype", "maximum", "minimum", "note", "shape")

    def __init__(
        self,
        array: Samples | LateArray,
        shape: tuple[int, ...],
        dtype: str,
        minimum: int,
        maximum: int,
        bits: int,
        note: str = "",
    ) -> None:
        self._array = array
        self.shape = shape
        self.dtype = dtype
        self.minimum = minimum
        self.maximum = maximum
        self.bits = bits
        self.note = note

    @property
    def array(self) -> Samples:
        """The samples."""
        if callable(self._array):
            self._array = self._array()
        return self._array

    @property
    def nbytes(self) -> int:
        """Bytes that the samples take."""
        return self._array.nbytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: pixels or an error, and whether more of it will come.

    ``drawn`` is the picture in cells where the request asked for a drawing.
    """

    request: Request
    pixels: Pixels | None = None
    error: HeicDepthError | None = None
    final: bool = True
    drawn: Drawn | None = None


def as_rgb8(pixels: Pixels, array: NDArray[np.generic] | None = None) -> NDArray[np.uint8]:
    """Return a layer, or ``array`` made from its samples, as (H, W, 3) uint8 to look at.

    Of more than 8 bits the top 8 are kept; monochrome becomes grey. Data to measure from are
    ``Pixels.array``.
    """
    import numpy as np

    samples = pixels.array if array is None else array
    if samples.dtype != np.uint8:
        samples = np.right_shift(samples, pixels.bits - 8).astype(np.uint8)
    if samples.ndim == 2:
        samples = np.repeat(samples[:, :, None], 3, axis=2)
    return np.asarray(samples[:, :, :3], dtype=np.uint8)
