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
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY, LayerKind, as_rgb8
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.report.probe import length_text
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo
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


async def test_a_photo_without_depth_reads_the_colour_of_its_pixel(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(100, 30)) as driven:
        await driven.select(PLAIN)
        pane = driven.app.browse.pictures.photo
        heading = str(pane.heading.content)
        await driven.pilot.hover(pane.image, offset=place_in(pane.image, (0.3, 0.6)))
        await driven.until(lambda: "RGB" in str(pane.heading.content), "the colour")
        place, value = str(pane.heading.content).split(" · ")
        x, y = (int(part) for part in place.split(","))
        pixels = load(sample_folder / PLAIN, PRIMARY, region=SampleRegion(x, y, 1, 1))
        assert value == f"RGB {' '.join(map(str, as_rgb8(pixels)[0, 0]))}"
        assert driven.app.browse.hovering.pixel == (x, y)
        await driven.pilot.hover(driven.app.browse.photos, offset=(1, 1))
        assert str(pane.heading.content) == heading


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
@pytest.mark.parametrize(("tabs", "name"), [(1, "gain map"), (2, "portrait matte")])
async def test_other_layers_read_the_stored_sample_and_the_pixel_of_the_photo(
    open_app: Open, sample_folder: Path, size: tuple[int, int], tabs: int, name: str
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        await driven.select(MATTE)
        await driven.pilot.press(*["tab"] * tabs)
        await driven.settled()
        pane, hovering = driven.app.browse.pictures.photo, driven.app.browse.hovering
        layer = pane.view.layer
        assert layer.label == name
        stored = load(sample_folder / MATTE, layer).array
        await driven.pilot.hover(pane.image, offset=place_in(pane.image, (0.45, 0.55)))
        await driven.until(lambda: "code" in str(pane.heading.content), "the value")
        text = str(pane.heading.content)
        x, y = hovering.pixel
        fit = pane.image.picture.fit
        assert abs(x / 384 - 0.45) < 1 / fit.cols
        assert abs(y / 288 - 0.55) < 1 / fit.rows
        code = int(stored[y * stored.shape[0] // 288, x * stored.shape[1] // 384])
        assert f"{x}, {y}" in text
        assert f"code {code}" in text
        if size[0] > 80:
            own = f"{x * stored.shape[1] // 384}, {y * stored.shape[0] // 288}"
            of = f"code {code} of 255"
            share = f" · {100 * code / 255:.1f} %" if "matte" in name else ""
            assert text == f"{x}, {y} · {name} {own} · {of}{share}"


async def test_a_layer_larger_than_its_picture_is_read_sample_by_sample(
    open_app: Open, tmp_path: Path
) -> None:
    """What is decoded for the pane is shrunk: a mean of samples is none that is stored."""
    recipe = Recipe(
        size=Size(1600, 1200), depth_size=Size(96, 72), tile=512, gain_map=True, quality=-1
    )
    path = tmp_path / "large.heic"
    path.write_bytes(make_photo(recipe).data)
    async with open_app(path, size=(80, 24)) as driven:
        await driven.settled()
        await driven.pilot.press("tab")
        await driven.settled()
        pane = driven.app.browse.pictures.photo
        layer = pane.view.layer
        shown, stored = driven.state.pixels(layer).array, load(path, layer).array
        assert shown.shape != stored.shape
        height, width = stored.shape
        for share in ((0.2, 0.3), (0.7, 0.8)):
            await driven.pilot.hover(pane.image, offset=place_in(pane.image, share))
            await driven.until(lambda: "code" in str(pane.heading.content), "the value")
            x, y = driven.app.browse.hovering.pixel
            code = int(stored[y * height // 1200, x * width // 1600])
            assert str(pane.heading.content).startswith(f"{x}, {y} · code {code}")


async def test_a_further_depth_map_has_values_of_its_own(open_app: Open, tmp_path: Path) -> None:
    path = tmp_path / "two.heic"
    path.write_bytes(build_photo(more_depths=1))
    async with open_app(path, size=(200, 60)) as driven:
        await driven.settled()
        await driven.until(lambda: "disparity 2" in driven.text, "its numbers")
        await driven.pilot.press("tab")
        await driven.settled()
        pane = driven.app.browse.pictures.photo
        layer = pane.view.layer
        assert layer.label == "depth 2"
        await driven.pilot.hover(pane.image, offset=place_in(pane.image, (0.6, 0.4)))
        text = str(pane.heading.content)
        own = next(part for part in text.split(" · ") if part.startswith("depth 2 "))
        column, row = (int(part) for part in own.removeprefix("depth 2 ").split(","))
        depth_map = driven.state.tables.depth_maps[layer]
        code = int(depth_map.codes[row, column])
        metres = float(depth_map.tables.metres[code])
        assert f"code {code} · {depth_map.trust.about}{length_text(metres)}" in text
        assert text.endswith(depth_map.trust.short)
        own_map = driven.state.tables.depth_maps[driven.state.own(LayerKind.DEPTH)]
        assert own_map is not depth_map


@pytest.mark.parametrize("keys", [("tab",), ("z", "tab", "tab"), ("o", "9")])
async def test_a_layer_turned_otherwise_has_no_place_in_the_photo(
    open_app: Open, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    """By half a turn its shape is the photo's all the same."""
    recipe = Recipe(orientation=3, gain_map=True, turn_auxiliaries=False, quality=-1)
    path = tmp_path / "half.heic"
    path.write_bytes(make_photo(recipe).data)
    async with open_app(path, size=(200, 60)) as driven:
        await driven.settled()
        await driven.pilot.press(*keys)
        screen = driven.app.screen
        await driven.idle()
        view, hovering = screen.pictures.photo.image if len(keys) == 1 else (
            screen.first.widget.view if keys[0] == "z" else screen.picture
        ), screen.hovering  # fmt: skip
        await driven.pilot.hover(view, offset=place_in(view, (0.25, 0.25)))
        await driven.until(lambda: "code" in driven.text, "the value")
        line = next(
            line for line in driven.text.splitlines() if "gain map " in line and "code" in line
        )
        assert hovering.pixel is None
        own, code = line[line.index("gain map ") :].split(" · ")[-3:-1]
        column, row = (int(part) for part in own.split("gain map ")[1].split(","))
        layer = next(one for one in driven.state.all_layers if one.label == "gain map")
        assert code == f"code {load(path, layer).array[row, column]} of 255"


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
