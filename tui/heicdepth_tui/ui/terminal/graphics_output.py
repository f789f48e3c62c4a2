"""Sends images to the terminal piece by piece, and frees them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.graphics import EncodedImage, Graphics, Protocol
from heicdepth_tui.ui.terminal import kitty_graphics as kitty
from heicdepth_tui.ui.terminal.iterm_graphics import inline_image
from heicdepth_tui.ui.terminal.tmux import wrapped

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderedRows
    from heicdepth_tui.ui.terminal.flow_control import FlowControl
    from heicdepth_tui.ui.terminal.output import Output

__all__ = ["GraphicsOutput"]

PIECE = 8
"""Commands of 4 KiB each that are written at once: 26 ms on a line of 10 Mbit/s."""

PIECE_SECONDS = 0.15
"""A piece whose reply takes longer is the last: less than 2 Mbit/s."""

_FIRST_COLOUR = 16
"""The first of the 256 colours that is not one of the terminal's own 16."""
_COLOURS = 240


@dataclass(slots=True, eq=False)
class _Pane:
    """The two ids of a pane, which take turns, and the one on show."""

    ids: tuple[int, int]
    shown: int | None = None

    @property
    def next_id(self) -> int:
        return self.ids[self.shown == self.ids[0]]


@dataclass(slots=True, eq=False)
class _Job:
    """An image on its way to a pane."""

    slot: str
    image: EncodedImage
    when_sent: Callable[[RenderedRows | None], object]
    number: int = 0
    commands: tuple[str, ...] = ()
    is_cancelled: bool = False


class GraphicsOutput:
    """Sends the newest image of each pane to kitty or Ghostty; for the app's thread.

    An image goes in pieces, and each waits for the terminal's reply to the one before: what is
    shown by keys meanwhile goes first, and a line that turns out to be slow gets no further piece.
    """

    def __init__(
        self, graphics: Graphics | None, output: Output, flow_control: FlowControl
    ) -> None:
        self.graphics = graphics
        self._output = output
        self._flow_control = flow_control
        self._top = 1 + secrets.randbelow(255)
        self._first = secrets.randbelow(_COLOURS)
        self._panes: dict[str, _Pane] = {}
        self._waiting: dict[str, _Job] = {}
        self._sending: _Job | None = None
        self._unused: list[int] = []

    @property
    def protocol(self) -> Protocol | None:
        """The terminal's protocol; None where it shows no pixels."""
        return None if self.graphics is None else self.graphics.protocol

    def show(
        self, slot: str, image: EncodedImage, when_sent: Callable[[RenderedRows | None], object]
    ) -> None:
        """Send an image; ``when_sent`` gets the cells that show it, unless it is cancelled.

        It gets None where the line is slow.
        """
        self.cancel(slot)
        if max(image.fit.cols, image.fit.rows) <= kitty.MAX_CELLS:
            self._waiting[slot] = _Job(slot, image, when_sent)
            self._send_soon()

    def cancel(self, slot: str) -> None:
        """Send nothing more of an image that is on its way to a pane."""
        self._waiting.pop(slot, None)
        if self._sending is not None and self._sending.slot == slot:
            self._sending.is_cancelled = True

    def free(self, slot: str) -> None:
        """Free the image of a pane, which shows it no longer, once the screen is written."""
        self.cancel(slot)
        pane = self._panes.get(slot)
        if pane is not None and pane.shown is not None:
            self._unused.append(pane.shown)
            pane.shown = None
            self._output.after_flush(self._delete_unused)

    def forget(self) -> str:
        """Return the commands that free all images, and forget them: the terminal is left."""
        begun, self._sending = self._sending, None
        self._waiting.clear()
        numbers, self._unused = self._unused, []
        numbers += [pane.shown for pane in self._panes.values() if pane.shown is not None]
        for pane in self._panes.values():
            pane.shown = None
        if begun is not None:
            numbers.append(begun.number)
        commands = [kitty.end_of_pieces()] if begun is not None else []
        return self._passed_on(*commands, *map(kitty.delete, numbers))

    @property
    def is_busy(self) -> bool:
        """Whether an image is on its way."""
        return bool(self._waiting) or self._sending is not None

    def draw(self, image: EncodedImage, column: int, row: int) -> None:
        """Draw an image over the cells from (column, row) on by iTerm2's protocol."""
        self._output.write_graphics(inline_image(image, column, row))

    def uncover(self) -> None:
        """Have every cell written again: an image lay over some that are known to be written."""
        self._output.forget_screen()

    def _send_soon(self) -> None:
        if self._waiting or self._sending is not None:
            self._flow_control.send("graphics", self._send_piece, alone=True)

    def _send_piece(self) -> None:
        job = self._sending
        if job is None:
            if self._flow_control.is_slow:
                self._give_up()
            if not self._waiting:
                return
            job = self._begin(self._waiting.pop(next(iter(self._waiting))))
        if job.is_cancelled or self._flow_control.reply_seconds > PIECE_SECONDS:
            self._sending = None
            self._write(kitty.end_of_pieces(), kitty.delete(job.number))
            if not job.is_cancelled:
                job.when_sent(None)
        else:
            piece, job.commands = job.commands[:PIECE], job.commands[PIECE:]
            self._write(*piece)
            if not job.commands:
                self._end(job)
        self._send_soon()

    def _give_up(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for job in waiting.values():
            job.when_sent(None)

    def _begin(self, job: _Job) -> _Job:
        pane = self._panes.get(job.slot)
        if pane is None:
            first = 2 * len(self._panes)
            ids = [
                kitty.image_id(self._top, _FIRST_COLOUR + (self._first + first + n) % _COLOURS)
                for n in range(2)
            ]
            pane = self._panes[job.slot] = _Pane((ids[0], ids[1]))
        job.number = pane.next_id
        self._delete_unused()
        job.commands = tuple(kitty.transmission(job.number, job.image.data, job.image.fit))
        self._sending = job
        return job

    def _end(self, job: _Job) -> None:
        self._sending = None
        pane = self._panes[job.slot]
        before, pane.shown = pane.shown, job.number
        job.when_sent(kitty.placeholder_rows(job.number, job.image.fit))
        if before is not None:
            self._unused.append(before)
            self._output.after_flush(self._delete_unused)

    def _delete_unused(self) -> None:
        """Free images that are shown no longer; not between the pieces of another."""
        if self._sending is None:
            numbers, self._unused = self._unused, []
            self._write(*map(kitty.delete, numbers))

    def _passed_on(self, *commands: str) -> str:
        is_wrapped = self.graphics is not None and self.graphics.is_wrapped
        return "".join(map(wrapped, commands) if is_wrapped else commands)

    def _write(self, *commands: str) -> None:
        if commands:
            self._output.write_graphics(self._passed_on(*commands))
