"""Requests and paints the first photo while Textual is being imported.

The decoder process imports for 100 ms, so it is started first; it gets its first requests as soon
as the first photo's shape is known; the list is painted meanwhile.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import DEFAULT_COLORMAP, ColorMode
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.ui.model.palettes import PALETTES
from heicdepth_tui.ui.model.settings import RenderSettings
from heicdepth_tui.ui.presenters.labels import photo_place
from heicdepth_tui.ui.startup.first_photo import (
    HeaderReader,
    first_entries,
    first_requests,
    first_shapes,
)
from heicdepth_tui.ui.startup.signals import exit_on_signals, ignore_signals
from heicdepth_tui.ui.startup.splash import SplashFrame
from heicdepth_tui.ui.terminal.capabilities import app_color_mode, terminal_descriptor
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from types import TracebackType

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.photo.forking import DecoderProcess
    from heicdepth_tui.photo.layers import Answer, Request

__all__ = ["Bootstrap"]


class Bootstrap:
    """The first photo before the app runs; leave the ``with`` block to close the splash frame."""

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
        """The requests for the first photo, in the order sent."""
        columns, rows = self._size
        # Only the listing knows the first photo of a folder with sub-folders.
        self.entries: tuple[Entry, ...] = () if recursive else first_entries(paths, max(1, rows))
        """The first photos of the list, guessed from their names, in its order."""
        self.splash: SplashFrame | None = None
        descriptor = terminal_descriptor()
        can_paint = self._mode is ColorMode.TRUECOLOR and has("splash")
        if self.entries and can_paint and descriptor is not None:
            self.splash = SplashFrame(descriptor, columns, rows, PALETTES[theme, self._mode])

    def __enter__(self) -> Bootstrap:
        if self.splash is not None:
            exit_on_signals()
            try:
                self.splash.open()
                self.splash.show_list(self._place(), self.entries)
            except BaseException:
                # A signal may raise SystemExit here.
                ignore_signals()
                self.splash.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.splash is not None:
            ignore_signals()
            self.splash.close()

    def _place(self) -> str:
        return photo_place(self.entries[0], self._title)

    def start_decoder(self, process: DecoderProcess | None) -> Decoder:
        """Start the decoder, or adopt its process, and request the first photo."""
        if self.entries and not self.entries[0].problem:
            self._request(self.entries[0])
        decoder = Decoder.start(self.requests, process=process, limit_pixels=self._limits.pixels)
        if self.splash is not None and self.requests:
            decoder.listen(self.splash.answered)
        return decoder

    def _request(self, entry: Entry) -> None:
        columns, rows = self._size
        shapes = first_shapes(entry, self._limits)
        if shapes is None:
            return
        settings = RenderSettings(self._mode)
        self.requests = first_requests(entry, shapes, columns, rows, settings, DEFAULT_COLORMAP)
        splash = self.splash
        if splash is not None:
            splash.show_placeholders(shapes)
        self._header = HeaderReader(entry, self._limits)
        self._header.start(lambda header: None if splash is None else splash.show_header(header))

    @property
    def header(self) -> Header | None:
        """The first photo's header, once it is read."""
        return None if self._header is None else self._header.header

    def hand_over(self, then: Callable[[Answer], object]) -> list[Answer]:
        """Stop painting and return the decoder's answers so far; later ones go to ``then``.

        Raises an error of the program that reading or painting the header has met.
        """
        if self._header is not None and self._header.error is not None:
            raise self._header.error
        return [] if self.splash is None else self.splash.hand_over(then)
