"""Arrays that are handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Array = TypeVar("_Array", bound="NDArray[Any]")

__all__ = ["fixed", "own"]


def fixed(array: _Array) -> _Array:
    """Return a view of an array that cannot be written to: it is kept, and handed out again."""
    view = array.view()
    view.flags.writeable = False
    return view


def own(array: _Array) -> _Array:
    """Return an array that the caller may change: a copy where it is kept."""
    return array if array.flags.writeable else array.copy()
