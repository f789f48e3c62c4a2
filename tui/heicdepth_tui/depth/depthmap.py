"""A decoded depth map: codes, and their mapping to disparity, metres and depth resolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.depth.quantization import CodeTables, DepthQuantization, code_tables, decide
from heicdepth_tui.depth.trust import Trust, trust_of
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.registration import Registration
    from heicdepth_tui.heif.depth_facts import Accuracy, DepthInfo, DepthRepresentation

__all__ = ["CodeRange", "DepthMap", "build_depth_map"]

_MAX_BITS = 16


@dataclass(frozen=True, slots=True)
class CodeRange:
    """The two ends of the code range 0 .. max_code, for a legend; None where unknown or invalid."""

    near_code: int
    far_code: int
    near_disparity: float | None
    """1/m."""
    far_disparity: float | None
    """1/m; as the mapping gives it, also where it is too small to be a distance."""
    near_metres: float | None
    far_metres: float | None


@dataclass(frozen=True, slots=True, eq=False)
class DepthMap:
    """An upright depth map as stored, with the mapping of its codes.

    ``codes`` is (H, W) uint8 or uint16, 0 .. 2**bits − 1. ``trust`` says how far its distances can
    be relied on; ``quantization`` maps codes to values, None where metres are unknown. ``outside``,
    (H, W) bool, marks samples that the file does not have, as at the border of a rectified map;
    None where it has all. Made by ``build_depth_map``.
    """

    codes: NDArray[np.uint8] | NDArray[np.uint16]
    bits: int
    representation: DepthRepresentation | None
    trust: Trust
    notes: tuple[str, ...] = ()
    quantization: DepthQuantization | None = None
    outside: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless there is either a quantization or a reason for none."""
        if (self.quantization is None) != bool(self.reason):
            raise ValueError("a depth map has either a quantization or a reason why there is none")

    @property
    def reason(self) -> str:
        """Reason why codes have no distance; empty where they have."""
        return self.trust.no_metres

    @property
    def accuracy(self) -> Accuracy:
        """The accuracy that the file states; ``trust`` says what can be relied on."""
        return self.trust.accuracy

    @property
    def size(self) -> Size:
        """Width and height in samples."""
        height, width = self.codes.shape
        return Size(width, height)

    @property
    def max_code(self) -> int:
        """The largest code, 2**bits − 1."""
        return (1 << self.bits) - 1

    @property
    def tables(self) -> CodeTables:
        """Disparity, metres, depth resolution and validity of every code; raises NoMetresError."""
        if self.quantization is None:
            raise NoMetresError(self.reason)
        return code_tables(self.quantization, self.bits)

    def disparity(self) -> NDArray[np.float32]:
        """Return disparity in 1/m, (H, W) float32, NaN where invalid; raises NoMetresError."""
        return self._look_up(self.tables.disparity)

    def metres(self) -> NDArray[np.float32]:
        """Return Z along the optical axis in metres, (H, W) float32, NaN where invalid.

        Raises NoMetresError where the metadata gives no mapping.
        """
        return self._look_up(self.tables.metres)

    def depth_resolution(self) -> NDArray[np.float32]:
        """Return metres per code at each sample, (H, W) float32, NaN where invalid.

        See ``code_tables`` for the definition; raises NoMetresError.
        """
        return self._look_up(self.tables.depth_resolution)

    def valid(self) -> NDArray[np.bool_]:
        """Return (H, W) bool: whether a sample has a distance; raises NoMetresError."""
        valid = self.tables.valid.take(self.codes, mode="clip")
        if self.outside is not None:
            valid[self.outside] = False
        return valid

    @property
    def code_range(self) -> CodeRange:
        """The near and far end of the code range; ``max_code`` is the near end of every type."""
        near, far = self.max_code, 0
        if self.quantization is None:
            return CodeRange(near, far, None, None, None, None)
        tables = self.tables
        far_disparity = (
            tables.disparity[far]
            if self.quantization.is_depth
            else self.quantization.value_at_code_0
        )
        return CodeRange(
            near,
            far,
            _known(tables.disparity[near]),
            _known(far_disparity),
            _known(tables.metres[near]),
            _known(tables.metres[far]),
        )

    def aligned(self, registration: Registration) -> DepthMap:
        """Return this map, as decoded, in the orientation and within the crop of the photo."""
        if not registration.transforms:
            return self
        codes: Any = registration.aligned(self.codes)
        return replace(self, codes=codes)

    def _look_up(self, table: NDArray[np.float64]) -> NDArray[np.float32]:
        # Codes were checked against the table's length: clip only spares a second check.
        values = table.astype(np.float32).take(self.codes, mode="clip")
        if self.outside is not None:
            values[self.outside] = np.nan
        return values


def build_depth_map(
    codes: NDArray[np.uint8] | NDArray[np.uint16], bits: int, info: DepthInfo
) -> DepthMap:
    """Return the depth map of upright ``codes`` (H, W), quantized as the header states.

    ``codes`` are unshifted, 0 .. 2**bits − 1. Raises ValueError for an array that is not 2-D, not
    uint8 or uint16, empty, or holds codes beyond its bit depth: the decoder's error, not a file's.
    """
    if codes.ndim != 2 or codes.size == 0 or codes.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"depth codes: 2-D uint8 or uint16, not {codes.dtype} {codes.shape}")
    if not 1 <= bits <= _MAX_BITS:
        raise ValueError(f"a depth map cannot have {bits} bits")
    if bits < codes.dtype.itemsize * 8 and int(codes.max()) >= 2**bits:
        raise ValueError(f"code {int(codes.max())} does not fit into {bits} bits")
    decision = decide(info)
    return DepthMap(
        codes=codes,
        bits=bits,
        representation=info.representation,
        trust=trust_of(info),
        notes=decision.notes,
        quantization=decision.quantization,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
