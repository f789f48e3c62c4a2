"""The command line without a process of its own, for tests that are about what it prints."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from heicdepth_tui import cli

__all__ = ["Done", "run_command"]


@dataclass(frozen=True, slots=True)
class Done:
    """What a command line came to; names and meaning are those of ``CompletedProcess``."""

    returncode: int
    stdout: str
    stderr: str


def run_command(
    *arguments: object, cwd: Path | None = None, stdin: bytes = b"", **env: str
) -> Done:
    """Run a command line in this process: no terminal, ``stdin``, and strict UTF-8."""
    folder = contextlib.nullcontext() if cwd is None else contextlib.chdir(cwd)
    with folder, CliRunner().isolation(input=stdin, env=env) as (stdout, stderr, _):
        try:
            code = cli.run([str(word) for word in arguments])
        except SystemExit as end:
            # Completion ends the process where it is done.
            code = end.code if isinstance(end.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
        return Done(code, stdout.getvalue().decode(), stderr.getvalue().decode())
