"""Which block characters pictures begin with, and what b makes of them."""

from __future__ import annotations

import pytest

from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.ui.model.settings import RenderSettings

CELLS = (40, 20)


def blocks_of(settings: RenderSettings) -> tuple[Blocks, Blocks]:
    return settings.render_spec(CELLS).blocks, settings.depth_spec(CELLS, "magma").blocks


@pytest.mark.parametrize(
    ("mode", "depth"),
    [
        (ColorMode.TRUECOLOR, Blocks.QUAD),
        (ColorMode.PALETTE, Blocks.HALF),
        (ColorMode.ANSI16, Blocks.HALF),
        (ColorMode.NONE, Blocks.HALF),
    ],
)
def test_depth_begins_in_quad_blocks_in_true_colours_alone(mode: ColorMode, depth: Blocks) -> None:
    assert blocks_of(RenderSettings.chosen(mode, None)) == (Blocks.HALF, depth)


@pytest.mark.parametrize("blocks", list(Blocks))
def test_blocks_that_are_chosen_are_for_both(blocks: Blocks) -> None:
    assert blocks_of(RenderSettings.chosen(ColorMode.TRUECOLOR, blocks)) == (blocks, blocks)


def test_b_goes_to_quad_blocks_for_both_and_back_to_half_blocks() -> None:
    settings = RenderSettings.chosen(ColorMode.TRUECOLOR, None)
    assert blocks_of(settings.next_blocks()) == (Blocks.QUAD, Blocks.QUAD)
    assert blocks_of(settings.next_blocks().next_blocks()) == (Blocks.HALF, Blocks.HALF)
