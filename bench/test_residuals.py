"""The table of residuals: a row for each set of coefficients, with the reason of a refusal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.residuals import HEADINGS, table
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe


def test_a_row_for_each_set_of_coefficients(tmp_path: Path) -> None:
    made = make_photo(Recipe())
    calibration = made.ground_truth.calibration
    assert calibration is not None
    bent = replace(calibration, distortion=(0.0, 0.5, *(0.0,) * 6))
    for name, photo in (
        ("a.heic", made.data),
        ("again.heic", made.data),
        ("bent.heic", make_photo(Recipe(calibration=bent)).data),
        ("no.heic", b"no photo"),
    ):
        (tmp_path / name).write_bytes(photo)

    lines = table(sorted(tmp_path.iterdir()))

    assert len(lines) == 4
    assert lines[0].count("|") == len(HEADINGS) + 1
    assert lines[2].startswith("| a.heic (heicdepth-tui Sample Camera) | 0.00 | 0.00 | 0.000 |")
    assert lines[2].endswith("| yes |")
    assert "no: the two lists of distortion coefficients do not undo each other" in lines[3]
