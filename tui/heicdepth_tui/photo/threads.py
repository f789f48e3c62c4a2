"""How many threads decode at a time in this process: tiles of a grid, and inside the libraries."""

from __future__ import annotations

from heicdepth_tui.system import cores

__all__ = ["decoding_threads", "limit_threads", "thread_limit"]

_LEAST, _MOST = 2, 4
_limit = 0


def limit_threads(count: int) -> None:
    """Let this process decode in ``count`` threads at most; 0 lifts the limit.

    One thread is one core's worth of work. For a decoder process, before its first request.
    """
    global _limit
    _limit = count


def thread_limit() -> int:
    """Return the limit that was set, 0 for none: what a library is allowed."""
    return _limit


def decoding_threads() -> int:
    """Return how many tiles are decoded at a time; the decoder releases the GIL meanwhile."""
    return _limit or max(_LEAST, min(_MOST, cores()))
