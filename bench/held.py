"""A key held down over many photos: the event loop's gaps, the last picture, and a slow line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.figures import Figure, ms, percentile
from bench.material import Material, environment
from bench.minimal import READY
from bench.pictures import painted_since
from bench.screen import Replay, Row
from bench.starting import SIZE, open_app
from bench.terminal import Link, Terminal

__all__ = ["LINK", "held_key", "hold", "slow_link", "steps_seen", "worst_gap"]

_RATE = 30.0
_SECONDS = 2.0
LINK = Link(rate=125_000, one_way=0.040)
"""1 Mbit/s, 80 ms there and back."""

Signature = tuple[tuple[Row, ...] | None, ...]


def _kinds(material: Material) -> list[Path]:
    return [material.photo(name) for name in ("pug.heic", "arrow.heic", "IMG_5622.HEIC")]


def hold(terminal: Terminal, key: bytes, seconds: float = _SECONDS) -> list[float]:
    """Press a key as a held one repeats, for some seconds; return when each press was made."""
    start = time.monotonic()
    presses: list[float] = []
    for index in range(int(_RATE * seconds)):
        terminal.pump(start + index / _RATE)
        presses.append(terminal.send(key))
    return presses


def signature(replay: Replay) -> Signature:
    """Return the cells of both pictures: what tells photos apart."""
    regions = [replay.picture(name) for name in ("photo", "depth")]
    return tuple(None if region is None else replay.content(region) for region in regions)


def held_key(material: Material) -> Iterator[Figure]:
    """Measure the worst gap of the event loop, and the last key to the right picture."""
    kinds = _kinds(material)
    folder = material.folder(200, kinds)
    gaps: list[float] = []
    last: list[float] = []
    wrong = 0
    target = material.scratch / "late.json"
    command = (sys.executable, "-m", "bench.hosted", str(target))
    for _ in range(2 if material.quick else 5):
        windows: list[tuple[float, float]] = []
        with open_app(folder, scratch=material.scratch, command=command) as terminal:
            replay = Replay(SIZE)
            known = _learn(terminal, replay, len(kinds))
            terminal.chunks.clear()
            replay.forget()
            presses = hold(terminal, b"j")
            terminal.settle()
            replay.feed(terminal.chunks)
            painted = painted_since(presses[-1], terminal, replay)
            cursor = replay.cursor
            expected = len(kinds) - 1 + len(presses)
            wrong += cursor != expected or signature(replay) != known[expected % len(kinds)]
            last.append(painted.both)
            windows.append((presses[0], presses[-1] + painted.both))
        gaps.append(worst_gap(target, windows))
    minimal = [_minimal_gap(material) for _ in range(2 if material.quick else 5)]
    yield Figure(
        "key held for 2 s at 30/s over 200 photos: worst gap of the event loop (median of runs) / "
        "the same keys in a minimal Textual app",
        f"{ms(median(gaps))} (worst run {ms(max(gaps))})", ms(median(minimal)),
        f"{median(gaps) / median(minimal):.1f}", "≤ 30 ms", median(gaps) <= 0.03,
    )  # fmt: skip
    yield Figure(
        "the same: last key → right picture (median of runs)",
        f"{ms(median(last))} (worst run {ms(max(last))})"
        + (f", {wrong} of {len(last)} ended on another photo's picture" if wrong else ""),
        "–", "–", "≤ 300 ms", median(last) <= 0.3 and not wrong,
    )  # fmt: skip


def _learn(terminal: Terminal, replay: Replay, count: int) -> list[Signature]:
    """Visit the first photos one after another and return how each looks."""
    known = []
    for index in range(count):
        if index:
            terminal.send(b"j")
        terminal.settle()
        replay.feed(terminal.chunks)
        terminal.chunks.clear()
        known.append(signature(replay))
    return known


def worst_gap(target: Path, windows: Sequence[tuple[float, float]]) -> float:
    """Return the longest gap of the event loop in these windows of time, in seconds.

    ``target`` is what ``bench.hosted`` has written at its end.
    """
    late = json.loads(target.read_text())
    return max(
        (
            seconds
            for now, seconds in late
            if any(start <= now <= end + seconds for start, end in windows)
        ),
        default=0.0,
    )


def _minimal_gap(material: Material) -> float:
    target = material.scratch / "late-minimal.json"
    command = (sys.executable, "-m", "bench.hosted", str(target))
    with Terminal(
        command, cwd=material.scratch, env=environment(material.scratch), size=SIZE
    ) as terminal:
        terminal.wait_for(READY.encode())
        terminal.settle()
        presses = hold(terminal, b"j")
        terminal.settle()
    return worst_gap(target, [(presses[0], presses[-1])])


def slow_link(material: Material) -> Iterator[Figure]:
    """Measure a held key's cursor steps over a line of 1 Mbit/s and 80 ms."""
    folder = material.folder(200, _kinds(material))
    medians: list[float] = []
    waits: list[float] = []
    rests: list[float] = []
    for _ in range(1 if material.quick else 3):
        with open_app(folder, scratch=material.scratch, link=LINK) as terminal:
            terminal.settle()
            replay = Replay(SIZE)
            replay.feed(terminal.chunks)
            terminal.chunks.clear()
            presses = hold(terminal, b"j")
            terminal.settle()
            steps = steps_seen(terminal, replay, presses)
        waits.extend(steps)
        medians.append(median(steps))
        rests.append(terminal.last_byte - presses[-1])
    yield Figure(
        "slow link (model: 1 Mbit/s, 80 ms there and back): key → cursor step seen while a key "
        "is held at 30/s, p50 (p95) / the time that one 60×40 picture of rich-pixels takes on it",
        f"{ms(median(medians))} ({ms(percentile(waits, 95))})",
        ms(_rich_pixels_seconds(material)), "–", "≤ 350 ms", median(medians) <= 0.35,
    )  # fmt: skip
    yield Figure(
        "the same: last key → last byte seen, pictures and tables of the photo it stops on",
        ms(median(rests)),
    )


def steps_seen(terminal: Terminal, replay: Replay, presses: Sequence[float]) -> list[float]:
    """Return for each press how long it took until the cursor stood on its row or beyond."""
    first = replay.cursor or 0
    seen: list[tuple[float, int]] = []

    def look(now: float, screen: Replay) -> None:
        at = screen.cursor
        if at is not None and (not seen or at > seen[-1][1]):
            seen.append((now, at))

    replay.feed(terminal.chunks, look)
    steps = []
    for index, pressed in enumerate(presses):
        position = first + 1 + index
        steps.append(min((now for now, at in seen if at >= position), default=1e9) - pressed)
    return steps


def _rich_pixels_seconds(material: Material) -> float:
    from bench.wire import by_rich_pixels

    data = by_rich_pixels(material.photo("IMG_5622.HEIC"))
    return len(data) / LINK.rate + 2 * LINK.one_way
