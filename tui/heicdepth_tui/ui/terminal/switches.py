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
    "gc": "no garbage collection before the first paint; what is there then is never looked at",
    "splash": "list and first photo are painted while Textual is imported",
    "output": "what a message changed is written at once, not at Textual's next tick",
    "throttle": "scrollbars are written every 100 ms",
    "diff": "only cells that changed are written",
    "flow": "images wait until the terminal has taken in those before",
    "strips": "rows of text are encoded once, not at each rendering",
    "length": "a list of another length is not laid out anew",
    "containers": "containers render two lines and repeat the second",
    "keys": "keys typed ahead reach the widget that has the focus by then",
    "fps": "Textual's tick comes 120 times a second, not 60",
}
"""What each piece does, by its name."""

_OFF = frozenset(filter(None, os.environ.get(VARIABLE, "").split(",")))


def has(piece: str) -> bool:
    """Return whether a piece of ``PIECES`` is in use."""
    return piece not in _OFF
