"""The key that corrects the lens: in the probe, of the cloud, and in what both export."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypcd4 import PointCloud

from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.screens.probe import ProbeScreen
from heicdepth_tui.ui.screens.spin import SpinScreen
from tests.support.lens import DISTANCE, NORMAL, distorted_photo

Open = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """A plane, seen through a lens that bends it by some millimetres."""
    path = tmp_path / "wall.heic"
    path.write_bytes(distorted_photo(depth_quality=-1)[0].data)
    return path


async def open_probe(driven: Any) -> ProbeScreen:
    await driven.settled()
    await driven.pilot.press("m")

    def is_drawn() -> bool:
        screen = driven.app.screen
        return isinstance(screen, ProbeScreen) and screen.depth_view.cross is not None

    await driven.until(is_drawn, "the probe")
    screen: ProbeScreen = driven.app.screen
    return screen


async def open_spin(driven: Any) -> SpinScreen:
    await driven.pilot.press("3", "3")
    await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the cloud")
    screen: SpinScreen = driven.app.screen
    await driven.until(lambda: screen.is_up_to_date, "a frame")
    return screen


def copied(driven: Any) -> Any:
    return json.loads(driven.app.clipboard)


async def test_the_probe_corrects_points_and_says_so(open_app: Open, wall: Path) -> None:
    async with open_app(wall, size=(120, 40)) as driven:
        await open_probe(driven)
        await driven.pilot.press(*["shift+left"] * 7, *["shift+up"] * 5, "Y")
        stored = copied(driven)
        await driven.pilot.press("D")
        await driven.until(lambda: "rectified (experimental)" in driven.text, "the title")
        await driven.pilot.press("Y")
        rectified = copied(driven)
        await driven.pilot.press("D", "Y")

        assert copied(driven) == stored
        assert stored["lens"] == "as stored"
        assert rectified["lens"].startswith("rectified (experimental), residual")
        assert rectified["probe"]["metres"] == stored["probe"]["metres"]
        errors = [
            abs(np.dot(one["probe"]["point"], NORMAL) + DISTANCE) for one in (stored, rectified)
        ]
        assert errors[1] < errors[0] / 3
        assert "as the lens shifted them" in driven.toasts


async def test_the_cloud_is_corrected_and_exported_as_shown(
    open_app: Open, wall: Path, tmp_path: Path
) -> None:
    async with open_app(wall, size=(120, 40)) as driven:
        await driven.settled()
        screen = await open_spin(driven)
        assert "rectified" not in driven.text
        await driven.pilot.press("D")
        await driven.until(
            lambda: screen.is_up_to_date and "rectified" in driven.text, "the heading"
        )
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the file")
        await driven.pilot.press("escape")
        # The probe of the same photo is corrected as well.
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the list")
        await open_probe(driven)
        assert "rectified (experimental)" in driven.text

    points = PointCloud.from_path(tmp_path / "out" / "wall.pcd").numpy(("x", "y", "z"))
    assert np.abs(points @ NORMAL + DISTANCE).max() < 2e-4


async def test_a_photo_without_coefficients_says_why(open_app: Open, tmp_path: Path) -> None:
    path = tmp_path / "plain.heic"
    path.write_bytes(build_photo(calibration=None))
    async with open_app(path, size=(120, 40)) as driven:
        screen = await open_probe(driven)
        await driven.pilot.press("D")
        await driven.until(lambda: "cannot be rectified" in driven.toasts, "the reason")
        assert not screen.marks.is_rectified
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the list")
        await open_spin(driven)
        await driven.pilot.press("D")
        await driven.until(lambda: "states no lens distortion" in driven.text, "the reason")
