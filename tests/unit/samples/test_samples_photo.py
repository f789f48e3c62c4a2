"""Generated photos as pillow-heif decodes them, and the camera that their XMP describes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pillow_heif
import pytest

from heicdepth_tui.depth.quantise import quantise, representation_for
from heicdepth_tui.heif.depth_facts import Calibration, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Crop, Rotation, Size
from heicdepth_tui.heif.write.boxes import Layout
from heicdepth_tui.samples.build import GAIN_MAP_URN, MATTE_URN, make_photo
from heicdepth_tui.samples.orient import TRANSFORMS, inverse, turn
from heicdepth_tui.samples.recipe import GroundTruth, Recipe
from heicdepth_tui.samples.solids import Pinhole
from heicdepth_tui.samples.write import build_photo

ORIENTATIONS = range(1, 9)


def depth_codes(data: bytes, bits: int = 8) -> np.ndarray:
    (image,) = pillow_heif.open_heif(data, convert_hdr_to_8bit=False).info["depth_images"]
    array = np.asarray(image)
    return array if bits == 8 else array >> (16 - bits)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_photo_and_depth_stand_upright_alike(orientation: int) -> None:
    photo = make_photo(Recipe(orientation=orientation, quality=95, size=Size(96, 64)))
    assert np.array_equal(depth_codes(photo.data), photo.ground_truth.codes)
    seen = np.asarray(pillow_heif.open_heif(photo.data)).astype(int)
    assert seen.shape == (64, 96, 3)
    assert np.abs(seen - photo.ground_truth.rgb).mean() < 6


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_orientation_is_the_one_that_exif_names(orientation: int) -> None:
    """What irot and imir do equals what Pillow does for the EXIF orientation."""
    from PIL import Image, ImageOps

    coded = np.arange(12, dtype=np.uint8).reshape(3, 4)
    image = Image.fromarray(coded)
    image.getexif()[0x0112] = orientation
    assert np.array_equal(
        np.asarray(ImageOps.exif_transpose(image)), turn(coded, TRANSFORMS[orientation])
    )


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_inverse_undoes_every_orientation(orientation: int) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(4, 6)
    transforms = TRANSFORMS[orientation]
    assert np.array_equal(turn(turn(array, inverse(transforms)), transforms), array)


def coded_intrinsics(calibration: Calibration, size: Size) -> list[float]:
    """fx, fy, cx, cy of the coded map in corner coordinates: scaled by the reference size."""
    assert calibration.intrinsics is not None
    assert calibration.reference_width is not None
    assert calibration.reference_height is not None
    x = size.width / calibration.reference_width
    y = size.height / calibration.reference_height
    k = calibration.intrinsics
    return [k[0] * x, k[4] * y, k[6] * x, k[7] * y]


def turned_intrinsics(values: list[float], size: Size, orientation: int) -> list[float]:
    """Follow irot (counter-clockwise: fx,fy,cx,cy,W,H → fy,fx,cy,W−cx,H,W) and imir."""
    fx, fy, cx, cy = values
    width, height = size
    for transform in TRANSFORMS[orientation]:
        if isinstance(transform, Rotation):
            for _ in range(transform.quarter_turns):
                fx, fy, cx, cy, width, height = fy, fx, cy, width - cx, height, width
        elif transform.axis == 1:
            cx = width - cx
        else:
            cy = height - cy
    return [fx, fy, cx - 0.5, cy - 0.5]


@pytest.mark.parametrize("reference_width", [None, 4224.0])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_xmp_camera_taken_through_the_orientation_is_the_true_one(
    orientation: int, reference_width: float | None
) -> None:
    recipe = Recipe(orientation=orientation, size=Size(128, 96), reference_width=reference_width)
    truth = make_photo(recipe).ground_truth
    assert truth.calibration is not None
    coded = Size(96, 72) if orientation < 5 else Size(72, 96)
    found = turned_intrinsics(coded_intrinsics(truth.calibration, coded), coded, orientation)
    true = truth.depth_camera
    assert found == pytest.approx([true.fx, true.fy, true.cx, true.cy])
    assert true.fx != pytest.approx(true.fy)
    assert abs(true.cx - 47.5) > 0.5


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", list(RepresentationType)[:3])
def test_codes_put_every_sphere_where_it_is(orientation: int, kind: RepresentationType) -> None:
    """Decoded codes, dequantised and back-projected, lie on their sphere to within half a step."""
    recipe = Recipe(orientation=orientation, representation=kind, depth_size=Size(192, 144))
    photo = make_photo(recipe)
    truth = photo.ground_truth
    codes = depth_codes(photo.data).astype(np.float64)
    metres = dequantised(codes, truth.representation, 255)
    half = np.abs(
        dequantised(np.clip(codes - 0.5, 0, 255), truth.representation, 255)
        - dequantised(np.clip(codes + 0.5, 0, 255), truth.representation, 255)
    )
    camera = truth.depth_camera
    for sphere in truth.spheres[:3]:
        x, y, z = sphere.centre
        u, v = round(camera.cx - camera.fx * x / z), round(camera.cy + camera.fy * y / z)
        around = (slice(v - 3, v + 4), slice(u - 3, u + 4))
        row, column = np.mgrid[around]
        depth = metres[around]
        px, py = (column - camera.cx) / camera.fx * depth, (camera.cy - row) / camera.fy * depth
        off = np.sqrt((px - x) ** 2 + (py - y) ** 2 + (-depth - z) ** 2) - sphere.radius
        # Along the ray a depth error of half a step moves the point by at most √(1 + tan²) of it.
        assert (np.abs(off) <= 1.3 * half[around]).all()


def dequantised(codes: np.ndarray, rep: DepthRepresentation, top: int) -> np.ndarray:
    share = codes / top
    if rep.type is RepresentationType.UNIFORM_DISPARITY:
        assert rep.d_min is not None
        assert rep.d_max is not None
        return 1 / (rep.d_min + share * (rep.d_max - rep.d_min))
    assert rep.z_near is not None
    assert rep.z_far is not None
    if rep.type is RepresentationType.UNIFORM_INVERSE_Z:
        return 1 / (1 / rep.z_far + share * (1 / rep.z_near - 1 / rep.z_far))
    return rep.z_far + share * (rep.z_near - rep.z_far)


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (10, np.uint16), (12, np.uint16)])
def test_every_bit_depth_comes_back_exactly(bits: int, dtype: type) -> None:
    photo = make_photo(Recipe(bits=bits, orientation=8))
    assert photo.ground_truth.codes.dtype == dtype
    assert photo.ground_truth.codes.max() > 2 ** (bits - 1)
    assert np.array_equal(depth_codes(photo.data, bits), photo.ground_truth.codes)


def test_codes_by_hand() -> None:
    metres = np.array([[1.0, 2.0, 4.0]])
    disparity = representation_for(RepresentationType.UNIFORM_DISPARITY, 1.0, 4.0)
    assert (disparity.d_min, disparity.d_max) == (0.25, 1.0)
    # (1/2 − 1/4) / (1 − 1/4) = 1/3 of 255.
    assert quantise(metres, disparity, 8).tolist() == [[255, 85, 0]]
    inverse_z = representation_for(RepresentationType.UNIFORM_INVERSE_Z, 1.0, 4.0)
    assert quantise(metres, inverse_z, 10).tolist() == [[1023, 341, 0]]
    uniform_z = representation_for(RepresentationType.UNIFORM_Z, 1.0, 4.0)
    assert quantise(metres, uniform_z, 12).tolist() == [[4095, 2730, 0]]


def test_limits_hold_the_range_and_clip_what_is_outside() -> None:
    narrow = make_photo(Recipe(limits=(1.0, 2.0))).ground_truth
    assert (narrow.representation.d_min, narrow.representation.d_max) == (0.5, 1.0)
    assert (narrow.codes[narrow.metres < 1.0] == 255).all()
    assert (narrow.codes[narrow.metres > 2.0] == 0).all()
    with pytest.raises(ValueError, match="above zero"):
        representation_for(RepresentationType.UNIFORM_DISPARITY, 1.0, 1e6)
    with pytest.raises(ValueError, match="does not limit"):
        quantise(np.ones((2, 2)), DepthRepresentation(RepresentationType.UNIFORM_Z), 8)


def test_arrays_of_the_callers_own() -> None:
    metres = np.linspace(0.5, 2.0, 48 * 64).reshape(48, 64)
    rgb = np.full((96, 128, 3), 77, np.uint8)
    photo = make_photo(Recipe(metres=metres, rgb=rgb))
    assert photo.ground_truth.representation.d_max == 2.0
    assert depth_codes(photo.data)[0, 0] == 255
    assert pillow_heif.open_heif(photo.data).size == (128, 96)


def test_matte_gain_map_and_thumbnail_show_the_scene() -> None:
    photo = make_photo(
        Recipe(size=Size(256, 192), matte_within=1.2, gain_map=True, thumbnail=128, orientation=6)
    )
    heif = pillow_heif.open_heif(photo.data)
    matte = np.asarray(heif.get_aux_image(heif.info["aux"][MATTE_URN][0]))
    gain = np.asarray(heif.get_aux_image(heif.info["aux"][GAIN_MAP_URN][0]))
    assert matte.shape == gain.shape == (96, 128)
    camera = photo.ground_truth.camera
    for sphere in photo.ground_truth.spheres[:2]:
        x, y, z = sphere.centre
        u, v = (camera.cx - camera.fx * x / z) / 2, (camera.cy + camera.fy * y / z) / 2
        assert matte[round(v), round(u)] > 240
    assert matte[5, 64] < 15
    assert matte[94, 64] < 15  # floor, though it is near
    assert heif.info["thumbnails"] == [128]


def test_cropped_depth_keeps_its_camera_consistent() -> None:
    crop = Crop(left=8, top=20, width=48, height=40)
    whole = make_photo(Recipe(orientation=6)).ground_truth
    photo = make_photo(Recipe(orientation=6, depth_crop=crop))
    assert np.array_equal(depth_codes(photo.data), photo.ground_truth.codes)
    # Turned three quarters counter-clockwise, coded top is the upright right-hand side.
    assert photo.ground_truth.codes.shape == (48, 40)
    left, top = 96 - 20 - 40, 8
    # Sums of three products in float64, then one rounding to float32: at most one unit of its last.
    np.testing.assert_allclose(
        photo.ground_truth.metres,
        whole.metres[top : top + 48, left : left + 40],
        rtol=2**-23,
        atol=0,
    )
    assert photo.ground_truth.depth_camera.cx == pytest.approx(whole.depth_camera.cx - left)
    assert photo.ground_truth.depth_camera.cy == pytest.approx(whole.depth_camera.cy - top)


def test_35_mm_focal_length_gives_the_camera_back_by_the_diagonal() -> None:
    truth = make_photo(Recipe(camera=Pinhole.of(96, 72, 26.0), depth=False)).ground_truth
    assert truth.exif is not None
    assert truth.exif.focal_length_35mm == 26.0
    assert truth.camera.fx == pytest.approx(26.0 / 43.266615 * math.hypot(96, 72), rel=1e-6)


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"tile": 64, "layout": Layout(meta_last=True)},
        {"bits": 10, "gain_map": True, "thumbnail": 64, "more_depths": 1},
    ],
)
def test_the_same_recipe_gives_the_same_bytes(knobs: dict[str, Any]) -> None:
    assert (
        build_photo(**knobs) == build_photo(Recipe(), **knobs) == make_photo(Recipe(**knobs)).data
    )


def test_truth_has_upright_spheres_before_the_camera() -> None:
    truth: GroundTruth = make_photo(Recipe(orientation=5)).ground_truth
    assert len(truth.spheres) == len(truth.scene.spheres)
    assert all(sphere.centre[2] < -sphere.radius for sphere in truth.spheres)
