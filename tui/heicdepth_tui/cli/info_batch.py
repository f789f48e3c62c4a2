"""Reads photos as batches, in parts that are ready for an output."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heicdepth_tui.cli.info_photo import InfoCounts, InfoPhoto, InfoReader
from heicdepth_tui.errors import HeaderError

if TYPE_CHECKING:
    from heicdepth_tui.cli.info_output import Form, Item
    from heicdepth_tui.photo.client import Decoder

__all__ = ["BatchReader", "Part"]

_PART_SECONDS = 0.1
"""What was read is passed on after this time, if not before."""
_COLD_SECONDS = 0.002
"""A first photo that takes longer comes from the disk, and those behind it are read ahead."""
_HEADER_BYTES = 16 * 1024
_HAS_READ_AHEAD = hasattr(os, "posix_fadvise")


@dataclass(slots=True)
class Part:
    """The items of some photos for an output, messages for stderr, and counts."""

    paths: int = 0
    """Number of photos, printed or not."""
    items: list[Item] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    counts: InfoCounts = field(default_factory=InfoCounts)


@dataclass(frozen=True, slots=True)
class BatchReader:
    """Reads photos and makes the items of an output; can be sent to another process."""

    form: Form
    reader: InfoReader
    depth_only: bool
    decoder: Decoder | None = None
    """With one, which cannot be sent, layers are decoded as the reader requests."""

    def __call__(self, paths: Sequence[str]) -> Iterator[Part]:
        """Yield the photos in parts, each after 0.1 s at the latest, or when all are read."""
        begun = time.monotonic()
        part, due = Part(), begun + _PART_SECONDS
        for number, path in enumerate(paths):
            self._add(part, self.reader.read(path, self.decoder))
            now = time.monotonic()
            if not number and now - begun > _COLD_SECONDS:
                for other in paths[1:]:
                    _read_ahead(other)
            if now >= due:
                yield part
                part, due = Part(), time.monotonic() + _PART_SECONDS
        if part.paths:
            yield part

    def lost(self, path: str) -> Part:
        """Return a photo whose header ended two processes that read it."""
        error = HeaderError(
            "the process that read its header was ended, twice",
            path=path,
            hint="there is too little memory, or the file is broken in a way that is not known yet",
        )
        part = Part()
        self._add(part, InfoPhoto(path, None, error))
        return part

    def _add(self, part: Part, photo: InfoPhoto) -> None:
        part.paths += 1
        part.counts.add(photo, depth_only=self.depth_only)
        message = ""
        if photo.has_depth or not self.depth_only:
            part.items.append(self.form.item(photo))
            message = self.form.message(photo)
        elif photo.error is not None:
            message = f"heicdepth-tui: {photo.error.at(photo.path)}"
        if message:
            part.messages.append(message)


def _read_ahead(path: str) -> None:
    """Let the kernel read the header of a file meanwhile; without effect on one that is cached."""
    if not _HAS_READ_AHEAD:
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            os.posix_fadvise(descriptor, 0, _HEADER_BYTES, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(descriptor)
