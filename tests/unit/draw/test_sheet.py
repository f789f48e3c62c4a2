"""Sheets: samples are repeated exactly, and marks, legend and scale bar stand where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from heicdepth_tui.draw.colormaps import palette_ramp
from heicdepth_tui.draw.fit import whole_scale
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.sheet import Panel, Ramp, draw_sheet

RED, GREEN = (250, 10, 20), (30, 240, 40)


def flat(width: int, height: int, colour: tuple[int, int, int] = RED) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def count(sheet: NDArray[np.uint8], colour: tuple[int, int, int]) -> int:
    return int(np.count_nonzero((sheet == colour).all(axis=2)))


def drawn(*panels: Panel) -> NDArray[np.uint8]:
    return np.asarray(draw_sheet("title", panels))


@pytest.mark.parametrize(
    ("size", "side", "scale"), [((768, 576), 1536, 2), ((100, 200), 1000, 5), ((3000, 10), 1536, 1)]
)
def test_whole_scale_never_goes_past_the_side(size: tuple[int, int], side: int, scale: int) -> None:
    assert whole_scale(size, side) == scale


def test_a_lower_picture_is_enlarged_by_repeating_its_samples() -> None:
    small = flat(40, 30, GREEN)
    small[0, 0] = RED
    sheet = drawn(Panel(flat(500, 300, (1, 2, 3)), "high"), Panel(small, "low"))
    assert count(sheet, RED) == 10 * 10
    assert count(sheet, GREEN) == (40 * 30 - 1) * 10 * 10


def test_a_crosshair_leaves_its_sample_in_view() -> None:
    size = 400
    picture = flat(size, size)
    sheet = drawn(Panel(picture, "", cross=(0.5, 0.5)))
    hidden = size * size - count(sheet, RED)
    assert 0 < hidden < size * size // 20
    rows, columns = (sheet == RED).all(axis=2).nonzero()
    assert sheet[rows.min() + size // 2, columns.min() + size // 2].tolist() == list(RED)


def test_marks_labels_and_bar_lie_over_the_picture() -> None:
    plain = count(drawn(Panel(flat(400, 300), "")), RED)
    assert plain == 400 * 300
    for panel in (
        Panel(flat(400, 300), "", marks=(((0.2, 0.2), "1"),)),
        Panel(flat(400, 300), "", labels=(((0.5, 0.5), "2 m"),)),
        Panel(flat(400, 300), "", bar=(0.25, "0.1 m")),
    ):
        assert count(drawn(panel), RED) < plain


def test_a_label_over_an_earlier_one_is_left_out() -> None:
    first, apart = ((0.1, 0.5), "2 m"), ((0.6, 0.5), "3 m")
    one, both, all_three = (
        count(drawn(Panel(flat(400, 300), "", labels=labels)), RED)
        for labels in ((first,), (first, apart), (first, ((0.11, 0.5), "2.5 m"), apart))
    )
    assert both == all_three < one


def test_a_label_at_the_right_edge_stays_within_the_picture() -> None:
    label = (((0.99, 0.5), "a long label"),)
    sheet = drawn(Panel(flat(400, 300), "", labels=label), Panel(flat(400, 300, GREEN), ""))
    assert count(sheet, GREEN) == 400 * 300
    red = (sheet == RED).all(axis=2).nonzero()[1]
    ground = draw_sheet("", [Panel(flat(400, 300), "")]).getpixel((0, 0))
    beyond = sheet[:, red.max() + 1 : red.max() + 10]
    assert (beyond == ground).all()


def test_the_ramp_has_near_at_the_left() -> None:
    ramp = Ramp("viridis", False, ("0.5", "2 m"), ((0.5, "1"),))
    sheet = drawn(Panel(flat(600, 300), "", ramp=ramp))
    table = palette_ramp("viridis", ColorMode.TRUECOLOR)
    near = (sheet == table[255]).all(axis=2).nonzero()[1]
    far = (sheet == table[0]).all(axis=2).nonzero()[1]
    assert near.size
    assert far.size
    assert near.max() < far.min()


def test_far_bright_turns_the_ramp() -> None:
    sheet = drawn(Panel(flat(600, 300), "", ramp=Ramp("viridis", True, ("1", "2 m"), ())))
    table = palette_ramp("viridis", ColorMode.TRUECOLOR)
    bright = (sheet == table[255]).all(axis=2).nonzero()[1]
    dark = (sheet == table[0]).all(axis=2).nonzero()[1]
    assert dark.max() < bright.min()


def test_long_texts_are_wrapped_within_a_narrow_sheet() -> None:
    short = drawn(Panel(flat(10, 300), "a"))
    long = drawn(Panel(flat(10, 300), "a", notes=(" ".join(["figure"] * 80),)))
    assert long.shape[1] == short.shape[1]
    assert long.shape[0] > short.shape[0]


def test_any_name_can_be_written() -> None:
    image = draw_sheet("写真 📷 \x1b[2J ≈ 3×4", [Panel(flat(30, 20), "")])
    assert image.mode == "RGB"


def test_a_sheet_needs_a_panel() -> None:
    with pytest.raises(ValueError, match="panel"):
        draw_sheet("title", [])
