"""Checks the paths of the command line, and lists the photos of folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from heicdepth_tui.cli.invocation import COMMANDS, DEFAULT_COMMAND
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["ExistingPath", "photos_in"]


class ExistingPath(click.ParamType[Path]):
    """An existing path; broken links are accepted, and listed with that problem."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path, or fail with a sentence that names it."""
        word = os.fsdecode(value)
        path = Path(word)
        if not os.path.lexists(path):
            self.fail(f"{printable(word)}: {_missing(word, ctx)}", param, ctx)
        return path

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Let the shell complete files and folders."""
        return [CompletionItem(incomplete, type="file")]


def _missing(word: str, context: click.Context | None) -> str:
    """Return what is missing: where no command was named, the word may be a misspelt one."""
    if context is None or context.command.name != DEFAULT_COMMAND or os.sep in word:
        return "there is no such file or folder; folders named like a command are given as ./name"
    near = get_close_matches(word, COMMANDS, n=1, cutoff=0.7)
    meant = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(COMMANDS)}"
    return f"there is no such command, file or folder; {meant}"


def photos_in(paths: Sequence[Path], recursive: bool) -> list[Entry]:
    """Return the photos of files and folders in natural order, folder by folder as given."""
    from heicdepth_tui.folder.find import find_photos
    from heicdepth_tui.text import natural_key

    found: list[Entry] = []
    for path in paths:
        batch = [
            entry
            for entries in find_photos([path], recursive=recursive, cancelled=lambda: False)
            for entry in entries
        ]
        found.extend(sorted(batch, key=lambda entry: natural_key(entry.path)))
    seen: set[str] = set()
    return [e for e in found if not (e.path in seen or seen.add(e.path))]  # type: ignore[func-returns-value]
