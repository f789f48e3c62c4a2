"""Prints photos in the order found, each as soon as it is read: many of them by processes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from heicdepth_tui.cli.info_photo import InfoCounts
from heicdepth_tui.system import cores, may_fork

if TYPE_CHECKING:
    from heicdepth_tui.cli.info_batch import BatchReader, Part
    from heicdepth_tui.cli.info_output import InfoOutput
    from heicdepth_tui.folder.find import Entry

__all__ = ["MANY", "SOME", "print_photos"]

SOME, MANY = 64, 512
"""Photos up to which no process is forked, or started: reading them takes less time."""


def print_photos(
    entries: Iterable[Entry | None], output: InfoOutput, read: BatchReader
) -> InfoCounts:
    """Print the photos, each as soon as those before it are, and return their counts.

    An entry that is None states that the next one has to be waited for: those before it are
    printed first.
    """
    paths = (None if entry is None else entry.path for entry in entries)
    counts = InfoCounts()
    count = cores() if read.decoder is None else 1
    first = SOME if may_fork() else MANY
    for path in paths:
        for part in read([path]) if path is not None else ():
            counts += _print(part, output)
        if counts.found == first and count > 1:
            break
    else:
        return counts
    from heicdepth_tui.cli.info_pool import read_in_workers

    # Closed at once when the reader of a pipe has gone: the workers end before the command does.
    with closing(read_in_workers(paths, read, count)) as parts:
        for part in parts:
            counts += _print(part, output)
    return counts


def _print(part: Part, output: InfoOutput) -> InfoCounts:
    if part.items or part.messages:
        output.add(part.items, part.messages)
    return part.counts
