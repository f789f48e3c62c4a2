"""The cloud in the place of the depth map: keys and mouse, full screen and back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from pypcd4 import PointCloud

from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.ui.model.colour_range import RangeKind
from heicdepth_tui.ui.presenters.spin import pane_hint
from heicdepth_tui.ui.screens.probe import ProbeScreen
from heicdepth_tui.ui.screens.spin import SpinScreen
from tests.ui.browsing import LANDSCAPE, PLAIN, PORTRAIT

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def _opened(driven: Any, name: str = LANDSCAPE) -> Any:
    await driven.select(name)
    await driven.pilot.press("3")
    await driven.until(lambda: driven.app.browse.cloud is not None, "the pane")
    pane = driven.app.browse.cloud
    await driven.until(lambda: pane.control.is_up_to_date, "the cloud")
    await driven.pilot.pause()
    return pane


async def test_it_takes_the_place_of_the_depth_map_and_esc_gives_it_back(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        depth = driven.app.browse.pictures.depth
        place = depth.region
        pane = await _opened(driven)
        assert pane.region == place
        assert not depth.display
        assert pane.view.picture is pane.control.frame.rendered
        assert "enter: full screen" in driven.text
        assert "Full screen" in driven.text.splitlines()[-1]
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.browse.cloud is None and depth.display, "the map")
        assert driven.app.focused is driven.app.browse.photos


async def test_keys_and_mouse_turn_it(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        pane = await _opened(driven)
        control = pane.control
        await driven.pilot.press("l", "right", "+", "c")
        await driven.until(lambda: control.is_up_to_date and control.frame.pose.yaw == 10, "turned")
        assert control.spin.pose.zoom == 1.25
        assert driven.app.browse.photos.entry.name == LANDSCAPE
        await driven.pilot.mouse_down(pane.view, offset=(5, 5))
        await driven.pilot.hover(pane.view, offset=(9, 5))
        await driven.pilot.mouse_up(pane.view, offset=(9, 5))
        degrees = 180 / pane.view.size.width
        await driven.until(
            lambda: control.spin.pose.yaw == pytest.approx(10 + 4 * degrees), "dragged"
        )
        await driven.pilot.press("R")
        await driven.until(lambda: control.spin.pose.is_at_rest, "at rest")
        # What the pane does not use is a key of the main screen.
        await driven.pilot.press("s")
        await driven.until(lambda: "sorted by" in driven.text, "sorted")


async def test_three_again_and_enter_show_it_in_full_and_esc_comes_back(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        pane = await _opened(driven)
        await driven.pilot.press("l", "c")
        for key in ("3", "enter"):
            yaw = pane.control.spin.pose.yaw
            await driven.pilot.press(key)
            await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the screen")
            screen = driven.app.screen
            assert screen.spin.pose.yaw == yaw
            await driven.until(lambda screen=screen: screen.is_up_to_date, "the cloud")
            await driven.pilot.press("l", "escape")
            await driven.until(lambda: driven.app.screen is driven.app.browse, "the list")
            await driven.until(lambda: pane.control.is_up_to_date, "the cloud in the pane")
            assert pane.control.frame.pose.yaw == yaw + 5
            assert pane.control.spin.colours == screen.spin.colours
            assert driven.app.focused is pane.view


async def test_it_follows_the_selected_photo(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        pane = await _opened(driven)
        await driven.pilot.press("l")
        driven.app.browse.photos.focus()
        await driven.select(PORTRAIT)
        await driven.until(lambda: pane.control.entry.name == PORTRAIT, "the other photo")
        await driven.until(lambda: pane.control.is_up_to_date, "its cloud")
        assert pane.control.frame.pose.yaw == 0
        await driven.select(PLAIN)
        await driven.until(lambda: "no point cloud" in driven.text, "the reason")
        await driven.select(LANDSCAPE)
        await driven.until(lambda: pane.control.frame is not None, "a cloud again")
        # The list has the focus, and esc is the main screen's.
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.browse.cloud is None, "closed")


async def test_where_one_picture_has_room_it_opens_in_full(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(60, 16)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("3")
        await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the screen")
        assert driven.app.browse.cloud is None


async def test_another_size_draws_it_anew(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        pane = await _opened(driven)
        before = pane.control.frame.rendered.fit.cols
        await driven.pilot.resize_terminal(200, 60)
        await driven.until(
            lambda: pane.control.is_up_to_date and pane.control.frame.rendered.fit.cols > before,
            "drawn anew",
        )


@pytest.mark.parametrize("cells", [60, 35, 30, 24, 16, 10, 3])
def test_the_hint_is_never_cut(cells: int) -> None:
    hint = pane_hint(cells)
    assert len(hint) <= cells
    assert "esc" in hint


async def test_m_measures_where_no_point_is_clicked(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven)
        await driven.pilot.press("m")
        await driven.until(lambda: isinstance(driven.app.screen, ProbeScreen), "the probe")


async def test_colours_of_depth_follow_the_keys_of_the_main_screen(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(80, 24)) as driven:
        pane = await _opened(driven)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("c")
        await driven.until(lambda: pane.legend.display, "the ramp in the place of the hint")
        # The caveat is never cut.
        assert "relative" in str(pane.query_one("#cloud-heading").content)
        await driven.until(lambda: pane.control.is_up_to_date, "the frame")
        before = pane.control.frame
        await driven.pilot.press("C")
        await driven.until(lambda: "far is bright" in driven.text, "the status")
        await driven.until(
            lambda: pane.control.is_up_to_date and pane.control.frame is not before, "a frame"
        )
        assert pane.control.frame.rendered.rows != before.rendered.rows


async def test_the_range_of_its_colours_is_that_of_the_depth_map(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(140, 45)) as driven:
        await driven.select(LANDSCAPE)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("H")
        pane = await _opened(driven)
        await driven.pilot.press("r")
        await driven.until(lambda: pane.legend.display, "the colours of depth")
        await driven.until(lambda: pane.legend.plain.endswith("2–98 %"), "their range")
        assert "2–98 %" in driven.text
        assert driven.app.session.colour_range.kind is RangeKind.PERCENTILE
        # The histogram marks the ends of the range.
        depth = driven.state.own(LayerKind.DEPTH)
        scale = driven.app.session.colour_range.scale_in(driven.state.tables, depth)
        await driven.until(lambda: driven.app.browse.histogram.view.shown.scale == scale, "marked")
        await driven.pilot.press("escape")
        await driven.until(lambda: "2–98 %" in driven.text, "the legend of the map")


async def test_a_click_marks_the_sample_in_photo_depth_map_and_histogram(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        pane = await _opened(driven)
        browse = driven.app.browse
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        width, height = pane.view.size
        await driven.pilot.click(pane.view, offset=(width // 2, height // 2))
        await driven.until(lambda: browse.pictures.photo.image.pointed is not None, "the cross")
        await driven.until(lambda: pane.control.is_up_to_date, "a frame with the mark")
        sample = pane.control.sample
        photo = driven.state.header.primary.displayed_size
        share = browse.pictures.photo.image.pointed
        assert share == pytest.approx(
            ((sample.photo[0] + 0.5) / photo[0], (sample.photo[1] + 0.5) / photo[1])
        )
        assert "┼" in driven.text
        (caption,) = (line for line in driven.text.splitlines() if "├" in line)
        assert "m, relative" in caption
        assert "…" not in caption
        assert pane.control.frame.picked_sample == sample
        # It stays where the cloud is turned, and m marks it, then measures it.
        await driven.pilot.press("l", "l")
        await driven.until(
            lambda: pane.control.is_up_to_date and pane.control.frame.pose.yaw == 10, "turned"
        )
        assert pane.control.sample == sample
        await driven.pilot.press("P")
        await driven.until(lambda: "picture saved" in driven.toasts, "the picture")
        # The message offers its path, which comes before the figures of the point.
        await driven.pilot.press("y")
        await driven.until(lambda: driven.app.clipboard.endswith("-browse.png"), "the path")
        await driven.pilot.press("m")
        await driven.until(lambda: "mark 1 is set" in driven.text, "the mark")
        await driven.pilot.press("m")
        await driven.until(lambda: isinstance(driven.app.screen, ProbeScreen), "the probe")
        assert driven.app.session.marks[driven.app.session.entry].marks[0].pixel == sample.photo
        await driven.until(lambda: f"{sample.column}, {sample.row}" in driven.text, "its sample")
        await driven.pilot.press("escape", "escape", "H")
        # The depth map has it as well, and the histogram its code.
        await driven.until(lambda: browse.cloud is None, "the depth map")
        await driven.until(lambda: browse.pictures.depth.image.picture is not None, "the map")
        assert browse.pictures.depth.image.pointed == pytest.approx(share, abs=0.002)
        await driven.until(lambda: browse.histogram.view.shown is not None, "the histogram")
        assert browse.histogram.view.shown.code == sample.code
        await driven.pilot.press("escape")
        await driven.until(lambda: browse.pictures.depth.image.pointed is None, "no cross")
        assert "┼" not in driven.text


async def test_e_exports_what_the_pane_shows(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        pane = await _opened(driven)
        await driven.pilot.press("f", "]", "]")
        await driven.until(
            lambda: pane.control.is_up_to_date and not pane.control.spin.clip.is_open, "clipped"
        )
        assert "Export" in driven.text.splitlines()[-1]
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
        (path,) = (tmp_path / "out").iterdir()
        assert PointCloud.from_path(path).points == len(pane.control.frame.shown.cloud)
