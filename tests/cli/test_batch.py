"""Many photos at once: workers, a second run, names, interruptions, and a cluster."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from heicdepth_tui.batch import cluster
from heicdepth_tui.batch.known import KnownRecords
from heicdepth_tui.batch.manifest import NAME, Manifest
from heicdepth_tui.batch.records import State
from heicdepth_tui.batch.run import Counts
from heicdepth_tui.batch.shard import ShardWork, run_shard
from heicdepth_tui.cli.paths import photos_found
from heicdepth_tui.folder.find import Entry
from tests.support.batches import (
    COUNT,
    contents,
    names,
    start,
    wait_for_states,
    wait_while,
)
from tests.support.cli import Done, run_command


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_all_photos_are_exported_and_a_second_run_does_nothing(
    tmp_path: Path, export: Callable[..., Done], jobs: str
) -> None:
    first = export("--jobs", jobs)
    before = contents(tmp_path / "out")
    second = export("--jobs", jobs)

    assert first.returncode == second.returncode == 0
    assert len(first.stdout.splitlines()) == len(before) == COUNT
    assert f"{COUNT} exported, 1 without depth" in first.stderr
    assert f"{COUNT} unchanged, 1 without depth" in second.stderr
    assert second.stdout == ""
    assert contents(tmp_path / "out") == before
    records = KnownRecords.merged([tmp_path / "out" / f"{NAME}.jsonl"])
    assert sum(record.state is State.DONE for record in records.values()) == COUNT
    for record in records.values():
        for output in record.outputs:
            assert (tmp_path / "out" / output.path).stat().st_size == output.bytes


def test_formats_are_a_list(tmp_path: Path, export: Callable[..., Done]) -> None:
    done = export("--format", "ply, npz", "--format", "png")

    assert done.returncode == 0
    assert {Path(name).suffix for name in names(tmp_path / "out")} == {".ply", ".npz", ".png"}


def test_what_changed_is_exported_again_and_other_options_are_other_work(
    tmp_path: Path, export: Callable[..., Done], batch_folder: Path
) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(batch_folder / "a", folder)
    export(folder=folder)
    changed = min(folder.iterdir())
    os.utime(changed, ns=(1, 1))
    (tmp_path / "out" / f"{sorted(folder.iterdir())[1].stem}.pcd").unlink()

    again = export(folder=folder)
    other = export("--format", "ply", folder=folder)
    both = export(folder=folder)

    assert "2 exported, 4 unchanged" in again.stderr
    assert f"{changed.stem}-1.pcd" in again.stdout
    assert "6 exported" in other.stderr
    assert "6 unchanged" in both.stderr


def test_names_follow_the_template_the_tree_and_the_hash(
    tmp_path: Path, export: Callable[..., Done]
) -> None:
    export("--template", "{parent}-{stem}-{format}", "--format", "png", "--format", "tiff")
    export("--keep-tree", "--out", "tree")
    export("--spread", "--out", "spread")

    assert "b-IMG 00-png-codes.png" in names(tmp_path / "out")
    assert "b-IMG 00-tiff.tiff" in names(tmp_path / "out")
    assert {"a/IMG 01.pcd", "b/IMG 00.pcd"} <= {*names(tmp_path / "tree")}
    spread = names(tmp_path / "spread")
    assert len(spread) == COUNT
    assert all(len(name.split("/")[0]) == 2 for name in spread)
    bad = export("--template", "{name}")
    assert bad.returncode == 2
    assert "{stem}, {format}, {parent}" in bad.stderr


def test_a_template_names_a_format_once_and_camera_files_by_their_tool(
    tmp_path: Path, batch_folder: Path
) -> None:
    formats = ("pcd-compressed", "glb-mesh", "rgbd", "png", "left-right")
    words = (word for name in formats for word in ("--format", name))
    command = (
        "export",
        batch_folder / "a" / "IMG 01.HEIC",
        *words,
        "--template",
        "{stem}-{format}",
    )

    done = run_command(
        *command, "--camera-file", "open3d,colmap,nerfstudio,ros", "--out", "out", cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert {name.partition("/")[0] for name in names(tmp_path / "out")} == {
        "IMG 01-pcd-compressed.pcd",
        "IMG 01-glb-mesh.glb",
        "IMG 01-rgbd",
        "IMG 01-png-photo.png",
        "IMG 01-png-codes.png",
        "IMG 01-png-depth-mm.png",
        "IMG 01-left-right-left.jpg",
        "IMG 01-left-right-right.jpg",
        "IMG 01-open3d.json",
        "IMG 01-colmap",
        "IMG 01-nerfstudio-transforms.json",
        "IMG 01-ros.yaml",
    }
    images = (tmp_path / "out" / "IMG 01-colmap" / "images.txt").read_text()
    assert "IMG 01-png-photo.png" in images
    assert "camera_name: IMG_01_ros" in (tmp_path / "out" / "IMG 01-ros.yaml").read_text()


def test_overwrite_replaces_and_leaves_no_part(tmp_path: Path, export: Callable[..., Done]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "IMG 00.pcd").write_text("old")

    done = export("--overwrite")

    assert done.returncode == 0
    assert len(names(tmp_path / "out")) == COUNT
    assert (tmp_path / "out" / "IMG 00.pcd").stat().st_size > 1000


def test_filters_and_a_dry_run(tmp_path: Path, export: Callable[..., Done]) -> None:
    listed = export("--dry-run")
    assert len(listed.stdout.splitlines()) == COUNT
    assert f"{COUNT} would be exported, 1 without depth" in listed.stderr
    absolute = export("--accuracy", "absolute", "--dry-run")
    assert absolute.stdout == ""
    later = export("--since", "2100-01-01")
    assert (later.returncode, later.stdout) == (0, "")
    assert f"--since and --shard leave out {COUNT + 1} photos" in later.stderr
    assert not (tmp_path / "out").exists()
    absolute = export("--accuracy", "absolute")
    assert "none exported: " in absolute.stderr
    assert f"{COUNT} of accuracy relative" in absolute.stderr
    assert export("--since", "yesterday").returncode == 2
    alone = export("--shard-size", "4")
    assert (alone.returncode, "--shard-size is for --scheduler" in alone.stderr) == (2, True)


def test_progress_as_json_is_an_object_a_photo_and_one_of_all(
    tmp_path: Path, export: Callable[..., Done]
) -> None:
    done = export("--progress", "json")

    *lines, total = map(json.loads, done.stderr.splitlines())
    assert [line["state"] for line in lines].count("done") == COUNT
    written = sum(path.stat().st_size for path in (tmp_path / "out").glob("*.pcd"))
    assert total == {
        "exported": COUNT,
        "unchanged": 0,
        "skipped": {"without depth": 1},
        "failed": 0,
        "bytes": written,
    }
    assert [line["ended"] for line in lines] == list(range(1, COUNT + 2))


def test_progress_of_one_photo_names_its_files(tmp_path: Path, batch_folder: Path) -> None:
    photo = batch_folder / "a" / "IMG 01.HEIC"
    formats = ("--format", "pcd", "--format", "png")
    done = run_command("export", photo, *formats, "--progress", "json", cwd=tmp_path)

    (record,) = map(json.loads, done.stderr.splitlines())
    assert sorted(record["outputs"]) == [str(path) for path in sorted(tmp_path.iterdir())]
    assert record["source"] == str(photo)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, export: Callable[..., Done]
) -> None:
    (tmp_path / "out").mkdir(mode=0o500)

    done = export()

    assert done.returncode == 1
    assert "out" in done.stderr
    assert done.stderr.count("\n") == 1


def test_two_runs_do_not_write_one_manifest(tmp_path: Path, export: Callable[..., Done]) -> None:
    with Manifest.open(tmp_path / "out" / f"{NAME}.jsonl"):
        done = export()

    assert done.returncode == 1
    assert "another export writes this manifest" in done.stderr


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, batch_folder: Path, forked_decoders: None
) -> dict[str, bytes]:
    """The files that ``start`` comes to where nothing interrupts it."""
    folder = tmp_path_factory.mktemp("whole")
    words = ("--format", "pcd-ascii", "--format", "npz", "--jobs", "1", "--out", folder)
    assert run_command("export", batch_folder, "-r", *words).returncode == 0
    return contents(folder)


@pytest.mark.parametrize("jobs", [pytest.param("1", marks=pytest.mark.thorough), "2"])
def test_kill_and_resume_lose_and_double_nothing(
    tmp_path: Path, batch_folder: Path, whole: dict[str, bytes], jobs: str
) -> None:
    out = tmp_path / "out"
    manifest = out / f"{NAME}.jsonl"
    run = start(batch_folder, out, "--jobs", jobs)
    wait_for_states(run, manifest, State.DONE, 3)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    # As where the run was killed after the file was written, before the manifest said so.
    text = manifest.read_text()
    last = text.rindex('"state": "done"')
    manifest.write_text(text[: text.rindex("\n", 0, last) + 1] + '{"source": "to')

    resumed = start(batch_folder, out, "--jobs", jobs)
    _, errors = resumed.communicate()

    assert resumed.returncode == 0, errors
    assert contents(out) == whole
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]


@pytest.mark.parametrize("more", [(), ("--overwrite",)])
def test_a_format_that_a_photo_refuses_costs_no_other(
    tmp_path: Path, export: Callable[..., Done], more: tuple[str, ...], batch_folder: Path
) -> None:
    # These photos hold no other pictures.
    words = ("--format", "layers", "--format", "npz", *more)
    runs = [export(*words, folder=batch_folder / "a") for _ in range(2)]

    for run in runs:
        assert run.returncode == 1
        assert f"{COUNT // 2} failed" in run.stderr
    assert names(tmp_path / "out") == [f"IMG {number:02d}.npz" for number in range(1, COUNT, 2)]


def test_a_photo_whose_worker_is_killed_fails_alone(
    tmp_path: Path, batch_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heicdepth_tui.batch.plan import jobs_of
    from heicdepth_tui.batch.pool import Started, run_in_workers
    from heicdepth_tui.cli.paths import photos_in
    from heicdepth_tui.export.options import ExportOptions

    entries = photos_in((batch_folder,), recursive=True)
    jobs = list(jobs_of(entries, [batch_folder], ExportOptions(out=tmp_path)))
    poisonous = jobs[3].path
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    ended = {}
    for event in run_in_workers([_killing(job, poisonous) for job in jobs], 2):
        if not isinstance(event, Started):
            ended[event.source] = event.state

    assert ended.pop(poisonous) is State.FAILED
    assert len(ended) == len(jobs) - 1
    assert sum(state is State.DONE for state in ended.values()) == COUNT - 1


class Killing:
    """Options that kill the process that unpacks them."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _kill, ()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killing(job: object, poisonous: str) -> object:
    if job.path != poisonous:  # type: ignore[attr-defined]
        return job
    return replace(job, options=Killing())  # type: ignore[type-var]


def test_a_cluster_finishes_where_a_worker_is_killed(
    tmp_path: Path, batch_folder: Path, whole: dict[str, bytes]
) -> None:
    distributed = pytest.importorskip("distributed")

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        worker = next(iter(cluster.workers.values()))
        manifest_folder = tmp_path / "out"
        run = start(
            batch_folder, manifest_folder,
            "--scheduler", cluster.scheduler_address, "--shard-size", "3",
        )  # fmt: skip
        wait_while(run, lambda: not names(manifest_folder))
        os.kill(worker.process.process.pid, signal.SIGKILL)
        _, errors = run.communicate()

    assert run.returncode == 0, errors
    assert contents(manifest_folder) == whole


def test_a_cluster_that_is_interrupted_ends_its_photos_and_the_next_run_doubles_none(
    tmp_path: Path, batch_folder: Path, whole: dict[str, bytes]
) -> None:
    distributed = pytest.importorskip("distributed")
    out = tmp_path / "out"

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        arguments = ("--scheduler", cluster.scheduler_address, "--shard-size")
        run = start(batch_folder, out, *arguments, "6")
        wait_while(run, lambda: not names(out))
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate()
        first = names(out)
        again = start(batch_folder, out, *arguments, "5")
        again.communicate()

    assert run.returncode == 130, errors
    assert "interrupted; the same command exports the rest" in errors
    assert len(first) < len(whole)
    assert again.returncode == 0
    assert contents(out) == whole


def test_a_cluster_exports_only_what_no_run_has_done(
    tmp_path: Path, batch_folder: Path, export: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photos of a shard are others once one is added or done, and with them its name."""

    def run_here(
        shards: Iterable[ShardWork],
        address: str,
        listener: Callable[[str, Counts], object],
        **_: object,
    ) -> Counts:
        total = Counts()
        for shard in shards:
            counts = run_shard(shard)
            listener(shard.name, counts)
            total.done += counts.done
        return total

    monkeypatch.setattr(cluster, "distributed_package", lambda: None)
    monkeypatch.setattr(cluster, "run_on_cluster", run_here)
    photos = tmp_path / "photos"
    shutil.copytree(batch_folder / "a", photos)
    arguments = ("--scheduler", "here", "--shard-size", "4")
    first = export(*arguments, folder=Path("photos"))
    shutil.copy(photos / "IMG 01.HEIC", photos / "IMG 00.HEIC")

    listed = export(*arguments, "--dry-run", folder=Path("photos"))
    again = export(*arguments, folder=Path("photos"))
    failed = export(*arguments, "--retry-failed", folder=Path("photos"))

    assert "6 exported" in first.stderr
    assert "1 would be exported, 6 unchanged" in listed.stderr
    assert "1 exported, 6 unchanged" in again.stderr
    assert failed.stderr.endswith("nothing to do\n")
    assert len(names(tmp_path / "out")) == 7


def test_shards_that_workers_still_export_are_not_cut_anew(
    tmp_path: Path, export: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "distributed_package", lambda: None)
    monkeypatch.setattr(cluster, "run_on_cluster", lambda *_, **__: Counts())
    arguments = ("--scheduler", "here")

    with Manifest.open(tmp_path / "out" / f"{NAME}-0123456789ab.jsonl"):
        refused = export(*arguments)
        part = export(*arguments, "--shard", "1/2")
    later = export(*arguments)

    assert refused.returncode == 1
    assert "workers still export this shard of a run before; wait" in refused.stderr
    assert part.returncode == later.returncode == 0


def test_a_cluster_gets_photos_while_folders_are_still_listed(
    batch_folder: Path, export: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Entry] = []
    before: list[int] = []

    def listing(roots: Sequence[Path], recursive: bool) -> Iterator[Entry]:
        for entry in photos_found(roots, recursive):
            found.append(entry)
            yield entry

    def take(shards: Iterable[ShardWork], *_: object, **__: object) -> Counts:
        total = Counts()
        for shard in shards:
            before.append(len(found))
            total.done += len(shard.jobs)
        return total

    monkeypatch.setattr("heicdepth_tui.cli.paths.photos_found", listing)
    monkeypatch.setattr(cluster, "distributed_package", lambda: None)
    monkeypatch.setattr(cluster, "run_on_cluster", take)

    done = export("--scheduler", "here", "--shard-size", "4", folder=batch_folder)

    assert before == [4, 8, 12, 13]
    assert "13 exported" in done.stderr


def test_a_missing_extra_of_a_cluster_is_one_line(
    tmp_path: Path, export: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    done = export("--scheduler", "tcp://127.0.0.1:1")

    assert done.returncode == 2
    assert "pip install 'heicdepth-tui[cluster]'" in done.stderr
