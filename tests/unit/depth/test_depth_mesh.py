"""Meshes: every cell of a surface, none across a jump, towards the camera, in the photo's place."""

from __future__ import annotations

import numpy as np
import pytest
from depth_clouds import camera_of, colors_of, map_of

from heicdepth_tui.depth.cloud import CloudOptions, Projection, build_cloud
from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.depth.jumps import joined, jump_rule
from heicdepth_tui.depth.mesh import Mesh, build_mesh

HEIGHT, WIDTH = 6, 8
SHARE = 2**-23
"""Error of a place in the photo in float32."""


def mesh_of(depth: DepthMap, **options: object) -> Mesh:
    chosen = CloudOptions(**{"drop_flying": False, **options})  # type: ignore[arg-type]
    camera = camera_of(depth.size)
    cloud = build_cloud(depth, camera, colors_of(*depth.codes.shape), chosen)
    rule = jump_rule(depth, camera, threshold=chosen.flying_threshold, stride=chosen.stride)
    return build_mesh(cloud, rule, stride=chosen.stride)


def flat(code: int = 100) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), code, np.uint8)


def edges_of(mesh: Mesh) -> set[tuple[int, int]]:
    """The places in the grid that a side of a triangle joins."""
    corners = mesh.cloud.index[mesh.faces]
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return {(int(a), int(b)) for a, b in np.sort(sides, axis=1)}


def facing(mesh: Mesh) -> np.ndarray:
    """How far the normal of each triangle points away from the camera at the origin."""
    a, b, c = (mesh.cloud.xyz[mesh.faces[:, corner]].astype(np.float64) for corner in range(3))
    return np.einsum("ij,ij->i", np.cross(b - a, c - a), a)


def test_a_plane_has_two_triangles_a_cell_and_every_point() -> None:
    mesh = mesh_of(map_of(flat()))
    assert len(mesh.faces) == 2 * (HEIGHT - 1) * (WIDTH - 1)
    assert len(mesh.cloud) == HEIGHT * WIDTH
    assert (mesh.cut, mesh.alone) == (0, 0)
    assert mesh.faces.dtype == np.uint32


def test_the_triangles_of_a_plane_cover_it_once() -> None:
    mesh = mesh_of(map_of(flat()))
    a, b, c = (mesh.uv[mesh.faces[:, corner]].astype(np.float64) for corner in range(3))
    u, v = b - a, c - a
    areas = (u[:, 1] * v[:, 0] - u[:, 0] * v[:, 1]) / 2
    assert (areas > 0).all()
    cells = (WIDTH - 1) * (HEIGHT - 1) / (WIDTH * HEIGHT)
    assert areas.sum() == pytest.approx(cells, rel=len(areas) * SHARE)


def test_every_triangle_faces_the_camera() -> None:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    hills = (100 + 4 * np.sin(rows) + 3 * np.cos(2 * columns)).astype(np.uint8)
    assert (facing(mesh_of(map_of(hills))) < 0).all()


def test_a_jump_is_cut_and_both_sides_stay() -> None:
    codes = flat(40)
    codes[:, 4:] = 200
    mesh = mesh_of(map_of(codes))
    assert len(mesh.faces) == 2 * (HEIGHT - 1) * (3 + 3)
    assert len(mesh.cloud) == HEIGHT * WIDTH
    assert mesh.cut == HEIGHT
    across = {(one, two) for one, two in edges_of(mesh) if one % WIDTH < 4 <= two % WIDTH}
    assert across == set()


def test_no_edge_joins_samples_whose_distances_differ_by_a_jump() -> None:
    codes = flat(40)
    codes[2:4, 3:6] = 200
    mesh = mesh_of(map_of(codes))
    inside = np.zeros((HEIGHT, WIDTH), np.bool_)
    inside[2:4, 3:6] = True
    sides = inside.reshape(-1)[np.array(sorted(edges_of(mesh)))]
    assert (sides[:, 0] == sides[:, 1]).all()
    # One triangle is left of each cell of which one corner lies on the object.
    cells = (HEIGHT - 1) * (WIDTH - 1)
    mixed = 4 * 3 - 2  # cells around a block of 2 x 3 samples
    assert len(mesh.faces) == 2 * (cells - mixed) + 4


def test_a_steep_slope_stays_whole() -> None:
    codes = np.broadcast_to(20 + 30 * np.arange(WIDTH), (HEIGHT, WIDTH)).astype(np.uint8)
    mesh = mesh_of(map_of(codes, 4.0, 5.0))
    ratios = 1 / mesh.cloud.xyz[1:WIDTH, 2] / (1 / mesh.cloud.xyz[: WIDTH - 1, 2])
    assert (ratios > 1.02).all()
    assert mesh.cut == 0


def test_a_missing_corner_leaves_one_triangle() -> None:
    codes = np.full((2, 2), 100, np.uint8)
    codes[0, 0] = 0  # 0 1/m is infinitely far
    mesh = mesh_of(map_of(codes, 0.0, 4.0))
    assert mesh.faces.tolist() == [[0, 1, 2]]
    assert mesh.cloud.index.tolist() == [1, 2, 3]
    assert (facing(mesh) < 0).all()


def test_points_without_a_triangle_are_left_out_and_counted() -> None:
    codes = np.zeros((HEIGHT, WIDTH), np.uint8)
    codes[3:, 3:] = 100
    codes[0, 0] = 100
    mesh = mesh_of(map_of(codes, 0.0, 4.0))
    assert mesh.alone == 1
    assert len(mesh.cloud) == 3 * 5
    assert int(mesh.faces.max()) == len(mesh.cloud) - 1
    assert len(mesh.uv) == len(mesh.cloud)


@pytest.mark.parametrize(
    ("codes", "diagonal"),
    [
        ([[100, 98], [100, 100]], (0, 3)),
        ([[100, 100], [98, 100]], (0, 3)),
        ([[98, 100], [100, 100]], (1, 2)),
        ([[100, 100], [100, 98]], (1, 2)),
    ],
)
def test_a_bent_cell_is_parted_where_its_ends_are_alike(
    codes: list[list[int]], diagonal: tuple[int, int]
) -> None:
    assert diagonal in edges_of(mesh_of(map_of(np.array(codes, np.uint8))))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_places_are_the_centres_of_the_samples(stride: int) -> None:
    mesh = mesh_of(map_of(flat()), stride=stride)
    rows, columns = np.mgrid[0:HEIGHT:stride, 0:WIDTH:stride]
    np.testing.assert_allclose(mesh.uv[:, 0], (columns.reshape(-1) + 0.5) / WIDTH, rtol=SHARE)
    np.testing.assert_allclose(mesh.uv[:, 1], (rows.reshape(-1) + 0.5) / HEIGHT, rtol=SHARE)
    shape = rows.shape
    assert len(mesh.faces) == 2 * (shape[0] - 1) * (shape[1] - 1)


def test_near_and_far_cut_the_mesh() -> None:
    codes = flat(40)
    codes[:, 4:] = 200
    mesh = mesh_of(map_of(codes), max_depth=0.5)
    assert mesh.cloud.dropped.clipped == HEIGHT * 4
    assert set((mesh.cloud.index % WIDTH).tolist()) == {4, 5, 6, 7}


def test_normals_follow_the_points_that_are_kept() -> None:
    codes = flat(40)
    codes[0, 0] = 0
    mesh = mesh_of(map_of(codes, 0.0, 4.0), normals=True)
    assert mesh.cloud.normals is not None
    assert len(mesh.cloud.normals) == len(mesh.cloud)
    np.testing.assert_allclose(mesh.cloud.normals, np.broadcast_to((0, 0, 1), (47, 3)), atol=1e-6)


def test_a_flat_cloud_is_refused() -> None:
    depth = map_of(flat())
    options = CloudOptions(projection=Projection.FLAT)
    cloud = build_cloud(depth, None, colors_of(HEIGHT, WIDTH), options)
    rule = jump_rule(depth, camera_of(depth.size), threshold=0.02)
    with pytest.raises(ValueError, match="flat cloud has no distances"):
        build_mesh(cloud, rule)


@pytest.mark.parametrize("seed", range(6))
def test_cells_of_scenes_at_random_have_the_triangles_that_their_sides_allow(seed: int) -> None:
    random = np.random.default_rng(seed)
    height, width = 12, 15
    steps = random.integers(-3, 4, (height, width))
    steps += random.integers(-60, 61, (height, width)) * (random.random((height, width)) < 0.2)
    codes = np.clip(np.cumsum(steps, axis=1) + 110, 30, 240).astype(np.uint8)
    codes[random.random((height, width)) < 0.1] = 0
    depth = map_of(codes, 0.0, 2.55)
    mesh = mesh_of(depth)
    rule = jump_rule(depth, camera_of(depth.size), threshold=0.02)
    metres = depth.metres()
    across, down = joined(1 / metres, rule, 1), joined(1 / metres, rule, 0)
    want = {}
    for row in range(height - 1):
        for column in range(width - 1):
            top, bottom = across[row, column], across[row + 1, column]
            left, right = down[row, column], down[row, column + 1]
            corners = [top and left, top and right, bottom and left, bottom and right]
            want[row, column] = 2 if all(corners) else int(any(corners))
    # The cell of a triangle is that of its uppermost and leftmost places.
    places = np.stack(np.divmod(mesh.cloud.index, width), axis=-1)[mesh.faces]
    found = dict.fromkeys(want, 0)
    for row, column in places.min(axis=1).tolist():
        found[row, column] += 1
    assert found == want
    assert (places.max(axis=1) - places.min(axis=1) == 1).all()
    assert (facing(mesh) < 0).all()
