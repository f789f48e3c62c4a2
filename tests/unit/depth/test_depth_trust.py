"""Trust: what may be promised of distances and points, in every combination and every form."""

from __future__ import annotations

import json
from itertools import product

import pytest

from heicdepth_tui.depth.camera import Camera, CameraOrigin
from heicdepth_tui.depth.trust import Trust, trust_of
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)

NEITHER = "neither ratios nor real distances are promised"
UNIT = ("disparity is in 1/m",)
PUG = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=1.498046875, d_max=4.3828125)
ESTIMATE = Camera(1, 1, 0, 0, 2, 2, CameraOrigin.EXIF, estimated=("focal length guessed",))


def known(accuracy: Accuracy) -> Trust:
    return Trust(accuracy, is_unit_known=True)


@pytest.mark.parametrize(
    ("trust", "short", "unit", "meaning"),
    [
        (known(Accuracy.ABSOLUTE), "absolute", "m", "the file promises real distances"),
        (
            known(Accuracy.RELATIVE),
            "relative",
            "m, relative",
            "ratios hold, real distances are not promised",
        ),
        (
            known(Accuracy.UNKNOWN),
            "accuracy unknown",
            "m, accuracy unknown",
            "the file does not say whether distances are real",
        ),
        (
            Trust(Accuracy.ABSOLUTE, assumed=UNIT),
            "assumed",
            "m, assumed",
            "the file does not state that disparity is in 1/m; real distances are not promised",
        ),
        (
            Trust(Accuracy.RELATIVE, assumed=UNIT),
            "relative, assumed",
            "m, relative, assumed",
            f"the file does not state that disparity is in 1/m; {NEITHER}",
        ),
        (Trust(no_metres="reversed range"), "no metres", "", "reversed range"),
        (
            known(Accuracy.ABSOLUTE).as_flat(),
            "flat",
            "",
            "shapes, distances and their ratios are not real",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words(trust: Trust, short: str, unit: str, meaning: str) -> None:
    assert (trust.short, trust.unit_label, trust.meaning) == (short, unit, meaning)
    assert meaning in trust.sentence


EVERY = [
    Trust(accuracy, not assumed, assumed, no_metres, camera, estimated, is_flat)
    for accuracy, assumed, no_metres, (camera, estimated), is_flat in product(
        Accuracy,
        ((), UNIT),
        ("", "why not"),
        ((None, ()), (CameraOrigin.FILE, ()), (CameraOrigin.EXIF, ("guessed",))),
        (False, True),
    )
]


@pytest.mark.parametrize("trust", EVERY, ids=str)
def test_only_absolute_distances_with_nothing_assumed_are_promised(trust: Trust) -> None:
    promised = (
        trust.accuracy is Accuracy.ABSOLUTE
        and not trust.assumed
        and not trust.no_metres
        and not trust.is_flat
    )
    assert trust.is_metric is promised
    assert (trust.about == "") is promised
    for text in (trust.short, trust.long, trust.sentence, trust.meaning):
        assert text.isascii()
        assert text.isprintable()
        assert ("promises real distances" in text) <= promised
        assert ("ratios hold" in text) <= (not trust.assumed)
    if trust.is_flat:
        assert "flat" in trust.short
        assert "flat" in trust.long
    elif trust.no_metres:
        assert "why not" in trust.long
        assert "why not" in trust.sentence
    elif trust.assumed:
        for text in (trust.short, trust.long, trust.sentence, trust.unit_label):
            assert "assumed" in text
        assert "absolute" not in trust.short + trust.long + trust.unit_label
    if trust.camera is not None and not trust.is_flat:
        words = "estimated from EXIF" if trust.estimated else "camera from the file"
        assert words in trust.long
        assert words in trust.sentence
        assert all(clause in trust.sentence for clause in trust.estimated)


@pytest.mark.parametrize("trust", EVERY, ids=str)
def test_json_holds_what_the_texts_are_made_of(trust: Trust) -> None:
    told = json.loads(json.dumps(trust.to_json(), allow_nan=False))
    assert told["accuracy"] == trust.accuracy.value
    assert told["metric"] is trust.is_metric
    assert told["assumed"] == list(trust.assumed)
    if trust.no_metres or trust.is_flat:
        assert told["unit"] is None
    else:
        assert told["unit"] == ("assumed" if trust.assumed else "known")


def test_the_camera_adds_where_it_is_from_and_what_was_estimated() -> None:
    trust = known(Accuracy.RELATIVE)
    assert trust.with_camera(None).camera is CameraOrigin.NONE
    assert trust.with_camera(None).long == "distances relative; no camera"
    assert trust.with_camera(ESTIMATE).sentence.endswith(
        "; camera estimated from EXIF: focal length guessed"
    )
    assert trust.with_camera(ESTIMATE).with_camera(None).estimated == ()


@pytest.mark.parametrize(
    ("representation", "native", "trust"),
    [
        (PUG, "hdis", Trust(Accuracy.RELATIVE, is_unit_known=True)),
        (PUG, None, Trust(Accuracy.RELATIVE, assumed=UNIT)),
        (
            DepthRepresentation(RepresentationType.NONUNIFORM_DISPARITY),
            "hdis",
            Trust(
                Accuracy.RELATIVE,
                no_metres="nonuniform disparity (type 3) needs a curve that decoders do not give",
            ),
        ),
    ],
)
def test_the_header_alone_decides(
    representation: DepthRepresentation, native: str | None, trust: Trust
) -> None:
    calibration = Calibration(accuracy=Accuracy.RELATIVE, native_format=native)
    info = DepthInfo(DepthStatus.PRESENT, representation=representation, calibration=calibration)
    assert trust_of(info) == trust
