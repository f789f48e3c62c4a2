"""A photo whose layers are drawn one at a time; keeps what is decoded of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.depth import views
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.measure import Probe
from heicdepth_tui.depth.registration import orientation_words, register
from heicdepth_tui.draw.cells import render_cells
from heicdepth_tui.draw.fit import Fit, whole_scale
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import Rendered, RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.errors import MissingLayerError
from heicdepth_tui.export.run import read_source
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, Pixels, Request, as_rgb8
from heicdepth_tui.report.tables import number
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.layer_view import (
    WHOLE_VIEW,
    LabelPlace,
    LayerView,
    LayerViewRequest,
    LayerViewResult,
    ViewKind,
    ViewPlaces,
    ViewValues,
    Window,
    views_of,
)
from heicdepth_tui.ui.services.view_images import ViewImage, codes_image, derived_image

if TYPE_CHECKING:
    from heicdepth_tui.depth.registration import Registration
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.export.source import ExportSource
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.picture_facts import ImageItem

__all__ = ["OpenLayers", "as_shown", "labels_apart"]

Rgb = NDArray[np.uint8]

_SIDE = 1024
"""Samples of the longer side that layers are decoded to: more than a screen of cells shows."""
_ASPECT_TOLERANCE = 0.02
_TINT = np.array((255, 92, 205), dtype=np.float32)
"""Colour of a matte that lies over the photo."""
_DIFFERENCE_GAIN = 4
_INK = 0.6
"""Share of a line's colour in a block that it passes; the rest is the picture's."""
_PARTS = 6
"""Parts of arrays that are kept: those of photo, view and weight, whole and in a window."""
_LETTER = (8, 16)
"""Width and height of a letter of a label in a saved picture, in pixels."""


@dataclass(eq=False)
class OpenLayers:
    """Draws views of one photo; for one thread. ``decode`` raises DecodeError."""

    entry: Entry
    options: ExportOptions
    decode: Callable[[Request], Pixels]
    _decoded: dict[tuple[LayerKind, int], Pixels] = field(default_factory=dict)
    _kept: tuple[tuple[object, ...], ViewImage] | None = None
    _cut: tuple[ViewImage, ViewImage] | None = None
    """The newest image of which only a part lies over the photo, and this part."""
    _parts: list[tuple[Rgb, Window, tuple[int, int], Rgb]] = field(default_factory=list)
    """Arrays, the newest last, each with a window of it at a size."""

    @cached_property
    def header(self) -> Header:
        """The header; raises as ``read_header``."""
        return read_header(self.entry.path, limits=self.options.limits)

    @cached_property
    def views(self) -> tuple[LayerView, ...]:
        """The views that the photo has."""
        return views_of(self.header)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the views."""
        return tuple(view.name for view in self.views)

    @cached_property
    def source(self) -> ExportSource:
        """Depth map, camera and colours as exports take them; raises as ``read_source``."""
        return read_source(Path(self.entry.path), self.options, self.decode)

    @cached_property
    def photo(self) -> Rgb:
        """The photo: at the size of its depth map and within its region, where it has one."""
        if self.header.depth.decodable:
            return self.source.colours(self.source.size, False).rgb
        return self._layer(PRIMARY)[0]

    def index_of(self, request: LayerViewRequest) -> int:
        """Return which of ``views`` is requested."""
        if request.index is not None:
            return request.index % len(self.views)
        layers = (view.layer for view in self.views)
        own = (layer and layer.kind is LayerKind.DEPTH and layer.is_chosen for layer in layers)
        return next((index for index, is_own in enumerate(own) if is_own), 0)

    def draw(self, request: LayerViewRequest) -> LayerViewResult:
        """Draw a view. Raises DecodeError, GeometryError and what reading the header raises."""
        index = self.index_of(request)
        view = self.views[index]
        image = self._kept_image(index, request.spec)
        whole, caption = image.rgb, image.caption
        is_over = request.blend is not None and view != self.views[0]
        misfit = self._misfit(view, whole) if is_over else ""
        if misfit:
            is_over = False
            caption = f"not laid over the photo: {misfit}; {caption}"
        shown_part = self._region if view == self.views[0] else WHOLE
        if is_over:
            rows, columns = self._beside_photo(view, whole.shape)
            shown_part = Region.of_samples(rows, columns, whole.shape)
            whole, image = self.photo, self._cut_to(image, rows, columns)
        problem = self._no_contours(whole) if request.has_contours else ""
        rows, columns = request.window.samples(whole.shape[1], whole.shape[0])
        part = shown_part.part(Region.of_samples(rows, columns, whole.shape))
        fit = _fit((columns.stop - columns.start, rows.stop - rows.start), request.spec)
        size = max(1, fit.width), max(1, fit.height)
        if is_over and request.blend is not None:
            shown = self._over_photo(image, request.window, size, request.blend)
        else:
            kinds = image.of_kinds(request.window, size)
            shown = self._part(image.rgb, request.window, size) if kinds is None else kinds
            # Lines are drawn into it.
            shown = shown.copy() if request.has_contours else shown
        labels: tuple[LabelPlace, ...] = ()
        if request.has_contours:
            if problem:
                caption = f"no lines of equal distance: {problem}; {caption}"
            else:
                labels = self._draw_contours(shown, fit, request)
        return LayerViewResult(
            number=request.number,
            view=view,
            index=index,
            names=self.names,
            is_over=is_over,
            rendered=_rendered(shown, fit, request.spec),
            caption=caption,
            places=ViewPlaces(part, self._probe(view), image.values),
            ramp=image.ramp,
            labels=labels,
        )

    def _part(self, array: Rgb, window: Window, size: tuple[int, int]) -> Rgb:
        """Return the window of an array at a (width, height); kept for the next request."""
        for known, of_window, of_size, part in self._parts:
            if known is array and (of_window, of_size) == (window, size):
                return part
        part = shrink(array[window.samples(array.shape[1], array.shape[0])], size)
        self._parts = [*self._parts[1 - _PARTS :], (array, window, size, part)]
        return part

    def _over_photo(
        self, image: ViewImage, window: Window, size: tuple[int, int], share: float
    ) -> Rgb:
        """Return a window of a view laid over the photo, at a (width, height)."""

        def part(array: Rgb) -> Rgb:
            if window != WHOLE_VIEW:
                # Cut at the same samples: a coarser view must not move against the photo.
                array = self._part(array, WHOLE_VIEW, (self.photo.shape[1], self.photo.shape[0]))
            return self._part(array, window, size)

        weight = None if image.weight is None else part(image.weight)
        kinds = image.of_kinds(window, size)
        return _over(part(self.photo), part(image.rgb) if kinds is None else kinds, weight, share)

    def _misfit(self, view: LayerView, rgb: Rgb) -> str:
        """Return why a view cannot lie over the photo; empty where it can."""
        photo, found = self.header.primary, self._registration(view)
        shape = rgb.shape
        if found is not None:
            item, registration = found
            if registration.turn_sentence:
                turns = orientation_words(item.transforms), orientation_words(photo.transforms)
                return f"it is {turns[0]}, the photo {turns[1]}"
            if registration.region != WHOLE:
                return "it covers a part of the photo only"
            crop = registration.coverage.crop
            shape = shape if crop is None else (crop.height, crop.width)
        whole = self.photo.shape if self._is_of_depth(view) else photo.displayed_size[::-1]
        if _has_aspect(shape, whole):
            return ""
        return f"its shape {rgb.shape[1]}×{rgb.shape[0]} is not the photo's"

    def _registration(self, view: LayerView) -> tuple[ImageItem, Registration] | None:
        """Return the item of an auxiliary image and how it lies in the photo; None of others."""
        layer = view.layer
        if layer is None or layer.kind is not LayerKind.AUXILIARY:
            return None
        items = (one.item for one in self.header.auxiliaries if one.item.id == layer.item_id)
        item = next(items, None)
        return None if item is None else (item, register(self.header.primary, item))

    @staticmethod
    def _is_of_depth(view: LayerView) -> bool:
        """Whether a view has the samples of the photo's own depth map."""
        layer = view.layer
        if layer is None:
            return view.kind is not ViewKind.DIFFERENCE
        return layer.kind is LayerKind.DEPTH and layer.is_chosen

    @property
    def _region(self) -> Region:
        """The part of the upright photo that ``photo`` shows: the depth map covers no more."""
        return self.source.region if self.header.depth.decodable else WHOLE

    def _beside_photo(self, view: LayerView, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the (rows, columns) of a view's image, of this shape, that ``photo`` shows."""
        region, found = self._region, self._registration(view)
        crop = None if found is None else found[1].coverage.crop
        if self._is_of_depth(view) or (region == WHOLE and crop is None):
            return slice(0, shape[0]), slice(0, shape[1])
        # The part of the image that the whole photo shows, as shares of its sides.
        photo = WHOLE
        if found is not None and crop is not None:
            width, height = found[0].displayed_size
            photo = Region(
                crop.left / width, crop.top / height, crop.width / width, crop.height / height
            )
        rows = _span(photo.top, photo.height, region.top, region.height, shape[0])
        columns = _span(photo.left, photo.width, region.left, region.width, shape[1])
        return rows, columns

    def _cut_to(self, image: ViewImage, rows: slice, columns: slice) -> ViewImage:
        """Return a part of an image; kept, so that it is cut once."""
        if (rows.stop - rows.start, columns.stop - columns.start) == image.rgb.shape[:2]:
            return image
        if self._cut is None or self._cut[0] is not image:
            weight = None if image.weight is None else image.weight[rows, columns]
            self._cut = image, replace(image, rgb=image.rgb[rows, columns], weight=weight)
        return self._cut[1]

    def _probe(self, view: LayerView) -> Probe | None:
        """Return the probe of the photo's own depth map for views of it, and for the photo."""
        is_of_both = self._is_of_depth(view) or view == self.views[0]
        if not is_of_both or not self.header.depth.decodable:
            return None
        source, photo = self.source, self.header.primary.displayed_size
        return Probe(source.depth_map, source.camera, source.region, photo)

    def _kept_image(self, index: int, spec: RenderSpec) -> ViewImage:
        """Return the image of a view; the one before serves again in the same colours."""
        key = index, spec.colormap, spec.mode, spec.scale
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._image(self.views[index], spec)
        return self._kept[1]

    # The image of each kind of view

    def _image(self, view: LayerView, spec: RenderSpec) -> ViewImage:
        layer = view.layer
        if view.kind is ViewKind.DIFFERENCE:
            return self._difference()
        if layer is None:
            return derived_image(view.kind, self.source, spec)
        if layer.kind is LayerKind.DEPTH and layer.is_chosen:
            return codes_image(self.source.depth_map, spec)
        if layer.kind is LayerKind.PRIMARY and layer.is_chosen:
            part = "" if self._region == WHOLE else "; the part that the depth map covers"
            return ViewImage(self.photo, f"{self.header.primary.displayed_size}{part}")
        rgb, pixels = self._layer(layer)
        size = f"{pixels.shape[1]}×{pixels.shape[0]}"
        caption = f"{size}, {pixels.dtype}, {pixels.minimum} to {pixels.maximum}"
        if pixels.bits > 8:
            is_whole = pixels.array.ndim == 2 and pixels.maximum <= 255
            shown = "shown by value" if is_whole else "the top 8 bits are shown"
            caption += f" of {pixels.bits} bits, {shown}"
        is_matte = layer.kind is LayerKind.AUXILIARY and pixels.array.ndim == 2
        return ViewImage(rgb, caption, rgb[:, :, 1] if is_matte else None)

    def _difference(self) -> ViewImage:
        eyes = [
            view.layer for view in self.views if view.layer and view.layer.label.endswith("eye")
        ]
        left, right = (self._layer(layer)[0] for layer in eyes[:2])
        if left.shape != right.shape:
            raise MissingLayerError("the two eyes have different sizes, so that none is taken away")
        apart = np.abs(left.astype(np.int16) - right).max(axis=2)
        grey = np.minimum(apart * _DIFFERENCE_GAIN, 255).astype(np.uint8)
        caption = f"largest difference of a channel, {_DIFFERENCE_GAIN} times brighter"
        rgb = np.repeat(grey[:, :, None], 3, axis=2)
        return ViewImage(rgb, caption, values=ViewValues(apart.astype(np.uint8)))

    def _layer(self, layer: Layer) -> tuple[Rgb, Pixels]:
        key = layer.kind, layer.item_id
        pixels = self._decoded.get(key)
        if pixels is None:
            request = Request(
                next_ticket(), "layers", self.entry.path, layer, fit=(_SIDE, _SIDE), keep=True
            )
            pixels = self._decoded[key] = self.decode(request)
        return as_shown(pixels), pixels

    # Lines of equal distance

    def _no_contours(self, rgb: Rgb) -> str:
        """Return why a picture gets no contour lines; empty where it gets them."""
        if not self.header.depth.decodable:
            return "the photo has no depth map"
        if self.source.depth_map.reason:
            return f"no metres: {printable(self.source.depth_map.reason)}"
        return (
            ""
            if _has_aspect(rgb.shape, self.photo.shape)
            else "its shape is not that of the depth map"
        )

    def _draw_contours(
        self, rgb: Rgb, fit: Fit, request: LayerViewRequest
    ) -> tuple[LabelPlace, ...]:
        """Draw contour lines into a picture of the size of ``fit``; return their labels."""
        source = self.source
        metres = source.depth_map.metres()
        metres = metres[request.window.samples(metres.shape[1], metres.shape[0])]
        used = metres[np.isfinite(metres)]
        if not used.size:
            return ()
        levels = views.contour_metres(float(used.min()), float(used.max()))
        lines, places = views.contour_lines(_nearest(metres, rgb.shape[:2]), levels)
        # White on dark, black on bright: visible on every colour. A block is as large as a small
        # object, which must not vanish under a line.
        under = rgb[lines].astype(np.float32)
        ink = np.where(under.sum(axis=1, keepdims=True) > 3 * 128, 0.0, 255.0)
        share = 1.0 if request.spec.cell_pixels is not None else _INK
        rgb[lines] = np.rint(under + (ink - under) * share).astype(np.uint8)
        about = source.trust.about
        across, down = rgb.shape[1] // max(1, fit.cols), rgb.shape[0] // max(1, fit.rows)
        texts = [f"{about}{number(line.metres, 4)} m" for line in places]
        cells = [
            dict.fromkeys(
                zip((line.columns // across).tolist(), (line.rows // down).tolist(), strict=True)
            )
            for line in places
        ]
        letter = _LETTER if request.spec.cell_pixels is not None else (1, 1)
        return labels_apart(texts, cells, fit.cols, letter)


def as_shown(pixels: Pixels) -> Rgb:
    """Return a layer as colours to look at.

    Grey values of more than 8 bits that fit into 8 are shown by value: their top 8 bits are dark.
    """
    is_grey = pixels.array.ndim == 2 and pixels.bits > 8
    if not is_grey or pixels.maximum > 255:
        return as_rgb8(pixels)
    return np.repeat(pixels.array.astype(np.uint8)[:, :, None], 3, axis=2)


def labels_apart(
    texts: Sequence[str],
    places: Sequence[Iterable[tuple[int, int]]],
    columns: int,
    letter: tuple[int, int] = (1, 1),
) -> tuple[LabelPlace, ...]:
    """Return a label for each line where it has room: at the first of its places (column, row).

    None lies over another, none reaches beyond ``columns``; a line without such a place gets no
    label. ``letter`` is the (width, height) of a letter.
    """
    kept: list[LabelPlace] = []
    taken: list[tuple[int, int, int]] = []
    for text, candidates in zip(texts, places, strict=True):
        length = len(text) * letter[0]
        for column, row in candidates:
            left = max(0, min(column, columns - length))
            is_free = all(
                abs(row - other_row) >= letter[1] or left > end or left + length < start
                for start, end, other_row in taken
            )
            if is_free:
                taken.append((left, left + length, row))
                kept.append(LabelPlace(text, left, row))
                break
    return tuple(kept)


def _nearest(array: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return an array (H, W) at ``size`` (height, width) by its nearest samples."""
    rows, columns = (
        ((np.arange(length) + 0.5) * have / length).astype(np.intp)
        for length, have in zip(size, array.shape, strict=True)
    )
    found: NDArray[np.float32] = array[rows[:, None], columns[None]]
    return found


def _span(start: float, length: float, first: float, part: float, count: int) -> slice:
    """Return the samples, of ``count``, of a part of a part of a side, all given as shares."""
    begin = min(count - 1, round((start + length * first) * count))
    return slice(begin, max(begin + 1, round((start + length * (first + part)) * count)))


def _has_aspect(image: Sequence[int], photo: Sequence[int]) -> bool:
    """Return whether two shapes (H, W, …) have one aspect."""
    ratio = image[1] / image[0] * photo[0] / photo[1]
    return bool(abs(ratio - 1) <= _ASPECT_TOLERANCE)


def _over(photo: Rgb, image: Rgb, weight: NDArray[np.uint8] | None, share: float) -> Rgb:
    """Return a view laid over a photo of its size: mixed, or with a ``weight`` as a tint."""
    base = photo.astype(np.float32)
    if weight is not None:
        mixed = base + (_TINT - base) * (weight.astype(np.float32)[:, :, None] * (share / 255))
    else:
        mixed = base + (image.astype(np.float32) - base) * share
    return np.rint(mixed).astype(np.uint8)


def _fit(size: tuple[int, int], spec: RenderSpec) -> Fit:
    """Return the cells of a picture (width, height); as pixels its size by a whole number."""
    if spec.cell_pixels is None:
        return spec.fit(size)
    scale = whole_scale(size, min(spec.cells))
    width, height = size[0] * scale, size[1] * scale
    return Fit(width, height, width, height)


def _rendered(rgb: Rgb, fit: Fit, spec: RenderSpec) -> Rendered:
    if spec.cell_pixels is not None:
        return RenderedImage(fit, rgb.tobytes())
    is_photo = spec.mode is ColorMode.ANSI16
    picture = render_cells(rgb, fit, spec.blocks, spec.mode, is_photo=is_photo)
    return RenderedRows(fit, picture.ansi_rows(spec.mode, spec.tolerance))
