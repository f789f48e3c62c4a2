"""The first frame takes the terminal and gives it back as it was."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.model.palettes import PALETTES
from heicdepth_tui.ui.startup.first_photo import first_entries
from heicdepth_tui.ui.startup.splash import SplashFrame

OPENED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends: that of the terminal and that of the program."""
    master, slave = os.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def read(master: int, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += os.read(master, 4096)
    return data


def test_it_is_given_back_as_it_was(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    before = termios.tcgetattr(slave)
    frame = SplashFrame(slave, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()
    during = termios.tcgetattr(slave)
    frame.close()
    raw = read(master, LEFT)

    assert before[3] & termios.ECHO
    assert before[3] & termios.ICANON
    assert not during[3] & (termios.ECHO | termios.ICANON)
    assert frame.attributes == before == termios.tcgetattr(slave)
    assert raw.startswith(OPENED)
    assert raw.index(b"\x1b[?25l") < raw.index(b"\x1b[?25h")
    assert raw.index(b"\x1b[?7l") < raw.index(b"\x1b[?7h")


def test_closing_twice_leaves_it_once(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    frame = SplashFrame(slave, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()
    frame.close()
    frame.close()
    os.write(slave, b"end")

    assert read(master, b"end").count(LEFT) == 1


def test_handed_over_it_is_left_to_the_next(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    frame = SplashFrame(slave, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()
    during = termios.tcgetattr(slave)
    frame.hand_over(lambda _: None)
    frame.close()
    os.write(slave, b"end")

    assert LEFT not in read(master, b"end")
    assert termios.tcgetattr(slave) == during


def test_what_was_typed_before_can_be_read_without_a_return(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    frame = SplashFrame(slave, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()
    os.write(master, b"jj")

    assert os.read(slave, 10) == b"jj"
    frame.close()
    assert b"jj" not in read(master, LEFT)


def test_what_is_no_terminal_is_painted_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "frame"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    frame = SplashFrame(descriptor, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()
    frame.close()
    os.close(descriptor)

    assert frame.attributes is None
    assert file.read_bytes().startswith(OPENED)
    assert file.read_bytes().endswith(LEFT)


def test_a_terminal_that_takes_nothing_is_given_up_soon(
    terminal: tuple[int, int], sample_folder: Path
) -> None:
    _, slave = terminal
    entries = first_entries([sample_folder], 24, seconds=20)
    frame = SplashFrame(slave, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()
    # Nobody reads: what the kernel keeps for a terminal is full after a few of them.
    for _ in range(100):
        frame.show_list("photos", entries)

    assert frame.hand_over(lambda _: None) == []


def test_other_programs_on_the_terminal_go_on_to_block(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    frame = SplashFrame(slave, 80, 24, PALETTES["dark", ColorMode.TRUECOLOR])
    frame.open()

    assert os.get_blocking(slave)
    frame.close()
