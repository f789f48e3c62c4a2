"""The histogram of the main screen: its place, and the ranges that are chosen on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypcd4 import PointCloud
from textual.widgets import Input

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.histogram import CodeHistogram, code_histogram
from heicdepth_tui.draw.histogram import codes_at
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.ui.model.clip import NO_CLIP, Clip
from heicdepth_tui.ui.model.colour_range import RangeKind
from heicdepth_tui.ui.presenters.histogram import (
    choice_line,
    clip_codes,
    distances_of,
    histogram_ends,
    limits_of,
)
from heicdepth_tui.ui.screens.export_dialog import ExportDialog
from heicdepth_tui.ui.screens.histogram_panel import ROOM
from heicdepth_tui.ui.screens.range_prompt import ClipPrompt
from tests.ui.browsing import LANDSCAPE, PLAIN

Open = Callable[..., AbstractAsyncContextManager[Any]]

COUNTS = np.array([0, 3, 1, 0, 2, 4, 0, 0])
METRES = np.array([np.nan, 4.0, 2.0, 1.3333, 1.0, 0.8, 0.6667, 0.5714])
HISTOGRAM = CodeHistogram(COUNTS, METRES)


def test_distances_of_codes_are_rounded_outwards() -> None:
    assert distances_of(HISTOGRAM, 3, 6) == (0.666, 1.34)
    # The first code means no distance.
    assert distances_of(HISTOGRAM, 0, 1) == (4.0, 4.0)
    assert distances_of(HISTOGRAM, 0, 0) is None
    assert distances_of(CodeHistogram(COUNTS, None), 2, 5) == (2.0, 5.0)
    assert limits_of(HISTOGRAM) == (0.8, 4.0)
    assert limits_of(CodeHistogram(COUNTS, None)) is None


def test_a_clip_keeps_the_codes_within_it() -> None:
    assert clip_codes(HISTOGRAM, Clip(near=0.9, far=2.0)) == (2, 4)
    assert clip_codes(HISTOGRAM, Clip(far=1.5)) == (3, None)
    assert clip_codes(HISTOGRAM, Clip(near=0.9)) == (None, 4)
    assert clip_codes(HISTOGRAM, NO_CLIP) == (None, None)
    assert clip_codes(CodeHistogram(COUNTS, None), Clip(near=1)) == (None, None)


@pytest.mark.parametrize(
    ("near", "far", "kept", "text"),
    [
        (0.9, 2.0, (0.9, 2.0), "≈0.9 to 2 m"),
        (0.0, 2.0, (None, 2.0), "up to ≈2 m"),
        (0.9, float("inf"), (0.9, None), "from ≈0.9 m"),
        (0.1, 9.0, (None, None), ""),
    ],
)
def test_an_end_beyond_the_samples_cuts_nothing_off(
    near: float, far: float, kept: tuple[float | None, float | None], text: str
) -> None:
    clip = Clip.between(near, far, (0.8, 4.0))
    assert (clip.near, clip.far) == kept
    assert clip.text("≈") == text
    assert clip.is_open == (not text)


def test_a_key_moves_a_chosen_end_to_the_next_step_and_back_to_none() -> None:
    limits = (0.5, 4.0)
    clip = Clip.between(0.6, 4.0, limits)
    # A step is 0.04375 1/m: 0.6 m lies between the 7th and the 8th from 2 1/m.
    assert clip.moved(1, 0, limits).near == pytest.approx(1 / (2 - 8 * 0.04375), rel=5e-3)
    assert clip.moved(-1, 0, limits).near == pytest.approx(1 / (2 - 7 * 0.04375), rel=5e-3)
    assert clip.moved(0, 1, limits).near == 0.6
    for _ in range(8):
        clip = clip.moved(-1, 0, limits)
    assert clip == NO_CLIP


def test_invalid_samples_are_counted(sample_folder: Path) -> None:
    trust = build_depth_map(
        np.zeros((2, 2), np.uint8), 8, read_header(sample_folder / LANDSCAPE).depth
    ).trust
    histogram = CodeHistogram(np.array([1200, 3, 1, 0, 2, 4, 0, 0]), METRES)

    wide, narrow = (histogram_ends(histogram, trust, width)[2] for width in (60, 34))

    assert wide == "mean ≈1.92 m, 1 codes unused, 1,200 invalid"
    assert narrow == "mean ≈1.92 m, 1,200 invalid"


def test_a_choice_states_its_samples() -> None:
    assert choice_line(HISTOGRAM, "clip", 0, 4, 40) == "clip · 6 of 10 samples"
    assert choice_line(HISTOGRAM, "clip", None, 4, 18) == "clip · 6 samples"
    assert choice_line(HISTOGRAM, "clip", 5, None, 10) == "clip"
    # Of codes without distances, all count.
    assert choice_line(CodeHistogram(COUNTS, None), "", 1, 1, 40) == " · 3 of 10 samples"


async def _opened(driven: Any, name: str = LANDSCAPE) -> Any:
    await driven.select(name)
    await driven.pilot.press("H")
    view = driven.app.browse.histogram.view
    await driven.until(lambda: view.display and view.shown is not None, "the histogram")
    await driven.pilot.pause()
    return view


async def _drag(driven: Any, view: Any, first: int, last: int, *, control: bool = False) -> None:
    row = view.region.height - 5
    await driven.pilot.mouse_down(view, offset=(1 + first, row), control=control)
    if first != last:
        await driven.pilot.hover(view, offset=(1 + last, row))
        what = "clip" if control else "colours"
        passed = re.compile(rf"{what} ≈[\d.]+ to [\d.]+ m · [\d,]+ ")
        await driven.until(lambda: passed.search(driven.text), "what the drag has passed")
    await driven.pilot.mouse_up(view, offset=(1 + last, row), control=control)


@pytest.mark.parametrize("width", [20, 40, 80, 160])
def test_round_distances_stand_under_their_codes(sample_folder: Path, width: int) -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    depth_map = build_depth_map(codes, 8, read_header(sample_folder / LANDSCAPE).depth)
    histogram, trust = code_histogram(depth_map), depth_map.trust
    line, quantiles, _ = histogram_ends(histogram, trust, width)
    metres = depth_map.tables.metres

    assert len(line) <= max(width, 25)
    near, far = f"255 · ≈{metres[255]:.2f} m", f"0 · ≈{metres[0]:.2f} m"
    assert line.startswith(f"{far} ")
    assert line.endswith(f" {near}")
    assert ("relative" in quantiles) == (width > 20)
    inside = line[len(far) : -len(near)]
    assert bool(inside.strip()) == (width > 20)
    for found in re.finditer(r"[\d.]+", inside):
        at = len(far) + found.start() + len(found[0]) // 2
        first, last = codes_at(at, 256, width)
        assert metres[min(last + 1, 255)] <= float(found[0]) <= metres[max(first - 1, 0)]


@pytest.mark.parametrize("size", [(80, 24), (140, 45), (180, 50)])
async def test_h_shows_it_in_the_place_of_a_table(
    open_app: Open, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        view = await _opened(driven)
        browse = driven.app.browse
        assert "codes unused" in driven.text
        assert view.region.height >= 8 - 1
        is_folded = size[0] < 110
        assert browse.arrays.display is not is_folded
        assert not browse.facts.display
        await driven.pilot.press("H")
        await driven.until(lambda: not view.display, "hidden")
        assert "codes unused" not in driven.text


async def test_it_shows_by_itself_where_there_is_room(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(ROOM, 50)) as driven:
        await driven.settled()
        await driven.until(lambda: "codes unused" in driven.text, "the histogram")
        assert driven.app.browse.arrays.display
        assert driven.app.browse.facts.display
        await driven.pilot.resize_terminal(ROOM - 1, 50)
        await driven.until(lambda: "codes unused" not in driven.text, "no room")


async def test_h_shows_tables_that_are_hidden(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("T", "H")
        await driven.until(lambda: "codes unused" in driven.text, "the histogram")


async def test_dragging_sets_the_range_of_the_colours_and_a_click_takes_it_back(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(140, 45)) as driven:
        view = await _opened(driven)
        session, picture = driven.app.session, driven.app.browse.pictures.depth.image.picture
        columns = view.content_size.width
        await _drag(driven, view, columns // 4, columns // 2)
        await driven.until(lambda: session.colour_range.kind is RangeKind.CHOSEN, "a range")
        await driven.until(lambda: "by hand" in driven.text, "the legend says so")
        await driven.settled()
        assert driven.app.browse.pictures.depth.image.picture is not picture
        scale, codes = view.shown.scale, view.shown.histogram.counts.size
        # Rounding outwards may take in a code more.
        assert scale.low == pytest.approx(codes // 4, abs=codes / columns + 1)
        assert scale.high == pytest.approx(codes // 2, abs=codes / columns + 1)
        axis = next(line for line in driven.text.splitlines() if "[" in line and "]" in line)
        assert abs(axis.index("]") - axis.index("[") - columns // 4) <= 1
        await _drag(driven, view, 5, 5)
        await driven.until(lambda: session.colour_range.kind is RangeKind.FILE, "the whole file")


async def test_ctrl_dragging_clips_cloud_and_export(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder, size=(140, 45)) as driven:
        view = await _opened(driven)
        session = driven.app.session
        columns = view.content_size.width
        await _drag(driven, view, columns // 3, columns * 2 // 3, control=True)
        await driven.until(lambda: session.entry in session.clips, "a clip")
        clip = session.clip(session.entry)
        assert clip.near is not None
        assert clip.far is not None
        assert session.colour_range.kind is RangeKind.FILE
        await driven.until(lambda: view.shown.clip != (None, None), "marked on the axis")
        metres = driven.state.tables.depth_maps[driven.state.own(LayerKind.DEPTH)].metres()
        kept = int(((metres >= clip.near) & (metres <= clip.far)).sum())
        shown = f"clip {clip.text('≈')} · {kept:,} of {metres.size:,} samples"
        await driven.until(lambda: shown in driven.text, "the clip and its samples")

        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
        assert f"clipped: {clip.text('≈')}" in driven.toasts
        (path,) = (tmp_path / "out").iterdir()
        z = -PointCloud.from_path(path).numpy(("z",))
        assert clip.near <= z.min() <= z.max() <= clip.far

        # The dialog begins with the clip, and keeps it for this photo alone.
        await driven.pilot.press("E")
        await driven.until(lambda: isinstance(driven.app.screen, ExportDialog), "the dialog")
        fields = [driven.app.screen.query_one(f"#{name}", Input).value for name in ("near", "far")]
        assert fields == [f"{clip.near:g}", f"{clip.far:g}"]
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: len(list((tmp_path / "out").iterdir())) == 2, "a second file")
        saved = (tmp_path / "state" / "export.json").read_text()
        assert '"near": null' in saved
        assert '"far": null' in saved

        await driven.pilot.press("3", "3")
        await driven.until(
            lambda: getattr(driven.app.screen, "frame", None) is not None, "the cloud"
        )
        cloud = driven.app.screen.frame.shown.cloud
        assert len(cloud) == len(z)
        await driven.pilot.press("escape", "escape")
        await driven.until(lambda: driven.app.focused is driven.app.browse.photos, "the list")

        await _drag(driven, view, 5, 5, control=True)
        await driven.until(lambda: session.clip(session.entry) == NO_CLIP, "no clip")


async def test_each_marked_photo_keeps_its_own_clip(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder, size=(140, 45)) as driven:
        await driven.select(LANDSCAPE)
        session = driven.app.session
        session.clips[session.entry] = Clip(far=1.0)
        await driven.pilot.press("space", "space", "e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
        assert "1 photo clipped: up to ≈1 m" in driven.toasts
        farthest = {
            path.name: -PointCloud.from_path(path).numpy(("z",)).min()
            for path in (tmp_path / "out").iterdir()
        }
        assert len(farthest) == 2
        assert farthest.pop("IMG_0412.pcd") <= 1.0
        assert max(farthest.values()) > 1.0


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("0.7 2", (0.7, 2.0)), ("- 1.5", (None, 1.5)), ("0.7 - ", (0.7, None)), ("", (None, None))],
)
async def test_d_asks_for_the_clip(
    open_app: Open,
    sample_folder: Path,
    typed: str,
    expected: tuple[float | None, float | None],
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        session = driven.app.session
        session.clips[session.entry] = Clip(near=0.9)
        await driven.pilot.press("d")
        await driven.until(lambda: isinstance(driven.app.screen, ClipPrompt), "the prompt")
        field = driven.app.screen.query_one(Input)
        assert field.value == "0.9 -"
        field.value = "2 1"
        await driven.pilot.press("enter")
        await driven.until(lambda: "the first smaller" in driven.text, "refused")
        field.value = typed
        await driven.pilot.press("enter")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "closed")
        clip = session.clip(session.entry)
        assert (clip.near, clip.far) == expected
        said = f"clip {clip.text('≈')}:" if not clip.is_open else "no clip"
        await driven.until(lambda: said in driven.text, "said with the caveat of its metres")


async def test_a_clip_that_no_sample_lies_in_is_refused(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.pilot.press("d", *"500", "space", *"600", "enter")
        await driven.until(lambda: "no sample lies in ≈500 to 600 m" in driven.text, "refused")
        assert driven.app.session.clip(driven.app.session.entry) == NO_CLIP


async def test_a_photo_without_depth_has_no_histogram(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(PLAIN)
        await driven.pilot.press("H")
        await driven.until(lambda: "no depth map, no histogram" in driven.text, "says so")
        await driven.pilot.press("d")
        await driven.until(lambda: "no clip" in driven.text, "says so")
        assert driven.app.screen is driven.app.browse


async def test_dragging_works_in_the_probe(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(160, 50)) as driven:
        await driven.settled()
        await driven.pilot.press("m")
        await driven.until(lambda: "codes unused" in driven.text, "the probe's histogram")
        session, view = driven.app.session, driven.app.screen.histogram_view
        picture = driven.app.screen.depth_view.picture
        await _drag(driven, view, 3, 20)
        await driven.until(lambda: session.colour_range.kind is RangeKind.CHOSEN, "a range")
        await driven.until(
            lambda: driven.app.screen.depth_view.picture is not picture, "drawn in these colours"
        )
        await _drag(driven, view, 3, 20, control=True)
        await driven.until(lambda: session.entry in session.clips, "a clip")
        await driven.until(lambda: view.shown.clip != (None, None), "marked on the axis")
