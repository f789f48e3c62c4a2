"""The order of trust of cameras: XMP, cmin of the depth item, cmin of the photo, EXIF."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heicdepth_tui.depth.camera import CameraOrigin, aligned_camera, stored_camera
from heicdepth_tui.depth.trust import trust_of
from heicdepth_tui.heif.camera_facts import CameraIntrinsics
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import AUTO, Recipe

PHOTO, MAP = Size(192, 144), Size(96, 72)
NONE = Recipe(size=PHOTO, depth_size=MAP, calibration=None, exif=None)


@pytest.mark.parametrize(
    ("recipe", "origin"),
    [
        (Recipe(photo_cmin=AUTO, depth_cmin=AUTO), CameraOrigin.FILE),
        (replace(NONE, exif=AUTO, photo_cmin=AUTO, depth_cmin=AUTO), CameraOrigin.DEPTH_CMIN),
        (replace(NONE, exif=AUTO, photo_cmin=AUTO), CameraOrigin.PHOTO_CMIN),
        (replace(NONE, exif=AUTO), CameraOrigin.EXIF),
        (NONE, None),
    ],
)
def test_order_of_trust(recipe: Recipe, origin: CameraOrigin | None) -> None:
    header = parse_header(make_photo(recipe).data)
    camera, stored = aligned_camera(header), stored_camera(header)
    assert (None if camera is None else camera.origin) == origin
    assert (None if stored is None else stored.origin) == origin
    if camera is not None and origin is not None:
        assert trust_of(header.depth).with_camera(camera).camera_label == origin.label


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("item", ["photo_cmin", "depth_cmin"])
def test_a_camera_property_is_the_cameras_own(orientation: int, item: str) -> None:
    made = make_photo(replace(NONE, orientation=orientation, **{item: AUTO}))  # type: ignore[arg-type]
    camera = aligned_camera(parse_header(made.data))
    truth = made.ground_truth.depth_camera
    assert camera is not None
    # Shares are rounded to 2^-30.
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx(
        (truth.fx, truth.fy, truth.cx, truth.cy), abs=1e-6
    )
    assert camera.size == (truth.width, truth.height)
    assert (camera.note, camera.estimated) == ("", ())


def test_the_photos_camera_follows_its_crop() -> None:
    # The right half of the photo: the map is cut to it, the principal point moves left by 48.
    crop = Crop(96, 0, 96, 144)
    recipe = replace(NONE, photo_cmin=AUTO)
    whole, cut = (
        aligned_camera(parse_header(make_photo(replace(recipe, photo_crop=one)).data))
        for one in (None, crop)
    )
    assert whole is not None
    assert cut is not None
    assert cut.size == (48, 72)
    assert (cut.fx, cut.fy) == pytest.approx((whole.fx, whole.fy))
    assert (cut.cx, cut.cy) == pytest.approx((whole.cx - 48, whole.cy))


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (CameraIntrinsics(-0.7, 0.5, 0.5), "not positive"),
        (CameraIntrinsics(0.7, 0.5, 0.5, 0.9, skew=0.25), "skew"),
        (CameraIntrinsics(0.7, 3.5, 0.5), "far outside"),
        (CameraIntrinsics(0.001, 0.5, 0.5), "fits no lens"),
    ],
)
def test_an_implausible_property_is_not_used(stated: CameraIntrinsics, reason: str) -> None:
    recipe = replace(NONE, exif=AUTO, photo_cmin=stated)
    camera = aligned_camera(parse_header(make_photo(recipe).data))
    assert camera is not None
    assert camera.origin is CameraOrigin.EXIF
    assert "cmin of the photo" in camera.note
    assert reason in camera.note


def test_the_depth_items_matrix_comes_before_the_photos() -> None:
    recipe = replace(NONE, photo_cmin=CameraIntrinsics(0.7, 0.5, 0.5), depth_cmin=AUTO)
    made = make_photo(recipe)
    camera = aligned_camera(parse_header(made.data))
    assert camera is not None
    assert camera.fx == pytest.approx(made.ground_truth.depth_camera.fx)
    assert camera.lens is None
    assert camera.lens_problem == "the file states no lens distortion"
