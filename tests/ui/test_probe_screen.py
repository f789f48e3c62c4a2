"""The probe: each key and mouse action, what is shown, copied and written."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import ABSOLUTE, LANDSCAPE, PORTRAIT, STRIPPED
from textual.widgets import Input

from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.ui.model.colour_range import RangeKind
from heicdepth_tui.ui.screens.help import HelpScreen
from heicdepth_tui.ui.screens.probe import ProbeScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def probing(
    open_app: Open,
    path: Path,
    size: tuple[int, int] = (160, 50),
    cell_aspect: float | None = None,
) -> AsyncIterator[tuple[Any, ProbeScreen]]:
    async with open_app(path, size=size, cell_aspect=cell_aspect) as driven:
        await driven.settled()
        await driven.pilot.press("m")
        await driven.until(lambda: is_drawn(driven), "the probe shows both pictures")
        await driven.pilot.pause()
        yield driven, driven.app.screen


def is_drawn(driven: Any) -> bool:
    screen = driven.app.screen
    return isinstance(screen, ProbeScreen) and None not in (
        screen.photo_view.picture,
        screen.depth_view.picture,
        screen.depth_view.cross,
    )


def figure(driven: Any, label: str) -> str:
    """The text behind a label of the read-out."""
    line = next(line for line in driven.text.splitlines() if line.startswith(f" {label} "))
    return str(line[13:46]).strip()


def place(driven: Any) -> tuple[int, int]:
    column, row = figure(driven, "depth").split(",")
    return int(column), int(row)


async def test_keys_move_by_samples(open_app: Open, sample_folder: Path) -> None:
    steps = [
        ("left", (-1, 0)), ("right", (1, 0)), ("up", (0, -1)), ("down", (0, 1)),
        ("h", (-1, 0)), ("l", (1, 0)), ("k", (0, -1)), ("j", (0, 1)),
        ("shift+left", (-10, 0)), ("shift+right", (10, 0)),
        ("shift+up", (0, -10)), ("shift+down", (0, 10)),
    ]  # fmt: skip
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, _):
        for key, (right, down) in steps:
            column, row = before = place(driven)
            await driven.pilot.press(key)
            await driven.until(lambda old=before: place(driven) != old, f"{key} moved it")
            assert place(driven) == (column + right, row + down), key


async def test_the_crosshair_stops_at_the_edges(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, screen):
        await driven.pilot.press(*["shift+left"] * 30, *["shift+up"] * 30)
        await driven.until(lambda: place(driven) == (0, 0), "the corner")
        assert screen.depth_view.cross == (0, 0)
        assert screen.photo_view.cross == (0, 0)


async def test_the_mouse_points_in_both_pictures(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / PORTRAIT) as (driven, screen):
        for view in (screen.photo_view, screen.depth_view):
            picture = view.picture
            assert picture is not None
            left = (view.size.width - picture.cols) // 2
            top = (view.size.height - picture.rows) // 2
            await driven.pilot.hover(view, offset=(left + 3, top + 5))
            await driven.until(lambda: screen.photo_view.cross == (3, 5), "hover moved it")
            assert screen.depth_view.cross == (3, 5)
            await driven.pilot.hover(view, offset=(left + 7, top + 2))
            await driven.until(lambda: screen.photo_view.cross == (7, 2), "hover moved it")
            # Beside the picture there is nothing to point at.
            await driven.pilot.hover(view, offset=(max(0, left - 1), top))
            await driven.pilot.pause()
            assert left == 0 or screen.photo_view.cross == (7, 2)
            assert screen.marks.marks == ()


async def test_a_click_sets_a_mark_and_the_right_button_removes_it(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / PORTRAIT) as (driven, screen):
        places = []
        for view, at in ((screen.photo_view, (9, 12)), (screen.depth_view, (20, 25))):
            picture = view.picture
            left = (view.size.width - picture.cols) // 2
            top = (view.size.height - picture.rows) // 2
            places.append((view, (left + at[0], top + at[1])))
            await driven.pilot.click(view, offset=places[-1][1])
            await driven.until(lambda at=at: screen.photo_view.cross == at, "the crosshair there")
        assert "marks   1 to 2" in driven.text
        samples = [mark.sample for mark in screen.marks.marks]
        assert place(driven) == samples[1] != samples[0]
        # The second click of a double click sets none at the same place.
        await driven.pilot.click(screen.depth_view, offset=places[1][1], times=2)
        assert len(screen.marks.marks) == 3
        await driven.pilot.click(screen.depth_view, offset=places[1][1], button=3)
        assert len(screen.marks.marks) == 2


@pytest.mark.parametrize("aspect", [1.7, 2.2])
async def test_a_click_hits_its_sample_in_cells_of_any_shape(
    open_app: Open, sample_folder: Path, aspect: float
) -> None:
    async with probing(open_app, sample_folder / PORTRAIT, cell_aspect=aspect) as (driven, screen):
        width, height = driven.state.header.depth.item.displayed_size
        for view, at in ((screen.photo_view, (9, 4)), (screen.depth_view, (15, 21))):
            picture = view.picture
            assert picture is not None
            assert abs(picture.cols - picture.rows * aspect * width / height) <= 0.5
            left = (view.size.width - picture.cols) // 2
            top = (view.size.height - picture.rows) // 2
            await driven.pilot.click(view, offset=(left + at[0], top + at[1]))
            await driven.until(lambda at=at: screen.photo_view.cross == at, "the crosshair there")
            column, row = screen.marks.marks[-1].sample
            assert abs(column + 0.5 - (at[0] + 0.5) * width / picture.cols) <= 1
            assert abs(row + 0.5 - (at[1] + 0.5) * height / picture.rows) <= 1


async def test_all_marks_are_listed_and_can_be_scrolled(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE, (80, 24)) as (driven, _):
        for _ in range(9):
            await driven.pilot.press("space", "right")
        assert "9 at " in driven.text
        assert "1 at " not in driven.text
        await driven.pilot.press("pageup", "pageup", "pageup")
        await driven.until(lambda: "1 at " in driven.text, "the first mark")
        assert "marks   8 to 9" in driven.text
        await driven.pilot.press("pagedown", "pagedown", "pagedown")
        await driven.until(lambda: "9 at " in driven.text, "the last mark")


async def test_the_colour_is_that_of_the_pixel_not_of_the_shrunk_photo(
    open_app: Open, tmp_path: Path
) -> None:
    """The photo has a column of one colour a pixel: shrunk, they are mixed."""
    size = Size(2048, 1536)
    rgb = np.zeros((size.height, size.width, 3), np.uint8)
    rgb[:, :, :] = 40
    rgb[:, 256::512] = 240
    rgb[:, 255::512] = 240
    path = tmp_path / "lines.heic"
    path.write_bytes(
        make_photo(Recipe(size=size, depth_size=Size(512, 384), rgb=rgb, quality=-1)).data
    )
    async with probing(open_app, path) as (driven, _):
        await driven.pilot.press(*["shift+left"] * 26)
        await driven.pilot.press(*["shift+right"] * 6, *["right"] * 4)
        # The sample's centre lies on pixel 258, beside a bright column.
        await driven.until(lambda: figure(driven, "photo") == "258, 770", "the place")
        await driven.until(lambda: figure(driven, "RGB") == "#282828  40 40 40", "its own colour")
        await driven.pilot.press("space", "Y")
        record = json.loads(driven.app.clipboard)
        assert record["marks"][0]["rgb"] == record["probe"]["rgb"]
        assert record["probe"]["rgb"] is not None


async def test_marks_measure_and_stay_with_the_photo(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, _):
        assert "sets a mark" in driven.text
        await driven.pilot.press("space", "shift+right", "shift+right", "enter")
        await driven.until(lambda: "2 at " in driven.text, "two marks")
        assert "length" in driven.text
        assert " by code steps" in driven.text
        assert "angle" in driven.text
        assert "21 samples" in driven.text
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "back")
        await driven.pilot.press("m")
        await driven.until(lambda: is_drawn(driven) and "2 at " in driven.text, "the marks again")
        await driven.pilot.press("backspace")
        await driven.until(lambda: "2 at " not in driven.text, "one removed")
        await driven.pilot.press("u")
        await driven.until(lambda: "sets a mark" in driven.text, "none left")
        await driven.pilot.press("u")
        await driven.pilot.pause()
        assert "sets a mark" in driven.text


async def test_a_known_length_scales_this_photo_and_says_so(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, screen):
        await driven.pilot.press("space", *["shift+right"] * 4, "space", "s")
        field = screen.query_one(Input)
        assert "between marks 1 and 2" in field.placeholder
        await driven.pilot.press(*"nothing", "enter")
        await driven.until(lambda: "is not a length" in driven.toasts, "refused")
        field.value = ""
        await driven.pilot.press("7", "space", "c", "m", "enter")
        await driven.until(lambda: "scaled by the user: " in driven.text, "scaled")
        assert "length  ≈0.070 m, scaled by the user: " in driven.text
        await driven.pilot.press("Y")
        measured = json.loads(driven.app.clipboard)["measurements"][0]
        share = 100 * measured["uncertainty"] / measured["distance"]
        assert f", ± {share:.2g} % by the code steps of this length" in driven.toasts
        assert figure(driven, "disparity").endswith("1/m, unscaled")
        assert not field.display
        await driven.pilot.press("S")
        await driven.until(lambda: "scaled by the user" not in driven.text, "the file's again")
        await driven.pilot.press("s")
        await driven.pilot.press("escape")
        await driven.until(lambda: not field.display, "the field closed")
        assert driven.app.screen is screen


async def test_a_length_to_the_crosshair_scales_its_distance(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, screen):
        await driven.pilot.press("s")
        assert "from camera to crosshair" in screen.query_one(Input).placeholder
        await driven.pilot.press(*"2.5", "enter")
        await driven.until(lambda: figure(driven, "from camera") == "≈2.500 m", "2.5 m")
        await driven.pilot.press("space", "s")
        assert "to mark 1" in screen.query_one(Input).placeholder


async def test_figures_are_copied_as_text_and_as_json(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, _):
        await driven.pilot.press("space", "shift+down", "space", "y")
        await driven.until(lambda: "text sent" in driven.toasts, "text copied")
        text = driven.app.clipboard
        assert text.startswith(LANDSCAPE)
        for label in ("RGB", "code", "distance Z", "step", "point", "trust", "mark", "length"):
            assert f"\n{label} " in text
        await driven.pilot.press("Y")
        await driven.until(lambda: "JSON sent" in driven.toasts, "JSON copied")
        record = json.loads(driven.app.clipboard)
        assert record["probe"] == record["marks"][1]
        assert record["probe"]["code"] == int(figure(driven, "code"))
        assert record["measurements"][0]["distance"] > 0
        assert record["trust"]["short"] == "relative"


async def test_marks_are_written_as_csv_and_nothing_is_replaced(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, _):
        await driven.pilot.press("w")
        await driven.until(lambda: "no marks to write" in driven.toasts, "nothing to write")
        await driven.pilot.press("space", "shift+down", "space", "w")
        first = tmp_path / "out" / "IMG_0412-marks.csv"
        await driven.until(lambda: "IMG_0412-marks.csv" in driven.toasts, "written")
        await driven.pilot.press("w")
        second = tmp_path / "out" / "IMG_0412-marks-1.csv"
        await driven.until(lambda: second.name in driven.toasts, "written beside it")
        await driven.pilot.press("y")
        assert driven.app.clipboard == str(second)
        assert first.read_bytes() == second.read_bytes()
        one, two = csv.DictReader(first.read_text(encoding="utf-8").splitlines())
        assert (one["mark"], two["mark"]) == ("1", "2")
        assert int(two["depth_y"]) == int(one["depth_y"]) + 10
        assert (one["distance_to_previous_m"], one["angle_degrees"]) == ("", "")
        assert float(two["distance_to_previous_m"]) > float(two["uncertainty_m"]) > 0
        assert "relative" in two["trust"]


async def test_h_shows_the_histogram_in_place_of_the_marks_where_it_is_narrow(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE, (80, 24)) as (driven, screen):
        assert not screen.histogram_view.display
        await driven.pilot.press("H")
        await driven.until(lambda: "codes unused" in driven.text, "the histogram")
        assert "▲" in driven.text
        assert "sets a mark" not in driven.text
        await driven.pilot.press("H")
        await driven.until(lambda: "sets a mark" in driven.text, "the marks again")


async def test_h_hides_the_histogram_where_it_has_room(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, screen):
        assert "codes unused" in driven.text
        await driven.pilot.press("H")
        await driven.until(lambda: "codes unused" not in driven.text, "no histogram")
        assert "sets a mark" in driven.text
        assert not screen.histogram_view.display


async def test_keys_that_go_back(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, _):
        await driven.pilot.press("question_mark")
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
        assert "probe (m)" in driven.text
        await driven.pilot.press("escape")
        for key in ("escape", "m"):
            await driven.until(lambda: is_drawn(driven), "the probe again")
            await driven.pilot.press(key)
            await driven.until(lambda: driven.app.screen is driven.app.browse, f"{key} goes back")
            await driven.pilot.press("m")


async def test_a_photo_without_depth_says_that_there_is_nothing_to_measure(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(STRIPPED)
        await driven.pilot.press("m")
        await driven.until(lambda: "no depth map to measure in" in driven.text, "says so")
        assert driven.app.screen is driven.app.browse


@pytest.mark.parametrize(
    ("size", "name"),
    [((80, 24), LANDSCAPE), ((80, 24), PORTRAIT), ((160, 50), PORTRAIT), ((160, 50), ABSOLUTE)],
)
async def test_the_whole_screen_at_two_sizes(
    open_app: Open, sample_folder: Path, size: tuple[int, int], name: str
) -> None:
    async with probing(open_app, sample_folder / name, size) as (driven, screen):
        lines = driven.text.splitlines()
        assert lines[0].startswith(f" {name} · probe · ")
        assert lines[-1].startswith(" ? Help  esc Back")
        labels = [
            "photo", "RGB", "depth", "code", "disparity", "distance Z", "step", "point",
            "from camera", "sample", "trust",
        ]  # fmt: skip
        assert [line[1:12].strip() for line in lines[-12:-1]] == labels
        assert "…" not in "".join(line[:46] for line in lines[-12:-1])
        column, row = screen.depth_view.cross
        picture = screen.depth_view.picture
        assert (column, row) == (picture.cols // 2, picture.rows // 2)
        crossed = [line for line in lines if "─────┼─────" in line]
        assert len(crossed) == 1
        assert crossed[0].count("─────┼─────") == 2


async def test_another_size_draws_both_pictures_anew(open_app: Open, sample_folder: Path) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE, (80, 24)) as (driven, screen):
        before = screen.depth_view.picture.cols
        await driven.pilot.resize_terminal(160, 50)
        await driven.until(lambda: screen.depth_view.picture.cols > before, "drawn anew")
        await driven.until(lambda: "codes unused" in driven.text, "the histogram has room")


async def test_a_scale_is_in_legend_tables_and_exports(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, _):
        await driven.pilot.press("s", *"2.5", "enter")
        await driven.until(lambda: figure(driven, "from camera") == "≈2.500 m", "2.5 m")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "back")
        legend = driven.app.browse.pictures.depth.legend
        await driven.until(lambda: "scaled by the user: " in legend.plain, "the legend says so")
        rows = driven.app.session.state.tables.rows
        assert any("scaled by the user: " in row.unit for row in rows)
        await driven.pilot.press("e")
        await driven.until(lambda: "IMG_0412.pcd" in driven.toasts, "exported")
    header = (tmp_path / "out" / "IMG_0412.pcd").read_bytes()[:4000]
    assert b"scaled by the user: " in header


async def test_the_colour_range_is_marked_on_the_histogram(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(160, 50)) as driven:
        await driven.settled()
        await driven.pilot.press("R")
        await driven.until(lambda: "2–98 %" in driven.text, "another range")
        await driven.pilot.press("m")
        await driven.until(lambda: is_drawn(driven) and "▲" in driven.text, "the probe")
        axis = next(line for line in driven.text.splitlines() if "▲" in line)
        assert 0 < axis.index("[") < axis.rindex("]")


async def test_colours_change_by_key_and_by_the_palette(
    open_app: Open, sample_folder: Path
) -> None:
    async with probing(open_app, sample_folder / LANDSCAPE) as (driven, screen):
        before = screen.depth_view.picture
        await driven.pilot.press("c")
        await driven.until(lambda: screen.depth_view.picture is not before, "drawn anew")
        assert driven.app.session.colormap == "viridis"
        session, whole = driven.app.session, screen.depth_view.picture
        await driven.pilot.press("C")
        await driven.until(lambda: screen.depth_view.picture is not whole, "far is bright")
        assert session.colour_range.is_far_bright
        reversed_ = screen.depth_view.picture
        await driven.pilot.press("R")
        await driven.until(lambda: screen.depth_view.picture is not reversed_, "another range")
        assert session.colour_range.kind is RangeKind.PERCENTILE
        await driven.until(lambda: screen.histogram_view.shown.scale.low is not None, "its ends")
        await driven.pilot.press("ctrl+p", *"Colour map: grey")
        await driven.until(lambda: "Colour map: grey" in driven.text, "the command")
        await driven.pilot.press("enter")
        await driven.until(lambda: driven.app.session.colormap == "grey", "grey chosen")
        await driven.pilot.press("ctrl+p", *"Mark")
        await driven.until(lambda: "Mark (" in driven.text, "keys stand in the palette")


async def test_a_map_without_metres_says_why_and_measures_nothing(
    open_app: Open, tmp_path: Path
) -> None:
    reversed_range = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=2.0, d_max=1.0)
    (tmp_path / "a.heic").write_bytes(make_photo(Recipe(sei=reversed_range)).data)
    async with probing(open_app, tmp_path / "a.heic", (120, 40)) as (driven, _):
        assert figure(driven, "code").isdigit()
        assert "invalid: d_min (2) is" in driven.text
        await driven.pilot.press("space", "shift+right", "space")
        await driven.until(lambda: "length  none: " in driven.text, "no length")
        assert driven.text.count("no distance") == 2
        await driven.pilot.press("s", "1", "enter")
        await driven.until(lambda: "no scale: d_min (2) is" in driven.toasts, "no scale")
