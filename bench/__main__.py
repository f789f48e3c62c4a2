"""``python -m bench [--list] [--only NAME]... [--quick] [--write] [--ablate]``: every figure.

HEICDEPTH_PHOTOS names a folder whose ``real/`` holds the photos; what needs one that is missing, or
a program that is not installed, is skipped and named. ``--only`` takes the start of a name of
``--list``. ``--quick`` repeats less and takes smaller folders. ``--write`` also writes the table to
docs/bench.md and, unless ``--only`` is given, its rows with a goal to README.md. The exit code is 1
where a goal is missed. ``--ablate`` measures the app without each of the pieces that stand beside
Textual instead, and with ``--write`` puts that table at the end of docs/bench.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from bench.figures import Figure, SkippedError
from bench.machine import describe
from bench.material import Material

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "docs" / "bench.md"
README = ROOT / "README.md"
_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"
_ABLATION = "## Without each piece"
ABLATION_RULE = (
    "`python -m bench --ablate`: medians of repetitions that take turns, and the difference to the "
    "whole app. A piece is noticed where first paint, depth map or photo come 30 ms later without "
    "it, or a step on the slow line (1 Mbit/s, 80 ms) takes a third longer."
)
HEADINGS = ("what", "ours", "reference", "ratio", "goal", "reached?")

MEASUREMENTS = {
    "export-arrays": ("bench.exports", "from_arrays"),
    "export-whole": ("bench.exports", "whole_export"),
    "export-mesh": ("bench.exports", "mesh"),
    "export-rectified": ("bench.exports", "rectified"),
    "export-smoothed": ("bench.exports", "smoothed"),
    "batch": ("bench.batch", "workers"),
    "cluster": ("bench.batch", "cluster"),
    "planning": ("bench.planning", "planning"),
    "dataset": ("bench.dataset", "shards"),
    "list-paint": ("bench.lists", "first_paint"),
    "list-facts": ("bench.lists", "facts"),
    "list-marks": ("bench.lists", "marks"),
    "list-growth": ("bench.lists", "growth"),
    "info-json": ("bench.info", "as_json"),
    "start-photo": ("bench.pictures", "start"),
    "next-prefetched": ("bench.pictures", "prefetched"),
    "next-far": ("bench.pictures", "not_prefetched"),
    "held-key": ("bench.held", "held_key"),
    "slow-link": ("bench.held", "slow_link"),
    "probe": ("bench.views", "probe"),
    "overlay": ("bench.views", "overlay"),
    "spin": ("bench.spin", "frames"),
    "picture-bytes": ("bench.wire", "picture_bytes"),
    "blocks": ("bench.blocks", "quad_beside_half"),
    "big-preview": ("bench.memory", "big_preview"),
    "zoom": ("bench.zoom", "zoom"),
    "memory-500": ("bench.memory", "after_many"),
}
"""In the order of the table: the name for ``--only``, where it is measured."""


@dataclass
class Run:
    """The results of a run: figures, skipped and failed measurements."""

    figures: list[Figure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """True where everything measured reached its goal."""
        return not self.failed and all(figure.reached is not False for figure in self.figures)


def measure(material: Material, names: list[str]) -> Run:
    """Run measurements one after another."""
    run = Run()
    for name in names:
        start = time.monotonic()
        try:
            for figure in measurement(name)(material):
                run.figures.append(figure)
                print(f"  {' | '.join(figure.cells)}", file=sys.stderr, flush=True)
        except SkippedError as why:
            run.skipped.append(f"{name}: {why}")
        except Exception as error:  # noqa: BLE001  an app that fails must not cost the other figures
            traceback.print_exc()
            message = next(iter(str(error).splitlines()), "")
            run.failed.append(f"{name}: {type(error).__name__}: {message}")
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return run


def measurement(name: str) -> Callable[[Material], Iterator[Figure]]:
    """Return the function that measures it; its module is imported only now."""
    module, function = MEASUREMENTS[name]
    found: Callable[[Material], Iterator[Figure]] = getattr(import_module(module), function)
    return found


def table(run: Run) -> list[str]:
    """Return the lines of the Markdown table, of what was skipped and of what failed."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(figure.cells) + " |" for figure in run.figures]
    for heading, messages in (("Skipped:", run.skipped), ("Failed:", run.failed)):
        if messages:
            lines += ["", heading, "", *(f"- {line}" for line in messages)]
    return lines


def write_readme(readme: Path, machine: Sequence[str], run: Run) -> None:
    """Put the rows that have a goal between the two marks in the README."""
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{readme.name} has no {_BEGIN} … {_END}")
    aimed = Run([figure for figure in run.figures if figure.reached is not None])
    lines = [_BEGIN, *table(aimed), "", *machine, end]
    readme.write_text(before + "\n".join(lines) + after, encoding="utf-8")


def write_ablation(report: Path, lines: Sequence[str]) -> None:
    """Put the table of an ablation at the end of a report, in the place of an older one."""
    text = report.read_text(encoding="utf-8") if report.is_file() else ""
    before = text.partition(_ABLATION)[0].rstrip()
    report.write_text("\n".join([before, "", _ABLATION, "", *lines, ""]), encoding="utf-8")


def _ablate(quick: bool, write: bool) -> int:
    from bench import ablate

    machine = describe()
    with tempfile.TemporaryDirectory(prefix="heicdepth-bench-") as scratch:
        lines = ablate.table(ablate.ablate(Material(Path(scratch), quick)))
    print("\n".join([*machine, "", *lines]))
    if write:
        write_ablation(REPORT, [ABLATION_RULE, "", *machine, "", *lines])
    return 0


def main() -> int:
    """Run the chosen measurements; 0 when every goal was reached."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller folders")
    parser.add_argument(
        "--write",
        action="store_true",
        help="write docs/bench.md and, unless --only, the table in README.md",
    )
    parser.add_argument("--ablate", action="store_true", help="the app without each of its pieces")
    options = parser.parse_args()
    if options.ablate:
        return _ablate(options.quick, options.write)
    names = [
        name
        for name in MEASUREMENTS
        if not options.only or any(name.startswith(start) for start in options.only)
    ]
    if not names:
        parser.error(f"no measurement is named so; there are {', '.join(MEASUREMENTS)}")
    if options.list:
        for name in names:
            summary = (measurement(name).__doc__ or "").split("\n")[0]
            print(f"{name:16} {summary}")
        return 0
    machine = describe()
    with tempfile.TemporaryDirectory(prefix="heicdepth-bench-") as scratch:
        run = measure(Material(Path(scratch), options.quick), names)
    lines = table(run)
    print("\n".join([*machine, "", *lines]))
    if options.write:
        command = "python -m bench" + (" --quick" if options.quick else "")
        introduction = (
            f"`{command}`: everything side by side in one run, medians of repetitions that take "
            "turns; a ratio is the median of the ratios of neighbours."
        )
        REPORT.parent.mkdir(exist_ok=True)
        page = ["# What it costs", "", introduction, "", *machine, "", *lines, ""]
        old = REPORT.read_text(encoding="utf-8") if REPORT.is_file() else ""
        ablation = [part for part in old.partition(_ABLATION)[1:] if part]
        REPORT.write_text("\n".join([*page, "".join(ablation)]), encoding="utf-8")
        if not options.only:
            write_readme(README, machine, run)
    return 0 if run.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
