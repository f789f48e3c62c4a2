"""Textured meshes: GLB and OBJ, read by trimesh and by hand, in the photo's place and frame."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution, Projection
from heicdepth_tui.errors import ExportError, NoCameraError, NoMetresError
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.gltf import Container
from heicdepth_tui.export.mesh import texture_size
from heicdepth_tui.export.options import ExportOptions, Matte
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import Exported, ExportSource
from heicdepth_tui.heif.picture_facts import ImageItem, Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from tests.support.gltf import Glb, read_glb
from tests.support.lens import DISTANCE, NORMAL, Lens, distorted_photo

Make = Callable[..., ExportSource]
WIDTH, HEIGHT = 6, 4
CODES = 120 + 2 * np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
CODES[0, 0] = 0
"""A slope; its first sample is infinitely far, so invalid."""
TRIANGLES = 2 * (WIDTH - 1) * (HEIGHT - 1) - 1
FLOAT32_POINT = 5 * 2**-24
MICROMETRE = 0.51e-6
SHARE = 2**-23


def points() -> np.ndarray:
    """The points of ``CODES`` by the pinhole formula, with fx 5, fy 4, cx 2.5, cy 1.5."""
    v, u = np.nonzero(CODES)
    z = 255 / 2 / CODES[v, u]
    return np.column_stack([(u - 2.5) / 5 * z, (1.5 - v) / 4 * z, -z])


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


@pytest.fixture
def slope(make_source: Make) -> Make:
    """Return a maker of sources with ``CODES``."""
    return lambda *path, **options: make_source(*path, **{"codes": CODES, **options})


def glb_of(source: ExportSource, folder: Path) -> Glb:
    (exported,) = FORMATS["glb-mesh"].write(source, folder)
    assert exported.path.name == f"{source.file_stem}-mesh.glb"
    return read_glb(exported.path.read_bytes())


def photo_of(source: ExportSource, size: Size) -> ExportSource:
    primary = source.header.primary
    item = ImageItem(1, "hvc1", size, size, (), 8, 3, None, False, 1000)
    assert primary.id == item.id
    return replace(source, header=replace(source.header, primary=item))


def test_glb_holds_every_point_in_metres(slope: Make, tmp_path: Path) -> None:
    glb = glb_of(slope(), tmp_path)
    np.testing.assert_allclose(glb.arrays["POSITION"], points(), rtol=FLOAT32_POINT)
    assert len(glb.triangles) == TRIANGLES


def test_glb_places_vertices_at_the_centres_of_their_samples(slope: Make, tmp_path: Path) -> None:
    glb = glb_of(slope(), tmp_path)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    want = np.column_stack(
        [(columns.reshape(-1) + 0.5) / WIDTH, (rows.reshape(-1) + 0.5) / HEIGHT]
    )[1:]
    np.testing.assert_allclose(glb.arrays["TEXCOORD_0"], want, rtol=SHARE)


def test_glb_triangles_face_the_camera(slope: Make, tmp_path: Path) -> None:
    glb = glb_of(slope(), tmp_path)
    a, b, c = (glb.arrays["POSITION"][glb.triangles[:, corner]] for corner in range(3))
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), a) < 0).all()


def test_glb_shows_the_photo_without_light_from_both_sides(slope: Make, tmp_path: Path) -> None:
    shown = np.full((HEIGHT, WIDTH, 3), (200, 90, 30), np.uint8)
    asked = []

    def colours(size: Size, stored: bool) -> Coloured:
        asked.append((size, stored))
        return Coloured(shown)

    glb = glb_of(replace(slope(), colours=colours), tmp_path)
    (material,) = glb.document["materials"]
    assert material["extensions"] == {"KHR_materials_unlit": {}}
    assert material["doubleSided"] is True
    assert material["pbrMetallicRoughness"]["baseColorTexture"] == {"index": 0}
    (image,) = glb.images
    # A picture of one colour: JPEG keeps it to a level or two.
    np.testing.assert_allclose(np.asarray(image), shown, atol=2)
    # glTF textures are sRGB, and the photo is decoded once.
    assert asked == [(Size(WIDTH, HEIGHT), False)]


def test_glb_looks_through_the_photos_camera(slope: Make, tmp_path: Path) -> None:
    glb = glb_of(slope(), tmp_path)
    (camera,) = glb.document["cameras"]
    assert camera["extras"]["K"] == [[5, 0, 2.5], [0, 4, 1.5], [0, 0, 1]]
    assert glb.document["scenes"][0]["nodes"] == [0, 1]


def test_glb_says_how_far_to_trust_it(slope: Make, tmp_path: Path) -> None:
    extras = glb_of(slope(), tmp_path).document["asset"]["extras"]
    assert extras["unit"] == "m"
    assert "ratios hold" in extras["caveat"]
    assert extras["dropped"]["invalid"] == 1
    assert extras["cut"] == 0
    assert any("lens distortion" in line for line in extras["comments"])


@pytest.mark.parametrize("name", ["glb-mesh", "obj"])
def test_normals_are_unit_vectors_towards_the_camera(
    slope: Make, tmp_path: Path, name: str
) -> None:
    exported = FORMATS[name].write(slope(normals=True), tmp_path)[0]
    if name == "obj":
        lines = [line.split() for line in exported.path.read_text().splitlines()]
        normals = np.array([line[1:] for line in lines if line[0] == "vn"], float)
        vertices = np.array([line[1:] for line in lines if line[0] == "v"], float)
        assert [line[1].count("/") for line in lines if line[0] == "f"] == [2] * TRIANGLES
    else:
        arrays = read_glb(exported.path.read_bytes()).arrays
        normals, vertices = arrays["NORMAL"], arrays["POSITION"]
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    assert (np.einsum("ij,ij->i", normals, vertices) < 0).all()


def test_a_jump_is_cut_and_counted(slope: Make, tmp_path: Path) -> None:
    codes = np.full((HEIGHT, WIDTH), 40)
    codes[:, 3:] = 240
    (exported,) = FORMATS["glb-mesh"].write(slope(codes=codes), tmp_path)
    glb = read_glb(exported.path.read_bytes())
    z = glb.arrays["POSITION"][:, 2][glb.triangles]
    assert (z == z[:, :1]).all()
    assert len(glb.triangles) == 2 * 2 * (2 * (HEIGHT - 1))
    assert "cut at 4 jumps of the surface" in exported.summary


def test_step_near_and_far_are_those_of_a_cloud(slope: Make, tmp_path: Path) -> None:
    source = slope(codes=np.full((HEIGHT, WIDTH), 100), stride=2)
    glb = glb_of(source, tmp_path)
    assert len(glb.arrays["POSITION"]) == 3 * 2
    assert len(glb.triangles) == 2 * 2
    np.testing.assert_allclose(glb.arrays["TEXCOORD_0"][:3, 0] * WIDTH, [0.5, 2.5, 4.5], rtol=SHARE)
    with pytest.raises(ExportError, match="no point is left"):
        FORMATS["obj"].write(slope(max_depth=0.1), tmp_path)


def test_points_that_no_triangle_joins_make_no_mesh(slope: Make, tmp_path: Path) -> None:
    codes = np.zeros((HEIGHT, WIDTH))
    codes[::2, ::2] = 100
    with pytest.raises(ExportError, match="no triangle is left") as caught:
        FORMATS["glb-mesh"].write(slope(codes=codes), tmp_path)
    assert caught.value.hint == "export the points themselves, as PLY"
    with pytest.raises(ExportError, match="no triangle is left between the 1 points") as caught:
        FORMATS["glb-mesh"].write(slope(codes=np.full_like(codes, 100), stride=100), tmp_path)
    assert caught.value.hint == "take a smaller --step"


@pytest.mark.parametrize("name", ["glb-mesh", "obj"])
def test_what_gives_no_surface_is_refused_with_the_reason(
    slope: Make, tmp_path: Path, name: str
) -> None:
    for source, error, reason in (
        (slope(projection=Projection.FLAT), ExportError, "a mesh needs distances"),
        (slope(camera=False), NoCameraError, "neither the file nor EXIF gives a camera"),
        (slope(metres=False), NoMetresError, "nonuniform disparity"),
    ):
        with pytest.raises(error, match=reason):
            FORMATS[name].write(source, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_texture_is_the_photo_as_large_as_viewers_take(slope: Make) -> None:
    photo = Size(4032, 3024)
    assert texture_size(photo_of(slope(), photo)) == (2016, 1512)
    assert texture_size(photo_of(slope(), Size(5712, 4284))) == (2048, 1536)
    fine = slope(color_resolution=ColorResolution.X2)
    assert texture_size(photo_of(fine, photo)) == photo
    assert texture_size(photo_of(fine, Size(16384, 12288))) == (8192, 6144)
    assert texture_size(slope()) == (WIDTH, HEIGHT)


def test_a_finer_grid_makes_a_finer_mesh(slope: Make, tmp_path: Path) -> None:
    source = slope(codes=np.full((HEIGHT, WIDTH), 100), color_resolution=ColorResolution.X2)
    glb = glb_of(photo_of(source, Size(2 * WIDTH, 2 * HEIGHT)), tmp_path)
    assert len(glb.arrays["POSITION"]) == 4 * WIDTH * HEIGHT
    assert glb.arrays["TEXCOORD_0"][0].tolist() == pytest.approx([0.5 / 12, 0.5 / 8])


def test_pictures_of_a_finer_mesh_are_decoded_one_after_the_other(
    slope: Make, tmp_path: Path
) -> None:
    # A second request would take the place of the first.
    source = photo_of(slope(color_resolution=ColorResolution.X2), Size(24, 16))
    asked: list[tuple[Size, threading.Thread]] = []

    def colours(size: Size, stored: bool) -> Coloured:
        asked.append((size, threading.current_thread()))
        return Coloured(np.full((size.height, size.width, 3), 90, np.uint8))

    glb_of(replace(source, colours=colours), tmp_path)
    assert [size for size, _ in asked] == [(24, 16), (12, 8)]
    assert {thread for _, thread in asked} == {threading.current_thread()}


def obj_files(source: ExportSource, folder: Path) -> list[Exported]:
    return FORMATS["obj"].write(source, folder)


def test_obj_read_by_hand(slope: Make, tmp_path: Path) -> None:
    mesh, material, texture = (one.path for one in obj_files(slope(), tmp_path))
    assert [mesh.name, material.name, texture.name] == [
        "IMG_0412.obj",
        "IMG_0412.mtl",
        "IMG_0412.jpg",
    ]
    lines = [line.split() for line in mesh.read_text("ascii").splitlines()]
    rows = {key: [line[1:] for line in lines if line[0] == key] for key in ("v", "vt", "f")}
    vertices = np.array(rows["v"], float)
    np.testing.assert_allclose(vertices, points(), atol=MICROMETRE)
    # The second sample of the first row, counted from the bottom of the picture.
    assert [float(value) for value in rows["vt"][0]] == pytest.approx(
        [1.5 / WIDTH, 1 - 0.5 / HEIGHT], abs=MICROMETRE
    )
    corners = np.array([[corner.split("/") for corner in row] for row in rows["f"]], int)
    assert corners.shape == (TRIANGLES, 3, 2)
    np.testing.assert_array_equal(corners[..., 0], corners[..., 1])
    assert (corners.min(), corners.max()) == (1, len(vertices))
    with Image.open(texture) as image:
        assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))


def test_obj_and_glb_are_one_mesh_to_trimesh(slope: Make, tmp_path: Path) -> None:
    source = slope("/photos/Käse & Brot.HEIC")
    (scene,) = FORMATS["glb-mesh"].write(source, tmp_path)
    glb: Any = next(iter(trimesh.load(scene.path, process=False).geometry.values()))
    obj: Any = trimesh.load(obj_files(source, tmp_path)[0].path, process=False)
    np.testing.assert_allclose(obj.vertices, glb.vertices, atol=MICROMETRE)
    np.testing.assert_array_equal(obj.faces, glb.faces)
    np.testing.assert_allclose(obj.visual.uv, glb.visual.uv, atol=MICROMETRE)
    assert obj.visual.material.image.size == (WIDTH, HEIGHT)
    assert glb.visual.material.baseColorTexture.size == (WIDTH, HEIGHT)


def test_obj_names_the_files_that_it_was_written_with(slope: Make, tmp_path: Path) -> None:
    (tmp_path / "IMG_0412.mtl").write_text("another")
    mesh, material, texture = (one.path for one in obj_files(slope(), tmp_path))
    assert "mtllib IMG_0412-1.mtl\n" in mesh.read_text()
    assert material.name == "IMG_0412-1.mtl"
    assert "map_Kd IMG_0412-1.jpg\n" in material.read_text()
    assert texture.name == "IMG_0412-1.jpg"
    assert (tmp_path / "IMG_0412.mtl").read_text() == "another"


def test_obj_says_how_far_to_trust_it(slope: Make, tmp_path: Path) -> None:
    exported = obj_files(slope(), tmp_path)
    comments = [line for line in exported[0].path.read_text().splitlines() if line.startswith("# ")]
    assert any("ratios hold" in line for line in comments)
    assert any("unit metre, frame x right, y up, -z forward" in line for line in comments)
    assert "distances relative" in exported[0].summary


def test_a_file_beyond_the_lengths_of_glb_is_refused() -> None:
    binary = Container()
    binary.add_view(b"", 2**32)
    with pytest.raises(ExportError, match=r"GLB cannot hold 4\.3 GB"):
        binary.write({}, pytest.fail)  # type: ignore[arg-type]


def test_a_matte_selects_what_becomes_a_surface(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(make_photo(Recipe(matte_within=1.5)).data)
    options = ExportOptions(("glb-mesh",), only=(Matte.PORTRAIT,), out=tmp_path / "only")
    (only,) = export_photo(tmp_path / "a.heic", options, decode)
    (whole,) = export_photo(tmp_path / "a.heic", replace(options, only=(), out=tmp_path), decode)
    near, all_of_it = (read_glb(one.path.read_bytes()) for one in (only, whole))
    assert 0 < len(near.triangles) < len(all_of_it.triangles) / 2
    # Half a code and the matte's outline aside, nothing is farther than the matte reaches.
    assert near.arrays["POSITION"][:, 2].min() > -1.6
    assert all_of_it.arrays["POSITION"][:, 2].min() < -3


def test_a_rectified_mesh_is_flat_where_the_wall_is_and_keeps_its_places_in_the_photo(
    tmp_path: Path,
) -> None:
    (tmp_path / "wall.heic").write_bytes(distorted_photo(Lens(k=0.15), depth_quality=-1)[0].data)
    read = {}
    for rectify in (True, False):
        options = ExportOptions(
            ("glb-mesh",), CloudOptions(rectify=rectify, drop_flying=False), out=tmp_path
        )
        (exported,) = export_photo(tmp_path / "wall.heic", options, decode)
        assert ("rectified (experimental)" in exported.summary) == rectify
        read[rectify] = read_glb(exported.path.read_bytes())
    off = {
        rectify: np.abs(glb.arrays["POSITION"].astype(float) @ NORMAL + DISTANCE).max()
        for rectify, glb in read.items()
    }
    # Half a code is 0.06 mm; the lens bends the wall by 4 mm.
    assert off[True] < 2e-4
    assert off[False] > 3e-3
    np.testing.assert_array_equal(read[True].arrays["TEXCOORD_0"], read[False].arrays["TEXCOORD_0"])
    np.testing.assert_array_equal(read[True].triangles, read[False].triangles)
