"""The app without each of the pieces that stand beside Textual, side by side in one run.

A piece stays where a person would notice that it is gone: first paint, depth map or photo 30 ms
later, the event loop held up 30 ms longer while a key is held, or a key or cursor step on the slow
line a third longer, which is a quarter shorter with it.
The whole app is measured twice: where the two differ as much, the machine was not quiet and the
table says so.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.figures import ms
from bench.held import LINK, hold, steps_seen, worst_gap
from bench.material import Material
from bench.pictures import painted_since, press
from bench.screen import Replay
from bench.starting import SIZE, first_time, open_app
from heicdepth_tui.ui.terminal.switches import PIECES, VARIABLE

__all__ = ["AGAIN", "ALL", "COLUMNS", "NOT_QUIET", "WHOLE", "Costs", "ablate", "table"]

NOTICED_SECONDS = 0.03
NOTICED_SHARE = 4 / 3
"""A step that takes this much longer without a piece is a quarter shorter with it."""

NOT_QUIET = (
    "The machine was not quiet: the whole app differs from itself by as much as is noticed, so "
    "nothing follows from smaller differences."
)

_SOONER = ("first paint", "depth map", "photo", "slow: photo", "held key: gap")
_SHORTER = ("slow: key step", "slow: cursor step")
COLUMNS = (*_SOONER, "key step", *_SHORTER)
_LISTED = 10
_STARTS, _PRESSES, _SLOW_RUNS, _SLOW_PRESSES = 7, 8, 3, 4

ALL, WHOLE, AGAIN = "all of these", "the app", "nothing, once more"


@dataclass
class Costs:
    """Seconds of each column, by repetition."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(self, column: str, seconds: float) -> None:
        """Keep one more measurement."""
        self.seconds[column].append(seconds)

    def median(self, column: str) -> float:
        """Return the median of a column."""
        return median(self.seconds[column])


def ablate(material: Material) -> dict[str, Costs]:
    """Measure the app, the app without each piece, and without all, taking turns."""
    variants = {WHOLE: "", AGAIN: "", **{name: name for name in PIECES}, ALL: ",".join(PIECES)}
    costs = {name: Costs() for name in variants}
    folder = material.folder(60, [material.photo("pug.heic"), material.turned("pug.heic")])
    for turn in range(material.repetitions(_STARTS) + 1):
        for name, without in variants.items():
            _fast(folder, without, material.scratch, costs[name] if turn else Costs())
        _tell("fast line", turn)
    for turn in range(1 if material.quick else _SLOW_RUNS):
        for name, without in variants.items():
            _slow(folder, without, material.scratch, costs[name])
        _tell("slow line", turn)
    return costs


def _tell(what: str, turn: int) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}, turn {turn}", file=sys.stderr, flush=True)


def _fast(folder: Path, without: str, scratch: Path, into: Costs) -> None:
    """Measure the start and a few keys."""
    with open_app(folder, scratch=scratch, link=None, **{VARIABLE: without}) as terminal:
        terminal.settle()
        listed, replay = first_time(terminal, lambda screen: screen.listed >= _LISTED)
        started = painted_since(terminal.started, terminal, replay)
        into.add("first paint", listed if listed is not None else started.last_byte)
        into.add("depth map", started.depth or started.photo)
        into.add("photo", started.photo)
        for turn in range(_PRESSES):
            painted = press(terminal, replay, b"j")
            if turn:
                into.add("key step", painted.both)
    target = scratch / "late.json"
    command = (sys.executable, "-m", "bench.hosted", str(target))
    with open_app(
        folder, scratch=scratch, link=None, command=command, **{VARIABLE: without}
    ) as terminal:
        terminal.settle()
        presses = hold(terminal, b"j", seconds=1.0)
        terminal.settle()
    into.add("held key: gap", worst_gap(target, [(presses[0], presses[-1])]))


def _slow(folder: Path, without: str, scratch: Path, into: Costs) -> None:
    """Measure the start, single keys and a held one over a line of 1 Mbit/s and 80 ms."""
    with open_app(folder, scratch=scratch, link=LINK, **{VARIABLE: without}) as terminal:
        terminal.settle()
        replay = Replay(SIZE)
        replay.feed(terminal.chunks)
        into.add("slow: photo", painted_since(terminal.started, terminal, replay).photo)
        for _ in range(_SLOW_PRESSES):
            into.add("slow: key step", press(terminal, replay, b"j").both)
        terminal.chunks.clear()
        presses = hold(terminal, b"j", seconds=1.0)
        terminal.settle()
        into.add("slow: cursor step", median(steps_seen(terminal, replay, presses)))


def table(costs: dict[str, Costs]) -> list[str]:
    """Return the lines of the Markdown table: the app, and what each piece saves."""
    whole = costs[WHOLE]
    lines = [
        "| without | " + " | ".join(COLUMNS) + " | noticed? |",
        "|---|" + "---|" * len(COLUMNS) + "---|",
        f"| nothing: {WHOLE} | " + " | ".join(ms(whole.median(name)) for name in COLUMNS) + " | |",
    ]
    for name, cost in costs.items():
        if name == WHOLE:
            continue
        cells = [
            f"{ms(cost.median(column))} ({_change(cost.median(column), whole.median(column))})"
            for column in COLUMNS
        ]
        noticed = ", ".join(_noticed(cost, whole)) or "no"
        label = f"{name}: {PIECES[name]}" if name in PIECES else name
        lines.append(f"| {label} | " + " | ".join(cells) + f" | {noticed} |")
    again = costs.get(AGAIN)
    if again is not None and (list(_noticed(again, whole)) or list(_noticed(whole, again))):
        lines += ["", NOT_QUIET]
    return lines


def _change(without: float, whole: float) -> str:
    return f"{(without - whole) * 1000:+.0f} ms"


def _noticed(cost: Costs, whole: Costs) -> Iterator[str]:
    for column in _SOONER:
        if cost.median(column) - whole.median(column) >= NOTICED_SECONDS:
            yield column
    for column in _SHORTER:
        if cost.median(column) >= NOTICED_SHARE * whole.median(column):
            yield column
