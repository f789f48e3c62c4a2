"""Camera properties: cmin and cmex, as boxes and in their uuid form."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heicdepth_tui.errors import MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.camera_facts import (
    CameraExtrinsics,
    CameraIntrinsics,
    ItemCamera,
    baseline_mm,
)
from heicdepth_tui.heif.camera_properties import (
    CMEX_UUID,
    CMIN_UUID,
    camera_property,
    parse_extrinsics,
    parse_intrinsics,
)
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.outline import read_outline
from heicdepth_tui.heif.write.camera import camera_extrinsics, camera_intrinsics
from heicdepth_tui.samples.recipe import AUTO
from heicdepth_tui.samples.write import build_photo
from tests.support import golden

# Of a spatial photo of an Apple Vision Pro, whole uuid contents.
VISION_CMIN = bytes.fromhex("22cc04c7d6d94e079d904eb6ecbaf3a300001e002622d86e2000000020000000")
VISION_CMEX = bytes.fromhex("4363e9145b7d4aab97aebea69803b434000000010000f93f")


def test_bytes_of_a_spatial_photo() -> None:
    kind, content = camera_property(b"uuid", VISION_CMIN) or (b"", b"")
    stated = parse_intrinsics(content)
    assert kind == b"cmin"
    # fx 1525.4 px of 2560.
    assert stated.focal_x * 2560 == pytest.approx(1525.4446, abs=1e-4)
    assert (stated.centre_x, stated.centre_y) == (0.5, 0.5)
    assert (stated.focal_y, stated.skew) == (None, 0.0)
    kind, content = camera_property(b"uuid", VISION_CMEX) or (b"", b"")
    assert kind == b"cmex"
    assert parse_extrinsics(content) == CameraExtrinsics((63807, 0, 0))


def test_a_spatial_photo_states_both_cameras() -> None:
    header = parse_header(golden.load("spatial_photo.heic"))
    left, right = (header.camera_of(view) for view in (26, 52))
    assert left is not None
    assert left.intrinsics is not None
    assert left.is_uuid
    assert left.extrinsics == CameraExtrinsics()
    assert right is not None
    assert right.intrinsics == left.intrinsics
    assert header.baseline_mm == 63.807
    assert parse_header(golden.load("pug.heic")).cameras == ()


def test_other_uuid_boxes_are_no_camera() -> None:
    assert camera_property(b"uuid", bytes(16) + VISION_CMIN[16:]) is None
    assert camera_property(b"irot", b"\1") is None


def test_full_intrinsics() -> None:
    # One bit a place for lengths, two for the skew.
    content = pack(">I5i", 2 << 16 | 1 << 8 | 1, 3, 1, -1, 5, 7)
    assert parse_intrinsics(content) == CameraIntrinsics(1.5, 0.5, -0.5, 2.5, 1.75)


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (pack(">I", 0), CameraExtrinsics()),
        (pack(">I2i", 0x6, -5, 7), CameraExtrinsics((0, -5, 7))),
        (pack(">IiI", 0x21, 9, 4), CameraExtrinsics((9, 0, 0), world=4)),
        (
            pack(">I3h", 0x8, 1 << 13, 0, 0),
            CameraExtrinsics(quaternion=(0.5, 0.0, 0.0, 0.75**0.5)),
        ),
        (
            pack(">I3i", 0x18, 0, 1 << 29, 0),
            CameraExtrinsics(quaternion=(0.0, 0.5, 0.0, 0.75**0.5)),
        ),
        (
            pack(">I3iI", 1 << 24 | 0x28, 90 << 16, -(1 << 15), 0, 1),
            CameraExtrinsics(rotation_degrees=(90.0, -0.5, 0.0), world=1),
        ),
    ],
)
def test_extrinsics(content: bytes, stated: CameraExtrinsics) -> None:
    assert parse_extrinsics(content) == stated


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\0\0", MalformedError),
        (pack(">I2i", 0, 1, 1), MalformedError),
        (pack(">I3i", 1, 1, 1, 1), MalformedError),
        (pack(">I3i", 1 << 24, 1, 1, 1), UnsupportedHeaderError),
    ],
)
def test_broken_intrinsics(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="cmin"):
        parse_intrinsics(content)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", MalformedError),
        (pack(">I", 1), MalformedError),
        (pack(">I2h", 0x8, 0, 0), MalformedError),
        (pack(">I2i", 0x18, 0, 0), MalformedError),
        (pack(">IH", 0x20, 0), MalformedError),
        (pack(">I3h", 0x8, 1 << 14, 1 << 14, 0), MalformedError),
        (pack(">I", 2 << 24), UnsupportedHeaderError),
    ],
)
def test_broken_extrinsics(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="cmex"):
        parse_extrinsics(content)


shares = st.integers(-(1 << 30), 1 << 30).map(lambda value: value / (1 << 30))


@given(
    st.builds(
        CameraIntrinsics, shares, shares, shares, st.none() | shares, st.sampled_from([0.0, 0.25])
    ),
    st.booleans(),
)
def test_intrinsics_read_back(stated: CameraIntrinsics, is_uuid: bool) -> None:
    data = camera_intrinsics(stated, is_uuid=is_uuid).data
    known = camera_property(data[4:8], data[8:])
    assert known is not None
    assert known[0] == b"cmin"
    read = parse_intrinsics(known[1])
    if stated.skew and stated.focal_y is None:
        # Full intrinsics state both focal lengths.
        assert read == CameraIntrinsics(
            stated.focal_x, stated.centre_x, stated.centre_y, stated.focal_x, stated.skew
        )
    else:
        assert read == stated


@given(
    st.builds(
        CameraExtrinsics,
        st.tuples(*[st.integers(-(1 << 31), (1 << 31) - 1)] * 3),
        world=st.integers(0, (1 << 32) - 1),
        rotation_degrees=st.none() | st.tuples(*[st.integers(-180, 180).map(float)] * 3),
    ),
    st.booleans(),
)
def test_extrinsics_read_back(stated: CameraExtrinsics, is_uuid: bool) -> None:
    data = camera_extrinsics(stated, is_uuid=is_uuid).data
    known = camera_property(data[4:8], data[8:])
    assert known is not None
    assert parse_extrinsics(known[1]) == stated
    if is_uuid:
        assert data[8:24] == CMEX_UUID


def test_a_written_quaternion_reads_back() -> None:
    stated = CameraExtrinsics(quaternion=(0.5, 0.5, 0.5, 0.5))
    data = camera_extrinsics(stated).data
    assert parse_extrinsics(data[8:]) == stated


@pytest.mark.parametrize("is_uuid", [False, True])
def test_generated_photos_carry_them(is_uuid: bool) -> None:
    data = build_photo(
        photo_cmin=CameraIntrinsics(0.75, 0.5, 0.5),
        depth_cmin=AUTO,
        second_view=True,
        baseline_mm=19.2,
        uuid_cameras=is_uuid,
    )
    header = parse_header(data)
    assert (CMIN_UUID in data) == is_uuid
    photo = header.camera_of(header.primary.id)
    assert header.depth.item is not None
    depth = header.camera_of(header.depth.item.id)
    assert photo is not None
    assert photo.intrinsics == CameraIntrinsics(0.75, 0.5, 0.5)
    assert photo.is_uuid is is_uuid
    assert depth is not None
    assert depth.intrinsics is not None
    assert depth.intrinsics.focal_y is not None
    assert header.baseline_mm == pytest.approx(19.2)
    assert header.problems == ()


def test_a_broken_camera_costs_nothing_else() -> None:
    data = build_photo(photo_cmin=CameraIntrinsics(0.75, 0.5, 0.5))
    broken = data.replace(b"cmin\0", b"cmin\7", 1)
    header = parse_header(broken)
    assert header.primary.displayed_size == (96, 72)
    assert header.cameras[0].intrinsics is None
    assert any("cmin" in problem and "version 7" in problem for problem in header.problems)


def test_cameras_of_different_frames_have_no_distance() -> None:
    one, other = (
        ItemCamera(item, extrinsics=CameraExtrinsics((item, 0, 0), world=item)) for item in (1, 2)
    )
    assert baseline_mm(one, other) is None
    assert baseline_mm(one, None) is None
    assert baseline_mm(ItemCamera(1), one) is None


def test_the_outline_names_them(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(
        build_photo(photo_cmin=CameraIntrinsics(0.75, 0.5, 0.25), second_view=True, baseline_mm=60)
    )
    texts = [found.text for item in read_outline(path).items for found in item.properties]
    assert (
        "camera matrix (cmin): focal length 0.75 of the width, centre at 0.5, 0.25 of the sides"
        in texts
    )
    assert "camera position (cmex): 60, 0, 0 mm" in texts
