"""The pixel under the mouse, read in the headings of list and zoom; and the probe from there on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import LANDSCAPE, MATTE, PLAIN, PORTRAIT

from heicdepth_tui.depth.measure import Probe, aligned_probe
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.report.probe import length_text
from heicdepth_tui.ui.presenters.hover import hover_line
from heicdepth_tui.ui.screens.probe import ProbeScreen
from heicdepth_tui.ui.screens.zoom import ZoomScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


def probe_of_selected(driven: Any) -> Probe:
    state = driven.state
    depth_map = state.tables.depth_maps[state.own(LayerKind.DEPTH)]
    return aligned_probe(state.header, depth_map)


def place_in(view: Any, share: tuple[float, float]) -> tuple[int, int]:
    """The cell of a picture at a share of its width and height."""
    fit = view.picture.fit
    left, top = (view.size.width - fit.cols) // 2, (view.size.height - fit.rows) // 2
    return left + int(share[0] * fit.cols), top + int(share[1] * fit.rows)


@pytest.mark.parametrize(
    ("name", "aspect"), [(LANDSCAPE, None), (PORTRAIT, None), (LANDSCAPE, 1.7), (PORTRAIT, 2.2)]
)
async def test_headings_read_the_pixel_under_the_mouse(
    open_app: Open, sample_folder: Path, name: str, aspect: float | None
) -> None:
    async with open_app(sample_folder, size=(200, 60), cell_aspect=aspect) as driven:
        await driven.select(name)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        probe = probe_of_selected(driven)
        pictures = driven.app.browse.pictures
        for pane in (pictures.photo, pictures.depth):
            heading = str(pane.heading.content)
            column, row = place_in(pane.image, (0.4, 0.7))
            await driven.pilot.hover(pane.image, offset=(column, row))
            text = str(pane.heading.content)
            x, y = (int(part) for part in text.split(" · ")[0].split(","))
            fit = pane.image.picture.fit
            shape = probe.photo.width / probe.photo.height
            height = fit.cols / shape / (aspect or 2)
            assert abs(fit.rows - height) <= max(0.5, 0.5 / shape / (aspect or 2))
            assert abs(x / probe.photo.width - 0.4) < 1 / fit.cols
            assert abs(y / probe.photo.height - 0.7) < 1 / fit.rows
            sample = probe.at_pixel(x, y)
            assert sample is not None
            assert f"code {sample.code} · ≈{length_text(sample.metres)}" in text
            assert text.endswith("relative")
            await driven.pilot.hover(driven.app.browse.photos, offset=(1, 1))
            assert str(pane.heading.content) == heading


async def test_a_photo_without_depth_keeps_its_heading(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(PLAIN)
        pane = driven.app.browse.pictures.photo
        heading = str(pane.heading.content)
        await driven.pilot.hover(pane.image, offset=place_in(pane.image, (0.5, 0.5)))
        assert str(pane.heading.content) == heading
        assert driven.app.browse.hovering.pixel is None


async def test_other_layers_are_not_read(open_app: Open, sample_folder: Path) -> None:
    """A matte may be turned or cropped otherwise than the photo."""
    async with open_app(sample_folder) as driven:
        await driven.select(MATTE)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("tab")
        await driven.settled()
        pane = driven.app.browse.pictures.photo
        assert pane.view.layer.kind is LayerKind.AUXILIARY
        heading = str(pane.heading.content)
        await driven.pilot.hover(pane.image, offset=place_in(pane.image, (0.5, 0.5)))
        assert str(pane.heading.content) == heading


async def test_the_probe_begins_at_the_pixel_under_the_mouse(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        pane = driven.app.browse.pictures.depth
        await driven.pilot.hover(pane.image, offset=place_in(pane.image, (0.2, 0.3)))
        x, y = driven.app.browse.hovering.pixel
        await driven.pilot.press("m")
        await driven.until(lambda: f"{x}, {y}" in driven.text, "the probe there")
        await driven.pilot.press("escape", "j", "k")
        # Another photo was selected meanwhile.
        assert driven.app.browse.hovering.pixel is None


@pytest.mark.parametrize("keys", [(), ("tab",), ("2",)])
async def test_an_enlarged_picture_reads_samples_exactly(
    open_app: Open, sample_folder: Path, keys: tuple[str, ...]
) -> None:
    async with open_app(sample_folder, size=(160, 50)) as driven:
        await driven.select(PORTRAIT)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("z", *keys, *["plus"] * 8)
        screen = driven.app.screen
        assert isinstance(screen, ZoomScreen)
        await driven.until(lambda: screen.is_settled, "the window")
        await driven.idle()
        probe = probe_of_selected(driven)
        for pane in (screen.first, screen.second)[: 1 + screen.is_locked]:
            await driven.pilot.hover(pane.widget.view, offset=(12, 9))
            pixel = screen.hovering.pixel
            assert pixel is not None
            text = str(pane.widget.heading.content)
            assert hover_line(200, pixel, probe).split(" · ")[2] in text
        await driven.pilot.press("m")
        await driven.until(lambda: f"{pixel[0]}, {pixel[1]}" in driven.text, "the probe there")
        probing = driven.app.screen
        assert isinstance(probing, ProbeScreen)
        await driven.until(lambda: probing.depth_view.cross is not None, "drawn")
        await driven.pilot.press("s", *"1.5", "enter", "escape")
        await driven.until(lambda: driven.app.screen is screen, "the zoom again")
        # The window still gets its pictures, and the legend the scale.
        await driven.pilot.press("tab", "shift+tab", "tab", "plus")
        await driven.until(lambda: screen.is_settled, "the window")
        await driven.idle()


async def test_the_probe_of_a_window_begins_at_its_middle(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("z", *["plus"] * 6, "l", "l")
        screen = driven.app.screen
        await driven.until(lambda: screen.is_settled, "the window")
        # photo  8.0x · left,top – right,bottom of 384×288
        first, last = str(screen.first.widget.heading.content).split(" · ")[1].split(" – ")
        left, top = (int(part) for part in first.split(","))
        right, bottom = (int(part) for part in last.split(" of ")[0].split(","))
        await driven.pilot.press("m")
        await driven.until(lambda: isinstance(driven.app.screen, ProbeScreen), "the probe")
        await driven.until(lambda: driven.app.screen.depth_view.cross is not None, "drawn")
        line = next(row for row in driven.text.splitlines() if row.startswith(" photo "))
        x, y = (int(part) for part in line[13:40].split(","))
        assert abs(x - (left + right) / 2) <= 2
        assert abs(y - (top + bottom) / 2) <= 2
        driven.app.screen.dismiss()
        await driven.until(lambda: driven.app.screen is screen, "the zoom again")
        await driven.pilot.press("l")
        await driven.until(lambda: screen.is_settled, "its next window")


async def test_a_scale_set_from_the_zoom_is_in_its_legend(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(160, 50)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("z", "tab", "m")
        await driven.until(lambda: isinstance(driven.app.screen, ProbeScreen), "the probe")
        await driven.until(lambda: driven.app.screen.depth_view.cross is not None, "drawn")
        await driven.pilot.press("s", *"2.5", "enter", "escape")
        await driven.until(lambda: "scaled by the user" in driven.text, "the legend says so")
        assert isinstance(driven.app.screen, ZoomScreen)


def test_trust_stays_where_there_is_little_room() -> None:
    from heicdepth_tui.depth.coverage import WHOLE
    from heicdepth_tui.depth.depthmap import build_depth_map
    from heicdepth_tui.heif.depth_facts import DepthInfo, DepthRepresentation, DepthStatus
    from heicdepth_tui.heif.depth_facts import RepresentationType as Kind
    from heicdepth_tui.heif.picture_facts import Size

    info = DepthInfo(
        DepthStatus.PRESENT,
        representation=DepthRepresentation(Kind.UNIFORM_DISPARITY, d_min=-1.0, d_max=2.0),
    )
    codes = np.array([[0, 255]], np.uint8)
    probe = Probe(build_depth_map(codes, 8, info), None, WHOLE, Size(2, 1))
    whole = hover_line(99, (1, 0), probe)
    assert whole.startswith("1, 0 · depth 1, 0 · code 255 · ≈0.500 m · step ≈")
    for cells in range(8, 80):
        assert hover_line(cells, (1, 0), probe).endswith(probe.depth_map.trust.short)
    assert hover_line(80, (0, 0), probe) == "0, 0 · depth 0, 0 · code 0, invalid"
    assert hover_line(80, (2, 0), probe) == ""
