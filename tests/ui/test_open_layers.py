"""Views of a photo that stays open: what is kept of one changes none of the next."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browsing import LANDSCAPE
from PIL import Image

from heicdepth_tui.depth.views import FLYING_COLOUR, validity
from heicdepth_tui.draw.colormaps import palette_ramp
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.ui.model.layer_view import LayerViewRequest, LayerViewResult, ViewKind, Window
from heicdepth_tui.ui.model.picture_request import PictureRequest, ViewPart
from heicdepth_tui.ui.services.open_layers import OpenLayers
from heicdepth_tui.ui.services.saved_picture import save_picture

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


@pytest.mark.parametrize("blend", [None, 1.0])
def test_a_single_flying_sample_is_seen_in_a_small_picture(
    sample_folder: Path, blend: float | None
) -> None:
    entry = Entry(str(sample_folder / LANDSCAPE), LANDSCAPE, 1, 0)
    layers = OpenLayers(entry, ExportOptions(), decoded)
    spec = RenderSpec((24, 9), tolerance=0)
    index = layers.names.index("validity")
    result = layers.draw(LayerViewRequest(0, entry, spec, index, blend))
    kinds = validity(layers.source.depth_map, layers.source.camera).kinds

    assert isinstance(result.rendered, RenderedRows)
    fit = result.rendered.fit
    assert kinds.shape == (8 * fit.height, 8 * fit.width)
    assert 0 < np.count_nonzero(kinds == 1) < kinds.size // 500
    assert ";".join(map(str, FLYING_COLOUR)) in "".join(result.rendered.rows)


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


def _overlay(path: Path, recipe: Recipe, name: str) -> LayerViewResult:
    path.write_bytes(make_photo(recipe).data)
    opened = OpenLayers(Entry(str(path), path.name, 1, 0), ExportOptions(), decoded)
    spec = RenderSpec((400, 400), colormap="inferno", cell_pixels=(1, 1))
    request = LayerViewRequest(0, opened.entry, spec, opened.names.index(name), 1.0)
    return opened.draw(request)


@pytest.mark.parametrize("orientation", [2, 3, 6])
def test_an_auxiliary_image_of_another_orientation_is_flagged_not_laid_over(
    tmp_path: Path, orientation: int
) -> None:
    """By half a turn and by a mirroring the shapes are those of the photo all the same."""
    recipe = Recipe(orientation=orientation, gain_map=True)
    alike = _overlay(tmp_path / "a.heic", recipe, "gain map")
    assert alike.is_over
    assert "not laid" not in alike.caption
    apart = _overlay(tmp_path / "b.heic", replace(recipe, turn_auxiliaries=False), "gain map")
    assert not apart.is_over
    assert apart.caption.startswith("not laid over the photo: it is not turned, the photo ")


def test_a_matte_lies_on_its_place_in_a_cropped_photo(tmp_path: Path) -> None:
    """The photo is cropped, its depth map and its matte are not."""
    size = Size(192, 144)
    recipe = Recipe(size=size, depth_size=Size(96, 72), matte_within=2.0, quality=-1)
    # A corner of the same aspect: what is stretched looks alike, but lies elsewhere.
    crop = Crop(0, 72, 96, 72)
    whole = _overlay(tmp_path / "a.heic", recipe, "portrait matte")
    part = _overlay(tmp_path / "b.heic", replace(recipe, photo_crop=crop), "portrait matte")
    assert whole.is_over
    assert part.is_over
    full, cut = (
        np.frombuffer(one.rendered.rgb, np.uint8).reshape(one.rendered.fit.height, -1, 3)
        for one in (whole, part)
        if isinstance(one.rendered, RenderedImage)
    )
    # With a blend of 1 the tint alone shows where the matte is.
    tint = np.array((255, 92, 205))
    expected, found = (np.abs(one.astype(int) - tint).max(axis=2) < 40 for one in (full, cut))
    height, width = expected.shape
    corner = expected[height // 2 :, : width // 2]
    step = found.shape[0] / corner.shape[0]
    rows, columns = (((np.arange(length) + 0.5) * step).astype(int) for length in corner.shape)
    assert (found[rows[:, None], columns] == corner).mean() > 0.95
    assert 0.1 < corner.mean() < 0.95


def test_a_saved_view_has_the_ramp_of_its_colours(sample_folder: Path, tmp_path: Path) -> None:
    entry = Entry(str(sample_folder / LANDSCAPE), LANDSCAPE, 1, 0)
    opened = OpenLayers(entry, ExportOptions(), decoded)
    spec = RenderSpec((40, 20), colormap="inferno")
    rows = {}
    for name in ("metres", "validity"):
        request = LayerViewRequest(0, entry, spec, opened.names.index(name), 0.5)
        parts = (ViewPart(name, request, ExportOptions()),)
        path = save_picture(PictureRequest(entry, name, name, parts, tmp_path), decoded)
        with Image.open(path) as image:
            picture = np.asarray(image.convert("RGB"))
        ramp = palette_ramp("inferno", ColorMode.TRUECOLOR)
        # Over the photo no sample has these very colours, but one row of the ramp has all.
        has = [(picture == ramp[code]).all(axis=2).any(axis=1) for code in (250, 180, 90)]
        rows[name] = int(np.logical_and.reduce(has).sum())
    assert rows["metres"] > 4
    assert rows["validity"] == 0
