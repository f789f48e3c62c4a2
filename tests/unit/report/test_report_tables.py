"""The tables: every number as stored, or with how it was made."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthElsewhere,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import ColourSpace
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, THUMBNAIL, Layer, LayerKind, Pixels
from heicdepth_tui.report.legend import legend_lines
from heicdepth_tui.report.plain import plain_arrays, plain_groups
from heicdepth_tui.report.tables import array_rows, fact_groups, number
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import size_text

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap

DISPARITY = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=0.5, d_max=2.0)
CODES = np.array([[0, 255], [85, 170]], dtype=np.uint8)


def info(
    accuracy: Accuracy,
    representation: DepthRepresentation | None = DISPARITY,
    native: str | None = "hdis",
) -> DepthInfo:
    return DepthInfo(
        DepthStatus.PRESENT,
        representation=representation,
        calibration=Calibration(accuracy=accuracy, native_format=native),
    )


def pixels() -> Pixels:
    return Pixels(CODES, CODES.shape, "uint8", 0, 255, 8)


def test_depth_comes_with_its_disparity_and_metres() -> None:
    depth_map = build_depth_map(CODES, 8, info(Accuracy.RELATIVE))
    rows = array_rows({DEPTH: pixels()}, {DEPTH: depth_map})

    assert [row.cells for row in rows] == [
        ("depth", "(2, 2)", "uint8", "0", "255", ""),
        ("disparity", "(2, 2)", "float32", "0.5", "2", "1/m"),
        ("metres ≈", "(2, 2)", "float32", "0.5", "2", "m, relative"),
    ]


def test_each_depth_layer_has_the_rows_made_from_its_own_codes_and_law() -> None:
    second = Layer(LayerKind.DEPTH, 7, "depth 2")
    small = np.array([[0, 51]], dtype=np.uint8)
    far = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=0.25, d_max=0.5)
    rows = array_rows(
        {DEPTH: pixels(), second: Pixels(small, small.shape, "uint8", 0, 51, 8)},
        {
            DEPTH: build_depth_map(CODES, 8, info(Accuracy.ABSOLUTE)),
            second: build_depth_map(small, 8, info(Accuracy.ABSOLUTE, far)),
        },
    )

    # Disparity of code 51 is 0.25 + 51/255 · 0.25 = 0.3 per metre: 3.333 m.
    assert [(row.name, row.shape, row.minimum, row.maximum) for row in rows] == [
        ("depth", "(2, 2)", "0", "255"),
        ("disparity", "(2, 2)", "0.5", "2"),
        ("metres", "(2, 2)", "0.5", "2"),
        ("depth 2", "(1, 2)", "0", "51"),
        ("disparity 2", "(1, 2)", "0.25", "0.3"),
        ("metres 2", "(1, 2)", "3.333", "4"),
    ]


def test_a_picture_that_is_named_depth_is_no_depth_map() -> None:
    namesake = Layer(LayerKind.AUXILIARY, 9, "depth 2")
    depth_map = build_depth_map(CODES, 8, info(Accuracy.ABSOLUTE))
    rows = array_rows({namesake: pixels(), DEPTH: pixels()}, {DEPTH: depth_map})

    assert [row.name for row in rows] == ["depth 2", "depth", "disparity", "metres"]


def test_absolute_metres_stand_without_the_caveat() -> None:
    depth_map = build_depth_map(CODES, 8, info(Accuracy.ABSOLUTE))

    assert array_rows({DEPTH: pixels()}, {DEPTH: depth_map})[2].name == "metres"


def test_codes_without_metres_say_why() -> None:
    kind = DepthRepresentation(RepresentationType.NONUNIFORM_DISPARITY, d_min=0.5, d_max=2.0)
    depth_map = build_depth_map(CODES, 8, info(Accuracy.RELATIVE, kind))
    row = array_rows({DEPTH: pixels()}, {DEPTH: depth_map})[1]

    assert (row.name, row.shape, row.minimum) == ("metres", "none", "")
    assert row.unit == depth_map.reason != ""
    assert legend_lines(depth_map)[2] == f"no metres: {depth_map.reason}"


@pytest.mark.parametrize(
    ("accuracy", "sentence"),
    [
        (Accuracy.ABSOLUTE, "0.50 m near → far 2.00 m  absolute"),
        (Accuracy.RELATIVE, "≈0.50 m near → far ≈2.00 m  relative"),
        (Accuracy.UNKNOWN, "≈0.50 m near → far ≈2.00 m  accuracy unknown"),
    ],
)
def test_the_legend_names_both_ends_and_how_sure_they_are(
    accuracy: Accuracy, sentence: str
) -> None:
    near, far, stated = legend_lines(build_depth_map(CODES, 8, info(accuracy)))

    assert (near, far, stated) == ("2.000", "0.500 1/m", sentence)


def test_a_narrow_legend_keeps_the_caveat() -> None:
    stated = legend_lines(build_depth_map(CODES, 8, info(Accuracy.RELATIVE)), 24)[2]

    assert stated == "≈0.50–2.00 m relative"


UNIFORM_Z = DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=0.5, z_far=2.0)


@pytest.mark.parametrize(
    ("accuracy", "width", "sentence"),
    [
        (Accuracy.ABSOLUTE, 80, "≈0.50 m near → far ≈2.00 m  assumed"),
        (Accuracy.ABSOLUTE, 24, "≈0.50–2.00 m assumed"),
        (Accuracy.RELATIVE, 80, "≈0.50 m near → far ≈2.00 m  relative, assumed"),
        (Accuracy.RELATIVE, 32, "≈0.50–2.00 m relative, assumed"),
        (Accuracy.RELATIVE, 24, "≈0.50–2.00 m assumed"),
        (Accuracy.UNKNOWN, 38, "≈0.50–2.00 m accuracy unknown, assumed"),
        (Accuracy.UNKNOWN, 37, "≈0.50–2.00 m unknown, assumed"),
        (Accuracy.UNKNOWN, 28, "≈0.50–2.00 m assumed"),
    ],
)
def test_an_assumed_law_is_never_told_as_absolute(
    accuracy: Accuracy, width: int, sentence: str
) -> None:
    depth_map = build_depth_map(CODES, 8, info(accuracy, UNIFORM_Z))

    assert legend_lines(depth_map, width)[2] == sentence
    assert array_rows({DEPTH: pixels()}, {DEPTH: depth_map})[2].name == "metres ≈"


def test_an_assumed_unit_is_told_at_every_number() -> None:
    depth_map = build_depth_map(CODES, 8, info(Accuracy.ABSOLUTE, native=None))

    assert legend_lines(depth_map) == ("2.000", "0.500", "≈0.50 m near → far ≈2.00 m  assumed")
    assert [row.unit for row in array_rows({DEPTH: pixels()}, {DEPTH: depth_map})[1:]] == [
        "1/m, assumed",
        "m, assumed",
    ]
    stated = shown(info(Accuracy.ABSOLUTE, native=None))
    assert "the file does not state that disparity is in 1/m" in stated["accuracy"]


@pytest.mark.parametrize(
    ("width", "sentence"),
    [
        (80, "≈0.50 m near → far beyond 1000 m  relative"),
        (32, "≈0.50 m to beyond 1000 m relative"),
    ],
)
def test_a_far_end_without_disparity_is_told_without_infinity(width: int, sentence: str) -> None:
    zero = replace(DISPARITY, d_min=0.0)
    depth_map = build_depth_map(CODES, 8, info(Accuracy.RELATIVE, zero))

    assert legend_lines(depth_map, width) == ("2.000", "0.000 1/m", sentence)


def shown(depth: DepthInfo, depth_map: DepthMap | None = None) -> dict[str, str]:
    header = parse_header(build_photo())
    item = header.depth.item
    groups = fact_groups(replace(header, depth=replace(depth, item=item)), depth_map=depth_map)
    return {fact.label: fact.value for fact in groups[0].facts}


def test_the_header_alone_tells_why_there_are_no_metres_and_what_is_doubtful() -> None:
    reversed_range = replace(DISPARITY, d_min=3.0)
    differing = Calibration(float_min=0.5, float_max=1.5, native_format="hdis")

    assert "reversed" in shown(info(Accuracy.RELATIVE, reversed_range))["metres"]
    stated = shown(replace(info(Accuracy.RELATIVE), calibration=differing))
    assert "the XMP 0.5 to 1.5" in stated["note"]
    assert stated["XMP min, max"] == "0.5, 1.5 1/m"
    assert "metres" not in stated


def test_numbers_of_the_header_have_units_where_the_unit_is_known() -> None:
    both = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, 0.5, 2.0, 0.5, 2.0)

    inverse_z = replace(both, type=RepresentationType.UNIFORM_INVERSE_Z, d_min=None, d_max=None)
    uniform_z = replace(inverse_z, type=RepresentationType.UNIFORM_Z)

    assert shown(info(Accuracy.RELATIVE))["d_min, d_max"] == "0.5, 2 1/m"
    assert shown(info(Accuracy.RELATIVE, native=None))["d_min, d_max"] == "0.5, 2"
    assert shown(info(Accuracy.RELATIVE))["z_near, z_far"] == "–, –"
    assert shown(info(Accuracy.RELATIVE, both, None))["d_min, d_max"] == "0.5, 2 1/m"
    assert shown(info(Accuracy.RELATIVE, both, None))["z_near, z_far"] == "0.5, 2 m"
    assert shown(info(Accuracy.RELATIVE, inverse_z))["z_near, z_far"] == "0.5, 2 m"
    assert shown(info(Accuracy.RELATIVE, inverse_z, None))["z_near, z_far"] == "0.5, 2"
    assert shown(info(Accuracy.RELATIVE, uniform_z, "hdep"))["z_near, z_far"] == "0.5, 2"


def test_one_code_of_pug_is_worth_what_was_measured() -> None:
    pug = replace(DISPARITY, d_min=1.498046875, d_max=4.3828125)
    for accuracy, caveat in ((Accuracy.ABSOLUTE, ""), (Accuracy.RELATIVE, " (relative)")):
        depth = info(accuracy, pug)
        stated = shown(depth, build_depth_map(CODES, 8, depth))

        assert stated["one code"] == f"0.59 mm near, 5.04 mm far{caveat}"


def test_refused_intrinsics_say_why() -> None:
    header = parse_header(build_photo())
    calibration = replace(
        header.depth.calibration or Calibration(), intrinsics=(1.0,) * 9, reference_width=None
    )
    refused = replace(header, depth=replace(header.depth, calibration=calibration))
    stated = {fact.label: fact.value for fact in fact_groups(refused)[1].facts}

    assert stated["intrinsics"].startswith("none: the intrinsics have no reference size")


def test_notes_of_layers_are_told_below_the_arrays() -> None:
    cut = Pixels(CODES, (2, 2), "uint8", 0, 255, 8, note="2 tiles are missing\x1b")

    assert list(plain_arrays({PRIMARY: cut}, {}, {}))[-1] == "  photo: 2 tiles are missing\\x1b"


def test_judging_a_header_needs_no_numpy() -> None:
    code = (
        "import sys\n"
        "from heicdepth_tui.depth.quantization import decide\n"
        "from heicdepth_tui.report import tables, legend\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_metadata_of_a_generated_photo() -> None:
    header = parse_header(build_photo(representation=RepresentationType.UNIFORM_INVERSE_Z))
    shown = {fact.label: fact.value for group in fact_groups(header) for fact in group.facts}

    assert shown["representation"] == "uniform inverse Z (type 0)"
    assert shown["camera"] == header.camera_name
    assert shown["z_near, z_far"].startswith(number(header.depth.representation.z_near))  # type: ignore[union-attr]


def test_hostile_text_is_escaped_in_every_fact() -> None:
    header = parse_header(build_photo())
    hostile = replace(header, exif=replace(header.exif, make="\x1b[2J", model="x", lens="\u202e"))
    lines = "\n".join(plain_groups(fact_groups(hostile)))

    assert "\x1b" not in lines
    assert "\u202e" not in lines
    assert "\\x1b[2J" in lines


def test_plain_arrays_align_numbers_right() -> None:
    big = Pixels(CODES, (3024, 4032, 3), "uint8", 0, 255, 8)
    header, first, second = plain_arrays({PRIMARY: big, THUMBNAIL: pixels()}, {}, {})

    assert header.index("min") + 3 == first.index(" 0") + 2 == second.index(" 0") + 2
    assert first.startswith("  photo      (3024, 4032, 3)  uint8")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_299_081, "1.3 MB"), (999_600, "1.0 MB")],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert size_text(size) == text


def test_the_tables_tell_several_depth_maps_apart_and_what_cannot_be_decoded() -> None:
    header = parse_header(build_photo(more_depths=1))
    other = header.depth.others[0]
    assert other.item is not None
    hidden = replace(other.item, undecodable_reason="coded as JPEG (item type jpeg), which …")
    auxiliaries = tuple(
        replace(aux, item=hidden) if aux.item.id == hidden.id else aux for aux in header.auxiliaries
    )
    elsewhere = DepthElsewhere(52, None, False, replace(other, item=replace(hidden, id=999)))
    depth = replace(header.depth, elsewhere=(elsewhere,))
    groups = fact_groups(replace(header, auxiliaries=auxiliaries, depth=depth))
    stated = {fact.label: fact.value for group in groups for fact in group.facts}

    assert stated["depth 2"] == f"{hidden.displayed_size}, coded as JPEG (item type jpeg), which …"
    assert stated["depth of image 52"] == str(hidden.displayed_size)


def test_a_depth_map_that_cannot_be_decoded_is_present_all_the_same() -> None:
    header = parse_header(build_photo())
    assert header.depth.item is not None
    item = replace(header.depth.item, undecodable_reason="coded as JPEG, which …")
    groups = fact_groups(replace(header, depth=replace(header.depth, item=item)))
    stated = {fact.label: fact.value for group in groups for fact in group.facts}

    assert stated["depth"] == "present, but coded as JPEG, which …"
    assert stated["representation"] == "uniform disparity (type 1)"


@pytest.mark.parametrize(
    ("colour", "stated"),
    [
        (ColourSpace(), "no colour space stated, taken for sRGB"),
        (ColourSpace("sRGB", 3144), "sRGB"),
        (ColourSpace("Display P3"), "Display P3, shown as sRGB"),
        (ColourSpace("Adobe RGB (1998)", 560), "Adobe RGB (1998), shown as sRGB"),
        (ColourSpace("BT.2020 PQ"), "BT.2020 PQ, not converted: taken for sRGB"),
        (ColourSpace("a\x1b[31m"), "a\\x1b[31m, not converted: taken for sRGB"),
    ],
)
def test_the_facts_say_which_colours_are_shown(colour: ColourSpace, stated: str) -> None:
    header = replace(parse_header(build_photo()), colour=colour)

    (found,) = [
        fact.value
        for group in fact_groups(header)
        for fact in group.facts
        if fact.label == "colours"
    ]

    assert found == stated
