"""Runs hostile files through the program: mutants by the hundred thousand, and bombs.

``python -m bench.fuzz [--headers N] [--decodes N] [--seed S] [--write]`` reads mutants of generated
photos, and of those in ``real/`` and ``odd/`` of HEICDEPTH_PHOTOS where that is set: as header, row
of the list, tables and JSON record, then through the decoder process; then every bomb and every odd
file in a process of its own. The same seed makes the same mutants. ``--write`` also puts the
figures into docs/robustness.md. The exit code is 1 where anything went wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import describe
from tests.support.bombs import BOMBS, cut_at_every_border
from tests.support.fuzz_decoder import DecoderFindings, fuzz_decoder
from tests.support.fuzz_header import MOST_BYTES, MOST_MS, HeaderFindings, fuzz_headers
from tests.support.hostile import in_own_process
from tests.support.mutate import Mutator
from tests.support.specimens import decodable, generated, real

REPORT = Path(__file__).parent.parent / "docs" / "robustness.md"
MARKS = ("<!-- figures: python -m bench.fuzz --write -->\n", "<!-- end of figures -->\n")
MOST_SECONDS = 2.0
MOST_MB = 300.0
_SHOWN_FAILURES = 20
_KNOWING = 0.2
"""Fewer changes of boxes for the decoder: a header that is refused never reaches it."""


@dataclass(frozen=True)
class Hostile:
    """The results of bombs, odd files and cut ones, and the peak memory of that process."""

    files: list[dict[str, Any]]
    peak_mb: float

    @property
    def failures(self) -> list[str]:
        """Files that took too long, and memory."""
        found = [
            f"{file['name']}: {file['seconds']:.1f} s"
            for file in self.files
            if file["seconds"] > MOST_SECONDS
        ]
        return found + ([f"{self.peak_mb:.0f} MB"] if self.peak_mb > MOST_MB else [])


def hostile_files(scratch: Path, odd: list[Path]) -> Hostile:
    """Write every bomb, and a photo cut at every box; examine them and the odd files."""
    (photo,) = generated(["everything"])[0].pieces
    assert isinstance(photo, bytes)
    files = {name: build() for name, build in BOMBS.items()} | dict(cut_at_every_border(photo))
    for name, data in files.items():
        (scratch / f"{name}.heic").write_bytes(data)
    return Hostile(*in_own_process([*(scratch / f"{name}.heic" for name in files), *odd]))


def counted(counts: Counter[str]) -> str:
    """Return counts as text, the largest first."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common()) or "none"


def figures(
    seed: int,
    corpus: tuple[int, int],
    headers: HeaderFindings,
    decodes: DecoderFindings,
    hostile: Hostile,
) -> Iterator[str]:
    """Yield the lines of the report."""
    files = hostile.files
    slowest = max(files, key=lambda file: file["seconds"])
    yield f"Seed {seed}; {corpus[0]} generated photos and {corpus[1]} real and odd ones to mutate."
    yield ""
    yield "| header reader | |"
    yield "|---|---|"
    yield f"| mutants | {headers.mutants:,} |"
    yield f"| read_header | {counted(headers.outcomes)} |"
    yield f"| the row of the list | {counted(headers.rows)} |"
    yield f"| outside our errors, or not fit for a terminal | {len(headers.failures)} |"
    yield (
        f"| slowest header (limit {MOST_MS:.0f} ms) | {headers.slowest_ms:.1f} ms, "
        f"{headers.slowest}; mean {headers.total_ms / max(1, headers.mutants):.2f} ms |"
    )
    yield f"| slowest row | {headers.slowest_row_ms:.1f} ms |"
    yield f"| most bytes read for one (limit {MOST_BYTES:,}) | {headers.most_bytes:,} |"
    yield ""
    yield "| decoder process | |"
    yield "|---|---|"
    yield f"| mutants | {decodes.mutants:,} |"
    yield f"| requests (photo, depth, thumbnail) | {decodes.requests:,}, each answered once |"
    yield f"| answers | {counted(decodes.outcomes)} |"
    yield f"| process replaced | {counted(decodes.stops)} |"
    yield f"| a good photo requested in between, same samples | {decodes.signs_of_life:,} times |"
    yield f"| answers that the app could not use | {len(decodes.failures)} |"
    yield f"| longest wait, {decodes.slowest} | {decodes.slowest_s:.2f} s |"
    yield (
        "| peak memory of this process, the header run before included "
        f"| {decodes.peak_mb:.0f} MB |"
    )
    yield ""
    yield "| bombs, cut and odd files | |"
    yield "|---|---|"
    yield f"| files | {len(files)}, each a result or one clear error |"
    yield (
        f"| slowest: {slowest['name']} (limit {MOST_SECONDS:.0f} s) | {slowest['seconds']:.2f} s |"
    )
    yield (
        f"| peak memory of the requesting process (limit {MOST_MB:.0f} MB) "
        f"| {hostile.peak_mb:.0f} MB |"
    )
    yield ""
    yield "| bomb | message |"
    yield "|---|---|"
    for file in files[: len(BOMBS)]:
        yield f"| {file['name'].removesuffix('.heic')} | {_said(file)} |"


def _said(file: dict[str, Any]) -> str:
    """Return the header's error, else what the depth or the photo gave."""
    header, photo, depth = (str(file[key]) for key in ("header", "photo", "depth"))
    if "Error" in header:
        return header.partition(": ")[2]
    errors = [said for said in (photo, depth) if "Error" in said and "MissingLayer" not in said]
    messages = [said.partition(": ")[2] for said in errors]
    wrong = [said for said in messages if said.partition(";")[0] not in header]
    return f"{header}; {wrong[0]}" if wrong else header


def write_report(lines: list[str]) -> None:
    """Put the figures between their marks in docs/robustness.md."""
    text = REPORT.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    body = "\n".join(lines)
    REPORT.write_text(f"{before}{MARKS[0]}\n{body}\n\n{MARKS[1]}{after}", encoding="utf-8")


def main() -> int:
    """Run the chosen parts; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(prog="bench.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--headers", type=int, default=200_000, metavar="N")
    parser.add_argument("--decodes", type=int, default=5_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the figures into the report")
    options = parser.parse_args()
    made, found = generated(), real()
    corpus = made + found
    machine = describe()[:2]
    with tempfile.TemporaryDirectory(prefix="heicdepth-fuzz-") as name:
        scratch = Path(name)
        started = time.monotonic()
        headers = fuzz_headers(Mutator(corpus, options.seed), options.headers, scratch)
        _told(f"{headers.mutants:,} headers", started)
        started = time.monotonic()
        mutator = Mutator(decodable(corpus), options.seed, knowing=_KNOWING)
        decodes = fuzz_decoder(mutator, options.decodes, scratch)
        _told(f"{decodes.mutants:,} mutants decoded", started)
        hostile = hostile_files(scratch, _odd())
    lines = [
        *machine,
        "",
        *figures(options.seed, (len(made), len(found)), headers, decodes, hostile),
    ]
    print("\n".join(lines))
    failures = headers.failures + decodes.failures + hostile.failures
    for line in failures[:_SHOWN_FAILURES]:
        print(line, file=sys.stderr)
    if options.write:
        write_report(lines)
    return 1 if failures else 0


def _told(what: str, started: float) -> None:
    print(f"{what}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _odd() -> list[Path]:
    import os

    folder = os.environ.get("HEICDEPTH_PHOTOS")
    return sorted(Path(folder).glob("odd/*")) if folder else []


if __name__ == "__main__":
    sys.exit(main())
