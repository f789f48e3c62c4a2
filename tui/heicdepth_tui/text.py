"""Text from outside made safe to show: control characters become visible escapes."""

from __future__ import annotations

import os
import re
import unicodedata
from itertools import pairwise
from pathlib import Path

__all__ = ["natural_key", "printable", "printable_path", "size_text"]

# Cc: control, Cf: format (bidi marks, zero-width), Cs: surrogates (undecodable bytes of a file
# name), Co/Cn: private and unassigned, Zl/Zp: line and paragraph separators.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# A zero-width joiner that joins two emoji (UTS 51, ED-16), which a variation selector or a skin
# tone may follow. Symbols are more than emoji, but none of them is joined to hide or to move.
_JOINER = "\u200d"
_EMOJI_TAIL = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]*\\Z")


def printable(text: str) -> str:
    r"""Return ``text`` with every character that could move the cursor or hide shown as an escape.

    Lone surrogates from ``os.fsdecode`` come out as the byte they stand for (``\\xff``), other
    unsafe characters as ``\\xNN``, ``\\uNNNN`` or ``\\UNNNNNNNN``. Plain text is returned as it is,
    and so are emoji that a zero-width joiner makes one of.
    """
    if text.isascii() and text.isprintable():
        return text
    if _JOINER not in text:
        return "".join(map(_escape, text))
    parts = text.split(_JOINER)
    joined = "".join(map(_escape, parts[0]))
    for before, after in pairwise(parts):
        joiner = _JOINER if _joins_emoji(before, after) else _escape(_JOINER)
        joined += joiner + "".join(map(_escape, after))
    return joined


def _joins_emoji(before: str, after: str) -> bool:
    before = _EMOJI_TAIL.sub("", before)
    return (
        bool(before and after)
        and unicodedata.category(before[-1]) == "So"
        and unicodedata.category(after[0]) == "So"
    )


def _escape(char: str) -> str:
    if char == " " or (char.isprintable() and unicodedata.category(char) not in _UNSAFE_CATEGORIES):
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def printable_path(path: Path | str) -> str:
    """Return a path printable, with the home folder written ``~``."""
    text = os.fspath(path)
    home = str(Path.home())
    if home != "/" and (text == home or text.startswith(home + os.sep)):
        text = "~" + text[len(home) :]
    return printable(text)


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts ``IMG_9`` before ``IMG_10``, ignoring case.

    Runs of digits compare as numbers, the rest as casefolded text; ASCII digits only, so that the
    key is total for every name.
    """
    parts: list[tuple[int, int, str]] = []
    run = ""
    digits = False
    for char in name:
        is_digit = "0" <= char <= "9"
        if is_digit != digits and run:
            parts.append(_part(run, digits))
            run = ""
        digits = is_digit
        run += char
    if run:
        parts.append(_part(run, digits))
    return tuple(parts)


def _part(run: str, digits: bool) -> tuple[int, int, str]:
    if digits:
        # A run of thousands of digits would make int() raise: its length orders it as well.
        stripped = run.lstrip("0")
        return (0, len(stripped), stripped)
    return (1, 0, run.casefold())


def size_text(size: int) -> str:
    """Return a size in bytes for people: ``1.3 MB``."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5 or unit == "GB":
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    raise AssertionError("unreachable")
