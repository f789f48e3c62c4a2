"""Build point clouds from a depth map, a camera and colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from heicdepth_tui.depth.flat import flat_grid, flat_quantity
from heicdepth_tui.depth.flying import ALONE, GRAZING, RAMP, flying_kinds
from heicdepth_tui.depth.normals import grid_normals
from heicdepth_tui.depth.points import (
    Cloud,
    CloudOptions,
    ColorResolution,
    Dropped,
    Projection,
    color_size,
)
from heicdepth_tui.depth.rectify import rectified_rays
from heicdepth_tui.depth.smooth import SMOOTHED, smoothed_disparity
from heicdepth_tui.depth.upsample import box_mean, cell_of, raise_disparity, raised_lines
from heicdepth_tui.errors import NoCameraError, NoMetresError
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = [
    "Cloud",
    "CloudOptions",
    "ColorResolution",
    "Dropped",
    "Projection",
    "build_cloud",
    "color_size",
]

_T = TypeVar("_T", bound=np.generic)
_DEFAULTS = CloudOptions()
_STRIP_SAMPLES = 1 << 16
"""Samples turned into points at once: the temporaries of a strip stay in the cache."""

_KEPT, _INVALID, _CLIPPED = range(3)
_FLYING, _RAMP = _CLIPPED + ALONE, _CLIPPED + RAMP


class _Surface(NamedTuple):
    """The samples of the grid after ``stride``, (H, W), as codes with a table or as disparity."""

    codes: NDArray[np.uint8] | NDArray[np.uint16] | None
    table: NDArray[np.float64]
    """Z of each code, m, NaN where invalid."""
    disparity: NDArray[np.float32]
    """1/m, NaN where invalid; empty where there are codes."""
    flying: NDArray[np.uint8] | None
    """(H, W), see ``flying_kinds``; None where none are dropped."""
    full: Size
    """Size of the grid before ``stride``."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        height, width = self.disparity.shape if self.codes is None else self.codes.shape
        return height, width

    def metres(self, rows: slice) -> NDArray[np.float64]:
        """Return Z of some rows in metres, float64, NaN where invalid."""
        if self.codes is None:
            return np.reciprocal(self.disparity[rows], dtype=np.float64)
        return self.table.take(self.codes[rows], mode="clip")


def build_cloud(
    depth_map: DepthMap,
    camera: Camera | None,
    rgb: NDArray[np.uint8] | Callable[[], NDArray[np.uint8]],
    options: CloudOptions = _DEFAULTS,
) -> Cloud:
    """Return the cloud of a depth map, in row-major order of its grid.

    ``rgb`` is the upright photo, (H, W, 3) or grey (H, W) uint8, of the size that ``color_size``
    gives, or a function that returns it; the function is called once the points are known, unless
    the photo guides a finer grid. ``camera`` belongs to the map's own size. Perspective, for a
    sample (u, v) at distance Z with pixel-centre intrinsics: X = (u − cx)/fx · Z,
    Y = −(v − cy)/fy · Z, z = −Z, computed in float64 and rounded to float32 once. Flat: see
    ``flat_grid``.

    With ``options.rectify`` the ray of each sample is corrected by ``camera.lens`` first.

    Raises NoMetresError where the codes mean no distance, NoCameraError without a camera and
    RectifyError without a usable lens (the flat projection needs none of them), ValueError for
    sizes that do not fit.
    """
    if options.projection is Projection.FLAT:
        return _flat_cloud(depth_map, _as_rgb(rgb), options)
    if depth_map.quantization is None:
        raise NoMetresError(depth_map.reason, hint="only the flat cloud may be possible")
    if camera is None:
        raise NoCameraError(
            "neither the file nor EXIF gives a camera",
            hint="only the flat cloud can be made (--projection flat)",
        )
    if options.rectify:
        camera = camera.rectified()
    if camera.size != depth_map.size:
        raise ValueError(f"the camera is for {camera.size}, the depth map is {depth_map.size}")
    is_guided = options.color_resolution is not ColorResolution.DEPTH
    colors = _as_rgb(rgb) if is_guided else None
    surface = _surface(depth_map, camera, colors, options)
    reasons = _reasons(surface, options)
    if depth_map.outside is not None and surface.full == depth_map.size:
        reasons = np.zeros(surface.shape, np.uint8) if reasons is None else reasons
        reasons[depth_map.outside[:: options.stride, :: options.stride]] = _INVALID
    keep = None if reasons is None else reasons == _KEPT
    dropped = Dropped() if reasons is None else _count(reasons)
    grid_camera = camera if surface.full == camera.size else camera.resized(surface.full)
    height, width = surface.shape
    normals = None
    if options.normals:
        grid = np.empty((height, width, 3), dtype=np.float32)
        for rows in _strips(surface.shape):
            _project(surface, grid_camera, options.stride, rows, grid[rows])
        # Samples beyond a clipping plane are still part of the surface.
        usable = None if reasons is None else (reasons == _KEPT) | (reasons == _CLIPPED)
        normals = _kept(grid_normals(grid, usable), keep)
        xyz = _kept(grid, keep)
    else:
        xyz = _project_kept(surface, grid_camera, options.stride, keep)
    if colors is None:
        colors = _as_rgb(rgb)
        _check_size(colors, depth_map)
    return Cloud(
        xyz=xyz,
        rgb=_kept(colors[:: options.stride, :: options.stride], keep),
        normals=normals,
        dropped=dropped,
        projection=Projection.PERSPECTIVE,
        trust=depth_map.trust.with_camera(camera),
        camera=grid_camera,
        grid=Size(width, height),
        index=np.arange(height * width) if keep is None else np.flatnonzero(keep),
        remarks=_remarks(depth_map, surface.full, options),
    )


def _as_rgb(rgb: NDArray[np.uint8] | Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    if callable(rgb):
        rgb = rgb()
    if rgb.dtype != np.uint8 or rgb.ndim not in (2, 3) or rgb.shape[2:] not in ((), (3,)):
        raise ValueError(f"colours must be (H, W, 3) or (H, W) uint8, not {rgb.dtype} {rgb.shape}")
    if rgb.ndim == 2:
        return np.repeat(rgb[..., None], 3, axis=2)
    return rgb


def _check_size(colors: NDArray[np.uint8], depth_map: DepthMap) -> None:
    size = Size(colors.shape[1], colors.shape[0])
    if size != depth_map.size:
        raise ValueError(f"colours of {size} do not fit the depth map of {depth_map.size}")


def _surface(
    depth_map: DepthMap, camera: Camera, rgb: NDArray[np.uint8] | None, options: CloudOptions
) -> _Surface:
    """Return the samples that become points: stored, smoothed or raised to the photo's grid.

    ``rgb`` is the photo on a finer grid, None on that of the depth map.
    """
    tables, codes = depth_map.tables, depth_map.codes
    every = np.s_[:: options.stride, :: options.stride]
    full = depth_map.size if rgb is None else Size(rgb.shape[1], rgb.shape[0])
    flying = None
    if options.drop_flying:
        focal = min(camera.fx, camera.fy)
        flying = flying_kinds(codes, tables.disparity, options.flying_threshold, focal)
    disparity = np.empty((0, 0), dtype=np.float32)
    if full == depth_map.size and not options.smooth:
        flying = None if flying is None else flying[every]
        return _Surface(codes[every], tables.metres, disparity, flying, full)
    disparity = smoothed_disparity(depth_map) if options.smooth else depth_map.disparity()
    if rgb is not None and full != depth_map.size:
        disparity = raise_disparity(
            disparity, rgb, unreliable=None if flying is None else flying > 0
        )
        if flying is not None:
            # Flying samples that the photo assigned to a surface no longer count as flying.
            rows, columns = (
                cell_of(full.height, codes.shape[0]),
                cell_of(full.width, codes.shape[1]),
            )
            flying = flying[rows].take(columns, axis=1)
            flying[~np.isnan(disparity)] = 0
    flying = None if flying is None else flying[every]
    return _Surface(None, tables.metres, disparity[every], flying, full)


def _reasons(surface: _Surface, options: CloudOptions) -> NDArray[np.uint8] | None:
    """Return the reason each sample is dropped for, (H, W) uint8, 0 where kept; None if all are."""
    reasons: NDArray[np.uint8] | None = None
    if surface.codes is not None:
        by_code = _reasons_by_distance(surface.table, options)
        if by_code.any():
            reasons = by_code.take(surface.codes, mode="clip")
    else:
        reasons = np.empty(surface.shape, dtype=np.uint8)
        for rows in _strips(surface.shape):
            reasons[rows] = _reasons_by_distance(surface.metres(rows), options)
    if surface.flying is not None:
        if reasons is None:
            reasons = np.zeros(surface.shape, dtype=np.uint8)
        # Clipped flying samples count as clipped; on the raised grid flying samples are NaN.
        hanging = (surface.flying > 0) & (reasons != _CLIPPED)
        reasons[hanging] = surface.flying[hanging] + np.uint8(_CLIPPED)
    if reasons is not None and not reasons.any():
        return None
    return reasons


def _reasons_by_distance(metres: NDArray[np.float64], options: CloudOptions) -> NDArray[np.uint8]:
    reasons = np.zeros(metres.shape, dtype=np.uint8)
    reasons[(metres < options.nearest) | (metres > options.farthest)] = _CLIPPED
    reasons[np.isnan(metres)] = _INVALID
    return reasons


def _count(reasons: NDArray[np.uint8]) -> Dropped:
    invalid, clipped, flying, ramps = (
        int(np.count_nonzero(reasons == why)) for why in (_INVALID, _CLIPPED, _FLYING, _RAMP)
    )
    return Dropped(invalid=invalid, clipped=clipped, flying=flying, ramps=ramps)


def _strips(shape: tuple[int, int]) -> Iterator[slice]:
    height, width = shape
    rows = max(1, _STRIP_SAMPLES // width)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


def _project(
    surface: _Surface, camera: Camera, stride: int, rows: slice, out: NDArray[np.float32]
) -> None:
    """Write the points of some rows of the grid into ``out`` (rows, W, 3) float32."""
    metres = surface.metres(rows)
    width = surface.shape[1]
    if camera.is_rectified:
        columns = np.arange(width, dtype=np.float64) * stride
        lines = np.arange(rows.start, rows.stop, dtype=np.float64) * stride
        x, y = rectified_rays(camera, columns, lines)
        np.multiply(metres, x, out=out[..., 0], casting="same_kind")
        np.multiply(metres, y, out=out[..., 1], casting="same_kind")
        np.negative(metres, out=out[..., 2], casting="same_kind")
        return
    across = (np.arange(width) * stride - camera.cx) / camera.fx
    down = (camera.cy - np.arange(rows.start, rows.stop) * stride) / camera.fy
    np.multiply(metres, across, out=out[..., 0], casting="same_kind")
    np.multiply(metres, down[:, None], out=out[..., 1], casting="same_kind")
    np.negative(metres, out=out[..., 2], casting="same_kind")


def _project_kept(
    surface: _Surface, camera: Camera, stride: int, keep: NDArray[np.bool_] | None
) -> NDArray[np.float32]:
    """Return the points (N, 3) of the samples that are kept, without a grid of all of them."""
    height, width = surface.shape
    if keep is None:
        points = np.empty((height, width, 3), dtype=np.float32)
        for rows in _strips(surface.shape):
            _project(surface, camera, stride, rows, points[rows])
        return points.reshape(-1, 3)
    points = np.empty((int(np.count_nonzero(keep)), 3), dtype=np.float32)
    position = 0
    for rows in _strips(surface.shape):
        strip = np.empty((rows.stop - rows.start, width, 3), dtype=np.float32)
        _project(surface, camera, stride, rows, strip)
        part = _kept(strip, keep[rows])
        points[position : position + len(part)] = part
        position += len(part)
    return points


def _kept(grid: NDArray[_T], keep: NDArray[np.bool_] | None) -> NDArray[_T]:
    """Return the triples (N, 3) of a grid (H, W, 3) where ``keep`` holds, in row-major order."""
    triples = np.ascontiguousarray(grid).reshape(-1, 3)
    if keep is None:
        return triples
    # A mask over whole records moves them with one copy each: 15 times faster than over rows.
    record = np.dtype((np.void, 3 * triples.itemsize))
    kept = triples.view(record).reshape(-1)[keep.reshape(-1)]
    return kept.view(triples.dtype).reshape(-1, 3)


def _flat_cloud(depth_map: DepthMap, rgb: NDArray[np.uint8], options: CloudOptions) -> Cloud:
    rows, columns = depth_map.codes.shape
    remarks = ["nothing dropped or smoothed, depth and colours at the depth map's resolution"]
    if depth_map.reason:
        remarks.append(f"no metres: {depth_map.reason}")
    if rgb.shape[:2] != (rows, columns):
        if rgb.shape[0] < rows or rgb.shape[1] < columns:
            raise ValueError(f"colours of {rgb.shape[:2]} do not fit the map of {(rows, columns)}")
        rgb = np.rint(box_mean(rgb, rows, columns)).astype(np.uint8)
    grid = flat_grid(depth_map, options.stride)
    normals = None
    if options.normals:
        normals = grid_normals(grid, None, parallel=True).reshape(-1, 3)
    height, width = grid.shape[:2]
    return Cloud(
        xyz=grid.reshape(-1, 3),
        rgb=_kept(rgb[:: options.stride, :: options.stride], None),
        normals=normals,
        dropped=Dropped(),
        projection=Projection.FLAT,
        trust=depth_map.trust.as_flat(),
        camera=None,
        grid=Size(width, height),
        index=np.arange(height * width),
        remarks=(*remarks, *depth_map.notes),
        flat_quantity=flat_quantity(depth_map),
    )


def _remarks(depth_map: DepthMap, full: Size, options: CloudOptions) -> tuple[str, ...]:
    lines = []
    quantization, depth = depth_map.quantization, depth_map.size
    if quantization is not None:
        unit = " m" if quantization.is_depth else " 1/m"
        unit = unit if depth_map.trust.is_unit_known else ""
        quantity = "Z" if quantization.is_depth else "disparity"
        lines.append(
            f"code 0 is {quantity} {quantization.value_at_code_0:.7g}{unit}, "
            f"code {depth_map.max_code} is {quantization.value_at_max_code:.7g}{unit}, "
            "evenly spaced between"
        )
    if options.drop_flying:
        lines.append(
            "flying: a sample between a nearer and a farther neighbour, each by more than "
            f"{100 * options.flying_threshold:g} % and by more than twice the step beyond it"
        )
        lines.append(
            "ramps: runs of 2 to 5 samples that climb so between two flatter ones, steeper than "
            f"{np.degrees(np.arctan(GRAZING)):.0f} degrees to the picture and without a sharp edge"
        )
    if options.nearest > 0 or np.isfinite(options.farthest):
        lines.append(f"clipped to {options.nearest:g} m <= Z <= {options.farthest:g} m")
    if options.smooth:
        lines.append(SMOOTHED)
    if full != depth:
        lines.extend(raised_lines(depth, full, drop_flying=options.drop_flying))
    if options.stride > 1:
        lines.append(f"stride {options.stride}: one of {options.stride} rows and columns")
    return (*lines, *depth_map.notes)
