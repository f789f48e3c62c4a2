"""A decoded depth map: codes with the law that turns them into disparity, metres and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.coding import CodeTables, Coding, code_tables, decide
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.heif.facts import Accuracy, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.heif.facts import DepthFacts, DepthRepresentation

__all__ = ["DepthMap", "Ends", "build_depth_map"]

_MAX_BITS = 16
_ACCURACY_LABELS = {
    Accuracy.ABSOLUTE: "",
    Accuracy.RELATIVE: ", relative",
    Accuracy.UNKNOWN: ", accuracy unknown",
}


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of the code range 0 .. top, for a legend; None where unknown or invalid."""

    near_code: int
    far_code: int
    near_disparity: float | None
    """1/m."""
    far_disparity: float | None
    """1/m; as the law gives it, also where it is too small to be a distance."""
    near_metres: float | None
    far_metres: float | None


@dataclass(frozen=True, slots=True, eq=False)
class DepthMap:
    """An upright depth map as stored, and what its codes mean.

    ``codes`` is (H, W) uint8 or uint16, 0 .. 2**bits − 1. ``reason`` is empty where metres are
    known, else the sentence why not; ``coding`` is the law, None where metres are unknown. Made by
    ``build_depth_map``.
    """

    codes: NDArray[np.uint8] | NDArray[np.uint16]
    bits: int
    representation: DepthRepresentation | None
    accuracy: Accuracy
    reason: str
    notes: tuple[str, ...] = ()
    coding: Coding | None = None

    def __post_init__(self) -> None:
        """Refuse a map that both knows and does not know its metres."""
        if (self.coding is None) != bool(self.reason):
            raise ValueError("a depth map has either a coding or a reason why there is none")

    @property
    def size(self) -> Size:
        """Width and height in samples."""
        height, width = self.codes.shape
        return Size(width, height)

    @property
    def top(self) -> int:
        """The largest code, 2**bits − 1."""
        return (1 << self.bits) - 1

    @property
    def tables(self) -> CodeTables:
        """Disparity, metres, step and validity of every code; raises NoMetresError."""
        if self.coding is None:
            raise NoMetresError(self.reason)
        return code_tables(self.coding, self.bits)

    def disparity(self) -> NDArray[np.float32]:
        """Return disparity in 1/m, (H, W) float32, NaN where invalid; raises NoMetresError."""
        return self._look_up(self.tables.disparity)

    def metres(self) -> NDArray[np.float32]:
        """Return Z along the optical axis in metres, (H, W) float32, NaN where invalid.

        Raises NoMetresError where the metadata does not say what a code means.
        """
        return self._look_up(self.tables.metres)

    def step(self) -> NDArray[np.float32]:
        """Return metres a code at each sample, (H, W) float32, NaN where invalid.

        See ``code_tables`` for the definition; raises NoMetresError.
        """
        return self._look_up(self.tables.step)

    def valid(self) -> NDArray[np.bool_]:
        """Return (H, W) bool: whether a sample means a distance; raises NoMetresError."""
        return self.tables.valid.take(self.codes, mode="clip")

    @property
    def ends(self) -> Ends:
        """The near and far end of the code range; code ``top`` is near except for uniform Z."""
        if self.coding is None:
            return Ends(self.top, 0, None, None, None, None)
        near, far = (0, self.top) if self.coding.is_depth else (self.top, 0)
        tables = self.tables
        far_disparity = tables.disparity[far] if self.coding.is_depth else self.coding.at_zero
        return Ends(
            near,
            far,
            _known(tables.disparity[near]),
            _known(far_disparity),
            _known(tables.metres[near]),
            _known(tables.metres[far]),
        )

    @property
    def is_relative(self) -> bool:
        """Whether the file says that only ratios of distances are usable."""
        return self.accuracy is Accuracy.RELATIVE

    @property
    def is_promised(self) -> bool:
        """Whether the file promises real distances: absolute accuracy and no assumed law."""
        return self.accuracy is Accuracy.ABSOLUTE and not (
            self.coding is not None and self.coding.assumed
        )

    @property
    def metres_label(self) -> str:
        """The unit with its caveat: ``m``, ``m, relative``, ``m, accuracy unknown, assumed`` …."""
        assumed = ", assumed" if self.coding is not None and self.coding.assumed else ""
        return f"m{_ACCURACY_LABELS[self.accuracy]}{assumed}"

    def _look_up(self, table: NDArray[np.float64]) -> NDArray[np.float32]:
        # Codes were checked against the table's length: clip only spares a second check.
        return table.astype(np.float32).take(self.codes, mode="clip")


def build_depth_map(
    codes: NDArray[np.uint8] | NDArray[np.uint16], bits: int, facts: DepthFacts
) -> DepthMap:
    """Return the depth map of upright ``codes`` (H, W) with the meaning that the header states.

    ``codes`` are unshifted, 0 .. 2**bits − 1. Raises ValueError for an array that is not 2-D, not
    uint8 or uint16, empty, or holds codes beyond its bit depth: the decoder's error, not a file's.
    """
    if codes.ndim != 2 or codes.size == 0 or codes.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"depth codes: 2-D uint8 or uint16, not {codes.dtype} {codes.shape}")
    if not 1 <= bits <= _MAX_BITS:
        raise ValueError(f"a depth map cannot have {bits} bits")
    if bits < codes.dtype.itemsize * 8 and int(codes.max()) >= 2**bits:
        raise ValueError(f"code {int(codes.max())} does not fit into {bits} bits")
    decision = decide(facts)
    return DepthMap(
        codes=codes,
        bits=bits,
        representation=facts.representation,
        accuracy=facts.accuracy,
        reason=decision.reason,
        notes=decision.notes,
        coding=decision.coding,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
