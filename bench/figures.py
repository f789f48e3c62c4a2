"""One line of the table, and how times are taken: interleaved, so that noise hits all alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = [
    "Figure",
    "SkippedError",
    "cpu_seconds_of",
    "interleave",
    "mb",
    "ms",
    "percentile",
    "ratio_of",
    "seconds_of",
]


class SkippedError(Exception):
    """Raised where a photo or a program that a measurement needs is missing."""


@dataclass(frozen=True)
class Figure:
    """One row of the table; ``reached`` is None where there is no goal."""

    what: str
    ours: str
    reference: str = "–"
    ratio: str = "–"
    goal: str = "–"
    reached: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of its row."""
        verdict = {True: "yes", False: "**no**", None: "–"}[self.reached]
        return (self.what, self.ours, self.reference, self.ratio, self.goal, verdict)


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes, in seconds, the collector of cycles being off."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
    finally:
        if was_on:
            gc.enable()


def cpu_seconds_of(work: Callable[[], object]) -> float:
    """Return how long ``work`` has the processor, in seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def interleave(
    *timed: Callable[[], float], repetitions: int, warm_up: int = 1
) -> list[list[float]]:
    """Return the seconds that each of ``timed`` reports, taking turns; warm-ups are not counted."""
    for _ in range(warm_up):
        for one in timed:
            one()
    taken: list[list[float]] = [[] for _ in timed]
    for _ in range(repetitions):
        for one, into in zip(timed, taken, strict=True):
            into.append(one())
    return taken


def ratio_of(ours: Sequence[float], reference: Sequence[float]) -> float:
    """Return the median of the ratios of neighbouring repetitions."""
    return median(a / b for a, b in zip(ours, reference, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that ``percent`` of all do not exceed."""
    ordered = sorted(values)
    index = max(0, -(-len(ordered) * percent // 100) - 1)
    return ordered[int(index)]


def ms(seconds: float) -> str:
    """Return a time in milliseconds with three digits or so."""
    value = seconds * 1000
    if value >= 100:
        return f"{value:,.0f} ms"
    return f"{value:.1f} ms" if value >= 1 else f"{value:.3f} ms"


def mb(count: float) -> str:
    """Return bytes as megabytes (10^6)."""
    return f"{count / 1e6:,.0f} MB" if count >= 1e7 else f"{count / 1e6:.1f} MB"
