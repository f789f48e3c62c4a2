"""Files are written whole or not at all, and never over another."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from heicdepth_tui import files
from heicdepth_tui.errors import WriteError
from heicdepth_tui.files import NamingWriter, safe_name, write_new, write_new_folder, write_new_set
from heicdepth_tui.system import HAS_NAMELESS_FILES


def fill(data: bytes) -> Callable[[BinaryIO], object]:
    return lambda file: file.write(data)


def fail(code: int) -> Callable[[BinaryIO], object]:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(code, os.strerror(code))

    return write


def raising(code: int) -> Callable[..., Any]:
    def call(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return call


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(params=["nameless", "hidden", "no links"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take one of three ways to a name: O_TMPFILE, a .part file linked, a .part file renamed."""
    way: str = request.param
    if way == "nameless" and not HAS_NAMELESS_FILES:
        pytest.skip("this system has no O_TMPFILE")
    if way != "nameless":
        monkeypatch.setattr(files, "HAS_NAMELESS_FILES", False)
    if way == "no links":
        monkeypatch.setattr(os, "link", raising(errno.EPERM))
    return way


def test_a_file_is_written(tmp_path: Path, way: str) -> None:
    assert write_new(tmp_path, "a.pcd", fill(b"points")) == tmp_path / "a.pcd"
    assert (tmp_path / "a.pcd").read_bytes() == b"points"
    assert names(tmp_path) == ["a.pcd"]


def test_permissions_follow_the_umask(tmp_path: Path, way: str) -> None:
    before = os.umask(0o027)
    try:
        path = write_new(tmp_path, "a.pcd", fill(b""))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_existing_file_is_kept(tmp_path: Path, way: str) -> None:
    (tmp_path / "a.pcd").write_bytes(b"old")
    written = [write_new(tmp_path, "a.pcd", fill(b"%d" % n)).name for n in (1, 2)]
    assert written == ["a-1.pcd", "a-2.pcd"]
    assert [(tmp_path / name).read_bytes() for name in names(tmp_path)] == [b"1", b"2", b"old"]


def test_a_folder_or_a_link_of_that_name_is_kept(tmp_path: Path, way: str) -> None:
    outside = tmp_path / "outside"
    out = tmp_path / "out"
    (out / "a.pcd").mkdir(parents=True)
    (out / "a-1.pcd").symlink_to(outside)  # dangling: following it would create the file outside
    assert write_new(out, "a.pcd", fill(b"x")).name == "a-2.pcd"
    assert not outside.exists()
    assert (out / "a-1.pcd").is_symlink()


def test_a_writer_that_loses_a_race_takes_the_next_name(tmp_path: Path, way: str) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"ours")
        (tmp_path / "a.pcd").write_bytes(b"theirs")

    assert write_new(tmp_path, "a.pcd", write).read_bytes() == b"ours"
    assert (tmp_path / "a.pcd").read_bytes() == b"theirs"
    assert names(tmp_path) == ["a-1.pcd", "a.pcd"]


def test_missing_folders_are_made(tmp_path: Path, way: str) -> None:
    path = write_new(tmp_path / "one" / "two", "a.pcd", fill(b"x"))
    assert path.read_bytes() == b"x"


def test_a_set_shares_one_number(tmp_path: Path, way: str) -> None:
    (tmp_path / "a-codes.png").write_bytes(b"old")
    parts = [("-photo.png", fill(b"1")), ("-codes.png", fill(b"2")), ("-mm.png", fill(b"3"))]
    paths = write_new_set(tmp_path, "a", parts)
    assert [path.name for path in paths] == ["a-1-photo.png", "a-1-codes.png", "a-1-mm.png"]
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
    assert len(names(tmp_path)) == 4


def name_all(file: BinaryIO, names: Sequence[str]) -> None:
    file.write(" ".join(names).encode())


def test_a_set_that_names_its_files_names_them_as_they_are(tmp_path: Path, way: str) -> None:
    (tmp_path / "a.mtl").write_bytes(b"old")
    parts = [(".obj", NamingWriter(name_all)), (".mtl", fill(b"2"))]
    paths = write_new_set(tmp_path, "a", parts)
    assert [path.name for path in paths] == ["a-1.obj", "a-1.mtl"]
    assert paths[0].read_bytes() == b"a-1.obj a-1.mtl"
    assert write_new_set(tmp_path, "b", parts)[0].read_bytes() == b"b.obj b.mtl"


def test_a_set_names_its_files_anew_where_another_writer_is_faster(
    tmp_path: Path, way: str
) -> None:
    def lose(file: BinaryIO, names: Sequence[str]) -> None:
        name_all(file, names)
        if names[1] == "a.mtl":
            (tmp_path / "a.mtl").write_bytes(b"theirs")

    paths = write_new_set(tmp_path, "a", [(".obj", NamingWriter(lose)), (".mtl", fill(b"2"))])
    assert paths[0].read_bytes() == b"a-1.obj a-1.mtl"
    assert names(tmp_path) == ["a-1.mtl", "a-1.obj", "a.mtl"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, "reports an error"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
    ],
)
def test_a_failing_write_leaves_nothing(tmp_path: Path, way: str, code: int, words: str) -> None:
    (tmp_path / "a.pcd").write_bytes(b"old")
    parts = [("-1st.png", fill(b"whole")), ("-2nd.png", fail(code))]
    with pytest.raises(WriteError, match=words) as caught:
        write_new(tmp_path, "a.pcd", fail(code))
    assert caught.value.path == tmp_path / "a.pcd"
    assert caught.value.hint
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(WriteError, match=words):
        write_new_set(tmp_path, "b", parts)
    with pytest.raises(WriteError, match=words):
        write_new(tmp_path / "new" / "folder", "a.pcd", fail(code))
    assert names(tmp_path) == ["a.pcd"]
    assert (tmp_path / "a.pcd").read_bytes() == b"old"


@pytest.mark.parametrize("function", ["open", "fsync"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_failing_system_call_leaves_nothing(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, function: str, code: int
) -> None:
    monkeypatch.setattr(os, function, raising(code))
    with pytest.raises(WriteError):
        write_new(tmp_path / "new", "a.pcd", fill(b"x"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_failing_link_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "link", raising(code))
    with pytest.raises(WriteError):
        write_new(tmp_path, "a.pcd", fill(b"x"))
    assert names(tmp_path) == []


@pytest.mark.skipif(not HAS_NAMELESS_FILES, reason="this system has no O_TMPFILE")
def test_a_nameless_file_that_cannot_be_linked_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def only_named(*args: Any, **kwargs: Any) -> None:
        if "src_dir_fd" in kwargs:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        link(*args, **kwargs)

    monkeypatch.setattr(os, "link", only_named)
    assert write_new(tmp_path, "a.pcd", fill(b"x")).read_bytes() == b"x"
    assert names(tmp_path) == ["a.pcd"]


def test_a_failing_rename_gives_the_name_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", raising(errno.EPERM))
    monkeypatch.setattr(os, "replace", raising(errno.EIO))
    with pytest.raises(WriteError):
        write_new(tmp_path, "a.pcd", fill(b"x"))
    assert names(tmp_path) == []


def test_a_folder_that_fails_to_sync_withdraws_the_file(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([None, errno.EIO])  # the file's own sync, then the folder's

    def fsync(_: int) -> None:
        code = next(calls)
        if code is not None:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(WriteError):
        write_new(tmp_path, "a.pcd", fill(b"x"))
    assert names(tmp_path) == []


def test_a_folder_that_cannot_sync_at_all_is_no_failure(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", raising(errno.EINVAL))
    assert write_new(tmp_path, "a.pcd", fill(b"x")).read_bytes() == b"x"


def test_a_repeated_link_request_is_no_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def twice(*args: Any, **kwargs: Any) -> None:
        link(*args, **kwargs)
        link(*args, **kwargs)  # what NFS does when the first answer is lost

    monkeypatch.setattr(os, "link", twice)
    write_new(tmp_path, "a.pcd", fill(b"x"))
    assert names(tmp_path) == ["a.pcd"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_other_errors_pass_through_after_the_clean_up(
    tmp_path: Path, way: str, error: type[BaseException]
) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    with pytest.raises(error):
        write_new(tmp_path / "new", "a.pcd", write)
    assert names(tmp_path) == []


def test_a_long_name_is_shortened_to_255_bytes(tmp_path: Path) -> None:
    for _ in range(2):
        path = write_new(tmp_path, "é" * 200 + ".pcd", fill(b"x"))
        assert path.suffix == ".pcd"
        assert 250 <= len(os.fsencode(path.name)) <= 255
    assert len(names(tmp_path)) == 2


def test_a_path_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="too long"):
        write_new(tmp_path / ("x" * 300), "a.pcd", fill(b"x"))


@pytest.mark.parametrize("below", ["", "below"])
def test_a_folder_that_is_a_file_is_said(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(WriteError, match="not a folder"):
        write_new(tmp_path / "file" / below, "a.pcd", fill(b"x"))
    assert names(tmp_path) == ["file"]


def test_a_folder_that_is_a_dangling_link_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WriteError, match="not a folder"):
        write_new(tmp_path / "out", "a.pcd", fill(b"x"))
    assert names(tmp_path) == ["out"]


def test_a_missing_folder_is_not_made_when_that_is_not_wanted(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="does not exist"):
        write_new(tmp_path / "out", "a.pcd", fill(b"x"), make_folder=False)
    assert names(tmp_path) == []


def test_a_folder_made_halfway_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def second_fails(self: Path, *args: Any, **kwargs: Any) -> None:
        if self.name == "two":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        mkdir(self, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", second_fails)
    with pytest.raises(WriteError, match="no space left"):
        write_new(tmp_path / "one" / "two", "a.pcd", fill(b"x"))
    assert names(tmp_path) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    with pytest.raises(WriteError, match="no permission"):
        write_new(out, "a.pcd", fill(b"x"))


@pytest.mark.parametrize("name", ["", ".", "..", "../a.pcd", "a/b.pcd", "/a.pcd", "a\0b"])
def test_a_name_that_is_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no plain file name"):
        write_new(tmp_path, name, fill(b"x"))


@pytest.mark.parametrize("nameless", [True, False])
def test_a_kill_before_the_file_has_its_name_publishes_nothing(
    tmp_path: Path, nameless: bool
) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from heicdepth_tui.files import write_new\n"
        "os.link = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_new(Path(sys.argv[1]), 'a.pcd', lambda file: file.write(b'x'))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(files.__file__).parents[1])}
    if not nameless:
        environment["HEICDEPTH_PLATFORM"] = "macos"
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=environment,
        timeout=30,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    left = names(tmp_path)
    if nameless and HAS_NAMELESS_FILES:
        assert left == []
    else:
        assert all(name.startswith(".heicdepth-") and name.endswith(".part") for name in left)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("IMG_0412", "IMG_0412"),
        ("Ferien am Meer, 2. Tag", "Ferien am Meer, 2. Tag"),
        ("猫", "猫"),
        (".hidden", "hidden"),
        ("..", "photo"),
        ("", "photo"),
        ("a/b\\c:d", "a_b_c_d"),
        ("red\x1b[31m\n", "red_[31m_"),
        ("abc\u202egpj", "abc_gpj"),
        (os.fsdecode(b"caf\xe9"), "caf_"),
        ("lone\ud800", "lone_"),
        ("-rf", "_rf"),
        ("con", "_con"),
        ("ends. ", "ends"),
    ],
)
def test_a_name_becomes_plain_on_every_file_system(given: str, expected: str) -> None:
    assert safe_name(given) == expected


PARTS = [("color/0.png", fill(b"colour")), ("depth/0.png", fill(b"depth")), ("k.json", fill(b"k"))]


def test_a_folder_of_files_is_written(tmp_path: Path) -> None:
    paths = write_new_folder(tmp_path / "new", "a", "-rgbd", PARTS)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "new/a-rgbd/color/0.png",
        "new/a-rgbd/depth/0.png",
        "new/a-rgbd/k.json",
    ]
    assert [path.read_bytes() for path in paths] == [b"colour", b"depth", b"k"]
    assert names(tmp_path / "new") == ["a-rgbd"]


def test_a_folder_never_takes_a_name_that_exists(tmp_path: Path) -> None:
    (tmp_path / "a-rgbd").mkdir()
    (tmp_path / "a-1-rgbd").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a-2-rgbd").write_bytes(b"mine")
    paths = write_new_folder(tmp_path, "a", "-rgbd", PARTS)
    assert {path.relative_to(tmp_path).parts[0] for path in paths} == {"a-3-rgbd"}
    assert names(tmp_path / "a-rgbd") == []
    assert (tmp_path / "a-2-rgbd").read_bytes() == b"mine"


def test_a_folder_that_another_process_fills_first_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        if target.name == "a-rgbd":
            (target / "theirs").write_bytes(b"first")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    paths = write_new_folder(tmp_path, "a", "-rgbd", PARTS)
    assert names(tmp_path) == ["a-1-rgbd", "a-rgbd"]
    assert names(tmp_path / "a-rgbd") == ["theirs"]
    assert paths[-1] == tmp_path / "a-1-rgbd" / "k.json"


@pytest.mark.parametrize("call", ["write", "mkdir", "rename", "fsync"])
def test_a_failing_folder_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    parts = PARTS
    if call == "write":
        parts = [*PARTS[:2], ("k.json", fail(errno.ENOSPC))]
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", raising(errno.ENOSPC))
    elif call == "rename":
        monkeypatch.setattr(Path, "rename", raising(errno.ENOSPC))
    else:
        mkdir = Path.mkdir

        def full(self: Path, *args: Any, **options: Any) -> None:
            if self.name == "depth":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            mkdir(self, *args, **options)

        monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(WriteError, match="no space left"):
        write_new_folder(tmp_path / "new", "a", "-rgbd", parts)
    assert names(tmp_path) == []


@pytest.mark.parametrize("path", ["../k.json", "/k.json", "color//0.png", "."])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        write_new_folder(tmp_path, "a", "-rgbd", [(path, fill(b""))])
    assert names(tmp_path) == []
