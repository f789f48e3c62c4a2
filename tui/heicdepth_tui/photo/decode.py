"""Decodes a layer of a photo: reads only its bytes, turns it upright, shrinks it on request."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.errors import (
    DecodeError,
    HeicDepthError,
    MissingLayerError,
    TruncatedError,
    UnsupportedError,
)
from heicdepth_tui.heif.colour import DISPLAY_P3, SRGB, ItemColour, item_colour
from heicdepth_tui.heif.depth_info import check_depth_size, choose_depth, depth_items
from heicdepth_tui.heif.images import image_item, parts_of
from heicdepth_tui.heif.items import CodedItem, ItemTable, read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.wrap import wrap_items
from heicdepth_tui.photo.coarse import coarse_overview, overview_pixels, suffices
from heicdepth_tui.photo.code_counts import code_counts
from heicdepth_tui.photo.coded import decode_item, is_plain
from heicdepth_tui.photo.decoded_cache import DecodedCache, LayerCache, Overview
from heicdepth_tui.photo.layers import Answer, Layer, LayerKind, Pixels, Request
from heicdepth_tui.photo.pillow_heif_adapter import Decoded, decode_hevc
from heicdepth_tui.photo.region import MAX_LEVEL, SampleRegion, clip_region
from heicdepth_tui.photo.sample_arrays import contiguous
from heicdepth_tui.photo.shrink import box, shrink_to_fit
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    from heicdepth_tui.heif.facts import Header

__all__ = ["PARTIAL_SECONDS", "decode", "load", "steps"]

PARTIAL_SECONDS = 0.25
"""Least time between two intermediate pictures of a grid; half as long to the final one."""
REGION_SECONDS = 0.1
"""The same for a region, which follows the keys of a person."""


def decode(request: Request, *, limits: Limits = DEFAULT_LIMITS) -> Generator[Answer]:
    """Decode a layer in this process: intermediate answers on request, then the final one.

    The array is upright: the item's own rotation, mirror and crop are applied, in order, as
    pillow-heif does. Without ``fit`` and ``exact`` it is pillow-heif's whole decode to the bit
    (with ``convert_hdr_to_8bit=False, hdr_to_16bit=False`` for more than 8 bits; transparency is
    left out), for AV1 that of Pillow's AVIF plugin (see ``coded.decode_item``; halved chroma is
    interpolated within each tile of a grid, not across its border). With ``fit`` it is
    ``whole[::s, ::s]`` averaged by BOX to ``shrink.fit_size``, where ``s`` is
    ``shrink.fit_stride``; a grid of tiles is never held whole then. With ``exact`` it is
    ``shrink.box`` of the whole picture. ``exact`` wins where both are given. With ``region`` and
    ``level`` "the whole" is ``upright[top:bottom:2**level, left:right:2**level]`` in all this, and
    of a grid only the tiles that the region touches are read and decoded. All this holds for
    colours that are ``stored`` or have no ICC profile to convert them by.

    Every failure is the error of the final answer: the errors of ``read_header`` and of
    ``ItemTable``, MissingLayerError, UnsupportedError, DecodeError. Nothing else is raised. A
    photo that is cut short gives what is there, with a note; a depth map gives an error instead.
    """
    with closing(steps(request, limits=limits)) as answers:
        for answer in answers:
            if answer is not None:
                yield answer


def load(
    path: str | PathLike[str],
    layer: Layer,
    *,
    exact: tuple[int, int] | None = None,
    fit: tuple[int, int] | None = None,
    region: SampleRegion | None = None,
    level: int = 0,
) -> Pixels:
    """Return a layer decoded in this process; raises what ``decode`` puts into its answer.

    ``fit`` and ``exact`` are (width, height), ``region`` and ``level`` as in ``Request``. Colours
    are as decoded; ``Pixels.space`` names their space.
    """
    request = Request(
        0,
        "load",
        fspath(path),
        layer,
        fit=fit,
        exact=exact,
        region=region,
        level=level,
        keep=True,
        stored=True,
    )
    *_, answer = decode(request)
    if answer.error is not None:
        raise answer.error
    assert answer.pixels is not None  # noqa: S101  an answer carries one of the two
    return answer.pixels


def steps(
    request: Request, *, limits: Limits = DEFAULT_LIMITS, cache: DecodedCache | None = None
) -> Generator[Answer | None]:
    """Like ``decode``, but yields None between tiles, so that the caller can pause or stop.

    ``cache`` keeps tiles for the next region and overviews for the first picture of one. A region
    to be rendered is cut from the overview alone where that has a sample for each of its dots.
    """
    try:
        with closing(_steps(request, limits, cache or DecodedCache())) as answers:
            for answer in answers:
                yield answer if answer is None else _as_codes(answer)
    except HeicDepthError as error:
        yield Answer(request, error=error.at(request.path))
    except MemoryError:
        what = f"its {request.layer.phrase} needs more memory than the decoder is allowed"
        yield Answer(request, error=DecodeError(what, path=request.path))


def _steps(request: Request, limits: Limits, cache: DecodedCache) -> Generator[Answer | None]:
    if request.exact is not None and min(request.exact) < 1:
        raise DecodeError(f"no picture has {request.exact[0]}×{request.exact[1]} samples")
    if not 0 <= request.level <= MAX_LEVEL:
        raise DecodeError(f"level {request.level} is not between 0 and {MAX_LEVEL}")
    with read_items(request.path, limits=limits) as table:
        item_id = _find(table, request.layer)
        if item_id is None:
            item_id = _item_of(_header(request, limits), request.layer)
        kept = cache.layer(request, item_id)
        if kept.tiling is None:
            item = _source(request, table, _checked(request, table, item_id))
        else:
            # Checked for an earlier region: 10 ms for 768 tiles.
            item = table.coded(item_id)
        colour = _colour(table, item_id)
        if colour == ItemColour():
            colour = _colour(table, item.id)
        with closing(_pictures(request, table, item, kept)) as answers:
            for answer in answers:
                yield answer if answer is None else _coloured(answer, colour)


def _pictures(
    request: Request, table: ItemTable, item: CodedItem, kept: LayerCache
) -> Generator[Answer | None]:
    """Decode an item by the first way that reads it."""
    overview = None
    if request.region is not None:
        shape = place(item.size, item.transforms).shape
        overview = kept.overview
        if overview is not None and suffices(overview, request, shape):
            yield Answer(request, pixels=overview_pixels(request, overview, shape))
            return
        if request.partial:
            overview = coarse_overview(request, table, kept, shape)
    if item.type == "grid":
        is_done = yield from _tile_by_tile(request, table, item, kept, overview)
        if is_done:
            return
    decoded = kept.item
    if decoded is None:
        if overview is not None and request.partial:
            pixels = overview_pixels(request, overview, shape, "decoding")
            yield Answer(request, pixels=pixels, final=False)
            yield None
        decoded = _decoded(request, table, item)
        if request.region is not None:
            kept.item = decoded
    answer = _answer(request, item, decoded)
    if request.is_overview and answer.pixels is not None:
        kept.overview = Overview(answer.pixels.array, decoded.bits, is_exact=True)
    yield answer


def _checked(request: Request, table: ItemTable, item_id: int) -> CodedItem:
    """Return an item whose size, and that of its tiles, is within the limits.

    Raises UnsupportedError for one that no decoder reads.
    """
    image = image_item(table, item_id)
    is_depth = request.layer.kind is LayerKind.DEPTH
    if is_depth:
        check_depth_size(table, image.coded)
    if image.undecodable_reason:
        # Programs that convert photos usually drop the depth map.
        has_depth = is_depth or any(depth_items(table))
        raise UnsupportedError(
            f"its {request.layer.phrase} is {image.undecodable_reason}",
            hint="" if has_depth else "convert it with another program",
        )
    return table.coded(item_id)


def _source(request: Request, table: ItemTable, item: CodedItem) -> CodedItem:
    """Return the picture that an identity (``iden``) repeats, its transforms before the item's.

    Any other item is returned as it is, and so is an identity of another size than its source.
    """
    for _ in range(table.limits.nesting):
        sources = table.dimg(item.id)
        if item.type != "iden" or len(sources) != 1:
            return item
        source = _checked(request, table, sources[0])
        if source.displayed_size != item.size:
            return item
        transforms = (*source.transforms, *item.transforms)
        item = replace(source, transforms=transforms, colr=item.colr or source.colr)
    return item


def _header(request: Request, limits: Limits) -> Header:
    # Not imported above: most layers are found and decoded without it.
    from heicdepth_tui.heif.header import read_header

    return read_header(request.path, limits=limits)


def _find(table: ItemTable, layer: Layer) -> int | None:
    """Return the item of a layer, None where the whole header is needed to find it."""
    kind = layer.kind
    if kind is LayerKind.PRIMARY:
        return table.primary_id if layer.item_id in (0, table.primary_id) else None
    if kind is LayerKind.DEPTH and not layer.item_id:
        own, _ = depth_items(table)
        return choose_depth(table, own) if own else None
    link = b"thmb" if kind is LayerKind.THUMBNAIL else b"auxl"
    return layer.item_id if layer.item_id in table.referrers(link, table.primary_id) else None


def _decoded(request: Request, table: ItemTable, item: CodedItem) -> Decoded:
    layer = request.layer
    if is_plain(item):
        return decode_item(table, item, f"its {layer.phrase}", kind=layer.kind)
    return _by_library(request, table, item)


def _tile_by_tile(
    request: Request,
    table: ItemTable,
    item: CodedItem,
    kept: LayerCache,
    overview: Overview | None,
) -> Generator[Answer | None, None, bool]:
    """Decode a grid of plain tiles; returns False, with nothing yielded, for any other grid.

    ``overview`` is shown where nothing is decoded yet.
    """
    # Not imported above: a depth map is on the screen 5 ms sooner.
    from heicdepth_tui.photo.grid_assembly import GridAssembly
    from heicdepth_tui.photo.tiles import decode_tiles, plan_tiles

    tiling = kept.tiling or plan_tiles(table, item)
    if tiling is None:
        return False
    if item.id == kept.item_id:
        kept.tiling = tiling
    assembly = GridAssembly(request, tiling, kept)
    pause = PARTIAL_SECONDS if request.region is None else REGION_SECONDS
    kind = request.layer.kind
    view, stride = assembly.view, assembly.stride
    begun = assembly.begin(overview) if request.partial else None
    if begun is not None:
        yield Answer(request, pixels=begun, final=False)
    began = shown = time.monotonic()
    done = 0
    with closing(decode_tiles(table, tiling, view, stride, kind=kind, kept=assembly.kept)) as tiles:
        for indices, tile in tiles:
            assembly.add(indices, tile)
            done += len(indices)
            now = time.monotonic()
            left = (now - began) / done * (assembly.tiles - done)
            # A picture shortly before the last one would only delay it: 10 to 30 ms.
            if request.partial and now - shown >= pause and left >= pause / 2:
                pixels = assembly.so_far()
                if pixels is not None:
                    yield Answer(request, pixels=pixels, final=False)
                    shown = now
            yield None
    yield Answer(request, pixels=assembly.finish())
    return True


def _by_library(request: Request, table: ItemTable, item: CodedItem) -> Decoded:
    """Decode by pillow-heif what it has to put together: overlays, unequal tiles, grids of grids.

    It gets the item and what the item is made of, and nothing else of the file.
    """
    layer = request.layer
    what = f"its {layer.phrase}"
    parts = parts_of(table, item.id)
    if any(table.type_of(part) == b"av01" for part in parts):
        raise UnsupportedError(
            f"{what} is made of AV1 pictures (item type {item.type}) that this program cannot "
            "put together: it decodes single pictures and grids of equal tiles"
        )
    data, cut = wrap_items(table, parts)
    cut_short = TruncatedError(f"{what} is cut short", hint="copy the file again")
    if cut and layer.kind is LayerKind.DEPTH:
        raise cut_short
    try:
        decoded = decode_hevc(data, what)
    except DecodeError as error:
        if cut:
            raise cut_short from error
        raise
    height, width = decoded.samples.shape[:2]
    if Size(width, height) != item.size:
        raise DecodeError(
            f"{what} decodes to {width}×{height} samples, but its header says {item.size}"
        )
    missing = f"{len(cut)} of its {len(parts)} parts cut short" if cut else ""
    note = "; ".join(filter(None, [decoded.note, missing]))
    return Decoded(decoded.samples, decoded.bits, note)


def _colour(table: ItemTable, item_id: int) -> ItemColour:
    """Return the colour space of an item; a thumbnail that states none has its picture's."""
    colour = item_colour(table, item_id)
    if colour == ItemColour() and item_id in table.referrers(b"thmb", table.primary_id):
        return item_colour(table, table.primary_id)
    return colour


def _coloured(answer: Answer, colour: ItemColour) -> Answer:
    """Return the answer with the colour space of its samples, converted where a profile says how.

    Display P3 is not converted here, but by ``colour.srgb_from`` where and when it is shown.
    Samples of more than 8 bits are rounded to 8 for the profile.
    """
    pixels = answer.pixels
    if pixels is None or pixels.array.ndim == 2:
        return answer
    pixels.space = colour.name
    is_known = colour.name in (DISPLAY_P3, SRGB)
    if answer.request.stored or is_known or not colour.profile:
        return answer
    from heicdepth_tui.photo.colour import srgb_by_profile

    samples, top = pixels.array, 2**pixels.bits - 1
    if samples.dtype != np.uint8:
        samples = ((samples.astype(np.uint32) * 255 + top // 2) // top).astype(np.uint8)
    converted = srgb_by_profile(np.asarray(samples, np.uint8), colour.profile)
    if converted is None:
        return answer
    in_srgb = Pixels(
        converted,
        pixels.shape,
        pixels.dtype,
        pixels.minimum,
        pixels.maximum,
        pixels.bits,
        pixels.note,
        space=SRGB,
        converted_from=colour.name,
        region=pixels.region,
        level=pixels.level,
    )
    return replace(answer, pixels=in_srgb)


def _as_codes(answer: Answer) -> Answer:
    """Return the answer with a depth map's grey samples as codes (H, W); others as they are.

    Some encoders know no monochrome and write three equal channels. Raises DecodeError for a depth
    map in colours: no channel of it is a distance.
    """
    pixels = answer.pixels
    if answer.request.layer.kind is not LayerKind.DEPTH or pixels is None or pixels.array.ndim == 2:
        return answer
    codes = pixels.array[:, :, 0]
    if (pixels.array != codes[:, :, None]).any():
        raise DecodeError("its depth map is a picture in colours, not one value a sample")
    grey = Pixels(
        contiguous(codes),
        pixels.shape[:2],
        pixels.dtype,
        pixels.minimum,
        pixels.maximum,
        pixels.bits,
        pixels.note,
        region=pixels.region,
        level=pixels.level,
    )
    return replace(answer, pixels=grey)


def _item_of(header: Header, layer: Layer) -> int:
    """Return the item of a layer, from the whole header; raises MissingLayerError."""
    known = {
        LayerKind.PRIMARY: (header.primary.id, *(image.id for image in header.images)),
        LayerKind.THUMBNAIL: tuple(image.id for image in header.thumbnails),
        LayerKind.DEPTH: () if header.depth.item is None else (header.depth.item.id,),
        LayerKind.AUXILIARY: tuple(aux.item.id for aux in header.auxiliaries),
    }[layer.kind]
    if layer.kind is LayerKind.DEPTH and layer.item_id:
        more = (*header.depth.others, *(other.depth for other in header.depth.elsewhere))
        known += tuple(info.item.id for info in more if info.item is not None)
    if layer.item_id in known:
        return layer.item_id
    if not known or layer.item_id or layer.kind is LayerKind.AUXILIARY:
        reason = header.depth.reason if layer.kind is LayerKind.DEPTH else ""
        what = reason or f"the photo has no {layer.phrase}"
        raise MissingLayerError(what, path=header.path)
    return known[0]


def _answer(request: Request, item: CodedItem, decoded: Decoded) -> Answer:
    upright = place(item.size, item.transforms).apply(decoded.samples)
    region = clip_region(request.region, (upright.shape[0], upright.shape[1]))
    step = 1 << request.level
    shown = array = upright[region.rows, region.columns][::step, ::step]
    if request.exact is not None:
        array = box(array, request.exact)
    elif request.fit is not None:
        array = shrink_to_fit(array, request.fit)
    is_shrunk = request.region is None and array.ndim == 2 and array.shape != upright.shape
    pixels = Pixels(
        array=contiguous(array),
        shape=upright.shape,
        dtype=upright.dtype.name,
        minimum=int(shown.min()),
        maximum=int(shown.max()),
        bits=decoded.bits,
        note=decoded.note,
        region=None if request.region is None else region,
        level=request.level,
        counts=code_counts(upright, decoded.bits) if is_shrunk else None,
    )
    return Answer(request, pixels=pixels)
