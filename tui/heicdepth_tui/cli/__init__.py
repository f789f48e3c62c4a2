"""The command line: browse (the default), info, show, export, sample, config.

Exit codes: 0 all good, 1 some photo failed, 2 usage or a missing extra, 3 nothing
matched. Data goes to stdout, messages and progress to stderr.
"""

from __future__ import annotations

from collections.abc import Sequence

from heicdepth_tui.cli.exit_code import exit_code
from heicdepth_tui.cli.invocation import Invocation

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    return exit_code(lambda: _run(Invocation.read(arguments)))


def _run(invocation: Invocation) -> object:
    photo = invocation.exported_photo
    if photo:
        from heicdepth_tui.cli.ahead import begin_export, end_unused

        begin_export(photo)
        try:
            return _run_parsed(invocation)
        finally:
            end_unused()
    if not invocation.opens_app:
        return _run_parsed(invocation)
    from heicdepth_tui.ui.startup.prestart import end_unused_decoder, prestart_decoder

    prestart_decoder()
    try:
        return _open(invocation)
    finally:
        end_unused_decoder()


def _run_parsed(invocation: Invocation) -> object:
    from heicdepth_tui.cli.main import run_command

    return run_command(invocation.arguments)


def _open(invocation: Invocation) -> object:
    if invocation.needs_parser:
        return _run_parsed(invocation)
    # Without click, whose import takes 25 ms (measured).
    from pathlib import Path

    from heicdepth_tui.cli.opening import open_with_config
    from heicdepth_tui.config import read_config

    return open_with_config(read_config(), tuple(map(Path, invocation.arguments)))
