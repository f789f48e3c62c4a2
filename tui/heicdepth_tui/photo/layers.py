"""The layers of a photo, known by their items, and the request and answer that carry one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from heicdepth_tui.draw.rendering import Rendered, RenderSpec
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.photo.region import SampleRegion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.depth_facts import DepthInfo
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
    "depth_info",
    "derived_label",
    "eyes_of",
    "layers_of",
    "own_depth",
]


class LayerKind(Enum):
    """The four kinds of picture a photo holds."""

    PRIMARY = "photo"
    THUMBNAIL = "thumbnail"
    DEPTH = "depth"
    AUXILIARY = "auxiliary"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, identified by its kind and its item: the name is for people and not compared."""

    kind: LayerKind
    item_id: int = 0
    """0: the item that the decoder chooses for the kind."""
    name: str = field(default="", compare=False)
    is_chosen: bool = field(default=False, compare=False)
    """True where the decoder chooses this item when a request of the kind names none."""

    @property
    def label(self) -> str:
        """Its name in tables and headings; of the layers of one photo no two share theirs."""
        return self.name or self.kind.value

    @property
    def phrase(self) -> str:
        """Its name within a sentence, e.g. ``photo``, ``depth map 2``."""
        if self.kind is LayerKind.DEPTH:
            return "depth map" + self.label.removeprefix("depth")
        return self.label

    @property
    def choice(self) -> Layer:
        """This layer with item 0 where the decoder would choose it: one key for both requests."""
        return replace(self, item_id=0) if self.is_chosen else self


PRIMARY = Layer(LayerKind.PRIMARY, 0, "photo", is_chosen=True)
THUMBNAIL = Layer(LayerKind.THUMBNAIL, 0, "thumbnail", is_chosen=True)
DEPTH = Layer(LayerKind.DEPTH, 0, "depth", is_chosen=True)


def layers_of(header: Header) -> tuple[Layer, ...]:
    """Return the layers of a photo in the order they are shown.

    Photo, its depth maps, thumbnail, other auxiliary images, depth maps of other pictures.
    """
    layers = [PRIMARY]
    own = own_depth(header)
    if own is not None:
        layers.append(own)
    layers.extend(
        Layer(LayerKind.DEPTH, info.item.id, "depth")
        for info in header.depth.others
        if info.item is not None
    )
    if header.thumbnails:
        thumbnail = header.thumbnails[0].id
        layers.append(Layer(LayerKind.THUMBNAIL, thumbnail, "thumbnail", is_chosen=True))
    listed = {layer.item_id for layer in layers if layer.kind is LayerKind.DEPTH}
    layers.extend(
        Layer(LayerKind.AUXILIARY, aux.item.id, aux.name)
        for aux in header.auxiliaries
        if aux.item.id not in listed
    )
    for other in header.depth.elsewhere:
        item = other.depth.item
        if item is not None and item.id not in listed:
            listed.add(item.id)
            layers.append(Layer(LayerKind.DEPTH, item.id, f"depth of image {other.picture}"))
    return tuple(_numbered(layers))


def eyes_of(header: Header) -> tuple[Layer, ...]:
    """Return the pictures of each stereo pair: left eye, right eye, left eye 2 …."""
    layers = []
    for number, pair in enumerate(header.stereo_pairs, 1):
        mark = f" {number}" if number > 1 else ""
        # The decoder reads every picture of the file under the photo's kind.
        layers.append(Layer(LayerKind.PRIMARY, pair.left, f"left eye{mark}"))
        layers.append(Layer(LayerKind.PRIMARY, pair.right, f"right eye{mark}"))
    return tuple(layers)


def own_depth(header: Header) -> Layer | None:
    """Return the layer of the depth map that belongs to the photo, None where it has none."""
    item = header.depth.item
    return None if item is None else Layer(LayerKind.DEPTH, item.id, "depth", is_chosen=True)


def depth_info(header: Header, layer: Layer) -> DepthInfo | None:
    """Return the header's entry of a depth layer; None for a layer that is no depth map."""
    if layer.kind is not LayerKind.DEPTH:
        return None
    known = [header.depth]
    if layer.item_id:
        known += [*header.depth.others, *(other.depth for other in header.depth.elsewhere)]
    for info in known:
        if info.item is not None and layer.item_id in (0, info.item.id):
            return info
    return None


def derived_label(name: str, layer: Layer) -> str:
    """Return the name of an array made from a depth layer, numbered as the layer is.

    ``metres`` of the layer ``depth 2`` is ``metres 2``.
    """
    return name + layer.label.removeprefix("depth")


def _numbered(layers: Iterable[Layer]) -> Iterable[Layer]:
    """Yield the layers with a number behind each label that stands before: depth, depth 2."""
    seen: dict[str, int] = {}
    taken: set[str] = set()
    for layer in layers:
        label = layer.label
        while True:
            seen[label] = seen.get(label, 0) + 1
            name = label if seen[label] == 1 else f"{label} {seen[label]}"
            if name not in taken:
                break
        taken.add(name)
        yield layer if name == label else replace(layer, name=name)


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one layer of one photo.

    ``ticket`` is unique to the request. ``slot`` names the place that it fills: a new
    request of a slot replaces an older one that is waiting or running, unless ``keep`` is set
    (exports are never replaced).
    ``fit`` shrinks the answer to at most (width, height) samples, never enlarges; ``exact``
    resizes to exactly that size by BOX (colours for a depth map); without either the array is
    whole. ``region`` limits the answer to a rectangle of the upright layer, clipped to it, and
    ``level`` takes every 2**level-th sample of that, from its top left: together the picture is
    ``upright[top:bottom:2**level, left:right:2**level]``, which ``fit`` and ``exact`` then shrink.
    ``partial`` requests intermediate pictures while a grid is decoded; of a region the first one
    is coarse and comes before any tile is decoded, where the decoder has one. With ``render`` every
    answer also carries the layer rendered in cells, as text rows or as an image. ``stored`` leaves
    colours as decoded; otherwise those with an ICC profile that is neither sRGB's nor Display P3's
    come as sRGB.
    """

    ticket: int
    slot: str
    path: str
    layer: Layer
    fit: tuple[int, int] | None = None
    exact: tuple[int, int] | None = None
    partial: bool = False
    keep: bool = False
    stored: bool = False
    render: RenderSpec | None = None
    region: SampleRegion | None = None
    level: int = 0

    @property
    def is_overview(self) -> bool:
        """Whether the answer is the whole layer, shrunk to look at."""
        is_whole = self.region is None and not self.level
        return is_whole and self.fit is not None and self.exact is None


class LateArray(Protocol):
    """Creates an array when it is called."""

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
    as requested. ``shape``, ``dtype``, ``minimum`` and ``maximum`` describe the whole
    stored layer, never the shrunk one; with a ``region``, the rectangle of it that the array
    shows, or a ``level`` (every 2**level-th sample was taken), minimum and maximum are those of
    these samples before they are shrunk. ``bits`` is the stored bit depth; values of 10- and 12-bit
    layers are unshifted (0 .. 2**bits − 1). ``note`` states what is missing or changed,
    such as missing tiles; empty where nothing is. ``space`` is the colour space of the samples, as
    ``heif.colour`` names it, empty for monochrome; ``converted_from`` the one that an ICC profile
    took them from, empty where they are as decoded. ``counts`` has the number of samples of each
    code of a whole monochrome layer that is shrunk, None for others.

    ``array`` may be given as a callable, which is called at the first access: numpy is imported
    only then.
    """

    __slots__ = (
        "_array",
        "bits",
        "converted_from",
        "counts",
        "dtype",
        "level",
        "maximum",
        "minimum",
        "note",
        "region",
        "shape",
        "space",
    )

    def __init__(
        self,
        array: Samples | LateArray,
        shape: tuple[int, ...],
        dtype: str,
        minimum: int,
        maximum: int,
        bits: int,
        note: str = "",
        *,
        space: str = "",
        converted_from: str = "",
        region: SampleRegion | None = None,
        level: int = 0,
        counts: tuple[int, ...] | None = None,
    ) -> None:
        self._array = array
        self.shape = shape
        self.dtype = dtype
        self.minimum = minimum
        self.maximum = maximum
        self.bits = bits
        self.note = note
        self.space = space
        self.converted_from = converted_from
        self.region = region
        self.level = level
        self.counts = counts

    @property
    def array(self) -> Samples:
        """The samples."""
        if callable(self._array):
            self._array = self._array()
        return self._array

    @property
    def extent(self) -> tuple[int, int]:
        """Width and height of what the array shows, in full-size samples."""
        if self.region is not None:
            return self.region.width, self.region.height
        return self.shape[1], self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes that the samples take."""
        return self._array.nbytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request: pixels or an error, and whether it is the last one.

    ``rendered`` is the layer as text rows or as an image, where the request has ``render``.
    """

    request: Request
    pixels: Pixels | None = None
    error: HeicDepthError | None = None
    final: bool = True
    rendered: Rendered | None = None


def as_rgb8(pixels: Pixels, array: NDArray[np.generic] | None = None) -> NDArray[np.uint8]:
    """Return a layer, or ``array`` made from its samples, as (H, W, 3) uint8 to look at.

    Of more than 8 bits the top 8 are kept; monochrome becomes grey, Display P3 sRGB. Data to
    measure from are ``Pixels.array``.
    """
    import numpy as np

    from heicdepth_tui.photo.colour import srgb_from

    samples = pixels.array if array is None else array
    if samples.dtype != np.uint8:
        samples = np.right_shift(samples, pixels.bits - 8).astype(np.uint8)
    if samples.ndim == 2:
        samples = np.repeat(samples[:, :, None], 3, axis=2)
    return srgb_from(np.asarray(samples[:, :, :3], dtype=np.uint8), pixels.space)
