"""Files that are no photos and names that are no text: listed, told, exported, and never opened."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from heicdepth_tui.batch.records import read_records
from heicdepth_tui.errors import FileAccessError
from heicdepth_tui.folder.find import Entry, find_photos
from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.summary import read_summary
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.layers import PRIMARY, Request
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import printable
from tests.support.cli import run_command
from tests.support.records import check_record

NAMES = {
    "title": b"a\x1b]0;owned\x07.heic",
    "clear": b"\x1b[2J\x1b[H.heic",
    "clipboard": b"\x1b]52;c;b3duZWQ=\x1b\\.heic",
    "csi": "\x9b31m.heic".encode(),
    "return": b"honest\rforged.heic",
    "newline": b"two\nlines.heic",
    "tab": b"tab\tulator.heic",
    "backspace": b"abc\b\b\b.heic",
    "right to left": "\u202egpj.cieh.heic".encode(),
    "isolate": "\u2066x\u2069.heic".encode(),
    "invisible": "a\u200bb\ufeffc.heic".encode(),
    "separator": "a\u2028b\u2029c.heic".encode(),
    "markup": b"[bold red]x[@click=app.bell]y.heic",
    "link": b"[link=file:x]y.heic",
    "broken markup": b"[[b]] [1;31m ] [.heic",
    "invalid": b"\xff\xfe\x80.heic",
    "surrogate": b"\xed\xa0\x80.heic",
    "html": b"<img src=x onerror=alert(1)>&amp;\"'.heic",
    "format": b"%s {0} $HOME `id`.heic",
    "option": b"--help.heic",
    "blank": b" .heic",
    "wide": "写真🏞️.heic".encode(),
    "combining": ("e" + "\u0301" * 40 + ".heic").encode(),
    "255 bytes": b"n" * 250 + b".heic",
    "upper": b"CASE.HEIC",
    "lower": b"case.heic",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo under every name that the file system takes."""
    folder = tmp_path_factory.mktemp("names")
    wrong = "\x1b]0;owned\x07\x9b31m\u202e<img src=x>[red]\r\n\x7f"
    told = Exif(make="Camera" + wrong, model=wrong, lens=wrong, date="2024-05-18 10:30:00")
    data = build_photo(exif=told)
    for name in NAMES.values():
        try:
            (folder / os.fsdecode(name)).write_bytes(data)
        except OSError:
            # macOS takes no names that are not UTF-8.
            continue
    if len({path.name.casefold() for path in folder.iterdir()}) < len(NAMES) - 1:
        pytest.skip("this file system does not take these names")
    return folder


def command(*arguments: str | Path, cwd: Path) -> tuple[int, bytes, bytes]:
    done = run_command(*arguments, cwd=cwd)
    return done.returncode, done.stdout.encode(), done.stderr.encode()


def process(*arguments: str | Path, cwd: Path) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "heicdepth_tui", *arguments],
        cwd=cwd,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return done.returncode, done.stdout, done.stderr


def check_plain(output: bytes) -> str:
    """Every line of an output can be printed to a terminal."""
    text = output.decode()
    for line in text.split("\n"):
        assert printable(line) == line
    return text


def test_names_are_listed_as_they_are(folder: Path) -> None:
    found = [entry for batch in find_photos([folder]) for entry in batch]
    assert {os.fsencode(entry.name) for entry in found} == set(NAMES.values())
    assert {entry.problem for entry in found} == {""}
    assert len({entry.path for entry in found}) == len(NAMES)


def test_tables_show_names_escaped(folder: Path, tmp_path: Path) -> None:
    code, out, err = process("info", folder, cwd=tmp_path)
    text = check_plain(out)
    assert (code, err) == (0, b"")
    for shown in (r"a\x1b]0;owned\x07.heic", r"two\x0alines.heic", r"\u202egpj.cieh.heic"):
        assert shown in text
    assert r"\xff\xfe\x80.heic" in text
    assert "[bold red]x[@click=app.bell]y.heic" in text
    assert text.count("96×72") >= len(NAMES)
    assert text.count(r"Camera\x1b]0;owned\x07\x9b31m\u202e<img src=x>[red]") == len(NAMES)


def test_json_shows_names_escaped_and_is_valid(folder: Path, tmp_path: Path) -> None:
    code, out, err = command("info", "--json", folder, cwd=tmp_path)
    check_plain(out)
    records = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, b"")
    assert len(records) == len(NAMES)
    assert out.isascii()
    for record in records:
        check_record(record)
    names = {os.fsencode(Path(record["path"]).name) for record in records}
    assert names == set(NAMES.values())


def test_exports_have_safe_names_and_the_messages_too(folder: Path, tmp_path: Path) -> None:
    chosen = ("title", "newline", "right to left", "invalid", "html", "option", "255 bytes")
    paths = [folder / os.fsdecode(NAMES[name]) for name in chosen]
    out = tmp_path / "out"
    code, told, said = command(
        "export", "--format", "pcd-ascii", "--format", "html", "--out", out, *paths, cwd=tmp_path
    )
    check_plain(told)
    check_plain(said)
    assert code == 0
    written = sorted(path.name for path in out.iterdir() if path.suffix != ".jsonl")
    assert len(written) == 2 * len(chosen)
    assert len(set(read_records(out / "heicdepth-manifest.jsonl"))) == 2 * len(chosen)
    assert sorted(told.decode().splitlines()) == [str(out / name) for name in written]
    assert all(len(os.fsencode(name)) <= 255 for name in written)
    for path in out.glob("*.pcd"):
        head = path.read_bytes().partition(b"DATA ascii")[0]
        check_plain(head)
    for path in out.glob("*.html"):
        check_page(path.read_text(encoding="utf-8"))


def check_page(page: str) -> None:
    """A page holds no tag that its template has not, and no character that hides."""

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: set[str] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert not any(name.startswith("on") for name, _ in attrs), attrs
            self.seen.add(tag)

    parser = Tags()
    parser.feed(page)
    assert "img" not in parser.seen
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\x9b"} & set(page)


def test_pictures_on_the_console_are_named_escaped(folder: Path, tmp_path: Path) -> None:
    photo = folder / os.fsdecode(NAMES["clear"])
    code, out, _ = command("show", "--width", "20", photo, cwd=tmp_path)
    assert code == 0
    check_plain(out)


def test_what_is_not_there_is_told_with_its_name_escaped(tmp_path: Path) -> None:
    for words in (("info",), ("export",), ("show",), ()):
        code, out, err = command(*words, "\x1b]0;x\x07none.heic", cwd=tmp_path)
        assert (code, out) == (2, b"")
        assert r"\x1b]0;x\x07none.heic" in check_plain(err)


Make = Callable[[Path], object]


def make_socket(path: Path) -> None:
    # The name of a socket may have some hundred bytes only.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def make_cycle(path: Path) -> None:
    path.symlink_to(path.name)


def make_long_chain(path: Path) -> None:
    for number in range(60):
        (path.parent / f".chain{number}").symlink_to(f".chain{number + 1}")
    path.symlink_to(".chain0")


STRANGE: dict[str, tuple[Make, str, str]] = {
    "pipe": (os.mkfifo, "named pipe, not a photo", "it is a pipe"),
    "socket": (make_socket, "socket, not a photo", "socket"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "device, not a photo", "it is a device"),
    "terminal": (lambda path: path.symlink_to("/dev/tty"), "device, not a photo", "device"),
    "folder": (Path.mkdir, "folder, not a photo", "it is a folder"),
    "dangling": (lambda path: path.symlink_to("nowhere"), "dangling link", "does not exist"),
    "cycle": (make_cycle, "link loop", "in a circle"),
    "chain": (make_long_chain, "link loop", "in a circle"),
    "empty": (Path.touch, "", "it is empty"),
    "procfs": (lambda path: path.symlink_to("/proc/self/status"), "", "it is empty"),
}


@pytest.fixture(params=STRANGE)
def strange(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str, str]:
    """Something named like a photo, what the list says of it, and what the reader says."""
    make, listed, said = STRANGE[request.param]
    path = tmp_path / "strange.heic"
    make(path)
    if not path.is_symlink() and not path.exists():
        pytest.skip("this system has none")
    target = str(path.readlink()) if path.is_symlink() else ""
    if target.startswith(("/dev", "/proc")) and not path.exists():
        pytest.skip("this system has none")
    return path, listed, said


def test_what_is_no_photo_is_listed_with_its_reason(strange: tuple[Path, str, str]) -> None:
    path, listed, _ = strange
    found = [entry for batch in find_photos([path.parent]) for entry in batch]
    assert [(entry.name, entry.problem) for entry in found] == [(path.name, listed)]


def test_what_is_no_photo_is_one_error_and_never_waited_for(
    strange: tuple[Path, str, str],
) -> None:
    path, _, said = strange
    with pytest.raises(Exception, match=said) as caught:
        read_header(path)
    assert caught.value.path == path
    assert read_summary(path).problem
    with Decoder.start(time_limit=20) as decoder, pytest.raises(Exception, match=said):
        decoder.get(Request(next_ticket(), "photo", str(path), PRIMARY))


def test_a_folder_of_strange_things_costs_one_line_each(tmp_path: Path) -> None:
    for number, name in enumerate(("pipe", "socket", "folder", "dangling", "cycle", "empty")):
        STRANGE[name][0](tmp_path / f"{number}.heic")
    (tmp_path / "good.heic").write_bytes(build_photo())
    for words in (("info",), ("info", "--json"), ("info", "--arrays")):
        code, out, err = command(*words, tmp_path, cwd=tmp_path)
        text = check_plain(out)
        assert (code, err) == (1, b"")
        assert "96" in text
        assert text.count("error") >= 6
    code, out, err = command("export", "--out", tmp_path / "out", tmp_path, cwd=tmp_path)
    assert code == 1
    assert out.decode().splitlines() == [str(tmp_path / "out" / "good.pcd")]
    # One for each photo that failed, and the counts.
    assert check_plain(err).count("heicdepth-tui:") == 6 + 1


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user reaches, which tmp_path is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="no users here")
def test_what_may_not_be_read_is_told(open_folder: Path) -> None:
    shut = open_folder / "shut.heic"
    shut.write_bytes(build_photo())
    shut.chmod(0)
    closed = open_folder / "closed"
    closed.mkdir()
    (closed / "inside.heic").write_bytes(build_photo())
    closed.chmod(0)
    script = (
        "import os, sys\n"
        "from heicdepth_tui.folder.find import find_photos\n"
        "from heicdepth_tui.heif.summary import read_summary\n"
        "from heicdepth_tui.heif.header import read_header\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for batch in find_photos([sys.argv[1]], recursive=True):\n"
        "    for entry in batch:\n"
        "        print(entry.name, '|', entry.problem or read_summary(entry.path).problem)\n"
        "try:\n"
        "    read_header(sys.argv[1] + '/shut.heic')\n"
        "except Exception as error:\n"
        "    print(type(error).__mro__[1].__name__, '|', error.what)\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, str(open_folder)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    finally:
        closed.chmod(0o700)
    assert done.stdout.splitlines() == [
        "shut.heic | no permission",
        "closed/ | folder: permission denied",
        f"{FileAccessError.__name__} | permission to read it is denied",
    ]


def test_a_folder_of_case_only_differences_keeps_both(folder: Path, tmp_path: Path) -> None:
    paths = [folder / "CASE.HEIC", folder / "case.heic"]
    code, told, _ = command("export", "--out", tmp_path, *paths, cwd=tmp_path)
    assert code == 0
    assert sorted(told.decode().splitlines()) == [
        str(tmp_path / "CASE.pcd"),
        str(tmp_path / "case.pcd"),
    ]


def test_entries_of_any_name_can_be_sorted_and_searched(folder: Path) -> None:
    from heicdepth_tui.folder.order import SortKey, sort_entries
    from heicdepth_tui.folder.search import Finder

    found: list[Entry] = [entry for batch in find_photos([folder]) for entry in batch]
    for key in SortKey:
        assert len(list(sort_entries(found, key, {}))) == len(found)
    names = [entry.name for entry in found]
    for row, name in enumerate(names):
        finder = Finder(names, name)
        assert row in finder.rows
        assert finder.best(row) is not None
