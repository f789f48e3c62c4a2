"""The screen with all metadata as a tree: find, open, copy, leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Sparkline

from heicdepth_tui.ui.screens.help import HelpScreen
from heicdepth_tui.ui.screens.metadata_tree import MetadataTreeScreen
from tests.ui.browsing import LANDSCAPE, PLAIN

pytestmark = pytest.mark.asyncio


async def _opened(driven: Any, name: str = LANDSCAPE) -> MetadataTreeScreen:
    await driven.select(name)
    await driven.pilot.press("I")
    screen = driven.app.screen
    assert isinstance(screen, MetadataTreeScreen)
    await driven.until(lambda: bool(screen.tree_view.root.children), "the header is read")
    await driven.pilot.pause()
    return screen


async def _find(driven: Any, text: str) -> None:
    await driven.pilot.press("slash", *text, "enter")
    await driven.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_shows_file_exif_xmp_items_and_boxes(
    open_app: Any, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        screen = await _opened(driven)
        labels = [str(child.label) for child in screen.tree_view.root.children]
        for wanted in ("file", "EXIF", "XMP", "calibration of depth", "items", "boxes"):
            assert any(label.startswith(wanted) for label in labels), wanted
        assert f"{LANDSCAPE} · all metadata" in driven.text
        assert "esc Back" in driven.text


async def test_find_opens_what_hides_the_line(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _find(driven, "FOCALLENGTH")
        node = screen.tree_view.cursor_node
        assert node is not None
        assert str(node.label).startswith("FocalLength")
        assert "EXIF directory" in str(node.parent.label)
        first = node
        await driven.pilot.press("n")
        assert screen.tree_view.cursor_node is not first
        await driven.pilot.press("N")
        assert screen.tree_view.cursor_node is first


async def test_find_says_that_nothing_matches(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven)
        await _find(driven, "zebra")
        assert "nothing contains zebra" in driven.text


async def test_copies_a_value_and_a_branch(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven)
        size = (sample_folder / LANDSCAPE).stat().st_size
        await driven.pilot.press("down", "y")
        assert driven.app.clipboard == f"{size:,} bytes"
        await driven.pilot.press("up", "Y")
        assert driven.app.clipboard.splitlines()[:2] == ["file", f"  size: {size:,} bytes"]


async def test_opens_and_closes_lines_by_keys(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _find(driven, "boxes")
        boxes = screen.tree_view.cursor_node
        assert boxes is not None
        await driven.pilot.press("l", "j")
        await driven.pilot.pause()
        assert screen.tree_view.cursor_node is boxes.children[0]
        await driven.pilot.press("h")
        assert screen.tree_view.cursor_node is boxes
        await driven.pilot.press("h")
        assert not boxes.is_expanded


async def test_plots_the_lens_distortion(open_app: Any, photos: Path) -> None:
    async with open_app(photos / "real" / "pug.heic") as driven:
        screen = await _opened(driven, "pug.heic")
        await _find(driven, "lens distortion")
        plot = screen.query_one(Sparkline)
        assert plot.display
        # No shift in the centre, 35 pixels of the reference size in the corner.
        assert plot.data is not None
        assert plot.data[0] == 0
        assert plot.data[-1] == pytest.approx(34.9, abs=0.1)
        await driven.until(lambda: "+34.9 in the farthest corner" in driven.text, "its figures")
        # Its line stays in view above it.
        await driven.until(lambda: "lens distortion  +34.9 pixels" in driven.text, "the line")


async def test_a_photo_without_depth_has_no_calibration(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven, PLAIN)
        labels = [str(child.label) for child in screen.tree_view.root.children]
        assert not [label for label in labels if label.startswith("calibration")]


async def test_a_file_that_is_gone_says_so(open_app: Any, samples: Path) -> None:
    async with open_app(samples) as driven:
        await driven.select(LANDSCAPE)
        (samples / LANDSCAPE).unlink()
        await driven.pilot.press("I")
        await driven.until(lambda: "does not exist" in driven.text, "the error is shown")


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_is_open_to_it(open_app: Any, sample_folder: Path, key: str) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await driven.pilot.press(key)
        assert isinstance(driven.app.screen, HelpScreen)
        await driven.pilot.press("escape")
        assert driven.app.screen is screen


async def test_esc_goes_back_to_the_photos(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven)
        await driven.pilot.press("slash", "escape")
        assert isinstance(driven.app.screen, MetadataTreeScreen)
        await driven.pilot.press("escape")
        await driven.pilot.pause()
        assert driven.app.screen is driven.app.browse
