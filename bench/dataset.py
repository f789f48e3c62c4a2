"""Data sets: shards by two worker processes beside one, and the bytes of a photo."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from shutil import rmtree
from statistics import median

from bench.figures import Figure, interleave, mb, ratio_of
from bench.material import Material, environment

__all__ = ["shards"]

_PHOTOS, _QUICK_PHOTOS = 60, 12
_SHARD = 20


def shards(material: Material) -> Iterator[Figure]:
    """Measure copies of pug.heic to the shards of `dataset`: two jobs beside one."""
    count = _QUICK_PHOTOS if material.quick else _PHOTOS
    folder = material.folder(count, [material.photo("pug.heic")])
    written: list[dict[str, str]] = []
    sizes: list[int] = []

    def taken(jobs: int) -> float:
        out = material.scratch / f"dataset-{jobs}"
        command = [sys.executable, "-m", "heicdepth_tui", "dataset", str(folder)]
        options = f"--out {out} --shard-size {_SHARD} --jobs {jobs} --progress plain".split()
        start = time.perf_counter()
        subprocess.run(
            [*command, *options],
            env=environment(material.scratch), check=True, capture_output=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        tars = sorted(out.glob("*.tar"))
        written.append({path.name: sha256(path.read_bytes()).hexdigest() for path in tars})
        sizes.append(sum(path.stat().st_size for path in tars))
        rmtree(out)
        return seconds

    two, one = interleave(
        lambda: taken(2), lambda: taken(1), repetitions=material.repetitions(3), warm_up=0
    )
    if any(run != written[0] for run in written):
        raise RuntimeError("the shards of two runs differ")
    ratio = ratio_of(one, two)
    yield Figure(
        f"{count} copies of pug.heic to shards of `dataset`, {mb(sizes[0] / count)} a photo: "
        "`--jobs 2` / `--jobs 1`",
        f"{median(two):.1f} s, {count / median(two):.1f} photos/s",
        f"{median(one):.1f} s, {count / median(one):.1f} photos/s",
        f"{ratio:.2f}x",
    )
