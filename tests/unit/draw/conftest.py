"""A terminal emulator that renders rows of cells to samples, and pictures to test with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyte
import pytest
from numpy.typing import NDArray

_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
# pyte misspells one of its names.
_FIX = {"bfightmagenta": "brightmagenta"}


@dataclass(frozen=True)
class Shown:
    """What a terminal shows: a character a cell, and the colours as pyte names them."""

    chars: list[str]
    fg: list[list[str]]
    bg: list[list[str]]

    def samples(self) -> NDArray[np.uint8]:
        """The picture as (8 rows a cell, 4 columns a cell, 3) from the shapes of the characters."""
        rows = []
        for text, fg, bg in zip(self.chars, self.fg, self.bg, strict=True):
            cells = [
                np.where(ink(char)[:, :, None], rgb(front), rgb(back))
                for char, front, back in zip(text, fg, bg, strict=True)
            ]
            rows.append(np.concatenate(cells, axis=1))
        return np.concatenate(rows).astype(np.uint8)

    def half_samples(self) -> NDArray[np.uint8]:
        """The picture as (2 rows a cell, 1 column a cell, 3)."""
        return self.samples()[::4, ::4]


def rgb(name: str) -> tuple[int, ...]:
    """A colour of pyte's; default, which a picture must not show, as an impossible one."""
    return (-1, -1, -1) if name == "default" else tuple(bytes.fromhex(name))


def ink(char: str) -> NDArray[np.bool_]:
    """Which of 8 x 4 samples a block character inks, from its name in the Unicode standard."""
    mask = np.zeros((8, 4), dtype=bool)
    eighths_from_below = "▁▂▃▄▅▆▇█"
    if char in eighths_from_below:
        mask[7 - eighths_from_below.index(char) :] = True
    elif char in "▎▌▊":
        mask[:, : "▎▌▊".index(char) + 1] = True
    elif char in "▀▔▐":
        mask[{"▀": slice(0, 4), "▔": slice(0, 1), "▐": slice(0, 8)}[char]] = True
        if char == "▐":
            mask[:, :2] = False
    elif char != " ":
        quarters = {
            "▘": "ul", "▝": "ur", "▖": "ll", "▗": "lr", "▚": "ul lr", "▞": "ur ll",
            "▛": "ul ur ll", "▜": "ul ur lr", "▙": "ul ll lr", "▟": "ur ll lr",
        }[char]  # fmt: skip
        for quarter in quarters.split():
            down, across = 4 * (quarter[0] == "l"), 2 * (quarter[1] == "r")
            mask[down : down + 4, across : across + 2] = True
    return mask


@pytest.fixture
def terminal() -> Callable[[Sequence[str], int], Shown]:
    """Show rows on a terminal that is wider than they are; each must fill ``cols`` cells."""

    def show(rows: Sequence[str], cols: int) -> Shown:
        screen = pyte.Screen(cols + 3, len(rows) + 1)
        stream = pyte.Stream(screen)
        chars, fg, bg = [], [], []
        for y, row in enumerate(rows):
            stream.feed(f"\x1b[{y + 1};1H{row}~")
            line = [screen.buffer[y][x] for x in range(cols + 1)]
            assert line[cols].data == "~", "a row must be exactly as wide as its picture"
            assert (line[cols].fg, line[cols].bg) == ("default", "default"), "colours leak"
            chars.append("".join(cell.data for cell in line[:cols]))
            fg.append([_FIX.get(cell.fg, cell.fg) for cell in line[:cols]])
            bg.append([_FIX.get(cell.bg, cell.bg) for cell in line[:cols]])
        return Shown(chars, fg, bg)

    return show


@pytest.fixture
def scene() -> Callable[[int, int], NDArray[np.uint8]]:
    """A wall with a soft gradient, a sharp disc and a bar, and the noise of a camera."""

    def paint(width: int, height: int) -> NDArray[np.uint8]:
        y, x = np.mgrid[0:height, 0:width] / max(width, height)
        image = np.stack([60 + 120 * x, 90 + 60 * y, 140 - 80 * x], axis=-1)
        image[(x - 0.4) ** 2 + (y - 0.3) ** 2 < 0.03] = (220, 160, 70)
        image[np.abs(x - y - 0.2) < 0.05] = (20, 25, 30)
        noise = np.random.default_rng(7).normal(0, 2, image.shape)
        return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)

    return paint


@pytest.fixture
def psnr() -> Callable[[NDArray[np.uint8], NDArray[np.uint8]], float]:
    """Peak signal to noise ratio in dB."""

    def measure(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
        error = np.mean((a.astype(float) - b.astype(float)) ** 2)
        return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))

    return measure


@pytest.fixture
def color_names() -> list[str]:
    """The 16 colours as pyte names them, by index."""
    return [*_NAMES, *(f"bright{name}" for name in _NAMES)]
