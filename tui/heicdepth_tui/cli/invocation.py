"""Decides from the arguments alone which command runs, and whether it opens the app."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["COMMANDS", "COMPLETION", "DEFAULT_COMMAND", "Invocation", "command_of"]

DEFAULT_COMMAND = "browse"
COMMANDS = (
    DEFAULT_COMMAND,
    "info",
    "show",
    "export",
    "dataset",
    "embed",
    "extract",
    "strip",
    "sample",
    "config",
    "completion",
)
_GROUP_OPTIONS = frozenset({"--help", "-h", "--version"})
_BEGINS_NOTHING = ("-h", "--help", "-0", "--dry-run", "--status", "--limit-pixels", "--scheduler")
"""Options of ``export`` that begin with no photo, or not with the default decoder."""
COMPLETION = "_HEICDEPTH_TUI_COMPLETE"
"""Set by the shells when they request completions, or the script that sets them up."""


def command_of(arguments: Sequence[str]) -> str:
    """Return the command that runs; empty where the group itself answers (``--help``)."""
    first = arguments[0] if arguments else DEFAULT_COMMAND
    if first in _GROUP_OPTIONS:
        return ""
    return first if first in COMMANDS else DEFAULT_COMMAND


class Invocation(NamedTuple):
    """A command line before it is parsed; importing dataclasses would delay the fork by 5 ms."""

    arguments: tuple[str, ...]
    opens_app: bool
    """Whether the app opens, unless the parser finds an error."""

    @classmethod
    def read(cls, arguments: Sequence[str]) -> Invocation:
        """Return the command line of these arguments in this process's environment."""
        opens_app = (
            command_of(arguments) == DEFAULT_COMMAND
            and {"--help", "-h"}.isdisjoint(arguments)
            and not os.environ.get(COMPLETION)
            and sys.stdout.isatty()
            and sys.stdin.isatty()
        )
        return cls(tuple(arguments), opens_app)

    @property
    def needs_parser(self) -> bool:
        """Whether anything is left to parse: not where each argument is an existing path."""
        return (
            not self.opens_app
            or self.arguments[:1] == (DEFAULT_COMMAND,)
            or any(word.startswith("-") or not os.path.lexists(word) for word in self.arguments)
        )

    @property
    def exported_photo(self) -> str:
        """The one file that ``export`` names; empty for none, several, and where it is uncertain.

        A guess from words: what the parser makes of them decides.
        """
        words = self.arguments[1:]
        if command_of(self.arguments) != "export" or os.environ.get(COMPLETION):
            return ""
        if any(word.startswith(_BEGINS_NOTHING) for word in words):
            return ""
        files = [word for word in words if os.path.isfile(word)]  # noqa: PTH113  as above
        return files[0] if len(files) == 1 and "-" not in words else ""
