"""From the start or a key to the picture on the screen, in the real command in a pseudo-terminal.

A picture counts as painted at the last change of any of its cells (bench.screen).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import Figure, SkippedError, ms, percentile, ratio_of, seconds_of
from bench.material import Material, program
from bench.screen import Region, Replay
from bench.starting import SIZE, last_byte_of, open_app
from bench.terminal import Terminal
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY

__all__ = ["FIT", "Painted", "not_prefetched", "painted_since", "prefetched", "press", "start"]

FIT = (512, 512)
"""To what the app has photos decoded for a terminal of this size."""

_PAGE_DOWN = b"\x1b[6~"


@dataclass(frozen=True)
class Painted:
    """Times of painting the pictures of the selected photo, in seconds since a common start."""

    photo: float
    depth: float | None
    last_byte: float
    cells: tuple[int, int]
    """Columns and rows of the photo."""

    @property
    def both(self) -> float:
        """The time of the later of the two."""
        return self.photo if self.depth is None else max(self.photo, self.depth)


def painted_since(start: float, terminal: Terminal, replay: Replay) -> Painted:
    """Return when the pictures on the screen at rest were painted; RuntimeError if never."""
    regions = {name: replay.picture(name) for name in ("photo", "depth")}
    times: dict[str, float | None] = {}
    for name, region in regions.items():
        seen = None if region is None else replay.painted(region)
        times[name] = None if seen is None else seen - start
    photo, region = times["photo"], regions["photo"]
    if photo is None or region is None:
        raise RuntimeError("no photo was painted:\n" + _shown(replay))
    return Painted(photo, times["depth"], terminal.last_byte - start, _cells(replay, region))


def _cells(replay: Replay, region: Region) -> tuple[int, int]:
    """Return the columns and rows that are really covered: those that hold a block somewhere."""
    rows = replay.content(region)
    covered = [x for x in range(len(region.columns)) if any(row[x].data in "▀▄█" for row in rows)]
    return (covered[-1] - covered[0] + 1 if covered else 0), len(rows)


def _shown(replay: Replay) -> str:
    return "\n".join(replay.text(y).rstrip() for y in range(len(replay.rows)))


def start(material: Material) -> Iterator[Figure]:
    """Measure the start of the command to photo and depth map beside timg and chafa."""
    photo = material.photo("pug.heic")
    others: dict[str, list[str]] = {}
    skipped: list[str] = []
    for name, arguments in (("timg", ["-g60x40", "-ph"]), ("chafa", ["-s", "60x40"])):
        try:
            others[name] = [program(name), *arguments, str(photo)]
        except SkippedError as why:
            skipped.append(str(why))
    ours: list[Painted] = []
    taken: dict[str, list[float]] = {name: [] for name in others}
    for turn in range(material.repetitions(9) + 1):
        painted = _start_once(photo, material.scratch)
        printed = {
            name: last_byte_of(command, material.scratch) for name, command in others.items()
        }
        if turn:  # the first one warms up
            ours.append(painted)
            for name, one in printed.items():
                taken[name].append(one)
    cells = "×".join(map(str, ours[0].cells))
    photos = [painted.photo for painted in ours]
    maps = [painted.depth or 0.0 for painted in ours]
    rows = (
        (f"full photo ({cells} cells) on the screen", photos, "timg", 0.9),
        (f"full photo ({cells} cells) on the screen", photos, "chafa", 0.65),
        ("depth map on the screen", maps, "timg", 0.6),
    )
    for what, seconds, name, goal in rows:
        label = f"pug.heic, start of the command to its {what} / "
        if name not in taken:
            yield Figure(label + name, ms(median(seconds)), "–", "–", f"≤ {goal}")
            continue
        ratio = ratio_of(seconds, taken[name])
        yield Figure(
            f"{label}`{' '.join([name, *others[name][1:-1]])}` printing the photo",
            ms(median(seconds)), ms(median(taken[name])), f"{ratio:.2f}", f"≤ {goal}",
            ratio <= goal,
        )  # fmt: skip
    if skipped:
        raise SkippedError("; ".join(skipped))


def _start_once(photo: Path, scratch: Path) -> Painted:
    with open_app(photo, scratch=scratch) as terminal:
        terminal.settle()
        replay = Replay(SIZE)
        replay.feed(terminal.chunks)
        return painted_since(terminal.started, terminal, replay)


def press(terminal: Terminal, replay: Replay, key: bytes) -> Painted:
    """Press a key, wait for rest, and return when what was painted."""
    terminal.chunks.clear()
    replay.forget()
    pressed = terminal.send(key)
    terminal.settle()
    replay.feed(terminal.chunks)
    return painted_since(pressed, terminal, replay)


def prefetched(material: Material) -> Iterator[Figure]:
    """Measure the next photo whose neighbours had all the time to be prefetched."""
    kinds = [material.photo("pug.heic"), material.turned("pug.heic")]
    folder = material.folder(60, kinds)
    ours: list[Painted] = []
    static: list[float] = []
    command = (sys.executable, "-m", "bench.static")
    with (
        open_app(folder, scratch=material.scratch) as terminal,
        open_app(*kinds, scratch=material.scratch, command=command) as other,
    ):
        terminal.settle()
        other.settle()
        replay = Replay(SIZE)
        replay.feed(terminal.chunks)
        for turn in range(material.repetitions(30) + 2):
            painted = press(terminal, replay, b"j")
            pressed = other.send(b"j")
            other.settle()
            if turn > 1:
                ours.append(painted)
                static.append(other.last_byte - pressed)
    for what, times, goals in (
        ("key → last byte", [painted.last_byte for painted in ours], (0.008, 0.015)),
        ("key → last cell of both pictures", [painted.both for painted in ours], None),
    ):
        middle, high = percentile(times, 50), percentile(times, 95)
        yield Figure(
            f"next photo, prefetched: {what}, p50 / p95; beside both pictures as Static(Pixels), "
            "decoded beforehand",
            f"{ms(middle)} / {ms(high)}",
            f"{ms(percentile(static, 50))} / {ms(percentile(static, 95))}",
            f"{ratio_of(times, static):.2f}",
            f"≤ {goals[0] * 1000:.0f} / {goals[1] * 1000:.0f} ms" if goals else "–",
            middle <= goals[0] and high <= goals[1] if goals else None,
        )  # fmt: skip


def not_prefetched(material: Material) -> Iterator[Figure]:
    """Measure a photo many rows away, which is not prefetched, beside decoding it."""
    kinds = [material.photo("pug.heic"), material.turned("pug.heic")]
    folder = material.folder(1500, kinds)
    ours: list[Painted] = []
    decoded: list[float] = []
    with open_app(folder, scratch=material.scratch) as terminal:
        terminal.settle()
        replay = Replay(SIZE)
        replay.feed(terminal.chunks)
        for turn in range(material.repetitions(15) + 1):
            painted = press(terminal, replay, _PAGE_DOWN)
            seconds = seconds_of(lambda: load(kinds[0], PRIMARY, fit=FIT))
            if turn:
                ours.append(painted)
                decoded.append(seconds)
    maps = [painted.depth for painted in ours if painted.depth is not None]
    if maps:
        middle = median(maps)
        yield Figure(
            "photo not prefetched (a page down): key → depth map, p50",
            ms(middle), "–", "–", "≤ 40 ms", middle <= 0.04,
        )  # fmt: skip
    over = median(a.photo - b for a, b in zip(ours, decoded, strict=True))
    photos = [painted.photo for painted in ours]
    yield Figure(
        "photo not prefetched: key → full photo, p50 / decoding it in one process",
        ms(median(photos)), ms(median(decoded)), f"{ratio_of(photos, decoded):.2f} "
        f"({over * 1000:+.0f} ms)", "≤ decode + 25 ms", over <= 0.025,
    )  # fmt: skip
