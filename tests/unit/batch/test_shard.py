"""A shard on a machine that lacks what the others see."""

from __future__ import annotations

import pickle
import platform
from pathlib import Path

import pytest

from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.shard import ShardWork, run_shard
from heicdepth_tui.errors import FileAccessError, HeicDepthError, WriteError
from heicdepth_tui.export.options import ExportOptions


def shard(folder: Path, *photos: Path) -> ShardWork:
    options = ExportOptions(out=folder)
    return ShardWork("name", tuple(Job(str(photo), 1, 1, options) for photo in photos), folder)


def test_a_folder_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "a.heic").touch()

    with pytest.raises(WriteError, match="does not see the folder of the export; mount it"):
        run_shard(shard(tmp_path / "out", tmp_path / "a.heic"))

    assert [path.name for path in tmp_path.iterdir()] == ["a.heic"]


def test_photos_that_are_not_mounted_do_not_fail_one_by_one(tmp_path: Path) -> None:
    photos = [tmp_path / "nowhere" / f"{number}.heic" for number in range(3)]

    with pytest.raises(FileAccessError) as caught:
        run_shard(shard(tmp_path, *photos))

    words = f"{photos[0]}: {platform.node()} sees neither this photo nor the others of its shard"
    assert str(caught.value).startswith(words)
    assert list(tmp_path.iterdir()) == []
    sent: HeicDepthError = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  made above
    assert str(sent) == str(caught.value)


def test_a_photo_that_is_gone_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "broken.heic").touch()

    counts = run_shard(shard(tmp_path, tmp_path / "broken.heic", tmp_path / "gone.heic"))

    assert counts.failed == 2
    assert "gone.heic: the file does not exist" in counts.failures[1]


def test_a_shard_without_photos_does_nothing(tmp_path: Path) -> None:
    assert run_shard(shard(tmp_path)).is_empty


def test_no_photo_is_begun_once_the_run_is_stopped(tmp_path: Path) -> None:
    photos = [tmp_path / f"{number}.heic" for number in range(4)]
    photos[0].touch()
    answers = iter([False, False, True])

    counts = run_shard(shard(tmp_path, *photos), lambda: next(answers))

    assert counts.failed == 2
