"""Reads the whole header of a photo: its pictures, their relations, its problems."""

from __future__ import annotations

from os import PathLike

from heicdepth_tui.errors import (
    HeaderError,
    HeicDepthError,
    LimitError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.camera_facts import ItemCamera
from heicdepth_tui.heif.camera_properties import read_camera
from heicdepth_tui.heif.coded import not_a_picture
from heicdepth_tui.heif.colour import colour_space
from heicdepth_tui.heif.container import has_sequence
from heicdepth_tui.heif.depth_facts import DepthInfo
from heicdepth_tui.heif.depth_info import AuxiliaryReader, read_depth
from heicdepth_tui.heif.exif import parse_exif_item
from heicdepth_tui.heif.facts import Auxiliary, ColourSpace, Exif, Header, StereoPair
from heicdepth_tui.heif.images import image_item, missing_part
from heicdepth_tui.heif.items import IMAGE_TYPES, ItemTable, read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import ImageItem
from heicdepth_tui.heif.source import Source

__all__ = ["check_metadata", "exif_item", "parse_header", "read_header"]

_MAX_AUXILIARIES = 256


def read_header(
    path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS, all_xmp: bool = True
) -> Header:
    """Return the header of a file, without decoding a picture.

    Without ``all_xmp`` the calibration of auxiliary images that are no depth maps is None, which
    saves an eighth of the time. Errors of one auxiliary image, its SEI or its XMP are stated there
    and leave the rest readable. Raises FileAccessError, NotHeifError, TruncatedError,
    MalformedError or LimitError, each naming the file, when the photo itself cannot be described.
    """
    with read_items(path, limits=limits) as table:
        try:
            return _header(table, all_xmp=all_xmp)
        except HeicDepthError as error:
            error.at(table.source.path)
            raise


def parse_header(data: bytes, *, path: str = "", limits: Limits = DEFAULT_LIMITS) -> Header:
    """Return what ``read_header`` does, for a file that lies in memory."""
    with read_items(Source(path, limits, data=data), limits=limits) as table:
        try:
            return _header(table)
        except HeicDepthError as error:
            if path:
                error.at(path)
            raise


def _header(table: ItemTable, *, all_xmp: bool = True) -> Header:
    table.index()
    problems = list(table.problems)
    try:
        check_metadata(table)
    except LimitError as error:
        problems.append(error.what)
    primary = _primary(table)
    exif, exif_problem = _exif(table)
    auxiliaries = AuxiliaryReader(table, all_xmp=all_xmp)
    depth = read_depth(table, auxiliaries, problems, portrait=exif.portrait)
    others = _auxiliaries(table, auxiliaries, depth, problems)
    thumbnails = _images(table, table.referrers(b"thmb", primary.id), "thumbnail", problems)
    thumbnails.sort(key=lambda item: (-item.coded.width * item.coded.height, item.id))
    others_of_file = table.keep("top level", lambda: _top_level(table))
    images = _images(table, others_of_file, "image", problems)
    colour = _colour(table, problems)
    pairs = table.keep("stereo pairs", lambda: _stereo_pairs(table))
    cameras = _cameras(table, primary, depth, pairs, problems)
    truncated = _truncated(table, primary, depth, others, thumbnails, problems)
    tiles = primary.grid.tiles if primary.grid else (primary.id,)
    return Header(
        path=table.source.path,
        file_size=table.source.size,
        brand=table.container.brand,
        compatible_brands=table.container.compatible_brands,
        primary=primary,
        depth=depth,
        auxiliaries=others,
        thumbnails=tuple(thumbnails),
        images=tuple(images),
        stereo_pairs=pairs,
        exif=exif,
        exif_problem=exif_problem,
        is_sequence=has_sequence(table.source, table.container),
        truncated=truncated,
        codec=four_cc(table.type_of(tiles[0])),
        problems=tuple(problems),
        colour=colour,
        cameras=cameras,
    )


def _cameras(
    table: ItemTable,
    primary: ImageItem,
    depth: DepthInfo,
    pairs: tuple[StereoPair, ...],
    problems: list[str],
) -> tuple[ItemCamera, ...]:
    """Return the camera properties of photo, depth map and the views of a stereo pair, by item."""
    views = [view for pair in pairs[:1] for view in (pair.left, pair.right)]
    items = {primary.id, *views, *(() if depth.item is None else (depth.item.id,))}
    found: list[ItemCamera] = []
    for item in sorted(items):
        try:
            camera = _camera(table, item)
        except HeaderError as error:
            problems.append(f"camera of image {item}: {error.what}")
            continue
        if camera is not None:
            found.append(camera)
            if camera.problem:
                problems.append(f"image {item}: {camera.problem}")
    return tuple(found)


def _camera(table: ItemTable, item: int) -> ItemCamera | None:
    return table.keep(("camera", item), lambda: read_camera(table, item))


def _colour(table: ItemTable, problems: list[str]) -> ColourSpace:
    try:
        return colour_space(table)
    except HeaderError as error:
        problems.append(f"colour space: {error.what}")
        return ColourSpace()


def check_metadata(table: ItemTable) -> None:
    """Raise LimitError where metadata items claim more bytes than the limits allow.

    libheif loads them all when it opens a file: 60 XMP items of 32 extents each in 1 MB made that
    take 12.8 s and 3.9 GB. Call this before giving it a whole file. The header states it
    only: EXIF and XMP have limits of their own, and pictures are decoded item by item.
    """
    total = 0
    for item in _metadata(table):
        try:
            total += table.length(item)
        except HeaderError:
            # Its place is unknown, so that nothing of it can be loaded.
            continue
    if total > table.limits.metadata_bytes:
        raise LimitError(
            f"its metadata items claim {total:,} bytes; the limit is "
            f"{table.limits.metadata_bytes:,}, the whole file has {table.source.size:,}",
            hint="no camera writes such a header",
        )


def _metadata(table: ItemTable) -> tuple[int, ...]:
    """Return the items that are no pictures."""
    types = table.types.items()
    return table.keep(
        "metadata", lambda: tuple([item for item, kind in types if kind not in IMAGE_TYPES])
    )


def _primary(table: ItemTable) -> ImageItem:
    item = table.primary_id
    kind = table.type_of(item)
    if not table.is_image(item):
        raise not_a_picture(item, kind, "its primary item")
    return image_item(table, item)


def exif_item(table: ItemTable) -> int | None:
    """Return the ``Exif`` item of the primary picture, None where there is none.

    One that names no picture at all counts as the primary's.
    """
    return table.keep("Exif", lambda: _exif_item(table))


def _exif_item(table: ItemTable) -> int | None:
    described = table.references.get(b"cdsc", {})
    loose = None
    for item in table.of_type(b"Exif"):
        targets = described.get(item)
        if targets is None:
            loose = item if loose is None else loose
        elif table.primary_id in targets:
            return item
    return loose


def _exif(table: ItemTable) -> tuple[Exif, str]:
    item = exif_item(table)
    if item is None:
        return Exif(), ""
    try:
        if table.content_encoding(item):
            raise UnsupportedHeaderError("the EXIF is compressed, which this program does not read")
        payload = table.payload(item, limit=table.limits.exif_bytes, header=True)
        return parse_exif_item(payload), ""
    except HeaderError as error:
        return Exif(), error.what


def _auxiliaries(
    table: ItemTable, reader: AuxiliaryReader, depth: DepthInfo, problems: list[str]
) -> tuple[Auxiliary, ...]:
    found: list[Auxiliary] = []
    items = table.referrers(b"auxl", table.primary_id)
    if len(items) > _MAX_AUXILIARIES:
        problems.append(f"{len(items) - _MAX_AUXILIARIES:,} of {len(items):,} auxiliary images are "
                        f"left out: the limit is {_MAX_AUXILIARIES}")  # fmt: skip
    for item in items[:_MAX_AUXILIARIES]:
        try:
            found.append(reader.auxiliary(item, depth))
        except HeaderError as error:
            problems.append(f"auxiliary image {item}: {error.what}")
    return tuple(found)


def _images(
    table: ItemTable, items: tuple[int, ...], what: str, problems: list[str]
) -> list[ImageItem]:
    found: list[ImageItem] = []
    for item in items:
        try:
            found.append(image_item(table, item))
        except HeaderError as error:
            problems.append(f"{what} {item}: {error.what}")
    return found


def _top_level(table: ItemTable) -> tuple[int, ...]:
    """Return the independent pictures except the primary, by id."""
    used = {table.primary_id, *table.hidden(), *_metadata(table)}
    used.update(*table.references.get(b"dimg", {}).values())
    used.update(table.references.get(b"auxl", ()), table.references.get(b"thmb", ()))
    return tuple(sorted(table.types.keys() - used))


def _stereo_pairs(table: ItemTable) -> tuple[StereoPair, ...]:
    """Return the ``ster`` groups: left view first (ISO/IEC 23008-12 section 6.8.5)."""
    return tuple(
        StereoPair(*group.entities[:2])
        for group in table.groups
        if group.type == b"ster"
        and len(group.entities) >= 2
        and all(table.is_image(item) for item in group.entities[:2])
    )


def _truncated(
    table: ItemTable,
    primary: ImageItem,
    depth: DepthInfo,
    auxiliaries: tuple[Auxiliary, ...],
    thumbnails: list[ImageItem],
    problems: list[str],
) -> str:
    if table.all_inside():
        return ""
    named = [("photo", primary)]
    named += [(aux.name, aux.item) for aux in auxiliaries]
    named += [("thumbnail", item) for item in thumbnails]
    if depth.item is not None and all(aux.item.id != depth.item.id for aux in auxiliaries):
        named.append(("depth", depth.item))
    parts: list[str] = []
    for name, item in named:
        try:
            part = missing_part(table, item)
        except HeaderError as error:
            if item is primary:
                raise
            problems.append(f"{name}: {error.what}")
        else:
            parts += [f"{name} ({part})"] if part else []
    return ", ".join(parts)
