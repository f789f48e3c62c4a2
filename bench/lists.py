"""Folders of many photos: first paint, facts of the rows, depth marks, and how they grow."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import pillow_heif

from bench.figures import Figure, SkippedError, interleave, ms, ratio_of, seconds_of
from bench.material import Material, environment, program
from bench.minimal import READY
from bench.processes import memory_of
from bench.starting import SIZE, first_time, open_app, wait_until
from bench.terminal import Terminal
from heicdepth_tui.heif.summary import read_summary

__all__ = ["facts", "first_paint", "growth", "marks"]

_PAINTED_ROWS = 10
_HEIF_INFO_RUNS = 5
_TITLE = re.compile(rb"([\d,]+) photos \xc2\xb7 ([\d,]+) with depth")


def first_paint(material: Material) -> Iterator[Figure]:
    """Measure the start to ten rows of a list of 10,000 photos beside a minimal Textual app."""
    photo = material.any_photo()
    folder = material.folder(10_000, [photo])

    def ours() -> float:
        with open_app(folder, scratch=material.scratch) as terminal:
            wait_until(terminal, lambda: terminal.raw.count(b"IMG_0") >= _PAINTED_ROWS, 30)
            terminal.settle(limit=90)
            seen, _ = first_time(terminal, lambda screen: screen.listed >= _PAINTED_ROWS)
            assert seen is not None
            return seen

    def minimal() -> float:
        command = (sys.executable, "-m", "bench.minimal")
        with Terminal(
            command, cwd=material.scratch, env=environment(material.scratch), size=SIZE
        ) as terminal:
            terminal.wait_for(READY.encode())
            return terminal.last_byte - terminal.started

    taken = interleave(ours, minimal, repetitions=material.repetitions(9))
    ratio = ratio_of(*taken)
    yield Figure(
        "first paint of a folder of 10,000 photos (ten rows of the list) / a minimal Textual app",
        ms(median(taken[0])), ms(median(taken[1])), f"{ratio:.2f}", "≤ 1.35", ratio <= 1.35,
    )  # fmt: skip


def facts(material: Material) -> Iterator[Figure]:
    """Measure depth, sizes and date of 1,000 copies, warm, beside pillow-heif and exiftool."""
    photo = material.any_photo()
    count = 1000
    folder = material.folder(count, [photo])
    paths = sorted(map(str, folder.iterdir()))

    def ours() -> float:
        return seconds_of(lambda: [read_summary(path) for path in paths])

    def library() -> float:
        return seconds_of(lambda: [pillow_heif.open_heif(path) for path in paths])

    mine, theirs = interleave(ours, library, repetitions=material.repetitions(7))
    ratio = ratio_of(mine, theirs)
    yield Figure(
        f"facts of the list, warm, per file of {count:,} copies of {photo.name} / "
        "`pillow_heif.open_heif`",
        ms(median(mine) / count), ms(median(theirs) / count), f"1/{1 / ratio:.1f}", "≤ 1/4",
        ratio <= 1 / 4,
    )  # fmt: skip
    for name, goal, batch in (
        ("exiftool", 30, [["-fast2", "-q", str(folder)]]),
        ("heif-info", 0, [[path] for path in paths[:_HEIF_INFO_RUNS]]),
    ):
        try:
            commands = [[program(name), *arguments] for arguments in batch]
        except SkippedError as why:
            yield Figure(f"the same / {name}", "–", f"skipped: {why}")
            continue
        mine, theirs = interleave(ours, partial(_run, commands), repetitions=3, warm_up=0)
        some = count if goal else len(commands)
        ratio = ratio_of(mine, theirs) * some / count
        what = "`exiftool -fast2` in one batch" if goal else f"`{name}`, one process a file"
        yield Figure(
            f"the same / {what}",
            ms(median(mine) / count), ms(median(theirs) / some), f"1/{1 / ratio:,.0f}",
            f"≤ 1/{goal}" if goal else "–", ratio <= 1 / goal if goal else None,
        )  # fmt: skip


def _run(commands: list[list[str]]) -> float:
    def all_of_them() -> None:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True)

    return seconds_of(all_of_them)


@dataclass(frozen=True)
class _Scan:
    """The cost of opening a folder: seconds from the start, bytes of memory once at rest."""

    painted: float
    marked: float
    memory: int


def _scan(folder: Path, count: int, scratch: Path) -> _Scan:
    """Open a folder and wait until the title line says that every photo has depth."""
    with open_app(folder, scratch=scratch) as terminal:
        place = 0
        tail = b""

        def all_marked() -> bool:
            nonlocal place, tail
            new = b"".join(data for _, data in terminal.chunks[place:])
            place, tail = len(terminal.chunks), (tail + new)[-len(new) - 200 :]
            return any(
                int(found[1].replace(b",", b"")) == count == int(found[2].replace(b",", b""))
                for found in _TITLE.finditer(tail)
            )

        wait_until(terminal, all_marked, 180)
        marked = terminal.last_byte - terminal.started
        terminal.settle(limit=60)
        early = [chunk for chunk in terminal.chunks if chunk[0] - terminal.started < marked]
        terminal.chunks[:] = early
        painted, _ = first_time(terminal, lambda screen: screen.listed >= _PAINTED_ROWS)
        return _Scan(painted or marked, marked, memory_of(terminal.pid))


def marks(material: Material) -> Iterator[Figure]:
    """Measure the time from the start to the last of 10,000 depth marks, files warm."""
    photo = material.any_photo()
    count = 10_000
    folder = material.folder(count, [photo])
    paths = sorted(map(str, folder.iterdir()))[:500]

    def ours() -> float:
        return _scan(folder, count, material.scratch).marked

    def library() -> float:
        taken = seconds_of(lambda: [pillow_heif.open_heif(path) for path in paths])
        return taken * count / len(paths)

    mine, theirs = interleave(ours, library, repetitions=material.repetitions(5))
    yield Figure(
        "10,000 files: every depth mark known after start, warm, first visit / "
        "`pillow_heif.open_heif` of as many, computed from 500",
        f"{median(mine):.2f} s", f"{median(theirs):.2f} s", f"{ratio_of(mine, theirs):.2f}",
        "≤ 2.5 s", median(mine) <= 2.5,
    )  # fmt: skip


def growth(material: Material) -> Iterator[Figure]:
    """Measure scan time and memory of 100,000 files beside 10,000."""
    photo = material.any_photo()
    few, many = 10_000, 50_000 if material.quick else 100_000
    folders = [material.folder(count, [photo]) for count in (few, many)]
    small: list[_Scan] = []
    large: list[_Scan] = []
    for _ in range(1 if material.quick else 2):
        small.append(_scan(folders[0], few, material.scratch))
        large.append(_scan(folders[1], many, material.scratch))
    times = [[scan.marked - scan.painted for scan in scans] for scans in (small, large)]
    ratio = ratio_of(times[1], times[0]) * few / many
    yield Figure(
        f"scan of {many:,} files (list painted to last mark), per file / of {few:,}",
        f"{median(times[1]):.2f} s",
        f"{median(times[0]):.2f} s",
        f"{ratio:.2f}",
        "within 15 %",
        ratio <= 1.15,
    )
    memory = [median(scan.memory for scan in scans) for scans in (small, large)]
    each = (memory[1] - memory[0]) / (many - few)
    yield Figure(
        f"memory of the app at rest, {many:,} files / {few:,} files: bytes a further photo",
        f"{memory[1] / 1e6:,.0f} MB", f"{memory[0] / 1e6:,.0f} MB", f"{each:,.0f} B",
        "≤ 2 KB", each <= 2048,
    )  # fmt: skip
