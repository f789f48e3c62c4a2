"""Compares what other programs read from exported clouds, point by point and colour by colour.

``python -m bench.compat [--install] [--python PYTHON] [--nerfstudio PYTHON] [--modules FOLDER]
[--write] [PHOTO]``
exports a photo and has Open3D, trimesh, VTK (pyvista), PCL and three.js read every format they
know, the Khronos glTF validator judge the GLB, and Open3D, COLMAP, nerfstudio and Blender read the
camera.
What is not there is skipped and named; ``--install`` puts the Python libraries into a virtual
environment (2 GB with Blender), and three.js and the validator into a folder, that are removed
afterwards. ``--write`` also writes the result to docs/compat.md. Without PHOTO: real/pug.heic of
HEICDEPTH_PHOTOS, else a generated one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.compat_cameras import CAMERA_LIBRARIES, CameraReport, compare_cameras
from bench.compat_colours import ColourReport, compare_pictures, srgb8
from bench.compat_meshes import MeshReport, compare_meshes
from heicdepth_tui.depth.cloud import CloudOptions
from heicdepth_tui.export.glb import linear_colours
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import read_source
from heicdepth_tui.export.source import ExportOptions, ExportSource
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.write import write_samples

READERS = Path(__file__).parent / "readers"
REPORT = Path(__file__).parent.parent / "docs" / "compat.md"
EXPORTED = ("pcd", "pcd-compressed", "pcd-ascii", "ply", "glb")
LIBRARIES = {"open3d": "Open3D", "trimesh": "trimesh", "pyvista": "VTK through pyvista"}
KNOWN = {"open3d": ("pcd", "ply"), "trimesh": ("ply", "glb"), "pyvista": ("ply", "glb")}
TIMEOUT_S = 300

Array = NDArray[Any]


SEVERITIES = ("errors", "warnings", "infos", "hints")
ROUNDED = 1e-4
"""The share of colours that may be one level off by rounding."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    reader: str
    points: str
    difference: str
    colours: str
    good: bool


@dataclass
class Report:
    """Lines of the table and what could not be compared."""

    shown: ColourReport
    cameras: CameraReport = field(default_factory=CameraReport)
    meshes: MeshReport = field(default_factory=MeshReport)
    rows: list[Row] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def compare(
        self,
        what: str,
        reader: str,
        source: ExportSource,
        points: Array,
        colours: Array,
        *,
        coarse: bool = False,
    ) -> None:
        """Add a line for points (N, 3) and colours (N, 3) 0..255 as somebody read them.

        ``coarse`` says that the colours are 8 bits of linear light.
        """
        cloud = source.cloud
        if points.shape != cloud.xyz.shape:
            count = f"{len(points):,} of {len(cloud):,}"
            self.rows.append(Row(what, reader, count, "–", "–", good=False))
            return
        difference = float(np.abs(points - cloud.xyz.astype(np.float64)).max())
        self.shown.compare(what, reader, colours, is_linear=coarse)
        if coarse:
            colours = as_8_bit_linear(colours, cloud.rgb)
        off = np.abs(np.asarray(colours, np.int64) - cloud.rgb).max(axis=1)
        # Linear light kept as float32 may fall on the other side of a half when turned back.
        wrong, rounded = int((off > 1).sum()), int((off == 1).sum())
        verdict = "within ±1 of 8-bit linear" if coarse else "equal"
        if wrong:
            verdict = f"{wrong:,} differ"
        elif rounded:
            verdict = f"equal but for {rounded:,} by one level"
        shown = "none" if difference == 0 else f"{difference:.2g} m"
        good = wrong == 0 and rounded <= ROUNDED * len(points) and difference < 1e-6
        self.rows.append(Row(what, reader, f"{len(points):,}", shown, verdict, good))


def run(*command: str | Path) -> str:
    """Run a command and return what it prints; raise RuntimeError with its last words."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise RuntimeError(f"exit code {done.returncode}: {words[-1]}")
    return done.stdout.strip()


def export(source: ExportSource, folder: Path) -> dict[str, Path]:
    """Write the formats to compare into folders of their own and return the files by format."""
    return {name: FORMATS[name].write(source, folder / name)[0].path for name in EXPORTED}


def compare_libraries(
    report: Report, source: ExportSource, exported: dict[str, Path], python: Path, scratch: Path
) -> None:
    """Have the Python libraries read what they know, each in a process of ``python``."""
    script = READERS / "read_points.py"
    for library, label in LIBRARIES.items():
        try:
            reader = f"{label} {run(python, script, library, '--version')}"
        except RuntimeError:
            report.skipped.append(f"{label}: not installed (`--install`)")
            continue
        for name, path in exported.items():
            if name.partition("-")[0] not in KNOWN[library]:
                continue
            target = scratch / f"{library}-{name}.npz"
            with attempt(report, f"{reader}, {FORMATS[name].label}"):
                run(python, script, library, path, target)
                read = np.load(target)
                colours = read["colours"]
                coarse = name == "glb" and colours.dtype.kind != "f"
                if colours.dtype.kind == "f":
                    colours = srgb8(colours) if name == "glb" else np.rint(colours * 255)
                report.compare(
                    FORMATS[name].label, reader, source, read["points"], colours, coarse=coarse
                )
    compare_rgbd(report, source, python, scratch)


def as_8_bit_linear(colours: Array, true: Array) -> Array:
    """Return ``true`` (sRGB) where colours 0..255 are its linear light up to rounding, else 256.

    Eight bits of linear light are too few to turn back into sRGB.
    """
    near = np.abs(colours.astype(np.int64) - np.rint(255 * linear_colours(true))) <= 1
    return np.where(near, true, 256)


def compare_rgbd(report: Report, source: ExportSource, python: Path, scratch: Path) -> None:
    """Compare our projection with Open3D's own, from the same depth, colours and K."""
    if source.camera is None or any("Open3D" in line for line in report.skipped):
        return
    cloud, given, target = source.cloud, scratch / "rgbd.npz", scratch / "rgbd-out.npz"
    depth = np.zeros(source.depth_map.codes.shape, np.float32)
    depth.flat[cloud.index] = source.depth_map.metres().flat[cloud.index]
    np.savez(given, depth=depth, rgb=source.rgb, k=source.camera.K)
    with attempt(report, "Open3D, create_from_rgbd_image"):
        script = READERS / "read_points.py"
        version = run(python, script, "open3d", "--version")
        run(python, script, "open3d-rgbd", given, target)
        read = np.load(target)
        # Open3D looks along +z with y down.
        points, colours = read["points"] * [1, -1, -1], np.rint(read["colours"] * 255)
        report.compare(
            "the projection itself, same K",
            f"Open3D {version} `create_from_rgbd_image`", source, points, colours,
        )  # fmt: skip


def compare_pcl(
    report: Report, source: ExportSource, exported: dict[str, Path], scratch: Path
) -> None:
    """Have PCL read each PCD and write it as a plain binary one, which is read back here."""
    tool = shutil.which("pcl_convert_pcd_ascii_binary")
    if tool is None:
        report.skipped.append(
            "PCL: `pcl_convert_pcd_ascii_binary` is not installed (Debian: pcl-tools)"
        )
        return
    reader = f"PCL {pcl_version()}".strip()
    for name in ("pcd", "pcd-compressed", "pcd-ascii"):
        target = scratch / f"pcl-{name}.pcd"
        with attempt(report, f"{reader}, {FORMATS[name].label}"):
            run(tool, exported[name], target, "1")
            points, colours = read_plain_pcd(target)
            report.compare(FORMATS[name].label, reader, source, points, colours)


def read_plain_pcd(path: Path) -> tuple[Array, Array]:
    """Return points and colours of a binary PCD with the fields x y z rgb, 4 bytes each."""
    head, _, body = path.read_bytes().partition(b"DATA binary\n")
    if b"FIELDS x y z rgb\n" not in head or b"SIZE 4 4 4 4\n" not in head:
        raise RuntimeError("the fields that PCL wrote are not x y z rgb")
    # PCL fills the file up to a page.
    count = next(int(line[7:]) for line in head.splitlines() if line.startswith(b"POINTS "))
    words = np.frombuffer(body, "<u4", count * 4).reshape(-1, 4)
    colours = np.stack([words[:, 3] >> shift & 255 for shift in (16, 8, 0)], axis=1)
    return np.ascontiguousarray(words[:, :3]).view("<f4"), colours


def pcl_version() -> str:
    """Return PCL's version where Debian's package manager knows it, else nothing."""
    if shutil.which("dpkg-query") is None:
        return ""
    try:
        return run("dpkg-query", "-W", "-f", "${Version}", "pcl-tools").partition("+")[0]
    except RuntimeError:
        return ""


def compare_three(
    report: Report,
    source: ExportSource,
    exported: dict[str, Path],
    modules: Path | None,
    scratch: Path,
) -> None:
    """Have the loaders of three.js read every format in node."""
    node = shutil.which("node")
    if node is None or modules is None or not (modules / "node_modules" / "three").is_dir():
        missing = "node is not installed" if node is None else "not installed (`--install`)"
        report.skipped.append(f"three.js: {missing}")
        return
    # Beside node_modules, where node looks for them.
    script = Path(shutil.copy(READERS / "read_points.mjs", modules))
    reader = f"three.js {run(node, script, '--version')}"
    for name, path in exported.items():
        target = scratch / f"three-{name}"
        with attempt(report, f"{reader}, {FORMATS[name].label}"):
            run(node, script, path, target)
            points, linear = (
                np.fromfile(f"{target}.{part}", np.float32).reshape(-1, 3)
                for part in ("xyz", "rgb")
            )
            # Its PLY loader rounds linear colours to 8 bits, the others keep them as floats.
            coarse = name == "ply"
            light = linear.astype(np.float64)
            colours = np.rint(light * 255) if coarse else srgb8(light)
            report.compare(FORMATS[name].label, reader, source, points, colours, coarse=coarse)


def validate_glb(report: Report, source: ExportSource, modules: Path | None, folder: Path) -> None:
    """Have the Khronos glTF validator judge a GLB, without normals and with them."""
    node = shutil.which("node")
    if node is None or modules is None or not (modules / "node_modules/gltf-validator").is_dir():
        missing = "node is not installed" if node is None else "not installed (`--install`)"
        report.skipped.append(f"Khronos glTF validator: {missing}")
        return
    script = Path(shutil.copy(READERS / "validate_glb.mjs", modules))
    reader = f"Khronos glTF validator {run(node, script, '--version')}"
    for what, normals in (("GLB", False), ("GLB with normals", True)):
        options = replace(source.options, cloud=CloudOptions(normals=normals))
        one = replace(source, options=options)
        path = FORMATS["glb"].write(one, folder / f"valid-{normals}")[0].path
        with attempt(report, f"{reader}, {what}"):
            found = json.loads(run(node, script, path))
            counts = ", ".join(f"{found[kind]} {kind}" for kind in SEVERITIES)
            codes = f" ({', '.join(found['codes'])})" if found["codes"] else ""
            good = found["vertices"] == len(one.cloud) and not any(found[k] for k in SEVERITIES)
            report.rows.append(
                Row(what, reader, f"{found['vertices']:,}", "–", counts + codes, good)
            )


class attempt:  # noqa: N801  reads as the verb it is
    """Turn the failure of one reader into a line of the table."""

    def __init__(self, report: Report, what: str) -> None:
        self.report, self.what = report, what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, RuntimeError | subprocess.TimeoutExpired | OSError):
            reader, _, what = self.what.rpartition(", ")
            self.report.rows.append(Row(what, reader, "–", "–", f"failed: {error}", good=False))
            return True
        return False


def install_python(folder: Path) -> Path:
    """Make a virtual environment with the libraries and return its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", *LIBRARIES, *CAMERA_LIBRARIES, "pillow")
    return python


def install_modules(folder: Path) -> Path | None:
    """Put three.js and the glTF validator into ``folder`` and return it; None without npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder.mkdir()
    quiet = ("--silent", "--no-fund", "--no-audit")
    run(npm, "install", *quiet, "--prefix", folder, "three", "gltf-validator")
    return folder


def _in_process(request: Request) -> Pixels:
    *_, answer = decode(request)
    if answer.error is not None:
        raise answer.error
    assert answer.pixels is not None
    return answer.pixels


def choose_photo(photo: Path | None, scratch: Path) -> Path:
    """Return the photo to export: the one given, the real pug, or a generated one."""
    if photo is not None:
        return photo
    photos = os.environ.get("HEICDEPTH_PHOTOS")
    if photos and (pug := Path(photos) / "real" / "pug.heic").is_file():
        return pug
    return write_samples(scratch, ["IMG_0412.HEIC"])[0]


def table(report: Report) -> Iterator[str]:
    """Yield the Markdown lines of the table and of what was skipped."""
    yield "| what | read by | points | largest difference | colours |"
    yield "|---|---|---:|---:|---|"
    for row in report.rows:
        mark = "" if row.good else " **✗**"
        yield (
            f"| {row.what} | {row.reader} | {row.points} | {row.difference} | {row.colours}{mark} |"
        )
    skipped = (*report.skipped, *report.cameras.skipped, *report.meshes.skipped)
    if skipped:
        yield ""
        yield "Skipped:"
        yield ""
        yield from (f"- {line}" for line in skipped)


def page(report: Report, source: ExportSource) -> str:
    """Return docs/compat.md."""
    introduction = (
        f"`python -m bench.compat --install --write` on {source.path.name}: "
        f"{len(source.cloud):,} points, compared one by one, in order, with the cloud in memory. "
        "Points are float32 in every file; Open3D's own projection computes in float64 from the "
        "same depth, colours and K. Linear colours (GLB, three.js) are turned back to sRGB. "
        "trimesh keeps those of a GLB and three.js those of a PLY in 8 bits of linear light, which "
        "loses dark shades and cannot be turned back."
    )
    head = ("# What other programs read", "", introduction, "")
    return "\n".join((*head, *_body(report), ""))


def _body(report: Report) -> Iterator[str]:
    yield from (
        *table(report),
        "",
        *report.cameras.lines(),
        "",
        *report.meshes.lines(),
        "",
        *report.shown.lines(),
    )


def main() -> int:
    """Run the comparison; 0 when everything that was read is equal."""
    parser = argparse.ArgumentParser(
        prog="bench.compat", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--modules", type=Path, help="a folder with node_modules")
    parser.add_argument("--nerfstudio", type=Path, help="a Python that has nerfstudio (6 GB)")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/compat.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heicdepth-compat-") as name:
        scratch = Path(name)
        python, modules = options.python, options.modules
        if options.install:
            python = install_python(scratch / "venv")
            modules = install_modules(scratch / "modules")
        nerfstudio = options.nerfstudio or python
        source = read_source(
            choose_photo(options.photo, scratch / "sample"),
            ExportOptions(),
            _in_process,
        )
        exported = export(source, scratch / "exported")
        report = Report(ColourReport(source))
        steps: tuple[Callable[[], None], ...] = (
            lambda: compare_libraries(report, source, exported, python, scratch),
            lambda: compare_pcl(report, source, exported, scratch),
            lambda: compare_three(report, source, exported, modules, scratch),
            lambda: validate_glb(report, source, modules, scratch),
            lambda: compare_cameras(report.cameras, source, python, nerfstudio, scratch),
            lambda: compare_meshes(report.meshes, source, python, modules, scratch),
            lambda: compare_pictures(report.shown, scratch, report.skipped),
        )
        for step in steps:
            step()
    print("\n".join(_body(report)))
    if options.write:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(page(report, source), encoding="utf-8")
    parts = (report.shown.good, report.cameras.good, report.meshes.good)
    good = all(parts) and all(row.good for row in report.rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
