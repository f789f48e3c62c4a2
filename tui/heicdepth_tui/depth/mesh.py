"""Triangle meshes from the organised grid of a cloud, cut where the surface jumps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from heicdepth_tui.depth.jumps import JumpRule, cloud_disparity, joined
from heicdepth_tui.depth.points import Projection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.points import Cloud

    Mask = NDArray[np.bool_]

__all__ = ["Mesh", "build_mesh"]

_T = TypeVar("_T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles between points of a cloud, and the places of the points in the photo."""

    cloud: Cloud
    """The points that a triangle uses, the vertices, in row-major order of the grid."""
    uv: NDArray[np.float32]
    """(N, 2), the place of each vertex in the photo as shares of its sides, from the top left."""
    faces: NDArray[np.uint32]
    """(M, 3) rows of the cloud, counter-clockwise seen from the camera."""
    cut: int
    """Neighbouring points of the grid that are not joined because the surface jumps."""
    alone: int
    """Points of the cloud that no triangle uses."""


class _Corners(NamedTuple):
    """The triangles of each cell of the grid, (H − 1, W − 1), named by the corner they leave out.

    A cell has at most two, on both sides of one diagonal.
    """

    without_top_right: Mask
    without_bottom_left: Mask
    without_top_left: Mask
    without_bottom_right: Mask


def build_mesh(cloud: Cloud, rule: JumpRule, *, stride: int = 1) -> Mesh:
    """Return the triangles between neighbours of a perspective cloud's grid that ``rule`` joins.

    ``stride`` is the cloud's. A cell of four joined points is parted along the diagonal whose ends
    are nearer to each other in disparity; a cell with three joined points gives one triangle.
    Raises ValueError for a flat cloud: without distances nothing tells a jump from a slope.
    """
    if cloud.projection is not Projection.PERSPECTIVE or cloud.camera is None:
        raise ValueError("a flat cloud has no distances to tell a jump from a slope by")
    disparity = cloud_disparity(cloud)
    across, down = joined(disparity, rule, 1), joined(disparity, rule, 0)
    triangles = _triangles(disparity, across, down)
    used = _used(triangles, disparity.shape)
    kept = used.reshape(-1)[cloud.index]
    full = cloud.camera.size
    return Mesh(
        cloud=_points(cloud, kept),
        uv=_places(used, stride, full.width, full.height),
        faces=_faces(triangles, used),
        cut=_pairs(disparity) - int(np.count_nonzero(across)) - int(np.count_nonzero(down)),
        alone=len(cloud) - int(np.count_nonzero(kept)),
    )


def _pairs(disparity: NDArray[np.float32]) -> int:
    """Return the number of neighbours along rows and columns that are both samples."""
    known = ~np.isnan(disparity)
    across = np.count_nonzero(known[:, :-1] & known[:, 1:])
    return int(across) + int(np.count_nonzero(known[:-1] & known[1:]))


def _triangles(disparity: NDArray[np.float32], across: Mask, down: Mask) -> _Corners:
    top, bottom, left, right = across[:-1], across[1:], down[:, :-1], down[:, 1:]
    falling = np.abs(disparity[:-1, :-1] - disparity[1:, 1:])
    rising = np.abs(disparity[:-1, 1:] - disparity[1:, :-1])
    bottom_left, top_right = left & bottom, top & right
    bottom_right, top_left = bottom & right, left & top
    # Where only one diagonal gives a triangle it is taken, whatever its length.
    is_falling = (falling <= rising) | ~(bottom_right | top_left)
    is_falling &= bottom_left | top_right
    is_rising = ~is_falling
    return _Corners(
        bottom_left & is_falling,
        top_right & is_falling,
        bottom_right & is_rising,
        top_left & is_rising,
    )


def _used(triangles: _Corners, shape: tuple[int, ...]) -> Mask:
    """Return the points of the grid that a triangle has as a corner."""
    top_right, bottom_left, top_left, bottom_right = triangles
    used = np.zeros(shape, dtype=np.bool_)
    used[:-1, :-1] |= top_right | bottom_left | bottom_right
    used[:-1, 1:] |= bottom_left | top_left | bottom_right
    used[1:, :-1] |= top_right | top_left | bottom_right
    used[1:, 1:] |= top_right | bottom_left | top_left
    return used


def _faces(triangles: _Corners, used: Mask) -> NDArray[np.uint32]:
    """Return the corners of all triangles, cell by cell."""
    number = np.cumsum(used.reshape(-1), dtype=np.uint32).reshape(used.shape)
    number -= np.uint32(1)
    top_left, top_right = number[:-1, :-1], number[:-1, 1:]
    bottom_left, bottom_right = number[1:, :-1], number[1:, 1:]
    is_falling = triangles.without_top_right | triangles.without_bottom_left
    faces = np.empty((*is_falling.shape, 2, 3), dtype=np.uint32)
    faces[..., 0, 0] = top_left
    faces[..., 0, 1] = bottom_left
    faces[..., 0, 2] = np.where(is_falling, bottom_right, top_right)
    faces[..., 1, 0] = top_right
    faces[..., 1, 1] = np.where(is_falling, top_left, bottom_left)
    faces[..., 1, 2] = bottom_right
    exists = np.empty((*is_falling.shape, 2), dtype=np.bool_)
    exists[..., 0] = triangles.without_top_right | triangles.without_bottom_right
    exists[..., 1] = triangles.without_bottom_left | triangles.without_top_left
    return _rows(faces.reshape(-1, 3), exists.reshape(-1))


def _places(used: Mask, stride: int, width: int, height: int) -> NDArray[np.float32]:
    """Return the centres of the used samples as shares of the photo's sides."""
    places = np.empty((*used.shape, 2), dtype=np.float32)
    places[..., 0] = (np.arange(used.shape[1]) * stride + 0.5) / width
    places[..., 1] = ((np.arange(used.shape[0]) * stride + 0.5) / height)[:, None]
    return _rows(places.reshape(-1, 2), used.reshape(-1))


def _points(cloud: Cloud, kept: Mask) -> Cloud:
    if kept.all():
        return cloud
    return replace(
        cloud,
        xyz=_rows(cloud.xyz, kept),
        rgb=_rows(cloud.rgb, kept),
        normals=None if cloud.normals is None else _rows(cloud.normals, kept),
        index=cloud.index[kept],
    )


def _rows(table: NDArray[_T], mask: Mask) -> NDArray[_T]:
    """Return the rows of a table (N, C) where ``mask`` (N,) holds."""
    if mask.all():
        return table
    # A mask over whole records moves each with one copy.
    record = np.dtype((np.void, table.shape[1] * table.itemsize))
    kept = np.ascontiguousarray(table).view(record).reshape(-1)[mask]
    return kept.view(table.dtype).reshape(-1, table.shape[1])
