"""Views of a photo that stays open: what is kept of one changes none of the next."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browsing import LANDSCAPE

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.ui.model.layer_view import LayerViewRequest, ViewKind, Window
from heicdepth_tui.ui.services.open_layers import OpenLayers

NEAR = Window(0.25, 0.25, 0.5)


def decoded(request: Request) -> Pixels:
    *_, last = decode(request)
    assert last.pixels is not None
    return last.pixels


@pytest.mark.parametrize("window", [Window(), NEAR])
@pytest.mark.parametrize("pixels", [None, (1, 1)])
def test_lines_and_overlays_leave_the_views_as_they_are(
    sample_folder: Path, window: Window, pixels: tuple[int, int] | None
) -> None:
    entry = Entry(str(sample_folder / LANDSCAPE), LANDSCAPE, 1, 0)
    room = (40, 20) if pixels is None else (400, 400)
    spec = RenderSpec(room, colormap="inferno", cell_pixels=pixels)
    requests = [
        LayerViewRequest(0, entry, spec, index, blend, has_contours, window)
        for index in (0, 1)
        for blend in (None, 0.5)
        for has_contours in (False, True)
    ]
    kept = OpenLayers(entry, ExportOptions(), decoded)
    first = [kept.draw(request).rendered for request in requests]
    assert [kept.draw(request).rendered for request in requests] == first
    alone = OpenLayers(entry, ExportOptions(), decoded).draw(requests[-1])
    assert alone.rendered == first[-1]
    assert len(set(first[4:])) == 4


@pytest.mark.parametrize("mode", [ColorMode.GREY, ColorMode.NONE])
def test_captions_name_no_colours_where_there_are_none(
    sample_folder: Path, mode: ColorMode
) -> None:
    entry = Entry(str(sample_folder / LANDSCAPE), LANDSCAPE, 1, 0)
    opened = OpenLayers(entry, ExportOptions(), decoded)
    found = {}
    for index, view in enumerate(opened.views):
        for one in (mode, ColorMode.TRUECOLOR):
            spec = RenderSpec((40, 20), colormap="inferno", mode=one)
            request = LayerViewRequest(0, entry, spec, index, None, False, Window())
            found[view.kind, one] = opened.draw(request).caption

    for kind in (ViewKind.VALIDITY, ViewKind.NORMALS):
        assert "red" in found[kind, ColorMode.TRUECOLOR]
        assert not {"red", "yellow", "green", "blue"} & {*re.findall(r"\w+", found[kind, mode])}
    assert "grey: " in found[ViewKind.VALIDITY, mode]
    assert "white: " in found[ViewKind.VALIDITY, mode]


def test_a_line_in_blocks_leaves_what_is_below_it_to_be_seen(sample_folder: Path) -> None:
    entry = Entry(str(sample_folder / LANDSCAPE), LANDSCAPE, 1, 0)
    opened = OpenLayers(entry, ExportOptions(), decoded)
    spec = RenderSpec((80, 40), colormap="inferno", mode=ColorMode.TRUECOLOR)
    as_pixels = replace(spec, cell_pixels=(1, 1))

    blocks, pixels = (
        opened.draw(LayerViewRequest(0, entry, one, 0, None, True, Window())).rendered
        for one in (spec, as_pixels)
    )

    assert isinstance(blocks, RenderedRows)
    assert isinstance(pixels, RenderedImage)
    # A picture in pixels has lines of full white or black, blocks have neither of them there.
    full = np.frombuffer(pixels.rgb, np.uint8).reshape(-1, 3)
    assert {0, 255} & {*full[(full == full[:, :1]).all(axis=1), 0].tolist()}
    text = "".join(blocks.rows)
    assert "8;2;0;0;0m" not in text
    assert "8;2;255;255;255m" not in text
