"""A batch that is interrupted or killed: what ends, what the manifest says, what is given up."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heicdepth_tui.batch.known import KnownRecords
from heicdepth_tui.batch.manifest import NAME
from heicdepth_tui.batch.records import State, read_records
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.system import IS_LINUX
from tests.support.batches import SMALL, names, start, wait_for_states, wait_while

MANY = 80
"""Photos whose export takes longer than a signal needs to arrive."""
FILES = 2
"""Of each photo, see ``start``."""

on_linux = pytest.mark.skipif(not IS_LINUX, reason="finds processes in /proc")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "IMG 000.HEIC").write_bytes(build_photo(Recipe(), **SMALL))
    for number in range(1, MANY):
        (folder / f"IMG {number:03d}.HEIC").hardlink_to(folder / "IMG 000.HEIC")
    return folder


@pytest.fixture
def one(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "IMG 000.HEIC").write_bytes(build_photo(Recipe(), **SMALL))
    return folder


def states(out: Path) -> Counter[State]:
    """Return what the manifest says of the photos, by the last record of each."""
    return Counter(record.state for record in KnownRecords.merged([out / f"{NAME}.jsonl"]).values())


@pytest.mark.parametrize(
    ("number", "jobs"),
    [
        (signal.SIGINT, "2"),
        pytest.param(signal.SIGINT, "1", marks=pytest.mark.thorough),
        pytest.param(signal.SIGTERM, "2", marks=pytest.mark.thorough),
        pytest.param(signal.SIGHUP, "1", marks=pytest.mark.thorough),
    ],
)
def test_a_signal_to_all_processes_lets_running_photos_end(
    tmp_path: Path, many: Path, number: signal.Signals, jobs: str
) -> None:
    out = tmp_path / "out"
    run = start(many, out, "--jobs", jobs)
    wait_for_states(run, out / f"{NAME}.jsonl", State.DONE, 2)
    send(number, *descendants(run.pid), run.pid)
    _, errors = run.communicate()

    assert run.returncode == 128 + number, errors
    assert "Traceback" not in errors
    assert "the same command exports the rest" in errors
    ended = states(out)
    assert set(ended) == {State.DONE}
    assert 2 <= ended[State.DONE] < MANY
    assert len(names(out)) == FILES * ended[State.DONE]
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]

    rest = start(many, out, "--jobs", "2")
    _, errors = rest.communicate()
    assert f"{MANY - ended[State.DONE]} exported, {ended[State.DONE]} unchanged" in errors
    assert len(names(out)) == FILES * MANY


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes that a process has started, and theirs, where /proc tells."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        found = ""
        with contextlib.suppress(OSError):  # the thread has ended meanwhile
            found = children.read_text()
        for child in map(int, found.split()):
            yield from descendants(child)
            yield child


def send(number: signal.Signals, *pids: int) -> None:
    """Send a signal to processes; some may have ended."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def stopped_decoder(run: subprocess.Popen[str]) -> int:
    """Stop the decoder of a running export before it can answer; return its pid."""
    found: list[int] = []

    def is_missing() -> bool:
        for pid in descendants(run.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            # It has yet to import numpy.
            if b"heicdepth_tui.photo.serve" in command:
                send(signal.SIGSTOP, pid)
                found.append(pid)
                break
        return not found

    wait_while(run, is_missing)
    return found[0]


def interrupt_twice(run: subprocess.Popen[str]) -> None:
    """End a run whose photo does not end."""
    os.killpg(run.pid, signal.SIGINT)
    assert run.stderr is not None
    while "interrupt again" not in run.stderr.readline():
        assert run.poll() is None
    # More than once: an extension module that is being imported drops what the signal raises.
    while run.poll() is None:
        os.killpg(run.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(0.5)


def kill_all(run: subprocess.Popen[str]) -> None:
    """End a run and its processes without a chance to write anything."""
    send(signal.SIGKILL, run.pid, *descendants(run.pid))


def end_while_running(
    folder: Path, out: Path, jobs: str, end: Callable[[subprocess.Popen[str]], None]
) -> int:
    """Start an export and end it while its photo is being exported; return its exit code."""
    tried = sum(record.state is State.BEGUN for record in read_records(out / f"{NAME}.jsonl"))
    run = start(folder, out, "--jobs", jobs)
    decoder = stopped_decoder(run)
    wait_for_states(run, out / f"{NAME}.jsonl", State.BEGUN, tried + 1)
    end(run)
    run.communicate()
    # One whose worker was killed ends by itself, once it may.
    send(signal.SIGCONT, decoder)
    end_of_decoder = time.monotonic() + 20
    while not has_ended(decoder):
        assert time.monotonic() < end_of_decoder
    return run.returncode


def has_ended(pid: int) -> bool:
    """Return whether a process is gone, or waits for nothing but its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@on_linux
@pytest.mark.thorough
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_photos_that_the_user_interrupts_are_not_given_up(
    tmp_path: Path, one: Path, jobs: str
) -> None:
    out = tmp_path / "out"
    # Two photos: a batch of one uses one process.
    (one / "IMG 001.HEIC").hardlink_to(one / "IMG 000.HEIC")
    for _ in range(3):
        assert end_while_running(one, out, jobs, interrupt_twice) == 130
        assert State.INTERRUPTED in states(out)
        assert State.BEGUN not in states(out)

    done = start(one, out, "--jobs", jobs)
    _, errors = done.communicate()
    assert done.returncode == 0, errors
    assert states(out) == {State.DONE: 2}


@on_linux
def test_a_photo_whose_process_was_killed_three_times_is_given_up_once(
    tmp_path: Path, one: Path
) -> None:
    out = tmp_path / "out"
    for _ in range(3):
        assert end_while_running(one, out, "1", kill_all) == -signal.SIGKILL

    given_up = start(one, out, "--jobs", "1")
    _, errors = given_up.communicate()
    assert given_up.returncode == 1
    assert "IMG 000.HEIC: its process was ended each of three times" in errors
    assert names(out) == []

    retried = start(one, out, "--jobs", "1", "--retry-failed")
    _, errors = retried.communicate()
    assert retried.returncode == 0, errors
    assert len(names(out)) == FILES


@pytest.mark.thorough
@on_linux
def test_a_kill_of_the_whole_run_counts_against_no_photo_of_a_worker(
    tmp_path: Path, one: Path
) -> None:
    out = tmp_path / "out"
    (one / "IMG 001.HEIC").hardlink_to(one / "IMG 000.HEIC")
    for _ in range(3):
        end_while_running(one, out, "2", kill_all)

    done = start(one, out, "--jobs", "2")
    _, errors = done.communicate()
    assert done.returncode == 0, errors
    assert states(out) == {State.DONE: 2}
