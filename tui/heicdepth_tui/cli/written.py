"""Prints the paths of written files on stdout, as long as someone reads them."""

from __future__ import annotations

import os
from pathlib import Path

import click

__all__ = ["print_path", "silence_stdout"]


def print_path(path: Path) -> None:
    """Print the path of a file that was written.

    A pipe that is closed ends the printing only: the command goes on, since it was called for the
    files.
    """
    try:
        click.echo(str(path))
    except BrokenPipeError:
        silence_stdout()


def silence_stdout() -> None:
    """Discard what is printed from now on, and what Python still holds of it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
