"""Quantises the colours of cells within an error bound, in few bytes: a beam search per row.

A cell has two samples, its ink and its ground; the terminal has two registers, the foreground and
the background colour. A run is the cells that show a register between two of its colour codes. The
colour of a run is the mean of the samples that it covers, not the first of them, which makes runs
longer at the same error.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLANK", "PLAIN", "SOLID", "SWAPPED", "CellPlan", "quantise"]

PLAIN, SWAPPED, SOLID, BLANK = range(4)
"""The forms of a cell: its own character, the complement, a full block, a space."""


class CellPlan(NamedTuple):
    """The character and the colour codes to send for each cell."""

    kinds: NDArray[np.uint8]
    """(rows, cols): PLAIN, SWAPPED, SOLID or BLANK."""
    sets: NDArray[np.bool_]
    """(2, rows, cols): whether foreground and background are set before the character."""
    colours: NDArray[np.int16]
    """(2, channels, rows, cols): the colour it is set to; undefined where it is not set."""


_MEAN_SQUARE = 1 / 5
_MAX_ERROR = 2.5
"""Allowed at a tolerance of 1: the mean square error, and the largest error of a channel."""

_LAGRANGE = 3.7
"""Lagrange multiplier at a tolerance of 1: bytes per squared level of one sample.

Measured: detailed photos just meet the allowed mean square error; smooth ones stay below.
"""
_ATTEMPTS = 2
_BEAM = 8
"""Hypotheses kept per row. Measured: 4 take 1 % more bytes, 16 take 0.5 % fewer."""
_CODE_BYTES = 16.5
"""A colour code on average: ``ESC[38;2;r;g;bm`` has 13 to 19, 2 fewer where it joins another."""

# An action is a kind, + 4 where it starts a run of the foreground, + 8 of the background. Indexed
# by register and action: which samples the register shows, and whether its run continues.
_INK, _GROUND, _BOTH, _NEITHER = range(4)
_SHOWS = np.tile([[_INK, _GROUND, _BOTH, _NEITHER], [_GROUND, _INK, _NEITHER, _BOTH]], 4)
_CONTINUES = np.array([np.arange(16) & bit == 0 for bit in (4, 8)], dtype=np.float32)
_INFEASIBLE = 1e6
# Bytes of each kind, relative, where no run starts, one of the foreground, one of the background.
_BYTES = np.full((3, 4, 1, 1), 2, dtype=np.float32)
_BYTES[:, BLANK] = 0
_BYTES[1:] += _CODE_BYTES
_BYTES[1, BLANK] = _BYTES[2, SOLID] = _INFEASIBLE
# The low 7 bits of a cost, read as an integer, hold 16 · hypothesis + action, so that minima and
# sorting need no indices; a cost is rounded by at most one part in 2**16.
_TAG = 127
_TAGS = np.arange(12, dtype=np.int32).reshape(3, 4, 1, 1) + np.arange(
    0, 16 * _BEAM, 16, dtype=np.int32
).reshape(_BEAM, 1)
_STARTS_BOTH = (np.float32(2 * _CODE_BYTES).view(np.int32) & ~_TAG) + 12
_UNKNOWN_LEVEL = -1e4
"""Far from every level: the terminal's default colours are unknown."""


def quantise(
    ink: NDArray[np.int16],
    ground: NDArray[np.int16],
    share: NDArray[np.float32],
    swappable: NDArray[np.bool_],
    tolerance: int,
) -> CellPlan:
    """Return a plan that shows the cells within ``tolerance`` > 0 in few bytes.

    ``ink`` and ``ground`` (3, rows, cols) in 0 .. 255; ``share`` (rows, cols) the part of a cell
    that is ink, more than 0 and less than 1; ``swappable`` (rows, cols) is true where the character
    has a complement. No channel is off by more than 2.5 ``tolerance`` levels, and the mean square
    error of the picture, ink and ground weighted by their share, is at most ``tolerance``²/5: a
    search that exceeds this mean is repeated once with a larger multiplier, then as many cells as
    necessary are made exact.
    """
    target = np.stack([ink, ground])
    weights = np.stack([share, 1 - share])
    allowed = _MEAN_SQUARE * tolerance**2 * 3 * share.size
    multiplier = _LAGRANGE / tolerance**2
    for _ in range(_ATTEMPTS):
        actions = _search(target, weights, swappable, multiplier)
        kinds = actions & np.uint8(3)
        registers = _means_of_runs(actions, target, weights)
        errors, loss = _errors_of(kinds, registers, target, weights)
        exceeded = float(loss.sum()) / allowed
        if exceeded <= 1:
            break
        # The squared error is about inversely proportional to the multiplier.
        multiplier *= exceeded
    wrong = _over_limit(errors, loss, _MAX_ERROR * tolerance, allowed)
    if wrong.any():
        registers[:, :, wrong] = target[:, :, wrong]
        kinds[wrong] = np.where((ink != ground).any(axis=0), PLAIN, BLANK)[wrong]
    return _plan_of(kinds, registers)


def _search(
    target: NDArray[np.int16],
    weights: NDArray[np.float32],
    swappable: NDArray[np.bool_],
    multiplier: float,
) -> NDArray[np.uint8]:
    """Return the actions (rows, cols) that minimise bytes + ``multiplier`` · squared error.

    ``target`` (2, 3, rows, cols) and ``weights`` (2, rows, cols) are of ink and ground.
    """
    points, spread = _points(target, weights, multiplier**0.5)
    beam = _Beam(swappable.shape[0])
    cells = zip(points, spread, swappable.T, strict=True)
    return _trace(np.stack([beam.advance(*cell) for cell in cells]))


def _points(
    target: NDArray[np.int16], weights: NDArray[np.float32], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (cols, 4, 4, rows): three levels and the weight of ink, ground, both and neither.

    The second result, (cols, rows), is the squared error of ink and ground about their mean. Levels
    are scaled so that a squared error is a number of bytes; the weights of a cell add up to 2.
    """
    _, _, rows, cols = target.shape
    points = np.zeros((cols, 4, 4, rows), dtype=np.float32)
    points[:, :3, :_BOTH] = target.transpose(3, 1, 0, 2)
    points[:, :3] *= np.float32(scale)
    points[:, 3, :_BOTH] = 2 * weights.transpose(2, 0, 1)
    points[:, 3, _BOTH] = 2
    part, rest = weights.transpose(0, 2, 1)
    contrast = points[:, :3, _INK] - points[:, :3, _GROUND]
    points[:, :3, _BOTH] = points[:, :3, _GROUND] + part[:, None] * contrast
    return points, 2 * part * rest * (contrast * contrast).sum(axis=1)


class _Beam:
    """The cheapest hypotheses of every row, cheapest first; cells are added from left to right.

    A hypothesis has for each register the mean and the weight n of its run so far. Adding samples
    of weight w at a squared distance d² costs d² · n w / (n + w), by which the squared error about
    the mean grows: the sum of the costs is the squared error about the final mean.
    """

    def __init__(self, rows: int) -> None:
        self._rows = np.arange(rows, dtype=np.int32)
        # Three levels and the weight of each register.
        self._state = np.full((4, 2, _BEAM, rows), _UNKNOWN_LEVEL, dtype=np.float32)
        self._state[3] = 1
        self._cost = np.full((_BEAM, rows), _INFEASIBLE, dtype=np.float32)
        self._cost[0] = 0
        self._differences = np.empty((3, 2, 3, _BEAM, rows), dtype=np.float32)
        self._costs = np.empty((3, 4, _BEAM, rows), dtype=np.float32)
        self._candidates = np.empty((3 * _BEAM + 2, rows), dtype=np.int32)

    def advance(
        self, point: NDArray[np.float32], spread: NDArray[np.float32], swappable: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """Add a cell to every row and return the tags (_BEAM, rows) of the hypotheses kept."""
        self._price(self._growth(point, spread), spread, swappable)
        ordered = np.sort(np.ascontiguousarray(self._candidates.T), axis=1)
        kept = np.ascontiguousarray(ordered[:, :_BEAM].T)
        self._cost = kept.view(np.float32) - kept[0].view(np.float32)
        kept &= _TAG
        self._apply(kept, point)
        return kept

    def _growth(
        self, point: NDArray[np.float32], spread: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the cost of adding ink, ground or both to a register's run: (2, 3, ...)."""
        differences = self._differences
        np.subtract(self._state[:3, :, None], point[:3, None, :3, None], out=differences)
        np.multiply(differences, differences, out=differences)
        growth: NDArray[np.float32] = np.add.reduce(differences, axis=0)
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
        """Fill in the tagged candidates: for each hypothesis and run start, the cheapest kind."""
        costs = self._costs
        foreground, background = growth[0, :2], growth[1, _GROUND::-1]
        np.add(foreground, background, out=costs[0, :SOLID])
        costs[0, SOLID:] = growth[:, _BOTH]
        costs[1, :SOLID] = background
        costs[2, :SOLID] = foreground
        costs[1:, SOLID:] = spread
        costs += _BYTES
        costs += self._cost
        # Starting both runs discards the state: only the cheapest hypothesis, 0, can be the best.
        self._candidates[-2] = _STARTS_BOTH + PLAIN
        self._candidates[-1] = _STARTS_BOTH + SWAPPED
        if not swappable.all():
            costs[:, SWAPPED, :, ~swappable] = _INFEASIBLE
            self._candidates[-1, ~swappable] = np.iinfo(np.int32).max
        keys = costs.view(np.int32)
        keys &= ~_TAG
        keys |= _TAGS
        best = self._candidates[:-2].reshape(3, _BEAM, -1)
        np.minimum.reduce(keys, axis=1, out=best)

    def _apply(self, tags: NDArray[np.int32], point: NDArray[np.float32]) -> None:
        """Replace the state by the hypotheses of ``tags``, with the cell added to their runs."""
        rows = self._rows
        actions = tags & 15
        state = self._state.reshape(4, 2, -1).take((tags >> 4) * rows.size + rows, axis=2)
        new = point.reshape(4, -1).take(_SHOWS[:, actions] * rows.size + rows, axis=1)
        state[3] *= _CONTINUES[:, actions]
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
    actions: NDArray[np.uint8], target: NDArray[np.int16], weights: NDArray[np.float32]
) -> NDArray[np.int16]:
    """Return the mean colour of the run of each register at each cell: (2, 3, rows, cols)."""
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
            sums = np.bincount(flat, (parts * target[:, channel]).sum(axis=0).ravel())
            means = np.rint(sums / np.maximum(total, 1e-9)).astype(np.int16)
            out[register, channel] = means[run]
    return out


def _errors_of(
    kinds: NDArray[np.uint8],
    registers: NDArray[np.int16],
    target: NDArray[np.int16],
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Return the largest error of each cell, in levels, and its weighted squared error."""
    ink_by_bg = (kinds == SWAPPED) | (kinds == BLANK)
    ground_by_fg = (kinds == SWAPPED) | (kinds == SOLID)
    shown = np.stack(
        [
            np.where(ink_by_bg, registers[1], registers[0]),
            np.where(ground_by_fg, registers[0], registers[1]),
        ]
    )
    errors = np.abs(shown - target)
    squares = (errors.astype(np.int32) ** 2).sum(axis=1)
    return errors.max(axis=(0, 1)), (squares * weights).sum(axis=0, dtype=np.float64)


def _over_limit(
    errors: NDArray[np.int16], loss: NDArray[np.float64], max_error: float, allowed: float
) -> NDArray[np.bool_]:
    """Return a mask of the cells that must be exact.

    These are all with an error over ``max_error``, and as many of those with the largest loss as
    it takes for the loss of the rest to be within ``allowed``.
    """
    wrong = errors > max_error
    loss = np.where(wrong, 0, loss)
    if float(loss.sum()) > allowed:
        order = np.argsort(loss, axis=None, kind="stable")
        fits = np.cumsum(loss.ravel()[order]) <= allowed
        wrong.ravel()[order[~fits]] = True
    return wrong


def _plan_of(kinds: NDArray[np.uint8], registers: NDArray[np.int16]) -> CellPlan:
    """Return the plan that sets each register before the first cell that shows another colour."""
    cols = np.arange(kinds.shape[1])
    sets = np.empty((2, *kinds.shape), dtype=np.bool_)
    for register, unused in enumerate((BLANK, SOLID)):
        used = kinds != unused
        last = np.maximum.accumulate(np.where(used, cols, -1), axis=1)
        before = np.concatenate([np.full_like(last[:, :1], -1), last[:, :-1]], axis=1)
        values = registers[register]
        held = np.take_along_axis(values, np.maximum(before, 0)[None], axis=2)
        sets[register] = used & ((before < 0) | (values != held).any(axis=0))
    return CellPlan(kinds, sets, registers)
