"""Checks the paths of the command line, reads lists of paths, and finds the photos of folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click.shell_completion import CompletionItem

from heicdepth_tui.cli.invocation import COMMANDS, DEFAULT_COMMAND
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from io import BufferedIOBase

    from heicdepth_tui.folder.find import Entry

__all__ = [
    "ExistingPath",
    "ListedPaths",
    "paths_argument",
    "photos_as_they_come",
    "photos_found",
    "photos_in",
    "read_lists",
]

_STDIN = "-"
_IS_NULL_SEPARATED = "heicdepth_tui.cli.paths.null"
_READ_SIZE = 1 << 16
_Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class ListedPaths:
    """The paths that standard input lists; iterating reads them once, as they come.

    They are ended by line feeds, or by NUL with ``is_null_separated``. Bytes that are no UTF-8 are
    surrogates in a path, as ``os.fsdecode`` has them. Empty paths are left out; a path need not
    exist.
    """

    is_null_separated: bool = False

    def __iter__(self) -> Iterator[Path]:
        return (path for path in self.as_they_come() if path is not None)

    def as_they_come(self) -> Iterator[Path | None]:
        """Yield the paths, and None before each wait for further ones."""
        separator = b"\0" if self.is_null_separated else b"\n"
        rest = b""
        stream = cast("BufferedIOBase", sys.stdin.buffer)
        while True:
            if _must_wait(stream):
                yield None
                _wait(stream)
            # read1 returns what is there, where read waits until all of its size is.
            data = stream.read1(_READ_SIZE)
            if not data:
                break
            *words, rest = (rest + data).split(separator)
            yield from (Path(os.fsdecode(word)) for word in words if word)
        if rest:
            yield Path(os.fsdecode(rest))


def _must_wait(stream: BufferedIOBase) -> bool:
    """Return whether reading would block."""
    import select

    try:
        return not select.select([stream], [], [], 0)[0]
    except (OSError, ValueError):
        return False  # a stream of another kind has all of it


def _wait(stream: BufferedIOBase) -> None:
    """Wait until something can be read, or a signal is handled.

    One that comes just before a read blocks would be handled after it only: ctrl+c would end
    nothing. Outside of the main thread, which handles signals, nothing is waited for.
    """
    import select
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        return
    listed = stream.fileno()
    signalled, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    before = signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    try:
        while listed not in (ready := select.select([listed, signalled], [], [])[0]):
            if signalled in ready:
                os.read(signalled, 1)
    finally:
        signal.set_wakeup_fd(before)
        os.close(signalled)
        os.close(wakeup)


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


class _PathOrList(click.ParamType["Path | ListedPaths"]):
    """An existing path, or ``-`` for a list on standard input; a file of that name is ``./-``."""

    name = "path"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | ListedPaths:
        if value == _STDIN:
            return ListedPaths(_is_null_separated(ctx))
        return ExistingPath().convert(value, param, ctx)

    shell_complete = ExistingPath.shell_complete


def _missing(word: str, context: click.Context | None) -> str:
    """Return what is missing: where no command was named, the word may be a misspelt one."""
    if context is None or context.command.name != DEFAULT_COMMAND or os.sep in word:
        return "there is no such file or folder; check the path"
    if word in COMMANDS:
        return f"a command comes before its options: heicdepth-tui {word} …; a folder is ./{word}"
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1, cutoff=0.7)
    meant = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(COMMANDS)}"
    return f"there is no such command, file or folder; {meant}"


def paths_argument(
    metavar: str = "PATH...", *, required: bool = True
) -> Callable[[_Function], _Function]:
    """Add an argument as ``paths``, whose word ``-`` stands for a list on stdin.

    ``paths`` is a tuple of Path and ListedPaths, for ``photos_in`` and ``photos_found``.
    """

    def add(command: _Function) -> _Function:
        command = click.argument(
            "paths",
            metavar=metavar,
            nargs=-1,
            type=_PathOrList(),
            callback=_require_paths if required else _with_list,
        )(command)
        return click.option(
            "-0",
            "null",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_note_separator,
            help="Read further paths from standard input, each ended by NUL (find -print0). The "
            "path - reads one a line.",
        )(command)

    return add


def _note_separator(context: click.Context, _: click.Parameter, given: bool) -> None:
    context.meta[_IS_NULL_SEPARATED] = given


def _is_null_separated(context: click.Context | None) -> bool:
    return context is not None and bool(context.meta.get(_IS_NULL_SEPARATED))


def _with_list(
    context: click.Context, _: click.Parameter, given: tuple[Path | ListedPaths, ...]
) -> tuple[Path | ListedPaths, ...]:
    """Let ``-0`` alone stand for a list."""
    if _is_null_separated(context) and not any(isinstance(one, ListedPaths) for one in given):
        return (*given, ListedPaths(is_null_separated=True))
    return given


def _require_paths(
    context: click.Context, param: click.Parameter, given: tuple[Path | ListedPaths, ...]
) -> tuple[Path | ListedPaths, ...]:
    given = _with_list(context, param, given)
    if not given and not context.resilient_parsing:
        raise click.MissingParameter(ctx=context, param=param)
    return given


def read_lists(paths: Sequence[Path | ListedPaths]) -> tuple[Path, ...]:
    """Return the paths with those that standard input lists in their places."""
    return tuple(path for path in _each(paths) if path is not None)


def photos_in(paths: Sequence[Path | ListedPaths], recursive: bool) -> list[Entry]:
    """Return the photos of files and folders, each once, in the order of ``photos_found``."""
    return list(photos_found(paths, recursive))


def photos_found(paths: Sequence[Path | ListedPaths], recursive: bool) -> Iterator[Entry]:
    """Yield the photos of files and folders, each once: in natural order, folder by folder.

    Photos of a folder are yielded once it is listed, while its sub-folders are not.
    """
    return (entry for entry in photos_as_they_come(paths, recursive) if entry is not None)


def photos_as_they_come(
    paths: Sequence[Path | ListedPaths], recursive: bool
) -> Iterator[Entry | None]:
    """Yield what ``photos_found`` does, and None before each wait for paths on standard input."""
    from heicdepth_tui.folder.find import find_photos
    from heicdepth_tui.folder.order import name_key

    # One folder lists each photo once.
    is_one = len(paths) == 1 and isinstance(paths[0], Path)
    seen: set[str] = set()
    for path in _each(paths):
        if path is None:
            yield None
            continue
        batches = find_photos([path], recursive=recursive)
        found = (entry for entries in batches for entry in entries)
        for _, together in groupby(found, key=lambda entry: entry.path.rpartition(os.sep)[0]):
            for entry in sorted(together, key=lambda entry: (name_key(entry.path), entry.path)):
                if is_one:
                    yield entry
                elif entry.path not in seen:
                    seen.add(entry.path)
                    yield entry


def _each(paths: Sequence[Path | ListedPaths]) -> Iterator[Path | None]:
    for path in paths:
        if isinstance(path, ListedPaths):
            yield from path.as_they_come()
        else:
            yield path
