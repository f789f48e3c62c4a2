"""Rectification: planes become flat and lines straight, by the inverse coefficients alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import Camera, aligned_camera
from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution, Projection, build_cloud
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.depth.distortion import lens_frame, lens_of
from heicdepth_tui.depth.measure import probe_of
from heicdepth_tui.depth.rectify import rectify_map, rectify_picture
from heicdepth_tui.depth.trust import distortion_sentence
from heicdepth_tui.errors import RectifyError
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.picture_facts import Size
from tests.support.lens import (
    DISTANCE,
    NORMAL,
    Lens,
    distorted_photo,
    grid_picture,
    plane_metres,
    plane_points,
    usual_camera,
)

SIZE = Size(160, 120)
WIDE = Size(480, 360)
NO_LENS = (0.0,) * 8


def decoded(orientation: int = 1, **changes: object) -> tuple[DepthMap, Camera]:
    """Return depth map and camera of a photo of the plane, as an export has them."""
    photo, _ = distorted_photo(orientation=orientation, **changes)  # type: ignore[arg-type]
    header = parse_header(photo.data)
    camera = aligned_camera(header)
    assert camera is not None
    return build_depth_map(photo.ground_truth.codes, 12, header.depth), camera


def cloud_points(depth_map: DepthMap, camera: Camera, *, rectify: bool) -> NDArray[np.float64]:
    width, height = depth_map.size
    rgb = np.zeros((height, width, 3), np.uint8)
    options = CloudOptions(rectify=rectify, drop_flying=False)
    return build_cloud(depth_map, camera, rgb, options).xyz.astype(np.float64)


def off_plane(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(points @ NORMAL + DISTANCE)


def sag(picture: NDArray[np.uint8]) -> float:
    """Return how far the lines of a picture bend at most: the parabola's height, in samples."""
    darkness = 240.0 - picture[..., 0]
    height, width = darkness.shape
    rows = np.arange(height)
    across = np.linspace(-1, 1, height)
    worst, start = 0.0, int(np.argmax(darkness[height // 2, : width // 4]))
    for first in (start, *(np.flatnonzero(_is_peak(darkness[height // 2])))):
        place, found = float(first), np.empty(height)
        for step in (range(height // 2, height), range(height // 2, -1, -1)):
            place = float(first)
            for row in step:
                window = np.arange(round(place) - 5, round(place) + 6)
                if window[0] < 0 or window[-1] >= width:
                    break
                weight = darkness[row, window]
                place = float(window @ weight / weight.sum())
                found[row] = place
            else:
                continue
            break
        else:
            worst = max(worst, abs(float(np.polyfit(across[rows], found, 2)[0])))
    return worst


def _is_peak(line: NDArray[np.float64]) -> NDArray[np.bool_]:
    peak = np.zeros(line.shape, np.bool_)
    peak[1:-1] = (line[1:-1] > 100) & (line[1:-1] >= line[:-2]) & (line[1:-1] > line[2:])
    return peak


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_plane_becomes_flat_at_every_orientation(orientation: int) -> None:
    depth_map, camera = decoded(orientation)
    # Half a code of depth moves a point along its ray, whose slope to the plane is NORMAL · ray.
    step = float(depth_map.depth_resolution().max())
    bound = step / 2 * float(np.linalg.norm([1, 1, 1])) + 2e-7

    assert off_plane(cloud_points(depth_map, camera, rectify=True)).max() <= bound
    # The lens bends the plane by 30 times that.
    assert off_plane(cloud_points(depth_map, camera, rectify=False)).max() > 30 * bound


@pytest.mark.parametrize("orientation", [1, 6])
def test_points_come_closer_to_the_truth_by_a_factor_of_fifty(orientation: int) -> None:
    depth_map, camera = decoded(orientation)
    pinhole = usual_camera(SIZE)
    truth = plane_points(pinhole, *Lens().rectified(pinhole)).reshape(-1, 3)

    errors = [
        np.linalg.norm(cloud_points(depth_map, camera, rectify=rectify) - truth, axis=1)
        for rectify in (False, True)
    ]

    assert np.median(errors[1]) <= np.median(errors[0]) / 50
    assert errors[1].max() <= errors[0].max() / 50


def test_lines_become_straight_and_bend_twice_the_wrong_way() -> None:
    pinhole = usual_camera(WIDE)
    picture = grid_picture(pinhole, *Lens().rectified(pinhole))
    straight = grid_picture(
        pinhole,
        np.arange(WIDE.width, dtype=np.float64),
        np.arange(WIDE.height, dtype=np.float64)[:, None],
    )
    cameras = []
    for swapped in (False, True):
        photo, _ = distorted_photo(size=WIDE, swapped=swapped)
        camera = aligned_camera(parse_header(photo.data))
        assert camera is not None
        cameras.append(camera)
    right, wrong = (sag(rectify_picture(picture, camera)) for camera in cameras)

    # Interpolation between pixels leaves the centre of a line where it is, to 0.05 of one.
    assert sag(straight) < 0.05
    assert right < 0.05
    assert sag(picture) > 1.5
    assert 1.7 <= wrong / sag(picture) <= 2.3


def test_a_rectified_map_is_what_a_pinhole_camera_sees() -> None:
    depth_map, camera = decoded()
    pinhole = usual_camera(SIZE)
    columns = np.arange(SIZE.width, dtype=np.float64)
    rows = np.arange(SIZE.height, dtype=np.float64)[:, None]
    truth = plane_metres(pinhole, columns, rows)
    # The nearest sample lies half a sample off at most, each way; the plane climbs by this much.
    climb = sum(np.abs(np.diff(truth, axis=axis)).max() for axis in (0, 1)) / 2
    bound = climb + float(depth_map.depth_resolution().max()) / 2 + 1e-6

    rectified = rectify_map(depth_map, camera)

    assert rectified.outside is None
    assert np.abs(rectified.metres() - truth).max() <= bound
    assert np.abs(depth_map.metres() - truth).max() > 3 * bound


def test_depth_is_never_averaged_across_an_edge() -> None:
    metres = np.full((SIZE.height, SIZE.width), 0.5)
    metres[:, 140:] = 2.0
    depth_map, camera = decoded(metres=metres)

    rectified = rectify_map(depth_map, camera)

    assert set(np.unique(rectified.codes)) == set(np.unique(depth_map.codes))
    assert not np.array_equal(rectified.codes, depth_map.codes)


def test_what_the_stored_map_does_not_show_is_invalid() -> None:
    # Drawn out instead of in: the border of the pinhole picture lies beyond the stored one.
    depth_map, camera = decoded(lens=Lens(k=0.15))

    rectified = rectify_map(depth_map, camera)

    assert rectified.outside is not None
    assert rectified.outside[0].all()
    assert not rectified.outside[SIZE.height // 2, SIZE.width // 2]
    assert np.array_equal(rectified.valid(), ~rectified.outside)
    assert np.array_equal(np.isnan(rectified.metres()), rectified.outside)
    assert f"{rectified.outside.sum():,} samples of the rectified map" in rectified.notes[-1]


def test_the_probe_reads_the_points_of_the_cloud() -> None:
    photo, _ = distorted_photo()
    header = parse_header(photo.data)
    probe = probe_of(header, photo.ground_truth.codes, 12)
    assert probe.camera is not None
    points = cloud_points(probe.depth_map, probe.camera, rectify=True).reshape(120, 160, 3)

    for column, row in ((0, 0), (159, 0), (31, 77), (159, 119)):
        point = probe.rectified().at_sample(column, row).point
        assert point == pytest.approx(points[row, column], abs=2e-7)
        assert point != pytest.approx(probe.at_sample(column, row).point, abs=1e-4)


def test_a_raised_grid_and_a_stride_keep_the_lens() -> None:
    depth_map, camera = decoded()
    rgb = np.zeros((240, 320, 3), np.uint8)
    options = CloudOptions(
        rectify=True, drop_flying=False, stride=3, color_resolution=ColorResolution.X2
    )

    cloud = build_cloud(depth_map, camera, rgb, options)

    assert cloud.grid == (107, 80)
    # The raised map is interpolated between codes; near its border it is continued.
    inner = cloud.xyz.reshape(80, 107, 3)[4:-4, 4:-4].reshape(-1, 3).astype(np.float64)
    bent = build_cloud(depth_map, camera, rgb, replace(options, rectify=False))
    plain = bent.xyz.reshape(80, 107, 3)[4:-4, 4:-4].reshape(-1, 3).astype(np.float64)
    assert off_plane(inner).max() < off_plane(plain).max() / 4


def test_no_distortion_changes_nothing() -> None:
    photo, _ = distorted_photo()
    header = parse_header(photo.data)
    calibration = header.depth.calibration
    assert calibration is not None
    straight = replace(calibration, distortion=NO_LENS, inverse_distortion=NO_LENS)
    camera = aligned_camera(replace(header, depth=replace(header.depth, calibration=straight)))
    assert camera is not None
    depth_map = build_depth_map(photo.ground_truth.codes, 12, header.depth)
    plain, rectified = (cloud_points(depth_map, camera, rectify=one) for one in (False, True))

    assert np.abs(plain - rectified).max() <= 1e-7
    for stated in (distortion_sentence(camera.rectified()), camera.rectified().rectified_note):
        assert "the lens shifts nothing" in stated
        assert "distorted" not in stated
        assert "rectified" not in stated
    assert np.array_equal(rectify_map(depth_map, camera).codes, depth_map.codes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"inverse_distortion": NO_LENS}, "px are left where 0.5 are allowed"),
        ({"distortion": None}, "states no lens distortion"),
        ({"inverse_distortion": None}, "states no lens distortion"),
        ({"distortion_center": None}, "centre of its lens distortion"),
        ({"pixel_size_mm": None}, "pixel size"),
        ({"pixel_size_mm": -0.001}, "pixel size"),
        ({"distortion": (1e300,) * 8}, "px are left where 0.5 are allowed"),
        ({"distortion": (-100.0, *NO_LENS[1:])}, "no finite result"),
    ],
)
def test_a_file_that_cannot_be_rectified_is_refused(
    changes: dict[str, object], reason: str
) -> None:
    photo, _ = distorted_photo()
    header = parse_header(photo.data)
    calibration = header.depth.calibration
    assert calibration is not None
    calibration = replace(calibration, **changes)  # type: ignore[arg-type]
    header = replace(header, depth=replace(header.depth, calibration=calibration))
    camera = aligned_camera(header)
    assert camera is not None
    depth_map = build_depth_map(photo.ground_truth.codes, 12, header.depth)

    with pytest.raises(RectifyError, match=reason):
        cloud_points(depth_map, camera, rectify=True)
    # Everything else is as good as without the lens.
    assert len(cloud_points(depth_map, camera, rectify=False)) == SIZE.width * SIZE.height


def test_files_say_whether_points_are_rectified_and_by_how_much() -> None:
    depth_map, camera = decoded()
    rgb = np.zeros((120, 160, 3), np.uint8)
    lens = camera.lens
    assert lens is not None
    # By hand: at the farthest corner, 81.6 x 61.8 samples of 0.04 mm from the centre.
    radius = np.hypot(0.51 * 160, 0.515 * 120) * 0.04
    shift = (radius / (1 - 0.0015 * radius**2) - radius) / 0.04
    assert lens.shift_px == pytest.approx(shift, rel=1e-6)
    assert lens.residual_px < 0.01

    plain = "\n".join(build_cloud(depth_map, camera, rgb).comments())
    options = CloudOptions(rectify=True)
    rectified = "\n".join(build_cloud(depth_map, camera, rgb, options).comments())

    figure = f"up to {lens.shift_px:.3g} px of a frame 160 px wide"
    assert f"points are not rectified, the lens shifts them by {figure}" in plain
    assert "experimental" in rectified
    assert f"the lens had shifted samples by {figure}" in rectified
    assert f"agree to {lens.residual_px:.2f} px" in rectified
    assert "not rectified" not in rectified


def test_a_flat_cloud_has_no_lens() -> None:
    depth_map, _ = decoded()
    rgb = np.zeros((120, 160, 3), np.uint8)
    flat = [
        build_cloud(depth_map, None, rgb, CloudOptions(projection=Projection.FLAT, rectify=rectify))
        for rectify in (False, True)
    ]
    assert np.array_equal(flat[0].xyz, flat[1].xyz)


def test_a_long_edge_of_a_real_photo_becomes_straighter(real_photos: Path) -> None:
    # The edge of a cupboard, 2,072 pixels long, 1,500 pixels left of the middle. It may be bent
    # itself; the wrong direction would bend it further.
    path = real_photos / "real" / "pug.heic"
    calibration = read_header(path).depth.calibration
    assert calibration is not None
    frame = lens_frame(calibration)
    right = lens_of(calibration, frame)
    wrong = replace(right, rectifying=right.distorting)
    edge = dark_edge(np.asarray(pillow_heif.open_heif(path).to_pillow().convert("L"), float))

    stored, straighter, worse = (
        abs(parabola(np.array([lens.rectified(*place) for place in edge]) if lens else edge))
        for lens in (None, right, wrong)
    )

    assert stored == pytest.approx(3.8, abs=0.3)
    assert straighter < 0.65 * stored
    assert worse > 1.35 * stored


def dark_edge(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places (x, y) of pug's cupboard edge: the centroid of darkness of each 8th row."""
    found = []
    for y in range(480, 2560, 8):
        left = int(673 + (381 - 673) * (y - 381) / (2667 - 381) - 60)
        line = grey[y - 6 : y + 7, left : left + 120].mean(axis=0)
        dark = np.clip(min(line[:15].mean(), line[-15:].mean()) - 8 - line, 0, None)
        window = slice(max(0, int(dark.argmax()) - 25), int(dark.argmax()) + 26)
        if dark.sum() >= 50:
            place = np.arange(120)[window] @ dark[window] / dark[window].sum()
            found.append((left + float(place), float(y)))
    return np.array(found)


def parabola(edge: NDArray[np.float64]) -> float:
    """Return the height of the parabola through the places of an edge, in pixels."""
    down = (edge[:, 1] - edge[:, 1].mean()) / (np.ptp(edge[:, 1]) / 2)
    kept = np.ones(len(edge), np.bool_)
    for _ in range(5):
        fit = np.polyfit(down[kept], edge[kept, 0], 2)
        off = np.abs(edge[:, 0] - np.polyval(fit, down))
        kept = off < 3 * 1.48 * np.median(off[kept])
    return float(fit[0])
