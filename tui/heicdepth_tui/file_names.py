"""Names of new files: plain on every file system, numbered where they are taken, short enough."""

from __future__ import annotations

import os

from heicdepth_tui.text import printable

__all__ = ["check_plain", "numbered_name", "safe_name", "split_name"]

_MAX_NAME_BYTES = 255
# What Windows, FAT and network folders refuse in a name, besides what moves a terminal's cursor.
_FORBIDDEN_CHARACTERS = frozenset('<>:"/\\|?*')
_DEVICE_NAMES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)


def safe_name(text: str) -> str:
    """Return ``text`` as a file name without suffix that is plain on every file system.

    Separators, control and invisible characters, undecodable bytes and what Windows forbids become
    ``_``; leading dots (hidden files) and blanks go, a leading ``-`` (an option to a command)
    becomes ``_``, and a name of which nothing is left is ``photo``.
    """
    plain = "".join(
        "_" if char in _FORBIDDEN_CHARACTERS or printable(char) != char else char for char in text
    )
    plain = plain.strip(" ").lstrip(".").strip(" .")
    if plain.startswith("-") or plain.partition(".")[0].casefold() in _DEVICE_NAMES:
        plain = f"_{plain.removeprefix('-')}"
    return plain or "photo"


def split_name(name: str) -> tuple[str, str]:
    """Return a name without its last suffix, and that suffix with its dot; it may be empty."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if dot and stem else (name, "")


def numbered_name(stem: str, number: int, suffix: str) -> str:
    """Return ``stem + suffix``, with ``-number`` between unless it is 0, in at most 255 bytes."""
    suffix = (f"-{number}" if number else "") + suffix
    while stem and len(os.fsencode(stem + suffix)) > _MAX_NAME_BYTES:
        stem = stem[:-1]
    return stem + suffix


def check_plain(name: str) -> None:
    """Raise ValueError where ``name`` is a path, or names the folder itself."""
    separators = {"/", "\0", os.sep, os.altsep or os.sep}
    if name in ("", ".", "..") or separators & set(name):
        raise ValueError(f"no plain file name: {name!r}")
