"""The bounded reader: what is no file, what vanishes or shrinks, and how much is read."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path

import pytest

from heicdepth_tui.errors import FileAccessError, LimitError, TruncatedError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.source import HEAD_BYTES, RefusedFileError, Source


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """20,000 bytes whose content tells where they lie."""
    path = tmp_path / "numbers"
    path.write_bytes(b"".join(n.to_bytes(4, "big") for n in range(5000)))
    return path


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_reads_what_is_asked(file: Path) -> None:
    with Source(file) as source:
        assert source.size == 20_000
        assert source.head == file.read_bytes()[:HEAD_BYTES]
        assert source.read(400, 4) == (100).to_bytes(4, "big")
        assert source.read(19_996, 4) == (4999).to_bytes(4, "big")
        assert source.read(16_380, 8) == (4095).to_bytes(4, "big") + (4096).to_bytes(4, "big")
        assert source.read_payload(0, 20_000) == file.read_bytes()
        with pytest.raises(TruncatedError, match="past the end of the file"):
            source.read(19_999, 2)
        with pytest.raises(TruncatedError):
            source.read_payload(30_000, 1)


def test_memory_behaves_as_a_file_does(file: Path) -> None:
    with Source("", DEFAULT_LIMITS, data=file.read_bytes()) as source:
        assert (source.size, len(source.head)) == (20_000, HEAD_BYTES)
        assert source.read(19_996, 4) == (4999).to_bytes(4, "big")
        with pytest.raises(TruncatedError):
            source.read(19_999, 2)


def test_the_budget_is_kept(file: Path) -> None:
    with Source(file, limits=Limits(header_bytes=HEAD_BYTES + 1000)) as source:
        source.read(0, HEAD_BYTES)  # what was read already is free
        source.read(17_000, 600)
        with pytest.raises(LimitError, match="17,384"):
            source.read(17_000, 600)
        source.read_payload(17_000, 600)


def test_pipes_never_block(tmp_path: Path) -> None:
    pipe = tmp_path / "a.heic"
    os.mkfifo(pipe)
    with pytest.raises(RefusedFileError, match="a pipe") as caught:
        Source(pipe)
    assert caught.value.label == "a pipe"
    assert caught.value.path == pipe


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder.heic"
    folder.mkdir()
    with pytest.raises(FileAccessError, match="a folder"):
        Source(folder)
    with pytest.raises(FileAccessError, match="a device"):
        Source("/dev/null")
    with socket.socket(socket.AF_UNIX) as listener:
        path = tmp_path / "s.heic"
        listener.bind(str(path))
        with pytest.raises(FileAccessError, match="a socket"):
            Source(path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    loop = tmp_path / "loop.heic"
    loop.symlink_to(loop)
    dangling = tmp_path / "dangling.heic"
    dangling.symlink_to(tmp_path / "gone")
    for path, label in (
        (tmp_path / "none.heic", "vanished"),
        (dangling, "vanished"),
        (loop, "cyclic link"),
        (tmp_path / "file" / "x.heic", "vanished"),
        (tmp_path / ("n" * 300), "name too long"),
        ("nul\0byte", "bad name"),
    ):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(RefusedFileError) as caught:
            Source(path)
        assert caught.value.label == label


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission_denied(file: Path) -> None:
    file.chmod(0)
    with pytest.raises(RefusedFileError, match="permission"):
        Source(file)


def test_permission_denied_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)
    with pytest.raises(RefusedFileError, match="permission") as caught:
        Source(file)
    assert caught.value.label == "no permission"


def test_a_file_that_shrinks_while_open(file: Path) -> None:
    with Source(file) as source:
        os.truncate(file, 17_000)
        assert source.read(16_900, 100)
        with pytest.raises(RefusedFileError, match="shrank") as caught:
            source.read(16_900, 200)
        assert caught.value.label == "changed"


def test_a_read_that_fails(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with Source(file) as source:
        monkeypatch.setattr(os, "pread", fail)
        with pytest.raises(FileAccessError, match="disk or the network"):
            source.read(18_000, 10)


@pytest.mark.thorough
def test_nothing_stays_open(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    before = descriptors()
    source = Source(file)
    source.close()
    source.close()
    with pytest.raises(FileAccessError, match="closed"):
        source.read_payload(0, 1)
    Source(file)  # dropped
    with pytest.raises(FileAccessError):
        Source(tmp_path)

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", fail)
        with pytest.raises(FileAccessError):
            Source(file)
    gc.collect()
    assert descriptors() == before
