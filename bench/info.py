"""``info --json`` of 10,000 photos beside exiftool and pillow-heif, each as a command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.figures import Figure, SkippedError, interleave, ms, ratio_of, seconds_of
from bench.material import Material, environment, program

__all__ = ["as_json"]

_COUNT = 10_000
_FEW = 500
"""Photos for exiftool, which takes half a minute for all."""
_OPEN_ALL = (
    "import os, sys, pillow_heif\n"
    "for name in sorted(os.listdir(sys.argv[1])):\n"
    "    pillow_heif.open_heif(os.path.join(sys.argv[1], name))"
)


def as_json(material: Material) -> Iterator[Figure]:
    """Measure the whole command, warm, per file."""
    photo = material.any_photo()
    count = 2_000 if material.quick else _COUNT
    # What is kept of one photo must not serve for all: each lies in the folder 20 times.
    photos = material.variants(photo, count // 20)
    folder, few = material.folder(count, photos), material.folder(_FEW, photos)
    python = sys.executable
    ours = _timed(material, [python, "-m", "heicdepth_tui", "info", "--json", str(folder)])
    library = _timed(material, [python, "-c", _OPEN_ALL, str(folder)])
    repetitions = material.repetitions(3)
    mine, theirs = interleave(ours, library, repetitions=repetitions)
    ratio = ratio_of(mine, theirs)
    yield Figure(
        f"`info --json` of {count:,} files, warm, per file / `pillow_heif.open_heif` of each",
        ms(median(mine) / count), ms(median(theirs) / count), f"{ratio:.2f}", "≤ 0.8",
        ratio <= 0.8,
    )  # fmt: skip
    what = "the same / `exiftool -fast2 -json` in one batch"
    try:
        command = [program("exiftool"), "-fast2", "-json", "-q", str(few)]
    except SkippedError as why:
        yield Figure(what, "–", f"skipped: {why}")
        return
    mine, theirs = interleave(ours, _timed(material, command), repetitions=repetitions, warm_up=0)
    ratio = ratio_of(mine, theirs) * _FEW / count
    yield Figure(
        what,
        ms(median(mine) / count), ms(median(theirs) / _FEW), f"1/{1 / ratio:.1f}", "≤ 1/15",
        ratio <= 1 / 15,
    )  # fmt: skip


def _timed(material: Material, command: Sequence[str]) -> Callable[[], float]:
    target = Path(material.scratch) / "info-output"

    def run() -> None:
        with target.open("wb") as file:
            subprocess.run(command, check=True, stdout=file, env=environment(material.scratch))

    return lambda: seconds_of(run)
