"""A file written anew: items that stay keep their bytes, and what depended on the others goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pillow_heif
import pytest

from heicdepth_tui.errors import HeicDepthError, UnsupportedHeaderError
from heicdepth_tui.heif.boxes import boxes, pack_box
from heicdepth_tui.heif.items import ItemTable, read_items
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.boxes import Item, ItemReference, Layout, Property, box
from heicdepth_tui.heif.write.remux import dependents, free_id, remux
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo

RICH = {
    "size": Size(256, 192),
    "depth_size": Size(64, 48),
    "tile": 128,
    "matte_within": 1.5,
    "gain_map": True,
    "thumbnail": 64,
}


def items_of(table: ItemTable) -> dict[int, object]:
    """Return everything that a reader sees of each item."""
    return {
        item: (
            kind,
            table.property_boxes(item),
            table.payload(item) if table.extents(item) else None,
            item in table.hidden(),
            table.name_of(item),
            table.content_type(item),
        )
        for item, kind in table.types.items()
    }


def rewritten(path: Path, **changes: object) -> Path:
    with read_items(path) as table:
        data = remux(table, **changes)  # type: ignore[arg-type]
    new = path.with_name("new.heic")
    new.write_bytes(data)
    return new


def assert_same(one: Path, other: Path) -> None:
    with read_items(one) as first, read_items(other) as second:
        assert items_of(first) == items_of(second)
        assert first.references == second.references
        assert first.groups == second.groups
        assert first.primary_id == second.primary_id


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"layout": Layout(meta_last=True)},
        {"layout": Layout(extents=3)},
        {"grid_in_idat": False},
        {"first_id": 70_000},
        {"second_view": 63.0},
        {"orientation": 6, "bits": 10},
    ],
    ids=str,
)
def test_a_file_without_changes_holds_the_same_items(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build_photo(Recipe(), **{**RICH, **changes}))

    new = rewritten(path)

    assert_same(path, new)
    before, after = pillow_heif.open_heif(path), pillow_heif.open_heif(new)
    assert np.array_equal(np.asarray(before), np.asarray(after))
    assert before.info["exif"] == after.info["exif"]


def test_what_depends_on_an_item_goes_with_it_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build_photo(Recipe(), **RICH))
    with read_items(path) as table:
        depth = next(i for i in table.types if (table.aux_type(i) or ("",))[0].endswith(":2"))
        xmp = table.referrers(b"cdsc", depth)
        gone = dependents(table, [depth])
        payloads = [table.payload(item) for item in gone]
        left = {item: found for item, found in items_of(table).items() if item not in gone}

    new = rewritten(path, drop=gone)

    assert gone == {depth, *xmp}
    assert len(gone) == 2
    data = new.read_bytes()
    assert all(payload not in data for payload in payloads)
    assert b"auxid:2" not in data
    with read_items(new) as table:
        assert items_of(table) == left


def test_tiles_go_with_the_grid_that_they_are_parts_of(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build_photo(Recipe(), **RICH))
    with read_items(path) as table:
        (grid,) = table.of_type(b"grid")
        assert grid == table.primary_id
        with pytest.raises(UnsupportedHeaderError, match="photo itself"):
            dependents(table, [grid])
        with pytest.raises(UnsupportedHeaderError, match="photo itself"):
            dependents(table, [table.dimg(grid)[0]])


def test_a_stereo_group_goes_with_its_view(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build_photo(Recipe(), **{**RICH, "second_view": 63.0}))
    with read_items(path) as table:
        (group,) = table.groups
        (view,) = set(group.entities) - {table.primary_id}
        assert free_id(table) > group.id >= max(table.types)

    new = rewritten(path, drop=[view])

    with read_items(new) as table:
        assert table.groups == ()
        assert view not in table.types


def test_items_are_added_with_their_properties(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build_photo(Recipe(), **RICH))
    with read_items(path) as table:
        first, primary = free_id(table), table.primary_id
        before = items_of(table)
    added = Item(first, "mime", b"<x/>", (Property(box("free", b"1")),), True, "text/xml")

    new = rewritten(path, add=[added], references=[ItemReference("cdsc", first, (primary,))])

    with read_items(new) as table:
        found = items_of(table)
        assert found.pop(first) == (b"mime", [(b"free", b"1")], b"<x/>", True, "", "text/xml")
        assert found == before
        assert first in table.referrers(b"cdsc", primary)


def test_more_than_127_properties_take_the_wide_form(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build_photo(Recipe(), **RICH))
    with read_items(path) as table:
        first, before = free_id(table), items_of(table)
    many = [
        Item(first + n, "mime", b"x", (Property(box("free", n.to_bytes(2, "big")), n % 2 == 0),))
        for n in range(130)
    ]

    new = rewritten(path, add=many)

    with read_items(new) as table:
        assert {i: f for i, f in items_of(table).items() if i < first} == before
        assert table.property_boxes(first + 129) == [(b"free", b"\0\x81")]


def test_boxes_that_name_no_item_and_trailers_are_copied(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    trailer = b"maker's own bytes"
    extra = pack_box(b"uuid", bytes(range(16)), b"kept")
    path.write_bytes(build_photo(Recipe(), **RICH) + pack_box(b"free", b"x" * 9) + extra + trailer)

    data = rewritten(path).read_bytes()

    assert data.endswith(extra + trailer)
    end = len(data) - len(trailer)
    kinds = [kind for kind, _, _ in boxes(data, 0, end)]
    assert kinds == [b"ftyp", b"meta", b"mdat", b"uuid"]


def test_broken_headers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    data = bytearray(build_photo(Recipe(), **RICH))
    at = data.index(b"ipma") + 8
    data[at : at + 4] = (9_000).to_bytes(4, "big")
    path.write_bytes(data)

    with read_items(path) as table, pytest.raises(HeicDepthError):
        remux(table)


def test_no_mutation_crashes(tmp_path: Path) -> None:
    whole = build_photo(Recipe(), size=Size(64, 64), depth_size=Size(64, 64))
    end = whole.index(b"mdat")
    path = tmp_path / "photo.heic"
    random = np.random.default_rng(3)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(int(random.integers(1, 4))):
            data[int(random.integers(40, end))] = int(random.integers(0, 256))
        path.write_bytes(data)
        try:
            with read_items(path) as table:
                remux(table)
        except HeicDepthError:
            refused += 1
    assert 0 < refused < 300


def test_real_files_are_written_anew_without_loss(photos: Path, tmp_path: Path) -> None:
    compared = 0
    for path in sorted((photos / "real").iterdir()):
        if path.stat().st_size > 12_000_000:
            continue
        try:
            with read_items(path) as table:
                data = remux(table)
        except HeicDepthError:
            continue  # sequences and broken headers are refused, see above
        new = tmp_path / "new.heic"
        new.write_bytes(data)
        assert_same(path, new)
        compared += 1
    assert compared >= 6
