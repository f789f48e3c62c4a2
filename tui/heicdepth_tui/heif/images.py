"""Reads one image item: size, transforms, bits, tiles, and its missing bytes."""

from __future__ import annotations

from collections import Counter

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.codecs import undecodable_reason
from heicdepth_tui.heif.coded import not_a_picture
from heicdepth_tui.heif.items import DERIVED_TYPES, IMAGE_TYPES, ItemTable
from heicdepth_tui.heif.picture_facts import Grid, ImageItem

__all__ = ["image_item", "missing_part", "parts_of"]

_MAX_SHARING = 16
"""Limit of tile bytes as a multiple of the file size: equal tiles may share theirs."""
_SMALL = 64 * 1024 * 1024
"""Bytes up to which sharing is not limited."""


def image_item(table: ItemTable, item: int) -> ImageItem:
    """Return an image item with its grid checked.

    Raises MalformedError when it is no picture or makes no sense, UnsupportedHeaderError when its
    type is unknown, LimitError when it or its tiles have too many pixels, TruncatedError when its
    layout lies outside the file.
    """
    if not table.is_image(item):
        raise not_a_picture(item, table.type_of(item))
    kind, found = table.type_of(item), table.properties(item)
    extents = table.extents(item)
    if kind == b"grid" and not table.is_in_idat(item):
        image = _described(table, item)
    else:
        # Where in the header the description of a grid lies is not part of the layout.
        place = extents if kind == b"grid" else ()
        image = table.keep(("image", item, place), lambda: _described(table, item))
    if image.grid is not None:
        length = table.total_length(image.grid.tiles)
        _check_data(table, item, image.grid, length)
        if found.bits is None:
            table.extents(image.grid.tiles[0])  # which raises where its data cannot be read
    elif kind in DERIVED_TYPES:
        length = sum(table.length(source) for source in table.dimg(item))
    else:
        length = sum([extent.length for extent in extents])
    return image.with_bytes(length)


def _described(table: ItemTable, item: int) -> ImageItem:
    """Return an image item without the length of its data, with its grid checked."""
    kind, found = table.type_of(item), table.properties(item)
    grid = table.grid(item)
    bits, channels = found.bits, found.channels
    if grid is not None:
        if found.size != (grid.width, grid.height):
            # libheif 1.23 decodes such a grid and then refuses it.
            raise MalformedError(
                f"grid {item} has {grid.width}×{grid.height} samples by its own layout, but "
                f"{found.size} by its size (ispe)"
            )
        _check_tiles(table, item, grid)
        if bits is None:
            first = table.properties(grid.tiles[0])
            bits, channels = first.bits, first.channels
    return ImageItem(
        id=item,
        type=four_cc(kind),
        coded=found.size,
        displayed_size=found.displayed_size,
        transforms=found.transforms,
        bits=bits,
        channels=channels,
        grid=grid,
        hidden=item in table.hidden(),
        bytes=0,
        undecodable_reason=undecodable_reason(table, item),
    )


def _check_tiles(table: ItemTable, item: int, grid: Grid) -> None:
    # Counted, because a hostile grid may name one tile sixty thousand times.
    counts = Counter(grid.tiles)
    types = table.types
    for tile in counts:
        if types.get(tile) not in IMAGE_TYPES:
            raise MalformedError(f"tile {tile} of grid {item} does not exist or is no picture")
    sizes = table.sizes(counts)
    total = sum(
        [
            size.width * size.height * count
            for size, count in zip(sizes, counts.values(), strict=True)
        ]
    )
    if total > table.limits.pixels:
        raise LimitError(
            f"the {len(grid.tiles)} tiles of grid {item} have {total:,} pixels; "
            f"the limit is {table.limits.pixels:,}",
            hint="files made to exhaust memory look like this",
        )
    first = table.size(grid.tiles[0])
    if first.width * grid.columns < grid.width or first.height * grid.rows < grid.height:
        raise MalformedError(
            f"grid {item} of {grid.width}×{grid.height} is larger than its "
            f"{grid.columns}×{grid.rows} tiles of {first}"
        )


def _check_data(table: ItemTable, item: int, grid: Grid, length: int) -> None:
    limit = max(_SMALL, _MAX_SHARING * table.source.size)
    if length <= limit:
        return
    # Tiles of a truncated file claim bytes beyond its end: those cost nothing.
    lost = sum(table.missing(tile) * count for tile, count in Counter(grid.tiles).items())
    if length - lost > limit:
        raise LimitError(
            f"the {len(grid.tiles)} tiles of grid {item} claim {length - lost:,} bytes of a file "
            f"that has {table.source.size:,}",
            hint="files made to exhaust a decoder look like this",
        )


def missing_part(table: ItemTable, image: ImageItem) -> str:
    """Return how much of an image lies past the end of the file; empty where nothing does."""
    if image.grid is None and table.all_inside():
        return ""
    parts = image.grid.tiles if image.grid else (image.id,)
    lost = [
        (count, count * missing)
        for part, count in Counter(parts).items()
        if (missing := table.missing(part))
    ]
    if not lost:
        return ""
    count = sum(count for count, _ in lost)
    tiles = f"{count} of {len(parts)} tiles, " if image.grid else ""
    return f"{tiles}{sum(size for _, size in lost):,} of {image.bytes:,} bytes missing"


def parts_of(table: ItemTable, item: int) -> tuple[int, ...]:
    """Return an image item and all that it is made of (``dimg``), each once, itself first.

    Raises MalformedError where a part is no picture, LimitError where they nest deeper than
    ``Limits.nesting``.
    """
    found, level = {item: None}, [item]
    for _ in range(table.limits.nesting + 1):
        below = dict.fromkeys(source for part in level for source in table.dimg(part))
        level = [source for source in below if source not in found]
        if not level:
            return tuple(found)
        for source in level:
            if not table.is_image(source):
                raise MalformedError(f"image {item} is made of item {source}, which is no picture")
        found |= dict.fromkeys(level)
    raise LimitError(f"image {item} is made of images of images, deeper than is allowed")
