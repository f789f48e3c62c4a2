"""The command line: browse (the default), info, show, export, sample, config.

Exit codes: 0 all good, 1 some photo failed, 2 usage, 3 nothing matched. Data goes to stdout,
messages and progress to stderr.
"""

from __future__ import annotations

from collections.abc import Sequence

from heicdepth_tui.cli.exit_code import exit_code
from heicdepth_tui.cli.invocation import Invocation, command_of

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    return exit_code(lambda: _run(Invocation.read(arguments)))


def _run(invocation: Invocation) -> object:
    from heicdepth_tui.ui.startup.prestart import end_unused_decoder, prestart_decoder

    if invocation.opens_app or command_of(invocation.arguments) == "export":
        prestart_decoder()
    try:
        if invocation.needs_parser:
            from heicdepth_tui.cli.main import run_command

            return run_command(invocation.arguments)
        # Without click, whose import takes 25 ms (measured).
        from pathlib import Path

        from heicdepth_tui.cli.opening import open_with_config
        from heicdepth_tui.config import read_config

        return open_with_config(read_config(), tuple(map(Path, invocation.arguments)))
    finally:
        end_unused_decoder()
