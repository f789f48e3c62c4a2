"""Pictures that are ready, and wait until the terminal has taken in those before."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["PendingPictures"]


class PendingPictures:
    """What shows pictures, by slot; ``Output`` calls it when they may be written.

    Screens add to it and go on: of each slot the newest is shown.
    """

    def __init__(self) -> None:
        self._waiting: dict[object, Callable[[], object]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, slot: object, show: Callable[[], object]) -> None:
        """Have ``show`` called, in place of an older one of the slot."""
        self._waiting[slot] = show

    def show(self) -> None:
        """Show all that wait."""
        waiting, self._waiting = self._waiting, {}
        for show in waiting.values():
            show()
