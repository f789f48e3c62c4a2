"""Requests and paints the first photo while Textual is being imported.

The decoder process imports for 100 ms, so it is started first; it gets its first requests as soon
as the first photo's header is read. The list is painted before that.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from heicdepth_tui.draw.fit import CELL_ASPECT
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.ui.model.layout import shapes_of
from heicdepth_tui.ui.model.library import longest_name
from heicdepth_tui.ui.model.palettes import PALETTES
from heicdepth_tui.ui.model.settings import RenderSettings
from heicdepth_tui.ui.presenters.labels import photo_place
from heicdepth_tui.ui.startup.first_photo import first_entries, first_header, first_requests
from heicdepth_tui.ui.startup.signals import exit_on_signals, ignore_signals
from heicdepth_tui.ui.startup.splash import SplashFrame
from heicdepth_tui.ui.terminal.capabilities import app_color_mode, terminal_descriptor
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from types import TracebackType

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.forking import DecoderProcess
    from heicdepth_tui.photo.layers import Answer, Request
    from heicdepth_tui.ui.model.options import AppOptions

__all__ = ["Bootstrap"]


class Bootstrap:
    """The first photo before the app runs; leave the ``with`` block to close the splash frame."""

    def __init__(self, options: AppOptions, cell_aspect: float = CELL_ASPECT) -> None:
        self._options = options
        self.cell_aspect = cell_aspect
        """A cell's height over its width, as the pictures are drawn."""
        self._settings = RenderSettings.chosen(
            app_color_mode(os.environ), options.blocks, cell_aspect=cell_aspect
        )
        self._columns, self._rows = shutil.get_terminal_size()
        self.header: Header | None = None
        """The first photo's header; None where it is not read or cannot be read."""
        self.requests: tuple[Request, ...] = ()
        """The requests for the first photo, in the order sent."""
        # Only the listing knows the first photo of a folder with sub-folders.
        self.entries: tuple[Entry, ...] = (
            () if options.recursive else first_entries(options.paths, max(1, self._rows))
        )
        """The first photos of the list, guessed from their names, in its order."""
        self.splash: SplashFrame | None = None
        mode, descriptor = self._settings.mode, terminal_descriptor()
        can_paint = mode is ColorMode.TRUECOLOR and has("splash") and descriptor is not None
        if self.entries and can_paint and descriptor is not None:
            palette = PALETTES[options.theme, mode]
            self.splash = SplashFrame(
                descriptor,
                self._columns,
                self._rows,
                palette,
                longest_name(self.entries),
                cell_aspect,
            )

    def __enter__(self) -> Bootstrap:
        if self.splash is not None:
            exit_on_signals()
            try:
                self.splash.open()
                place = photo_place(self.entries[0], self._options.title)
                self.splash.show_list(place, self.entries)
            except BaseException:
                # A signal may raise SystemExit in this block.
                self._close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self.splash is not None:
            ignore_signals()
            self.splash.close()

    def start_decoder(self, process: DecoderProcess | None) -> Decoder:
        """Start the decoder, or adopt its process, and request the first photo."""
        limits = self._options.limits
        if self.entries and not self.entries[0].problem:
            self.header = first_header(self.entries[0], limits)
        if self.header is not None:
            self._request(self.entries[0], self.header)
        decoder = Decoder.start(self.requests, process=process, limit_pixels=limits.pixels)
        if self.splash is not None and self.requests:
            decoder.listen(self.splash.answered)
        return decoder

    def _request(self, entry: Entry, header: Header) -> None:
        size, shapes = (self._columns, self._rows), shapes_of(header)
        names = longest_name(self.entries)
        self.requests = first_requests(
            entry, shapes, *size, self._settings, self._options.colormap, names
        )
        if self.splash is not None:
            self.splash.show_header(header, shapes)

    def hand_over(self, then: Callable[[Answer], object]) -> list[Answer]:
        """Stop painting and return the decoder's answers so far; later ones go to ``then``."""
        return [] if self.splash is None else self.splash.hand_over(then)
