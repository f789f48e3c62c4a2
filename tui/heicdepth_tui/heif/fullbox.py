"""Full boxes (ISO/IEC 14496-12 section 4.2.2): version, counts, rows searched in place."""

from __future__ import annotations

from struct import Struct

from heicdepth_tui.errors import LimitError, MalformedError

__all__ = ["U16", "U32", "check_count", "find_row", "number", "version_of"]

U16 = Struct(">H").unpack_from
U32 = Struct(">I").unpack_from
_MAX_TRIES = 16


def find_row(table: bytes, size: int, key: bytes) -> int:
    """Return where the last row of ``size`` bytes starts that begins with ``key``, else -1.

    -2 when ``key`` also occurs in 16 other places: searching is then no faster than unpacking.
    For the two or three items that the photo list shows, searching the bytes is faster than
    unpacking all rows; from the end, because the tiles come first.
    """
    at = table.rfind(key)
    for _ in range(_MAX_TRIES):
        if at < 0 or not at % size:
            return at
        at = table.rfind(key, 0, at + len(key) - 1)
    return -2


def version_of(content: bytes, name: str) -> int:
    """Return the version of a FullBox (ISO/IEC 14496-12 section 4.2.2) from its content."""
    if len(content) < 4:
        raise MalformedError(f"box {name} is cut off")
    return content[0]


def number(content: bytes, name: str, *, wide: bool, skip: int = 0) -> tuple[int, int]:
    """Return the number after version, flags and ``skip`` bytes, and where it ends.

    It is 32 bits wide if ``wide``, else 16.
    """
    at = 4 + skip
    after = at + (4 if wide else 2)
    if after > len(content):
        raise MalformedError(f"box {name} is cut off")
    return (U32 if wide else U16)(content, at)[0], after


def check_count(count: int, limit: int, what: str) -> None:
    """Raise LimitError when a header lists more of something than the limits allow."""
    if count > limit:
        raise LimitError(
            f"the header lists {count:,} {what}; the limit is {limit:,}",
            hint="no camera writes such a header",
        )
