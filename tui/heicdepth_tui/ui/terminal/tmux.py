"""tmux: the terminal it runs in, and sequences that it passes on to that."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple

__all__ = ["Tmux", "find_tmux", "wrapped"]

_SECONDS = 1.0
"""Time that the tmux command may take."""


class Tmux(NamedTuple):
    """The tmux that this process runs in."""

    passes: bool
    """Whether ``allow-passthrough`` is on."""
    version: str
    """The name and version of the terminal that tmux runs in, as that gave them to tmux."""


def find_tmux() -> Tmux | None:
    """Return the tmux of this process; None outside of tmux. Changes none of its options."""
    if not os.environ.get("TMUX"):
        return None
    pane = os.environ.get("TMUX_PANE", "")
    target = ["-t", pane] if pane else []
    show = ["show-options", "-Apqv", *target, "allow-passthrough"]
    display = ["display-message", "-p", *target, "#{client_termtype}"]
    try:
        done = subprocess.run(  # noqa: S603  no part of it is from outside but TMUX_PANE
            ["tmux", *show, ";", *display],  # noqa: S607  the user's own tmux
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return Tmux(False, "")
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    passes = bool(lines) and lines[0] in ("on", "all")
    return Tmux(passes, lines[-1] if len(lines) > 1 else "")


def wrapped(text: str) -> str:
    """Return a sequence as tmux passes it on to its terminal."""
    doubled = text.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
