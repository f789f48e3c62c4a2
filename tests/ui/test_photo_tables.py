"""Tables of the main screen: empty rows fold away, a broken file says why, text is selected."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import LANDSCAPE, facts

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.errors import TruncatedError
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.layers import DEPTH, Layer, LayerKind, Pixels
from heicdepth_tui.report.statistics import ArrayStatistics, array_statistics
from heicdepth_tui.report.tables import ArrayRow, Fact, FactGroup
from heicdepth_tui.ui.app import ServiceEvent
from heicdepth_tui.ui.presenters.photo_tables import folded, problem_groups
from heicdepth_tui.ui.presenters.table_cursor import moved, row_at, row_places
from heicdepth_tui.ui.presenters.table_lines import table_lines
from heicdepth_tui.ui.screens.metadata import MetadataScreen
from heicdepth_tui.ui.screens.metadata_tree import MetadataTreeScreen
from heicdepth_tui.ui.services.events import TablesBuilt
from heicdepth_tui.ui.widgets.tables import TableView

Open = Callable[..., AbstractAsyncContextManager[Any]]


def test_facts_that_the_file_leaves_open_fold_away() -> None:
    known = Fact("d_min, d_max", "0.5, –")
    groups = (
        FactGroup("depth", (Fact("z_near, z_far", "–, –"), known)),
        FactGroup("lens", (Fact("distortion", "–"),)),
    )

    assert folded(groups) == (FactGroup("depth", (known,)),)


def test_a_broken_file_says_why_and_what_to_do() -> None:
    entry = Entry("/p/a.heic", "a.heic", 1234, 1)
    error = TruncatedError("the file ends early", hint="copy it again")
    (reason,), (file,) = problem_groups(entry, error)

    assert [fact.value for fact in reason.facts] == ["the file ends early", "copy it again"]
    assert [fact.value for fact in file.facts] == ["/p/a.heic", "1,234"]
    assert problem_groups(entry, None) == ((), ())


def test_mean_and_quantiles_are_those_of_the_samples(sample_folder: Path) -> None:
    codes = np.repeat(np.arange(100, 200, dtype=np.uint8), 3).reshape(20, 15)
    depth_map = build_depth_map(codes, 8, read_header(sample_folder / LANDSCAPE).depth)
    pixels = Pixels(codes, codes.shape, "uint8", 100, 199, 8)
    codes_of, disparity, metres_of = array_statistics({DEPTH: pixels}, {DEPTH: depth_map})

    assert [one.name for one in (codes_of, disparity, metres_of)] == [
        "depth",
        "disparity",
        "metres ≈",
    ]
    assert codes_of.values == ("149.5", "104", "124", "149", "174", "194")
    assert metres_of.unit == "m, relative"
    shown = [float(value) for value in metres_of.values]
    metres = np.sort(depth_map.metres().ravel().astype(np.float64))
    at = [int(np.ceil(share * metres.size)) - 1 for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
    assert shown == pytest.approx([metres.mean(), *metres[at]], rel=5e-4)


def test_mean_and_quantiles_of_a_shrunk_layer_are_those_of_the_whole() -> None:
    counts = tuple([90, 0, 0, 0, 10] + [0] * 251)
    shrunk = Pixels(np.full((2, 2), 1, np.uint8), (10, 10), "uint8", 0, 4, 8, counts=counts)
    layer = Layer(LayerKind.AUXILIARY, 7, "gain map")

    (gain,) = array_statistics({layer: shrunk}, {})

    assert gain.values == ("0.4", "0", "0", "0", "0", "4")


async def test_the_reason_stands_in_the_room_of_the_tables(open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "bad.heic").write_bytes(b"no photo at all")
    async with open_app(tmp_path, size=(140, 45)) as driven:
        await driven.settled()
        await driven.until(lambda: "why" in facts(driven, "arrays"), "the reason")
        # Long paths are wrapped.
        assert "bad.heic" in "".join(facts(driven, "facts").split())


async def test_selected_text_of_a_table_is_copied(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(140, 45)) as driven:
        await driven.select(LANDSCAPE)
        arrays = driven.app.browse.arrays
        await driven.until(lambda: "photo" in arrays.plain, "the table")
        await driven.pilot.mouse_down(arrays, offset=(1, 1))
        await driven.pilot.hover(arrays, offset=(5, 1))
        await driven.until(lambda: driven.app.browse.get_selected_text() == "photo", "a selection")
        await driven.pilot.mouse_up(arrays, offset=(5, 1))
        await driven.pilot.press("y")
        await driven.until(lambda: driven.app.clipboard == "photo", "the copy")


async def test_the_full_view_has_mean_and_quantiles(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(140, 60)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("i")
        await driven.until(lambda: isinstance(driven.app.screen, MetadataScreen), "metadata")
        await driven.until(lambda: "median" in driven.text, "the statistics")
        # Beside min and max of the same array.
        page = driven.app.screen.query_one(TableView)
        (row,) = (line for line in page.plain.splitlines() if "metres ≈" in line)
        tables = driven.state.tables
        (cells,) = (one.cells for one in tables.rows if one.name == "metres ≈")
        (values,) = (one.values for one in tables.statistics if one.name == "metres ≈")
        assert " ".join(row.split()).count(" ".join((*cells[3:5], *values))) == 1


@pytest.mark.parametrize("width", [120, 90, 60, 40])
def test_mean_and_quantiles_stand_with_min_and_max_at_any_width(width: int) -> None:
    rows = [
        ArrayRow("depth", "(576, 768)", "uint8", "0", "255"),
        ArrayRow("metres ≈", "(576, 768)", "float32", "0.2282", "0.6675", "m, relative"),
    ]
    values = ("0.5", "0.1", "0.2", "0.3", "0.4", "0.6")
    statistics = [
        ArrayStatistics("depth", values),
        ArrayStatistics("metres ≈", values, "m, relative"),
    ]
    lines = [
        "".join(piece.text for piece in line) for line in table_lines(rows, (), width, statistics)
    ]

    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "median" in text or "quantiles of 5, 25, 50, 75, 95 %" in text
    assert text.count("0.1 0.2 0.3 0.4 0.6") == 2
    assert text.endswith("0.6 m, relative")


async def test_the_full_view_shows_what_is_decoded_after_it_was_opened(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("i")
        await driven.until(lambda: isinstance(driven.app.screen, MetadataScreen), "metadata")
        page, session = driven.app.screen.query_one(TableView), driven.app.session
        await driven.until(lambda: "metres ≈" in page.plain, "the tables in full")
        tables = driven.state.tables
        late = replace(tables, rows=(*tables.rows, ArrayRow("late", "(1, 1)", "uint8", "7", "7")))
        driven.app.post_message(ServiceEvent(TablesBuilt(session.entry, late)))
        await driven.until(lambda: "late" in page.plain, "the new row")


async def test_the_full_view_leads_to_all_metadata(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        for key in ("I", "slash"):
            await driven.pilot.press("i")
            await driven.until(lambda: isinstance(driven.app.screen, MetadataScreen), "metadata")
            assert "I all as a tree" in driven.text
            await driven.pilot.press(key)
            await driven.until(lambda: isinstance(driven.app.screen, MetadataTreeScreen), "tree")
            if key == "slash":
                await driven.pilot.press(*"mdat", "enter")
                tree = driven.app.screen.tree_view
                await driven.until(
                    lambda tree=tree: tree.cursor_node and tree.cursor_node.data.label == "mdat",
                    "the match",
                )
            await driven.pilot.press("escape")
            await driven.until(lambda: driven.app.screen is driven.app.browse, "the photos")


async def test_a_row_of_the_full_view_is_chosen_and_copied(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(140, 60)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("i")
        await driven.until(lambda: isinstance(driven.app.screen, MetadataScreen), "metadata")
        page = driven.app.screen.query_one(TableView)
        await driven.until(lambda: page.copied.startswith("photo  ("), "a cursor")
        await driven.pilot.press("j", "y")
        await driven.until(lambda: driven.app.clipboard == page.copied, "the second row")
        assert driven.app.clipboard.startswith("depth  ")
        state = driven.state
        values = {fact.label: fact.value for group in state.tables.groups for fact in group.facts}
        # Down the left column into the facts, then across to the right one and back.
        await driven.pilot.press(*["down"] * (len(state.tables.rows) - 1))
        assert page.copied == state.tables.groups[0].facts[0].value
        await driven.pilot.press("l", "y")
        assert driven.app.clipboard == page.copied
        assert page.copied in values.values()
        right = page.copied
        await driven.pilot.press("h")
        assert page.copied != right
        await driven.pilot.press("G")
        last = page.copied
        await driven.pilot.press("j")
        assert page.copied == last
        await driven.pilot.press("g", "k")
        assert page.copied.startswith("photo  (")


async def test_a_click_chooses_a_row_of_a_table_and_y_copies_it(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(140, 60)) as driven:
        await driven.select(LANDSCAPE)
        facts_view = driven.app.browse.facts
        line, fact = next(
            (number, text)
            for number, text in enumerate(facts_view.plain.splitlines())
            if "calibration" in text or "accuracy" in text
        )
        await driven.pilot.click(facts_view, offset=(2, line + 1))
        await driven.until(lambda: bool(facts_view.copied), "a row")
        assert facts_view.copied.split()[0] in fact
        await driven.pilot.press("y")
        await driven.until(lambda: driven.app.clipboard == facts_view.copied, "copied")
        # A second click takes the choice back, another photo as well.
        await driven.pilot.click(facts_view, offset=(2, line + 1))
        await driven.until(lambda: not facts_view.copied, "no row")
        await driven.pilot.press("y")
        await driven.until(lambda: driven.app.clipboard.endswith(LANDSCAPE), "the path")


def test_rows_that_wrap_are_one_row_and_are_copied_whole() -> None:
    value = "a long value that has no room in one line"
    group = FactGroup("group", (Fact("label", value), Fact("next", "short")))
    lines = table_lines((), (group,), 24)
    places = row_places(lines)
    assert [place.row.value for place in places] == [value, "short"]
    assert places[1].line - places[0].line > 1
    for line in range(places[0].line, places[1].line):
        assert row_at(lines[line], 20) is places[0].row
    assert moved(places, None, 0, 0) == places[0]
    assert moved(places, places[0].row, 0, 1) == places[1]
    assert moved(places, places[1].row, 0, 5) == places[1]
    assert moved(places, places[1].row, 1, 0) == places[1]
    assert moved((), None, 0, 1) is None
