"""Snaps colours to the palettes of terminals: xterm's 256 colours, its 16, and its greys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import ColorMode

__all__ = ["ANSI16_COLORS", "XTERM_COLORS", "grey_of", "palette_index", "snap"]

_ANSI16 = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
    "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
_CUBE_LEVELS = np.array([0, 95, 135, 175, 215, 255], dtype=np.int32)
_RAMP_LEVELS = np.arange(8, 239, 10, dtype=np.int32)


def _frozen(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.flags.writeable = False
    return array


def _xterm_colors() -> NDArray[np.uint8]:
    cube = np.stack(np.meshgrid(*[_CUBE_LEVELS] * 3, indexing="ij"), axis=-1).reshape(216, 3)
    ramp = np.repeat(_RAMP_LEVELS[:, None], 3, axis=1)
    return np.asarray(np.concatenate([ANSI16_COLORS, cube, ramp]), dtype=np.uint8)


ANSI16_COLORS = _frozen(
    np.array([tuple(bytes.fromhex(colour)) for colour in _ANSI16.split()], dtype=np.uint8)
)
"""(16, 3) uint8: xterm's defaults; the user's theme may differ."""

XTERM_COLORS = _frozen(_xterm_colors())
"""(256, 3) uint8: the 16, the 6x6x6 cube (16 to 231) and the ramp of greys (232 to 255)."""


def _nearest(levels: NDArray[np.int32]) -> NDArray[np.uint8]:
    return np.asarray(np.abs(np.arange(256)[:, None] - levels).argmin(axis=1), dtype=np.uint8)


_NEAREST_CUBE = _nearest(_CUBE_LEVELS)
_RAMP_BY_SUM = np.abs(np.arange(766)[:, None] - 3 * _RAMP_LEVELS).argmin(axis=1).astype(np.uint8)
_GREY_LEVELS = np.array([0, *_RAMP_LEVELS, 255], dtype=np.int32)
_GREY_INDEX = np.array([16, *range(232, 256), 231], dtype=np.uint8)[_nearest(_GREY_LEVELS)]


def grey_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the luma of (..., 3) sRGB as (...) uint8, weights of ITU-R BT.709; grey stays grey."""
    weights = np.array([54, 183, 19], dtype=np.uint16)
    return np.asarray(rgb @ weights >> 8, dtype=np.uint8)


def palette_index(rgb: NDArray[np.uint8], mode: ColorMode) -> NDArray[np.uint8]:
    """Return the index of the nearest colour of ``mode``'s palette: (..., 3) → (...) uint8.

    PALETTE gives 16 to 255 (the first 16 belong to the user's theme), GREY the greys among these,
    ANSI16 0 to 15; nearest by the Euclidean distance in sRGB, exactly. ValueError for modes
    without a palette.
    """
    if mode is ColorMode.PALETTE:
        return _xterm_index(rgb)
    if mode is ColorMode.GREY:
        return _GREY_INDEX[grey_of(rgb)]
    if mode is ColorMode.ANSI16:
        return _ansi16_index(rgb)
    raise ValueError(f"{mode} has no palette")


def _ansi16_index(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return argmin |p|² − 2 c·p over palette colours p; float32 holds these integers exactly."""
    palette = ANSI16_COLORS.astype(np.float32)
    distances = (palette * palette).sum(axis=1) - rgb.astype(np.float32) @ (2 * palette.T)
    return np.asarray(distances.argmin(axis=-1), dtype=np.uint8)


def _xterm_index(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the nearer of the nearest colour of the cube and the nearest grey of the ramp."""
    level = _NEAREST_CUBE[rgb]
    grey = _RAMP_BY_SUM[rgb.sum(axis=-1, dtype=np.uint16)]
    wide = rgb.astype(np.int32)
    off_cube = wide - _CUBE_LEVELS[level]
    off_grey = wide - _RAMP_LEVELS[grey][..., None]
    in_cube = 16 + level @ np.array([36, 6, 1], dtype=np.uint8)
    is_grey = (off_grey * off_grey).sum(axis=-1) < (off_cube * off_cube).sum(axis=-1)
    return np.where(is_grey, np.uint8(232) + grey, in_cube).astype(np.uint8)


def snap(rgb: NDArray[np.uint8], mode: ColorMode) -> NDArray[np.uint8]:
    """Return ``rgb`` (..., 3) as ``mode`` shows it, unchanged for TRUECOLOR and NONE."""
    if mode in (ColorMode.TRUECOLOR, ColorMode.NONE):
        return rgb
    colors = ANSI16_COLORS if mode is ColorMode.ANSI16 else XTERM_COLORS
    return colors[palette_index(rgb, mode)]
