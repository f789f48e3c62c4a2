"""What is painted and asked before the app is there, and when nothing is."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from cells_shown import Cells
from rich.console import Console

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import Answer
from heicdepth_tui.ui.model.options import AppOptions
from heicdepth_tui.ui.startup import bootstrap, first_photo
from heicdepth_tui.ui.startup.bootstrap import Bootstrap
from heicdepth_tui.ui.startup.splash import SplashFrame
from heicdepth_tui.ui.terminal.capabilities import app_color_mode, terminal_descriptor

SIZE = (100, 30)
PLATE = "16191f"
LEFT = b"\x1b[?1049l"
MODES = {
    "truecolor": ColorMode.TRUECOLOR,
    "256": ColorMode.PALETTE,
    "standard": ColorMode.ANSI16,
}
"""By rich's names."""


class Screen:
    """A file that stands for the terminal."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)

    @property
    def raw(self) -> bytes:
        return self._file.read_bytes()

    @property
    def cells(self) -> Cells:
        cells = Cells(*SIZE)
        cells.feed(self.raw.decode())
        return cells

    @property
    def has_plates(self) -> bool:
        return any(cell[2] == PLATE for row in self.cells.all[:-1] for cell in row)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Keep the signal handlers of the tests."""
    numbers = signal.SIGTERM, signal.SIGHUP
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """What first frames paint on, in true colours."""
    made = Screen(tmp_path / "screen")
    monkeypatch.setattr(bootstrap, "terminal_descriptor", lambda: made.descriptor)
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DRIVER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("COLORTERM", "truecolor"), ("COLUMNS", SIZE[0]), ("LINES", SIZE[1])):
        monkeypatch.setenv(name, str(value))
    yield made
    os.close(made.descriptor)


def look(*paths: Path, recursive: bool = False, title: str = "") -> Bootstrap:
    return Bootstrap(AppOptions(paths, recursive=recursive, title=title))


class Silent:
    """A decoder that is asked, and answers nothing."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Answer], object]] = []

    def listen(self, listener: Callable[[Answer], object]) -> None:
        self.listeners.append(listener)

    def __enter__(self) -> Silent:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Silent:
    silent = Silent()
    monkeypatch.setattr(Decoder, "start", lambda *_, **__: silent)
    return silent


def test_list_plates_and_headings_stand_there_while_the_app_is_imported(
    screen: Screen, decoder: Silent, sample_folder: Path
) -> None:
    with look(sample_folder) as first, first.start_decoder(None):
        lines = screen.cells.lines

        assert [line[3:16] for line in lines[1:4]] == [
            "IMG_0412.HEIC",
            "IMG_0415.HEIC",
            "IMG_0418.HEIC",
        ]
        assert lines[0].rstrip().endswith("IMG_0412.HEIC")
        assert "photo 384×288" in lines[1]
        assert "depth 192×144" in lines[1]
        assert screen.has_plates
        assert first.header is not None
        assert [request.slot for request in first.requests] == ["depth", "thumbnail", "photo"]
        assert first.splash is not None
        assert decoder.listeners == [first.splash.answered]
        assert LEFT not in screen.raw
    assert screen.raw.endswith(LEFT)


def test_the_title_takes_the_place_of_the_path(
    screen: Screen, decoder: Silent, sample_folder: Path
) -> None:
    with look(sample_folder, title="demo photos"):
        assert screen.cells.lines[0].split("  ")[1] == "demo photos / IMG_0412.HEIC"


@pytest.mark.usefixtures("decoder")
def test_a_broken_first_photo_is_listed_without_a_plate(screen: Screen, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.heic").write_bytes(b"\0\0\0\x18ftypheic no photo at all")
    with look(folder) as first, first.start_decoder(None):
        assert screen.cells.lines[1][3:9] == "a.heic"
        assert not screen.has_plates
        assert first.requests == ()
        assert first.header is None
    assert screen.raw.endswith(LEFT)


@pytest.mark.usefixtures("decoder")
def test_a_photo_that_goes_meanwhile_is_no_error(
    screen: Screen, tmp_path: Path, sample_folder: Path
) -> None:
    photo = tmp_path / "a.heic"
    photo.symlink_to(sample_folder / "IMG_0412.HEIC")
    first = look(photo)
    photo.unlink()
    with first, first.start_decoder(None):
        assert "a.heic" in screen.cells.lines[1]
        assert not screen.has_plates
        assert first.header is None


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("name", ["missing.heic", "empty", "missing/deeper"])
def test_where_nothing_is_found_nothing_is_painted(
    screen: Screen, tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").mkdir()
    with look(tmp_path / name) as first, first.start_decoder(None):
        assert (first.entries, first.splash, first.requests) == ((), None, ())
        assert first.hand_over(lambda _: None) == []
    assert screen.raw == b""


@pytest.mark.parametrize(
    "environ",
    [
        {"NO_COLOR": "1"},
        {"NO_COLOR": ""},
        {"COLORTERM": "", "TERM": "xterm-256color"},
        {"TEXTUAL_COLOR_SYSTEM": "256"},
    ],
    ids=["NO_COLOR", "empty NO_COLOR", "256 colours", "256 by option"],
)
def test_only_true_colours_have_a_splash_frame(
    screen: Screen,
    decoder: Silent,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: Mapping[str, str],
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with look(sample_folder) as first, first.start_decoder(None):
        assert first.splash is None
        # The decoder begins all the same, in the colours that the app will want.
        spec = first.requests[0].render
        assert spec is not None
        assert spec.mode is app_color_mode(os.environ) is not ColorMode.TRUECOLOR
        assert decoder.listeners == []
    assert screen.raw == b""


def test_a_folder_read_to_its_depth_has_no_splash_frame(
    screen: Screen, sample_folder: Path
) -> None:
    with look(sample_folder, recursive=True) as first:
        assert (first.entries, first.splash) == ((), None)
    assert screen.raw == b""


def test_an_error_of_the_program_while_looking_for_photos_is_raised(
    sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_photo, "name_key", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        look(sample_folder)


@pytest.mark.usefixtures("decoder")
def test_an_error_of_the_program_while_painting_closes_the_splash_frame(
    screen: Screen, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SplashFrame, "show_header", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError), look(sample_folder) as first, first.start_decoder(None):
        pytest.fail("not reached")
    assert screen.raw.endswith(LEFT)


@pytest.mark.usefixtures("decoder")
def test_a_signal_does_not_cut_the_restoring_of_the_terminal(
    screen: Screen, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = SplashFrame.close

    def close_while_told_to_end(frame: SplashFrame) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        close(frame)

    monkeypatch.setattr(SplashFrame, "close", close_while_told_to_end)
    with look(sample_folder):
        pass

    assert screen.raw.endswith(LEFT)


class TestDescriptor:
    """Painted is where Textual's driver will write, if that driver is used."""

    @pytest.fixture
    def error_stream(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        """A pseudo-terminal as the stream that Textual writes to."""
        monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
        master, slave = os.openpty()
        with open(slave, "w") as stream:  # noqa: PTH123  a descriptor
            monkeypatch.setattr(sys, "__stderr__", stream)
            yield stream
        os.close(master)

    def test_is_that_of_the_terminal(self, error_stream: Any) -> None:
        assert terminal_descriptor() == error_stream.fileno()

    @pytest.mark.usefixtures("error_stream")
    def test_is_none_with_another_driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.headless_driver:HeadlessDriver")

        assert terminal_descriptor() is None

    def test_is_none_for_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
        with (tmp_path / "log").open("w") as stream:
            monkeypatch.setattr(sys, "__stderr__", stream)
            assert terminal_descriptor() is None

    def test_is_none_without_the_stream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "__stderr__", None)

        assert terminal_descriptor() is None


@pytest.mark.parametrize(
    "term", ["", "xterm", "XTERM-256color", "xterm-kitty ", "foot", "xterm-16color", "xterm-direct"]
)
@pytest.mark.parametrize("colorterm", [None, "", "truecolor", " 24bit ", "TrueColor", "yes"])
def test_the_colours_are_those_that_rich_detects(term: str, colorterm: str | None) -> None:
    environ = {"TERM": term} | ({} if colorterm is None else {"COLORTERM": colorterm})
    console = Console(force_terminal=True, _environ=environ)

    assert app_color_mode(environ) is MODES[str(console.color_system)]


@pytest.mark.parametrize("forced", ["truecolor", "256", "standard"])
@pytest.mark.parametrize("colorterm", ["", "truecolor"])
def test_forced_colours_are_those_of_rich(forced: Any, colorterm: str) -> None:
    environ = {"TERM": "xterm", "COLORTERM": colorterm, "TEXTUAL_COLOR_SYSTEM": forced}
    console = Console(force_terminal=True, color_system=forced, _environ=environ)

    assert app_color_mode(environ) is MODES[str(console.color_system)]


@pytest.mark.parametrize("value", ["", "0", "1"])
def test_no_color_means_greys_whatever_the_terminal_can(value: str) -> None:
    environ = {"NO_COLOR": value, "COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "truecolor"}

    assert app_color_mode(environ) is ColorMode.GREY
