"""Views of a photo that stays open: what is kept of one changes none of the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import LANDSCAPE

from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.ui.model.layer_view import LayerViewRequest, Window
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
