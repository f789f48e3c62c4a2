"""The screen of layers: every view, over the photo or alone, with contour lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual import events

from heicdepth_tui.photo.layers import LayerKind, Pixels
from heicdepth_tui.ui.model.layer_view import WHOLE_VIEW, Window
from heicdepth_tui.ui.screens.layers import LayersScreen
from heicdepth_tui.ui.screens.zoom import ZoomScreen
from heicdepth_tui.ui.services.open_layers import as_shown, labels_apart
from tests.ui.browsing import LANDSCAPE, MATTE, PLAIN


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


async def test_codes_have_the_range_of_the_colour_map(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("R", "C", "o")
        scale = driven.app.session.colour_range.scale_in(
            driven.state.tables, driven.state.own(LayerKind.DEPTH)
        )
        await _shows(driven, f"colours from {scale.low} to {scale.high}; far is bright")


async def test_tab_and_numbers_go_through_all_views(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await _opened(driven, MATTE)
        await _shows(driven, "depth codes (2/")
        for name in ("disparity (3/", "metres (4/", "validity (5/"):
            await driven.pilot.press("tab")
            await _shows(driven, name)
        await _shows(driven, "flying")
        await driven.pilot.press("tab")
        await _shows(driven, "metres per code (6/", "a code, median")
        await driven.pilot.press("tab")
        await _shows(driven, "edge distance (7/", "samples to the nearest edge")
        await driven.pilot.press("tab")
        await _shows(driven, "normals (8/")
        await driven.pilot.press("shift+tab")
        await _shows(driven, "edge distance (7/")
        await driven.pilot.press("1")
        await _shows(driven, "photo (1/")


@pytest.mark.parametrize(
    ("keys", "name"),
    [(["tab"], "disparity (3/"), (["tab", "tab", "shift+tab"], "disparity (3/"),
     (["shift+tab"], "photo (1/"), (["tab", "4"], "metres (4/")],
)  # fmt: skip
async def test_tab_before_the_first_view_goes_on_from_it(
    open_app: Any,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: list[str],
    name: str,
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        service = driven.app.layer_views
        request, held = service.request, []
        monkeypatch.setattr(service, "request", lambda *arguments: held.append(arguments))
        await driven.pilot.press("o")
        await driven.until(lambda: "decoding …" in driven.text, "the placeholder")
        await driven.pilot.press(*keys)
        monkeypatch.setattr(service, "request", request)
        request(*held[-1])

        await _shows(driven, name)


async def test_the_photo_is_named_before_its_first_view_is_drawn(
    open_app: Any, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        monkeypatch.setattr(driven.app.layer_views, "request", lambda *_: None)
        await driven.pilot.press("o")
        await driven.until(lambda: "decoding …" in driven.text, "the placeholder")

        assert driven.text.splitlines()[0].strip() == LANDSCAPE


async def test_a_number_without_a_layer_keeps_the_view(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven, PLAIN)
        await _shows(driven, f"{PLAIN} · photo (1/")
        assert screen.shown is not None
        count = len(screen.shown.names)
        assert count < 9
        await driven.pilot.press("9")
        await _shows(driven, f"{PLAIN} · photo (1/{count})", f"no layer 9: this photo has {count}")


async def test_the_line_of_names_goes_on_to_the_chosen_one(
    open_app: Any, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(80, 24)) as driven:
        screen = await _opened(driven, MATTE)
        await _shows(driven, "1 photo  2 depth codes  3 disparity", "›")
        bold = [part.text for part in screen.names.render_line(0) if part.style.bold]
        assert bold == ["2 depth codes"]
        await driven.pilot.press("shift+tab", "shift+tab")
        assert screen.shown is not None
        last = screen.shown.names[-1]
        await _shows(driven, "‹", f"{len(screen.shown.names)} {last}")
        assert "1 photo" not in driven.text


async def test_a_click_on_a_name_shows_its_view(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _shows(driven, "depth codes (2/")
        column = driven.text.split("\n")[1].index("4 metres")
        await driven.pilot.click(screen.names, offset=(column, 0))
        await _shows(driven, "metres (4/")


async def test_digits_that_follow_each_other_are_one_number(
    open_app: Any, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven, MATTE)
        await _shows(driven, "depth codes (2/")
        assert screen.shown is not None
        names = screen.shown.names
        assert len(names) > 9
        monkeypatch.setattr("heicdepth_tui.ui.screens.layers._NUMBER_SECONDS", 3600.0)
        await driven.pilot.press("1", "0")
        await _shows(driven, f"{names[9]} (10/")
        # A number that no view has begins anew.
        await driven.pilot.press("3")
        await _shows(driven, f"{names[2]} (3/")
        monkeypatch.setattr("heicdepth_tui.ui.screens.layers._NUMBER_SECONDS", 0.0)
        await driven.pilot.press("plus", "1", "0")
        await driven.until(
            lambda: screen.shown.index == 0 and "x" not in driven.text.split("\n")[0].split("(")[1],
            "the first view, all of it",
        )


async def test_the_colours_have_their_ends_and_follow_the_main_screen(
    open_app: Any, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("R")
        await driven.until(lambda: "2–98 %" in driven.text, "another range on the main screen")
        state, session = driven.state, driven.app.session
        depth = state.own(LayerKind.DEPTH)
        scale = session.colour_range.scale_in(state.tables, depth)
        screen = await _opened(driven)
        await _shows(driven, f"colours from {scale.low} to {scale.high}", "relative")
        near = screen.picture.picture
        await driven.pilot.press("C")
        await _shows(driven, "far is bright")
        await driven.until(lambda: screen.picture.picture != near, "drawn anew")
        assert session.colour_range.is_far_bright
        await driven.pilot.press("4")
        await _shows(driven, "metres (4/")
        metres = state.tables.depth_maps[depth].metres()
        first, last = f"≈{metres.min():.4g} ", f" {metres.max():.4g} m, relative"
        await _shows(driven, first, last)


async def test_a_matte_tints_the_photo(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven, MATTE)
        await _shows(driven, "depth codes")
        shown = screen.shown
        assert shown is not None
        await driven.pilot.press(*["shift+tab"] * (len(shown.names) - shown.index + 1))
        await driven.pilot.press("1", "shift+tab")
        await _shows(driven, f"({len(shown.names)}/{len(shown.names)})", " 50% over the photo")
        await driven.idle()
        tinted = screen.picture.picture
        await driven.pilot.press(*["left_square_bracket"] * 5)
        await _shows(driven, " 0% over the photo")
        await driven.until(lambda: screen.picture.picture != tinted, "the photo without a tint")


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


@pytest.mark.thorough
async def test_a_layer_of_another_shape_is_flagged(open_app: Any, photos: Path) -> None:
    async with open_app(photos / "real" / "samsung_200MP.heic") as driven:
        await _opened(driven, "samsung_200MP.heic")
        await driven.pilot.press("3")
        await _shows(
            driven, "gain map", "not laid over the photo: it is not turned, the photo turned"
        )


async def test_both_eyes_and_their_difference(open_app: Any, photos: Path) -> None:
    async with open_app(photos / "real" / "spatial_photo.heic") as driven:
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


async def test_a_window_is_moved_by_keys_wheel_and_drag(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _shows(driven, "depth codes")
        whole = screen.picture.picture
        await driven.pilot.press("plus", "plus")
        await _shows(driven, "depth codes (2/", "· 2.0x")
        middle = screen.picture.picture
        assert middle.rows != whole.rows
        # The same shape in the same cells.
        assert (middle.fit.cols, middle.fit.rows) == (whole.fit.cols, whole.fit.rows)
        await driven.pilot.press(*["right"] * 9, *["up"] * 9)
        await driven.until(lambda: screen.picture.picture.rows != middle.rows, "moved")
        await driven.pilot.press("tab")
        await _shows(driven, "disparity (3/", "· 2.0x")
        await driven.pilot.press("0", "shift+tab")
        await driven.until(lambda: screen.picture.picture.rows == whole.rows, "all of it again")

        wheel = events.MouseScrollUp(screen.picture, 5, 5, 0, 0, 0, False, False, False, 5, 7)
        screen.picture.post_message(wheel)
        await _shows(driven, "· 1.2x")
        corner = screen.picture.picture.rows
        await driven.pilot.mouse_down(screen.picture, offset=(20, 10))
        await driven.pilot.hover(screen.picture, offset=(10, 5))
        await driven.pilot.mouse_up(screen.picture, offset=(10, 5))
        await driven.until(lambda: screen.picture.picture.rows != corner, "dragged")


async def test_z_opens_the_layer_tile_by_tile_and_comes_back(
    open_app: Any, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        screen = await _opened(driven)
        await _shows(driven, "depth codes")
        await driven.pilot.press("z")
        await driven.until(lambda: isinstance(driven.app.screen, ZoomScreen), "the zoom")
        await _shows(driven, "depth  ")
        # Another photo there is the one here.
        await driven.pilot.press("n")
        await driven.until(lambda: driven.app.session.entry.name != LANDSCAPE, "another photo")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is screen, "the layers")
        await _shows(driven, driven.app.session.entry.name, "(2/")
        await driven.pilot.press("tab")
        await _shows(driven, "(3/")
        await driven.pilot.press("enter")
        await _shows(driven, "no layer of the photo: + and the arrows enlarge it")


def test_a_window_stays_within_the_view() -> None:
    near = WHOLE_VIEW.zoomed(4, (1.0, 0.0))
    assert (near.left, near.top, near.side) == (0.75, 0.0, 0.25)
    assert near.moved(1, 1) == Window(0.75, 0.25, 0.25)
    assert near.zoomed(1 / 100) == WHOLE_VIEW
    assert near.samples(8, 4) == (slice(0, 1), slice(6, 8))
    assert WHOLE_VIEW.zoomed(1e9).samples(3, 2) == (slice(1, 2), slice(1, 2))


def test_labels_move_along_their_lines_where_they_would_meet() -> None:
    texts = ["1 m", "2 m", "3 m"]
    places = [[(4, 2)], [(5, 2), (5, 3)], [(4, 2), (6, 2)]]
    labels = labels_apart(texts, places, 40)
    assert [(label.text, label.column, label.row) for label in labels] == [
        ("1 m", 4, 2),
        ("2 m", 5, 3),
    ]
    # At the right edge a label stands before its place.
    assert labels_apart(["10 m"], [[(39, 0)]], 40)[0].column == 36
    apart = labels_apart(texts[:2], [[(0, 0)], [(0, 8), (0, 16)]], 400, (8, 16))
    assert [label.row for label in apart] == [0, 16]


def test_grey_values_that_fit_8_bits_are_shown_by_value() -> None:
    dim = np.array([[0, 3], [200, 255]], dtype=np.uint16)
    pixels = Pixels(dim, dim.shape, "uint16", 0, 255, 10)
    assert as_shown(pixels)[:, :, 1].tolist() == dim.tolist()
    bright = Pixels(dim * 4, dim.shape, "uint16", 0, 1020, 10)
    assert as_shown(bright)[:, :, 1].tolist() == dim.tolist()
