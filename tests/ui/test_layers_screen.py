"""The screen of layers: every view, over the photo or alone, with contour lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.ui.screens.layers import LayersScreen
from tests.ui.browsing import LANDSCAPE, MATTE, PLAIN

pytestmark = pytest.mark.asyncio


async def _opened(driven: Any, name: str = LANDSCAPE) -> LayersScreen:
    await driven.select(name)
    await driven.pilot.press("o")
    screen = driven.app.screen
    assert isinstance(screen, LayersScreen)
    return screen


async def _shows(driven: Any, *texts: str) -> None:
    def is_shown() -> bool:
        return all(text in driven.text for text in texts)

    await driven.until(is_shown, f"{texts} on the screen")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_begins_with_depth_over_the_photo(
    open_app: Any, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        screen = await _opened(driven)
        await _shows(driven, f"{LANDSCAPE} · depth codes (2/", "50% over the photo", "as stored")
        picture = screen.picture.picture
        assert picture is not None
        assert picture.fit.cols == screen.picture.size.width or (
            picture.fit.rows == screen.picture.size.height
        )


async def test_tab_and_numbers_go_through_all_views(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven, MATTE)
        for name in ("disparity (3/", "metres (4/", "validity (5/"):
            await driven.pilot.press("tab")
            await _shows(driven, name)
        await _shows(driven, "flying")
        await driven.pilot.press("tab")
        await _shows(driven, "metres per code (6/", "mm a code, median")
        await driven.pilot.press("tab")
        await _shows(driven, "edge distance (7/", "samples to the nearest edge")
        await driven.pilot.press("tab")
        await _shows(driven, "normals (8/")
        await driven.pilot.press("shift+tab")
        await _shows(driven, "edge distance (7/")
        await driven.pilot.press("1")
        await _shows(driven, "photo (1/")


async def test_a_matte_tints_the_photo(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven, MATTE)
        await _shows(driven, "depth codes")
        shown = screen.shown
        assert shown is not None
        await driven.pilot.press(*["shift+tab"] * (shown.count - shown.index + 1))
        await driven.pilot.press("1", "shift+tab")
        await _shows(driven, f"({shown.count}/{shown.count})", "over the photo")
        tinted = screen.picture.picture
        await driven.pilot.press(*["left_square_bracket"] * 5)
        await _shows(driven, "0% over the photo")
        assert screen.picture.picture != tinted


async def test_blend_goes_by_tenths_and_o_shows_the_view_alone(
    open_app: Any, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven)
        await _shows(driven, "50% over the photo")
        await driven.pilot.press("right_square_bracket")
        await _shows(driven, "60% over the photo")
        await driven.pilot.press("o")
        await driven.until(lambda: "over the photo" not in driven.text.split("\n")[0], "alone")


async def test_lines_of_equal_distance_have_labels(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _shows(driven, "depth codes")
        await driven.pilot.press("l")
        await driven.until(
            lambda: screen.shown is not None and bool(screen.shown.labels), "lines are drawn"
        )
        assert screen.shown is not None
        for label in screen.shown.labels:
            await _shows(driven, label.text)
        await driven.pilot.press("l")
        await driven.until(
            lambda: screen.shown is not None and not screen.shown.labels, "lines are gone"
        )


async def test_colour_map_and_blocks_hold_on_the_main_screen(
    open_app: Any, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _shows(driven, "depth codes")
        session = driven.app.session
        colormap, blocks, picture = session.colormap, session.settings.blocks, screen.shown
        await driven.pilot.press("c", "b")
        await driven.until(lambda: screen.shown is not picture, "drawn again")
        await driven.pilot.press("escape")
        await driven.settled()
        assert driven.app.screen is driven.app.browse
        assert session.colormap != colormap
        assert session.settings.blocks != blocks


async def test_a_photo_without_depth_shows_its_layers(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven, PLAIN)
        await driven.until(lambda: screen.shown is not None, "a view is drawn")
        assert screen.shown is not None
        assert screen.shown.view.name == "photo"
        assert "over the photo" not in driven.text
        await driven.pilot.press("l")
        await _shows(driven, "no lines of equal distance: the photo has no depth map")


async def test_a_layer_of_another_shape_is_flagged(open_app: Any, photos: Path) -> None:
    async with open_app(photos / "real") as driven:
        await _opened(driven, "samsung_200MP.heic")
        await driven.pilot.press("3")
        await _shows(driven, "gain map", "not laid over the photo", "1024×768")


async def test_both_eyes_and_their_difference(open_app: Any, photos: Path) -> None:
    async with open_app(photos / "real") as driven:
        await _opened(driven, "spatial_photo.heic")
        for key, name in (("2", "left eye"), ("3", "right eye"), ("4", "eyes, difference")):
            await driven.pilot.press(key)
            await _shows(driven, name)


async def test_an_error_stands_in_the_place_of_the_picture(open_app: Any, samples: Path) -> None:
    async with open_app(samples) as driven:
        await driven.select(LANDSCAPE)
        (samples / LANDSCAPE).unlink()
        await driven.pilot.press("o")
        await _shows(driven, "does not exist")


@pytest.mark.parametrize(("key", "command"), [("o", "Over the photo (o)"), ("I", "Copy value (y)")])
async def test_the_palette_offers_the_keys_of_the_screen(
    open_app: Any, sample_folder: Path, key: str, command: str
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press(key, "ctrl+p", *command.split(" (")[0])
        await _shows(driven, command)
