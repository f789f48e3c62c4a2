"""The command line: browse (the default), info, show, export, sample.

Exit codes: 0 all good, 1 some photo failed, 2 usage, 3 nothing matched. Data goes to stdout,
messages and progress to stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from heicdepth_tui.ui.startup.prestart import is_completing

__all__ = ["COMMANDS", "run"]

COMMANDS = ("browse", "info", "show", "export", "sample")


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    paths = _only_paths(arguments)
    if paths is not None:
        return _open(paths)
    from heicdepth_tui.cli.main import run as run_group

    return run_group(arguments)


def _only_paths(arguments: Sequence[str]) -> tuple[Path, ...] | None:
    """Return the paths where the arguments are only paths, on a terminal; else None.

    The app then opens without importing click.
    """
    if is_completing():
        return None
    if not (sys.stdout.isatty() and sys.stdin.isatty()) or (arguments and arguments[0] in COMMANDS):
        return None
    if any(word.startswith("-") or not os.path.lexists(word) for word in arguments):
        return None
    return tuple(map(Path, arguments)) or (Path(),)


def _open(paths: tuple[Path, ...]) -> int:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.ui.startup.launch import open_app, report_crash

    try:
        return open_app(paths)
    except KeyboardInterrupt:
        return 130
    except HeicDepthError as error:
        print(f"heicdepth-tui: {error}", file=sys.stderr)  # noqa: T201
        return 2
    except Exception as error:  # noqa: BLE001  a defect of this program, reported as one
        return report_crash(error)
