"""Compares a screen, cell by cell, with the one that was kept: ``NAME.txt`` and ``NAME.npz``.

The first holds the text of its lines, to be read in a diff; the second the colour of each
character, the colour behind it, and whether it is bold. ``HEICDEPTH_SNAPSHOTS=update`` keeps what
is on the screen now.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cell", "check_snapshot"]

Cell = tuple[str, str, str, bool]
"""Character, its colour and the colour behind it as rrggbb or empty, bold."""

TEXT_LEVELS = 2
"""Levels of a channel that colours of text may be off: themes are mixed in floats."""
PICTURE_LEVELS, PICTURE_SHARE = 16, 0.02
"""Levels that blocks of a picture may be off, and the share of them that may be off by more.

Photos are decoded and fitted to blocks in floats, which differ between processors.
"""
_BLOCKS = frozenset(" ▀▄█▌▐▖▗▘▝▙▛▜▟▚▞▁▂▃▅▆▇")
_DIGITS = re.compile(r"\d")
_UPDATE = "HEICDEPTH_SNAPSHOTS"
_NONE = -1000
"""Of a colour that is the terminal's own."""


def check_snapshot(
    path: Path, cells: Sequence[Sequence[Cell]], *, with_digits: bool = True
) -> list[str]:
    """Return how a screen differs from the snapshot at ``path``, in words; keep it on request.

    ``with_digits`` False takes all digits for the same: sizes in bytes depend on the encoder.
    """
    lines = ["".join(cell[0] for cell in row).rstrip() for row in cells]
    colours = np.array([[[*_rgb(cell[1]), *_rgb(cell[2])] for cell in row] for row in cells])
    bold = np.array([[cell[3] for cell in row] for row in cells])
    text, data = path.with_suffix(".txt"), path.with_suffix(".npz")
    if os.environ.get(_UPDATE) == "update":
        path.parent.mkdir(exist_ok=True)
        text.write_text("\n".join(lines) + "\n", encoding="utf-8")
        np.savez_compressed(data, colours=colours.astype(np.int16), bold=bold)
        return []
    if not (text.exists() and data.exists()):
        return [f"{path.name}: there is no snapshot; {_UPDATE}=update keeps this screen"]
    kept_lines = text.read_text(encoding="utf-8").splitlines()
    with np.load(data) as kept:
        kept_colours, kept_bold = kept["colours"], kept["bold"]
    if kept_colours.shape != colours.shape or len(kept_lines) != len(lines):
        return [f"{path.name}: the screen has another size"]
    width = colours.shape[1]
    if not with_digits:
        lines, kept_lines = (
            [_DIGITS.sub("0", line) for line in some] for some in (lines, kept_lines)
        )
    chars = [list(line.ljust(width)) for line in lines]
    kept_chars = [list(line.ljust(width)) for line in kept_lines]
    off = np.abs(colours.astype(np.int64) - kept_colours).max(axis=2)
    # A blank shows nothing of its own colour.
    blank = np.array([[char == " " for char in row] for row in chars])
    ground = np.abs(colours[:, :, 3:].astype(np.int64) - kept_colours[:, :, 3:]).max(axis=2)
    off = np.where(blank, ground, off)
    found = list(_differences(chars, kept_chars, off, bold != kept_bold))
    return [f"{path.name}: {difference}" for difference in found]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour)) if len(colour) == 6 else (_NONE,) * 3


def _differences(
    chars: list[list[str]],
    kept: list[list[str]],
    off: NDArray[np.int64],
    other_weight: NDArray[np.bool_],
) -> Iterator[str]:
    blocks = wrong_blocks = 0
    for y, (row, kept_row) in enumerate(zip(chars, kept, strict=True)):
        if len(row) != len(kept_row):
            yield f"line {y} is {''.join(row)!r}, it was {''.join(kept_row)!r}"
            continue
        wrong = []
        for x, (char, kept_char) in enumerate(zip(row, kept_row, strict=True)):
            is_block = char in _BLOCKS and kept_char in _BLOCKS and {char, kept_char} != {" "}
            if is_block:
                blocks += 1
                wrong_blocks += char != kept_char or bool(off[y, x] > PICTURE_LEVELS)
            elif char != kept_char or other_weight[y, x] or off[y, x] > TEXT_LEVELS:
                wrong.append(x)
        if wrong:
            was, now = "".join(kept_row).strip(), "".join(row).strip()
            what = f"{now!r}, it was {was!r}" if now != was else f"other colours of {now!r}"
            yield f"line {y}, columns {wrong[0]} to {wrong[-1]}: {what}"
    if wrong_blocks > PICTURE_SHARE * blocks:
        yield f"{wrong_blocks} of {blocks} cells of pictures differ"
