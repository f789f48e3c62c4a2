"""Compares the textured meshes that other programs read with the one in memory."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.compat_report import ReaderReport
from heicdepth_tui.export.mesh import Textured, textured_mesh
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.source import ExportSource

__all__ = ["MESH_LIBRARIES", "MeshReport", "compare_meshes"]

MESH_LIBRARIES = {"trimesh": "trimesh", "open3d": "Open3D", "blender": "Blender"}
_READERS = Path(__file__).parent / "readers"
_FORMATS = ("glb-mesh", "obj")
_ALLOWED = {"glb-mesh": 2e-7, "obj": 6e-7}
"""Metres and shares of the photo: float32 turned once, and six decimals read as float32."""
_HARMLESS = {"IMAGE_NPOT_DIMENSIONS"}
"""A texture whose sides are no powers of two, which glTF 2.0 allows."""

Array = NDArray[Any]


class MeshReport(ReaderReport):
    """What readers made of meshes."""

    heading = "Meshes"
    about = (
        "Corners of all triangles, in order, in metres, and their places in the photo, as "
        "shares of its sides from the top left, compared with the mesh in memory."
    )

    def compare(self, name: str, reader: str, mesh: Textured, read: dict[str, Array]) -> None:
        """Add a line for what a program read; without ``texture`` it reads none of that file."""
        faces, cloud = mesh.mesh.faces, mesh.mesh.cloud
        label = FORMATS[name].label
        if len(read["corners"]) != len(faces):
            result = f"{len(read['corners']):,} of {len(faces):,} triangles"
            self.rows.append((label, reader, result, False))
            return
        off = float(np.abs(read["corners"] - cloud.xyz[faces].astype(np.float64)).max())
        aside = float(np.abs(read["places"] - mesh.mesh.uv[faces].astype(np.float64)).max())
        good = max(off, aside) <= _ALLOWED[name]
        result = (
            f"{len(faces):,} triangles, corners {_within(off, ' m')}, places {_within(aside, '')}"
        )
        if "texture" in read:
            size = tuple(int(side) for side in read["texture"])
            good &= size == tuple(mesh.texture.size)
            result += f", texture {size[0]}×{size[1]}"
        self.rows.append((label, reader, result, good))


def _within(difference: float, unit: str) -> str:
    return "equal" if difference == 0 else f"within {difference:.1g}{unit}"


def compare_meshes(
    report: MeshReport, source: ExportSource, python: Path, modules: Path | None, scratch: Path
) -> None:
    """Have the Python libraries, three.js and the glTF validator read GLB mesh and OBJ."""
    mesh = source.once(textured_mesh)
    exported = {
        name: FORMATS[name].write(source, scratch / f"mesh-{name}")[0].path for name in _FORMATS
    }
    for library, label in MESH_LIBRARIES.items():
        script = _READERS / "read_meshes.py"
        try:
            reader = f"{label} {_run(python, script, library, '--version')}"
        except RuntimeError:
            report.skipped.append(f"{label}, meshes: not installed (`--install`)")
            continue
        for name, path in exported.items():
            _attempt(report, name, reader, lambda n=name, p=path, r=reader, lib=library: (
                report.compare(n, r, mesh, _by_python(python, lib, p, scratch))
            ))  # fmt: skip
    node = shutil.which("node")
    if node is None or modules is None or not (modules / "node_modules" / "three").is_dir():
        missing = "node is not installed" if node is None else "not installed (`--install`)"
        report.skipped.append(f"three.js and glTF validator, meshes: {missing}")
        return
    points = shutil.copy(_READERS / "read_points.mjs", modules)
    reader = f"three.js {_run(node, points, '--version')}"
    for name, path in exported.items():
        _attempt(report, name, reader, lambda n=name, p=path, r=reader: (
            report.compare(n, r, mesh, _by_three(node, modules, p, scratch))
        ))  # fmt: skip
    _attempt(report, "glb-mesh", "Khronos glTF validator", lambda: (
        report.rows.append(_validated(node, modules, exported["glb-mesh"], mesh))
    ))  # fmt: skip


def _attempt(report: MeshReport, name: str, reader: str, compare: Callable[[], object]) -> None:
    try:
        compare()
    except (RuntimeError, OSError, KeyError, ValueError) as error:
        report.rows.append((FORMATS[name].label, reader, f"failed: {error}", False))


def _run(*command: str | Path) -> str:
    """Run a reader and return the last line that it prints."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return (done.stdout.strip().splitlines() or [""])[-1]


def _by_python(python: Path, library: str, path: Path, scratch: Path) -> dict[str, Array]:
    target = scratch / f"{library}{path.suffix}.npz"
    _run(python, _READERS / "read_meshes.py", library, path, target)
    with np.load(target) as arrays:
        return dict(arrays)


def _by_three(node: str, modules: Path, path: Path, scratch: Path) -> dict[str, Array]:
    """Return what three.js reads; of an OBJ it reads the texture by the material alone."""
    script, target = (
        shutil.copy(_READERS / "read_mesh.mjs", modules),
        scratch / f"three{path.suffix}",
    )
    size = json.loads(_run(node, script, path, target))
    corners, places = (np.fromfile(f"{target}.{part}", np.float32) for part in ("xyz", "uv"))
    read: dict[str, Array] = {
        "corners": corners.reshape(-1, 3, 3),
        "places": places.reshape(-1, 3, 2).astype(np.float64),
    }
    if size is None:
        read["places"] = read["places"] * np.array([1, -1]) + np.array([0, 1])
        return read
    return read | {"texture": np.array(size)}


def _validated(node: str, modules: Path, path: Path, mesh: Textured) -> tuple[str, str, str, bool]:
    script = shutil.copy(_READERS / "validate_glb.mjs", modules)
    version = _run(node, script, "--version")
    found = json.loads(_run(node, script, path))
    counts = ", ".join(f"{found[kind]} {kind}" for kind in ("errors", "warnings", "infos", "hints"))
    codes = f" ({', '.join(found['codes'])})" if found["codes"] else ""
    good = found["vertices"] == len(mesh.mesh.cloud) and set(found["codes"]) <= _HARMLESS
    return (FORMATS["glb-mesh"].label, f"Khronos glTF validator {version}", counts + codes, good)
