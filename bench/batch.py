"""Many photos: worker processes beside one, and beside the blog's script; a cluster's overhead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from statistics import mean

from bench.figures import Figure, SkippedError, mb
from bench.material import Material, environment
from heicdepth_tui.batch.cluster import run_on_cluster
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.run import Counts
from heicdepth_tui.batch.shard import ShardWork, shards_of
from heicdepth_tui.export.options import ExportOptions

__all__ = ["cluster", "do_nothing", "workers"]

_PHOTOS, _QUICK_PHOTOS = 200, 24
_PATHS, _QUICK_PATHS = 1_000_000, 50_000
_SHARD = 500
_SAMPLED = 20
"""Shards between two looks at the memory of all processes."""
_BLOG = (
    "import sys, pathlib; from bench.blog import export\n"
    "out = pathlib.Path(sys.argv[2])\n"
    "for photo in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
    "    export(photo, out / f'{photo.stem}.pcd')"
)
_DECODING = (
    "import sys, pathlib, pillow_heif, numpy as np\n"
    "pillow_heif.options.DECODE_THREADS = 1\n"
    "for photo in sorted(pathlib.Path(sys.argv[1]).iterdir())[int(sys.argv[2])::2]:\n"
    "    heif = pillow_heif.open_heif(photo)\n"
    "    np.asarray(heif), np.asarray(heif.info['depth_images'][0])"
)
"""Half of a folder decoded by pillow-heif, and nothing else."""


def workers(material: Material) -> Iterator[Figure]:
    """Measure copies of pug.heic to PCD: two jobs beside one, beside the blog's loop."""
    count = _QUICK_PHOTOS if material.quick else _PHOTOS
    folder = material.folder(count, [material.photo("pug.heic")])
    ours = [sys.executable, "-m", "heicdepth_tui", "export", str(folder), "--progress", "plain"]

    def run(*command: str, name: str) -> tuple[float, list[int]]:
        out = material.scratch / f"batch-{name}"
        rmtree(out, ignore_errors=True)
        out.mkdir()
        words = [out if word == "OUT" else word for word in command]
        taken = _timed([str(word) for word in words], material)
        rmtree(out)
        return taken

    one, _ = run(*ours, "--jobs", "1", "--out", "OUT", name="one")
    two, memory = run(*ours, "--jobs", "2", "--out", "OUT", name="two")
    blog, _ = run(sys.executable, "-c", _BLOG, str(folder), "OUT", name="blog")
    rate = f"{count / two:.1f} photos/s"
    yield Figure(
        f"{count} copies of pug.heic to PCD with `--jobs 2` / with `--jobs 1`",
        f"{two:.1f} s, {rate}", f"{one:.1f} s", f"{one / two:.2f}x", "≥ 1.8x", one / two >= 1.8,
    )  # fmt: skip
    yield Figure(
        "the same / the blog's script in a loop (flat formula, not synced)",
        f"{two:.1f} s", f"{blog:.1f} s", f"{two / blog:.2f}", "≤ 0.55", two / blog <= 0.55,
    )  # fmt: skip
    floor = _decoding_alone(folder, material)
    yield Figure(
        "the same photos decoded by pillow-heif in two processes, nothing else / the blog's loop",
        f"{floor:.1f} s", f"{blog:.1f} s", f"{floor / blog:.2f}",
    )  # fmt: skip
    quarter = max(1, len(memory) // 4)
    early, late = mean(memory[quarter : 2 * quarter]), mean(memory[-quarter:])
    yield Figure(
        "the same: memory of all processes, last quarter / second quarter of the run",
        mb(late), mb(early), f"{late / early:.2f}", "flat (within 5 %)", late / early <= 1.05,
    )  # fmt: skip


def _decoding_alone(folder: Path, material: Material) -> float:
    """Return the seconds in which two processes decode a folder: no export can take less."""
    start = time.perf_counter()
    halves = [
        subprocess.Popen(
            [sys.executable, "-c", _DECODING, str(folder), str(half)],
            env=environment(material.scratch),
        )
        for half in range(2)
    ]
    codes = [half.wait() for half in halves]
    if any(codes):
        raise RuntimeError("decoding alone failed")
    return time.perf_counter() - start


def _timed(command: list[str], material: Material) -> tuple[float, list[int]]:
    """Return the seconds of a command and the memory of its processes, sampled, in bytes."""
    samples: list[int] = []
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment(material.scratch),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(0.25):
            samples.append(_memory_of(process.pid))

    watcher = threading.Thread(target=sample)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    if code:
        raise RuntimeError(f"the command ended with {code}")
    return seconds, samples or [1]


def _memory_of(root: int) -> int:
    """Return the resident memory of a process and its descendants (Linux), in bytes."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                pages[int(entry.name)] = int((entry / "statm").read_text().split()[1])
            except (OSError, IndexError):
                continue
            parents[int(entry.name)] = int(fields[1])
    family = {root}
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            break
        family |= more
    return 4096 * sum(pages.get(pid, 0) for pid in family)


def do_nothing(work: ShardWork) -> Counts:
    """Count the photos of a shard as exported."""
    return Counts(done=len(work.jobs))


def cluster(material: Material) -> Iterator[Figure]:
    """Measure paths in shards through a Dask LocalCluster whose work is nothing."""
    try:
        from distributed import LocalCluster
    except ImportError:
        raise SkippedError("distributed is not installed (extra cluster)") from None
    count = _QUICK_PATHS if material.quick else _PATHS
    options = ExportOptions(out=material.scratch)
    jobs = (Job(f"/photos/{n // 1000:04d}/IMG_{n:07d}.HEIC", 1, 1, options) for n in range(count))
    own: list[int] = []
    family: list[int] = []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as local:

        def listen(_: str, __: Counts) -> None:
            own.append(_own_memory())
            if len(own) % _SAMPLED == 0:
                family.append(_memory_of(os.getpid()))

        start = time.perf_counter()
        total = run_on_cluster(
            shards_of(jobs, material.scratch, _SHARD),
            local.scheduler_address,
            listener=listen,
            work=do_nothing,
        )
        seconds = time.perf_counter() - start
    if total.done != count:
        raise RuntimeError(f"the cluster did {total.done} of {count}")
    yield Figure(
        f"{count:,} paths in shards of {_SHARD} through a Dask LocalCluster, nothing done: rate "
        "(most memory of client and scheduler, with both workers)",
        f"{count / seconds:,.0f} paths/s ({mb(max(own))}, {mb(max(family))})",
    )
    quarter = max(1, len(own) // 4)
    early, late = mean(own[quarter : 2 * quarter]), mean(own[-quarter:])
    yield Figure(
        "the same: memory of client and scheduler, last quarter / second quarter of the shards "
        "(the scheduler keeps its last 1,000 messages to each worker)",
        mb(late), mb(early), f"{late / early:.2f}", "≤ 1.2", late / early <= 1.2,
    )  # fmt: skip


def _own_memory() -> int:
    return 4096 * int(Path("/proc/self/statm").read_text().split()[1])
