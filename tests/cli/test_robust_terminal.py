"""The app in a pseudo-terminal: hostile names, dying decoders, signals, a terminal that goes."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import printable
from tests.support.bombs import one_tile_everywhere

Start = Callable[..., Any]

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open") or shutil.which("ps") is None,
    reason="other processes are watched by pidfd and ps",
)

LEFT = b"\x1b[?1049l"
SHOWN_CURSOR = b"\x1b[?25h"


def children(pid: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listing.stdout.split()]


def decoder_of(terminal: Any) -> int:
    """The decoder process of the app."""
    (found,) = children(terminal.process.pid)
    return found


def state_of(pid: int) -> str:
    """R, S, T (stopped) … of a process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def is_gone(pid: int, seconds: float = 20) -> bool:
    """Wait for a process that is no child of this one to end."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def restored(terminal: Any) -> bool:
    """Whether the terminal was left: alternate screen off, cursor shown, in this order, last."""
    raw = terminal.raw
    left = raw.rfind(LEFT)
    return left > raw.rfind(b"\x1b[?1049h") and raw.rfind(SHOWN_CURSOR) > raw.rfind(b"\x1b[?25l")


@pytest.fixture(scope="module")
def slow_photo() -> bytes:
    """A photo that takes seconds to decode."""
    return one_tile_everywhere(8, is_noise=True)


@pytest.fixture
def folder(tmp_path: Path, slow_photo: bytes) -> Path:
    """Three photos: one before, one that takes seconds to decode, one after."""
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "IMG_1.heic").write_bytes(build_photo())
    (folder / "IMG_2.heic").write_bytes(slow_photo)
    (folder / "IMG_3.heic").write_bytes(build_photo(depth_size=Size(64, 48)))
    return folder


@pytest.fixture
def opened(run_in_terminal: Start, folder: Path, tmp_path: Path) -> Iterator[Any]:
    """The app on ``folder``, its first photo shown; nothing of it stays behind."""
    terminal = run_in_terminal(
        str(folder), "--out", str(tmp_path / "out"), XDG_STATE_HOME=str(tmp_path / "state")
    )
    terminal.wait_text("IMG_1.heic", "photo 96×72", "depth 96×72", "3 photos")
    terminal.wait(lambda: terminal.block_cells() > 100, "two pictures")
    yield terminal
    left = [path.name for path in tmp_path.rglob("*") if ".part" in path.name]
    assert left == [], "temporary files"


def begin_the_slow_photo(terminal: Any) -> int:
    """Select the slow photo, and return the decoder when it certainly works on it: half-painted."""
    before = set(_colours_of(terminal))
    # Read again, since a neighbour of the first photo may be decoded already.
    terminal.send("jr")
    terminal.wait_text("photo 8192×8192")
    terminal.wait(
        lambda: (
            len(set(_colours_of(terminal)) - before) > 0
            and "(8192, 8192)" not in terminal.text
            and "decoding" not in terminal.text
        ),
        "a part of the picture",
    )
    return decoder_of(terminal)


def stop_on_the_slow_photo(terminal: Any) -> None:
    """Kill the decoder until that counts against the slow photo.

    Where it worked on the request that reading again replaces, the next process decodes the photo.
    """
    for _ in range(5):
        os.kill(begin_the_slow_photo(terminal), signal.SIGKILL)
        terminal.wait(
            lambda: "SIGKILL" in terminal.text or "(8192, 8192)" in terminal.text,
            "the end of the decoder, or the whole photo",
        )
        if "SIGKILL" in terminal.text:
            return
        terminal.send("k")
        terminal.wait_text("depth 96×72", "relative")
    pytest.fail("no kill counted against the photo")


def _colours_of(terminal: Any) -> Iterator[str]:
    for row in terminal.screen.buffer.values():
        for char in row.values():
            yield char.bg


class TestDecoderDies:
    def test_while_it_works_the_pane_says_so_and_the_next_photo_is_shown(self, opened: Any) -> None:
        decoder = begin_the_slow_photo(opened)
        os.kill(decoder, signal.SIGSTOP)
        os.kill(decoder, signal.SIGSEGV)
        # The signal waits until the process goes on.
        os.kill(decoder, signal.SIGCONT)
        opened.wait_text("the decoder stopped on this photo", "SIGSEGV")
        assert is_gone(decoder)
        opened.send("j")
        opened.wait_text("photo 96×72", "depth 64×48", "relative")
        opened.wait(lambda: opened.block_cells() > 100, "two pictures")
        assert decoder_of(opened) != decoder
        opened.send("q")
        assert opened.end() == 0
        assert restored(opened)

    @pytest.mark.thorough
    def test_while_it_hangs_the_app_answers_and_its_end_costs_nothing(self, opened: Any) -> None:
        decoder = decoder_of(opened)
        os.kill(decoder, signal.SIGSTOP)
        opened.send("G")
        opened.wait_text("photo 96×72", "depth 64×48", "decoding")
        opened.send("?")
        opened.wait_text("next, previous photo")
        escape(opened)
        opened.wait_text("decoding")
        os.kill(decoder, signal.SIGKILL)
        opened.wait_text("relative")
        opened.wait(lambda: opened.block_cells() > 100, "two pictures")
        opened.send("q")
        assert opened.end() == 0

    @pytest.mark.thorough
    def test_a_photo_that_stopped_it_twice_is_not_tried_again(self, opened: Any) -> None:
        for attempt in range(2):
            stop_on_the_slow_photo(opened)
            opened.send("k" if attempt else "kr")
            opened.wait_text("depth 96×72", "relative")
        opened.send("jr")
        opened.wait_text("twice", "not tried again")
        opened.send("j")
        opened.wait_text("depth 64×48", "relative")
        opened.send("q")
        assert opened.end() == 0

    def test_quitting_does_not_wait_for_one_that_hangs(self, opened: Any) -> None:
        decoder = decoder_of(opened)
        os.kill(decoder, signal.SIGSTOP)
        opened.send("G")
        opened.wait_text("depth 64×48", "decoding")
        opened.send("q")
        assert opened.end() == 0
        assert is_gone(decoder)
        assert restored(opened)


class TestTheTerminalGoes:
    def test_a_hang_up_restores_the_screen_and_leaves_no_child(self, opened: Any) -> None:
        decoder = begin_the_slow_photo(opened)
        opened.process.kill(signal.SIGHUP)
        code = opened.end()
        assert restored(opened)
        assert is_gone(decoder)
        assert code == 128 + signal.SIGHUP or opened.process.signalstatus == signal.SIGHUP
        assert b"Traceback" not in opened.raw

    def test_a_signal_during_an_export_leaves_a_whole_file_or_none(
        self, opened: Any, tmp_path: Path
    ) -> None:
        decoder = decoder_of(opened)
        opened.send("e")
        opened.process.kill(signal.SIGTERM)
        code = opened.end()
        assert code == 128 + signal.SIGTERM or opened.process.signalstatus == signal.SIGTERM
        assert restored(opened)
        assert is_gone(decoder)
        out = tmp_path / "out"
        written = sorted(out.iterdir()) if out.is_dir() else []
        assert [path.name for path in written] in ([], ["IMG_1.pcd"])
        for path in written:
            head, _, points = path.read_bytes().partition(b"DATA binary\n")
            count = int(re.search(rb"POINTS (\d+)", head)[1])  # type: ignore[index]
            assert len(points) == 16 * count

    def test_a_terminal_that_closes_ends_app_and_decoder(self, opened: Any) -> None:
        app, decoder = opened.process.pid, decoder_of(opened)
        null = os.open(os.devnull, os.O_RDWR)
        # The only descriptor of the terminal's other end goes: what closing its window does.
        os.dup2(null, opened.process.child_fd)
        os.close(null)
        assert is_gone(app)
        assert is_gone(decoder)

    def test_an_app_that_is_killed_takes_its_decoder_along(self, opened: Any) -> None:
        decoder = begin_the_slow_photo(opened)
        opened.process.kill(signal.SIGKILL)
        assert is_gone(decoder)

    def test_a_pause_restores_the_screen_and_coming_back_paints_it(self, opened: Any) -> None:
        app = opened.process.pid
        opened.process.kill(signal.SIGTSTP)
        opened.wait(lambda: state_of(app) == "T", "the app stopped")
        opened.wait(lambda: restored(opened), "the screen restored")
        before = len(opened.raw)
        opened.process.kill(signal.SIGCONT)
        opened.wait(lambda: b"\x1b[?1049h" in opened.raw[before:], "the app's screen")
        opened.wait_text("IMG_1.heic", "depth 96×72")
        opened.send("G")
        opened.wait_text("depth 64×48", "relative")
        opened.send("q")
        assert opened.end() == 0
        assert restored(opened)

    @pytest.mark.parametrize(
        "reply_seconds",
        [pytest.param(None, marks=pytest.mark.thorough), 0.0],
        ids=["silent", "replies"],
    )
    def test_a_storm_of_resizes(self, opened: Any, reply_seconds: float | None) -> None:
        opened.reply_seconds = reply_seconds
        for step in range(50):
            opened.resize(20 + step * 37 % 150, 4 + step * 17 % 50)
            if step % 5 == 0:
                opened.send("j" if step % 2 else "k")
                opened.pump()
        opened.resize(1, 1)
        opened.resize(120, 40)
        opened.send("G")
        opened.wait_text("IMG_3.heic", "depth 64×48", "relative")
        opened.wait(lambda: opened.block_cells() > 100, "two pictures")
        opened.reply_seconds = 0.0
        opened.send("q")
        assert opened.end() == 0
        assert restored(opened)
        assert b"Traceback" not in opened.raw

    def test_sizes_that_come_and_go_leave_nothing_blank(self, opened: Any) -> None:
        for _ in range(20):
            # So quickly that the app may find the size as it was.
            opened.resize(1, 1)
            opened.resize(120, 40)
        opened.wait_text("IMG_1.heic", "photo 96×72", "depth 96×72", "relative", "q Quit")
        opened.wait(lambda: opened.block_cells() > 100, "two pictures")
        opened.send("q")
        assert opened.end() == 0


def test_an_error_of_the_program_restores_the_terminal_then_says_so_shortly(
    run_in_terminal: Start, folder: Path, tmp_path: Path
) -> None:
    patch = tmp_path / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(
        "from heicdepth_tui.ui.screens.metadata import MetadataScreen\n"
        "def compose(self):\n"
        "    raise ZeroDivisionError('\\x1b[31mof our own')\n"
        "MetadataScreen.compose = compose\n"
    )
    source = Path(__file__).parents[2] / "tui"
    terminal = run_in_terminal(
        str(folder),
        PYTHONPATH=f"{patch}{os.pathsep}{source}",
        XDG_STATE_HOME=str(tmp_path / "state"),
    )
    terminal.wait_text("IMG_1.heic", "photo 96×72", "relative")
    decoder = decoder_of(terminal)
    terminal.send("i")
    assert terminal.end() == 1
    assert restored(terminal)
    said = terminal.raw[terminal.raw.rfind(LEFT) :].decode()
    assert "ZeroDivisionError" in said
    assert "IMG_1.heic" in said
    assert "heicdepth-tui 0." in said
    assert "Traceback" not in said
    assert "\x1b[31mof our own" not in said
    (log,) = (tmp_path / "state" / "heicdepth-tui").glob("crash-*.log")
    assert "Traceback" in log.read_text()
    assert is_gone(decoder)


NAMES = {
    b"a\x1b]0;owned\x07.heic": r"a\x1b]0;owned\x07.heic",
    b"b\x1b]52;c;b3duZWQ=\x1b\\.heic": r"b\x1b]52;c;b3duZWQ=\x1b\.heic",
    b"c\x1b[2J\x1b[999;999H.heic": r"c\x1b[2J\x1b[999;999H.heic",
    "d\x9b31m\x9d0;x\x9c.heic".encode(): r"d\x9b31m\x9d0;x\x9c.heic",
    b"e\rf\ng\th\b\x7f.heic": r"e\x0df\x0ag\x09h\x08\x7f.heic",
    "f\u202ecieh.gpj.heic".encode(): r"f\u202ecieh.gpj.heic",
    b"g\xff\xfe.heic": r"g\xff\xfe.heic",
    b"h[bold red]x[[b]@click=app.quit]y.heic": "h[bold red]x[[b]@click=app.quit]y.heic",
    b"i" * 250 + b".heic": "i" * 10,
}


def test_no_name_reaches_the_terminal_raw(run_in_terminal: Start, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    inner = folder / "IMG ["
    inner.mkdir(parents=True)
    wrong = "\x1b]0;owned\x07\x1b[999;999H\u202e[red]\r\n"
    told = Exif(make="Camera" + wrong, model="[b]" + wrong, lens=wrong, date="2024-05-18 10:30:00")
    data, broken = build_photo(exif=told), b"\xff\xd8\xff\xe0 a JPEG"
    for number, name in enumerate(NAMES):
        (folder / os.fsdecode(name)).write_bytes(broken if number % 3 == 2 else data)
    (inner / "b] [red]z.heic").write_bytes(data)
    terminal = run_in_terminal(
        str(folder), "-r", "--out", str(tmp_path / "out"), columns=200, rows=50,
        XDG_STATE_HOME=str(tmp_path / "state"),
    )  # fmt: skip
    terminal.wait_text("10 photos", r"a\x1b]0;", "relative")
    for shown in NAMES.values():
        terminal.wait_text(shown[:7])
        terminal.send("j")
    terminal.send("g")
    terminal.wait_text("relative")
    terminal.send("i")
    terminal.wait_text(r"owned\x07", r"Camera\x1b]0;owned", "esc close")
    escape(terminal)
    terminal.send("E")
    terminal.wait_text("PLY")
    escape(terminal)
    # Last: its message covers the words that tell of dialogs.
    terminal.send("e")
    terminal.wait_text("exported")
    terminal.send("jj")
    terminal.send("e")
    terminal.wait(lambda: (tmp_path / "out" / "b] [red]z.pcd").exists(), "the export")
    terminal.send("q")
    assert terminal.end() == 0

    text = without_sequences(terminal.raw.decode())
    assert printable(text) == text
    for wrong in (b"owned\x07", b"\x1b]52;c;b3duZWQ", b"\x1b[999;999H", b"Traceback"):
        assert wrong not in terminal.raw
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["a_]0;owned_.pcd", "b] [red]z.pcd"]


def escape(terminal: Any) -> None:
    """Close a dialog; what follows at once would be taken for alt and a key."""
    terminal.send("\x1b")
    terminal.wait(
        lambda: not any(part in terminal.text for part in ("╭", "╰", "esc close")),
        "the dialog closed",
    )


def without_sequences(text: str) -> str:
    """Text without the control sequences that Textual writes, and without ends of lines."""
    text = re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", text)
    text = re.sub(r"\x1b[()][0AB]|\x1b[=>78]|\x1b\][0-9]+;[^\x07\x1b]*(\x07|\x1b\\)", "", text)
    return text.replace("\r", "").replace("\n", "")


def test_what_is_no_photo_stands_in_the_list_with_its_reason(
    run_in_terminal: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    os.mkfifo(folder / "1.heic")
    (folder / "2.heic").symlink_to("/dev/zero")
    (folder / "3.heic").symlink_to("nowhere")
    (folder / "4.heic").symlink_to("4.heic")
    (folder / "5.heic").mkdir()
    (folder / "6.heic").touch()
    (folder / "7.heic").write_bytes(build_photo())
    terminal = run_in_terminal(
        str(folder), columns=160, rows=40, XDG_STATE_HOME=str(tmp_path / "state")
    )
    terminal.wait_text("7 photos")
    for reason in (
        "named pipe, not a photo",
        "device, not a photo",
        "dangling link",
        "link loop",
        "folder, not a photo",
        "it is empty",
    ):
        terminal.wait_text(reason)
        terminal.send("e")
        terminal.send("j")
    terminal.wait_text("photo 96×72", "relative")
    terminal.send("q")
    assert terminal.end() == 0
    assert b"Traceback" not in terminal.raw


def test_photos_that_vanish_and_shrink_cost_their_line_only(opened: Any, folder: Path) -> None:
    (folder / "IMG_1.heic").unlink()
    with (folder / "IMG_3.heic").open("r+b") as file:
        file.truncate(300)
    opened.send("G")
    opened.wait_text("cut short")
    opened.send("g")
    opened.send("r")
    opened.wait_text("2 photos")
    (folder / "IMG_1.heic").write_bytes(build_photo(depth_size=Size(80, 60)))
    opened.send("r")
    opened.wait_text("3 photos")
    opened.send("g")
    opened.wait_text("depth 80×60", "relative")
    opened.send("q")
    assert opened.end() == 0
