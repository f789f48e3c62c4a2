"""DepthMap: codes to disparity, metres and steps, and the reasons why not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.depth.quantization import decide
from heicdepth_tui.depth.trust import Trust
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)

INVERSE_Z = RepresentationType.UNIFORM_INVERSE_Z
DISPARITY = RepresentationType.UNIFORM_DISPARITY
UNIFORM_Z = RepresentationType.UNIFORM_Z
NONUNIFORM = RepresentationType.NONUNIFORM_DISPARITY

PUG = DepthRepresentation(DISPARITY, d_min=1.498046875, d_max=4.3828125)
PUG_XMP = Calibration(
    float_min=1.498047,
    float_max=4.382812,
    native_format="hdis",
    accuracy=Accuracy.RELATIVE,
    auxiliary_image_type="disparity",
)


def info_of(
    representation: DepthRepresentation | None,
    calibration: Calibration | None = PUG_XMP,
    problem: str = "",
) -> DepthInfo:
    return DepthInfo(
        DepthStatus.PRESENT,
        representation=representation,
        calibration=calibration,
        representation_problem=problem,
    )


def ramp(
    representation: DepthRepresentation | None,
    bits: int = 8,
    calibration: Calibration | None = PUG_XMP,
) -> DepthMap:
    codes = np.arange(2**bits).reshape(1, -1).astype(np.uint8 if bits == 8 else np.uint16)
    return build_depth_map(codes, bits, info_of(representation, calibration))


def test_uniform_disparity_by_hand() -> None:
    # 1 to 4 1/m: code 85 is a third of the way, 2 1/m, half a metre.
    depth = ramp(DepthRepresentation(DISPARITY, d_min=1.0, d_max=4.0))
    assert depth.disparity()[0, [0, 85, 255]].tolist() == [1.0, 2.0, 4.0]
    assert depth.metres()[0, [0, 85, 255]].tolist() == [1.0, 0.5, 0.25]
    assert (
        depth.metres().dtype
        == depth.disparity().dtype
        == depth.depth_resolution().dtype
        == np.float32
    )
    assert depth.valid().all()


def test_uniform_inverse_z_by_hand() -> None:
    # 1/2 to 2 1/m: code 85 is 0.5 + 1.5/3 = 1 1/m.
    depth = ramp(DepthRepresentation(INVERSE_Z, z_near=0.5, z_far=2.0))
    # Rounding to float32.
    np.testing.assert_allclose(depth.metres()[0, [0, 85, 255]], [2.0, 1.0, 0.5], rtol=6e-8)


def test_uniform_z_by_hand_and_marked_as_assumed() -> None:
    # 2.55 m over 255 codes, one centimetre each, code 0 farthest as in types 0 and 1.
    depth = ramp(DepthRepresentation(UNIFORM_Z, z_near=1.0, z_far=3.55))
    table = {0: 3.55, 1: 3.54, 55: 3.0, 105: 2.5, 155: 2.0, 254: 1.01, 255: 1.0}
    metres = depth.metres()[0]
    # float32 rounds by half a unit in the last place, 6e-8 of the value.
    assert {code: float(metres[code]) for code in table} == pytest.approx(table, rel=6e-8)
    np.testing.assert_allclose(depth.depth_resolution(), 0.01, rtol=6e-8)
    assert depth.trust.unit_label == "m, relative, assumed"
    assert "code 0 is z_far" in depth.trust.assumed
    ends = depth.code_range
    assert (ends.near_code, ends.far_code) == (255, 0)
    assert (ends.near_metres, ends.far_metres) == pytest.approx((1.0, 3.55))


@pytest.mark.parametrize("bits", [10, 12])
def test_deeper_maps_share_the_range(bits: int) -> None:
    depth = ramp(PUG, bits)
    assert depth.max_code == 2**bits - 1
    assert depth.disparity()[0, 0] == np.float32(1.498046875)
    assert depth.disparity()[0, -1] == np.float32(4.3828125)
    # Steps shrink with the number of codes: 255/1023 and 255/4095.
    assert depth.depth_resolution()[0, -1] / ramp(PUG).depth_resolution()[0, -1] == pytest.approx(
        255 / depth.max_code
    )


def test_step_of_pug() -> None:
    # One code is (4.3828125 - 1.498046875)/255 = 0.011312806 1/m. Near, Z = 1/4.3828125 =
    # 0.22816399 m, Z² · 0.011312806 = 0.58893 mm; far, Z = 0.66753585 m gives 5.0411 mm.
    step = ramp(PUG).depth_resolution()[0]
    assert step[255] == pytest.approx(0.58893e-3, rel=1e-4)
    assert step[0] == pytest.approx(5.0411e-3, rel=1e-4)
    # The definition in words: Z half a code up minus Z half a code down.
    d = 1.498046875 + np.array([99.5, 100.5]) * 0.0113128063725
    assert step[100] == pytest.approx(1 / d[0] - 1 / d[1], rel=1e-4)


def test_ends_of_pug() -> None:
    ends = ramp(PUG).code_range
    assert (ends.near_code, ends.far_code) == (255, 0)
    assert (ends.near_disparity, ends.far_disparity) == (4.3828125, 1.498046875)
    assert ends.near_metres == pytest.approx(0.228164, rel=1e-5)
    assert ends.far_metres == pytest.approx(0.667536, rel=1e-5)
    assert ramp(PUG).notes == ()


@pytest.mark.parametrize(
    ("accuracy", "label", "metric"),
    [
        (Accuracy.ABSOLUTE, "m", True),
        (Accuracy.RELATIVE, "m, relative", False),
        (Accuracy.UNKNOWN, "m, accuracy unknown", False),
    ],
)
def test_accuracy_travels_with_the_map(accuracy: Accuracy, label: str, metric: bool) -> None:
    depth = ramp(PUG, calibration=Calibration(accuracy=accuracy, native_format="hdis"))
    assert depth.trust.unit_label == label
    assert depth.accuracy is accuracy
    assert depth.trust.is_metric is metric


BAD = [
    (DepthRepresentation(DISPARITY), "no d_min and d_max"),
    (DepthRepresentation(DISPARITY, d_min=1.0), "no d_max"),
    (DepthRepresentation(DISPARITY, z_near=0.5, z_far=2.0), "z_near and z_far instead"),
    (DepthRepresentation(DISPARITY, d_min=2.0, d_max=2.0), "both 2"),
    (DepthRepresentation(DISPARITY, d_min=4.0, d_max=1.0), "reversed"),
    (DepthRepresentation(DISPARITY, d_min=-3.0, d_max=-1.0), "in front of the camera"),
    (DepthRepresentation(DISPARITY, d_min=0.0, d_max=1e-3), "no code would lie in front"),
    (DepthRepresentation(DISPARITY, d_min=math.nan, d_max=1.0), "nan"),
    (DepthRepresentation(DISPARITY, d_min=0.0, d_max=math.inf), "inf"),
    (DepthRepresentation(DISPARITY, d_min=0.5, d_max=1e29), "which no scene has"),
    (DepthRepresentation(DISPARITY, d_min=-1e29, d_max=1.0), "which no scene has"),
    (DepthRepresentation(INVERSE_Z), "no z_near and z_far"),
    (DepthRepresentation(INVERSE_Z, z_near=1.0), "no z_far"),
    (DepthRepresentation(INVERSE_Z, d_min=1.0, d_max=2.0), "d_min and d_max instead"),
    (DepthRepresentation(INVERSE_Z, z_near=2.0, z_far=1.0), "reversed"),
    (DepthRepresentation(INVERSE_Z, z_near=1.0, z_far=1.0), "both 1"),
    (DepthRepresentation(INVERSE_Z, z_near=0.0, z_far=1.0), "not in front of the camera"),
    (DepthRepresentation(INVERSE_Z, z_near=-1.0, z_far=1.0), "not in front of the camera"),
    (DepthRepresentation(INVERSE_Z, z_near=0.5, z_far=7.9e28), "which no scene has"),
    (DepthRepresentation(INVERSE_Z, z_near=1e-290, z_far=1.0), "which no scene has"),
    (DepthRepresentation(INVERSE_Z, z_near=2000.0, z_far=3000.0), "beyond 1000"),
    (DepthRepresentation(UNIFORM_Z, z_near=0.5, z_far=math.nan), "nan"),
    (DepthRepresentation(UNIFORM_Z, z_near=3.0, z_far=0.5), "reversed"),
    (DepthRepresentation(UNIFORM_Z), "no z_near and z_far"),
    (DepthRepresentation(NONUNIFORM, d_min=1.0, d_max=2.0), "curve"),
]


@pytest.mark.parametrize(("representation", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_contradictory_metadata_gives_codes_and_a_reason(
    representation: DepthRepresentation, reason: str
) -> None:
    depth = ramp(representation, calibration=Calibration())
    assert reason in depth.reason
    assert depth.codes.shape == (1, 256)
    for derive in (depth.disparity, depth.metres, depth.depth_resolution, depth.valid):
        with pytest.raises(NoMetresError, match=r".") as caught:
            derive()
        assert caught.value.what == depth.reason
    assert (depth.code_range.near_metres, depth.code_range.far_metres) == (None, None)
    assert depth.code_range.near_disparity is None


def test_a_disparity_of_zero_is_invalid_never_infinite() -> None:
    # 0 to 0.051 1/m: code 5 is 0.001, code 6 is 0.0012 1/m.
    depth = ramp(DepthRepresentation(DISPARITY, d_min=0.0, d_max=0.051))
    assert depth.valid()[0, :8].tolist() == [False] * 6 + [True] * 2
    for derived in (depth.disparity(), depth.metres(), depth.depth_resolution()):
        assert np.isnan(derived[0, :6]).all()
        assert np.isfinite(derived[0, 6:]).all()
    assert depth.code_range.far_metres is None
    assert depth.code_range.far_disparity == 0.0
    assert any("invalid" in note for note in depth.notes)


def test_a_negative_d_min_costs_only_the_codes_that_are_no_distance() -> None:
    # -0.01 to 2.54 1/m, a hundredth a code: code 0 is -0.01, code 1 is 0, code 2 is 0.01 1/m.
    depth = ramp(DepthRepresentation(DISPARITY, d_min=-0.01, d_max=2.54))
    assert depth.reason == ""
    assert depth.valid()[0].tolist() == [False, False] + [True] * 254
    assert depth.metres()[0, [2, 101, 255]] == pytest.approx([100.0, 1.0, 1 / 2.54], rel=1e-6)
    assert np.isnan(depth.metres()[0, :2]).all()
    assert any("-0.01" in note and "invalid" in note for note in depth.notes)
    assert depth.code_range.far_metres is None


def test_a_negative_range_in_the_xmp_is_read_alike() -> None:
    xmp = Calibration(native_format="hdis", float_min=-0.5, float_max=2.05)
    depth = ramp(None, calibration=xmp)
    assert int(np.count_nonzero(depth.valid())) == 205  # code 50 is 0


def test_a_disparity_of_a_thousandth_is_invalid() -> None:
    depth = ramp(DepthRepresentation(DISPARITY, d_min=0.001, d_max=0.256))
    assert depth.valid()[0].tolist() == [False] + [True] * 255


def test_distances_beyond_a_kilometre_are_invalid() -> None:
    depth = ramp(DepthRepresentation(UNIFORM_Z, z_near=15.0, z_far=2565.0))
    # Ten metres a code, down from 2565: code 156 is 1005 m, code 157 is 995 m.
    assert depth.valid()[0].tolist() == [False] * 157 + [True] * 99


def test_sei_and_xmp_that_differ_are_both_noted() -> None:
    other = Calibration(float_min=1.498, float_max=4.2, native_format="hdis")
    (note,) = ramp(PUG, calibration=other).notes
    assert "4.382812" in note
    assert "4.2" in note


def test_xmp_of_depth_against_a_sei_of_disparity_is_noted() -> None:
    other = Calibration(float_min=0.2, float_max=0.7, native_format="hdep")
    (note,) = ramp(PUG, calibration=other).notes
    assert "hdep" in note


@pytest.mark.parametrize(
    ("kind", "native", "xmp_range", "words"),
    [
        (UNIFORM_Z, "hdep", (0.5, 2.0), []),
        (UNIFORM_Z, "fdep", (0.5, 2.5), ["0.5 to 2, the XMP 0.5 to 2.5"]),
        (UNIFORM_Z, "hdis", (0.5, 2.0), ["hdis (disparity), the SEI uniform Z"]),
        (UNIFORM_Z, None, (0.5, 2.0), []),
        (INVERSE_Z, "hdis", (0.5, 2.0), []),
        (INVERSE_Z, "hdis", (0.5, 3.0), ["0.5 to 2 1/m), the XMP 0.5 to 3"]),
        (INVERSE_Z, "hdep", (0.5, 2.0), ["hdep (depth in metres), the SEI uniform inverse Z"]),
    ],
)
def test_xmp_is_compared_in_its_own_quantity(
    kind: RepresentationType, native: str | None, xmp_range: tuple[float, float], words: list[str]
) -> None:
    # 0.5 m and 2 m are 2 1/m and 0.5 1/m: the same two numbers in either unit.
    low, high = xmp_range
    xmp = Calibration(native_format=native, float_min=low, float_max=high)
    notes = ramp(DepthRepresentation(kind, z_near=0.5, z_far=2.0), calibration=xmp).notes
    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))


@pytest.mark.parametrize(
    ("representation", "calibration", "unit"),
    [
        (PUG, PUG_XMP, "1/m"),
        (PUG, None, ""),
        (PUG, Calibration(native_format="hdep"), ""),
        (DepthRepresentation(DISPARITY, d_min=1, d_max=4, z_near=0.25, z_far=1), None, "1/m"),
        (DepthRepresentation(DISPARITY, d_min=1, d_max=4, z_near=0.5, z_far=1), None, ""),
        (None, None, ""),
    ],
)
def test_the_unit_of_disparity_is_known_only_where_the_file_tells(
    representation: DepthRepresentation | None, calibration: Calibration | None, unit: str
) -> None:
    assert decide(info_of(representation, calibration)).disparity_unit == unit


INVERSES = {"d_min": 1.0, "d_max": 4.0, "z_near": 0.25, "z_far": 1.0}
DISTANCES = {"z_near": 0.25, "z_far": 1.0}


@pytest.mark.parametrize(
    ("representation", "native", "assumed", "distance_unit"),
    [
        (PUG, "hdis", (), ""),
        (PUG, "fdis", (), ""),
        (PUG, "hdep", ("disparity is in 1/m",), ""),
        (PUG, None, ("disparity is in 1/m",), ""),
        (DepthRepresentation(DISPARITY, **INVERSES), None, (), "m"),
        (DepthRepresentation(INVERSE_Z, **DISTANCES), "hdis", (), "m"),
        (DepthRepresentation(INVERSE_Z, **DISTANCES), "hdep", (), "m"),
        (
            DepthRepresentation(INVERSE_Z, **DISTANCES),
            None,
            ("z_near and z_far are in metres",),
            "",
        ),
        (DepthRepresentation(INVERSE_Z, **INVERSES), None, (), "m"),
        (
            DepthRepresentation(UNIFORM_Z, **DISTANCES),
            "hdep",
            ("z_near and z_far are in metres", "code 0 is z_far"),
            "",
        ),
        (DepthRepresentation(NONUNIFORM, d_min=1.0, d_max=2.0), None, (), ""),
        (DepthRepresentation(DISPARITY, d_min=4.0, d_max=1.0), None, (), ""),
    ],
)
def test_what_the_file_does_not_state_is_assumed_and_says_so(
    representation: DepthRepresentation,
    native: str | None,
    assumed: tuple[str, ...],
    distance_unit: str,
) -> None:
    info = info_of(representation, Calibration(native_format=native))
    decision = decide(info)
    assert decision.assumed == assumed
    assert decision.distance_unit == distance_unit
    assert decision.is_unit_known is (decision.quantization is not None and not assumed)
    depth = build_depth_map(np.zeros((1, 1), dtype=np.uint8), 8, info)
    assert depth.trust.assumed == assumed
    assert depth.trust.is_unit_known is decision.is_unit_known


def test_unit_is_assumed_without_xmp() -> None:
    depth = ramp(PUG, calibration=None)
    assert depth.trust.assumed == ("disparity is in 1/m",)
    assert depth.notes == ()
    assert depth.accuracy is Accuracy.UNKNOWN


def test_distances_that_do_not_match_disparities_are_noted() -> None:
    both = DepthRepresentation(DISPARITY, d_min=1.0, d_max=4.0, z_near=0.25, z_far=1.0)
    assert ramp(both, calibration=Calibration()).notes == ()
    odd = DepthRepresentation(DISPARITY, d_min=1.0, d_max=4.0, z_near=0.5, z_far=3.0)
    (note,) = ramp(odd, calibration=Calibration()).notes
    assert "z_near 0.5" in note


@pytest.mark.parametrize("representation", [None, DepthRepresentation(DISPARITY)])
def test_xmp_stands_in_for_a_missing_range(representation: DepthRepresentation | None) -> None:
    depth = ramp(representation)
    assert depth.disparity()[0, 255] == np.float32(4.382812)
    assert "FloatMinValue" in depth.notes[0]


@pytest.mark.parametrize(
    ("xmp", "reason"),
    [
        (None, "the SEI is broken"),
        (Calibration(), "does not say that the samples are disparity"),
        (Calibration(native_format="hdep", float_min=0.2, float_max=2.0), "hdep"),
        (Calibration(native_format="hdis"), "no FloatMinValue"),
        (Calibration(native_format="hdis", float_min=2.0, float_max=1.0), "reversed"),
        (
            Calibration(
                native_format="hdis", float_min=1.0, float_max=2.0, auxiliary_image_type="depth"
            ),
            "calls the image depth",
        ),
    ],
)
def test_xmp_does_not_stand_in_where_it_is_ambiguous(xmp: Calibration | None, reason: str) -> None:
    codes = np.zeros((2, 2), dtype=np.uint8)
    depth = build_depth_map(codes, 8, info_of(None, xmp, problem="the SEI is broken"))
    assert reason in depth.reason


@pytest.mark.parametrize(
    ("codes", "bits"),
    [
        (np.zeros((2, 2, 1), dtype=np.uint8), 8),
        (np.zeros((0, 2), dtype=np.uint8), 8),
        (np.zeros((2, 2), dtype=np.float32), 8),
        (np.full((2, 2), 1024, dtype=np.uint16), 10),
        (np.zeros((2, 2), dtype=np.uint8), 0),
        (np.zeros((2, 2), dtype=np.uint16), 17),
    ],
)
def test_arrays_that_are_no_depth_codes(codes: np.ndarray, bits: int) -> None:
    with pytest.raises(ValueError, match=r"code|bits"):
        build_depth_map(codes, bits, info_of(PUG))


any_float = st.one_of(st.none(), st.floats(), st.floats(-5, 5))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RepresentationType), any_float, any_float, any_float, any_float)
def test_no_metadata_makes_up_a_distance(
    kind: RepresentationType,
    d_min: float | None,
    d_max: float | None,
    z_near: float | None,
    z_far: float | None,
) -> None:
    depth = ramp(DepthRepresentation(kind, d_min, d_max, z_near, z_far), calibration=None)
    if depth.reason:
        assert depth.quantization is None
        return
    metres = depth.metres()[depth.valid()]
    assert np.isfinite(metres).all()
    assert (metres > 0).all()
    assert (metres <= 1000).all()
    assert np.isnan(depth.metres()[~depth.valid()]).all()
    steps = depth.depth_resolution()[depth.valid()]
    assert np.isfinite(steps).all()
    assert metres.size


def test_a_map_cannot_both_know_and_not_know_its_metres() -> None:
    with pytest.raises(ValueError, match="reason"):
        DepthMap(np.zeros((1, 1), dtype=np.uint8), 8, None, Trust())
