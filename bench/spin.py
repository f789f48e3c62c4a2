"""Frames of a spinning cloud: projecting, rasterising and encoding, on one core.

``python -m bench.spin PHOTO COLUMNS ROWS FRAMES`` prints as JSON the CPU time of each frame in
seconds (time in which other programs have the core does not count), and how the frame at rest
compares with the photo.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure, cpu_seconds_of, ms, percentile
from bench.material import Material, environment

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.cloud_frame import CloudRequest
    from heicdepth_tui.ui.services.open_cloud import OpenCloud

__all__ = ["frames"]

_SIZES = ((120, 50), (200, 60))
_FRAMES = 90
_GOAL = 20
"""Frames a second at 120x50 cells."""
_COVERED = 98.0
"""Per cent of the photo's own view in which the cloud at rest shows a point."""
_DEGREES = 4.0
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def frames(material: Material) -> Iterator[Figure]:
    """Measure frames of the cloud of pug.heic as it turns once, at 120x50 and 200x60 cells."""
    photo = material.any_photo()
    count = material.repetitions(_FRAMES)
    env = environment(material.scratch, **dict.fromkeys(_THREADS, "1"))
    for columns, rows in _SIZES:
        command = [sys.executable, "-m", "bench.spin", str(photo), str(columns), str(rows)]
        done = subprocess.run(
            [*command, str(count)], env=env, stdout=subprocess.PIPE, check=True, timeout=300
        )
        seconds, coverage, psnr = json.loads(done.stdout)
        rate = len(seconds) / sum(seconds)
        is_aimed = (columns, rows) == _SIZES[0]
        yield Figure(
            f"spin, {photo.name} at {columns}x{rows} cells: CPU time of a frame p50 / p95, and "
            "frames a second on one core",
            f"{ms(percentile(seconds, 50))} / {ms(percentile(seconds, 95))}, {rate:.0f}/s",
            goal=f"≥ {_GOAL}/s" if is_aimed else "–",
            reached=rate >= _GOAL if is_aimed else None,
        )
        yield Figure(
            f"spin at rest, {photo.name} at {columns}x{rows} cells: share of the photo's own view "
            "that is covered, and PSNR against the photo of that size",
            f"{coverage:.1f} %, {psnr:.1f} dB",
            goal=f"> {_COVERED:.0f} %",
            reached=coverage > _COVERED,
        )


def _measure(path: Path, cells: tuple[int, int], count: int) -> tuple[list[float], float, float]:
    """Return the seconds of each of ``count`` frames around the cloud, on one core.

    Then what ``_at_rest`` does.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    from heicdepth_tui.draw.modes import ColorMode
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.decode import decode
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.model.cloud_frame import CloudRequest
    from heicdepth_tui.ui.model.pose import Pose
    from heicdepth_tui.ui.model.settings import RenderSettings
    from heicdepth_tui.ui.services.cloud_renderer import draw_frame
    from heicdepth_tui.ui.services.open_cloud import open_cloud

    def decoded(request: Request) -> Pixels:
        *_, answer = decode(request)
        assert answer.pixels is not None, answer.error
        return answer.pixels

    entry = Entry(str(path), path.name, 0, 0)
    spec = RenderSettings(ColorMode.TRUECOLOR).render_spec(cells)
    requests = [
        CloudRequest(number, entry, ExportOptions(), Pose().turned(_DEGREES * number, 10), spec)
        for number in range(count + 1)
    ]
    opened = open_cloud(requests[0], decoded)
    draw_frame(opened, requests[0])
    seconds = [
        cpu_seconds_of(lambda one=request: draw_frame(opened, one)) for request in requests[1:]
    ]
    return seconds, *_at_rest(opened, requests[0], cells)


def _at_rest(
    opened: OpenCloud, request: CloudRequest, cells: tuple[int, int]
) -> tuple[float, float]:
    """Return the per cent of the photo's own view with a point, and the PSNR there in dB.

    The photo has the size of the depth map, averaged over each pixel of the frame that lies within
    it as a whole.
    """
    import math

    import numpy as np
    from PIL import Image

    from heicdepth_tui.draw.raster import rasterise
    from heicdepth_tui.ui.model.pose import Pose, view_of

    source, points = opened.points(request)
    room = cells[0], 2 * cells[1]
    raster = rasterise(points, view_of(Pose(), opened.rest, room))
    size = source.size
    scale = min(room[0] / size[0], room[1] / size[1])
    starts = [(have - scale * samples) / 2 for have, samples in zip(room, size, strict=True)]
    (left, right), (top, bottom) = (
        (math.ceil(start - 1e-9), math.floor(start + scale * samples + 1e-9))
        for start, samples in zip(starts, size, strict=True)
    )
    x0, y0, x1, y1 = (
        min(max((edge - start) / scale, 0), samples)
        for edge, start, samples in zip(
            (left, top, right, bottom), (*starts, *starts), (*size, *size), strict=True
        )
    )
    photo = Image.fromarray(source.colours(source.size, False).rgb)
    shape = (right - left, bottom - top)
    expected = photo.resize(shape, Image.Resampling.BOX, box=(x0, y0, x1, y1))
    shown, inside = raster.rgb[top:bottom, left:right], raster.index[top:bottom, left:right] >= 0
    error = (shown.astype(np.float64) - np.asarray(expected))[inside]
    return 100 * float(inside.mean()), 10 * math.log10(255**2 / float(np.mean(error**2)))


if __name__ == "__main__":
    _path, _columns, _rows, _count = sys.argv[1:]
    print(json.dumps(_measure(Path(_path), (int(_columns), int(_rows)), int(_count))))
