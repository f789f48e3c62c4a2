"""What the mouse reads on the layers screen: each view's value, with its unit and its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import LANDSCAPE, MATTE, PORTRAIT
from test_hovering import place_in

from heicdepth_tui.depth import views
from heicdepth_tui.depth.fields import edge_distance
from heicdepth_tui.depth.measure import Probe, Sample
from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import DEPTH, Layer, LayerKind
from heicdepth_tui.report.probe import length_text
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.ui.screens.layers import LayersScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def shown(driven: Any, name: str) -> LayersScreen:
    """Show a view by its name, alone or over the photo as the screen has it."""
    screen = driven.app.screen
    await driven.until(lambda: screen.shown is not None, "a view")
    screen.action_number(screen.shown.names.index(name) + 1)
    await driven.until(lambda: screen.shown.view.name == name, name)
    await driven.idle()
    assert isinstance(screen, LayersScreen)
    return screen


def reading(screen: LayersScreen) -> list[str]:
    return screen.title_bar.reading.split(" · ")


def sample_in(screen: LayersScreen, name: str) -> Sample:
    """The sample that the title names, read by the probe of the view."""
    probe = screen.shown.places.probe if screen.shown is not None else None
    assert isinstance(probe, Probe)
    own = next(part for part in reading(screen) if part.startswith(f"{name} "))
    column, row = (int(part) for part in own.removeprefix(f"{name} ").split(","))
    return probe.at_sample(column, row)


def value(name: str, probe: Probe, sample: Sample) -> str:
    depth_map, at = probe.depth_map, (sample.row, sample.column)
    tables, trust = depth_map.tables, depth_map.trust
    if name == "disparity":
        return f"disparity {float(tables.disparity[sample.code]):.4g} {trust.disparity_label}"
    if name == "metres":
        return f"{trust.about}{float(tables.metres[sample.code]):.3f} {trust.unit_label}"
    if name == "validity":
        kind = views.validity(depth_map, probe.camera).kinds[at]
        return f"flying, {sample.flying}" if kind else "valid"
    if name == "metres per code":
        step = length_text(float(tables.depth_resolution[sample.code]), "mm")
        return f"step {trust.about}{step}, {trust.short}"
    if name == "edge distance":
        samples = float(edge_distance(depth_map.codes, tables.disparity, 0.02)[at])
        return f"{samples:.1f} samples to an edge" if 0 < samples < 32 else "32 samples or more"
    assert probe.camera is not None
    x, y, z = views.surface_normals(depth_map, probe.camera)[at]
    return f"normal x {x:+.2f} y {y:+.2f} z {z:+.2f}"


@pytest.mark.parametrize("photo", [PORTRAIT, pytest.param(LANDSCAPE, marks=pytest.mark.thorough)])
async def test_views_of_depth_read_their_value_with_its_unit(
    open_app: Open, sample_folder: Path, photo: str
) -> None:
    async with open_app(sample_folder, size=(160, 50)) as driven:
        await driven.select(photo)
        await driven.pilot.press("o", "plus")
        for name in (
            "disparity", "metres", "validity", "metres per code", "edge distance", "normals",
        ):  # fmt: skip
            screen = await shown(driven, name)
            await driven.pilot.hover(screen.picture, offset=place_in(screen.picture, (0.8, 0.3)))
            sample, probe = sample_in(screen, "depth"), screen.shown.places.probe
            parts = reading(screen)
            assert parts[0] == f"{sample.photo[0]}, {sample.photo[1]}"
            assert parts[2] == f"code {sample.code}"
            assert " · ".join(parts[3:]).startswith(value(name, probe, sample))
            # Of the window in view, which is a part of the view.
            width, height = probe.depth_map.size
            window = screen.shown.places.part
            assert abs((sample.column + 0.5) / width - window.left - 0.8 * window.width) < 0.03
            assert abs((sample.row + 0.5) / height - window.top - 0.3 * window.height) < 0.03
            assert parts[0] in driven.text.splitlines()[0]
        await driven.pilot.hover(screen.names, offset=(3, 0))
        assert driven.text.splitlines()[0].startswith(f" {photo} · normals")


@pytest.mark.parametrize("is_over", [True, pytest.param(False, marks=pytest.mark.thorough)])
async def test_stored_layers_read_their_samples_over_the_photo_and_alone(
    open_app: Open, sample_folder: Path, is_over: bool
) -> None:
    async with open_app(sample_folder, size=(160, 50)) as driven:
        await driven.select(MATTE)
        await driven.pilot.press(*("o" if is_over else "oo"), "plus")
        for name, kind in (
            ("portrait matte", LayerKind.AUXILIARY),
            ("gain map", LayerKind.AUXILIARY),
            ("depth codes", LayerKind.DEPTH),
            ("photo", LayerKind.PRIMARY),
        ):
            screen = await shown(driven, name)
            assert screen.shown.is_over == (is_over and name != "photo")
            await driven.pilot.hover(screen.picture, offset=place_in(screen.picture, (0.4, 0.6)))
            await driven.until(lambda: "code" in driven.text.splitlines()[0], "the value")
            parts = reading(screen)
            if kind is not LayerKind.AUXILIARY:
                sample = sample_in(screen, "depth")
                assert parts[2] == f"code {sample.code}"
                assert parts[3] == f"≈{length_text(sample.metres)}"
                continue
            column, row = (int(part) for part in parts[1].removeprefix(f"{name} ").split(","))
            layer = screen.shown.view.layer
            assert isinstance(layer, Layer)
            array = load(sample_folder / MATTE, layer).array
            assert parts[2] == f"code {array[row, column]} of 255"
            x, y = (int(part) for part in parts[0].split(","))
            assert abs(x / 384 - column / array.shape[1]) < 0.01
            assert abs(y / 288 - row / array.shape[0]) < 0.01


async def test_a_layer_over_a_cropped_photo_is_read_where_it_lies(
    open_app: Open, tmp_path: Path
) -> None:
    """The photo shows a corner of the matte: the place in its own frame is another one."""
    recipe = Recipe(
        size=Size(192, 144), depth_size=Size(96, 72), matte_within=2.0, quality=-1,
        photo_crop=Crop(0, 72, 96, 72),
    )  # fmt: skip
    path = tmp_path / "cropped.heic"
    path.write_bytes(make_photo(recipe).data)
    async with open_app(path, size=(160, 50)) as driven:
        await driven.settled()
        await driven.pilot.press("o")
        screen = await shown(driven, "portrait matte")
        assert screen.shown.is_over
        layer = screen.shown.view.layer
        array = load(path, layer).array
        await driven.pilot.hover(screen.picture, offset=place_in(screen.picture, (0.5, 0.5)))
        await driven.until(lambda: "code" in screen.title_bar.reading, "the value")
        photo, own, code, _ = reading(screen)
        x, y = (int(part) for part in photo.split(","))
        column, row = (int(part) for part in own.removeprefix("portrait matte ").split(","))
        assert abs(x - 48) <= 2
        assert abs(y - 36) <= 2
        scale = 192 / array.shape[1]
        assert abs(column * scale - x) <= 2
        assert abs(row * scale - (y + 72)) <= 2
        assert code == f"code {array[row, column]} of 255"


async def test_eyes_and_their_difference_are_read(open_app: Open, tmp_path: Path) -> None:
    path = tmp_path / "spatial.heic"
    path.write_bytes(make_photo(Recipe(size=Size(192, 144), second_view=True)).data)
    async with open_app(path, size=(160, 50)) as driven:
        await driven.settled()
        await driven.pilot.press("o", "o")
        for name, end in (("left eye", "RGB"), ("right eye", "of another image")):
            screen = await shown(driven, name)
            await driven.pilot.hover(screen.picture, offset=place_in(screen.picture, (0.5, 0.5)))
            await driven.until(lambda: "RGB" in driven.text.splitlines()[0], "the colour")
            assert reading(screen)[-1].startswith(end)
        screen = await shown(driven, "eyes, difference")
        assert reading(screen)[-1].startswith("difference ")
        assert reading(screen)[-1].endswith(" of 255")


async def test_an_invalid_sample_says_so_in_every_view(open_app: Open, tmp_path: Path) -> None:
    behind = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=-2.0, d_max=1.0)
    path = tmp_path / "invalid.heic"
    path.write_bytes(make_photo(Recipe(sei=behind, calibration=None)).data)
    codes = load(path, DEPTH).array
    row, column = np.argwhere(codes < 100)[0]
    share = (column + 0.5) / codes.shape[1], (row + 0.5) / codes.shape[0]
    async with open_app(path, size=(160, 50)) as driven:
        await driven.settled()
        await driven.pilot.press("o")
        for name, word in (("disparity", "invalid"), ("validity", "invalid: "), ("metres", "inv")):
            screen = await shown(driven, name)
            await driven.pilot.hover(screen.picture, offset=place_in(screen.picture, share))
            assert reading(screen)[-1].startswith(word)
