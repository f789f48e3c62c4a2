"""Encodes cells as rows of text with SGR colour codes that set only the colours that change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette import palette_index
from heicdepth_tui.draw.quantise import BLANK, PLAIN, SOLID, SWAPPED, CellPlan, quantise

__all__ = ["COMPLEMENTS", "encode_rows"]

_BLOCKS = 0x2580
_FULL = 8
_SPLITS = "▀▇▉▌▖▗▘▙▚"
_RESTS = "▄▔▕▐▜▛▟▝▞"
COMPLEMENTS = dict(zip(_SPLITS + _RESTS, _RESTS + _SPLITS, strict=True))
"""Character → the character that inks exactly the rest of the cell, where one exists."""

_COMPLEMENT = np.zeros(32, dtype=np.uint8)
_HAS_COMPLEMENT = np.zeros(32, dtype=np.bool_)
for _a, _b in COMPLEMENTS.items():
    _COMPLEMENT[ord(_a) - _BLOCKS] = ord(_b) - _BLOCKS
    _HAS_COMPLEMENT[ord(_a) - _BLOCKS] = True

_INK_EIGHTHS = np.array([int(eighths) for eighths in "41234567876543214246112226466264"])
"""Eighths of the cell that each character from U+2580 on inks."""

# Sources of the colours set before a cell: the state (foreground, background) or the cell (its ink,
# its ground).
_FG, _BG, _INK, _GROUND = range(4)
_UNIFORM, _SWAPPABLE = 16, 32
_BYTES_SET = (0, 18, 33)
"""Bytes to set none, one or both colours; only their order matters."""


class _Action(NamedTuple):
    """The cheapest way to write a cell, given which of its colours are set already."""

    kind: int
    foreground: int
    background: int


def _cheapest(ink_fg: bool, ink_bg: bool, ground_fg: bool, ground_bg: bool, case: int) -> _Action:
    """Return the action for a cell; ``ink_bg`` is true where the background already is its ink."""
    choices = [
        (
            3 + _BYTES_SET[(not ink_fg) + (not ground_bg)],
            _Action(PLAIN, _FG if ink_fg else _INK, _BG if ground_bg else _GROUND),
        )
    ]
    if case & _SWAPPABLE:
        swapped = _Action(SWAPPED, _FG if ground_fg else _GROUND, _BG if ink_bg else _INK)
        choices.append((3 + _BYTES_SET[(not ground_fg) + (not ink_bg)], swapped))
    if case & _UNIFORM:
        blank, solid = ink_bg and ground_bg, ink_fg and ground_fg
        choices.append((1 + _BYTES_SET[not blank], _Action(BLANK, _FG, _BG if blank else _GROUND)))
        choices.append((3 + _BYTES_SET[not solid], _Action(SOLID, _FG if solid else _INK, _BG)))
    return min(choices, key=lambda choice: choice[0])[1]


# Indexed by ink_fg + 2 ground_fg + 4 ink_bg + 8 ground_bg + _UNIFORM + _SWAPPABLE.
_ACTIONS = np.array(
    [
        _cheapest(bool(index & 1), bool(index & 4), bool(index & 2), bool(index & 8), index)
        for index in range(64)
    ],
    dtype=np.intp,
)
_KINDS = _ACTIONS[:, 0].astype(np.uint8)
_SOURCES = np.ascontiguousarray(_ACTIONS[:, 1:].T)
_WEIGHTS = np.array([[[1], [2]], [[4], [8]]], dtype=np.uint8)
_UNSET = -1
"""Equal to no level: the terminal's default colours are unknown."""


def encode_rows(
    chars: NDArray[np.uint32],
    ink: NDArray[np.uint8],
    ground: NDArray[np.uint8],
    mode: ColorMode,
    tolerance: int,
) -> tuple[str, ...]:
    """Return each row of cells as text that starts from and returns to the default colours.

    ``chars`` (rows, cols) are space or U+2580 to U+259F, in mode NONE any character; ``ink`` and
    ``ground`` (rows, cols, 3) uint8. ``tolerance`` holds for TRUECOLOR only: 0 is lossless; more
    allows a mean square error of ``tolerance``²/5 over the picture, with no channel off by more
    than 2.5 ``tolerance`` levels.
    """
    rows, cols = chars.shape
    if mode is ColorMode.NONE or chars.size == 0:
        text = chars.astype("<u4").tobytes().decode("utf-32-le")
        return tuple(text[row * cols : (row + 1) * cols] for row in range(rows))
    blank, solid = chars == ord(" "), chars == _BLOCKS + _FULL
    glyphs = np.where(blank | solid, 0, chars - _BLOCKS).astype(np.uint8)
    if blank.any() or solid.any():
        ink = np.where(blank[:, :, None], ground, ink)
        ground = np.where(solid[:, :, None], ink, ground)
    planes = [_planes(colours, mode) for colours in (ink, ground)]
    if tolerance and mode is ColorMode.TRUECOLOR:
        share = (_INK_EIGHTHS[glyphs] / 8).astype(np.float32)
        plan = quantise(planes[0], planes[1], share, _HAS_COMPLEMENT[glyphs], tolerance)
    else:
        plan = _exact(glyphs, planes[0], planes[1])
    words = _code_words(plan, mode)
    words[:, :, -1] = _glyph_words(glyphs, plan.kinds)
    ends = np.broadcast_to(_END_OF_ROW, (rows, _END_OF_ROW.size))
    lines = np.concatenate([words.reshape(rows, -1), ends], axis=1).tobytes()
    return tuple(lines.translate(None, b"\0").decode().split("\n")[:-1])


def _planes(colours: NDArray[np.uint8], mode: ColorMode) -> NDArray[np.int16]:
    """Return colours as (channels, rows, cols): levels, or one palette index."""
    if mode is ColorMode.TRUECOLOR:
        return np.ascontiguousarray(colours.transpose(2, 0, 1), dtype=np.int16)
    return palette_index(colours, mode)[None].astype(np.int16)


def _exact(
    glyphs: NDArray[np.uint8], ink: NDArray[np.int16], ground: NDArray[np.int16]
) -> CellPlan:
    """Return the lossless plan, tracking the colours set so far in all rows at once.

    ``ink`` and ``ground`` are (channels, rows, cols).
    """
    channels, rows, cols = ink.shape
    uniform = (ink == ground).all(axis=0).T
    bases = uniform * np.uint8(_UNIFORM) + _HAS_COMPLEMENT[glyphs].T * np.uint8(_SWAPPABLE)
    target = np.ascontiguousarray(np.stack([ink, ground]).transpose(3, 0, 1, 2))
    work = np.full((4, channels, rows), _UNSET, dtype=np.int16)
    state = work[:2]
    cases = np.empty((cols, rows), dtype=np.uint8)
    colours = np.empty((cols, 2, channels, rows), dtype=np.int16)
    every_row = np.arange(rows)
    for col in range(cols):
        work[2:] = target[col]
        same = (state[:, None] == work[None, 2:]).all(axis=2)
        case = (same * _WEIGHTS).reshape(4, rows).sum(axis=0, dtype=np.uint8) + bases[col]
        state[:] = work[_SOURCES[:, case], :, every_row].transpose(0, 2, 1)
        cases[col] = case
        colours[col] = state
    sets = np.stack([_SOURCES[0][cases.T] != _FG, _SOURCES[1][cases.T] != _BG])
    return CellPlan(_KINDS[cases.T], sets, colours.transpose(1, 2, 3, 0))


def _table(texts: list[str], width: int = 1) -> NDArray[np.uint32]:
    """Return texts of up to ``4 * width`` bytes as NUL-padded words: (len, width), or (len,)."""
    words = np.array([text.encode() for text in texts], dtype=f"S{4 * width}").view(np.uint32)
    return words.reshape(-1, width) if width > 1 else words


_NOTHING = 256
_LEVEL = _table([*(f"{level};" for level in range(256)), ""])
_LAST_LEVEL = _table([*(f"{level}m" for level in range(256)), ""])
_INTRODUCER, _SEPARATOR, _FINAL, _BLANK_WORD = _table(["\x1b[", ";", "m", " "])
_TRUE_FG, _TRUE_BG = _table(["38;2;", "48;2;"], 2)
_GLYPH_WORDS = _table([chr(_BLOCKS + glyph) for glyph in range(32)])
_END_OF_ROW = _table(["\x1b[0m", "\n"])


def _ansi16(colour: int, first: int) -> str:
    return str(first + colour if colour < 8 else first + 52 + colour)


_INDEXED = {
    ColorMode.ANSI16: [
        _table([*(_ansi16(colour & 15, first) for colour in range(256)), ""], 2)
        for first in (30, 40)
    ]
} | {
    mode: [
        _table([*(f"{ground}8;5;{colour}" for colour in range(256)), ""], 2) for ground in (3, 4)
    ]
    for mode in (ColorMode.PALETTE, ColorMode.GREY)
}


def _code_words(plan: CellPlan, mode: ColorMode) -> NDArray[np.uint32]:
    """Return (rows, cols, n) words: the colour codes of each cell, NUL where nothing is set.

    The last word is left for the character.
    """
    sets_fg, sets_bg = plan.sets
    fg, bg = np.where(plan.sets[:, None], plan.colours, _NOTHING)
    if mode is ColorMode.TRUECOLOR:
        words = np.zeros((*sets_fg.shape, 12), dtype=np.uint32)
        words[..., 1:3] = sets_fg[..., None] * _TRUE_FG
        words[..., 3], words[..., 4] = _LEVEL[fg[0]], _LEVEL[fg[1]]
        words[..., 5] = np.where(sets_bg, _LEVEL[fg[2]], _LAST_LEVEL[fg[2]])
        words[..., 6:8] = sets_bg[..., None] * _TRUE_BG
        words[..., 8], words[..., 9] = _LEVEL[bg[0]], _LEVEL[bg[1]]
        words[..., 10] = _LAST_LEVEL[bg[2]]
    else:
        words = np.zeros((*sets_fg.shape, 8), dtype=np.uint32)
        words[..., 1:3] = _INDEXED[mode][0][fg[0]]
        words[..., 3] = (sets_fg & sets_bg) * _SEPARATOR
        words[..., 4:6] = _INDEXED[mode][1][bg[0]]
        words[..., 6] = (sets_fg | sets_bg) * _FINAL
    words[..., 0] = (sets_fg | sets_bg) * _INTRODUCER
    return words


def _glyph_words(glyphs: NDArray[np.uint8], kinds: NDArray[np.uint8]) -> NDArray[np.uint32]:
    shown = np.where(kinds == SWAPPED, _COMPLEMENT[glyphs], glyphs)
    shown = np.where(kinds == SOLID, np.uint8(_FULL), shown)
    return np.where(kinds == BLANK, _BLANK_WORD, _GLYPH_WORDS[shown])
