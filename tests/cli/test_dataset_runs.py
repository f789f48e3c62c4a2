"""``dataset`` by several workers, in parts, interrupted and killed: the shards are the same."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from heicdepth_tui.batch.dataset import DatasetRun
from heicdepth_tui.batch.manifest import NAME
from heicdepth_tui.batch.plan import jobs_of
from heicdepth_tui.batch.records import State, read_records
from heicdepth_tui.cli.paths import photos_in
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.heif.depth_facts import RepresentationType
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo
from tests.support.batches import heed_interrupts, wait_while
from tests.support.cli import Done, run_command
from tests.support.sharing import write_once

SMALL = {"size": Size(128, 96), "depth_size": Size(64, 64)}
COUNT = 12
_MANY = 300
"""Photos whose samples take longer than an interrupt needs to arrive."""
MANIFEST = f"{NAME}-depth.jsonl"


def _write(folder: Path) -> None:
    data = build_photo(Recipe(), **SMALL)
    for number in range(COUNT):
        path = folder / ("a" if number % 2 else "b") / f"IMG {number:02d}.HEIC"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "none.HEIC").write_bytes(build_photo(Recipe(), **SMALL, depth=False))


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_once(tmp_path_factory, "dataset", _write)


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, photo_folder: Path, forked_decoders: None
) -> dict[str, bytes]:
    """The shards of all photos, written by one process without interruption."""
    out = tmp_path_factory.mktemp("whole")
    assert write(photo_folder, out).returncode == 0
    return shards(out)


def write(folder: Path, out: Path, *arguments: object, jobs: int = 1) -> Done:
    words = ("-r", "--shard-size", 5, "--jobs", jobs, "--out", out, *arguments)
    return run_command("dataset", *words, folder)


def shards(out: Path) -> dict[str, bytes]:
    """Return the files of a folder but manifests."""
    found = (path for path in out.iterdir() if not path.name.startswith(NAME))
    return {path.name: path.read_bytes() for path in sorted(found)}


def keys(shard: Path) -> list[str]:
    with tarfile.open(shard) as tar:
        return [name.removesuffix(".json") for name in tar.getnames() if name.endswith(".json")]


def test_two_workers_write_what_one_writes(
    photo_folder: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    done = write(photo_folder, tmp_path, jobs=2)

    assert done.returncode == 0, done.stderr
    assert shards(tmp_path) == whole
    assert list(whole) == [f"depth-00000{n}.tar" for n in range(3)]
    assert f"{COUNT} exported, 1 without depth" in done.stderr


@pytest.mark.thorough
def test_samples_that_come_early_wait_on_the_disk(photo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(photo_folder / "a", folder)
    # The first photo takes longer than the small ones after it together.
    large = build_photo(Recipe(), size=Size(2048, 1536), depth_size=Size(768, 576))
    (folder / "IMG 00.HEIC").write_bytes(large)
    made = []
    for workers, early_bytes in ((1, 256_000_000), (2, 0)):
        out = tmp_path / f"{workers}"
        options = ExportOptions(out=out)
        jobs = jobs_of(photos_in([folder], recursive=False), [folder], options)
        counts = DatasetRun(options, workers=workers, early_bytes=early_bytes).write(jobs)
        assert counts.done == 7
        made.append(shards(out))

    assert made[0] == made[1]


def test_a_second_run_writes_what_is_missing(
    photo_folder: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    write(photo_folder, tmp_path)
    again = write(photo_folder, tmp_path)
    (tmp_path / "depth-000001.tar").unlink()

    missing = write(photo_folder, tmp_path)

    assert (again.returncode, again.stdout) == (0, "")
    assert f"{COUNT} unchanged, 1 without depth" in again.stderr
    assert missing.stdout == f"{tmp_path}/depth-000001.tar\n"
    assert "5 exported, 7 unchanged" in missing.stderr
    assert shards(tmp_path) == whole


def test_a_shard_of_other_photos_or_options_is_refused(photo_folder: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    shutil.copytree(photo_folder / "a", folder)
    write(folder, out)
    before = shards(out)
    os.utime(min(folder.iterdir()), ns=(1, 1))

    changed = write(folder, out)
    smooth = write(photo_folder / "a", out, "--smooth")

    for done in (changed, smooth):
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{out}/depth-000000.tar: the shard exists already" in done.stderr
    assert shards(out) == before


def test_failures_of_finished_shards_are_still_failures(photo_folder: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    shutil.copytree(photo_folder / "a", folder)
    broken, curve = folder / "broken.HEIC", folder / "curve.HEIC"
    broken.write_bytes((folder / "IMG 01.HEIC").read_bytes()[:1000])
    # Codes of this representation have no distance, which a worker finds.
    nonuniform = Recipe(representation=RepresentationType.NONUNIFORM_DISPARITY)
    curve.write_bytes(build_photo(nonuniform, **SMALL))

    first = write(folder, out)
    second = write(folder, out)
    status = run_command("export", "--status", "--out", out)

    assert first.returncode == second.returncode == status.returncode == 1
    assert "6 exported, 2 failed" in first.stderr
    assert "6 unchanged, 2 failed" in second.stderr
    for text in (first.stderr, second.stderr, status.stdout):
        assert text.count(f"{broken}: ") == text.count(f"{curve}: ") == 1


def test_parts_hold_every_photo_once(
    photo_folder: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    whole_out, parts = tmp_path / "whole", tmp_path / "parts"
    write(photo_folder, whole_out)
    for index in (1, 2, 3):
        assert write(photo_folder, parts, "--shard", f"{index}/3").returncode == 0

    names = sorted(shards(parts))
    expected = sorted(key for name in whole for key in keys(whole_out / name))
    assert all(
        name.startswith(("depth-1-of-3-", "depth-2-of-3-", "depth-3-of-3-")) for name in names
    )
    assert sorted(key for name in names for key in keys(parts / name)) == expected
    assert len(expected) == COUNT


def test_two_runs_do_not_write_one_manifest(photo_folder: Path, tmp_path: Path) -> None:
    from heicdepth_tui.batch.manifest import Manifest

    with Manifest.open(tmp_path / MANIFEST):
        done = write(photo_folder, tmp_path)

    assert done.returncode == 1
    assert "another export writes this manifest" in done.stderr
    assert shards(tmp_path) == {}


def test_a_shard_that_a_killed_run_did_not_note_is_known(
    photo_folder: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    write(photo_folder, tmp_path)
    manifest = tmp_path / MANIFEST
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if '"done"' not in line))

    known = write(photo_folder, tmp_path)
    manifest.write_text("".join(line for line in lines if '"done"' not in line))
    (tmp_path / "depth-000001.tar").write_bytes(b"x" * len(whole["depth-000001.tar"]))
    other = write(photo_folder, tmp_path)

    assert known.returncode == 0
    assert f"{COUNT} unchanged" in known.stderr
    assert other.returncode == 1
    assert "depth-000001.tar: the shard exists already" in other.stderr


def start(folder: Path, out: Path, *arguments: str) -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "heicdepth_tui", "dataset", "-r", "--out", str(out))
    return subprocess.Popen(
        [*command, "--shard-size", "5", *arguments, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


@pytest.mark.parametrize(
    "signal_sent",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.thorough),
        pytest.param(signal.SIGKILL, marks=pytest.mark.thorough),
    ],
)
def test_an_ended_run_leaves_whole_shards_and_the_next_one_goes_on(
    photo_folder: Path, tmp_path: Path, signal_sent: signal.Signals
) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    for number in range(_MANY):
        (folder / f"IMG {number:03d}.HEIC").hardlink_to(photo_folder / "a" / "IMG 01.HEIC")
    run = start(folder, out, "--jobs", "2")

    def done() -> int:
        return sum(one.state is State.DONE for one in read_records(out / MANIFEST))

    wait_while(run, lambda: done() < 2)
    os.killpg(run.pid, signal_sent)
    _, errors = run.communicate()
    before = shards(out)

    is_killed = signal_sent == signal.SIGKILL
    assert run.returncode == (-signal_sent if is_killed else 128 + signal_sent), errors
    assert "Traceback" not in errors
    if not is_killed:
        counted = int(re.findall(r"heicdepth-tui: (\d+) exported", errors)[-1])
        assert counted == sum(len(keys(out / name)) for name in before)
        assert "interrupted; the same command writes the rest" in errors
    assert 2 <= len(before) < _MANY // 5
    assert all(name.endswith(".tar") for name in before)
    resumed = write(folder, out)
    assert resumed.returncode == 0
    after = shards(out)
    assert {name: after[name] for name in before} == before
    found = [key for name in after for key in keys(out / name)]
    assert len(found) == len(set(found)) == _MANY
