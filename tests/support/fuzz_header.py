"""The header reader against mutants: what it raises, how long it takes, how much it reads."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from heicdepth_tui.depth.camera import camera_for_depth, stored_camera
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.errors import HeaderError, HeicDepthError
from heicdepth_tui.export.record import json_line, photo_record
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.summary import read_summary
from heicdepth_tui.report.plain import plain_groups
from heicdepth_tui.report.tables import fact_groups
from heicdepth_tui.text import printable
from tests.support.mutate import Mutator
from tests.support.specimens import counted_reads

__all__ = ["MOST_BYTES", "MOST_MS", "HeaderFindings", "describe_header", "fuzz_headers"]

MOST_MS = 50.0
"""Processor time that reading one header may take."""
MOST_BYTES = 9_000_000
"""Bytes that may be read for one header."""
_SUSPECT_MS = MOST_MS / 4
_AGAIN = 3

_T = TypeVar("_T")


@dataclass
class HeaderFindings:
    """What became of the mutants; ``failures`` are lines that tell which one to look at."""

    mutants: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    """What the list would say of them."""
    slowest_ms: float = 0.0
    slowest: str = ""
    slowest_row_ms: float = 0.0
    most_bytes: int = 0
    total_ms: float = 0.0
    failures: list[str] = field(default_factory=list)


def fuzz_headers(mutator: Mutator, count: int, scratch: Path, *, first: int = 0) -> HeaderFindings:
    """Read ``count`` mutants, the ``first``-th and following, as header, row, tables and record."""
    findings = HeaderFindings()
    path = scratch / "mutant.heic"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with counted_reads() as reads:
            for number in range(first, first + count):
                specimen = mutator.mutant(number)
                specimen.write(descriptor)
                findings.mutants += 1
                try:
                    _look_at(path, f"mutant {number} ({specimen.name})", findings, reads)
                except Exception as error:  # noqa: BLE001  this is what is being looked for
                    what = f"{type(error).__name__}: {error}"
                    findings.failures.append(f"mutant {number} ({specimen.name}): {what}")
    finally:
        os.close(descriptor)
        path.unlink()
    return findings


def _look_at(path: Path, name: str, findings: HeaderFindings, reads: list[tuple[int, int]]) -> None:
    reads.clear()
    found, spent = _timed(lambda: _header(path))
    _note_bytes(findings, reads, name)
    findings.total_ms += spent
    kind = type(found).__name__
    findings.outcomes["described" if isinstance(found, Header) else kind] += 1
    if spent > findings.slowest_ms:
        findings.slowest_ms, findings.slowest = spent, name
    if spent > MOST_MS:
        findings.failures.append(f"{name}: {spent:.0f} ms")
    reads.clear()
    row, spent = _timed(lambda: read_summary(path))
    _note_bytes(findings, reads, name)
    findings.slowest_row_ms = max(findings.slowest_row_ms, spent)
    findings.rows["listed" if not row.problem else f"“{row.problem}”"] += 1
    if isinstance(found, Header):
        describe_header(found)
    else:
        _check_message(found)


def _header(path: Path) -> Header | HeaderError:
    try:
        return read_header(path)
    except HeaderError as error:
        return error


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """Return what ``work`` gives and the processor time of this thread that it took, in ms.

    Something else may have run in between: what looks slow is repeated, and the least counts.
    """
    start = time.thread_time_ns()
    result = work()
    spent = time.thread_time_ns() - start
    if spent > _SUSPECT_MS * 1e6:
        for _ in range(_AGAIN):
            start = time.thread_time_ns()
            work()
            spent = min(spent, time.thread_time_ns() - start)
    return result, spent / 1e6


def _note_bytes(findings: HeaderFindings, reads: list[tuple[int, int]], name: str) -> None:
    # Slow ones were read several times over; each time took the same bytes.
    total = sum(length for _, length in reads)
    starts = sum(1 for offset, _ in reads if offset == 0) or 1
    findings.most_bytes = max(findings.most_bytes, total // starts)
    if total // starts > MOST_BYTES:
        findings.failures.append(f"{name}: {total // starts:,} bytes read")


def describe_header(header: Header) -> None:
    """Say everything about a header that the program ever says; raises where that goes wrong.

    AssertionError where a text could move the cursor of a terminal.
    """
    depth_map = camera = None
    if header.depth.item is not None:
        codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
        depth_map = build_depth_map(codes, 8, header.depth)
        try:
            camera = camera_for_depth(header, header.depth.item.displayed_size)
            depth_map.metres()
        except HeicDepthError as error:
            _check_message(error)
    stored = stored_camera(header)
    groups = fact_groups(header, depth_map=depth_map, stored=stored, camera=camera)
    said = list(plain_groups(groups))
    record = json_line(photo_record(header.path, header, None))
    for text in (*said, record, printable(header.camera_name)):
        _check_text(text)


def _check_message(error: HeicDepthError) -> None:
    _check_text(str(error))
    _check_text(error.short)


def _check_text(text: str) -> None:
    if printable(text) != text:
        raise AssertionError(f"not fit for a terminal: {text!r}")
