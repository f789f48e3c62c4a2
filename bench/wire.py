"""The bytes that a picture takes to the terminal, and its error."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyte
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich_pixels import Pixels

from bench.figures import Figure
from bench.material import Material
from heicdepth_tui.draw.cells import render_cells
from heicdepth_tui.draw.fit import fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY
from heicdepth_tui.ui.model.settings import TOLERANCE

__all__ = ["by_rich_pixels", "picture_bytes"]

_CELLS = (60, 40)
_FIT = (512, 512)
_SPLIT = {"▀": ("fg", "bg"), "▄": ("bg", "fg"), "█": ("fg", "fg"), " ": ("bg", "bg")}


def picture_bytes(material: Material) -> Iterator[Figure]:
    """Measure the bytes of one photo in 60x40 cells beside rich-pixels, and the loss in dB."""
    for name in ("IMG_5622.HEIC", "pug.heic"):
        photo = load(material.photo(name), PRIMARY, fit=_FIT)
        height, width = photo.shape[:2]
        fit = fit_cells((width, height), _CELLS, Blocks.HALF)
        picture = render_cells(np.asarray(photo.array, np.uint8), fit, Blocks.HALF)
        ours = "".join(picture.ansi_rows(tolerance=TOLERANCE)).encode()
        theirs = by_rich_pixels(material.photo(name))
        exact = _shown(picture.ansi_rows(tolerance=0), (fit.cols, fit.rows))
        loss = _decibels(
            exact, _shown(picture.ansi_rows(tolerance=TOLERANCE), (fit.cols, fit.rows))
        )
        ratio = len(ours) / len(theirs)
        yield Figure(
            f"bytes of {name} in {fit.cols}×{fit.rows} cells, {loss:.1f} dB against the lossless "
            "panel / rich-pixels'",
            f"{len(ours):,} B", f"{len(theirs):,} B", f"{ratio:.2f}", "≤ 0.35, ≥ 43 dB",
            ratio <= 0.35 and loss >= 43,
        )  # fmt: skip


def by_rich_pixels(path: Path) -> bytes:
    """Return what rich-pixels prints of a photo shrunk by BOX to the cells it has here."""
    photo = load(path, PRIMARY, fit=_FIT)
    height, width = photo.shape[:2]
    fit = fit_cells((width, height), _CELLS, Blocks.HALF)
    image = Image.fromarray(np.asarray(photo.array, np.uint8))
    image = image.resize((fit.width, fit.height), Image.Resampling.BOX)
    out = StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="truecolor", width=_CELLS[0], _environ={}
    )
    console.print(Pixels.from_image(image), end="")
    return out.getvalue().encode()


def _shown(rows: tuple[str, ...], cells: tuple[int, int]) -> NDArray[np.float64]:
    """Return the colours that a terminal shows for rows of half blocks: (2 · rows, cols, 3)."""
    screen = pyte.Screen(cells[0], cells[1] + 1)
    pyte.Stream(screen).feed("\r\n".join(rows))
    out = np.zeros((2 * cells[1], cells[0], 3))
    for y in range(cells[1]):
        for x in range(cells[0]):
            char: Any = screen.buffer[y][x]
            for part, side in enumerate(_SPLIT[char.data]):
                out[2 * y + part, x] = list(bytes.fromhex(getattr(char, side)))
    return out


def _decibels(exact: NDArray[np.float64], shown: NDArray[np.float64]) -> float:
    """Return the peak signal-to-noise ratio of 8-bit samples; infinite where nothing is lost."""
    error = float(np.mean((exact - shown) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))
