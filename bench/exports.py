"""Clouds of pug.heic to files: beside ndarray.tofile, beside decoding, beside the blog's script."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, interleave, mb, ms, ratio_of, seconds_of
from bench.material import Material, environment
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.points import CloudOptions
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo, read_source
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.files import NamingWriter
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, Pixels, Request

__all__ = ["from_arrays", "mesh", "rectified", "smoothed", "whole_export"]

_FORMATS = ("pcd", "ply")


def _in_process(request: Request) -> Pixels:
    *_, answer = decode(request)
    if answer.error is not None:
        raise answer.error
    assert answer.pixels is not None
    return answer.pixels


class _Arrays:
    """pug.heic decoded: every ``source()`` begins again from its codes and colours."""

    def __init__(self, photo: Path) -> None:
        self._read = read_source(photo, ExportOptions(), _in_process)
        self._codes, self._bits = self._read.depth_map.codes, self._read.depth_map.bits
        self._colours = self._read.photo

    def source(self) -> ExportSource:
        """Return a source of which nothing but the decoded arrays is known."""
        depth_map = build_depth_map(self._codes, self._bits, self._read.header.depth)
        return replace(self._read, depth_map=depth_map, colours=lambda *_: self._colours)


class _Files:
    """Names for new files in a folder of their own; what was written is removed untimed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder

    def timed(self, write: Callable[[Path], object]) -> Callable[[], float]:
        """Return what times ``write`` into the empty folder, or to a new file's path in it."""

        def once() -> float:
            taken = seconds_of(lambda: write(self.folder / "new"))
            for path in self.folder.iterdir():
                path.unlink()
            return taken

        return once


def from_arrays(material: Material) -> Iterator[Figure]:
    """Measure decoded arrays → cloud → file beside writing the same bytes, and its memory."""
    arrays = _Arrays(material.photo("pug.heic"))
    files = _Files(material.scratch / "from-arrays")
    for name in _FORMATS:
        data = _bytes_of(arrays.source(), name, files.folder)

        def fill(path: Path, name: str = name) -> None:
            write = FORMATS[name].output_files(arrays.source())[0].write
            assert not isinstance(write, NamingWriter)
            with path.open("wb") as file:
                write(file)

        def publish(path: Path, name: str = name) -> None:
            FORMATS[name].write(arrays.source(), path.parent)

        def synced(path: Path, data: NDArray[np.uint8] = data) -> None:
            _write_synced(data, path)

        ours, plain, safe, flushed = interleave(
            files.timed(fill),
            files.timed(data.tofile),
            files.timed(publish),
            files.timed(synced),
            repetitions=material.repetitions(21),
        )
        label = FORMATS[name].label
        ratio = ratio_of(ours, plain)
        yield Figure(
            f"{label} of pug.heic ({mb(data.nbytes)}): decoded arrays → cloud → file / "
            "`ndarray.tofile` of the same bytes (neither synced)",
            ms(median(ours)), ms(median(plain)), f"{ratio:.2f}", "≤ 6", ratio <= 6,
        )  # fmt: skip
        ratio = ratio_of(safe, flushed)
        yield Figure(
            f"{label}, the same, written whole or not at all (fsync, link) / `tofile` and fsync",
            ms(median(safe)), ms(median(flushed)), f"{ratio:.2f}",
        )  # fmt: skip
        peak = _peak(arrays, name, files.folder)
        yield Figure(
            f"{label}, peak extra memory (tracemalloc) / bytes written",
            mb(peak), mb(data.nbytes), f"{peak / data.nbytes:.2f}", "< 3", peak < 3 * data.nbytes,
        )  # fmt: skip


def _bytes_of(source: ExportSource, name: str, folder: Path) -> NDArray[np.uint8]:
    path = FORMATS[name].write(source, folder)[0].path
    data = np.frombuffer(path.read_bytes(), np.uint8)
    path.unlink()
    return data


def _write_synced(data: NDArray[Any], path: Path) -> None:
    with path.open("wb") as file:
        data.tofile(file)
        file.flush()
        os.fsync(file.fileno())


def _peak(arrays: _Arrays, name: str, folder: Path) -> int:
    source = arrays.source()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        written = FORMATS[name].write(source, folder)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    written[0].path.unlink()
    return peak


def whole_export(material: Material) -> Iterator[Figure]:
    """Measure photo → file on the disk beside decoding plus writing, and the blog's script."""
    from bench.blog import export as by_the_blog

    photo = material.photo("pug.heic")
    files = _Files(material.scratch / "whole-export")
    source = _Arrays(photo).source()
    data = _bytes_of(source, "pcd", files.folder)
    assert source.header.depth.item is not None
    depth = Layer(LayerKind.DEPTH, source.header.depth.item.id, "depth")
    size = (source.size.width, source.size.height)

    def ours(path: Path) -> None:
        export_photo(photo, ExportOptions(out=path.parent), _in_process)

    def decode_and_write(path: Path) -> None:
        _in_process(Request(0, "bench", str(photo), depth, keep=True))
        _in_process(Request(0, "bench", str(photo), PRIMARY, exact=size, keep=True))
        _write_synced(data, path)

    def library_and_write(path: Path) -> None:
        import pillow_heif

        image = pillow_heif.open_heif(photo)
        np.asarray(image.info["depth_images"][0])
        np.asarray(image)
        _write_synced(data, path)

    taken = interleave(
        files.timed(ours),
        files.timed(decode_and_write),
        files.timed(library_and_write),
        files.timed(lambda path: by_the_blog(photo, path)),
        repetitions=material.repetitions(15),
    )
    rows = (
        ("our decoder's depth map and colours, and the same bytes written and synced", 1.15),
        ("pillow-heif's whole decode, and the same bytes written and synced", None),
        ("the blog's script (pillow-heif, flat formula, pypcd4; not synced)", None),
    )
    for (what, goal), reference in zip(rows, taken[1:], strict=True):
        ratio = ratio_of(taken[0], reference)
        yield Figure(
            f"whole export of pug.heic to PCD, open to file on the disk / {what}",
            ms(median(taken[0])),
            ms(median(reference)),
            f"{ratio:.2f}",
            f"≤ {goal}" if goal else "–",
            ratio <= goal if goal else None,
        )
    yield _as_commands(material, photo, files)


def mesh(material: Material) -> Iterator[Figure]:
    """Measure photo → textured mesh on the disk beside photo → PLY."""
    photo = material.photo("pug.heic")
    files = _Files(material.scratch / "mesh")

    def export(name: str) -> Callable[[], float]:
        return files.timed(
            lambda path: export_photo(photo, ExportOptions((name,), out=path.parent), _in_process)
        )

    ours, text, points = interleave(
        export("glb-mesh"), export("obj"), export("ply"), repetitions=material.repetitions(15)
    )
    for label, taken, goal in (("GLB", ours, 1.5), ("OBJ", text, None)):
        ratio = ratio_of(taken, points)
        yield Figure(
            f"textured mesh of pug.heic to {label}, open to files on the disk / its points to PLY",
            ms(median(taken)), ms(median(points)), f"{ratio:.2f}",
            f"≤ {goal}" if goal else "–", ratio <= goal if goal else None,
        )  # fmt: skip


def rectified(material: Material) -> Iterator[Figure]:
    """Measure photo → file with the lens distortion corrected beside photo → file without."""
    for name, what in (("pcd", "points"), ("npz", "arrays, resampled")):
        ours, plain = _beside_plain(material, name, CloudOptions(rectify=True))
        ratio = ratio_of(ours, plain)
        yield Figure(
            f"pug.heic to {FORMATS[name].label} ({what}), open to file on the disk: rectified / "
            "as stored",
            ms(median(ours)), ms(median(plain)), f"{ratio:.2f}", "≤ 1.3", ratio <= 1.3,
        )  # fmt: skip


def smoothed(material: Material) -> Iterator[Figure]:
    """Measure photo → file with the steps of the codes smoothed beside photo → file without."""
    for name in ("pcd", "tiff"):
        ours, plain = _beside_plain(material, name, CloudOptions(smooth=True))
        yield Figure(
            f"pug.heic to {FORMATS[name].label}, open to file on the disk: smoothed / as stored",
            ms(median(ours)), ms(median(plain)), f"{ratio_of(ours, plain):.2f}",
        )  # fmt: skip


def _beside_plain(
    material: Material, name: str, cloud: CloudOptions
) -> tuple[list[float], list[float]]:
    """Return the seconds of exports of pug.heic with ``cloud``, and of those with no option."""
    photo = material.photo("pug.heic")
    files = _Files(material.scratch / "options")

    def export(options: CloudOptions) -> Callable[[], float]:
        return files.timed(
            lambda path: export_photo(
                photo, ExportOptions((name,), options, out=path.parent), _in_process
            )
        )

    ours, plain = interleave(
        export(cloud), export(CloudOptions()), repetitions=material.repetitions(15)
    )
    return ours, plain


def _as_commands(material: Material, photo: Path, files: _Files) -> Figure:
    def command(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", *arguments],
            check=True,
            capture_output=True,
            env=environment(material.scratch),
            cwd=material.scratch,
        )  # fmt: skip

    ours, blog = interleave(
        files.timed(
            lambda path: command(
                "heicdepth_tui", "export", "--format", "pcd", "--out", str(path.parent), str(photo)
            )
        ),
        files.timed(lambda path: command("bench.blog", str(photo), str(path))),
        repetitions=material.repetitions(7),
    )
    ratio = ratio_of(ours, blog)
    return Figure(
        "`heicdepth-tui export pug.heic`, start to end of the command / the blog's script",
        ms(median(ours)), ms(median(blog)), f"{ratio:.2f}", "≤ 0.75", ratio <= 0.75,
    )  # fmt: skip
