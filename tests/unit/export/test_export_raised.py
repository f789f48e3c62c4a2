"""Rasters smoothed and raised to finer grids, read back by tifffile, Pillow and numpy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from heicdepth_tui.depth.points import CloudOptions, ColorResolution
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe

WIDTH, HEIGHT = 48, 36
NEAR, FAR = 0.5, 4.0


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def plane(width: int, height: int) -> NDArray[np.float64]:
    """Disparity of a plane, 1/m, at the samples of a grid over the same view: 1 to about 1.3."""
    v, u = np.mgrid[0:height, 0:width]
    across, down = (u + 0.5) / width, (v + 0.5) / height
    return 1 + 0.2 * across + 0.1 * down


@pytest.fixture
def slanted(tmp_path: Path) -> Path:
    """A photo of a plane, eight times finer than its depth map of 48x36."""
    recipe = Recipe(
        size=Size(WIDTH * 8, HEIGHT * 8),
        depth_size=Size(WIDTH, HEIGHT),
        metres=1 / plane(WIDTH, HEIGHT),
        rgb=np.full((HEIGHT * 8, WIDTH * 8, 3), 128, np.uint8),
        limits=(NEAR, FAR),
    )
    path = tmp_path / "plane.heic"
    path.write_bytes(make_photo(recipe).data)
    return path


STEP = (1 / NEAR - 1 / FAR) / 255
"""Disparity of one code, 1/m."""


def options(out: Path, *formats: str, **cloud: object) -> ExportOptions:
    return ExportOptions(formats, CloudOptions(**cloud), out=out)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("resolution", "factor"),
    [(ColorResolution.X2, 2), (ColorResolution.X4, 4), (ColorResolution.PHOTO, 8)],
)
def test_tiff_holds_the_raised_map(
    slanted: Path, tmp_path: Path, resolution: ColorResolution, factor: int
) -> None:
    (exported,) = export_photo(
        slanted, options(tmp_path / "out", "tiff", color_resolution=resolution), decode
    )
    assert exported.path.name == f"plane-{resolution.value}.tiff"
    metres = tifffile.imread(exported.path)
    assert (metres.dtype, metres.shape) == (np.float32, (HEIGHT * factor, WIDTH * factor))
    error = 1 / metres - plane(WIDTH * factor, HEIGHT * factor)
    # Rounded to codes, then interpolated by weights of sum 1; the border repeats its sample.
    inner = np.s_[factor:-factor, factor:-factor]
    assert np.abs(error[inner]).max() <= 0.5 * STEP + 1e-6
    with tifffile.TiffFile(exported.path) as file:
        description = file.pages[0].description
    size = f"{WIDTH * factor}x{HEIGHT * factor}"
    assert f"depth raised from 48x36 to {size}" in description
    assert f"at {size}" in description  # the camera's own size
    assert f"metres {size.replace('x', '×')}, NaN = invalid; raised from 48×36;" in exported.summary


def test_smoothing_brings_the_raster_nearer_to_the_plane(slanted: Path, tmp_path: Path) -> None:
    rms = {}
    for smooth in (False, True):
        (exported,) = export_photo(
            slanted, options(tmp_path / str(smooth), "tiff", smooth=smooth), decode
        )
        assert exported.path.name == "plane.tiff"
        assert ("; smoothed;" in exported.summary) == smooth
        error = 1 / tifffile.imread(exported.path) - plane(WIDTH, HEIGHT)
        assert np.abs(error).max() <= STEP + 1e-6
        rms[smooth] = np.sqrt(np.mean(error[8:-8, 8:-8] ** 2))
    assert rms[False] == pytest.approx(STEP / np.sqrt(12), rel=0.05)
    assert rms[True] < 0.5 * rms[False]


def test_png_raises_photo_and_depth_and_keeps_the_codes(slanted: Path, tmp_path: Path) -> None:
    raised = options(tmp_path / "out", "png", color_resolution=ColorResolution.X2)
    exported = export_photo(slanted, raised, decode)
    names = [one.path.name for one in exported]
    assert names == ["plane-photo-2x.png", "plane-codes.png", "plane-depth-mm-2x.png"]
    images = []
    for one in exported:
        with Image.open(one.path) as image:
            image.load()
        images.append(image)
    photo, codes, depth = images
    assert photo.size == depth.size == (WIDTH * 2, HEIGHT * 2)
    assert codes.size == (WIDTH, HEIGHT)
    millimetres = 1000 / plane(WIDTH * 2, HEIGHT * 2)
    # Half a code of disparity is Z² as many metres, and half a millimetre for rounding.
    bound = 0.5 + 1000 * 0.5 * STEP * 1.001
    assert np.abs(np.asarray(depth) - millimetres)[2:-2, 2:-2].max() <= bound
    assert "raised from 48x36 to 96x72" in depth.info["Comment"]
    assert "raised" not in codes.info["Comment"]


def test_npz_holds_both_grids_and_a_camera_for_each(slanted: Path, tmp_path: Path) -> None:
    raised = options(tmp_path / "out", "npz", color_resolution=ColorResolution.X4, smooth=True)
    (exported,) = export_photo(slanted, raised, decode)
    assert exported.path.name == "plane-4x.npz"
    assert "metres 192×144; smoothed; raised from 48×36;" in exported.summary
    with np.load(exported.path) as arrays:
        for name in ("rgb", "metres", "disparity"):
            assert arrays[name].shape[:2] == (HEIGHT * 4, WIDTH * 4)
        for name in ("codes", "step", "valid", "flying", "edge"):
            assert arrays[name].shape == (HEIGHT, WIDTH)
        fine, coarse = arrays["K"], arrays["K_depth"]
        export = json.loads(str(arrays["metadata"]))["export"]
    # Corners of the two grids coincide: cx + ½ scales, in pixel-centre coordinates.
    np.testing.assert_allclose(fine[:2, :2], 4 * coarse[:2, :2], rtol=1e-12)
    np.testing.assert_allclose(fine[:2, 2] + 0.5, 4 * (coarse[:2, 2] + 0.5), rtol=1e-12)
    assert export["size"] == [WIDTH * 4, HEIGHT * 4]
    assert export["depth_size"] == [WIDTH, HEIGHT]
    text = " ".join(export["comments"])
    assert "depth raised from 48x36 to 192x144" in text
    assert "smoothed by means" in text


def test_a_photo_no_finer_than_its_map_is_not_raised(tmp_path: Path) -> None:
    path = tmp_path / "small.heic"
    path.write_bytes(make_photo(Recipe()).data)
    raised = options(tmp_path / "out", "tiff", "npz", color_resolution=ColorResolution.X2)
    tiff, npz = export_photo(path, raised, decode)
    assert (tiff.path.name, npz.path.name) == ("small.tiff", "small.npz")
    assert tifffile.imread(tiff.path).shape == (72, 96)
