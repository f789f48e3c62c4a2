"""The library: photos, depth maps and clouds as objects; what it imports, writes and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heicdepth_tui as hd
from heicdepth_tui.errors import (
    ExportError,
    FileAccessError,
    HeicDepthError,
    MissingLayerError,
    NoDepthError,
    NoMetresError,
    WriteError,
)
from heicdepth_tui.heif.depth_facts import Accuracy, RepresentationType
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(size=Size(256, 192), depth_size=Size(128, 96), matte_within=1.5)


def written(folder: Path, recipe: Recipe) -> Path:
    path = folder / "photo.HEIC"
    path.write_bytes(make_photo(recipe).data)
    return path


def loaded_by(statements: str, *, without: str = "") -> set[str]:
    """Return the packages that a new interpreter has loaded after some statements."""
    block = f"import sys; sys.modules[{without!r}] = None\n" if without else ""
    code = f"{block}{statements}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(run.stdout)}


def test_importing_and_opening_load_neither_numpy_nor_textual(
    tmp_path: Path, recipe: Recipe
) -> None:
    path = written(tmp_path, recipe)

    loaded = loaded_by(
        f"import heicdepth_tui as hd; p = hd.open({str(path)!r}); p.size, p.layers, p.camera"
        "; p.depth.trust.sentence; p.has_depth; repr(p)"
    )

    assert loaded.isdisjoint({"numpy", "textual", "rich", "PIL", "pillow_heif", "click"})


def test_the_library_works_without_textual_and_rich(tmp_path: Path, recipe: Recipe) -> None:
    path = written(tmp_path, recipe)
    out = tmp_path / "out.ply"

    loaded = loaded_by(
        f"import sys; sys.modules['rich'] = None\nimport heicdepth_tui as hd\n"
        f"hd.open({str(path)!r}).cloud().save({str(out)!r})",
        without="textual",
    )

    assert "numpy" in loaded
    assert out.is_file()


def test_every_public_name_is_there() -> None:
    for name in hd.__all__:
        assert getattr(hd, name) is not None
        assert name in dir(hd)
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        hd.nothing_of_this_name  # noqa: B018


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_arrays_match_the_scene_at_every_orientation(
    tmp_path: Path, recipe: Recipe, orientation: int
) -> None:
    from dataclasses import replace

    recipe = replace(recipe, orientation=orientation)
    truth = make_photo(recipe).ground_truth
    photo = hd.open(written(tmp_path, recipe))

    depth = photo.depth
    assert depth.shape == truth.metres.shape == depth.codes.shape
    assert np.array_equal(depth.codes, truth.codes)
    # Rounding to a code moves a distance by half a step; 1 % covers what the step itself moves.
    assert np.all(np.abs(depth.metres - truth.metres) <= 0.505 * depth.step)
    assert np.allclose(depth.disparity * depth.metres, 1, rtol=1e-6)
    assert depth.valid.all()
    assert photo.camera is not None
    expected = truth.depth_camera
    assert np.allclose(
        photo.camera.K,
        [[expected.fx, 0, expected.cx], [0, expected.fy, expected.cy], [0, 0, 1]],
        rtol=1e-9,
        atol=1e-9,
    )
    assert photo.rgb().shape == (*photo.size[::-1], 3)
    assert photo.rgb("depth").shape == (*depth.shape, 3)
    assert photo.rgb((64, 48)).shape == (48, 64, 3)


def test_points_are_where_camera_and_metres_say(tmp_path: Path, recipe: Recipe) -> None:
    photo = hd.open(written(tmp_path, recipe))

    cloud = photo.cloud(stride=2, drop_flying=False)

    rows, columns = np.divmod(cloud.index, cloud.grid[0])
    v, u = 2 * rows, 2 * columns
    assert photo.camera is not None
    k = photo.camera.K
    z = photo.depth.metres[v, u].astype(np.float64)
    expected = np.stack([(u - k[0, 2]) / k[0, 0] * z, (k[1, 2] - v) / k[1, 1] * z, -z], axis=1)
    # metres are rounded to float32 (2**-24), and the points once more.
    assert np.allclose(cloud.xyz, expected, rtol=2**-22, atol=1e-7)
    assert len(cloud) == len(cloud.xyz) == len(cloud.rgb)
    assert cloud.normals is None
    assert photo.cloud(normals=True).normals is not None


def test_choices_may_be_given_by_their_value(tmp_path: Path, recipe: Recipe) -> None:
    photo = hd.open(written(tmp_path, recipe))

    flat = photo.cloud(projection="flat")
    opencv = photo.cloud(axes="opencv")

    assert flat.camera is None
    assert "flat" in flat.trust.short
    assert (opencv.xyz[:, 2] > 0).all()
    with pytest.raises(TypeError, match="strde"):
        photo.cloud(strde=2)
    with pytest.raises(ValueError, match="stride"):
        photo.cloud(stride=0)


def test_a_cloud_is_saved_by_its_suffix_and_never_over_a_file(
    tmp_path: Path, recipe: Recipe
) -> None:
    from plyfile import PlyData

    cloud = hd.open(written(tmp_path, recipe)).cloud()

    path = cloud.save(tmp_path / "new" / "out.ply")

    vertex = PlyData.read(path)["vertex"]
    assert np.array_equal(np.stack([vertex[axis] for axis in "xyz"], axis=1), cloud.xyz)
    before = path.read_bytes()
    with pytest.raises(WriteError, match="taken"):
        cloud.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["out.ply"]
    with pytest.raises(ExportError, match="choose from pcd"):
        cloud.save(tmp_path / "out.xyz")


def test_layers_have_names(tmp_path: Path, recipe: Recipe) -> None:
    photo = hd.open(written(tmp_path, recipe))

    assert photo.layers == ("photo", "depth", "portrait matte")
    assert photo.layer("portrait matte").shape == (96, 128)
    assert np.array_equal(photo.layer("depth"), photo.depth.codes)
    with pytest.raises(MissingLayerError, match="portrait matte"):
        photo.layer("hair matte")


def test_errors_are_of_one_family_and_name_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, Recipe(size=Size(64, 64), depth=False))

    photo = hd.open(path)

    assert not photo.has_depth
    assert photo.camera is None
    with pytest.raises(NoDepthError, match=r"photo\.HEIC"):
        photo.cloud()
    with pytest.raises(hd.HeicDepthError):
        _ = photo.depth
    with pytest.raises(FileAccessError, match=r"none\.heic"):
        hd.open(tmp_path / "none.heic")
    assert issubclass(NoMetresError, HeicDepthError)


def test_a_notebook_shows_pictures_and_facts_and_escapes_the_file_name(tmp_path: Path) -> None:
    recipe = Recipe(size=Size(64, 48), depth_size=Size(64, 48), accuracy=Accuracy.RELATIVE)
    path = tmp_path / "<b>&.HEIC"
    path.write_bytes(make_photo(recipe).data)
    photo = hd.open(path)

    page, depth = photo._repr_html_(), photo.depth._repr_html_()

    assert page.count("data:image/png;base64,") == 2
    assert "&lt;b&gt;&amp;.HEIC" in page
    assert "relative" in page
    assert depth.count("<img") == 1
    assert hd.open(written(tmp_path, Recipe(size=Size(64, 64), depth=False)))._repr_html_()


@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("representation", ["disparity", "inverse-z", "z"])
def test_what_is_written_reads_back_within_half_a_code(
    tmp_path: Path, bits: int, representation: str
) -> None:
    v, u = np.mgrid[0:96, 0:128]
    metres = 0.5 + 0.01 * u + 0.003 * v
    rgb = np.repeat((u * 2).astype(np.uint8)[..., None], 3, axis=2)
    k = np.array([[110.0, 0, 62.0], [0, 111.0, 49.0], [0, 0, 1]])

    done = hd.write(
        tmp_path / "new.heic",
        rgb,
        metres,
        k,
        bits=bits,
        representation=representation,
        accuracy="absolute",
    )

    photo = hd.open(done.path)
    assert done.filled == 0
    assert photo.depth.bits == bits
    assert np.all(np.abs(photo.depth.metres - metres) <= 0.51 * photo.depth.step + 1e-6)
    assert photo.camera is not None
    assert np.allclose(photo.camera.K, k, rtol=1e-6)
    kinds = {"disparity": 1, "inverse-z": 0, "z": 2}
    assert photo.depth.info.representation is not None
    assert photo.depth.info.representation.type is RepresentationType(kinds[representation])
    # Codes even in Z are of a type that no known file has: its distances are assumed.
    assert photo.depth.trust.is_metric == (representation != "z")


def test_samples_without_a_distance_get_the_farthest_code(tmp_path: Path) -> None:
    metres = np.full((64, 64), 2.0)
    metres[:32] = 1.0
    metres[0, 0], metres[0, 1], metres[0, 2] = np.nan, np.inf, -1
    rgb = np.zeros((64, 64, 3), np.uint8)

    done = hd.write(tmp_path / "new.heic", rgb, metres)

    photo = hd.open(done.path)
    assert done.filled == 3
    assert (photo.depth.codes[0, :3] == photo.depth.codes.min()).all()
    assert photo.camera is None
    with pytest.raises(WriteError, match=r"new\.heic"):
        hd.write(done.path, rgb, metres)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rgb": np.zeros((64, 64), np.uint8)}, "rgb is"),
        ({"metres": np.zeros((64, 64))}, "finite and positive"),
        ({"metres": np.ones((64, 128))}, "aspect"),
        ({"K": np.eye(4)}, "3, 3"),
        ({"representation": "codes"}, "representation"),
        ({"accuracy": "good"}, "good"),
        ({"bits": 9}, "bits"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    arguments: dict[str, object] = {
        "rgb": np.zeros((64, 64, 3), np.uint8),
        "metres": np.linspace(1, 2, 64 * 64).reshape(64, 64),
        **changes,
    }

    with pytest.raises(ValueError, match=words):
        hd.write(tmp_path / "new.heic", **arguments)  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []


def test_real_photos_open_as_the_command_reads_them(photos: Path) -> None:
    photo = hd.open(photos / "real" / "pug.heic")

    assert photo.depth.codes.shape == (576, 768)
    assert photo.depth.trust.short == "relative"
    assert len(photo.cloud(stride=8)) > 5_000
