"""A window is drawn of the samples of another one: what is in both, blank beyond."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.photo.layers import PRIMARY, Pixels
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.photo.rendering import render_layer
from heicdepth_tui.ui.model.moved_window import MoveRequest, WindowSamples
from heicdepth_tui.ui.model.viewport import LayerFrame, Window
from heicdepth_tui.ui.services.moved_window import draw_moved

ENTRY = Entry("a.heic", "a.heic", 1, 0)
SIZE = (80, 60)
"""Width and height of the layer."""
CELLS = (20, 10)
"""A window of 20 x 20 samples has one for each dot of them."""
SPEC = RenderSpec(CELLS)


def window(
    left: int, top: int, width: int = 20, *, level: int = 0, turn: tuple[int, bool] = (0, False)
) -> Window:
    frame = LayerFrame(PRIMARY, SIZE, turn=turn)
    shown = SampleRegion(left, top, width, width)
    return Window(frame, shown, frame.decoded(shown), level, 1.0)


def whole(turn: tuple[int, bool] = (0, False)) -> np.ndarray[Any, Any]:
    """The layer as decoded: no two samples are alike."""
    shape = SIZE if turn[0] % 2 else SIZE[::-1]
    rows, columns = np.indices(shape)
    return np.stack([rows, columns, rows + columns], axis=2).astype(np.uint8)


def pixels(array: np.ndarray[Any, Any], region: SampleRegion) -> Pixels:
    return Pixels(array, (*SIZE[::-1], 3), "uint8", 0, 255, 8, region=region)


def samples(shown: Window, *, darker: int = 0) -> WindowSamples:
    """The samples of a window, as they are decoded."""
    array = whole(shown.frame.turn)[shown.region.rows, shown.region.columns]
    step = 1 << shown.level
    array = (array - np.minimum(array, darker))[::step, ::step]
    return WindowSamples(ENTRY, shown, pixels(array, shown.region))


def own_rows(shown: Window, spec: RenderSpec = SPEC) -> tuple[str, ...]:
    """The rows of a window that is drawn of its own samples."""
    rendered = render_layer(samples(shown).pixels, spec)
    return rendered.rows  # type: ignore[union-attr]


def moved(
    known: WindowSamples,
    target: Window,
    sharper: WindowSamples | None = None,
    spec: RenderSpec = SPEC,
) -> Any:
    return draw_moved(MoveRequest(1, "slot", target, spec, known, sharper))


def part(columns: int, rows: int, left: int, top: int) -> tuple[str, ...]:
    """Cells of one sample a dot whose first sample is (left, top)."""
    region = SampleRegion(left, top, columns, 2 * rows)
    spec = replace(SPEC, cells=(columns, rows))
    rendered = render_layer(pixels(whole()[region.rows, region.columns], region), spec)
    return rendered.rows  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("target", "place", "size", "first"),
    [
        ((15, 10), (0, 0), (15, 10), (15, 10)),
        ((5, 10), (5, 0), (15, 10), (10, 10)),
        ((10, 16), (0, 0), (20, 7), (10, 16)),
        ((10, 4), (0, 3), (20, 7), (10, 10)),
    ],
)
def test_a_window_that_moves_takes_its_cells_with_it(
    target: tuple[int, int],
    place: tuple[int, int],
    size: tuple[int, int],
    first: tuple[int, int],
) -> None:
    drawn = moved(samples(window(10, 10)), window(*target))
    assert drawn.place == place
    assert (drawn.rendered.fit.cols, drawn.rendered.fit.rows) == size
    assert drawn.rendered.rows == part(*size, *first)


def test_nothing_is_drawn_where_the_windows_have_nothing_in_common() -> None:
    assert moved(samples(window(0, 0)), window(40, 0)) is None


def test_a_nearer_window_repeats_the_nearest_samples() -> None:
    drawn = moved(samples(window(10, 10)), window(15, 15, 10))
    assert drawn.place == (0, 0)
    assert drawn.rendered.rows == own_rows(window(15, 15, 10))


def test_a_farther_window_has_the_smaller_picture_in_it() -> None:
    drawn = moved(samples(window(22, 22)), window(10, 10, 40))
    assert drawn.place == (6, 3)
    assert (drawn.rendered.fit.cols, drawn.rendered.fit.rows) == (10, 5)


@pytest.mark.parametrize("turn", [(1, False), (2, False), (3, True), (0, True)])
def test_a_turned_layer_moves_as_it_is_shown(turn: tuple[int, bool]) -> None:
    spec = replace(SPEC, turn=turn)
    drawn = moved(samples(window(10, 10, turn=turn)), window(15, 10, turn=turn), spec=spec)
    assert drawn.place == (0, 0)
    alone = moved(samples(window(15, 10, turn=turn)), window(15, 10, turn=turn), spec=spec)
    assert alone.rendered.rows == own_rows(window(15, 10, turn=turn), spec)
    assert drawn.rendered.fit.cols == 15
    assert [row.split("m")[1] for row in drawn.rendered.rows] == [
        row.split("m")[1] for row in alone.rendered.rows
    ]


def test_sharp_samples_stay_where_coarse_ones_come() -> None:
    target = window(16, 10)
    drawn = moved(samples(target, darker=9), target, samples(window(10, 10)))
    assert drawn.place == (0, 0)
    columns = 14
    sharp = part(columns, 10, 16, 10)
    assert all(
        row.startswith(known.removesuffix("\x1b[0m"))
        for row, known in zip(drawn.rendered.rows, sharp, strict=True)
    )
    assert drawn.rendered.rows != own_rows(target)


def test_samples_of_another_level_are_not_mixed_in() -> None:
    target = window(16, 12, level=1)
    coarse = samples(target, darker=9)
    assert moved(coarse, target, samples(window(16, 12))) == moved(coarse, target)


@pytest.mark.parametrize("aspect", [1.7, 2.0, 2.2])
@pytest.mark.parametrize("blocks", list(Blocks))
def test_a_window_of_its_own_samples_is_drawn_as_they_are(blocks: Blocks, aspect: float) -> None:
    spec = replace(SPEC, blocks=blocks, cell_aspect=aspect)
    drawn = moved(samples(window(10, 10)), window(10, 10), spec=spec)
    assert drawn.rendered.rows == own_rows(window(10, 10), spec)
