"""A depth map as an object: codes, disparity, metres, metres per code, validity."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from heicdepth_tui.api.arrays import fixed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.heif.depth_facts import DepthInfo
    from heicdepth_tui.heif.picture_facts import Size

__all__ = ["Depth"]


class Depth:
    """The depth map of a photo, in the orientation of the upright photo.

    Arrays are (H, W), decoded at first use and read-only: change a copy, ``depth.metres.copy()``.
    ``disparity``, ``metres``, ``step`` and ``valid`` raise NoMetresError where the file does not
    state what a code means; ``codes`` never does. All raise DecodeError where the map cannot be
    decoded.
    """

    def __init__(self, info: DepthInfo, size: Size, decode: Callable[[], DepthMap]) -> None:
        self.info = info
        """What the header states of it: representation, calibration, item."""
        self._size = size
        self._decode = decode

    @cached_property
    def trust(self) -> Trust:
        """How far its distances can be relied on; by the header alone.

        ``trust.short`` is a label such as ``relative``, ``trust.sentence`` all of it, and
        ``trust.is_metric`` is True where the file promises metres.
        """
        from heicdepth_tui.depth.trust import trust_of

        return trust_of(self.info)

    @cached_property
    def map(self) -> DepthMap:
        """The decoded map with the mapping of its codes. Raises DecodeError."""
        return self._decode()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; by the header alone."""
        return self._size.height, self._size.width

    @property
    def bits(self) -> int:
        """Bits of a code: 8, 10 or 12."""
        return self.map.bits

    @property
    def codes(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """The stored codes, 0 .. 2**bits − 1: uint8, or uint16 for more than 8 bits.

        The largest code is the nearest point (ISO/IEC 23008-12, H.265 Annex G).
        """
        return fixed(self.map.codes)

    @cached_property
    def disparity(self) -> NDArray[np.float32]:
        """1/m, float32, NaN where invalid."""
        return fixed(self.map.disparity())

    @cached_property
    def metres(self) -> NDArray[np.float32]:
        """Z along the optical axis in metres, float32, NaN where invalid.

        Real distances only where ``trust.is_metric``: see ``trust``.
        """
        return fixed(self.map.metres())

    @cached_property
    def step(self) -> NDArray[np.float32]:
        """Metres per code at each sample, float32, NaN where invalid: the depth resolution."""
        return fixed(self.map.depth_resolution())

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Whether a sample has a distance."""
        return fixed(self.map.valid())

    def __repr__(self) -> str:
        return f"<Depth {self._size}, {self.trust.short}>"

    def facts(self) -> list[tuple[str, str]]:
        """Return names and values of what the header states, for a table."""
        ends = self.info.representation
        facts = [("depth", str(self._size))]
        if ends is not None:
            facts.append(("representation", ends.type.label))
            if ends.d_min is not None and ends.d_max is not None:
                facts.append(("disparity", f"{ends.d_min:.4g} to {ends.d_max:.4g} 1/m"))
            if ends.z_near is not None and ends.z_far is not None:
                facts.append(("Z", f"{ends.z_near:.4g} to {ends.z_far:.4g} m"))
        return [*facts, ("accuracy", self.trust.no_metres or self.trust.stated)]

    def picture(self) -> NDArray[np.uint8]:
        """Return the codes in colours, (h, w, 3) uint8 of at most 320 samples: near is bright."""
        from heicdepth_tui.api.notebook import SIDE
        from heicdepth_tui.draw.colormaps import colorize

        every = max(1, -(-max(self.shape) // SIDE))
        return colorize(self.codes[::every, ::every], self.map.max_code)

    def _repr_html_(self) -> str:
        from heicdepth_tui.api.notebook import as_html

        return as_html([lambda: ("depth, near is bright", self.picture())], self.facts())
