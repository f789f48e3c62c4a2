"""The tree of all metadata: from generated photos, real ones, and broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.depth.distortion import distortion_curve
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.depth_facts import Calibration
from heicdepth_tui.heif.outline import BoxFacts, read_outline
from heicdepth_tui.report.tree import Node, metadata_tree


def _line(root: Node, *labels: str) -> Node:
    for label in labels:
        root = next(child for child in root.children if child.label.startswith(label))
    return root


@pytest.fixture
def photo(sample_folder: Path) -> Path:
    """The first generated photo, which has a depth map with calibration."""
    return min(sample_folder.glob("*.HEIC"))


def test_boxes_cover_the_file_without_a_gap(photo: Path) -> None:
    at = 0
    for box in read_outline(photo).boxes:
        assert box.offset == at
        at += box.size
    assert at == photo.stat().st_size


def test_children_of_the_meta_box_fill_it(photo: Path) -> None:
    meta = next(box for box in read_outline(photo).boxes if box.type == "meta")
    # Header, version and flags take 12 bytes.
    assert meta.children[0].offset == meta.offset + 12
    assert meta.children[-1].offset + meta.children[-1].size == meta.offset + meta.size


def test_the_primary_item_is_marked_and_the_depth_item_states_its_type(photo: Path) -> None:
    root = metadata_tree(photo)
    items = _line(root, "items").children
    assert [item.value for item in items if "primary" in item.value]
    assert any(
        line.text == "property auxC: urn:mpeg:hevc:2015:auxid:2"
        for item in items
        for line in item.children
    )


def test_exif_and_xmp_are_shown_by_name(photo: Path) -> None:
    root = metadata_tree(photo)
    assert _line(root, "EXIF", "Make").value
    accuracy = [
        line.value
        for xmp in root.children
        if xmp.label.startswith("XMP")
        for line in xmp.children
        if line.label == "depthData:Accuracy"
    ]
    assert accuracy
    assert _line(root, "calibration of depth", "accuracy").value == accuracy[0]


def test_a_broken_box_is_stated_and_those_before_it_are_shown(photo: Path, tmp_path: Path) -> None:
    data = bytearray(photo.read_bytes())
    properties = _properties(photo)
    last = properties.children[-1]
    # The size of the last property: more than the box around it holds.
    data[last.offset : last.offset + 4] = (last.size + 8).to_bytes(4, "big")
    broken = tmp_path / "broken.heic"
    broken.write_bytes(data)
    assert _properties(broken).children == properties.children[:-1]
    expected = f"boxes after byte {last.offset:,}"
    assert any(expected in problem for problem in read_outline(broken).problems)


def _properties(photo: Path) -> BoxFacts:
    """Return the box that holds the properties of all items."""
    found = read_outline(photo).boxes
    for kind in ("meta", "iprp", "ipco"):
        box = next(box for box in found if box.type == kind)
        found = box.children
    return box


def test_find_ignores_case() -> None:
    assert Node("GPSLatitude", "44").matches("latitude")
    assert not Node("GPSLatitude", "44").matches("longitude")


def test_a_branch_is_copied_indented() -> None:
    branch = Node("file", "", (Node("size", "3 bytes"),))
    assert list(branch.lines()) == ["file", "  size: 3 bytes"]


def test_control_characters_of_a_file_do_not_reach_the_screen(photo: Path, tmp_path: Path) -> None:
    data = photo.read_bytes()
    make = _line(metadata_tree(photo), "EXIF", "Make").value.encode()
    hostile = tmp_path / "hostile.heic"
    hostile.write_bytes(data.replace(make, b"\x1b" + make[1:]))
    assert _line(metadata_tree(hostile), "EXIF", "Make").value.startswith("\\x1b")


def test_distortion_without_coefficients_moves_nothing() -> None:
    straight = Calibration(
        distortion=(0.0,) * 8,
        distortion_center=(50.0, 50.0),
        reference_width=100,
        reference_height=100,
        pixel_size_mm=0.01,
    )
    curve = distortion_curve(straight, count=3)
    assert curve is not None
    assert [shift for _, shift in curve] == [0, 0, 0]
    assert curve[-1][0] == pytest.approx(50 * 2**0.5)


def test_one_coefficient_gives_the_shift_worked_out_by_hand() -> None:
    # k0 = 25: 1 + 0.01 · 25 = 1.25, so that every radius becomes 0.8 of itself.
    lens = Calibration(
        distortion=(25.0, *(0.0,) * 7),
        distortion_center=(30.0, 40.0),
        reference_width=30,
        reference_height=40,
        pixel_size_mm=0.01,
    )
    curve = distortion_curve(lens, count=2)
    assert curve is not None
    assert curve[-1] == pytest.approx((50.0, -10.0))


def test_distortion_needs_all_of_its_values() -> None:
    assert distortion_curve(Calibration()) is None


def test_odd_and_real_files_give_a_tree_or_one_of_our_errors(photos: Path) -> None:
    shown = refused = 0
    for photo in photos.glob("*/*"):
        try:
            shown += bool(_line(metadata_tree(photo), "file", "size").value)
        except HeicDepthError:
            refused += 1
    assert shown > refused > 0
