"""Samples and distances against spheres of known place, and against maps written by hand."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from depth_clouds import camera_of, map_of
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import aligned_camera
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.measure import Probe, factor_for
from heicdepth_tui.depth.points import CloudOptions
from heicdepth_tui.depth.registration import register
from heicdepth_tui.depth.scale import KnownLength, parse_known_length, scale_factor, scaled
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.heif.depth_facts import RepresentationType
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.orient import inverse, turn
from heicdepth_tui.samples.recipe import GroundTruth, Recipe, TrueSphere

SIZE = Size(320, 240)
"""Of the depth map; the photo is twice as wide, so that two pixels share a sample."""


class Scene(NamedTuple):
    probe: Probe
    truth: GroundTruth


@cache
def scene(orientation: int, kind: RepresentationType, bits: int = 8) -> Scene:
    recipe = Recipe(
        size=Size(2 * SIZE.width, 2 * SIZE.height),
        depth_size=SIZE,
        orientation=orientation,
        representation=kind,
        bits=bits,
        rgb=np.zeros((2 * SIZE.height, 2 * SIZE.width, 3), np.uint8),
    )
    photo = make_photo(recipe)
    header = parse_header(photo.data)
    item = header.depth.item
    assert item is not None
    registration = register(header.primary, item)
    truth = photo.ground_truth
    probe = Probe(
        build_depth_map(truth.codes, truth.bits, header.depth),
        aligned_camera(header, registration),
        registration.region,
        header.primary.displayed_size,
    )
    return Scene(probe, truth)


def pole_of(sphere: TrueSphere) -> NDArray[np.float64]:
    """The point of a sphere that is nearest to the camera."""
    centre = np.array(sphere.centre)
    return centre * (1 - sphere.radius / float(np.linalg.norm(centre)))


def pixel_of(point: NDArray[np.float64], truth: GroundTruth) -> tuple[int, int]:
    """The photo pixel whose square a point of the scene falls into."""
    x, y, z = point
    camera = truth.camera
    return round(camera.cx - camera.fx * x / z), round(camera.cy + camera.fy * y / z)


KINDS = [
    RepresentationType.UNIFORM_INVERSE_Z,
    RepresentationType.UNIFORM_DISPARITY,
    RepresentationType.UNIFORM_Z,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_pole_is_at_its_distance_within_a_step(
    orientation: int, kind: RepresentationType
) -> None:
    probe, truth = scene(orientation, kind)
    for sphere in truth.spheres[:4]:
        pole = pole_of(sphere)
        sample = probe.at_pixel(*pixel_of(pole, truth))
        assert sample is not None
        assert sample.step is not None
        assert sample.range is not None
        assert abs(sample.range - float(np.linalg.norm(pole))) < sample.step
        assert sample.code == truth.codes[sample.row, sample.column]
        assert (sample.problem, sample.flying) == ("", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_distance_of_two_poles_is_right_within_its_uncertainty(
    orientation: int, kind: RepresentationType
) -> None:
    probe, truth = scene(orientation, kind)
    poles = [pole_of(sphere) for sphere in truth.spheres[:5]]
    samples = [probe.at_pixel(*pixel_of(pole, truth)) for pole in poles]
    for one, p in zip(samples, poles, strict=True):
        for other, q in zip(samples, poles, strict=True):
            assert one is not None
            assert other is not None
            measured = probe.measure(one, other)
            assert measured.distance is not None
            assert measured.uncertainty is not None
            # The true surface on the rays of the two samples, before quantisation.
            p_seen, q_seen = (
                np.array(sample.ray) * truth.metres[sample.row, sample.column]
                for sample in (one, other)
            )
            true = float(np.linalg.norm(p_seen - q_seen))
            # The camera was written with float32 digits; 1e-6 of 4 m.
            assert abs(measured.distance - true) <= measured.uncertainty + 4e-6
            # A mark misses the pole sideways by at most half a sample in each direction.
            aside = sum(
                math.hypot(0.5, 0.5) * -float(point[2]) / truth.depth_camera.fx * 1.5
                for point in (p, q)
            )
            true = float(np.linalg.norm(p - q))
            assert abs(measured.distance - true) <= measured.uncertainty + aside


def test_the_uncertainty_is_that_of_half_a_code_along_each_ray() -> None:
    """Along one axis it is the sum of both margins, across it next to nothing."""
    codes = np.array([[0, 128, 255]], dtype=np.uint8)
    probe = Probe(map_of(codes), camera_of(Size(3, 1)), WHOLE, Size(3, 1))
    one, other = probe.at_sample(0, 0), probe.at_sample(2, 0)
    half = 3 / 255 / 2
    assert one.margin == pytest.approx(1 / (1 - half) - 1)
    assert other.margin == pytest.approx(1 / (4 - half) - 1 / 4)
    measured = probe.measure(one, other)
    assert measured.distance is not None
    assert one.margin is not None
    assert other.margin is not None
    # The rays differ by a degree, so both margins count in full to 1 in 1000.
    assert measured.uncertainty == pytest.approx(one.margin + other.margin, rel=1e-3)
    assert probe.measure(one, one).distance == 0
    assert probe.measure(one, one).uncertainty == pytest.approx(
        2 * one.margin * math.hypot(*(one.ray or ()))
    )


def test_the_angle_is_that_of_the_two_rays() -> None:
    codes = np.full((1, 3), 7, dtype=np.uint8)
    camera = camera_of(Size(3, 1))
    probe = Probe(map_of(codes), camera, WHOLE, Size(3, 1))
    a, b = probe.at_sample(0, 0), probe.at_sample(2, 0)
    across = [(column - camera.cx) / camera.fx for column in (0, 2)]
    down = camera.cy / camera.fy
    left, right = ([x, down, -1] for x in across)
    cosine = np.dot(left, right) / (np.linalg.norm(left) * np.linalg.norm(right))
    assert probe.measure(a, b).angle == pytest.approx(math.degrees(math.acos(cosine)), rel=1e-6)
    assert probe.measure(a, a).angle == 0


def test_points_are_those_of_the_exported_cloud() -> None:
    from heicdepth_tui.depth.cloud import build_cloud

    probe, _ = scene(6, RepresentationType.UNIFORM_DISPARITY)
    colours = np.zeros((*probe.depth_map.codes.shape, 3), np.uint8)
    cloud = build_cloud(probe.depth_map, probe.camera, colours, CloudOptions(drop_flying=False))
    width = probe.depth_map.size.width
    for at in (0, 5 * width + 3, len(cloud) - 1):
        sample = probe.at_sample(at % width, at // width)
        # The cloud is rounded to float32 once.
        assert sample.point == pytest.approx(cloud.xyz[at].tolist(), rel=2**-23)


def test_a_sample_flies_as_the_whole_map_says() -> None:
    from heicdepth_tui.depth.flying import ALONE, RAMP, flying_kinds

    rng = np.random.default_rng(3)
    codes = np.repeat(np.repeat(rng.integers(0, 4, (9, 9)) * 80, 6, axis=0), 6, axis=1)
    codes = codes.astype(np.uint8)
    codes[:, 5::6] = (codes[:, 4::6].astype(int) + np.roll(codes, -1, axis=1)[:, 5::6]) // 2
    codes[20, 10:14] = (60, 100, 140, 180)
    codes[20, 7:10], codes[20, 14:18] = 20, 220
    probe = Probe(map_of(codes), camera_of(Size(54, 54)), WHOLE, Size(54, 54))
    focal = min(camera_of(Size(54, 54)).fx, camera_of(Size(54, 54)).fy)
    kinds = flying_kinds(codes, probe.depth_map.tables.disparity, 0.02, focal)
    words = {ALONE: "alone", RAMP: "on a ramp", 0: ""}
    assert {ALONE, RAMP, 0} == set(kinds.ravel().tolist())
    for row, column in np.ndindex(*codes.shape):
        assert probe.at_sample(column, row).flying == words[int(kinds[row, column])]


def test_the_profile_holds_the_nearest_samples_of_the_line() -> None:
    codes = np.arange(30, dtype=np.uint8).reshape(5, 6)
    probe = Probe(map_of(codes), camera_of(Size(6, 5)), WHOLE, Size(6, 5))
    profile = probe.profile(probe.at_sample(5, 0), probe.at_sample(1, 2))
    assert profile.columns.tolist() == [5, 4, 3, 2, 1]
    # Row 0.5 rounds to the even row 0, row 1.5 to row 2.
    assert profile.rows.tolist() == [0, 0, 1, 2, 2]
    assert np.array_equal(
        profile.metres, probe.depth_map.tables.metres[codes[profile.rows, profile.columns]]
    )


@pytest.mark.parametrize("size", [Size(8, 6), Size(9, 7), Size(5, 4)])
@pytest.mark.parametrize("region", [WHOLE, Region(0.25, 0.5, 0.5, 0.4)])
def test_a_sample_and_its_pixel_are_each_others(size: Size, region: Region) -> None:
    codes = np.zeros((size.height, size.width), np.uint8)
    probe = Probe(map_of(codes), None, region, Size(64, 48))
    for row, column in np.ndindex(size.height, size.width):
        assert probe.sample_of(*probe.pixel_of(column, row)) == (column, row)


def test_pixels_beside_the_map_have_no_sample() -> None:
    probe = Probe(map_of(np.zeros((4, 4), np.uint8)), None, Region(0.25, 0, 0.5, 1), Size(40, 40))
    assert [probe.sample_of(x, 0) for x in (9, 10, 29, 30)] == [None, (0, 0), (3, 0), None]
    assert probe.at_pixel(9, 0) is None
    with pytest.raises(ValueError, match="outside of the map"):
        probe.at_sample(4, 0)


def test_invalid_codes_and_maps_without_metres_say_why() -> None:
    codes = np.array([[0, 255]], np.uint8)
    probe = Probe(map_of(codes, d_min=-1.0), camera_of(Size(2, 1)), WHOLE, Size(2, 1))
    far, near = probe.at_sample(0, 0), probe.at_sample(1, 0)
    assert (far.metres, far.step, far.point, far.range) == (None, None, None, None)
    assert "farther than 1000 m" in far.problem
    measured = probe.measure(far, near)
    assert (measured.distance, measured.uncertainty) == (None, None)
    assert measured.problem == far.problem
    assert measured.angle is not None

    without = Probe(map_of(codes, d_max=None), None, WHOLE, Size(2, 1))
    sample = without.at_sample(1, 0)
    assert (sample.code, sample.disparity, sample.metres) == (255, None, None)
    assert sample.problem == without.depth_map.reason
    assert np.isnan(without.profile(sample, sample).metres).all()


def test_without_a_camera_there_is_distance_along_the_axis_alone() -> None:
    probe = Probe(map_of(np.array([[0, 255]], np.uint8)), None, WHOLE, Size(2, 1))
    one, other = probe.at_sample(0, 0), probe.at_sample(1, 0)
    assert (one.metres, one.point, one.range) == (1.0, None, None)
    measured = probe.measure(one, other)
    assert "camera" in measured.problem
    assert (measured.distance, measured.angle) == (None, None)


def test_a_distance_without_a_bound_has_no_uncertainty() -> None:
    """Half a code below the smallest disparity is less than 0: beyond infinity."""
    codes = np.array([[0, 255]], np.uint8)
    free = Probe(map_of(codes, 1e-3 + 1e-9, 1.0), camera_of(Size(2, 1)), WHOLE, Size(2, 1))
    measured = free.measure(free.at_sample(0, 0), free.at_sample(1, 0))
    assert measured.distance is not None
    assert measured.uncertainty is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_scale_carries_over_to_every_figure_and_says_so(kind: RepresentationType) -> None:
    probe, truth = scene(1, kind)
    larger = probe.with_scale(1.13)
    places = [pixel_of(pole_of(sphere), truth) for sphere in truth.spheres[:2]]
    before = [probe.at_pixel(*place) for place in places]
    after = [larger.at_pixel(*place) for place in places]
    for one, other in zip(before, after, strict=True):
        assert one is not None
        assert other is not None
        for name in ("metres", "step", "margin", "range"):
            assert getattr(other, name) == pytest.approx(1.13 * getattr(one, name), rel=1e-9)
        # The disparity stays that of the file.
        assert other.disparity == pytest.approx(one.disparity, rel=1e-9)
    assert before[0] is not None
    assert before[1] is not None
    assert after[0] is not None
    assert after[1] is not None
    plain, grown = probe.measure(before[0], before[1]), larger.measure(after[0], after[1])
    assert plain.distance is not None
    assert grown.distance == pytest.approx(1.13 * plain.distance, rel=1e-9)
    assert grown.angle == plain.angle
    trust = larger.depth_map.trust
    assert not trust.is_metric
    assert trust.about == "≈"
    labels = (trust.unit_label, trust.disparity_label)
    for text in (trust.short, *labels, trust.long, trust.sentence, trust.stated):
        assert "scaled by the user: 1.13" in text
    assert trust.to_json()["scale"] == 1.13
    assert scaled(larger.depth_map, 2).trust.scale == pytest.approx(2.26)


def test_a_known_length_comes_out_right() -> None:
    probe, truth = scene(8, RepresentationType.UNIFORM_DISPARITY)
    first, second = (pixel_of(pole_of(sphere), truth) for sphere in truth.spheres[:2])
    larger = probe.with_scale(factor_for(probe, KnownLength(0.5, first, second)))
    one, other = larger.at_pixel(*first), larger.at_pixel(*second)
    assert one is not None
    assert other is not None
    assert larger.measure(one, other).distance == pytest.approx(0.5, rel=1e-9)
    nearer = probe.with_scale(factor_for(probe, KnownLength(0.25, second)))
    sample = nearer.at_pixel(*second)
    assert sample is not None
    assert sample.range == pytest.approx(0.25, rel=1e-9)


def test_a_known_length_of_what_has_none_is_refused_with_the_reason() -> None:
    codes = np.array([[0, 255]], np.uint8)
    probe = Probe(map_of(codes, -1.0), camera_of(Size(2, 1)), Region(0, 0, 0.5, 1), Size(4, 1))
    for pixel, why in (((0, 0), "farther than 1000 m"), ((3, 0), "does not cover pixel 3,0")):
        with pytest.raises(ValueError, match=why):
            factor_for(probe, KnownLength(1, pixel))
    with pytest.raises(ValueError, match="not a length"):
        factor_for(probe, KnownLength(1, (1, 0), (1, 0)))
    blind = Probe(map_of(codes), None, WHOLE, Size(2, 1))
    with pytest.raises(ValueError, match="gives a camera"):
        factor_for(blind, KnownLength(1, (1, 0)))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("3,4=0.25", KnownLength(0.25, (3, 4))),
        ("3,4:50,60=2", KnownLength(2.0, (3, 4), (50, 60))),
    ],
)
def test_known_lengths_are_parsed(text: str, known: KnownLength) -> None:
    assert parse_known_length(text) == known


@pytest.mark.parametrize(
    "text", ["", "3,4", "3=1", "3,4,5=1", "1,2:3,4:5,6=1", "x,4=1", "-1,4=1", "3,4=0", "3,4=nan"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|left of"):
        parse_known_length(text)


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf, 1e-4, 2000.0])
def test_a_factor_that_is_no_scale_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="not between"):
        scaled(map_of(np.zeros((1, 1), np.uint8)), factor)


def test_no_scale_without_distances_or_lengths() -> None:
    with pytest.raises(NoMetresError):
        scaled(map_of(np.zeros((1, 1), np.uint8), d_max=None), 2.0)
    with pytest.raises(ValueError, match="not a length"):
        scale_factor(1.0, 0.0)


def test_the_probe_reads_the_orientation_that_the_ground_truth_has() -> None:
    """Guards the tests above: a map turned wrongly would give other codes."""
    _, truth = scene(6, RepresentationType.UNIFORM_DISPARITY)
    wrong = turn(truth.codes, inverse(truth.transforms))
    assert wrong.shape != truth.codes.shape
