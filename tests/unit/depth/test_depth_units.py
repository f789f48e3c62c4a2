"""Texts of the quantization state a unit only where the file does."""

from __future__ import annotations

import re

import pytest

from heicdepth_tui.depth.quantization import decide
from heicdepth_tui.heif.depth_facts import (
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)

DISPARITY = RepresentationType.UNIFORM_DISPARITY
INVERSE_Z, UNIFORM_Z = RepresentationType.UNIFORM_INVERSE_Z, RepresentationType.UNIFORM_Z


def texts_of(representation: DepthRepresentation, xmp: Calibration | None) -> list[str]:
    info = DepthInfo(DepthStatus.PRESENT, representation=representation, calibration=xmp)
    decision = decide(info)
    return [*decision.notes, *filter(None, [decision.reason])]


@pytest.mark.parametrize(
    ("representation", "native"),
    [
        (DepthRepresentation(DISPARITY, d_min=-0.01, d_max=2.0), None),
        (DepthRepresentation(DISPARITY, d_min=-2.0, d_max=-1.0), None),
        (DepthRepresentation(DISPARITY, d_min=2.0, d_max=2.0), None),
        (DepthRepresentation(DISPARITY, d_min=0.5, d_max=2e7), None),
        (DepthRepresentation(DISPARITY, d_min=0.5, d_max=2.0, z_near=3.0, z_far=4.0), None),
        (DepthRepresentation(DISPARITY, d_min=0.5, d_max=2.0), "odd "),
        *(
            (DepthRepresentation(kind, z_near=near, z_far=far), None)
            for kind in (INVERSE_Z, UNIFORM_Z)
            for near, far in [(0.5, 5000.0), (2.0, 2.0), (-1.0, 2.0), (1e-7, 2.0), (2000.0, 3000.0)]
        ),
        (DepthRepresentation(UNIFORM_Z, z_near=0.5, z_far=2.0), "odd "),
        (DepthRepresentation(INVERSE_Z, z_near=0.5, z_far=2.0), "odd "),
    ],
)
def test_texts_give_no_unit_that_the_file_does_not_state(
    representation: DepthRepresentation, native: str | None
) -> None:
    xmp = None if native is None else Calibration(native_format=native, float_min=9, float_max=10)
    texts = texts_of(representation, xmp)
    assert any(texts)
    # No number is followed by a unit.
    assert not any(re.search(r"[0-9] (1/)?m\b", text) for text in texts), texts


@pytest.mark.parametrize("low", [-0.01, 2.0])
def test_texts_give_the_unit_that_the_file_states(low: float) -> None:
    xmp = Calibration(native_format="hdis")
    (text,) = texts_of(DepthRepresentation(DISPARITY, d_min=low, d_max=2.0), xmp)
    assert f"{low:g} 1/m" in text
