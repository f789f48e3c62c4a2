"""Zoom into a photo of 200 megapixels: from the key to the window's own tiles, and memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.figures import Figure, mb, ms
from bench.material import Material
from bench.processes import tree
from bench.starting import open_app, press

__all__ = ["zoom"]

_PHOTO = "samsung_200MP.heic"
_FIRST_GOAL, _PAN_GOAL, _MEMORY_GOAL = 0.150, 0.060, 150e6
_THERE_AND_BACK = b"lh" * 5


def zoom(material: Material) -> Iterator[Figure]:
    """Measure the zoom screen: first tiles, a step to new tiles and back, peak memory."""
    photo = material.photo(_PHOTO)
    first: list[float] = []
    fresh: list[float] = []
    kept: list[float] = []
    peaks: list[tuple[int, int]] = []
    for _ in range(material.repetitions(5)):
        with open_app(photo, scratch=material.scratch) as terminal:
            terminal.settle()
            press(terminal, b"z")
            first.append(press(terminal, b"1"))
            fresh += [press(terminal, b"l") for _ in range(10)]
            kept += [press(terminal, bytes([key])) for key in _THERE_AND_BACK]
            app, *children = tree(terminal.pid)
            peaks.append((_peak(app), max(map(_peak, children))))
    yield Figure(
        f"{_PHOTO}: from the whole photo to a sample a dot, key to last byte",
        ms(median(first)), "–", "–", f"≤ {ms(_FIRST_GOAL)}", median(first) <= _FIRST_GOAL,
    )  # fmt: skip
    yield Figure(f"{_PHOTO}: an eighth of the window farther, new tiles", ms(median(fresh)))
    yield Figure(
        f"{_PHOTO}: an eighth of the window there and back, tiles kept",
        ms(median(kept)), "–", "–", f"≤ {ms(_PAN_GOAL)}", median(kept) <= _PAN_GOAL,
    )  # fmt: skip
    decoder = median(peak for _, peak in peaks)
    yield Figure(
        f"{_PHOTO}: peak memory of the decoder while zoomed (app: "
        f"{mb(median(peak for peak, _ in peaks))})",
        mb(decoder), "–", "–", f"≤ {mb(_MEMORY_GOAL)}", decoder <= _MEMORY_GOAL,
    )  # fmt: skip


def _peak(pid: int) -> int:
    """Return the largest resident memory of a process in bytes; 0 where it is not known."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
