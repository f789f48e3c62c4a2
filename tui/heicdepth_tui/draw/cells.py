"""Pictures in terminal cells, each a character with a foreground and a background colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.dither import dither
from heicdepth_tui.draw.encode import encode_rows
from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.palette import grey_of, snap
from heicdepth_tui.draw.quad import fit_quads
from heicdepth_tui.draw.shrink import shrink

__all__ = ["Blocks", "ColorMode", "Fit", "Picture", "Rgb", "Run", "fit_cells", "render_cells"]

Rgb = tuple[int, int, int]
Run = tuple[str, Rgb, Rgb | None]

_UPPER_HALF = 0x2580
# Without colour: (character, how much of the upper half is lit, of the lower half), in 0 .. 255.
_SHADES = (
    (" ", 0, 0),
    ("░", 64, 64),
    ("▒", 128, 128),
    ("▓", 191, 191),
    ("█", 255, 255),
    ("▀", 255, 0),
    ("▄", 0, 255),
)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture in cells.

    ``chars`` (rows, cols) uint32 are code points, ``fg`` and ``bg`` (rows, cols, 3) uint8 sRGB the
    colours of ink and ground, limited to those that ``mode`` shows. In mode NONE the colours are
    undefined.
    """

    chars: NDArray[np.uint32]
    fg: NDArray[np.uint8]
    bg: NDArray[np.uint8]
    mode: ColorMode = ColorMode.TRUECOLOR

    @property
    def rows(self) -> int:
        """Height in cells."""
        return int(self.chars.shape[0])

    @property
    def cols(self) -> int:
        """Width in cells."""
        return int(self.chars.shape[1])

    def ansi_rows(self, mode: ColorMode | None = None, tolerance: int = 0) -> tuple[str, ...]:
        """Return the rows as text with SGR colour codes, each ``cols`` cells wide.

        Every row starts from the terminal's default colours and returns to them; of ▀ ▄ █ and space
        (or a quadrant and its complement) the one that takes the fewest bytes is sent.
        ``tolerance`` allows a mean square error of tolerance²/5 with no channel off by more than
        2.5 times its levels; tolerance 0 is lossless. ``mode`` may have fewer colours than the
        picture was rendered for; the default is its own mode. Modes with a palette are always
        lossless. ValueError where only one of the two modes is NONE: the characters of shades and
        of colours differ.
        """
        target = mode or self.mode
        if (target is ColorMode.NONE) != (self.mode is ColorMode.NONE):
            raise ValueError(f"rendered for {self.mode}, it cannot be sent as {target}")
        return encode_rows(self.chars, self.fg, self.bg, target, tolerance)

    def runs(self, row: int) -> list[Run]:
        """Return a row as runs of cells of equal colours: (text, foreground, background).

        Colours are (r, g, b). In mode NONE there is one run, white on None.
        """
        text = self.chars[row].astype("<u4").tobytes().decode("utf-32-le")
        if self.mode is ColorMode.NONE:
            return [(text, (255, 255, 255), None)] if text else []
        both = np.concatenate([self.fg[row], self.bg[row]], axis=1)
        starts = [0, *(np.flatnonzero((both[1:] != both[:-1]).any(axis=1)) + 1).tolist()]
        ends = [*starts[1:], self.cols]
        colours = both[starts].tolist() if self.cols else []
        return [
            (text[start:end], (r, g, b), (under_r, under_g, under_b))
            for start, end, (r, g, b, under_r, under_g, under_b) in zip(
                starts, ends, colours, strict=False
            )
        ]


def render_cells(
    pixels: NDArray[np.uint8],
    fit: Fit,
    blocks: Blocks = Blocks.HALF,
    mode: ColorMode = ColorMode.TRUECOLOR,
    *,
    is_photo: bool = False,
) -> Picture:
    """Return ``pixels`` as a picture of ``fit.cols`` x ``fit.rows`` cells.

    ``pixels`` is (H, W, 3) sRGB or (H, W) grey, uint8; it is resized to the samples of
    ``fit`` where it has others. Mode NONE uses shades and ignores ``blocks``. ``is_photo`` dithers
    in mode ANSI16; the colours of a colour map stay as they are.
    """
    if fit.cols == 0 or fit.rows == 0:
        return _empty(mode)
    rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
    if mode is ColorMode.NONE:
        return _shades(shrink(rgb, (fit.cols, 2 * fit.rows)))
    rgb = shrink(rgb, (fit.width, fit.height))
    if mode is ColorMode.GREY:
        rgb = np.repeat(grey_of(rgb)[:, :, None], 3, axis=2)
    if blocks is Blocks.QUAD:
        chars, ink, ground = fit_quads(rgb, fit.cols, fit.rows)
    else:
        chars = np.full((fit.rows, fit.cols), _UPPER_HALF, dtype=np.uint32)
        ink, ground = rgb[0::2], rgb[1::2]
    if is_photo and mode is ColorMode.ANSI16:
        return Picture(chars, *dither(ink, ground), mode)
    return Picture(chars, snap(ink, mode), snap(ground, mode), mode)


def _empty(mode: ColorMode) -> Picture:
    nothing = np.zeros((0, 0, 3), dtype=np.uint8)
    return Picture(np.zeros((0, 0), dtype=np.uint32), nothing, nothing, mode)


def _shades(rgb: NDArray[np.uint8]) -> Picture:
    """Return the shade characters nearest to the luma of two samples a cell."""
    luma = grey_of(rgb).astype(np.int32)
    upper = np.array([shade[1] for shade in _SHADES])
    lower = np.array([shade[2] for shade in _SHADES])
    off_upper, off_lower = luma[0::2, :, None] - upper, luma[1::2, :, None] - lower
    best = (off_upper * off_upper + off_lower * off_lower).argmin(axis=2)
    chars = np.array([ord(shade[0]) for shade in _SHADES], dtype=np.uint32)[best]
    colours = np.zeros((*chars.shape, 3), dtype=np.uint8)
    return Picture(chars, colours, colours, ColorMode.NONE)
