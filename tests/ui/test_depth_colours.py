"""Colour maps of depth: bright end, range, and the legend that states both."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import LANDSCAPE, image

from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.colour_range import WHOLE_FILE, ColourRange, RangeKind
from heicdepth_tui.ui.model.tables import CodeSpan
from heicdepth_tui.ui.presenters.legend import (
    LegendView,
    far_and_range,
    note,
    ramp_ends,
    round_distances,
    ticks,
)
from heicdepth_tui.ui.screens.range_prompt import RangePrompt

Open = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def depth_map(sample_folder: Path) -> DepthMap:
    """Every code of 8 bits once, quantized as a generated photo states."""
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    return build_depth_map(codes, 8, read_header(sample_folder / LANDSCAPE).depth)


def view(depth_map: DepthMap, scale: CodeScale | None = None, name: str = "") -> LegendView:
    return LegendView(depth_map, "inferno", scale or CodeScale(), (10, 240), name)


class TestColourRange:
    """From a choice to codes."""

    def test_all_codes_until_the_map_is_known(self) -> None:
        kinds = [replace(WHOLE_FILE, kind=kind).scale(None, None) for kind in RangeKind]

        assert kinds == [CodeScale()] * len(RangeKind)

    def test_percentiles_are_those_of_the_photo(self, depth_map: DepthMap) -> None:
        chosen = ColourRange(RangeKind.PERCENTILE, is_far_bright=True)

        assert chosen.scale(depth_map, CodeSpan(0, 255, 5, 250)) == CodeScale(5, 250, True)

    def test_distances_take_the_codes_between_them(self, depth_map: DepthMap) -> None:
        metres = depth_map.tables.metres
        near, far = float(metres[200]), float(metres[100])
        for ends in ((near, far), (far, near)):
            chosen = ColourRange(RangeKind.CHOSEN, False, *ends)
            assert chosen.scale(depth_map, None) == CodeScale(100, 200)

    def test_a_window_takes_the_codes_of_its_samples(self, depth_map: DepthMap) -> None:
        # Rows of 16 codes: columns 3 to 6 of rows 2 and 3.
        chosen = WHOLE_FILE.of_window(depth_map, SampleRegion(3, 2, 4, 2))

        assert chosen is not None
        assert chosen.scale(depth_map, None) == CodeScale(2 * 16 + 3, 3 * 16 + 6)
        assert chosen.name(chosen.scale(depth_map, None), "≈") == "window"

    def test_a_window_of_samples_that_the_file_does_not_have_gives_no_range(
        self, depth_map: DepthMap
    ) -> None:
        outside = np.zeros((16, 16), dtype=np.bool_)
        outside[:2, :2] = True
        cropped = replace(depth_map, outside=outside)

        assert WHOLE_FILE.of_window(cropped, SampleRegion(0, 0, 2, 2)) is None
        chosen = WHOLE_FILE.of_window(cropped, SampleRegion(0, 0, 3, 1))
        assert chosen is not None
        assert chosen.scale(cropped, None) == CodeScale(2, 2)

    def test_distances_without_codes_leave_all_codes_and_say_so(self, depth_map: DepthMap) -> None:
        chosen = ColourRange(RangeKind.CHOSEN, False, 5000.0, 6000.0)
        scale = chosen.scale(depth_map, None)

        assert scale == CodeScale()
        assert chosen.name(scale, "≈") == "nothing from ≈5000 to 6000"


class TestLegend:
    """Metres first, disparity second; accuracy never gives way."""

    def test_round_distances_stand_where_their_colours_are(self, depth_map: DepthMap) -> None:
        metres = depth_map.tables.metres
        for cells in (12, 24, 64):
            placed = ticks(view(depth_map), cells)
            for start, text in placed:
                at = start + len(text) // 2
                # Half a cell to each side, and half a step of the codes.
                codes = 255 - (at + np.array([-0.5, 0.5])) / (cells - 1) * 255
                low, high = int(np.floor(codes.min())) - 1, int(np.ceil(codes.max())) + 1
                assert metres[min(high, 255)] <= float(text) <= metres[max(low, 0)]
            assert placed
            ends = [(start, start + len(text)) for start, text in placed]
            assert all(end < start for (_, end), (start, _) in pairwise(ends))

    @pytest.mark.parametrize(
        ("near", "far", "expected"),
        [
            (0.23, 0.67, ["0.3", "0.4", "0.5"]),
            (0.59, 1.03, ["0.7", "0.8", "1"]),
            (0.56, 4.2, ["0.6", "0.8", "1", "2", "3"]),
            (2.05, 2.45, ["2.1", "2.2", "2.3", "2.4"]),
        ],
    )
    def test_any_range_has_round_distances(
        self, near: float, far: float, expected: list[str]
    ) -> None:
        metres = 1 / np.linspace(1 / near, 1 / far, 256)
        placed = round_distances(metres, lambda index: round(index / 255 * 27), [False] * 28)

        assert [text for _, text in placed] == expected

    def test_ends_are_those_of_the_scale(self, depth_map: DepthMap) -> None:
        metres = depth_map.tables.metres
        near, far = ramp_ends(view(depth_map, CodeScale(100, 200)))

        assert near == f"≈{metres[200]:.2f}"
        assert far == f"{metres[100]:.2f} m"

    def test_accuracy_stays_when_there_is_little_room(self, depth_map: DepthMap) -> None:
        shown = [note(view(depth_map, name="2–98 %"), cells) for cells in (80, 45, 34, 26, 8)]

        assert all(text.startswith("relative") for text in shown)
        assert ["2–98 %" in text for text in shown] == [True, True, True, False, False]
        # The data's own range, which its ends beside the ramp do not give.
        assert ["≈0.58" in text and "m" in text for text in shown] == [True] * 4 + [False]
        assert ["1/m" in text for text in shown] == [True, False, False, False, False]

    def test_one_line_names_the_range_behind_the_far_end_where_it_has_room(
        self, depth_map: DepthMap
    ) -> None:
        named = view(depth_map, name="2–98 %")

        assert far_and_range(named, "0.67 m", 20) == "0.67 m  2–98 %"
        assert far_and_range(named, "0.67 m", 13) == "0.67 m 2–98 %"
        assert far_and_range(named, "0.67 m", 12) == "0.67 m"
        assert far_and_range(view(depth_map), "0.67 m", 20) == "0.67 m  all codes"
        empty = view(depth_map, name="nothing from ≈1 to 2")
        assert far_and_range(empty, "0.67 m", 16) == "0.67 m  nothing"

    def test_a_range_with_nothing_in_it_is_stated_before_the_data(
        self, depth_map: DepthMap
    ) -> None:
        chosen = ColourRange(RangeKind.CHOSEN, False, 5000.0, 6000.0)
        name = chosen.name(chosen.scale(depth_map, None), "≈")

        assert note(view(depth_map, name=name), 40) == "relative · nothing from ≈5000 to 6000"


async def test_keys_change_range_and_bright_end(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        legend = driven.app.browse.pictures.depth.legend
        seen = [image(driven, "depth").picture]

        async def changed() -> None:
            await driven.until(
                lambda: image(driven, "depth").picture not in (None, *seen), "another picture"
            )
            seen.append(image(driven, "depth").picture)

        await driven.pilot.press("C")
        await changed()
        await driven.pilot.press("R")
        await changed()
        assert "2–98 %" in legend.plain
        await driven.pilot.press("R")
        await driven.until(lambda: isinstance(driven.app.screen, RangePrompt), "the prompt")
        await driven.pilot.press(*"2", "space", *"1", "enter")
        await driven.until(lambda: "two numbers" in driven.text, "what is wrong")
        await driven.pilot.press("home", "delete", *"0.6", "enter")
        await changed()
        assert "by hand" in legend.plain
        assert "colours from ≈0.6 to 1 m" in driven.text
        await driven.pilot.press("R")
        await driven.until(lambda: "by hand" not in legend.plain, "all codes")
        colour_range = driven.app.session.colour_range

    assert (colour_range.near, colour_range.far) == (0.6, 1)
    assert colour_range.is_far_bright


async def test_a_key_goes_through_the_ranges_of_the_colours_of_depth(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(80, 24)) as driven:
        await driven.settled()
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("3", "3")
        screen = driven.app.screen
        await driven.until(lambda: screen.is_up_to_date, "the cloud")
        session = driven.app.session
        # The colours of the photo give way: a range of them is none.
        await driven.pilot.press("r")
        await driven.until(lambda: screen.legend.display, "the colours of depth")
        assert session.colour_range.kind is RangeKind.PERCENTILE
        await driven.until(lambda: screen.is_up_to_date, "the newest frame")
        assert ramp_line(driven).endswith(" m  2–98 %")
        percentile = screen.frame
        await driven.pilot.press("r", *"0.9 1.8", "enter")
        await driven.until(lambda: ramp_line(driven).endswith(" m  by hand"), "by hand")
        await driven.until(lambda: screen.is_up_to_date, "the newest frame")
        assert (session.colour_range.near, session.colour_range.far) == (0.9, 1.8)
        assert ramp_line(driven).startswith("≈0.9")
        assert screen.frame.rendered.rows != percentile.rendered.rows
        await driven.pilot.press("r")
        await driven.until(lambda: ramp_line(driven).endswith(" m  all codes"), "all codes")
        # It turns no pose back, which R does.
        await driven.pilot.press("l", "r")
        await driven.until(lambda: ramp_line(driven).endswith("2–98 %"), "the percentiles")
        assert screen.spin.pose.yaw
        await driven.pilot.press("R")
        await driven.until(lambda: not screen.spin.pose.yaw, "the photo's own view")
        assert session.colour_range.kind is RangeKind.PERCENTILE


def ramp_line(driven: Any) -> str:
    return str(driven.text.splitlines()[-3]).strip()
