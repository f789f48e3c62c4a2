"""iloc, ipma, iref, iinf, pitm and grpl in every version, from bytes written by hand."""

from __future__ import annotations

from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import LimitError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.boxes import boxes
from heicdepth_tui.heif.fullbox import find_row
from heicdepth_tui.heif.item_boxes import ItemInfoBox, ItemPropertyAssociationBox
from heicdepth_tui.heif.item_locations import ItemLocation, ItemLocationBox
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.references import entity_groups, primary_item, read_references

Build = Any
MOST = 1000


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace("|", ""))


ILOC = {
    "v0, 32 bit": "00000000 | 44 00 | 0001 | 0007 | 0000 | 0001 | 00000100 00000010",
    "v0, 64 bit, base": "00000000 | 88 80 | 0001 | 0007 0000 00000000000000f0 0001 |"
    "0000000000000010 0000000000000010",
    "v1, plain": "01000000 | 44 00 | 0001 | 0007 0000 0000 0001 | 00000100 00000010",
    "v1, index": "01000000 | 44 04 | 0001 | 0007 0000 0000 0001 | 00000001 00000100 00000010",
    "v1, base 32": "01000000 | 44 40 | 0001 | 0007 0000 0000 000000f0 0001 | 00000010 00000010",
    "v1, no offset": "01000000 | 04 40 | 0001 | 0007 0000 0000 00000100 0001 | 00000010",
    "v2": "02000000 | 44 00 | 00000001 | 00000007 0000 0000 0001 | 00000100 00000010",
    "v2, 64 bit index": "02000000 | 44 08 | 00000001 | 00000007 0000 0000 0001 |"
    "0000000000000001 00000100 00000010",
    "v0 with the index bits set": "00000000 | 44 04 | 0001 | 0007 0000 0001 | 00000100 00000010",
}


@pytest.mark.parametrize("content", ILOC.values(), ids=ILOC)
@pytest.mark.parametrize("indexed", [False, True])
def test_iloc_of_every_shape_says_the_same(content: str, indexed: bool) -> None:
    table = ItemLocationBox(unhex(content), DEFAULT_LIMITS)
    if indexed:
        table.index()
    assert table.get(7) == ItemLocation(0, 0, ((0x100, 0x10),))
    assert table.get(8) is None
    assert table.get(1 << 20) is None
    assert table.furthest() == 0x110


def test_lengths_of_plain_rows_are_added_up() -> None:
    rows = "0007 0000 0000 0001 | 00000100 00000010 | 0008 0001 0000 0001 | 00000000 00000003"
    again = "0007 0000 0000 0001 | 00000200 00000020"
    table = ItemLocationBox(unhex(f"01000000 | 44 00 | 0003 | {rows} {again}"), DEFAULT_LIMITS)
    table.index()

    assert table.total((8, 7, 8)) == 3 + 0x20 + 3  # the last entry of an item counts
    assert table.total(()) == 0
    assert table.total((7, 9)) is None
    assert table.get(7) == ItemLocation(0, 0, ((0x200, 0x20),))
    assert table.get(8) == ItemLocation(1, 0, ((0, 3),))


@pytest.mark.parametrize("content", ILOC.values(), ids=ILOC)
def test_iloc_cut_off_anywhere_says_so(content: str) -> None:
    whole = unhex(content)
    for end in range(len(whole)):
        table = ItemLocationBox(whole[:end], DEFAULT_LIMITS)
        assert isinstance(table.incomplete, MalformedError)
        assert table.get(7) is None


def test_iloc_cut_off_keeps_the_rows_before() -> None:
    rows = "0007 0000 0000 0001 | 00000100 00000010 | 0008 0000 0000 0001 | 00000200 000000"
    table = ItemLocationBox(unhex(f"01000000 | 44 00 | 0002 | {rows}"), DEFAULT_LIMITS)
    assert table.get(7) == ItemLocation(0, 0, ((0x100, 0x10),))
    assert table.get(8) is None
    assert table.incomplete is not None
    assert "cut off" in table.incomplete.what


def test_iloc_with_two_extents_construction_and_data_reference() -> None:
    table = ItemLocationBox(
        unhex("01000000 | 44 00 | 0002 | 0001 0001 0000 0002 | 00000000 00000008"
              "00000010 00000004 | 0002 fff2 0003 0000"),
        DEFAULT_LIMITS,
    )  # fmt: skip
    assert table.get(1) == ItemLocation(1, 0, ((0, 8), (16, 4)))
    assert table.get(2) == ItemLocation(2, 3, ())
    assert table.furthest() == 20


def test_iloc_versions_and_widths_that_do_not_exist() -> None:
    newer = ItemLocationBox(unhex("03000000 | 44 00 | 0000 0000"), DEFAULT_LIMITS).incomplete
    assert isinstance(newer, UnsupportedHeaderError)
    assert "version 3" in newer.what
    odd = ItemLocationBox(unhex("01000000 | 24 00 | 0000"), DEFAULT_LIMITS).incomplete
    assert isinstance(odd, MalformedError)
    assert "widths" in odd.what


def test_iloc_limits() -> None:
    limits = Limits(items=3, extents=4)
    many = ItemLocationBox(unhex("01000000 | 44 00 | 0004"), limits).incomplete
    assert isinstance(many, LimitError)
    assert "4 item locations; the limit is 3" in many.what
    five = "00000100 00000010" * 5
    first = "0007 0000 0000 0001 | 00000100 00000010"
    table = ItemLocationBox(
        unhex(f"01000000 | 44 00 | 0002 | {first} 0008 0000 0000 0005 | {five}"), limits
    )
    assert isinstance(table.incomplete, LimitError)
    assert "6 extents; the limit is 4" in table.incomplete.what
    assert table.get(7) == ItemLocation(0, 0, ((0x100, 0x10),))
    assert table.get(8) is None


def test_a_row_is_found_only_where_a_row_begins() -> None:
    rows = b"".join(pack(">HHHHII", n, 0, 0, 1, 0x0001_0001, 0x0003_0003) for n in (1, 2, 3))
    assert [find_row(rows, 16, pack(">H", n)) for n in (1, 2, 3, 9)] == [0, 16, 32, -1]
    # 0x0003 stands in every row's length; so many false places that searching gives up.
    many = b"".join(pack(">HHHHII", 0x0100 + n, 0, 0, 1, 0, 0x0003_0003) for n in range(20))
    assert find_row(many, 16, b"\0\x03") == -2


def test_searching_and_unpacking_iloc_agree() -> None:
    rows = b"".join(
        pack(">HHHHII", n * 257 % 300, n % 2, 0, 1, (n * 65537) % 2**24, n) for n in range(1, 200)
    )
    content = pack(">IBBH", 1 << 24, 0x44, 0, 199) + rows
    searched, unpacked = (
        ItemLocationBox(content, DEFAULT_LIMITS),
        ItemLocationBox(content, DEFAULT_LIMITS),
    )
    unpacked.index()
    for item in range(320):
        assert searched.get(item) == unpacked.get(item)


IPMA = {
    "narrow": "00000000 | 00000002 | 0001 03 81 82 03 | 0002 00",
    "wide index": "00000001 | 00000002 | 0001 03 8001 8002 0003 | 0002 00",
    "wide id": "01000000 | 00000002 | 00000001 03 81 82 03 | 00000002 00",
    "both wide": "01000001 | 00000002 | 00000001 03 8001 8002 0003 | 00000002 00",
}


@pytest.mark.parametrize("content", IPMA.values(), ids=IPMA)
def test_ipma_of_every_shape_says_the_same(content: str) -> None:
    whole = unhex(content)
    table = ItemPropertyAssociationBox(whole, MOST)
    assert table.of(1) == (1, 2, 3)
    assert table.of(2) == ()
    assert table.of(3) == ()
    assert list(table) == [1, 2]
    assert table.problem == ""
    for end in range(8):
        with pytest.raises(MalformedError):
            ItemPropertyAssociationBox(whole[:end], MOST)
    second = len(whole) - (3 if content.startswith("00") else 5)
    for end in range(8, len(whole)):
        cut = ItemPropertyAssociationBox(whole[:end], MOST)
        assert cut.problem == "box ipma is cut off"
        assert cut.of(1) == ((1, 2, 3) if end >= second else ())
        assert cut.of(2) == ()


def test_ipma_lists_too_many() -> None:
    with pytest.raises(LimitError, match="100,000"):
        ItemPropertyAssociationBox(unhex("00000000 | 000186a0"), MOST)


@pytest.mark.parametrize(
    ("version", "code"), [(0, "H"), (1, "I")], ids=["16-bit ids", "32-bit ids"]
)
def test_iref(build: Build, version: int, code: str) -> None:
    def ref(kind: bytes, source: int, *targets: int) -> bytes:
        ids = pack(f">{len(targets)}{code}", *targets)
        return build.box(kind, pack(f">{code}H", source, len(targets)) + ids)  # type: ignore[no-any-return]

    content = pack(">I", version << 24) + ref(b"dimg", 9, 1, 2, 1) + ref(b"auxl", 4, 9)
    content += ref(b"dimg", 8, 3) + ref(b"auxl", 4, 8) + ref(b"cdsc", 5)
    whole = {
        b"dimg": {9: (1, 2, 1), 8: (3,)},
        b"auxl": {4: (9, 8)},
        b"cdsc": {5: ()},
    }
    assert read_references(content, MOST, MOST, 8) == (whole, {}, ())
    without = {b"dimg": whole[b"dimg"], b"auxl": whole[b"auxl"]}
    cut = read_references(content[:-1], MOST, MOST, 8)
    assert cut.by_type == without
    assert "cdsc" in cut.problems[0]
    few = read_references(content, MOST, 5, 8)
    assert few.by_type == {b"dimg": whole[b"dimg"], b"auxl": {4: (9,)}}
    assert "6 references; the limit is 5" in few.problems[0]
    four = read_references(content, 4, MOST, 8)
    assert four.by_type == without
    assert "more than 4 boxes" in four.problems[0]


def test_a_broken_reference_costs_only_itself(build: Build) -> None:
    content = bytes(4) + build.box(b"dimg", pack(">HH2H", 1, 2, 2, 3))
    content += build.box(b"cdsc", pack(">HHH", 9, 60000, 1)) + build.box(b"auxl", b"\0")
    content += build.box(b"thmb", pack(">HHH", 4, 1, 1))
    references = read_references(content, MOST, MOST, 8)
    assert references.by_type == {b"dimg": {1: (2, 3)}, b"thmb": {4: (1,)}}
    assert references.problems == (
        "references cdsc: a reference of item 9 is cut off",
        "references auxl: an item reference is cut off",
    )


def ref_boxes(build: Build, kind: bytes, targets_of: dict[int, list[int]]) -> bytes:
    rows = (
        build.box(kind, pack(f">HH{len(to)}H", source, len(to), *to))
        for source, to in targets_of.items()
    )
    return bytes(4) + b"".join(rows)


@pytest.mark.parametrize("kind", [b"dimg", b"auxl", b"thmb"])
def test_circles_are_named_with_their_items(build: Build, kind: bytes) -> None:
    targets_of = {3: [1, 5], 5: [4], 4: [2, 3], 8: [3], 9: [1]}
    references = read_references(ref_boxes(build, kind, targets_of), MOST, MOST, 8)
    assert "3 → 5 → 4 → 3" in references.problems[0]
    # Derived items that lead into the circle cannot be followed either; others can.
    assert set(references.broken) == ({3, 4, 5, 8} if kind == b"dimg" else set())
    references = read_references(ref_boxes(build, kind, {7: [7]}), MOST, MOST, 8)
    assert "7 → 7" in references.problems[0]


def test_long_chains_are_refused_and_short_ones_pass(build: Build) -> None:
    chain = {n: [n + 1] for n in range(1, 9)}
    assert read_references(ref_boxes(build, b"dimg", chain), MOST, MOST, 8).broken == {}
    longer = {n: [n + 1] for n in range(1, 10)}
    for targets_of in (longer, dict(reversed(longer.items()))):
        references = read_references(ref_boxes(build, b"dimg", targets_of), MOST, MOST, 8)
        assert set(references.broken) == {1}
        assert isinstance(references.broken[1], LimitError)
        assert "8 steps" in references.problems[0]


def test_a_lattice_of_references_is_not_walked_twice(build: Build) -> None:
    # 7 layers of 60 items, each pointing at all of the next: 60**6 paths.
    layers = [[layer * 60 + n for n in range(60)] for layer in range(7)]
    targets_of = {item: layers[n + 1] for n in range(6) for item in layers[n]}
    references = read_references(ref_boxes(build, b"dimg", targets_of), MOST, 1 << 20, 8)
    assert (len(references.by_type[b"dimg"]), references.broken) == (360, {})


def test_iinf_of_every_version(build: Build) -> None:
    entries = [
        build.full_box(b"infe", unhex("0001 0000 68766331 00"), version=2),
        build.full_box(b"infe", unhex("0002 0000 68766331 00"), version=2, flags=1),
        build.full_box(b"infe", unhex("00000003 0000 67726964 00"), version=3, flags=1),
        build.full_box(b"infe", unhex("0004 0000 00"), version=0),
        build.box(b"free"),
        build.full_box(b"infe", unhex("0005 0000 6d696d65") + b"name\0a/b\0gzip\0", version=2),
        build.full_box(b"infe", unhex("0006 0000 68766331 00"), version=2),
    ]
    for head in (pack(">IH", 0, 7), pack(">II", 1 << 24, 7)):
        infos = ItemInfoBox(head + b"".join(entries), MOST)
        assert infos.types == {1: b"hvc1", 2: b"hvc1", 3: b"grid", 5: b"mime", 6: b"hvc1"}
        assert infos.hidden() == {2, 3}
        assert infos.strings(5) == ("name", "a/b", "gzip")
        assert infos.strings(1) == ("",)
        assert infos.of_type(b"hvc1") == (1, 2, 6)
    # The count ends the list, also when more boxes follow.
    assert set(ItemInfoBox(pack(">IH", 0, 2) + b"".join(entries), MOST).types) == {1, 2}


def test_iinf_limits_and_cuts(build: Build) -> None:
    entry = build.full_box(b"infe", unhex("0001 0000 68766331 00"), version=2)
    with pytest.raises(LimitError, match="20 items; the limit is 10"):
        ItemInfoBox(pack(">IH", 0, 20) + entry * 20, 10)
    cut = ItemInfoBox(pack(">IH", 0, 2) + entry + entry[:-2], MOST)
    assert (cut.types, "infe states 21 bytes" in cut.problem) == ({1: b"hvc1"}, True)
    short = build.full_box(b"infe", b"\0\1", version=2)
    broken = ItemInfoBox(pack(">IH", 0, 2) + short + entry, MOST)
    assert (broken.types, broken.problem) == ({1: b"hvc1"}, "an entry is cut off")
    # A count that cannot be true is not obeyed.
    assert len(ItemInfoBox(pack(">IH", 0, 65535) + entry, MOST).types) == 1


def test_pitm() -> None:
    assert primary_item(unhex("00000000 0031")) == 0x31
    assert primary_item(unhex("01000000 00010031")) == 0x10031
    with pytest.raises(MalformedError):
        primary_item(unhex("01000000 0001"))


def test_groups(build: Build) -> None:
    stereo = build.full_box(b"ster", pack(">IIII", 53, 2, 26, 52))
    other = build.full_box(b"altr", pack(">III", 54, 1, 26))
    problems: list[str] = []
    found = ((b"ster", (26, 52), 53), (b"altr", (26,), 54))
    assert entity_groups(stereo + other, 10, problems) == found
    # What is no entity group is skipped: phones write uuid boxes of their own there.
    foreign = build.box(b"uuid", b"\x96\x37" * 20) + build.box(b"free", b"\xff" * 30)
    assert entity_groups(stereo + foreign + other, 10, problems) == found
    assert problems == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pack(">IIII", 53, 3, 26, 52), "group ster: the entity group is cut off"),
        (bytes(4), "group ster: the entity group is cut off"),
        (pack(">II", 53, 11), "group ster: the header lists 11 members of a group"),
    ],
)
def test_a_broken_group_costs_only_itself(build: Build, content: bytes, problem: str) -> None:
    problems: list[str] = []
    other = build.full_box(b"altr", pack(">III", 54, 1, 26))
    broken = build.full_box(b"ster", content)
    assert entity_groups(broken + other, 10, problems) == ((b"altr", (26,), 54),)
    assert problems[0].startswith(problem)
    assert len(problems) == 1


def test_boxes_of_every_size_field(build: Build) -> None:
    small = build.box(b"aaaa", b"12")
    large = pack(">I4sQ", 1, b"bbbb", 19) + b"345"
    rest = pack(">I4s", 0, b"cccc") + b"6789"
    data = small + large + rest
    assert [(kind, data[body:end]) for kind, body, end in boxes(data, 0, len(data))] == [
        (b"aaaa", b"12"),
        (b"bbbb", b"345"),
        (b"cccc", b"6789"),
    ]
    assert list(boxes(data[:17], 0, 17)) == [(b"aaaa", 8, 10)]  # fewer than 8 bytes are padding


@pytest.mark.parametrize(
    "bad",
    [
        pack(">I4s", 7, b"aaaa") + b"1234",
        pack(">I4s", 13, b"aaaa") + b"1234",
        pack(">I4s", 1, b"aaaa") + b"1234",
        pack(">I4sQ", 1, b"aaaa", 15),
        pack(">I4sQ", 1, b"aaaa", 2**64 - 1),
    ],
)
def test_boxes_whose_size_is_a_lie(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        list(boxes(bad, 0, len(bad)))


def test_too_many_boxes(build: Build) -> None:
    data = build.box(b"free") * 11
    with pytest.raises(LimitError, match="more than 10"):
        list(boxes(data, 0, len(data), limit=10))
    assert len(list(boxes(data, 0, len(data), limit=11))) == 11
