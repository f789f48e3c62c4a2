"""Keeps what was read from the last short byte strings: photos of one phone share many of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Concatenate, ParamSpec, TypeVar, cast

__all__ = ["remembered"]

_T = TypeVar("_T")
_P = ParamSpec("_P")
_COUNT = 32
_MAX_BYTES = 32 * 1024


def remembered(
    read: Callable[Concatenate[bytes, _P], _T], *, count: int = _COUNT, size: int = _MAX_BYTES
) -> Callable[Concatenate[bytes, _P], _T]:
    """Return ``read``, called once for byte strings that are the same, and the same bounds.

    Keeps the results of the last ``count`` byte strings of at most ``size`` bytes. For functions
    whose results are never changed, nor depend on anything but their arguments. Errors are raised
    anew.
    """
    kept = cast("Callable[Concatenate[bytes, _P], _T]", lru_cache(maxsize=count)(read))

    def read_once(content: bytes, /, *bounds: _P.args, **named: _P.kwargs) -> _T:
        return (kept if len(content) <= size else read)(content, *bounds, **named)

    return read_once
