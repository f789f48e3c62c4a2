"""Where to spend bytes on colours when a picture may lose a little: a beam search per row.

A cell has two samples, its ink and its ground; the terminal has two registers, the foreground and
the background. A run is what a register shows between two of its colour codes. The colour of a run
is not chosen when it starts but is the mean of the samples it came to cover, so that a run reaches
as far as its samples agree with each other, not only as far as they are near to the first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLANK", "PLAIN", "SOLID", "SWAPPED", "Codes", "spend"]

PLAIN, SWAPPED, SOLID, BLANK = range(4)
"""What a cell is written as: its own character, the complement, a full block, a space."""


class Codes(NamedTuple):
    """What to send for each cell."""

    kinds: NDArray[np.uint8]
    """(rows, cols): PLAIN, SWAPPED, SOLID or BLANK."""
    sets: NDArray[np.bool_]
    """(2, rows, cols): whether the foreground, the background is set before the character."""
    colours: NDArray[np.int16]
    """(2, channels, rows, cols): what it is set to; elsewhere without meaning."""


_MEAN_SQUARE = 1 / 5
_MOST = 2.5
"""What a tolerance of 1 allows: the mean square error, and the largest error of a channel."""

_EXCHANGE = 3.7
"""Bytes that one squared level of one sample is worth at a tolerance of 1.

Measured so that detailed photos just meet the allowed mean square error; smooth ones stay below.
"""
_ATTEMPTS = 2
_BEAM = 8
"""Hypotheses kept a row. Four take one percent more bytes, 16 half a percent fewer."""
_CODE_BYTES = 16.5
"""A colour code on average: ``ESC[38;2;r;g;bm`` has 13 to 19, 2 fewer where it joins another."""

# An action is a kind, + 4 where it starts a run of the foreground, + 8 of the background. Indexed
# by register and action: which samples the register shows, and whether its run goes on.
_INK, _GROUND, _BOTH, _NEITHER = range(4)
_SHOWS = np.tile([[_INK, _GROUND, _BOTH, _NEITHER], [_GROUND, _INK, _NEITHER, _BOTH]], 4)
_GOES_ON = np.array([np.arange(16) & bit == 0 for bit in (4, 8)], dtype=np.float32)
_NEVER = 1e6
# Bytes of each kind, relative, where no run starts, one of the foreground, one of the background.
_BYTES = np.full((3, 4, 1, 1), 2, dtype=np.float32)
_BYTES[:, BLANK] = 0
_BYTES[1:] += _CODE_BYTES
_BYTES[1, BLANK] = _BYTES[2, SOLID] = _NEVER
# The low bits of a cost, read as an integer, tell what it is the cost of: 16 · hypothesis + action.
# Minima and sorting then need no indices, and a part in 2**16 of a cost is no loss.
_TAG = 127
_TAGS = np.arange(12, dtype=np.int32).reshape(3, 4, 1, 1) + np.arange(
    0, 16 * _BEAM, 16, dtype=np.int32
).reshape(_BEAM, 1)
_STARTS_BOTH = (np.float32(2 * _CODE_BYTES).view(np.int32) & ~_TAG) + 12
_FAR = -1e4
"""A level that no colour is near to: the terminal's default colours are unknown."""


def spend(
    ink: NDArray[np.int16],
    ground: NDArray[np.int16],
    share: NDArray[np.float32],
    swappable: NDArray[np.bool_],
    tolerance: int,
) -> Codes:
    """Return the codes that show the cells within ``tolerance`` > 0 in few bytes.

    ``ink`` and ``ground`` (3, rows, cols) in 0 .. 255; ``share`` (rows, cols) the part of a cell
    that is ink, more than 0 and less than 1; ``swappable`` (rows, cols) where the character has a
    complement. No channel is off by more than 2.5 ``tolerance`` levels, and the mean square error
    of the picture, ink and ground weighted by their share, is at most ``tolerance``²/5. Neither is
    left to the search: what is off by more is searched again, then repaired cell by cell.
    """
    wanted = np.stack([ink, ground])
    weights = np.stack([share, 1 - share])
    allowed = _MEAN_SQUARE * tolerance**2 * 3 * share.size
    exchange = _EXCHANGE / tolerance**2
    for _ in range(_ATTEMPTS):
        actions = _search(wanted, weights, swappable, exchange)
        kinds = actions & np.uint8(3)
        registers = _means_of_runs(actions, wanted, weights)
        off, loss = _misses(kinds, registers, wanted, weights)
        exceeded = float(loss.sum()) / allowed
        if exceeded <= 1:
            break
        # The squared error falls about as its price rises.
        exchange *= exceeded
    wrong = _too_far(off, loss, _MOST * tolerance, allowed)
    if wrong.any():
        registers[:, :, wrong] = wanted[:, :, wrong]
        kinds[wrong] = np.where((ink != ground).any(axis=0), PLAIN, BLANK)[wrong]
    return _changes(kinds, registers)


def _search(
    wanted: NDArray[np.int16],
    weights: NDArray[np.float32],
    swappable: NDArray[np.bool_],
    exchange: float,
) -> NDArray[np.uint8]:
    """Return the action (rows, cols) of each cell that makes bytes + ``exchange`` · error least.

    ``wanted`` (2, 3, rows, cols) and ``weights`` (2, rows, cols) are of ink and ground.
    """
    points, spread = _points(wanted, weights, exchange**0.5)
    beam = _Beam(swappable.shape[0])
    steps = zip(points, spread, swappable.T, strict=True)
    return _trace(np.stack([beam.step(*cell) for cell in steps]))


def _points(
    wanted: NDArray[np.int16], weights: NDArray[np.float32], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (cols, 4, 4, rows): three levels and the weight of ink, ground, both and neither.

    And (cols, rows) the squared error about their mean where both are shown as one. Levels are
    scaled so that a squared error is a number of bytes; the samples of a cell weigh 2 in all.
    """
    _, _, rows, cols = wanted.shape
    points = np.zeros((cols, 4, 4, rows), dtype=np.float32)
    points[:, :3, :_BOTH] = wanted.transpose(3, 1, 0, 2)
    points[:, :3] *= np.float32(scale)
    points[:, 3, :_BOTH] = 2 * weights.transpose(2, 0, 1)
    points[:, 3, _BOTH] = 2
    part, rest = weights.transpose(0, 2, 1)
    contrast = points[:, :3, _INK] - points[:, :3, _GROUND]
    points[:, :3, _BOTH] = points[:, :3, _GROUND] + part[:, None] * contrast
    return points, 2 * part * rest * (contrast * contrast).sum(axis=1)


class _Beam:
    """The cheapest hypotheses of every row, cheapest first, walking from left to right.

    A hypothesis has for each register the mean and the weight n of its run so far. To take up
    samples of weight w at a squared distance d² costs d² · n w / (n + w), by which the squared
    error about the mean grows, so that the final mean costs what was paid on the way.
    """

    def __init__(self, rows: int) -> None:
        self._rows = np.arange(rows, dtype=np.int32)
        # Three levels and the weight of each register.
        self._state = np.full((4, 2, _BEAM, rows), _FAR, dtype=np.float32)
        self._state[3] = 1
        self._cost = np.full((_BEAM, rows), _NEVER, dtype=np.float32)
        self._cost[0] = 0
        self._away = np.empty((3, 2, 3, _BEAM, rows), dtype=np.float32)
        self._ways = np.empty((3, 4, _BEAM, rows), dtype=np.float32)
        self._candidates = np.empty((3 * _BEAM + 2, rows), dtype=np.int32)

    def step(
        self, point: NDArray[np.float32], spread: NDArray[np.float32], swappable: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """Take up a cell of every row, return the tags (_BEAM, rows) of the hypotheses kept."""
        self._price(self._growth(point, spread), spread, swappable)
        ordered = np.sort(np.ascontiguousarray(self._candidates.T), axis=1)
        kept = np.ascontiguousarray(ordered[:, :_BEAM].T)
        self._cost = kept.view(np.float32) - kept[0].view(np.float32)
        kept &= _TAG
        self._follow(kept, point)
        return kept

    def _growth(
        self, point: NDArray[np.float32], spread: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return what it costs a register's run to take up ink, ground or both: (2, 3, ...)."""
        away = self._away
        np.subtract(self._state[:3, :, None], point[:3, None, :3, None], out=away)
        np.multiply(away, away, out=away)
        growth: NDArray[np.float32] = np.add.reduce(away, axis=0)
        weight, more = self._state[3][:, None], point[3, :3, None]
        factor = weight + more
        np.divide(weight, factor, out=factor)
        factor *= more
        growth *= factor
        growth[:, _BOTH] += spread
        return growth

    def _price(
        self,
        growth: NDArray[np.float32],
        spread: NDArray[np.float32],
        swappable: NDArray[np.bool_],
    ) -> None:
        """Fill in the tagged candidates, the cheapest kind of each for a hypothesis to go on."""
        ways = self._ways
        foreground, background = growth[0, :2], growth[1, _GROUND::-1]
        np.add(foreground, background, out=ways[0, :SOLID])
        ways[0, SOLID:] = growth[:, _BOTH]
        ways[1, :SOLID] = background
        ways[2, :SOLID] = foreground
        ways[1:, SOLID:] = spread
        ways += _BYTES
        ways += self._cost
        # Who starts both runs forgets all that was before: only the cheapest, 0, need do it.
        self._candidates[-2] = _STARTS_BOTH + PLAIN
        self._candidates[-1] = _STARTS_BOTH + SWAPPED
        if not swappable.all():
            ways[:, SWAPPED, :, ~swappable] = _NEVER
            self._candidates[-1, ~swappable] = np.iinfo(np.int32).max
        keys = ways.view(np.int32)
        keys &= ~_TAG
        keys |= _TAGS
        best = self._candidates[:-2].reshape(3, _BEAM, -1)
        np.minimum.reduce(keys, axis=1, out=best)

    def _follow(self, tags: NDArray[np.int32], point: NDArray[np.float32]) -> None:
        """Move to the hypotheses of ``tags`` and let their runs take up the cell."""
        rows = self._rows
        actions = tags & 15
        state = self._state.reshape(4, 2, -1).take((tags >> 4) * rows.size + rows, axis=2)
        new = point.reshape(4, -1).take(_SHOWS[:, actions] * rows.size + rows, axis=1)
        state[3] *= _GOES_ON[:, actions]
        state[3] += new[3]
        new[3] /= state[3]
        new[:3] -= state[:3]
        new[:3] *= new[3]
        state[:3] += new[:3]
        self._state = state


def _trace(tags: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Follow the cheapest hypothesis back from the right: (cols, _BEAM, rows) → (rows, cols)."""
    cols, _, rows = tags.shape
    every_row = np.arange(rows)
    chosen = np.empty((cols, rows), dtype=np.int32)
    hypothesis = np.zeros(rows, dtype=np.intp)
    for col in range(cols - 1, -1, -1):
        chosen[col] = tags[col, hypothesis, every_row]
        hypothesis = chosen[col] >> 4
    return np.ascontiguousarray((chosen & 15).T.astype(np.uint8))


def _means_of_runs(
    actions: NDArray[np.uint8], wanted: NDArray[np.int16], weights: NDArray[np.float32]
) -> NDArray[np.int16]:
    """Return what the registers hold at each cell, the mean of the run: (2, 3, rows, cols)."""
    rows, cols = actions.shape
    out = np.empty((2, 3, rows, cols), dtype=np.int16)
    first = np.arange(0, rows * (cols + 1), cols + 1)[:, None]
    for register in range(2):
        run = (actions & (4 << register) != 0).cumsum(axis=1) + first
        shows = _SHOWS[register][actions]
        parts = weights * ((shows == _BOTH) | (shows == np.array([_INK, _GROUND])[:, None, None]))
        flat = run.ravel()
        total = np.bincount(flat, parts.sum(axis=0).ravel())
        for channel in range(3):
            sums = np.bincount(flat, (parts * wanted[:, channel]).sum(axis=0).ravel())
            means = np.rint(sums / np.maximum(total, 1e-9)).astype(np.int16)
            out[register, channel] = means[run]
    return out


def _misses(
    kinds: NDArray[np.uint8],
    registers: NDArray[np.int16],
    wanted: NDArray[np.int16],
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Return how far each cell is off at most, in levels, and its squared error by weight."""
    ink_by_bg = (kinds == SWAPPED) | (kinds == BLANK)
    ground_by_fg = (kinds == SWAPPED) | (kinds == SOLID)
    shown = np.stack(
        [
            np.where(ink_by_bg, registers[1], registers[0]),
            np.where(ground_by_fg, registers[0], registers[1]),
        ]
    )
    off = np.abs(shown - wanted)
    squares = (off.astype(np.int32) ** 2).sum(axis=1)
    return off.max(axis=(0, 1)), (squares * weights).sum(axis=0, dtype=np.float64)


def _too_far(
    off: NDArray[np.int16], loss: NDArray[np.float64], most: float, allowed: float
) -> NDArray[np.bool_]:
    """Return which cells must be exact: all that are off by more than ``most``, then the worst.

    Of the worst as many as it takes for the loss of the rest to be within ``allowed``.
    """
    wrong = off > most
    loss = np.where(wrong, 0, loss)
    if float(loss.sum()) > allowed:
        order = np.argsort(loss, axis=None, kind="stable")
        fits = np.cumsum(loss.ravel()[order]) <= allowed
        wrong.ravel()[order[~fits]] = True
    return wrong


def _changes(kinds: NDArray[np.uint8], registers: NDArray[np.int16]) -> Codes:
    """Return the codes that bring the registers to what they must hold where they are shown."""
    cols = np.arange(kinds.shape[1])
    sets = np.empty((2, *kinds.shape), dtype=np.bool_)
    for register, unused in enumerate((BLANK, SOLID)):
        used = kinds != unused
        last = np.maximum.accumulate(np.where(used, cols, -1), axis=1)
        before = np.concatenate([np.full_like(last[:, :1], -1), last[:, :-1]], axis=1)
        values = registers[register]
        held = np.take_along_axis(values, np.maximum(before, 0)[None], axis=2)
        sets[register] = used & ((before < 0) | (values != held).any(axis=0))
    return Codes(kinds, sets, registers)
