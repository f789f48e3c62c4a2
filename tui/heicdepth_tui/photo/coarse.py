"""Pictures of a region that cost no decoding of it: from an overview, or from the thumbnail."""

from __future__ import annotations

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.items import ItemTable
from heicdepth_tui.photo.coded import decode_item, is_plain
from heicdepth_tui.photo.decoded_cache import LayerCache, Overview
from heicdepth_tui.photo.layers import LayerKind, Pixels, Request
from heicdepth_tui.photo.region import clip_region
from heicdepth_tui.photo.transforms import place

__all__ = ["coarse_overview", "overview_pixels", "suffices"]

_ASPECT_TOLERANCE = 0.02
"""A thumbnail of another aspect shows another part of the photo."""


def suffices(overview: Overview, request: Request, shape: tuple[int, int]) -> bool:
    """Return whether an overview has a sample for each one that a rendered region is shrunk to.

    ``shape`` is the layer's (height, width). Never for samples to measure from: those of a depth
    map, and those that are requested without being rendered.
    """
    spec = request.render
    if spec is None or request.layer.kind is LayerKind.DEPTH or not overview.is_exact:
        return False
    if request.fit is not None or request.exact is not None:
        return False
    region = clip_region(request.region, shape)
    extent = spec.turned((region.width, region.height))
    if spec.cell_pixels is None:
        fit = spec.fit(extent)
        # Quad blocks are chosen from more samples than they show dots.
        dots = min(fit.width, 2 * fit.cols), min(fit.height, 2 * fit.rows)
    else:
        dots = spec.cells[0] * spec.cell_pixels[0], spec.cells[1] * spec.cell_pixels[1]
    step = overview.step(shape)
    return step * dots[0] <= extent[0] and step * dots[1] <= extent[1]


def overview_pixels(
    request: Request, overview: Overview, shape: tuple[int, int], note: str = ""
) -> Pixels:
    """Return the nearest samples of an overview as the region and level of a request."""
    region = clip_region(request.region, shape)
    array = overview.resampled(shape, region, 1 << request.level)
    return Pixels(
        array=array,
        shape=shape + array.shape[2:],
        dtype=array.dtype.name,
        minimum=int(array.min()),
        maximum=int(array.max()),
        bits=overview.bits,
        note=note,
        region=region,
        level=request.level,
    )


def coarse_overview(
    request: Request, table: ItemTable, kept: LayerCache, shape: tuple[int, int]
) -> Overview | None:
    """Return the overview of a layer for its first picture; without one, a photo's thumbnail.

    None for a depth map: what is enlarged of another picture is no distance.
    """
    if request.layer.kind is LayerKind.DEPTH:
        return None
    if kept.overview is None and request.layer.kind is LayerKind.PRIMARY:
        thumbnail = _thumbnail(table, shape)
        if thumbnail is not None:
            kept.overview = thumbnail
    return kept.overview


def _thumbnail(table: ItemTable, shape: tuple[int, int]) -> Overview | None:
    """Return the embedded thumbnail where it can be decoded and has the photo's aspect."""
    for item_id in table.referrers(b"thmb", table.primary_id):
        try:
            item = table.coded(item_id)
            if not is_plain(item):
                continue
            decoded = decode_item(table, item, "its thumbnail", kind=LayerKind.THUMBNAIL)
        except HeicDepthError:
            continue
        samples = place(item.size, item.transforms).apply(decoded.samples)
        aspect = samples.shape[1] * shape[0] / (samples.shape[0] * shape[1])
        if abs(aspect - 1) <= _ASPECT_TOLERANCE:
            return Overview(samples, decoded.bits, is_exact=False)
    return None
