"""The command line: browse (the default), info, show, export, sample.

Exit codes: 0 all good, 1 some photo failed, 2 usage, 3 nothing matched. Data goes to stdout,
messages and progress to stderr.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    from heicdepth_tui.cli.main import run as run_group

    return run_group(arguments)
