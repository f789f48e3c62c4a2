"""Compares the cameras that other programs read from exported files with the one in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.compat_report import ReaderReport
from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.export.camera_files import camera_outputs
from heicdepth_tui.export.options import CameraFile
from heicdepth_tui.export.registry import FORMATS, write_outputs
from heicdepth_tui.export.source import ExportSource

__all__ = ["CAMERA_LIBRARIES", "CameraReport", "compare_cameras"]

CAMERA_LIBRARIES = ("pycolmap", "bpy")
_SCRIPT = Path(__file__).parent / "readers" / "read_cameras.py"
_PICTURE = "photo.png"
_ALLOWED_PX = 1e-3
"""Blender keeps lens and shift as float32."""

Array = NDArray[Any]


_Step = Callable[["CameraReport", ExportSource, str, Path, Path], None]


class CameraReport(ReaderReport):
    """What readers made of cameras."""

    heading = "Cameras"
    about = (
        "K in pixels, from the centre of the first one, compared with the camera in memory. "
        "For Blender it is where its camera, with Shift X and Shift Y from the custom "
        "properties, shows points one metre away."
    )


def compare_cameras(
    report: CameraReport, source: ExportSource, python: Path, nerfstudio: Path, scratch: Path
) -> None:
    """Have Open3D, COLMAP's own reader, nerfstudio and Blender read what they know of the camera.

    ``python`` has all but nerfstudio, which has an interpreter of its own: it brings PyTorch.
    """
    if source.camera is None:
        report.skipped.append("cameras: the photo has none")
        return
    steps: tuple[tuple[str, str, Path, _Step], ...] = (
        ("open3d", "Open3D", python, _open3d),
        ("pycolmap", "pycolmap", python, _colmap),
        ("nerfstudio", "nerfstudio", nerfstudio, _nerfstudio),
        ("blender", "Blender", python, _blender),
    )
    for library, label, interpreter, compare in steps:
        try:
            version = _run(interpreter, library, "--version")
        except RuntimeError:
            option = "--nerfstudio" if library == "nerfstudio" else "--install"
            report.skipped.append(f"{label}, cameras: not installed (`{option}`)")
            continue
        try:
            compare(report, source, f"{label} {version}", interpreter, scratch)
        except (RuntimeError, OSError, KeyError) as error:
            report.rows.append(("camera", label, str(error), False))


def _run(python: Path, *arguments: str | Path) -> str:
    """Run the reader and return the last line that it prints."""
    done = subprocess.run(
        [str(python), str(_SCRIPT), *map(str, arguments)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return (done.stdout.strip().splitlines() or [""])[-1]


def _read(python: Path, reader: str, path: Path, scratch: Path) -> dict[str, Array]:
    target = scratch / f"{reader}.npz"
    _run(python, reader, path, target)
    with np.load(target) as arrays:
        return dict(arrays)


def _camera_file(source: ExportSource, tool: CameraFile, scratch: Path) -> Path:
    outputs = camera_outputs(source, tool, _PICTURE)
    return write_outputs(outputs, tool.value, source.file_stem, scratch / tool.value)[0].path


def _judge_k(source: ExportSource, read: dict[str, Array], shift: float = 0) -> tuple[str, bool]:
    camera = source.camera
    assert camera is not None
    matrix = camera.K
    matrix[:2, 2] += shift
    difference = float(np.abs(read["k"] - matrix).max())
    is_sized = tuple(read["size"]) == tuple(camera.size)
    shown = "K equal" if difference == 0 else f"K within {difference:.1g} px"
    return shown, is_sized and difference <= _ALLOWED_PX


def _open3d(
    report: CameraReport, source: ExportSource, reader: str, python: Path, scratch: Path
) -> None:
    path = _camera_file(source, CameraFile.OPEN3D, scratch)
    shown, good = _judge_k(source, _read(python, "open3d-intrinsic", path, scratch))
    what = "`--camera-file open3d`"
    report.rows.append((what, f"{reader} `read_pinhole_camera_intrinsic`", shown, good))
    folder = FORMATS["rgbd"].write(source, scratch / "rgbd")[0].path.parents[1]
    read = _read(python, "open3d-folder", folder, scratch)
    # Its rows are all samples with a distance, in their order.
    points = np.full((source.size.height * source.size.width, 3), np.nan)
    valid = np.isfinite(source.depth_map.metres()).ravel()
    if len(read["points"]) != np.count_nonzero(valid):
        report.rows.append(("RGBD folder", reader, f"{len(read['points']):,} points", False))
        return
    points[valid] = read["points"]
    cloud = source.cloud.in_axes(Axes.OPENCV)
    along = float(np.abs(points[cloud.index, 2] - cloud.xyz[:, 2]).max())
    shown = f"{_judge_k(source, read)[0]}, {len(cloud):,} points within {along * 1000:.2f} mm in Z"
    rounded = along <= 0.5e-3 * (1 + 1e-3)
    report.rows.append(("RGBD folder", f"{reader} `create_from_rgbd_image`", shown, rounded))


def _colmap(
    report: CameraReport, source: ExportSource, reader: str, python: Path, scratch: Path
) -> None:
    path = _camera_file(source, CameraFile.COLMAP, scratch)
    read = _read(python, "pycolmap", path.parent, scratch)
    shown, good = _judge_k(source, read, 0.5)
    good &= str(read["name"]) == _PICTURE and np.array_equal(read["pose"], np.eye(4)[:3])
    shown = f"{shown} from the corner, pose and picture {'equal' if good else 'differ'}"
    report.rows.append(("`--camera-file colmap`", reader, shown, good))


def _nerfstudio(
    report: CameraReport, source: ExportSource, reader: str, python: Path, scratch: Path
) -> None:
    folder = FORMATS["rgbd"].write(source, scratch / "nerfstudio")[0].path.parents[1]
    read = _read(python, "nerfstudio", folder, scratch)
    shown, good = _judge_k(source, read, 0.5)
    points = read["points"].reshape(-1, 3)[source.cloud.index]
    along = float(np.abs(points[:, 2] - source.cloud.xyz[:, 2]).max())
    # Where rays go is compared at nerfstudio's own distance, which is rounded to millimetres.
    scale = source.cloud.xyz[:, 2:] / points[:, 2:]
    aside = float(np.abs(points * scale - source.cloud.xyz)[:, :2].max())
    shown = (
        f"{shown} from the corner, {len(points):,} points within {along * 1000:.2f} mm in Z, "
        f"{aside:.0e} m aside"
    )
    good &= along <= 0.5e-3 * (1 + 1e-3) and aside < 1e-5
    report.rows.append(("RGBD folder", f"{reader} `nerfstudio-data`", shown, good))


def _blender(
    report: CameraReport, source: ExportSource, reader: str, python: Path, scratch: Path
) -> None:
    few = replace(
        source, options=replace(source.options, cloud=replace(source.options.cloud, stride=8))
    )
    path = FORMATS["glb"].write(few, scratch / "blender")[0].path
    read = _read(python, "blender", path, scratch)
    shown, good = _judge_k(source, read)
    good &= bool(np.allclose(read["pose"], np.eye(4)[:3], atol=1e-6))
    report.rows.append(("camera of the GLB", reader, shown, good))
