"""The splash frame: list and images on the screen while Textual is still being imported.

Textual takes 150 ms to import and as long again to mount and lay out the main screen. The decoder
process has the depth map by then: it is painted at the cells where Textual will paint it
(``model.layout``), with the texts of the same presenters. Textual then paints over it without
clearing the screen in between (``terminal.driver``). Only in true colours.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from heicdepth_tui.draw.fit import CELL_ASPECT, Box, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.photo.layers import Answer, LayerKind, layers_of
from heicdepth_tui.ui.model.layout import Panes, browse_layout, panes_of
from heicdepth_tui.ui.presenters.labels import (
    caption,
    depth_heading,
    layer_cycle,
    photo_heading,
    title_line,
)
from heicdepth_tui.ui.presenters.photo_rows import photo_row

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.ui.model.layout import Shapes
    from heicdepth_tui.ui.model.palettes import Palette

__all__ = ["SplashFrame"]

STALL_SECONDS = 0.5
"""Nothing more is painted once the terminal takes no byte for this time: the app must start."""

_OPEN = "\x1b[?1049h\x1b[?25l\x1b[?7l"
# Textual may have switched on reports of mouse, focus, paste and keys.
_CLOSE = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[<u"
    "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
)


class SplashFrame:
    """Paints a terminal's file descriptor until Textual does; safe in several threads.

    Between ``open`` and ``hand_over`` or ``close`` the terminal neither echoes nor waits for the
    end of a line: keys typed ahead reach the app.
    """

    def __init__(
        self,
        descriptor: int,
        columns: int,
        rows: int,
        palette: Palette,
        names: int = 13,
        cell_aspect: float = CELL_ASPECT,
    ) -> None:
        self._descriptor = descriptor
        self._output = descriptor
        self._is_stalled = False
        self._size = columns, rows
        self._palette = palette
        self._names = names
        self._cell_aspect = cell_aspect
        self._layout = browse_layout(columns, rows, names=names)
        self._panes: Panes | None = None
        self._lock = threading.Lock()
        self._answers: list[Answer] = []
        self._then: Callable[[Answer], object] | None = None
        self._attributes: list[Any] | None = None
        self._has_thumbnail = False
        self.is_open = False

    @property
    def attributes(self) -> list[Any] | None:
        """The terminal's settings before ``open``; None where they could not be read."""
        return self._attributes

    def open(self) -> None:
        """Switch echo off and open the alternate screen."""
        import termios

        try:
            self._attributes = termios.tcgetattr(self._descriptor)
            attributes = termios.tcgetattr(self._descriptor)
            # ctrl+c and ctrl+z are keys, as they are for the app.
            attributes[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
            termios.tcsetattr(self._descriptor, termios.TCSANOW, attributes)
        except termios.error:
            self._attributes = None
        self._output = _open_anew(self._descriptor)
        self.is_open = True
        self._write(_OPEN)

    def close(self) -> None:
        """Leave the alternate screen and restore the settings, unless it was handed over."""
        with self._lock:
            was_open, self.is_open = self.is_open, False
            if was_open:
                self._write(_CLOSE)
            self._close_output()
        if not was_open:
            return
        if self._attributes is not None:
            import termios

            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._attributes)

    def hand_over(self, then: Callable[[Answer], object]) -> list[Answer]:
        """Stop painting and return the decoder's answers so far; later ones go to ``then``."""
        with self._lock:
            self.is_open = False
            self._close_output()
            self._then = then
            answers, self._answers = self._answers, []
        return answers

    def show_list(self, place: str, entries: Sequence[Entry]) -> None:
        """Paint title line and list, the first photo selected."""
        columns, rows = self._size
        ground = self._sgr(self._palette.foreground, self._palette.background)
        name, shown, _ = title_line(place, "", columns)
        lines = [
            self._at(0, 0),
            self._sgr(self._palette.accent, self._palette.panel, bold=True) + name,
            self._sgr(self._palette.foreground, self._palette.panel) + shown,
            "\x1b[K",
        ]
        for y in range(1, rows - 1):
            row = y - self._layout.photos.row
            listed = self._row(entries[row], row == 0) if row < len(entries) else ""
            lines.append(f"{self._at(0, y)}{ground}\x1b[K{listed}")
            rule = self._sgr(self._palette.rule, self._palette.background)
            lines.append(f"{self._at(self._layout.photos.columns, y)}{rule}│")
        bottom = self._sgr(self._palette.dim, self._palette.surface)
        lines.append(f"{self._at(0, rows - 1)}{bottom}\x1b[K\x1b[0m")
        self._paint(lines)

    def _row(self, entry: Entry, is_selected: bool) -> str:
        palette = self._palette
        ground = palette.cursor if is_selected else palette.background
        colours = {
            "": palette.foreground,
            "mark": palette.accent,
            "problem": palette.error,
            "detail": palette.dim,
        }
        return "".join(
            self._sgr(colours[kind], ground, bold=is_selected) + text
            for text, kind in photo_row(
                entry, None, False, self._layout.photos.columns, names=self._names
            )
        )

    def show_header(self, header: Header, shapes: Shapes) -> None:
        """Paint headings, caption, and placeholders where the images of these shapes will be."""
        layout, cell_aspect = self._layout, self._cell_aspect
        panes = panes_of(shapes, layout.pictures, layout.is_single, cell_aspect)
        self._panes = panes
        lines = []
        placeholder = self._sgr(self._palette.foreground, self._palette.surface)
        for shape, box in zip(
            (shapes.photo, shapes.depth), (panes.photo, panes.depth), strict=True
        ):
            fit = fit_cells(shape, box.size, Blocks.HALF, cell_aspect)
            rows = (placeholder + " " * fit.cols,) * fit.rows
            lines += self._centred(box, RenderedRows(fit, rows))
        if not self._layout.is_single:
            lines += self._headings(header, shapes, panes)
        self._paint(lines)

    def _headings(self, header: Header, shapes: Shapes, panes: Panes) -> Iterator[str]:
        photo, depth = panes.photo, panes.depth
        faint = self._sgr(self._faint, self._palette.background)
        size, count = header.primary.displayed_size, len(layer_cycle(layers_of(header), False))
        heading = photo_heading(photo.columns - 2, "photo", size, 1, count)
        yield self._at(photo.column + 1, photo.row - 1) + faint + heading
        heading = depth_heading(depth.columns - 2, header, shapes.depth)
        yield self._at(depth.column + 1, depth.row - 1) + faint + heading
        if panes.is_stacked:
            return
        for row, line in enumerate(caption(photo.columns - 2, header, False).split("\n")):
            left = photo.column + max(0, (photo.columns - cell_len(line)) // 2)
            yield f"{self._at(left, photo.row + photo.rows + row)}{faint}{line}"
        rule = self._sgr(self._palette.rule, self._palette.background)
        top = self._layout.pictures.row
        for row in range(top, top + self._layout.pictures.rows):
            yield f"{self._at(depth.column - 1, row)}{rule}│"

    def answered(self, answer: Answer) -> None:
        """Keep an answer of the decoder and paint its image; called in any thread."""
        with self._lock:
            then = self._then
            if then is None:
                self._answers.append(answer)
        if then is not None:
            then(answer)
            return
        if not isinstance(answer.rendered, RenderedRows) or self._panes is None:
            return
        kind = answer.request.layer.kind
        if kind is LayerKind.THUMBNAIL:
            self._has_thumbnail = True
        elif self._has_thumbnail and not answer.final:
            # A whole thumbnail is better than a part of the photo.
            return
        if self._layout.is_single:
            box = self._panes.photo if kind is LayerKind.DEPTH else None
        else:
            box = self._panes.depth if kind is LayerKind.DEPTH else self._panes.photo
        if box is not None:
            self._paint(self._centred(box, answer.rendered))

    def _centred(self, room: Box, picture: RenderedRows) -> list[str]:
        box = picture.fit.box_in(room)
        return [f"{self._at(box.column, box.row + y)}{row}" for y, row in enumerate(picture.rows)]

    @property
    def _faint(self) -> str:
        """The colour of headings: six parts of foreground to four of background."""
        mixed = [
            round(0.6 * front + 0.4 * back)
            for front, back in zip(
                bytes.fromhex(self._palette.foreground[1:]),
                bytes.fromhex(self._palette.background[1:]),
                strict=True,
            )
        ]
        return "#" + bytes(mixed).hex()

    @staticmethod
    def _at(column: int, row: int) -> str:
        return f"\x1b[{row + 1};{column + 1}H"

    @staticmethod
    def _sgr(foreground: str, background: str, *, bold: bool = False) -> str:
        front, back = bytes.fromhex(foreground[1:]), bytes.fromhex(background[1:])
        codes = ";".join(map(str, (38, 2, *front, 48, 2, *back)))
        return f"\x1b[0;{'1;' if bold else ''}{codes}m"

    def _paint(self, parts: Iterable[str]) -> None:
        with self._lock:
            if self.is_open:
                self._write("".join(parts) + "\x1b[0m")

    def _close_output(self) -> None:
        if self._output != self._descriptor:
            os.close(self._output)
            self._output = self._descriptor

    def _write(self, text: str) -> None:
        """Write text; after ``STALL_SECONDS`` without progress nothing more is written."""
        data = memoryview(text.encode())
        while data and not self._is_stalled:
            try:
                data = data[os.write(self._output, data) :]
            except BlockingIOError:
                _, writable, _ = select.select([], [self._output], [], STALL_SECONDS)
                self._is_stalled = not writable


def _open_anew(descriptor: int) -> int:
    """Return a descriptor of the same terminal that never blocks, else the one that is given.

    Not set on the given one: other programs that have the terminal share its flags.
    """
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return descriptor
