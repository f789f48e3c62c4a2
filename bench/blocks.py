"""Quad blocks beside half blocks: bytes to the terminal, and the time to draw them, on one core.

``python -m bench.blocks PHOTO COUNT`` prints as JSON, for the depth map and for the photo, the
cells that it takes, the bytes of its picture in either, and the CPU seconds of each of ``COUNT``
repetitions that take turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, SkippedError, cpu_seconds_of, interleave, ms, ratio_of
from bench.material import Material, environment

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["quad_beside_half"]

_ROOM = (57, 21)
"""Columns and rows of a pane."""
_REPETITIONS = 30
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def quad_beside_half(material: Material) -> Iterator[Figure]:
    """Measure depth maps and photos in quad blocks beside half blocks."""
    skipped: list[str] = []
    photos = [material.generated()]
    for name in ("pug.heic", "IMG_5622.HEIC"):
        try:
            photos.append(material.photo(name))
        except SkippedError as why:
            skipped.append(str(why))
    env = environment(material.scratch, **dict.fromkeys(_THREADS, "1"))
    for photo in photos:
        count = str(material.repetitions(_REPETITIONS))
        command = [sys.executable, "-m", "bench.blocks", str(photo), count]
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, timeout=300)
        for layer, found in json.loads(done.stdout).items():
            yield from _figures(f"{layer} of {photo.name}", found)
    if skipped:
        raise SkippedError("; ".join(skipped))


def _figures(what: str, found: dict[str, Any]) -> Iterator[Figure]:
    half, quad = found["bytes"]
    cells = "×".join(map(str, found["cells"]))
    yield Figure(
        f"{what} in {cells} cells: bytes in quad blocks / in half blocks",
        f"{quad:,} B",
        f"{half:,} B",
        f"{quad / half:.2f}",
    )
    fast, slow = found["seconds"]
    over = median(a - b for a, b in zip(slow, fast, strict=True))
    yield Figure(
        "the same: CPU time to draw it",
        ms(median(slow)),
        ms(median(fast)),
        f"{ratio_of(slow, fast):.2f} ({over * 1000:+.1f} ms)",
    )


def _measure(path: Path, count: int) -> dict[str, Any]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    from bench.pictures import FIT
    from heicdepth_tui.draw.modes import DEFAULT_COLORMAP, ColorMode
    from heicdepth_tui.photo.decode import load
    from heicdepth_tui.photo.layers import DEPTH, PRIMARY
    from heicdepth_tui.ui.model.settings import RenderSettings

    settings = RenderSettings.chosen(ColorMode.TRUECOLOR, None)
    depth = settings.depth_spec(_ROOM, DEFAULT_COLORMAP)
    return {
        "depth map": _in_both(load(path, DEPTH), depth, count),
        "photo": _in_both(load(path, PRIMARY, fit=FIT), settings.render_spec(_ROOM), count),
    }


def _in_both(pixels: Pixels, spec: RenderSpec, count: int) -> dict[str, Any]:
    """Return cells, and bytes and seconds in half blocks and in quad blocks."""
    from dataclasses import replace

    from heicdepth_tui.draw.modes import Blocks
    from heicdepth_tui.draw.rendering import RenderedRows
    from heicdepth_tui.photo.rendering import render_layer

    specs = [replace(spec, blocks=blocks) for blocks in (Blocks.HALF, Blocks.QUAD)]
    drawn = [render_layer(pixels, one) for one in specs]
    return {
        "cells": drawn[0].fit[:2],
        "bytes": [
            len("".join(one.rows).encode()) for one in drawn if isinstance(one, RenderedRows)
        ],
        "seconds": interleave(
            *(lambda one=one: cpu_seconds_of(lambda: render_layer(pixels, one)) for one in specs),
            repetitions=count,
        ),
    }


if __name__ == "__main__":
    _path, _count = sys.argv[1:]
    print(json.dumps(_measure(Path(_path), int(_count))))
