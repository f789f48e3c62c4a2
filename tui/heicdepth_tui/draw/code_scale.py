"""The codes that the two ends of a colour map stand for; imports neither numpy nor Pillow."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WHOLE_RANGE", "CodeScale"]


@dataclass(frozen=True, slots=True)
class CodeScale:
    """The mapping of depth codes to a colour map. Raises ValueError for a range that is none.

    ``low`` and ``high`` are the codes of the first and the last colour, None for the ends of the
    stored range 0 .. 2**bits − 1; codes beyond them take the nearest end. ``is_far_bright``
    reverses the map: code ``low``, the far end, takes the last, brightest colour.
    """

    low: int | None = None
    high: int | None = None
    is_far_bright: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError unless 0 <= low <= high, as far as they are set."""
        low = 0 if self.low is None else self.low
        if low < 0 or (self.high is not None and self.high < low):
            raise ValueError(f"codes {self.low} to {self.high} are no range")

    def bounds(self, top: int) -> tuple[int, int]:
        """Return (low, high) within 0 .. ``top``, the largest code."""
        low = 0 if self.low is None else min(self.low, top)
        return low, top if self.high is None else min(self.high, top)


WHOLE_RANGE = CodeScale()
"""Every stored code has a colour of its own; near is bright."""
