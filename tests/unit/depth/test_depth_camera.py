"""The camera of a depth map: scaled by its reference, turned with the item, or estimated."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import (
    Camera,
    CameraOrigin,
    camera_for_depth,
    intrinsics_problem,
    stored_camera,
)
from heicdepth_tui.depth.trust import Trust
from heicdepth_tui.heif.depth_facts import Accuracy, Calibration, DepthInfo, DepthStatus
from heicdepth_tui.heif.facts import Exif, Header
from heicdepth_tui.heif.picture_facts import Crop, ImageItem, Mirror, Rotation, Size, Transform

MakeInfo = Callable[..., DepthInfo]
MakeHeader = Callable[..., Header]
MakeCalibration = Callable[..., Calibration]
Turn = Callable[..., NDArray[np.generic]]

PUG_K = (3032.59423828125, 3032.59423828125, 1988.450927734375, 1512.30712890625, 4032, 3024)
PUG_MAP, PHOTO = Size(768, 576), Size(4032, 3024)


def test_pug_is_scaled_by_its_reference_size(
    info: MakeInfo, header: MakeHeader, calibration: MakeCalibration
) -> None:
    photo = header(info(None, calibration(*PUG_K), coded=PUG_MAP))
    camera = camera_for_depth(photo, PUG_MAP)
    assert camera is not None
    # 768/4032 = 4/21: fx 3032.594 -> 577.637; cx 1988.451 -> 378.753 from the corner, 378.253
    # from the centre of the first sample.
    assert camera.fx == pytest.approx(577.63700, abs=1e-5)
    assert camera.fy == camera.fx
    assert camera.cx == pytest.approx(1988.450927734375 * 4 / 21 - 0.5)
    assert camera.cy == pytest.approx(1512.30712890625 * 4 / 21 - 0.5)
    assert (camera.width, camera.height, camera.origin) == (768, 576, CameraOrigin.FILE)
    assert camera.note == ""
    stored = stored_camera(photo)
    assert stored is not None
    assert (stored.fx, stored.cx, stored.reference_width) == (PUG_K[0], PUG_K[2], 4032)
    assert stored.origin is CameraOrigin.FILE


def test_the_photo_size_does_not_matter(
    info: MakeInfo, header: MakeHeader, calibration: MakeCalibration
) -> None:
    k = calibration(2800.0, 2800.0, 2112.0, 1584.0, 4224, 3168)
    photo = header(info(None, k, coded=PUG_MAP), photo=Size(5712, 4284))
    camera = camera_for_depth(photo, PUG_MAP)
    assert camera is not None
    assert camera.fx == pytest.approx(2800 * 768 / 4224)
    # The middle of the reference is the middle of the map: (w - 1)/2 between sample centres.
    assert (camera.cx, camera.cy) == pytest.approx((383.5, 287.5))


def test_estimate_from_exif(info: MakeInfo, header: MakeHeader) -> None:
    photo = header(info(coded=PUG_MAP), exif=Exif(focal_length_35mm=26))
    camera = camera_for_depth(photo, PUG_MAP)
    assert camera is not None
    # 26/43.2666 · 960 = 576.889, -0.13 % of the true 577.637.
    assert camera.fx == camera.fy == pytest.approx(576.889, abs=1e-3)
    assert 100 * (camera.fx / 577.637 - 1) == pytest.approx(-0.13, abs=0.005)
    assert (camera.cx, camera.cy) == (383.5, 287.5)
    assert camera.origin is CameraOrigin.EXIF
    assert "estimated" in camera.describe()
    stored = stored_camera(photo)
    assert stored is not None
    assert stored.origin is CameraOrigin.EXIF
    assert stored.fx == pytest.approx(26 / 43.2666 * 5040)
    assert (stored.cx, stored.reference_height) == (2016, 3024)


def test_an_estimate_is_made_before_the_crop(info: MakeInfo, header: MakeHeader) -> None:
    exif = Exif(focal_length_35mm=26)
    crop = Crop(100, 50, 400, 300)
    photo = header(info(coded=PUG_MAP, transforms=(crop,)), exif=exif)
    camera = camera_for_depth(photo, Size(400, 300))
    assert camera is not None
    # The focal length of the whole map, and its middle, 384 and 288, as seen from the crop.
    assert camera.fx == camera.fy == pytest.approx(576.889, abs=1e-3)
    assert (camera.cx, camera.cy) == (383.5 - 100, 287.5 - 50)
    assert (camera.size, camera.origin) == (Size(400, 300), CameraOrigin.EXIF)
    turned = header(info(coded=PUG_MAP, transforms=(crop, Rotation(1))), exif=exif)
    camera = camera_for_depth(turned, Size(300, 400))
    assert camera is not None
    # Counter-clockwise: u is the old v, v counts from the old right edge.
    assert (camera.cx, camera.cy) == (237.5, 399 - 283.5)


@pytest.mark.parametrize("f35", [None, 0, -26.0, math.nan, math.inf, 1e9])
def test_no_camera_without_either(info: MakeInfo, header: MakeHeader, f35: float | None) -> None:
    photo = header(info(coded=PUG_MAP), exif=Exif(focal_length_35mm=f35))
    assert camera_for_depth(photo, PUG_MAP) is None
    assert stored_camera(photo) is None


GOOD = Calibration(
    intrinsics=(3000.0, 0, 0, 0, 3000.0, 0, 2016.0, 1512.0, 1),
    reference_width=4032,
    reference_height=3024,
)
IMPLAUSIBLE = [
    (replace(GOOD, intrinsics=None), "no intrinsics"),
    (replace(GOOD, intrinsics=(1.0,) * 8), "9 finite"),
    (replace(GOOD, intrinsics=(math.nan, *GOOD.intrinsics[1:])), "9 finite"),
    (replace(GOOD, intrinsics=(math.inf, *GOOD.intrinsics[1:])), "9 finite"),
    (replace(GOOD, intrinsics=(0.0, *GOOD.intrinsics[1:])), "not positive"),
    (replace(GOOD, intrinsics=(-3000.0, *GOOD.intrinsics[1:])), "not positive"),
    (replace(GOOD, intrinsics=(1e-9, *GOOD.intrinsics[1:])), "fits no lens"),
    (replace(GOOD, intrinsics=(3e9, *GOOD.intrinsics[1:])), "fits no lens"),
    (replace(GOOD, intrinsics=(3000.0, 0, 0, 5.0, *GOOD.intrinsics[4:])), "skew"),
    # Row-major: cx and cy stand where a camera matrix has zeros.
    (replace(GOOD, intrinsics=(3000.0, 0, 2016.0, 0, 3000.0, 1512.0, 0, 0, 1)), "form"),
    (replace(GOOD, intrinsics=(*GOOD.intrinsics[:8], 0.0)), "form"),
    (replace(GOOD, intrinsics=(*GOOD.intrinsics[:6], 1e6, 1512.0, 1)), "far outside"),
    (replace(GOOD, reference_width=None), "no reference size"),
    (replace(GOOD, reference_height=0.0), "reference size"),
    (replace(GOOD, reference_width=math.nan), "reference size"),
]


@pytest.mark.parametrize(("bad", "reason"), IMPLAUSIBLE, ids=[reason for _, reason in IMPLAUSIBLE])
def test_implausible_intrinsics_fall_back_and_say_why(
    info: MakeInfo, header: MakeHeader, bad: Calibration, reason: str
) -> None:
    assert intrinsics_problem(GOOD) == ""
    assert reason in intrinsics_problem(bad)
    photo = header(info(None, bad, coded=PUG_MAP), exif=Exif(focal_length_35mm=26))
    camera = camera_for_depth(photo, PUG_MAP)
    assert camera is not None
    assert camera.origin is CameraOrigin.EXIF
    assert reason in camera.note
    stored = stored_camera(photo)
    assert stored is not None
    assert stored.origin is CameraOrigin.EXIF
    assert camera_for_depth(header(info(None, bad, coded=PUG_MAP)), PUG_MAP) is None


@pytest.mark.parametrize(
    ("reference", "photo", "coded", "f", "cx", "cy", "words"),
    [
        # The photo is 4:3 like the map and as wide as the reference: 16:9 is a crop of both.
        (
            (3032.6, 3032.6, 2006.0, 1124.0, 4032, 2268),
            PHOTO,
            PUG_MAP,
            3032.6 * 768 / 4032,
            384 - 10 * 768 / 4032,
            288 - 10 * 768 / 4032,
            "reference 4032x2268 is taken as a centred crop of the map",
        ),
        # Photo and map were cut square after the calibration: the map is a crop of the reference.
        (
            (3032.6, 3032.6, 2006.0, 1502.0, 4032, 3024),
            Size(3024, 3024),
            Size(576, 576),
            3032.6 * 576 / 3024,
            288 - 10 * 576 / 3024,
            288 - 10 * 576 / 3024,
            "map is taken as a centred crop of the reference 4032x3024",
        ),
    ],
)
def test_another_aspect_is_fitted_at_one_scale_and_marked(
    info: MakeInfo,
    header: MakeHeader,
    calibration: MakeCalibration,
    reference: tuple[float, ...],
    photo: Size,
    coded: Size,
    f: float,
    cx: float,
    cy: float,
    words: str,
) -> None:
    fx, *rest = reference
    made = header(info(None, calibration(fx, *rest), coded=coded), photo=photo)
    camera = camera_for_depth(made, coded)
    assert camera is not None
    assert camera.origin is CameraOrigin.FILE
    assert camera.fx == camera.fy == pytest.approx(f)
    assert (camera.cx, camera.cy) == pytest.approx((cx - 0.5, cy - 0.5))
    assert "another aspect" in camera.note
    (clause,) = camera.estimated
    assert words in clause
    trust = Trust(Accuracy.ABSOLUTE, is_unit_known=True).with_camera(camera)
    assert "camera from the file, fitted" in trust.long
    assert words in trust.sentence


def test_unequal_focal_lengths_keep_their_ratio_when_fitted(
    info: MakeInfo, header: MakeHeader, calibration: MakeCalibration
) -> None:
    made = header(info(None, calibration(3000, 3030, 2016, 1134, 4032, 2268), coded=PUG_MAP))
    camera = camera_for_depth(made, PUG_MAP)
    assert camera is not None
    assert camera.fy / camera.fx == pytest.approx(1.01)


def test_a_reference_that_no_crop_explains_is_not_used(
    info: MakeInfo, header: MakeHeader, calibration: MakeCalibration
) -> None:
    k = calibration(3000, 3000, 2016, 500, 4032, 1000)
    assert camera_for_depth(header(info(None, k, coded=PUG_MAP)), PUG_MAP) is None
    exif = Exif(focal_length_35mm=26)
    camera = camera_for_depth(header(info(None, k, coded=PUG_MAP), exif=exif), PUG_MAP)
    assert camera is not None
    assert camera.origin is CameraOrigin.EXIF
    assert "is no crop" in camera.note


@pytest.mark.parametrize(
    ("photo_crop", "map_size", "map_crop"),
    [
        # 16:9 cut from 4:3 on photo and map, on the photo alone, and a map stored 16:9.
        (Crop(0, 378, 4032, 2268), PUG_MAP, (Crop(0, 72, 768, 432),)),
        (Crop(0, 378, 4032, 2268), PUG_MAP, ()),
        (Crop(0, 378, 4032, 2268), Size(768, 432), ()),
    ],
)
def test_info_and_cloud_estimate_one_focal_length(
    info: MakeInfo,
    header: MakeHeader,
    photo_crop: Crop,
    map_size: Size,
    map_crop: tuple[Crop, ...],
) -> None:
    made = header(info(coded=map_size, transforms=map_crop), exif=Exif(focal_length_35mm=26))
    primary = replace(
        made.primary,
        transforms=(photo_crop,),
        displayed_size=Size(photo_crop.width, photo_crop.height),
    )
    made = replace(made, primary=primary)
    stored = stored_camera(made)
    camera = camera_for_depth(made, made.depth.item.displayed_size)  # type: ignore[union-attr]
    assert stored is not None
    assert camera is not None
    # The lens is that of the whole 4:3 frame, and a map sample is 5.25 photo pixels wide.
    assert stored.fx == pytest.approx(26 / 43.2666 * 5040)
    assert camera.fx == pytest.approx(stored.fx / 5.25)
    assert (stored.cx, stored.cy) == (2016, 1134)
    assert (stored.reference_width, stored.reference_height) == (4032, 2268)


def test_an_estimate_says_how_far_its_middle_may_be_off(info: MakeInfo, header: MakeHeader) -> None:
    exif = Exif(focal_length_35mm=26)
    whole = camera_for_depth(header(info(coded=PUG_MAP), exif=exif), PUG_MAP)
    assert whole is not None
    # 3 % of 768 samples.
    assert "up to 23 samples off" in whole.estimated[1]
    assert len(whole.estimated) == 2
    # The crop's middle is (234, 184); that of the frame (384, 288): 150 and 104, a distance of 183.
    cut = header(info(coded=PUG_MAP, transforms=(Crop(34, 34, 400, 300),)), exif=exif)
    camera = camera_for_depth(cut, Size(400, 300))
    assert camera is not None
    assert "the middle of the crop lies 183 samples from that of the frame" in camera.estimated


def test_a_reference_that_lies_across_the_map_is_not_used(
    info: MakeInfo, header: MakeHeader, calibration: MakeCalibration
) -> None:
    photo = header(info(None, calibration(*PUG_K), coded=Size(576, 768)))
    assert camera_for_depth(photo, Size(576, 768)) is None
    assert stored_camera(photo) is None
    baked = calibration(3032.6, 3032.6, 1512.3, 2043.5, 3024, 4032)
    camera = camera_for_depth(header(info(None, baked, coded=Size(576, 768))), Size(576, 768))
    assert camera is not None
    assert camera.origin is CameraOrigin.FILE


def test_one_quarter_turn_by_the_stated_rule(
    info: MakeInfo, header: MakeHeader, calibration: MakeCalibration
) -> None:
    # fx,fy,cx,cy,W,H -> fy,fx,cy,W-cx,H,W, from the corner; minus half a sample.
    k = calibration(100.0, 90.0, 70.0, 40.0, 120, 90)
    photo = header(info(None, k, coded=Size(120, 90), transforms=(Rotation(1),)))
    camera = camera_for_depth(photo, Size(90, 120))
    assert camera == Camera(90.0, 100.0, 39.5, 49.5, 90, 120, CameraOrigin.FILE)


transforms_of_a_map = st.lists(
    st.one_of(
        st.builds(Rotation, st.integers(1, 3)),
        st.builds(Mirror, st.integers(0, 1)),
        st.just("crop"),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(transforms_of_a_map, st.data())
def test_any_chain_of_transforms_against_brute_force(
    wishes: list[Transform | str], data: st.DataObject
) -> None:
    """Every sample keeps the ray it was coded with, followed sample by sample through the chain."""
    fx, fy, cx, cy = 31.0, 28.0, 13.2, 8.9
    rays = np.empty((18, 24, 2))
    rays[..., 0] = (np.arange(24) + 0.5 - cx) / fx
    rays[..., 1] = ((np.arange(18) + 0.5 - cy) / fy)[:, None]
    chain: list[Transform] = []
    for wish in wishes:
        if isinstance(wish, Rotation):
            transform: Transform = wish
            rays = np.rot90(rays, wish.quarter_turns)
            for _ in range(wish.quarter_turns):
                # Counter-clockwise on the screen: what points right points up, so -v.
                rays = np.stack([rays[..., 1], -rays[..., 0]], axis=-1)
        elif isinstance(wish, Mirror):
            transform = wish
            rays = np.flip(rays, axis=wish.axis) * ([1, -1] if wish.axis == 0 else [-1, 1])
        else:
            height, width = rays.shape[:2]
            left = data.draw(st.integers(0, width - 1))
            top = data.draw(st.integers(0, height - 1))
            transform = Crop(
                left,
                top,
                data.draw(st.integers(1, width - left)),
                data.draw(st.integers(1, height - top)),
            )
            rays = rays[top : top + transform.height, left : left + transform.width]
        chain.append(transform)
    height, width = rays.shape[:2]
    camera = camera_for_depth(_turned_header(tuple(chain), fx, fy, cx, cy), Size(width, height))
    assert camera is not None
    assert camera.size == Size(width, height)
    u = (np.arange(width) - camera.cx) / camera.fx
    v = (np.arange(height) - camera.cy) / camera.fy
    # Numbers below 50 after some 20 operations, divided by 28 or more: 20 · 50 · 2⁻⁵³ / 28.
    close = {"rtol": 0, "atol": 5e-15}
    np.testing.assert_allclose(rays[..., 0], np.broadcast_to(u, (height, width)), **close)
    np.testing.assert_allclose(rays[..., 1], np.broadcast_to(v[:, None], (height, width)), **close)


def _turned_header(
    chain: tuple[Transform, ...], fx: float, fy: float, cx: float, cy: float
) -> Header:
    # A reference of twice the map's size.
    calibration = Calibration(
        intrinsics=(2 * fx, 0, 0, 0, 2 * fy, 0, 2 * cx, 2 * cy, 1),
        reference_width=48,
        reference_height=36,
    )
    item = ImageItem(2, "hvc1", Size(24, 18), Size(24, 18), chain, 8, 1, None, True, 1)
    info = DepthInfo(DepthStatus.PRESENT, item=item, calibration=calibration)
    return Header("x.heic", 1, "heic", (), item, info)


def test_resized_keeps_every_ray() -> None:
    camera = Camera(100.0, 90.0, 39.5, 49.5, 80, 100, CameraOrigin.FILE)
    finer = camera.resized(Size(160, 300))
    # The left border of the view, half a sample before the first centre, stays where it is.
    assert (-0.5 - finer.cx) / finer.fx == pytest.approx((-0.5 - camera.cx) / camera.fx)
    assert (299.5 - finer.cy) / finer.fy == pytest.approx((99.5 - camera.cy) / camera.fy)
    assert finer.K.tolist() == [[200, 0, 79.5], [0, 270, 149.5], [0, 0, 1]]
