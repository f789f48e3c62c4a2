"""Switches off pieces that stand beside Textual, so that the benchmark measures the app without.

``HEICDEPTH_WITHOUT`` names pieces, separated by commas. For ``python -m bench --ablate`` only: the
app works without each of them, more slowly.
"""

from __future__ import annotations

import os

__all__ = ["PIECES", "VARIABLE", "has"]

VARIABLE = "HEICDEPTH_WITHOUT"

PIECES = {
    "prestart": "the decoder process is started before the command line is read",
    "fork": "the decoder process is forked, not started",
    "gc": "the garbage collector never looks at what the first paint left",
    "splash": "list and first photo are painted while Textual is imported",
    "output": "what a message changed is written at once, not at Textual's next tick",
    "diff": "only cells that changed are written",
    "flow": "images wait until the terminal has taken in those before",
}
"""What each piece does, by its name."""

_OFF = frozenset(filter(None, os.environ.get(VARIABLE, "").split(",")))


def has(piece: str) -> bool:
    """Return whether a piece of ``PIECES`` is in use."""
    return piece not in _OFF
