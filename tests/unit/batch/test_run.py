"""A batch that is interrupted, or loses a manifest of a run before."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from heicdepth_tui.batch.interrupts import Interrupts
from heicdepth_tui.batch.manifest import NAME, Manifest
from heicdepth_tui.batch.photo import Outcome
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.pool import Started
from heicdepth_tui.batch.run import Counts, run_batch
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo
from tests.support.batches import SMALL


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    """Return the jobs of two photos."""
    found = []
    for name in ("a.heic", "b.heic"):
        path = tmp_path / name
        path.write_bytes(build_photo(Recipe(), **SMALL))
        state = path.stat()
        options = ExportOptions(out=tmp_path)
        found.append(Job(str(path), state.st_size, state.st_mtime_ns, options))
    return found


def ignore(_: Started | Outcome) -> None:
    """Take what happens to a photo."""


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Heed SIGINT, which a shell has commands in the background ignore, the tests among them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("ended", "is_complete"), [(1, False), (2, True)])
def test_an_interrupt_says_whether_photos_are_left(
    tmp_path: Path, jobs: list[Job], ended: int, is_complete: bool
) -> None:
    outcomes = 0

    def listen(event: Started | Outcome) -> None:
        nonlocal outcomes
        outcomes += isinstance(event, Outcome)
        if outcomes == ended:
            signal.raise_signal(signal.SIGINT)

    def run(interrupts: Interrupts | None) -> Counts:
        with Manifest.open(tmp_path / f"{NAME}.jsonl") as manifest:
            return run_batch(jobs, manifest, workers=1, listener=listen, interrupts=interrupts)

    with Interrupts() as interrupts:
        counts = run(interrupts)
    assert (counts.done, counts.is_complete) == (ended, is_complete)

    ended = 3
    again = run(None)
    assert again.is_complete
    assert (again.done, again.unchanged) == (2 - counts.done, counts.done)


def test_no_photo_is_exported_twice_where_a_manifest_is_gone(
    tmp_path: Path, jobs: list[Job]
) -> None:
    before = tmp_path / f"{NAME}-1-of-2.jsonl"
    with Manifest.open(before) as manifest:
        run_batch(jobs, manifest, workers=1, listener=ignore)

    count = len(list(tmp_path.iterdir()))
    with Manifest.open(tmp_path / f"{NAME}.jsonl", {job.path for job in jobs}) as manifest:
        before.unlink()
        with pytest.raises(ExportError, match="can no longer be read"):
            run_batch(jobs, manifest, workers=2, listener=ignore)
    assert len(list(tmp_path.iterdir())) == count
