"""The process that lists photos for a cluster or for workers: memory and rate, new and again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.figures import Figure, SkippedError
from bench.material import Material, environment
from heicdepth_tui.batch.manifest import NAME, Manifest, parameters_of
from heicdepth_tui.batch.records import Output, Record, State
from heicdepth_tui.batch.run import Counts
from heicdepth_tui.batch.shard import SHARD_PHOTOS, ShardWork
from heicdepth_tui.export.options import ExportOptions

__all__ = ["planning"]

_COUNTS, _QUICK_COUNTS = (20_000, 200_000), (2_000, 20_000)
_A_FOLDER = 1_000
_LEFT = 100
"""One photo of so many is left to a second run."""


def planning(material: Material) -> Iterator[Figure]:
    """Measure the process that lists photos and reads manifests, where nothing is exported."""
    if sys.platform != "linux":
        raise SkippedError("the most memory that a process had is read from /proc")
    first, all_of_them = _QUICK_COUNTS if material.quick else _COUNTS
    few, many = (_made_up(material.scratch / f"planning-{n}", n) for n in (first, all_of_them))
    for words, kind, out in (
        ("--scheduler none", "new", "new"),
        ("--scheduler none", "again", "again"),
        ("--jobs 2", "new", "new"),
        ("--jobs 2", "again", "again"),
    ):
        small, large = (_plan(one, out, words, material) for one in (few, many))
        more = all_of_them - first
        bytes_a_photo = (large["peak"] - small["peak"]) / more
        rate = more / (large["seconds"] - small["seconds"])
        found = f", {large['left']:,} left" if kind == "again" else ""
        yield Figure(
            f"`export {words}`, {kind}: {all_of_them:,} photos{found}: memory of the process that "
            f"lists them, a photo beyond the first {first:,} (rate)",
            f"{max(0, bytes_a_photo):,.0f} B ({rate:,.0f} photos/s)",
        )


def _made_up(folder: Path, count: int) -> Path:
    """Make empty photos, and in ``again`` what a run left that did most of them."""
    out = folder / "again"
    (folder / "new").mkdir(parents=True)
    options = parameters_of(ExportOptions())
    lines: list[str] = []
    for number in range(count):
        place = f"{number // _A_FOLDER:04}/IMG_{number:07}"
        photo, made = folder / "photos" / f"{place}.HEIC", out / f"{place}.pcd"
        if number % _A_FOLDER == 0:
            photo.parent.mkdir(parents=True)
            made.parent.mkdir(parents=True)
        photo.touch()
        made.touch()
        source = (str(photo), 0, photo.stat().st_mtime_ns, options)
        lines.append(Record(*source, State.BEGUN, is_own=True).line())
        if number % _LEFT:
            output = Output(f"{place}.pcd", 0, f"{number:064x}")
            lines.append(Record(*source, State.DONE, (output,)).line())
        if (number + 1) % SHARD_PHOTOS == 0:
            name = f"{NAME}-{number // SHARD_PHOTOS:012x}.jsonl"
            (out / name).write_text("".join(f"{line}\n" for line in lines))
            lines.clear()
    return folder


def _plan(folder: Path, out: str, words: str, material: Material) -> dict[str, Any]:
    said = subprocess.run(
        [
            *(sys.executable, "-m", "bench.planning", "export", "-r", "--keep-tree"),
            *(*words.split(), "--out", str(folder / out), str(folder / "photos")),
        ],
        check=True, capture_output=True, text=True, env=environment(material.scratch),
    ).stdout  # fmt: skip
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _run(words: list[str]) -> None:
    """Run the command, with a cluster that takes the shards and with workers that do nothing."""
    from heicdepth_tui import cli
    from heicdepth_tui.batch import cluster, run
    from heicdepth_tui.batch.plan import Job

    left = 0

    def take(shards: Iterable[ShardWork], _: str, **__: object) -> Counts:
        nonlocal left
        for shard in shards:
            left += len(shard.jobs)
        return Counts()

    def work(jobs: Iterable[Job], manifest: Manifest, **__: object) -> Counts:
        nonlocal left
        counts = Counts()
        left += sum(1 for _ in run.remaining(jobs, manifest, counts, []))
        return counts

    start = time.perf_counter()
    with (
        patch.object(cluster, "distributed_package"),
        patch.object(cluster, "run_on_cluster", take),
        patch.object(run, "run_batch", work),
    ):
        code = cli.run(words)
    seconds = time.perf_counter() - start
    if code:
        raise RuntimeError(f"the command ended with {code}")
    print(json.dumps({"peak": _peak(), "seconds": seconds, "left": left}))


def _peak() -> int:
    """Return the most memory that this process had; getrusage would count its parent's as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    _run(sys.argv[1:])
