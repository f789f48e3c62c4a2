"""Texts and JSON of samples and measurements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heicdepth_tui.depth.camera import CameraOrigin
from heicdepth_tui.depth.measure import Measurement, Sample
from heicdepth_tui.depth.trust import Trust
from heicdepth_tui.heif.depth_facts import Accuracy
from heicdepth_tui.report.probe import (
    length_text,
    measurement_lines,
    measurement_record,
    sample_lines,
    sample_record,
)
from heicdepth_tui.ui.presenters.probe import parse_length, profile_caption, profile_heights

RELATIVE = Trust(Accuracy.RELATIVE, is_unit_known=True)
SAMPLE = Sample(
    column=3, row=4, photo=(30, 40), code=117, disparity=0.95, metres=1.25, step=0.0067,
    margin=0.0034, ray=(0.4, -0.2, -1.0), flying="", problem="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("metres", "unit", "text"),
    [
        (None, "m", "–"), (1.23456, "m", "1.235 m"), (0.00123456, "mm", "1.23 mm"),
        (0.0123456, "mm", "12.3 mm"), (0.123456, "mm", "123 mm"), (12.3, "mm", "12,300 mm"),
    ],
)  # fmt: skip
def test_lengths_have_three_digits(metres: float | None, unit: str, text: str) -> None:
    assert length_text(metres, unit) == text


def test_a_sample_states_every_figure_with_its_caveat() -> None:
    lines = dict(sample_lines((30, 40), SAMPLE, RELATIVE, (1, 171, 255), "of 8×6"))
    assert lines["RGB"] == "#01abff  1 171 255  of 8×6"
    assert lines["distance Z"] == "≈1.250 m"
    assert lines["step"] == "≈6.70 mm a code"
    assert lines["point"] == "≈x +0.500 y -0.250 z -1.250 m"
    assert lines["from camera"] == "≈1.369 m"
    assert (lines["sample"], lines["trust"]) == ("valid", "relative")


def test_a_camera_that_is_not_the_files_own_is_named() -> None:
    measured = Measurement(0.5, None, 3.0, "")
    by_exif = replace(RELATIVE, camera=CameraOrigin.EXIF, estimated=("focal length",))
    of_file = replace(RELATIVE, camera=CameraOrigin.FILE)
    fitted = replace(of_file, estimated=("the frame is cropped",))
    found = [
        (
            dict(sample_lines((0, 0), SAMPLE, trust))["from camera"],
            dict(measurement_lines(measured, trust)).get("camera"),
        )
        for trust in (by_exif, fitted, of_file)
    ]

    assert found == [
        ("≈1.369 m, camera from EXIF", "from EXIF"),
        ("≈1.369 m, camera fitted", "fitted"),
        ("≈1.369 m", None),
    ]


def test_a_sample_without_a_camera_says_why_it_has_no_point() -> None:
    lines = dict(sample_lines((0, 0), replace(SAMPLE, ray=None), RELATIVE))
    assert lines["point"] == "none: no camera in file or EXIF"
    assert "from camera" not in lines


@pytest.mark.parametrize("flying", ["", "alone", "on a ramp"])
def test_every_value_fits_the_line_that_the_probe_has_for_it(flying: str) -> None:
    far = replace(SAMPLE, metres=38.64, step=1.49, ray=(0.45, -0.34, -1.0), flying=flying)
    by_exif = replace(RELATIVE, camera=CameraOrigin.EXIF, estimated=("focal length",))
    lines = sample_lines((3024, 4032), far, by_exif, (101, 171, 255), "of 384×512")
    assert max(len(value) for _, value in lines) <= 32


def test_absolute_distances_stand_without_a_sign() -> None:
    lines = dict(sample_lines((0, 0), SAMPLE, Trust(Accuracy.ABSOLUTE, is_unit_known=True)))
    assert lines["distance Z"] == "1.250 m"


def test_measurements_state_their_bound() -> None:
    lines = dict(measurement_lines(Measurement(0.5, 0.00234, 3.14159, ""), RELATIVE))
    assert lines == {
        "length": "≈0.500 m, relative",
        "bound": "± 2.34 mm by code steps",
        "angle": "3.14°",
    }
    unbound = dict(measurement_lines(Measurement(0.5, None, 0.0, ""), RELATIVE))
    assert unbound["bound"] == "none by the code steps"
    none = dict(measurement_lines(Measurement(None, None, None, "why\x1b not"), RELATIVE))
    assert list(none) == ["length"]
    assert "\x1b" not in none["length"]


def test_records_hold_null_where_nothing_is_known() -> None:
    record = sample_record((1, 2), None, "outside", None)
    assert (record["x"], record["y"], record["problem"]) == (1, 2, "outside")
    others = {value for key, value in record.items() if key not in ("x", "y", "problem", "flying")}
    assert others == {None}
    assert sample_record((30, 40), SAMPLE, "", (1, 2, 3))["point"] == [0.5, -0.25, -1.25]
    assert measurement_record(Measurement(1.0, None, 2.0, "")) == {
        "distance": 1.0, "uncertainty": None, "angle": 2.0, "problem": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "metres"),
    [("0.35", 0.35), ("35 cm", 0.35), (" 350mm ", 0.35), ("1,5 M", 1.5), ("2 in", 0.0508),
     (".5ft", 0.1524)],
)  # fmt: skip
def test_lengths_are_read_with_their_unit(text: str, metres: float) -> None:
    assert parse_length(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["", "m", "-1", "3 miles", "1.2.3", "nan"])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length"):
        parse_length(text)


def test_a_profile_states_its_invalid_samples_and_keeps_their_places() -> None:
    metres = np.array([2.0, np.nan, 0.5, 1.0])
    assert profile_caption(metres, RELATIVE) == "≈0.500–2.000 m, 1 invalid"
    assert profile_caption(metres[2:], RELATIVE) == "≈0.500–1.000 m"
    assert profile_caption(metres[1:2], RELATIVE) == ""
    # Near is high; an invalid sample is as low as the farthest.
    assert profile_heights(metres) == (-2.0, -2.0, -0.5, -1.0)
