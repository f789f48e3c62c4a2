"""Reports an error of the program itself: a few lines, and the traceback in a log file."""

from __future__ import annotations

import platform
import sys
import time
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from heicdepth_tui._version import __version__
from heicdepth_tui.errors import WriteError
from heicdepth_tui.files import write_new
from heicdepth_tui.text import printable, printable_path

__all__ = ["crash_report"]

_LIBRARIES = ("textual", "rich", "pillow-heif", "pillow", "numpy")


def crash_report(error: BaseException, folder: Path) -> str:
    """Write the traceback to a new log file in ``folder`` and return a few printable lines.

    The error's notes are among them. Where the log cannot be written, the lines state that and
    contain the traceback.
    """
    trace = "".join(traceback.format_exception(error))
    what = f"{type(error).__name__}: {printable(str(error))}"
    lines = [f"heicdepth-tui {__version__} met an error of its own: {what}"]
    lines += map(printable, getattr(error, "__notes__", ()))
    name = time.strftime("crash-%Y%m%d-%H%M%S.log")
    text = "\n".join([*lines, *_environment(), "", trace])
    try:
        path = write_new(folder, name, lambda file: file.write(text.encode("utf-8", "replace")))
    except WriteError as problem:
        lines.append(f"the log cannot be kept ({problem}); it is:\n{trace}")
    else:
        lines.append(f"please report it with this log: {printable_path(path)}")
    return "\n".join(lines)


def _environment() -> list[str]:
    found = [f"Python {sys.version.split()[0]} on {platform.platform()}"]
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} is missing")
    return found
