"""Lines of many photos come from worker processes, in the order and form of a single one."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from heicdepth_tui.cli import info_workers
from heicdepth_tui.cli.info_output import JsonForm, LineOutput
from heicdepth_tui.cli.info_photo import InfoPhoto, InfoReader
from heicdepth_tui.cli.paths import photos_found
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from tests.support.cli import run_command

COUNT = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """Links to generated photos, and a file that is none, in the middle."""
    source = tmp_path_factory.mktemp("source") / "photos"
    shutil.copytree(sample_folder, source)
    photos = sorted(source.glob("*.HEIC"))
    folder = tmp_path_factory.mktemp("many")
    for number in range(COUNT):
        (folder / f"IMG_{number}.heic").hardlink_to(photos[number % len(photos)])
    (folder / "IMG_70.heic").unlink()
    (folder / "IMG_70.heic").write_bytes(b"\xff\xd8\xff\xe0 a JPEG, more or less")
    return folder


@pytest.mark.parametrize(
    "options", [("--json",), ("--csv", "--select", "depth.d_min"), ("--json", "--depth-only")]
)
def test_workers_change_nothing_that_is_printed(
    folder: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = run_command("info", *options, folder)

    monkeypatch.setattr(info_workers, "MANY", 3)
    many = run_command("info", *options, folder)

    assert many == alone
    assert alone.returncode == 1
    assert len(alone.stdout.splitlines()) > COUNT / 2


def test_xmp_of_other_pictures_changes_no_record(folder: Path) -> None:
    """Only tables show what is wrong with it, so that lines are printed without reading it."""
    whole, bare = InfoReader(DEFAULT_LIMITS), InfoReader(DEFAULT_LIMITS, all_xmp=False)

    paths = sorted(map(str, folder.iterdir()))[:20]

    assert [bare.read(path).record() for path in paths] == [
        whole.read(path).record() for path in paths
    ]


class Deadly(JsonForm):
    """A form that ends any process but the first one."""

    def line(self, photo: InfoPhoto) -> bytes:
        if multiprocessing.parent_process() is not None:
            os._exit(9)
        return b"%s\n" % os.fsencode(Path(photo.path).name)


def test_photos_of_a_worker_that_was_ended_are_read_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(info_workers, "MANY", 3)
    entries = list(photos_found([folder], recursive=False))

    counts = info_workers.print_lines(
        entries, LineOutput(Deadly()), InfoReader(DEFAULT_LIMITS), depth_only=False
    )

    printed = capfdbinary.readouterr().out.splitlines()
    assert printed == [os.fsencode(entry.name) for entry in entries]
    assert (counts.found, counts.printed, counts.failed) == (COUNT, COUNT, 1)


def test_a_pipe_closed_early_ends_the_workers_too(folder: Path) -> None:
    program = (
        "import sys; from heicdepth_tui.cli import info_workers, run\n"
        "if __name__ == '__main__':\n"
        "    info_workers.MANY = 3; sys.exit(run(['info', '--json', sys.argv[1]]))"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b'{"schema": ')
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()  # ends when no process holds the pipe any more

    assert process.returncode == 0
    assert errors == b""
