"""The line that shows running exports, fitted to its width."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from heicdepth_tui.text import printable, size_text
from heicdepth_tui.ui.model.clipping import clip

if TYPE_CHECKING:
    from heicdepth_tui.ui.services.events import ExportProgress

__all__ = ["ProgressLine", "duration_text", "progress_line"]

_MIN_BAR, _MAX_BAR = 6, 40
_MAX_NAME = 32
_MIN_SECONDS = 1.0
"""Before this neither rate nor time left is shown: too little is done."""


class ProgressLine(NamedTuple):
    """Text, a bar, text: together no wider than requested."""

    left: str
    bar: str
    """Done part in heavy, the rest in light lines; empty where there is no room."""
    right: str


def progress_line(progress: ExportProgress, width: int) -> ProgressLine:
    """Return count, current name, bar, bytes, rate and time left; the count and bar stay longest.

    With less room, rate, bytes, name and time left go in this order.
    """
    count = f" {progress.done} of {progress.total} "
    name = printable(progress.name)
    lefts = [f"{count} {name if cell_len(name) <= _MAX_NAME else clip(name, _MAX_NAME)} "]
    lefts.append(count)
    for left, right in product(lefts, _rights(progress)):
        room = width - cell_len(left) - cell_len(right)
        if room >= _MIN_BAR:
            return ProgressLine(left, _bar(progress, min(room, _MAX_BAR)), right)
    return ProgressLine(clip(count.rstrip(), width).rstrip(), "", "")


def _bar(progress: ExportProgress, cells: int) -> str:
    halves = 2 * cells * progress.done // progress.total if progress.total else 0
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    return done + "─" * (cells - len(done))


def _rights(progress: ExportProgress) -> list[str]:
    """Return the texts right of the bar, the longest first."""
    if progress.is_stopping:
        return [" stopping after this file", " stopping", ""]
    size = size_text(progress.bytes)
    if not progress.done or progress.seconds < _MIN_SECONDS:
        return [f" {size}", ""]
    rate = f"{size_text(round(progress.bytes / progress.seconds))}/s"
    each = progress.seconds / progress.done
    left = f"{duration_text(each * (progress.total - progress.done))} left"
    return [f" {size} · {rate} · {left}", f" {size} · {left}", f" {left}", ""]


def duration_text(seconds: float) -> str:
    """Return a duration in its largest units: ``0.4 s``, ``12 s``, ``3 min``, ``1 h 45 min``."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
