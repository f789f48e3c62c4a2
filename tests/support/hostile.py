"""Examines hostile files in a process of its own and measures time and memory.

``python -m tests.support.hostile FILE...`` prints one JSON object per file, then the peak memory.
Bombs must be written by another process, for building them takes memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.summary import read_summary
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.launch import worker_environment
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, THUMBNAIL, Layer, Request

__all__ = ["examine", "in_own_process", "peak_mb"]

_T = TypeVar("_T")
_FIT = (1024, 1024)


def in_own_process(paths: Sequence[Path]) -> tuple[list[dict[str, Any]], float]:
    """Return what ``examine`` says of every file, and the peak memory of that process in MB."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.hostile", *map(str, paths)],
        env={**worker_environment(), "PYTHONPATH": f"{root}{os.pathsep}{root / 'tui'}"},
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *files, last = (json.loads(line) for line in done.stdout.splitlines())
    return files, last["peak_mb"]


def examine(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """Yield what header, row and decoder say of every file, and the seconds of all together.

    Of the reader and of the decoder process the processor time counts where it is less than the
    time that went by, so that other work on the machine makes no difference.
    """
    with Decoder.start(time_limit=20.0) as decoder:
        _ask(decoder, Path(os.devnull), PRIMARY)
        for path in paths:
            header, spent = _timed(lambda path=path: _header(path), time.process_time)
            row, more = _timed(lambda path=path: read_summary(path).problem, time.process_time)
            spent += more
            found = {"name": path.name, "header": header, "row": row}
            for layer in (PRIMARY, DEPTH, THUMBNAIL):
                before = _processor(decoder.pid)
                found[layer.label], wall = _timed(
                    lambda path=path, layer=layer: _ask(decoder, path, layer), time.monotonic
                )
                after = _processor(decoder.pid)
                used = wall if before is None or after is None else after - before
                spent += min(wall, used) if used >= 0 else wall
            yield {**found, "seconds": spent}


def _timed(work: Callable[[], _T], clock: Callable[[], float]) -> tuple[_T, float]:
    start = clock()
    result = work()
    return result, clock() - start


def _header(path: Path) -> str:
    try:
        header = read_header(path)
    except HeicDepthError as error:
        return f"{type(error).__name__}: {error.short}"
    info = header.depth
    stated = (info.reason, info.representation_problem, info.calibration_problem, header.truncated)
    wrong = "; ".join(text for text in (*stated, *header.problems[:1]) if text)
    return f"{header.primary.displayed_size}, depth {info.status.value}" + (
        f": {wrong}" if wrong else ""
    )


def _ask(decoder: Decoder, path: Path, layer: Layer) -> str:
    try:
        pixels = decoder.get(Request(next_ticket(), "hostile", str(path), layer, fit=_FIT))
    except HeicDepthError as error:
        return f"{type(error).__name__}: {error.short}"
    return f"{pixels.shape}" + (f" ({pixels.note})" if pixels.note else "")


def _processor(pid: int | None) -> float | None:
    """Return the processor time of another process in seconds, None where it cannot be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    try:
        # A child's ru_maxrss begins with that of its parent; this does not.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1e3
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> int:
    """Examine the files of the command line."""
    for found in examine([Path(name) for name in sys.argv[1:]]):
        print(json.dumps(found), flush=True)
    print(json.dumps({"peak_mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
