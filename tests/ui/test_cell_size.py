"""The shape of the terminal's cells: by its driver, by its reply, as chosen, or 2."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heicdepth_tui.ui.terminal.cell_size import cell_aspect_of, window_cell

Size = tuple[int, int, int, int]


@pytest.fixture
def window() -> Iterator[Callable[..., int]]:
    """Return a function that gives a terminal (rows, columns, width, height) and returns it."""
    master, slave = os.openpty()

    def sized(*size: int) -> int:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size))
        return slave

    yield sized
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize(
    ("size", "cell", "aspect"),
    [
        ((40, 120, 1080, 800), (9, 20), 2.22),
        ((40, 120, 1200, 800), (10, 20), 2.0),
        ((24, 80, 560, 360), (7, 15), 2.14),
        # A margin of 4 pixels on every side.
        ((40, 120, 1208, 808), (1208 / 120, 20.2), 2.01),
        # Higher and wider than fonts are.
        ((40, 120, 600, 1600), (5, 40), 3.0),
        ((40, 120, 2400, 400), (20, 10), 1.0),
    ],
)
def test_the_driver_gives_the_size_of_a_cell(
    window: Callable[..., int], size: Size, cell: tuple[float, float], aspect: float
) -> None:
    descriptor = window(*size)

    assert window_cell(descriptor) == cell
    assert cell_aspect_of(descriptor) == aspect


@pytest.mark.parametrize(
    "size", [(40, 120, 0, 0), (40, 120, 1080, 0), (0, 0, 1080, 800), (40, 120, 120, 40)]
)
def test_a_driver_that_states_none_leaves_it_to_the_reply_or_to_2(
    window: Callable[..., int], size: Size
) -> None:
    descriptor = window(*size)

    assert window_cell(descriptor) is None
    assert cell_aspect_of(descriptor) == 2.0
    assert cell_aspect_of(descriptor, replied=(10, 22)) == 2.2


def test_what_is_chosen_comes_before_the_driver_and_that_before_the_reply(
    window: Callable[..., int],
) -> None:
    descriptor = window(40, 120, 1080, 800)

    assert cell_aspect_of(descriptor, 1.7, (10, 22)) == 1.7
    assert cell_aspect_of(descriptor, None, (10, 22)) == 2.22


def test_a_file_has_no_cells(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as file:
        assert window_cell(file.fileno()) is None
        assert cell_aspect_of(file.fileno()) == 2.0
    assert cell_aspect_of(None) == 2.0
