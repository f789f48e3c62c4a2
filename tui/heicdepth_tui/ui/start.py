"""The start: decoder, first photos and first frame, all under way before Textual is imported.

The order is that of what takes longest: the decoder process imports for 100 ms, so it is started
first; it is asked as soon as the first photo's shape is known; the frame is painted between.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import DEFAULT_COLORMAP, ColorMode
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.ui.first_frame import FirstFrame
from heicdepth_tui.ui.model.settings import COLOURS, DrawSettings, app_color_mode
from heicdepth_tui.ui.presenters.labels import photo_place
from heicdepth_tui.ui.previews import HeaderReader, first_entries, first_requests, first_shapes
from heicdepth_tui.ui.signals import exit_on_signals

if TYPE_CHECKING:
    from types import TracebackType

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.photo.forking import DecoderProcess
    from heicdepth_tui.photo.layers import Answer, Request

__all__ = ["FirstLook"]


class FirstLook:
    """What is known, asked and painted before the app is there; leave the block to end it."""

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        recursive: bool,
        theme: str,
        limits: Limits,
        title: str = "",
    ) -> None:
        self._limits = limits
        self._title = title
        self._size = tuple(shutil.get_terminal_size())
        self._mode = app_color_mode(os.environ)
        self._header: HeaderReader | None = None
        self.requests: tuple[Request, ...] = ()
        """What the decoder was asked for the first photo."""
        columns, rows = self._size
        # A folder that is read to its depth begins with a photo that only the listing knows.
        self.entries: tuple[Entry, ...] = () if recursive else first_entries(paths, max(1, rows))
        """The photos that the list is likely to begin with, in its order."""
        self.frame: FirstFrame | None = None
        descriptor = _descriptor()
        if self.entries and self._mode is ColorMode.TRUECOLOR and descriptor is not None:
            self.frame = FirstFrame(descriptor, columns, rows, COLOURS[theme])

    def __enter__(self) -> FirstLook:
        if self.frame is not None:
            exit_on_signals()
            try:
                self.frame.open()
                self.frame.show_list(self._place(), self.entries)
            except BaseException:
                # A signal may come here, too.
                self.frame.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.frame is not None:
            self.frame.close()

    def _place(self) -> str:
        return photo_place(self.entries[0], self._title)

    def start_decoder(self, process: DecoderProcess | None) -> Decoder:
        """Start the decoder, or take over its process, and ask it for the first photo."""
        if self.entries and not self.entries[0].problem:
            self._ask(self.entries[0])
        decoder = Decoder.start(self.requests, process=process, limit_pixels=self._limits.pixels)
        if self.frame is not None and self.requests:
            decoder.listen(self.frame.answered)
        return decoder

    def _ask(self, entry: Entry) -> None:
        columns, rows = self._size
        shapes = first_shapes(entry, self._limits)
        if shapes is None:
            return
        settings = DrawSettings(self._mode)
        self.requests = first_requests(entry, shapes, columns, rows, settings, DEFAULT_COLORMAP)
        frame = self.frame
        if frame is not None:
            frame.show_plates(shapes)
        self._header = HeaderReader(entry, self._limits)
        self._header.start(lambda header: None if frame is None else frame.show_header(header))

    @property
    def header(self) -> Header | None:
        """The first photo's header, once it is read."""
        return None if self._header is None else self._header.header

    def hand_over(self, then: Callable[[Answer], object]) -> list[Answer]:
        """Paint nothing more and return the decoder's answers so far; later ones go to ``then``."""
        return [] if self.frame is None else self.frame.hand_over(then)


def _descriptor() -> int | None:
    """Return where Textual's driver for Linux and macOS will write to; None if it will not."""
    stream = sys.__stderr__
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ or stream is None:
        return None
    return stream.fileno() if stream.isatty() else None
