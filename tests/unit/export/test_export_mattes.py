"""Points selected by a matte: those of the scene's near things, at every orientation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plyfile import PlyData
from pypcd4 import PointCloud

from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.points import CloudOptions, ColorResolution
from heicdepth_tui.errors import ExportError, MissingLayerError
from heicdepth_tui.export.mattes import auxiliary_share, mattes_of, selection
from heicdepth_tui.export.options import ExportOptions, Matte
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.heif.facts import Auxiliary, Header, layer_name
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import ImageItem, Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Layer, LayerKind, Pixels, Request
from heicdepth_tui.samples.build import MATTE_URN, make_photo
from heicdepth_tui.samples.recipe import Recipe

WITHIN = 1.3


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def photo_at(path: Path, **changes: object) -> Path:
    recipe = Recipe(size=Size(192, 144), depth_size=Size(96, 72), matte_within=WITHIN)
    path.write_bytes(make_photo(replace(recipe, **changes)).data)  # type: ignore[arg-type]
    return path


def sizes_of(orientation: int) -> dict[str, Size]:
    if orientation < 5:
        return {}
    return {"size": Size(144, 192), "depth_size": Size(72, 96)}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_only_and_without_divide_the_cloud(tmp_path: Path, orientation: int) -> None:
    photo = photo_at(tmp_path / "a.heic", orientation=orientation, **sizes_of(orientation))
    whole, inside, outside = (
        export_photo(photo, ExportOptions(("ply",), CloudOptions(drop_flying=False),
                     out=tmp_path / name, only=only, without=without), decode)[0]
        for name, only, without in (
            ("whole", (), ()), ("in", (Matte.PORTRAIT,), ()), ("out", (), (Matte.PORTRAIT,)))
    )  # fmt: skip
    assert whole.points is not None
    assert inside.points is not None
    assert outside.points is not None
    assert inside.points + outside.points == whole.points
    assert f"{outside.points:,} not selected" in inside.summary
    near, far, everything = (
        -PlyData.read(one.path)["vertex"]["z"] for one in (inside, outside, whole)
    )
    # The matte shows solids up to WITHIN; codes and half a sample at outlines move some.
    assert np.mean(near < WITHIN * 1.02) > 0.97
    # Of what is nearer than that, the floor alone is left out, which lies below all solids.
    assert 0.02 < near.size / everything.size < 0.5
    comments = PlyData.read(inside.path).comments
    assert "only points that the portrait matte shows to 50% or more" in comments
    assert f"dropped_unselected {outside.points}" in PlyData.read(inside.path).obj_info
    assert np.median(far) > np.median(near)


def test_the_matte_selects_on_the_grid_of_the_cloud(tmp_path: Path) -> None:
    photo = photo_at(tmp_path / "a.heic")
    cloud = CloudOptions(drop_flying=False, color_resolution=ColorResolution.X2, stride=3)
    options = ExportOptions(
        ("pcd",), cloud, out=tmp_path / "o", only=(Matte.PORTRAIT,), organised=True
    )
    (exported,) = export_photo(photo, options, decode)
    points = PointCloud.from_path(exported.path)
    width, height = points.metadata.width, points.metadata.height
    assert (width, height) == (64, 48)
    shown = np.isfinite(points.pc_data["z"]).reshape(height, width)
    header = read_header(photo)
    matte = mattes_of(header)[Matte.PORTRAIT]
    stored = load(photo, Layer(LayerKind.AUXILIARY, matte.item.id)).array
    # Sample u of the raised grid has its centre at (u + ½) / 192 of the width, the matte has 96.
    v, u = np.mgrid[0:height, 0:width] * 3
    expected = stored[(v + 0.5).astype(int) // 2, (u + 0.5).astype(int) // 2] > 127
    assert np.mean(shown == expected) > 0.98


def test_a_matte_that_the_photo_lacks_is_refused(tmp_path: Path) -> None:
    photo = photo_at(tmp_path / "a.heic")
    for wrong in ({"only": (Matte.SKY,)}, {"without": (Matte.SKY,)}):
        options = ExportOptions(("ply",), out=tmp_path / "out", **wrong)
        with pytest.raises(
            MissingLayerError, match=r"no sky matte.*mattes of this photo: portrait"
        ):
            export_photo(photo, options, decode)
    assert not (tmp_path / "out").exists()
    options = ExportOptions(("ply", "tiff"), out=tmp_path / "out", only=(Matte.SKY,))
    with pytest.raises(MissingLayerError, match="no sky matte"):
        export_photo(photo, options, decode)
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["a.tiff"]


def test_a_selection_that_leaves_no_point_says_what_to_change(tmp_path: Path) -> None:
    photo = photo_at(tmp_path / "a.heic", matte_within=0.01)
    options = ExportOptions(("ply",), out=tmp_path / "out", only=(Matte.PORTRAIT,))
    with pytest.raises(ExportError, match=r"no point is left.*not selected.*--only and --without"):
        export_photo(photo, options, decode)


def item(number: int, size: Size) -> ImageItem:
    return ImageItem(number, "hvc1", size, size, (), 8, 1, None, False, 9)


SKY_URN = "urn:com:apple:photo:2020:aux:semanticskymatte"


@pytest.fixture
def painted(make_header: Callable[..., Header]) -> tuple[Header, Callable[[Layer], Pixels]]:
    """A header with a portrait matte of the left half and a sky matte of the upper half, 8x4."""
    auxiliaries = tuple(
        Auxiliary(item(number, Size(8, 4)), urn, layer_name(urn))
        for number, urn in ((11, MATTE_URN), (12, SKY_URN))
    )
    left, top = np.zeros((2, 4, 8), np.uint8)
    left[:, :4] = 255
    top[:2] = 255

    def layers(layer: Layer) -> Pixels:
        return Pixels({11: left, 12: top}[layer.item_id], (4, 8), "uint8", 0, 255, 8)

    header = replace(make_header(photo=Size(16, 8)), auxiliaries=auxiliaries)
    return header, layers


def test_several_mattes_join_and_take_away(
    painted: tuple[Header, Callable[[Layer], Pixels]],
) -> None:
    header, layers = painted
    left = np.arange(8) < 4
    top = (np.arange(4) < 2)[:, None]

    def chosen(only: tuple[Matte, ...], without: tuple[Matte, ...]) -> list[list[bool]]:
        found = selection(header, layers, WHOLE, Size(8, 4), only=only, without=without)
        return found.tolist()

    both = np.zeros((4, 8), bool)
    assert chosen((Matte.PORTRAIT, Matte.SKY), ()) == (both | left | top).tolist()
    assert chosen((Matte.PORTRAIT,), (Matte.SKY,)) == ((both | left) & ~top).tolist()
    assert chosen((), (Matte.PORTRAIT, Matte.SKY)) == (~(both | left | top)).tolist()
    assert list(mattes_of(header)) == [Matte.PORTRAIT, Matte.SKY]


def test_a_matte_is_interpolated_at_the_samples_of_a_part_of_the_photo(
    painted: tuple[Header, Callable[[Layer], Pixels]],
) -> None:
    header, layers = painted
    part = Region(0.25, 0.0, 0.5, 1.0)  # columns 2 to 6 of the matte's 8
    share = auxiliary_share(header, header.auxiliaries[0], layers, part, Size(8, 4))
    # Half a matte sample apart: centres at 2.25, 2.75 ... of its columns, minus ½; it falls from
    # column 3 to 4.
    assert share[0].tolist() == [1, 1, 1, 0.75, 0.25, 0, 0, 0]
