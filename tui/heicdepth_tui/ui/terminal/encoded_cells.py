"""Cuts rows of cells that are encoded already: text and SGR colour codes, one cell a character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["cut_row"]

_TOKEN = re.compile(r"\x1b\[([0-9;]*)m|[ -~\u2580-\u259f\u2800-\u28ff]+")
"""A code, or characters that are one cell each: ASCII, block elements, Braille patterns."""

_END = "\x1b[0m"
_INK, _GROUND = "38", "48"
_BRIGHT = 60
"""From the code of a colour to that of the bright one."""


def cut_row(encoded: str, cuts: Sequence[int]) -> list[str] | None:
    """Return the pieces of a row between 0 and each of the ascending ``cuts``, in cells.

    Each begins from the terminal's default colours and returns to them. None where the row has
    other escape sequences or wider characters. Of the codes only colours are kept.
    """
    tokens = list(_TOKEN.finditer(encoded))
    if sum(token.end() - token.start() for token in tokens) != len(encoded):
        return None
    pieces: list[str] = []
    begin, prefix, at = 0, "", 0
    waiting = iter(cuts)
    cut = next(waiting, None)
    for index, token in enumerate(tokens):
        if token[1] is not None:
            continue
        first, last = token.span()
        while cut is not None and cut <= at + last - first:
            place = first + cut - at
            pieces.append(f"{prefix}{encoded[begin:place]}{_END}")
            begin, prefix = place, _colours(tokens[:index])
            cut = next(waiting, None)
        at += last - first
    return pieces if cut is None else None


def _colours(tokens: Sequence[re.Match[str]]) -> str:
    """Return the code of the colours that hold after some tokens."""
    found: dict[str, str] = {}
    for token in reversed(tokens):
        codes = token[1]
        if codes is None:
            continue
        colours = _parse(codes)
        if colours is None:
            break
        found = colours | found
        if len(found) == 2:
            break
    set_ones = [code for code in found.values() if code]
    return f"\x1b[{';'.join(set_ones)}m" if set_ones else ""


def _parse(codes: str) -> dict[str, str] | None:
    """Return the colours that a code sets, empty for the default one; None where it resets all."""
    rest = iter(codes.split(";"))
    colours: dict[str, str] = {}
    for code in rest:
        if code in ("", "0"):
            return None
        if code in (_INK, _GROUND):
            colours[code] = ";".join((code, *_arguments(rest)))
            continue
        number = int(code)
        plain = number - _BRIGHT if number >= 30 + _BRIGHT else number
        if 30 <= plain < 40:
            colours[_INK] = "" if plain == 39 else code
        elif 40 <= plain < 50:
            colours[_GROUND] = "" if plain == 49 else code
    return colours


def _arguments(rest: Iterator[str]) -> list[str]:
    """Return the arguments of an extended colour: ``5;n`` or ``2;r;g;b``."""
    form = next(rest, "")
    return [form, *(next(rest, "0") for _ in range(3 if form == "2" else 1))]
