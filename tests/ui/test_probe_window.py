"""The window of the probe: the same part of photo and depth map, whatever is enlarged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from browsing import LANDSCAPE, PORTRAIT
from textual import events

from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.measure import Probe
from heicdepth_tui.heif.depth_facts import DepthInfo, DepthStatus
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.ui.model.probe_window import ProbeWindow, place_in, share_in
from tests.ui.cells_shown import use_true_colours
from tests.ui.test_probe_screen import Open, figure, place, probing


def probe_of(size: Size, photo: Size, region: Region = WHOLE) -> Probe:
    codes = np.zeros((size.height, size.width), np.uint8)
    return Probe(build_depth_map(codes, 8, DepthInfo(DepthStatus.PRESENT)), None, region, photo)


PROBES = [
    probe_of(Size(64, 48), Size(512, 384)),
    probe_of(Size(48, 64), Size(500, 667)),
    probe_of(Size(64, 48), Size(600, 400), Region(0.1, 0.2, 0.7, 0.75)),
]


@pytest.mark.parametrize("probe", PROBES)
def test_pixels_in_view_are_those_of_the_samples_in_view(probe: Probe) -> None:
    window = ProbeWindow().zoomed(probe, 2.7, (20.0, 30.0)).zoomed(probe, 1.5, (22.0, 31.0))
    photo, depth = window.cut(probe)
    for corner in (0.001, 0.5, 0.999):
        pixel = place_in((corner, corner), photo)
        sample = place_in((corner, corner), depth)
        found = probe.sample_of(*pixel)
        assert found is not None
        # A pixel of the photo lies in two samples where one ends.
        assert np.abs(np.subtract(found, sample)).max() <= 1
    assert probe.sample_of(photo.left + photo.width // 2, photo.top) is not None


@pytest.mark.parametrize("probe", PROBES)
def test_what_is_pointed_at_stays_where_it_is(probe: Probe) -> None:
    window = ProbeWindow().zoomed(probe, 2.0, (20.0, 30.0))
    at = (21.0, 29.0)
    nearer = window.zoomed(probe, 1.5, at)

    def share(one: ProbeWindow) -> list[float]:
        left, top, width, height = one.cut(probe).depth
        return [(at[0] - left) / width, (at[1] - top) / height]

    # Windows consist of whole samples.
    assert share(nearer) == pytest.approx(share(window), abs=0.08)


@pytest.mark.parametrize("probe", PROBES)
def test_a_window_lies_within_the_map_and_follows_the_crosshair(probe: Probe) -> None:
    width, height = probe.depth_map.size
    window = ProbeWindow().zoomed(probe, 4.0, (0.0, 0.0))
    for sample in [(0, 0), (width - 1, 0), (width - 1, height - 1), (width // 2, 3), (5, 5)]:
        window = window.following(probe, sample)
        left, top, across, down = window.cut(probe).depth
        assert 0 <= left <= sample[0] < left + across <= width
        assert 0 <= top <= sample[1] < top + down <= height
        assert window.following(probe, sample) is window
    assert window.zoomed(probe, 1e6, (0.0, 0.0)).zoom == min(width, height) / 8
    assert window.zoomed(probe, 1e-6, (0.0, 0.0)) == ProbeWindow()
    whole = ProbeWindow().cut(probe)
    assert whole.photo == (0, 0, *probe.photo)
    assert whole.depth == (0, 0, width, height)


def test_what_is_outside_of_a_region_has_no_place_in_it() -> None:
    region = SampleRegion(10, 20, 4, 5)
    assert share_in((10, 20), region) == (0.125, 0.1)
    assert [share_in(place, region) for place in ((9, 20), (14, 20), (10, 25))] == [None] * 3
    assert place_in((0.125, 0.1), region) == (10, 20)


async def test_keys_enlarge_both_pictures_about_the_crosshair(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, screen):
        await driven.pilot.press("shift+right", "shift+up", "space")
        sample, whole = place(driven), screen.depth_view.picture
        await driven.pilot.press(*["plus"] * 6)
        await driven.until(lambda: "8.0x" in driven.text, "eight times as near")
        await driven.until(lambda: screen.depth_view.picture is not whole, "drawn anew")
        await driven.idle()
        assert place(driven) == sample
        assert screen.photo_view.cross == pytest.approx(screen.depth_view.cross, abs=1)
        # The mark under the crosshair is in view, one far away is not.
        near = screen.depth_view.picture
        await driven.pilot.press("left", "space", *["shift+left"] * 4)
        await driven.until(lambda: screen.depth_view.picture is not near, "the window moved on")
        await driven.idle()
        assert screen.depth_view.cross is not None
        assert place(driven) == (sample[0] - 41, sample[1])
        await driven.pilot.press("0")
        await driven.until(lambda: "8.0x" not in driven.text, "all of it")
        await driven.idle()
        assert screen.depth_view.picture.cols == whole.cols
        await driven.pilot.press("plus", "minus")
        await driven.until(lambda: "x\n" not in driven.text.split(" photo ")[0], "all of it")


async def test_the_mouse_points_at_what_is_enlarged(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / PORTRAIT) as (driven, screen):
        view = screen.depth_view
        left = (view.size.width - view.picture.cols) // 2
        top = (view.size.height - view.picture.rows) // 2
        await driven.pilot.hover(view, offset=(left + 6, top + 8))
        await driven.until(lambda: view.cross == (6, 8), "the crosshair there")
        pointed = place(driven)
        at = view.region.offset
        for _ in range(8):
            wheel = events.MouseScrollUp(
                view, left + 6, top + 8, 0, 0, 0, False, False, False,
                screen_x=at.x + left + 6, screen_y=at.y + top + 8,
            )  # fmt: skip
            view.post_message(wheel)
            await driven.idle()
        assert "4.0x" in driven.text
        await driven.pilot.hover(view, offset=(left + 7, top + 8))
        await driven.pilot.hover(view, offset=(left + 6, top + 8))
        await driven.idle()
        # The same place, and a cell is a quarter of what it was.
        assert np.abs(np.subtract(place(driven), pointed)).max() <= 2
        before = place(driven)
        await driven.pilot.hover(view, offset=(left + 7, top + 8))
        await driven.idle()
        assert 0 <= place(driven)[0] - before[0] <= 1


async def test_the_photo_is_enlarged_by_its_own_pixels(
    open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns are dark and bright in turn: the photo shrunk for the screen has lost that."""
    use_true_colours(monkeypatch)
    size = Size(2048, 1536)
    rgb = np.full((size.height, size.width, 3), 40, np.uint8)
    rgb[:, ::2] = 240
    path = tmp_path / "lines.heic"
    recipe = Recipe(size=size, depth_size=Size(512, 384), rgb=rgb, quality=-1)
    path.write_bytes(make_photo(recipe).data)
    async with probing(open_app, path) as (driven, screen):

        def colours() -> set[int]:
            picture = screen.photo_view.picture
            return {
                colour[0]
                for _, *both in picture.runs(picture.rows // 4)
                for colour in both
                if colour is not None
            }

        assert not {40, 240} <= colours()
        await driven.pilot.press(*["plus"] * 10)
        await driven.until(lambda: {40, 240} <= colours(), "its own pixels")
        assert figure(driven, "photo")
