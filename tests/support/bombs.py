"""Small files that claim, refer to or unpack to far too much; each is a few lines to build."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from struct import pack

import numpy as np

from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.boxes import (
    Item,
    ItemReference,
    Property,
    assemble,
    auxiliary_type,
    box,
    decoder_configuration,
    full_box,
    pixel_information,
    spatial_extent,
)
from heicdepth_tui.heif.write.mux import CodedPicture
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.samples.write import build_photo
from tests.support.boxtree import box_tree, refill

__all__ = ["BOMBS", "cut_at_every_border", "one_tile_everywhere"]

_RDF = b"application/rdf+xml"
_XMP_HEAD = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)


_NOISE_QUALITY = 5
"""Little enough for 225 tiles to share the payload."""


@cache
def _flat(side: int) -> CodedPicture:
    """Return a grey picture, which takes a few hundred bytes whatever its size."""
    return encode_hevc(np.full((side, side), 90, np.uint8), quality=10, smooth=True)


def _properties(picture: CodedPicture, size: Size | None = None) -> tuple[Property, ...]:
    return (
        decoder_configuration(picture.configuration),
        spatial_extent(size or picture.size),
        pixel_information(picture.pixi),
    )


def _picture(number: int, side: int = 64, *more: Property, says: Size | None = None) -> Item:
    flat = _flat(side)
    return Item(number, "hvc1", flat.payload, (*_properties(flat, says), *more))


def _grid(number: int, rows: int, columns: int, size: Size, says: Size | None = None) -> Item:
    payload = bytes((0, 1, rows - 1, columns - 1)) + pack(">II", *size)
    return Item(number, "grid", payload, (spatial_extent(says or size),), in_idat=True)


def grid_of_500_megapixels() -> bytes:
    """484 tiles of one megapixel each, every one an item of its own: 507 megapixels."""
    tiles = [_picture(number, 1024) for number in range(2, 486)]
    grid = _grid(1, 22, 22, Size(22 * 1024, 22 * 1024))
    reference = ItemReference("dimg", 1, tuple(tile.id for tile in tiles))
    return assemble([grid, *tiles], [reference], primary_id=1)


def one_tile_everywhere(side: int, *, is_noise: bool = False) -> bytes:
    """Return a photo of ``side`` × ``side`` times the same megapixel: small, and long to decode.

    Of noise it takes several times as long.
    """
    grid = _grid(1, side, side, Size(side * 1024, side * 1024))
    reference = ItemReference("dimg", 1, (2,) * side**2)
    tile = _picture(2, 1024)
    if is_noise:
        samples = np.random.default_rng(1).integers(0, 256, (1024, 1024)).astype(np.uint8)
        noise = encode_hevc(samples, quality=_NOISE_QUALITY)
        tile = Item(2, "hvc1", noise.payload, _properties(noise, None))
    return assemble([grid, tile], [reference], primary_id=1)


def one_tile_named_484_times() -> bytes:
    """The same picture at every place of the grid."""
    return one_tile_everywhere(22)


def tiles_larger_than_they_say() -> bytes:
    """Tiles of a megapixel whose header says 64×64: the picture seems small."""
    tiles = [_picture(number, 1024, says=Size(64, 64)) for number in range(2, 258)]
    reference = ItemReference("dimg", 1, tuple(tile.id for tile in tiles))
    return assemble([_grid(1, 16, 16, Size(1024, 1024)), *tiles], [reference], primary_id=1)


def picture_larger_than_it_says() -> bytes:
    """A coded picture of 4 megapixels whose header says 64×64."""
    return assemble([_picture(1, 2048, says=Size(64, 64))], primary_id=1)


def size_of_65535() -> bytes:
    """``ispe`` 65535 × 65535 around a picture of 64 × 64."""
    return assemble([_picture(1, says=Size(65535, 65535))], primary_id=1)


def size_of_4294967295() -> bytes:
    """``ispe`` of the largest numbers there are."""
    return assemble([_picture(1, says=Size(2**32 - 1, 2**32 - 1))], primary_id=1)


def depth_size_of_65535() -> bytes:
    """A good photo whose depth map says 65535 × 65535."""
    depth = _picture(2, 64, auxiliary_type(AUX_DEPTH_URNS[0]), says=Size(65535, 65535))
    return assemble([_picture(1), depth], [ItemReference("auxl", 2, (1,))], primary_id=1)


def depth_of_236_megapixels() -> bytes:
    """A small photo whose depth map is a grid of the same megapixel, 225 times."""
    depth = _grid(3, 15, 15, Size(15 * 1024, 15 * 1024))
    marked = (*depth.properties, auxiliary_type(AUX_DEPTH_URNS[0]))
    references = [ItemReference("dimg", 3, (2,) * 225), ItemReference("auxl", 3, (1,))]
    items = [_picture(1), _picture(2, 1024), replace(depth, properties=marked)]
    return assemble(items, references, primary_id=1)


def thin_grid() -> bytes:
    """A grid of 65535 × 1 sample out of tiles that do not cover it."""
    reference = ItemReference("dimg", 1, (2,) * 256)
    grid = _grid(1, 1, 256, Size(2**31, 1))
    return assemble([grid, _picture(2)], [reference], primary_id=1)


def _cycle(kind: str, *edges: tuple[int, int]) -> bytes:
    items = [_grid(1, 1, 1, Size(64, 64)), _grid(2, 1, 1, Size(64, 64)), _picture(3)]
    references = [ItemReference(kind, source, (target,)) for source, target in edges]
    return assemble(items, references, primary_id=1)


def grid_of_itself() -> bytes:
    """``dimg`` 1 → 1."""
    return _cycle("dimg", (1, 1))


def grids_of_each_other() -> bytes:
    """``dimg`` 1 → 2 → 1."""
    return _cycle("dimg", (1, 2), (2, 1))


def auxiliary_of_itself() -> bytes:
    """``auxl`` 1 → 1."""
    return _cycle("auxl", (1, 1))


def grids_of_grids() -> bytes:
    """Forty grids, each a tile of the one before."""
    grids = [_grid(number, 1, 1, Size(64, 64)) for number in range(1, 41)]
    references = [ItemReference("dimg", grid.id, (grid.id + 1,)) for grid in grids]
    return assemble([*grids, _picture(41)], references, primary_id=1)


def doubling_grids() -> bytes:
    """Seven steps of grids of 16 × 16 times the next one: 256^7 tiles."""
    grids = [_grid(number, 16, 16, Size(1024, 1024)) for number in range(1, 8)]
    references = [ItemReference("dimg", grid.id, (grid.id + 1,) * 256) for grid in grids]
    return assemble([*grids, _picture(8)], references, primary_id=1)


def hundred_thousand_items() -> bytes:
    """A table of 100,000 pictures."""
    entry = full_box("infe", 3, 0, pack(">IH4sB", 1, 0, b"hvc1", 0))
    return _header(full_box("iinf", 1, 0, pack(">I", 100_000), entry * 100_000))


def four_thousand_million_items() -> bytes:
    """A table that says 2^32 − 1 entries and has none, and so do the others."""
    most = pack(">I", 2**32 - 1)
    iprp = box("iprp", box("ipco"), full_box("ipma", 0, 0, most))
    iloc = full_box("iloc", 2, 0, b"\x44\x00", most)
    return _header(full_box("iinf", 1, 0, most), iprp, iloc)


def million_small_boxes() -> bytes:
    """Eight megabytes of boxes of eight bytes."""
    return _header(box("free") * 1_000_000)


def boxes_in_boxes() -> bytes:
    """A box in a box in a box …, 100,000 deep."""
    depth = 100_000
    sizes = (pack(">I4s", 8 * (depth - level), b"iprp") for level in range(depth))
    return _header(b"".join(sizes))


def _header(*tables: bytes) -> bytes:
    """Return a file whose meta box holds a handler, a primary item and ``tables``."""
    handler = full_box("hdlr", 0, 0, bytes(4), b"pict", bytes(13))
    primary = full_box("pitm", 0, 0, b"\0\1")
    brands = box("ftyp", b"heic", bytes(4), b"mif1heic")
    return brands + full_box("meta", 0, 0, handler, primary, *tables)


def xmp_of_32_extents_each() -> bytes:
    """60 XMP items that each claim the same megabyte 32 times: 1.7 GB of metadata in 1 MB."""
    packets = [
        Item(number, "mime", b"x" * 32, hidden=True, content_type=_RDF.decode())
        for number in range(2, 62)
    ]
    items = [_picture(1), *packets, Item(62, "hvc1", b"x" * 1_000_000, _picture(1).properties)]
    data = assemble(items, primary_id=1)
    rows = [pack(">HHH", item.id, 0, 1) + pack(">II", 4000, 64) for item in (items[0], items[-1])]
    rows += [pack(">HHH", item.id, 0, 32) + pack(">II", 4000, 900_000) * 32 for item in packets]
    return _with_content(data, b"iloc", pack(">IBBH", 0, 0x44, 0, len(rows)) + b"".join(rows))


def many_extents() -> bytes:
    """One item of 65,535 extents of one byte, as a file of half a megabyte holds."""
    data = assemble([_picture(1), Item(2, "mime", b"x", content_type=_RDF.decode())], primary_id=1)
    row = pack(">HHH", 2, 0, 65_535) + pack(">II", 100, 1) * 65_535
    return _with_content(data, b"iloc", pack(">IBBH", 0, 0x44, 0, 1) + row)


def extents_past_the_end() -> bytes:
    """A picture that begins at byte 2^63 and has 2^62 bytes."""
    row = pack(">HHHQQ", 1, 0, 1, 2**63, 2**62)
    data = assemble([_picture(1)], primary_id=1)
    return _with_content(data, b"iloc", pack(">IBBH", 0, 0x88, 0, 1) + row)


def payload_of_the_whole_file() -> bytes:
    """64 tiles that each claim the whole 8 MB of the file as their data."""
    tiles = [_picture(number) for number in range(2, 66)]
    reference = ItemReference("dimg", 1, tuple(tile.id for tile in tiles))
    data = assemble([_grid(1, 8, 8, Size(512, 512)), *tiles], [reference], primary_id=1)
    data += box("free", bytes(8_000_000))
    rows = pack(">HHHHII", 1, 1, 0, 1, 0, 12)
    rows += b"".join(pack(">HHHHII", tile.id, 0, 0, 1, 0, 8_000_000) for tile in tiles)
    return _with_content(data, b"iloc", pack(">IBBH", 1 << 24, 0x44, 0, 65) + rows)


def urn_of_megabytes() -> bytes:
    """An auxiliary image whose type, which is its name, has three million characters."""
    marked = _picture(2, 64, auxiliary_type("urn:" + "a\x1b" * 1_500_000))
    return assemble([_picture(1), marked], [ItemReference("auxl", 2, (1,))], primary_id=1)


def messages_without_end() -> bytes:
    """A depth map whose SEI holds three million messages before its own."""
    unit = b"\x4e\x01" + b"\x05\x00" * 3_000_000
    subtype = pack(">II", len(unit) + 4, len(unit)) + unit
    marked = _picture(2, 64, auxiliary_type(AUX_DEPTH_URNS[0], subtype))
    return assemble([_picture(1), marked], [ItemReference("auxl", 2, (1,))], primary_id=1)


def three_thousand_auxiliaries() -> bytes:
    """Three thousand auxiliary images of kinds of their own."""
    marked = [_picture(n, 64, auxiliary_type(f"urn:x:{n}")) for n in range(2, 3_002)]
    references = [ItemReference("auxl", item.id, (1,)) for item in marked]
    return assemble([_picture(1), *marked], references, primary_id=1)


def xmp_on_a_thousand_auxiliaries() -> bytes:
    """A thousand auxiliary images with a small XMP each that is all tags: a megabyte together."""
    marked = [_picture(n, 64, auxiliary_type(f"urn:x:{n}")) for n in range(2, 1_002)]
    xml = b"<x>" + b"<a/>" * 250 + b"</x>"
    packets = [Item(n, "mime", xml, content_type=_RDF.decode()) for n in range(2_002, 3_002)]
    references = [ItemReference("auxl", item.id, (1,)) for item in marked]
    references += [ItemReference("cdsc", item.id, (item.id - 2_000,)) for item in packets]
    return assemble([_picture(1), *marked, *packets], references, primary_id=1)


def _with_content(data: bytes, kind: bytes, content: bytes) -> bytes:
    """Return a file with other content in its only box of a kind."""
    (node,) = [node for node in box_tree(data, most=10_000) if node.kind == kind]
    return refill(data, node, content)


def _with_xmp(xmp: bytes) -> bytes:
    return build_photo(depth_xmp=xmp)


def xmp_of_entities() -> bytes:
    """The billion laughs: ten entities of ten of the one before."""
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    return _with_xmp(b"<!DOCTYPE x [" + entities + b"]><x>&a9;</x>")


def xmp_of_nested_elements() -> bytes:
    """Eighty thousand elements in each other."""
    return _with_xmp(_XMP_HEAD + b"<a>" * 80_000)


def xmp_of_many_values() -> bytes:
    """A list of fifteen thousand numbers where nine are expected."""
    entries = b"<rdf:li>1</rdf:li>" * 14_000
    return _with_xmp(
        _XMP_HEAD + b'<rdf:Description xmlns:d="http://ns.apple.com/depthData/1.0/">'
        b"<d:IntrinsicMatrix><rdf:Seq>" + entries + b"</rdf:Seq></d:IntrinsicMatrix>"
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def xmp_of_many_megabytes() -> bytes:
    """An XMP packet of 20 MB."""
    return _with_xmp(b"<a>" + b" " * 20_000_000 + b"</a>")


BOMBS: Mapping[str, Callable[[], bytes]] = {
    build.__name__.replace("_", " "): build
    for build in (
        grid_of_500_megapixels,
        one_tile_named_484_times,
        tiles_larger_than_they_say,
        picture_larger_than_it_says,
        size_of_65535,
        size_of_4294967295,
        depth_size_of_65535,
        depth_of_236_megapixels,
        thin_grid,
        grid_of_itself,
        grids_of_each_other,
        auxiliary_of_itself,
        grids_of_grids,
        doubling_grids,
        hundred_thousand_items,
        four_thousand_million_items,
        million_small_boxes,
        boxes_in_boxes,
        xmp_of_32_extents_each,
        many_extents,
        extents_past_the_end,
        payload_of_the_whole_file,
        urn_of_megabytes,
        messages_without_end,
        three_thousand_auxiliaries,
        xmp_on_a_thousand_auxiliaries,
        xmp_of_entities,
        xmp_of_nested_elements,
        xmp_of_many_values,
        xmp_of_many_megabytes,
    )
}
"""Names to builders."""


def cut_at_every_border(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file cut off at the start, behind the header, and at the end of each of its boxes."""
    borders: dict[int, str] = {}
    for node in box_tree(data):
        name = node.kind.decode("latin-1")
        borders.setdefault(node.start, f"before {name}")
        borders.setdefault(node.body, f"in {name}")
        borders.setdefault(node.end, f"after {name}")
    for at in sorted(borders):
        if at < len(data):
            yield f"cut {borders[at]} at {at}", data[:at]
