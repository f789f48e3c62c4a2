"""Replies of a terminal to the query for graphics, and what follows from them; without Textual."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.graphics import Graphics, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heicdepth_tui.ui.terminal.tmux import Tmux

__all__ = ["NOT_QUERIED", "QUERY", "Queried", "ReplySplitter", "graphics_of"]

QUERY = "\x1b[>q\x1b[16t\x1b[c"
"""XTVERSION, the size of a cell in pixels, and DA1, which every terminal replies to: the fence."""

_VERSION = re.compile(r"\x1bP>\|([^\x1b\x07]*)(?:\x1b\\|\x07)")
_CELL = re.compile(r"\x1b\[6;(\d+);(\d+)t")
_ATTRIBUTES = re.compile(r"\x1b\[\?([\d;]*)c")
_REPLY = re.compile("|".join(part.pattern for part in (_VERSION, _CELL, _ATTRIBUTES)))
_BEGUN = re.compile(r"\x1b(?:P(?:>(?:\|[^\x1b\x07]*\x1b?)?)?|\[(?:\?[\d;]*|6(?:;[\d;]*)?)?)?\Z")
"""The beginning of a reply at the end of what has been read."""
_LONGEST = 256
"""Characters after which what begins like a reply is none."""

_KITTY = re.compile(r"kitty\((\d+)\.(\d+)")
_LEAST_KITTY = (0, 28)
_SIXEL = 4
"""Attribute of DA1; xterm.js reports it where its images are switched on."""
_DEFAULT_CELL = (10, 20)
_WIDEST_CELL = 20
"""Pixels across a cell that images are drawn for; the terminal enlarges them to wider cells."""


@dataclass(frozen=True, slots=True)
class Queried:
    """The outcome of a query: the terminal's graphics, else ``reason`` says why it has none.

    ``typed`` is what was typed meanwhile. ``late`` takes out the replies that may still follow,
    where the fence did not come in time. ``cell`` is the (width, height) of a cell in pixels.
    """

    graphics: Graphics | None = None
    reason: str = ""
    typed: str = ""
    late: ReplySplitter | None = None
    cell: tuple[int, int] | None = None


NOT_QUERIED = Queried()


class ReplySplitter:
    """Takes the replies to ``QUERY`` out of what is read from a terminal, up to the fence."""

    def __init__(self) -> None:
        self._held = ""
        self._is_late = False
        self.version = ""
        """The name and version of the terminal, as it gives them."""
        self.cell_pixels: tuple[int, int] | None = None
        """The (width, height) of a cell in pixels."""
        self.attributes: tuple[int, ...] | None = None
        """The attributes of DA1; None before the fence."""

    @property
    def is_done(self) -> bool:
        """Whether the fence has come: no reply follows."""
        return self.attributes is not None

    def feed(self, text: str) -> str:
        """Take in text; return what of it is no reply, and is not held as the beginning of one."""
        if self.is_done:
            return text
        text, self._held = self._held + text, ""
        typed: list[str] = []
        while (found := _REPLY.search(text)) is not None:
            typed.append(text[: found.start()])
            text = text[found.end() :]
            if self._take(found[0]):
                return "".join(typed) + text
        begun = _BEGUN.search(text)
        is_key = self._is_late and begun is not None and begun[0] == "\x1b"
        if begun is not None and len(begun[0]) <= _LONGEST and not is_key:
            text, self._held = text[: begun.start()], begun[0]
        return "".join(typed) + text

    def end_waiting(self) -> str:
        """Take an escape as a key from now on, not as a reply begun; return one that is held."""
        self._is_late = True
        held, self._held = self._held, ""
        return self.feed(held)

    def _take(self, reply: str) -> bool:
        """Take in a reply; return whether it is the fence."""
        if (version := _VERSION.fullmatch(reply)) is not None:
            self.version = version[1]
        elif (cell := _CELL.fullmatch(reply)) is not None:
            height, width = int(cell[1]), int(cell[2])
            self.cell_pixels = (width, height) if width and height else None
        elif (attributes := _ATTRIBUTES.fullmatch(reply)) is not None:
            self.attributes = tuple(int(one) for one in attributes[1].split(";") if one)
        return self.attributes is not None


def graphics_of(
    wanted: str,
    replies: ReplySplitter,
    tmux: Tmux | None,
    environ: Mapping[str, str],
    window_cell: tuple[int, int] | None = None,
) -> Graphics | str:
    """Return the graphics of a terminal, or why there are none.

    ``wanted`` is ``auto``, or ``kitty`` or ``iterm`` for terminals that are not recognised.
    ``window_cell`` is the size of a cell by the terminal's driver.
    """
    version = replies.version if tmux is None else tmux.version
    protocol = _protocol_of(version, replies.attributes, environ if tmux is None else {})
    if wanted != "auto" and not _is_old_kitty(version):
        protocol = Protocol(wanted)
    if isinstance(protocol, str):
        return protocol
    if tmux is not None:
        if protocol is Protocol.ITERM:
            return "within tmux only by kitty or Ghostty"
        if not tmux.passes:
            return "tmux has allow-passthrough off"
    cell = replies.cell_pixels or window_cell or _DEFAULT_CELL
    return Graphics(protocol, _narrowed(cell), is_wrapped=tmux is not None)


def _protocol_of(
    version: str, attributes: tuple[int, ...] | None, environ: Mapping[str, str]
) -> Protocol | str:
    """Return the protocol of a terminal by its own name, or why it has none."""
    name = version.lower()
    if _is_old_kitty(version):
        return f"kitty is older than {'.'.join(map(str, _LEAST_KITTY))}"
    if name.startswith(("kitty(", "ghostty")):
        return Protocol.KITTY
    if name.startswith(("wezterm", "iterm2")):
        return Protocol.ITERM
    is_code = name.startswith("xterm.js") or environ.get("TERM_PROGRAM") == "vscode"
    if is_code and _SIXEL in (attributes or ()):
        return Protocol.ITERM
    if is_code:
        return "terminal.integrated.enableImages is off"
    return f"not known of {version or 'this terminal'}"


def _is_old_kitty(version: str) -> bool:
    found = _KITTY.match(version)
    return found is not None and (int(found[1]), int(found[2])) < _LEAST_KITTY


def _narrowed(cell: tuple[int, int]) -> tuple[int, int]:
    """Return a cell of the same aspect, ``_WIDEST_CELL`` pixels wide at most."""
    width, height = cell
    if width <= _WIDEST_CELL:
        return cell
    return _WIDEST_CELL, max(1, round(height * _WIDEST_CELL / width))
