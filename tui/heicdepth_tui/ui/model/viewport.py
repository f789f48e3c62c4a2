"""The window of a zoomed photo, in the photo's pixels, and the same window in each layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.draw.fit import CELL_ASPECT
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.photo.layers import Layer, LayerKind, depth_info
from heicdepth_tui.photo.region import MAX_LEVEL, SampleRegion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heicdepth_tui.depth.registration import Registration
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.picture_facts import ImageItem, Size

__all__ = [
    "MAX_COLUMNS",
    "LayerFrame",
    "Viewport",
    "Window",
    "fit_pitch",
    "frame_of",
    "item_of",
    "registered_frame",
    "window_of",
]

MAX_COLUMNS = 8
"""Cells across one sample at the largest zoom."""
_SAMPLES_A_CELL = 2
"""Least samples across a cell that the decoder averages, where the layer has them."""
_ASPECT_TOLERANCE = 0.02


class LayerFrame(NamedTuple):
    """A layer as it is shown, and where its samples lie in the upright photo.

    Sample (u, v) lies at ``origin + scale * (u, v)`` in photo pixels. ``size`` is (width, height)
    after ``turn``, which is that of ``RenderSpec``.
    """

    layer: Layer
    size: tuple[int, int]
    origin: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    turn: tuple[int, bool] = (0, False)

    @property
    def whole(self) -> SampleRegion:
        """All of the layer."""
        return SampleRegion(0, 0, *self.size)

    def sample_at(self, share: tuple[float, float], shown: SampleRegion) -> tuple[float, float]:
        """Return the place at a share of a region as shown, in samples of the layer as shown."""
        across, down = (
            start + part * length
            for start, length, part in zip(shown[:2], shown[2:], share, strict=True)
        )
        return across, down

    def pixel_of(self, place: tuple[float, float]) -> tuple[int, int]:
        """Return the photo pixel at a place in samples of the layer as shown.

        It may lie outside of the photo, where the layer does.
        """
        x, y = (
            math.floor(origin + scale * at)
            for origin, scale, at in zip(self.origin, self.scale, place, strict=True)
        )
        return x, y

    def decoded(self, shown: SampleRegion) -> SampleRegion:
        """Return a region of the layer as shown as one of the layer as decoded."""
        (width, height), (left, top, across, down) = self.size, shown
        quarter_turns, is_mirrored = self.turn
        if is_mirrored:
            left = width - left - across
        for _ in range(quarter_turns % 4):
            left, top, across, down = height - top - down, left, down, across
            width, height = height, width
        return SampleRegion(left, top, across, down)


def frame_of(header: Header, layer: Layer) -> LayerFrame | None:
    """Return the frame of a layer, None where the photo does not have it.

    The photo's own depth map is placed by its registration, other layers by their size: one of
    another aspect is centred in its true shape.
    """
    photo = header.primary.displayed_size
    if layer.kind is LayerKind.PRIMARY and layer.item_id in (0, header.primary.id):
        return LayerFrame(layer, (photo.width, photo.height))
    if layer.kind is LayerKind.DEPTH and layer.is_chosen:
        return _depth_frame(header, layer)
    item = item_of(header, layer)
    return None if item is None else _placed(layer, photo, item.displayed_size)


def item_of(header: Header, layer: Layer) -> ImageItem | None:
    """Return the item of a layer; None where the photo does not have it."""
    items = [aux.item for aux in header.auxiliaries]
    items += (*header.thumbnails, *header.images)
    info = depth_info(header, layer)
    if info is not None and info.item is not None:
        items.append(info.item)
    return next((item for item in items if item.id == layer.item_id), None)


def _depth_frame(header: Header, layer: Layer) -> LayerFrame | None:
    # Imported here: the app starts without it.
    from heicdepth_tui.depth.registration import register

    item = header.depth.item
    if item is None:
        return None
    return registered_frame(header, layer, item, register(header.primary, item))


def registered_frame(
    header: Header, layer: Layer, item: ImageItem, registration: Registration
) -> LayerFrame:
    """Return the frame of a layer turned and cropped as its registration with the photo has it."""
    photo, turn = header.primary.displayed_size, registration.display_turn
    width, height = item.displayed_size
    if turn[0] % 2:
        width, height = height, width
    crop, region = registration.coverage.crop, registration.region
    left, top, across, down = (
        (0, 0, width, height) if crop is None else (crop.left, crop.top, crop.width, crop.height)
    )
    scale = region.width * photo.width / across, region.height * photo.height / down
    origin = region.left * photo.width - left * scale[0], region.top * photo.height - top * scale[1]
    return LayerFrame(layer, (width, height), origin, scale, turn)


def _placed(layer: Layer, photo: Size, size: Size) -> LayerFrame:
    scale = photo.width / size.width, photo.height / size.height
    if abs(scale[0] / scale[1] - 1) > _ASPECT_TOLERANCE:
        scale = (max(scale),) * 2
    origin = (photo.width - size.width * scale[0]) / 2, (photo.height - size.height * scale[1]) / 2
    return LayerFrame(layer, (size.width, size.height), origin, scale)


@dataclass(frozen=True, slots=True)
class Viewport:
    """The middle of the window in photo pixels, and ``pitch``, the photo pixels across a cell.

    ``pitch`` 0 stands for the whole layer. ``cell_aspect`` is a cell's height over its width.
    """

    x: float = 0.0
    y: float = 0.0
    pitch: float = 0.0
    cell_aspect: float = CELL_ASPECT

    def clamped(
        self, frame: LayerFrame, cells: tuple[int, int], cell_aspect: float = CELL_ASPECT
    ) -> Viewport:
        """Return the nearest window of ``cells`` (columns, rows) that lies within a layer."""
        least = frame.scale[0] / MAX_COLUMNS
        fit = fit_pitch(frame, cells, cell_aspect)
        pitch = fit if self.pitch <= 0 else min(fit, max(least, self.pitch))
        sides = pitch * cells[0], pitch * cells[1] * cell_aspect
        x, y = (
            _within(at, side, origin, scale * samples)
            for at, side, origin, scale, samples in zip(
                (self.x, self.y), sides, frame.origin, frame.scale, frame.size, strict=True
            )
        )
        return Viewport(x, y, pitch, cell_aspect)

    def no_nearer(self, frames: Iterable[LayerFrame | None]) -> Viewport:
        """Return the window as near as the coarsest of some layers can be shown."""
        least = max((frame.scale[0] for frame in frames if frame is not None), default=0.0)
        pitch = max(self.pitch, least / MAX_COLUMNS) if self.pitch > 0 else self.pitch
        return replace(self, pitch=pitch)

    def moved(self, columns: float, rows: float) -> Viewport:
        """Return the window moved by cells."""
        across, down = columns * self.pitch, rows * self.cell_aspect * self.pitch
        return replace(self, x=self.x + across, y=self.y + down)

    def zoomed(self, factor: float, at: tuple[float, float] = (0.0, 0.0)) -> Viewport:
        """Return the window ``factor`` times as near, about a point in cells from its middle."""
        fixed = self.moved(*at)
        nearer = replace(fixed, pitch=self.pitch / factor)
        return nearer.moved(-at[0], -at[1])

    def scaled(self, factor: float) -> Viewport:
        """Return the same part of a photo with ``factor`` times as many pixels a side."""
        return replace(self, x=self.x * factor, y=self.y * factor, pitch=self.pitch * factor)


def fit_pitch(frame: LayerFrame, cells: tuple[int, int], cell_aspect: float = CELL_ASPECT) -> float:
    """Return the photo pixels across a cell at which a whole layer fits into ``cells``."""
    width, height = (one * scale for one, scale in zip(frame.size, frame.scale, strict=True))
    return max(width / max(1, cells[0]), height / max(1, cells[1] * cell_aspect))


def _within(at: float, side: float, origin: float, length: float) -> float:
    """Return the middle of a side that lies within a length, or the length's where it is longer."""
    if side >= length:
        return origin + length / 2
    return min(max(at, origin + side / 2), origin + length - side / 2)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a layer in view.

    ``shown`` is it in samples of the layer as shown, ``region`` as decoded, ``level`` that of
    ``Request``. ``zoom`` is 1 where the layer fits; windows that differ in it alone are equal,
    since whole samples are shown: one picture serves both.
    """

    frame: LayerFrame
    shown: SampleRegion
    region: SampleRegion
    level: int
    zoom: float = field(compare=False)

    @property
    def is_whole(self) -> bool:
        """Whether it shows all of the layer."""
        return self.shown == (0, 0, *self.frame.size)


def window_of(
    viewport: Viewport, frame: LayerFrame, cells: tuple[int, int], blocks: Blocks
) -> Window:
    """Return the window of a clamped viewport in a layer, for ``cells`` (columns, rows).

    It begins at multiples of ``2**level``, so that decoded tiles serve the next window as well.
    """
    pitches = [viewport.pitch / scale for scale in frame.scale]
    excess = pitches[0] / max(_SAMPLES_A_CELL, blocks.samples[0])
    level = min(MAX_LEVEL, math.floor(math.log2(max(1.0, excess))))
    spans = [
        _span((at - origin) / scale, pitch * count, length, 1 << level)
        for at, origin, scale, pitch, count, length in zip(
            (viewport.x, viewport.y),
            frame.origin,
            frame.scale,
            pitches,
            (cells[0], cells[1] * viewport.cell_aspect),
            frame.size,
            strict=True,
        )
    ]
    (left, width), (top, height) = spans
    shown = SampleRegion(left, top, width, height)
    zoom = fit_pitch(frame, cells, viewport.cell_aspect) / viewport.pitch
    return Window(frame, shown, frame.decoded(shown), level, zoom)


def _span(middle: float, side: float, length: int, step: int) -> tuple[int, int]:
    """Return start and length, in samples, of a side in a layer of ``length`` samples."""
    if side >= length:
        return 0, length
    count = max(1, round(side / step)) * step
    start = max(0, round((middle - side / 2) / step) * step)
    start = min(start, max(0, (length - 1) // step * step))
    return start, min(count, length - start)
