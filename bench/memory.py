"""Memory: a photo of 200 megapixels, and the app after hundreds of photos."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.figures import Figure, mb, ms, ratio_of
from bench.material import Material, environment
from bench.processes import memory_of, tree
from bench.starting import open_app
from bench.terminal import Terminal

__all__ = ["after_many", "big_preview"]

_PATIENCE = 3.0
_TABLE_ROWS = (b"(3024, 4032, 3)", b"(4032, 3024, 3)")


def big_preview(material: Material) -> Iterator[Figure]:
    """Measure a preview of 200 megapixels beside libheif's whole decode, a process each."""
    photo = material.photo("samsung_200MP.heic")
    ours, whole = [], []
    for _ in range(material.repetitions(5)):
        ours.append(_decode("ours", photo, material.scratch))
        whole.append(_decode("libheif", photo, material.scratch))
    for what, key, goal, shown in (
        ("time", "seconds", 0.40, ms),
        ("peak memory of the process", "peak", 0.15, mb),
    ):
        mine, theirs = [one[key] for one in ours], [one[key] for one in whole]
        ratio = ratio_of(mine, theirs)
        yield Figure(
            f"samsung_200MP.heic without its thumbnail: preview {what} / libheif whole",
            shown(median(mine)), shown(median(theirs)), f"{ratio:.2f}", f"≤ {goal:.2f}",
            ratio <= goal,
        )  # fmt: skip


def _decode(how: str, photo: Path, scratch: Path) -> dict[str, Any]:
    said = subprocess.run(
        [sys.executable, "-m", "bench.decoding", how, str(photo)],
        check=True, capture_output=True, text=True, env=environment(scratch), cwd=scratch,
    ).stdout  # fmt: skip
    found: dict[str, Any] = json.loads(said)
    return found


def after_many(material: Material) -> Iterator[Figure]:
    """Measure the memory of app and decoder while 500 photos of 12 megapixels are visited."""
    count = 100 if material.quick else 500
    kinds = [material.photo(name) for name in ("pug.heic", "arrow.heic", "IMG_5622.HEIC")]
    folder = material.folder(count, kinds)
    samples: list[tuple[int, int]] = []
    with open_app(folder, scratch=material.scratch) as terminal:
        terminal.settle()
        for _ in range(count - 1):
            terminal.chunks.clear()
            terminal.send(b"j")
            _wait_for_photo(terminal)
            app, *children = tree(terminal.pid)
            samples.append((memory_of(app), sum(map(memory_of, children))))
        terminal.settle()
        app, *children = tree(terminal.pid)
        at_rest = (memory_of(app), sum(map(memory_of, children)))
    both = np.array([sum(sample) for sample in samples], np.float64)
    late = both[len(both) // 5 :]
    slope = np.polyfit(np.arange(len(late)), late, 1)[0]
    growth = slope * len(late)
    total = median(both[-20:])
    yield Figure(
        f"memory of app + decoder after visiting {count} photos of 12 MP (resident, one after "
        "another as soon as each is shown)",
        f"{mb(total)} (at rest {mb(at_rest[0])} + {mb(at_rest[1])}, most {mb(both.max())})",
        "–", "–", "≤ 260 MB", bool(total <= 260e6),
    )  # fmt: skip
    yield Figure(
        f"the same: trend over the last {len(late)}",
        f"{growth / 1e6:+.1f} MB", "–", "–", "flat (within 5 %)", bool(abs(growth) <= 0.05 * total),
    )  # fmt: skip


def _wait_for_photo(terminal: Terminal) -> None:
    """Wait until the array table has the photo's row, which follows its picture."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        terminal.pump(time.monotonic() + 0.02)
        if any(row in terminal.raw for row in _TABLE_ROWS):
            return
