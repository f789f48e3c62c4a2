"""Checks the paths of the command line, and lists the photos of folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["ExistingPath", "photos_in"]


class ExistingPath(click.ParamType[Path]):
    """An existing path; broken links are accepted, and listed with that problem."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path, or fail with a sentence that names it."""
        path = Path(os.fsdecode(value))
        if not os.path.lexists(path):
            hint = "; folders named like a command are given as ./name"
            self.fail(f"{printable(str(path))}: there is no such file or folder{hint}", param, ctx)
        return path

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Let the shell complete files and folders."""
        return [CompletionItem(incomplete, type="file")]


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
