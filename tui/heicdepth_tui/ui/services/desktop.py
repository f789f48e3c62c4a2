"""The system's own program that opens a file or a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from heicdepth_tui.errors import ExportError

__all__ = ["Desktop", "find_desktop", "open_with"]

_PROGRAMS = ("xdg-open", "wslview")
_CAUSES = {
    2: "the file is no longer there",
    3: "no program for it is installed",
    4: "its program reported a failure",
}
"""Meaning of the exit codes of xdg-open, by its manual."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """The program that opens files; empty where there is none, and ``problem`` states why."""

    program: str = ""
    problem: str = ""


def find_desktop(
    environ: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> Desktop:
    """Return the program of the desktop that the user sits at.

    Over SSH a program would open on the other machine's screen; with X11 forwarding it does not.
    """
    is_remote = any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    is_mac = platform == "darwin"
    has_display = bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    if is_remote and (is_mac or not has_display):
        return Desktop(problem="no desktop over SSH")
    if is_mac:
        return Desktop("/usr/bin/open")
    if not has_display:
        return Desktop(problem="no desktop: neither DISPLAY nor WAYLAND_DISPLAY is set")
    for name in _PROGRAMS:
        found = which(name)
        if found:
            return Desktop(found)
    return Desktop(problem="xdg-open is not installed (package xdg-utils)")


def open_with(program: str, path: str) -> None:
    """Open a file or folder, ``path`` absolute; returns when the program ends.

    Raises ExportError where it cannot be started or reports a failure.
    """
    # A session of its own: ctrl+c in the terminal does not end the viewer.
    try:
        process = subprocess.Popen(  # noqa: S603  the path is one argument, and absolute
            [program, path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ExportError(f"{program} cannot be started: {error.strerror}", path=path) from error
    code = process.wait()
    if code:
        cause = _CAUSES.get(code, f"exit code {code}")
        name = os.path.basename(program)  # noqa: PTH119  a name, not a file
        raise ExportError(f"{name} did not open it: {cause}", path=path)
