"""The library as a notebook has it: what is shown, kept and handed out, and how errors read."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import heicdepth_tui as hd
from heicdepth_tui.api import decoding
from heicdepth_tui.errors import (
    ExportError,
    MissingLayerError,
    NoCameraError,
    NoDepthError,
    RectifyError,
    WriteError,
)
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import Answer, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe

SMALL = {"size": Size(64, 48), "depth_size": Size(64, 48)}


def opened(folder: Path, recipe: Recipe) -> hd.Photo:
    path = folder / "photo.HEIC"
    path.write_bytes(make_photo(recipe).data)
    return hd.open(path)


def test_only_the_public_names_are_listed() -> None:
    assert {name for name in dir(hd) if not name.startswith("__")} | {"__version__"} == {
        *hd.__all__
    }


def test_arrays_that_are_kept_cannot_be_changed(tmp_path: Path) -> None:
    photo = opened(tmp_path, Recipe(**SMALL))
    cloud = photo.cloud(normals=True)
    depth = photo.depth
    kept = [depth.codes, depth.disparity, depth.metres, depth.step, depth.valid]
    kept += [cloud.xyz, cloud.rgb, cloud.index, cloud.normals]

    for array in kept:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_pictures_belong_to_the_caller(tmp_path: Path) -> None:
    photo = opened(tmp_path, Recipe(**SMALL))
    before = photo.rgb("depth"), photo.rgb(32), photo.layer("depth")

    for array in (photo.rgb("depth"), photo.rgb(32), photo.layer("depth")):
        array[:] = 0

    again = photo.rgb("depth"), photo.rgb(32), photo.layer("depth")
    for one, other in zip(before, again, strict=True):
        assert one.any()
        assert np.array_equal(one, other)


def test_the_photo_is_decoded_once_for_several_clouds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = opened(tmp_path, Recipe(**SMALL))
    layers: list[str] = []

    def counted(request: Request, **given: Any) -> Iterator[Answer]:
        layers.append(request.layer.label)
        return decode(request, **given)

    monkeypatch.setattr(decoding, "decode", counted)

    first, second = photo.cloud(), photo.cloud(smooth=True)

    assert sorted(layers) == ["depth", "photo"]
    assert np.array_equal(first.rgb, second.rgb)
    assert not np.array_equal(first.xyz, second.xyz)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        (32, (24, 32, 3)),
        (128, (96, 128, 3)),
        (np.int64(1), (1, 1, 3)),
        ((10, 20), (20, 10, 3)),
        (np.array([10, 20]), (20, 10, 3)),
    ],
)
def test_sizes_of_the_photo(tmp_path: Path, size: object, shape: tuple[int, ...]) -> None:
    assert opened(tmp_path, Recipe(**SMALL)).rgb(size).shape == shape  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, -3, 1.5, "Depth", None, (0, 4), (1, 2, 3), ()])
def test_what_is_no_size_is_refused(tmp_path: Path, size: object) -> None:
    with pytest.raises(ValueError, match="longer side"):
        opened(tmp_path, Recipe(**SMALL)).rgb(size)  # type: ignore[arg-type]


def test_the_depth_map_is_named_as_it_lies_in_the_photo(tmp_path: Path) -> None:
    recipe = Recipe(
        size=Size(96, 128),
        depth_size=Size(48, 64),
        orientation=6,
        depth_orientation=1,
        depth_coded_as_photo=True,
    )
    photo = opened(tmp_path, recipe)

    assert photo.depth.shape == photo.depth.codes.shape == photo.rgb("depth").shape[:2]
    rows, columns = photo.depth.shape
    for text in (repr(photo), repr(photo.depth), photo._repr_html_()):
        assert f"{columns}×{rows}" in text


def test_a_notebook_shows_the_eyes_of_a_spatial_photo(photos: Path) -> None:
    photo = hd.open(photos / "real" / "spatial_photo.heic")

    page = photo._repr_html_()

    assert photo.layers == ("photo", "left eye", "right eye")
    assert "<th>two eyes</th><td>63.8 mm apart</td>" in page
    assert "<th>depth</th><td>the file holds no depth map</td>" in page
    assert photo.layer("right eye").shape == photo.layer("left eye").shape == (2560, 2560, 3)
    with pytest.raises(NoDepthError, match="heicdepth-tui export --format layers"):
        photo.cloud()


def test_a_notebook_names_layers_without_depth_and_the_reason(photos: Path) -> None:
    gain_map = hd.open(photos / "real" / "samsung_s25.heic")._repr_html_()
    coded = hd.open(photos / "odd" / "made__depth_coded_as_jpeg.heic")._repr_html_()

    assert "<th>layers</th><td>photo, thumbnail, gain map</td>" in gain_map
    assert "two eyes" not in gain_map
    assert "coded as JPEG" in coded


def test_a_notebook_shows_points_beside_what_was_left_out(tmp_path: Path) -> None:
    photo = opened(tmp_path, Recipe(size=Size(128, 96), depth_size=Size(128, 96)))
    cloud = photo.cloud(axes="opencv")

    page = cloud._repr_html_()
    (png,) = re.findall(r"base64,([^\"]+)", page)
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))))

    assert f"<th>points</th><td>{len(cloud):,}</td>" in page
    assert "relative: ratios hold" in page
    assert picture.shape == (96, 128, 3)
    # The points cover most of it, and leave white where the turn lets one look past them.
    white = (picture == 255).all(axis=2).mean()
    assert 0.02 < white < 0.6
    assert picture.reshape(-1, 3).std(axis=0).min() > 10
    flat = photo.cloud(projection="flat")._repr_html_()
    assert "<img" not in flat
    assert "not real" in flat


def test_hints_name_options_as_python_has_them(tmp_path: Path) -> None:
    photo = opened(tmp_path, Recipe(**SMALL))
    done = hd.write(tmp_path / "none.heic", photo.rgb(), photo.depth.metres)
    lensless = hd.write(tmp_path / "k.heic", photo.rgb(), photo.depth.metres, photo.camera)

    with pytest.raises(NoCameraError, match=r'\(projection="flat"\)') as found:
        hd.open(done.path).cloud()
    with pytest.raises(ExportError, match="widen near, far and max_depth"):
        photo.cloud(near=100)
    with pytest.raises(RectifyError, match="export without rectify=True"):
        hd.open(lensless.path).cloud(rectify=True)
    with pytest.raises(MissingLayerError, match=r"photo\.HEIC: the photo has no sky matte"):
        photo.cloud(without="sky")
    assert "--" not in str(found.value)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"stride": 2.5}, TypeError, "stride is a whole number"),
        ({"near": "1"}, TypeError, "near is a number"),
        ({"color_resolution": "8x"}, ValueError, "'2x', '4x', 'photo'"),
        ({"only": "face"}, ValueError, "only is one of 'portrait'"),
    ],
)
def test_options_that_are_wrong_are_named(
    tmp_path: Path, options: dict[str, object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        opened(tmp_path, Recipe(**SMALL)).cloud(**options)


def test_points_of_a_matte_are_chosen(tmp_path: Path) -> None:
    photo = opened(tmp_path, Recipe(**SMALL, matte_within=1.5))

    whole = photo.cloud(drop_flying=False)
    inside = photo.cloud(drop_flying=False, only="portrait")
    outside = photo.cloud(drop_flying=False, without=["portrait"])

    assert 0 < len(inside) < len(whole)
    assert {*inside.index} | {*outside.index} == {*whole.index}
    assert {*inside.index}.isdisjoint({*outside.index})


@pytest.mark.parametrize(
    ("name", "kind", "made"),
    [
        ("a.PLY", None, ["a.PLY"]),
        ("a.pcd", "pcd-ascii", ["a.pcd"]),
        ("a", "ply", ["a.ply"]),
        ("a.b.obj", None, ["a.b.jpg", "a.b.mtl", "a.b.obj"]),
    ],
)
def test_a_cloud_has_the_name_that_was_given(
    tmp_path: Path, name: str, kind: str | None, made: list[str]
) -> None:
    cloud = opened(tmp_path, Recipe(**SMALL)).cloud()
    out = tmp_path / "out"

    path = cloud.save(out / name, format=kind)

    assert sorted(one.name for one in out.iterdir()) == made
    assert path.name in made
    with pytest.raises(WriteError):
        cloud.save(out / name, format=kind)
    with pytest.raises(ExportError, match=r"ends in \.pcd, not \.ply"):
        cloud.save(out / "b.ply", format="pcd")


def test_what_notebooks_have_at_hand_can_be_written(tmp_path: Path) -> None:
    photo = opened(tmp_path, Recipe(**SMALL))
    rgb, metres = photo.rgb("depth"), photo.depth.metres
    masked = np.ma.masked_greater(metres, np.median(metres))

    plain = hd.write(tmp_path / "plain.heic", rgb, metres, photo.camera)
    lists = hd.write(tmp_path / "lists.heic", rgb.tolist(), metres.tolist())
    picture = hd.write(tmp_path / "picture.heif", Image.fromarray(rgb), masked)

    assert photo.camera is not None
    written = hd.open(plain.path)
    assert written.camera is not None
    assert np.allclose(written.camera.K, photo.camera.K)
    assert np.array_equal(hd.open(lists.path).rgb(), written.rgb())
    assert np.array_equal(hd.open(picture.path).rgb(), written.rgb())
    assert picture.filled == masked.mask.sum()


@pytest.mark.parametrize("name", ["new.jpg", "new", "new.heic.png"])
def test_a_heic_is_not_written_under_another_name(tmp_path: Path, name: str) -> None:
    photo = opened(tmp_path, Recipe(**SMALL))

    with pytest.raises(WriteError, match=r"name it new(\.heic)?\.heic"):
        hd.write(tmp_path / name, photo.rgb(), photo.depth.metres)

    assert not (tmp_path / name).exists()
