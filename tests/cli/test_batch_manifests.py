"""What manifests of a folder say of photos: parts, dry runs, failures, and options of a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heicdepth_tui.batch.manifest import NAME
from tests.support.batches import (
    COUNT,
    contents,
    names,
)
from tests.support.cli import Done, run_command


def test_the_manifest_states_the_options_of_each_run_that_wrote_files(
    tmp_path: Path, export: Callable[..., Done]
) -> None:
    def runs() -> list[dict[str, Any]]:
        lines = (tmp_path / "out" / f"{NAME}.jsonl").read_text().splitlines()
        return [record["run"] for record in map(json.loads, lines) if "run" in record]

    export("--shard", "1/1", "--step", "2")
    assert not (tmp_path / "out" / f"{NAME}.jsonl").exists()
    export("--step", "4", "--template", "{stem}-x", "--format", "ply")
    (run,) = runs()
    assert run["program"].startswith("heicdepth-tui ")
    assert run["options"]["cloud"]["stride"] == 4
    assert (run["options"]["formats"], run["options"]["stem"]) == (["ply"], "{stem}-x")
    export("--retry-failed", "--step", "4", "--template", "{stem}-x", "--format", "ply")
    assert runs() == [run]
    export("--step", "3")
    assert [one["options"]["cloud"]["stride"] for one in runs()] == [4, 3]


def test_a_dry_run_leaves_out_what_is_done(tmp_path: Path, export: Callable[..., Done]) -> None:
    assert export("--shard", "1/2").returncode == 0
    before = contents(tmp_path / "out")

    listed = export("--dry-run")
    rest = export("--shard", "2/2", "--dry-run")

    assert listed.stdout == rest.stdout != ""
    assert len(listed.stdout.splitlines()) == COUNT - len(before)
    assert f"{len(before)} unchanged" in listed.stderr
    assert contents(tmp_path / "out") == before


def test_what_a_part_has_done_is_done_for_the_whole_and_for_other_parts(
    tmp_path: Path, export: Callable[..., Done], batch_folder: Path
) -> None:
    for arguments in (("--shard", "1/2"), ("--shard", "2/3"), ()):
        assert export(*arguments).returncode == 0
    assert len(names(tmp_path / "out")) == COUNT
    assert f"{COUNT} unchanged" in export("--shard", "1/1").stderr


def test_without_a_manifest_nothing_is_tried_again(
    tmp_path: Path, export: Callable[..., Done]
) -> None:
    done = export("--retry-failed")

    assert done.returncode == 3
    assert "no manifest in out; --out names the folder" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_single_photo_is_tried_again_only_where_it_failed(
    tmp_path: Path, export: Callable[..., Done], batch_folder: Path
) -> None:
    assert export().returncode == 0
    before = contents(tmp_path / "out")

    done = export("--retry-failed", folder=batch_folder / "a" / "IMG 01.HEIC")

    assert (done.returncode, done.stdout) == (0, "")
    assert contents(tmp_path / "out") == before


def test_parts_hold_every_photo_once(tmp_path: Path, export: Callable[..., Done]) -> None:
    for index in (1, 2, 3):
        done = export("--shard", f"{index}/3")
        assert done.returncode == 0
    status = run_command("export", "--status", "--out", "out", cwd=tmp_path)

    assert len(names(tmp_path / "out")) == COUNT
    assert len([*(tmp_path / "out").glob(f"{NAME}-*-of-3.jsonl")]) == 3
    assert status.returncode == 0
    assert f"{COUNT + 1} records in 3 manifests: {COUNT} done, 1 skipped" in status.stdout
    assert export("--shard", "4/3").returncode == 2


def test_failures_are_listed_and_can_be_tried_again(
    tmp_path: Path, export: Callable[..., Done], batch_folder: Path
) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(batch_folder / "a", folder)
    broken = folder / "broken.HEIC"
    broken.write_bytes((folder / "IMG 01.HEIC").read_bytes()[:2000])

    first = export(folder=folder)
    status = run_command("export", "--status", "--out", "out", cwd=tmp_path)
    broken.write_bytes((folder / "IMG 01.HEIC").read_bytes())
    retried = export("--retry-failed", folder=folder)

    assert first.returncode == status.returncode == 1
    assert "6 exported, 1 failed" in first.stderr
    assert first.stderr.count("broken.HEIC") == 1
    assert "broken.HEIC" in status.stdout
    assert retried.returncode == 0
    assert "1 exported" in retried.stderr
    assert len(names(tmp_path / "out")) == 7


def test_a_file_in_the_place_of_the_folder_is_one_line_of_advice(
    tmp_path: Path, export: Callable[..., Done]
) -> None:
    (tmp_path / "out").write_text("no folder")

    done = export()

    assert (done.returncode, done.stdout) == (1, "")
    advice = "it is not a folder; choose another folder with --out"
    assert done.stderr == f"heicdepth-tui: out: cannot be written: {advice}\n"
