"""A folder that all processes of a parallel run share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sharing import write_once


class Factory:
    """Stands for pytest's TempPathFactory: the folder of one process."""

    def __init__(self, base: Path) -> None:
        self._base = base
        base.mkdir(parents=True, exist_ok=True)

    def getbasetemp(self) -> Path:
        return self._base


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Factory]:
    """Return the folders of two processes of one parallel run."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    return [Factory(tmp_path / name) for name in ("popen-gw0", "popen-gw1")]


def test_the_first_process_writes_for_all(workers: list[Factory], tmp_path: Path) -> None:
    folders = [
        write_once(worker, "photos", lambda folder, n=n: (folder / "name").write_text(str(n)))
        for n, worker in enumerate(workers)
    ]

    assert folders == [tmp_path / "photos"] * 2
    assert (tmp_path / "photos" / "name").read_text() == "0"


def test_half_a_folder_is_written_anew(workers: list[Factory], tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_once(workers[0], "photos", fail)
    folder = write_once(workers[1], "photos", lambda folder: (folder / "whole").touch())

    assert [path.name for path in folder.iterdir()] == ["whole"]


def test_one_process_alone_keeps_its_own_folder(
    workers: list[Factory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER")

    assert write_once(workers[0], "a", lambda folder: None) == tmp_path / "popen-gw0" / "a"
