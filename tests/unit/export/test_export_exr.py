"""EXR read back by the package OpenEXR: channels, attributes, and the error where it is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heicdepth_tui.depth.points import CloudOptions, ColorResolution
from heicdepth_tui.errors import ExportError, NoMetresError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.pinhole import source_of
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo, read_source
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from tests.support.lens import Lens, distorted_photo

OpenEXR = pytest.importorskip("OpenEXR")

Written = Callable[[str, ExportSource], Path]
Make = Callable[..., ExportSource]


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return dict(file.header()), {name: one.pixels for name, one in file.channels().items()}


def test_colours_are_linear_and_distances_exact(make_source: Make, written: Written) -> None:
    source = make_source()
    header, channels = read(written("exr", source))
    assert sorted(channels) == ["B", "G", "R", "Z", "depth.disparity"]
    assert channels["Z"].dtype == channels["depth.disparity"].dtype == np.float32
    np.testing.assert_array_equal(channels["Z"], source.depth_map.metres())
    np.testing.assert_array_equal(channels["depth.disparity"], source.depth_map.disparity())
    coded = source.rgb / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    for index, name in enumerate("RGB"):
        assert channels[name].dtype == np.float16
        # Half floats have 11 bits: half a step of the last one, relative, and the smallest normal.
        np.testing.assert_allclose(channels[name], linear[..., index], rtol=2**-11, atol=2**-15)
    np.testing.assert_array_equal(header["K"], [[5, 0, 2.5], [0, 4, 1.5], [0, 0, 1]])
    assert (header["fx"], header["fy"], header["cx"], header["cy"]) == (5, 4, 2.5, 1.5)
    assert header["metric"] == "no"
    assert header["colours"].startswith("linear, BT.709 primaries; from as decoded")
    assert "relative" in header["trust"]
    assert "photo: IMG_0412.HEIC" in header["comments"].splitlines()
    assert header["chromaticities"][:2] == pytest.approx((0.64, 0.33))


def test_mattes_and_gain_map_are_channels_of_the_raised_grid(tmp_path: Path) -> None:
    photo = tmp_path / "a.heic"
    recipe = Recipe(
        size=Size(192, 144), depth_size=Size(96, 72), matte_within=1.3, gain_map=True, orientation=3
    )
    photo.write_bytes(make_photo(recipe).data)
    cloud = CloudOptions(color_resolution=ColorResolution.X2)
    (exported,) = export_photo(photo, ExportOptions(("exr",), cloud, out=tmp_path), decode)
    assert exported.path.name == "a-2x.exr"
    assert "channels " in exported.summary
    header, channels = read(exported.path)
    assert {one.shape for one in channels.values()} == {(144, 192)}
    matte, metres = channels["matte.portrait"], channels["Z"]
    assert matte.min() == 0
    assert matte.max() == pytest.approx(1, abs=0.02)  # coded with loss
    # What the matte shows is near, up to half a sample at outlines.
    assert np.mean(metres[matte > 0.5] < 1.3 * 1.02) > 0.97
    assert 0 <= channels["gainmap.Y"].min() < channels["gainmap.Y"].max() <= 1
    assert "depth raised from 96x72 to 192x144" in header["comments"]


def test_a_matte_follows_the_rectified_map(tmp_path: Path) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(distorted_photo(Lens(k=0.15), matte_within=1.0, depth_quality=-1)[0].data)
    options = ExportOptions(("exr",), CloudOptions(rectify=True), out=tmp_path)
    source = read_source(photo, options, decode)
    stored = source.depth_map.metres()
    limit = float(np.median(stored))
    # A matte of what is near in the stored map must be one of what is near in the rectified map.
    near = np.where(stored < limit, np.uint8(255), np.uint8(0))
    source = replace(source, layers=lambda _: Pixels(near, near.shape, "uint8", 0, 255, 8))
    path = FORMATS["exr"].write(source_of(source, FORMATS["exr"]), tmp_path)[0].path
    header, channels = read(path)
    known = np.isfinite(channels["Z"])
    assert 0.8 < known.mean() < 1
    assert not np.array_equal(channels["Z"][known], stored[known])
    np.testing.assert_array_equal(
        channels["matte.portrait"][known] > 0.5, channels["Z"][known] < limit
    )
    assert "rectified (experimental" in header["comments"]


def test_without_metres_there_is_no_exr(make_source: Make, tmp_path: Path) -> None:
    with pytest.raises(NoMetresError):
        FORMATS["exr"].write(make_source(metres=False), tmp_path)


def test_a_missing_package_names_the_extra(
    make_source: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(ExportError, match=r"needs the package OpenEXR.*extra \[exr\]"):
        FORMATS["exr"].write(make_source(), tmp_path)
    assert list(tmp_path.iterdir()) == []
