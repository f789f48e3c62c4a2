"""Photos of a long list are read by worker processes, and printed as by a single one."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heicdepth_tui.cli import info_batch, info_workers
from heicdepth_tui.cli.info_batch import BatchReader
from heicdepth_tui.cli.info_output import JsonForm, LineOutput
from heicdepth_tui.cli.info_photo import InfoCounts, InfoPhoto, InfoReader
from heicdepth_tui.cli.paths import photos_found
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from tests.support.cli import run_command

COUNT = 150
BROKEN, LAST = 70, COUNT - 1
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background of a shell
from heicdepth_tui.cli import info_workers, run
if __name__ == "__main__":
    info_workers.SOME = info_workers.MANY = 3
    sys.exit(run(sys.argv[1:]))
"""
PLATFORMS = pytest.mark.parametrize("platform", ["linux", "macos"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """Links to generated photos, and a file that is none, in the middle."""
    source = tmp_path_factory.mktemp("source") / "photos"
    shutil.copytree(sample_folder, source)
    photos = sorted(source.glob("*.HEIC"))
    folder = tmp_path_factory.mktemp("many")
    for number in range(COUNT):
        (folder / f"IMG_{number}.heic").hardlink_to(photos[number % len(photos)])
    (folder / f"IMG_{BROKEN}.heic").unlink()
    (folder / f"IMG_{BROKEN}.heic").write_bytes(b"\xff\xd8\xff\xe0 a JPEG, more or less")
    return folder


@contextmanager
def started(*arguments: object, platform: str = "linux") -> Iterator[subprocess.Popen[bytes]]:
    """Run the command with workers from the fourth photo on: forked, or as on macOS started."""
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env={**os.environ, "HEICDEPTH_PLATFORM": platform},
        start_new_session=True,
    ) as process:
        yield process


@pytest.mark.parametrize(
    ("platform", "options"),
    [
        ("linux", ("--json",)),
        ("linux", ("--csv", "--select", "depth.d_min")),
        ("linux", ("--json", "--depth-only")),
        ("linux", ("--select", "depth.d_min,exif.model")),
        ("linux", ()),
        ("macos", ("--csv",)),
        ("macos", ()),
    ],
)
def test_workers_change_nothing_that_is_printed(
    folder: Path, options: tuple[str, ...], platform: str
) -> None:
    alone = run_command("info", *options, folder)

    with started("info", *options, folder, platform=platform) as process:
        printed, errors = (stream.decode() for stream in process.communicate())

    assert (printed, errors, process.returncode) == (alone.stdout, alone.stderr, 1)
    assert len(alone.stdout.splitlines()) > COUNT / 2


def test_workers_make_the_rows_of_parquet(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    alone, many = tmp_path / "alone.parquet", tmp_path / "many.parquet"
    assert run_command("info", "--parquet", alone, folder).returncode == 1

    with started("info", "--parquet", many, folder) as process:
        process.communicate()

    assert process.returncode == 1
    assert parquet.read_table(many).equals(parquet.read_table(alone))


def test_xmp_of_other_pictures_changes_no_record(folder: Path) -> None:
    """Only tables show what is wrong with it, so that lines are printed without reading it."""
    whole, bare = InfoReader(DEFAULT_LIMITS), InfoReader(DEFAULT_LIMITS, all_xmp=False)

    paths = sorted(map(str, folder.iterdir()))[:20]

    assert [bare.read(path).record() for path in paths] == [
        whole.read(path).record() for path in paths
    ]


def printed_by(
    form: JsonForm,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[bytes],
) -> tuple[list[bytes], InfoCounts]:
    monkeypatch.setattr(info_workers, "SOME", 3)
    monkeypatch.setattr(info_workers, "MANY", 3)
    monkeypatch.setattr(info_workers, "cores", lambda: 2)
    read = BatchReader(form, InfoReader(DEFAULT_LIMITS), depth_only=False)
    entries = photos_found([folder], recursive=False)
    try:
        counts = info_workers.print_photos(entries, LineOutput(form), read)
    finally:
        assert multiprocessing.active_children() == []
    return capfd.readouterr().out.splitlines(), counts


def is_worker() -> bool:
    return multiprocessing.parent_process() is not None


class Names(JsonForm):
    """A form that prints names, and ends the processes that are to read some photos."""

    deadly: frozenset[str] = frozenset()

    def item(self, photo: InfoPhoto) -> bytes:
        name = Path(photo.path).name
        if is_worker() and (name in self.deadly or "all" in self.deadly):
            os._exit(9)
        if photo.error is not None and "process" in photo.error.what:
            return b"lost %s\n" % os.fsencode(name)
        return b"%s\n" % os.fsencode(name)


class DeadlyTwice(Names):
    deadly = frozenset({"IMG_20.heic", f"IMG_{LAST}.heic"})


class Deadly(Names):
    deadly = frozenset({"all"})


def test_a_photo_that_ends_its_worker_loses_only_its_own_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    printed, counts = printed_by(DeadlyTwice(), folder, monkeypatch, capfdbinary)

    names = [b"IMG_%d.heic" % number for number in range(COUNT)]
    names[20], names[LAST] = b"lost IMG_20.heic", b"lost IMG_%d.heic" % LAST
    assert printed == names
    assert (counts.found, counts.printed, counts.failed) == (COUNT, COUNT, 3)


@pytest.mark.thorough
def test_where_no_worker_lives_photos_are_read_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    printed, counts = printed_by(Deadly(), folder, monkeypatch, capfdbinary)

    assert printed == [b"IMG_%d.heic" % number for number in range(COUNT)]
    assert (counts.found, counts.printed, counts.failed) == (COUNT, COUNT, 1)


class Faulty(JsonForm):
    """A form with a defect that shows in other processes."""

    def item(self, photo: InfoPhoto) -> bytes:
        if is_worker():
            raise ZeroDivisionError("a defect of the program")
        return b"\n"


def test_a_defect_in_a_worker_is_raised_with_its_trace(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)test_info_workers\.py.*a defect of the program"):
        printed_by(Faulty(), folder, monkeypatch, capfdbinary)


def test_parts_are_passed_on_after_a_tenth_of_a_second(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(folder / f"IMG_{number}.heic") for number in range(6)]
    read = BatchReader(JsonForm(), InfoReader(DEFAULT_LIMITS), depth_only=False)
    assert [part.paths for part in read(paths)] == [6]

    ticks = iter(range(100))
    monkeypatch.setattr(info_batch.time, "monotonic", lambda: next(ticks) * 0.04)
    parts = list(read(paths))

    assert [part.paths for part in parts] == [3, 3]
    assert sum(len(part.items) for part in parts) == 6


@PLATFORMS
def test_paths_that_come_slowly_are_printed_before_the_next_ones_come(
    folder: Path, platform: str
) -> None:
    with started("info", "--json", "-", platform=platform) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for names in (range(10), range(10, 12), range(12, 112), range(112, 113)):
            paths = [str(folder / f"IMG_{number}.heic") for number in names]
            process.stdin.write("".join(f"{path}\n" for path in paths).encode())
            process.stdin.flush()
            assert [json.loads(process.stdout.readline())["path"] for _ in paths] == paths
        process.stdin.close()
        assert process.stdout.read() == b""

    assert process.returncode == 1  # for the one that is no photo


@PLATFORMS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_the_workers_too(folder: Path, platform: str, number: int) -> None:
    paths = [str(folder / f"IMG_{number}.heic") for number in range(60)]
    with started("info", "--json", "-", platform=platform) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{path}\n" for path in paths).encode())
        process.stdin.flush()
        for _ in paths:
            process.stdout.readline()
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.kill()
        assert process.stderr is not None
        errors = process.stderr.read()  # ends when no process holds the pipe any more

    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)
    assert errors.strip() == b""


@PLATFORMS
def test_a_pipe_closed_early_ends_the_workers_too(folder: Path, platform: str) -> None:
    with started("info", "--json", folder, platform=platform) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b'{"schema": ')
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()  # ends when no process holds the pipe any more

    assert process.returncode == 0
    assert errors == b""
