"""kitty's graphics protocol: images by number, shown where Unicode placeholders stand.

An image is transmitted with a virtual placement (``U=1``), and the cells that show it are text:
U+10EEEE with three diacritics, the row, the column and the top byte of the image's id, whose
lowest byte is the colour of the cell, one of 256. Every command has ``q=2``: the terminal replies
to none.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.rendering import RenderedRows

__all__ = ["MAX_CELLS", "delete", "end_of_pieces", "image_id", "placeholder_rows", "transmission"]

_PLACEHOLDER = "\U0010eeee"
_PAYLOAD = 4096
"""Characters of base64 a command, as many as the protocol allows."""

# The combining characters of class 230 without decomposition of Unicode 6.0, less those that fuse
# with the letters before them: a protocol constant, as the first and last of each run.
_RUNS = """
305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1
5A8-5A9 5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733
735-736 73A 73D 73F-741 743 745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954
F82-F83 F86-F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1
1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1
2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F
10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244
"""


def _diacritics() -> Iterator[str]:
    for run in _RUNS.split():
        first, _, last = run.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


_DIACRITICS = tuple(_diacritics())

MAX_CELLS = len(_DIACRITICS)
"""Rows and columns that placeholders can number."""


def image_id(top: int, colour: int) -> int:
    """Return the id of an image from its top byte, 1 to 255, and its colour, 16 to 255."""
    return top << 24 | colour


def transmission(number: int, png: bytes, fit: Fit) -> Iterator[str]:
    """Yield the commands that transmit an image and place it in the cells of ``fit``.

    No other graphics command may come between them.
    """
    payload = b64encode(png).decode("ascii")
    control = f"a=T,U=1,f=100,i={number},c={fit.cols},r={fit.rows},q=2,"
    for start in range(0, len(payload), _PAYLOAD):
        has_more = start + _PAYLOAD < len(payload)
        yield _command(f"{control}m={int(has_more)}", payload[start : start + _PAYLOAD])
        control = "q=2,"


def end_of_pieces() -> str:
    """Return the command that ends a transmission early; the terminal drops what it has of it."""
    return _command("q=2,m=0")


def delete(number: int) -> str:
    """Return the command that takes an image off the screen and frees its memory."""
    return _command(f"a=d,d=I,i={number},q=2")


def placeholder_rows(number: int, fit: Fit) -> RenderedRows:
    """Return the cells that show an image; for ``MAX_CELLS`` rows and columns at most."""
    top, colour = divmod(number, 1 << 24)
    start, last = f"\x1b[0;38;5;{colour}m", _DIACRITICS[top]
    columns = [f"{_DIACRITICS[column]}{last}" for column in range(fit.cols)]
    rows = (
        start + "".join(f"{_PLACEHOLDER}{_DIACRITICS[row]}{column}" for column in columns)
        for row in range(fit.rows)
    )
    return RenderedRows(fit, tuple(f"{row}\x1b[0m" for row in rows))


def _command(control: str, payload: str = "") -> str:
    return f"\x1b_G{control};{payload}\x1b\\"
