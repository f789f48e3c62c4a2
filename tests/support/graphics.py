"""Readers of the protocols for images in terminals, which know nothing of the package.

Written from the protocols' descriptions: kitty's graphics protocol with Unicode placeholders, and
iTerm2's inline images.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pyte
from PIL import Image

from tests.support.terminal import Terminal

__all__ = ["GraphicsTerminal", "InlineImage", "KittyReader", "Placeholder", "placeholders_on"]

_APC = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")
_PASSED = re.compile(rb"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")
_INLINE = re.compile(rb"\x1b\[(\d+);(\d+)H\x1b\]1337;File=([^:\x07]*):([^\x07]*)\x07")
_BEGUN = re.compile(
    rb"\x1b(?:_[^\x1b]*\x1b?|P[^\x1b]*(?:\x1b\x1b[^\x1b]*)*\x1b?)?\Z"
    rb"|(?:\x1b\[\d+;\d+H)?(?:\x1b(?:\][^\x07]*)?)?\Z"
)
"""The end of a piece that may go on in the next one, with the place of an inline image."""

_PLACEHOLDER = "\U0010eeee"
_EXCLUDED = "0300-0304 0306-030C 030F 0311 0313-0314 0342 0653-0654"
_NEWER = (
    "0487 0898 089C-089F 08CA-08FF 09FE 1AB0-1ACE 1CF4 1CF8-1CF9 1DE7-1DFD A674-A67B A69E-A69F "
    "FE27-FE2F 10376-1037A 10AE5 10D24-10D27 10D69-10D6D 10EAB-10EAC 10F48-10F85 11100-11102 "
    "11366-11374 113E1-113E2 1145E 16B30-16B36 1E000-1E02A 1E08F 1E130-1E136 1E2AE 1E2EC-1E2EF "
    "1E4EF 1E5EE 1E6E3-1E6F5 1E944-1E949"
)
"""Code points that Unicode 6.0, which the protocol is defined by, does not have."""


def _code_points(runs: str) -> set[int]:
    found: set[int] = set()
    for run in runs.split():
        first, _, last = run.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def _diacritics() -> dict[str, int]:
    left_out = (_code_points(_EXCLUDED) | _code_points(_NEWER)) - {0x0305, 0x030D, 0x0487}
    found = [
        char
        for char in map(chr, range(0x1D250))
        if unicodedata.combining(char) == 230
        and unicodedata.category(char) == "Mn"
        and unicodedata.bidirectional(char) == "NSM"
        and not unicodedata.decomposition(char)
        and ord(char) not in left_out
    ]
    return {char: number for number, char in enumerate(found)}


DIACRITICS = _diacritics()
"""The number that each diacritic stands for, by the rule of the protocol."""


@dataclass(frozen=True)
class Placeholder:
    """A cell of an image: the id, and the row and column of the image that it shows."""

    number: int
    row: int
    column: int


def placeholders_on(screen: pyte.Screen) -> dict[tuple[int, int], Placeholder]:
    """Return what the cells of a screen show of images, by their (column, row)."""
    found: dict[tuple[int, int], Placeholder] = {}
    for y, line in screen.buffer.items():
        for x, cell in line.items():
            if cell.data.startswith(_PLACEHOLDER):
                # The output may have been read up to the middle of a cell.
                numbers = [DIACRITICS[char] for char in cell.data[1:]]
                row, column, top = numbers if len(numbers) == 3 else (-1, -1, 0)
                found[x, y] = Placeholder(top << 24 | _index(cell.fg), row, column)
    return found


@dataclass
class _Transfer:
    control: dict[str, str]
    payload: str = ""


@dataclass
class Stored:
    """An image that the terminal holds, and the cells of its virtual placement."""

    image: Image.Image
    columns: int
    rows: int


@dataclass
class KittyReader:
    """Takes a stream of bytes apart into commands and text, as a terminal does.

    Raises AssertionError for what the protocol forbids.
    """

    is_in_tmux: bool = False
    images: dict[int, Stored] = field(default_factory=dict)
    sent: list[int] = field(default_factory=list)
    """The ids of all images that came whole."""
    broken: list[int] = field(default_factory=list)
    """The ids of transmissions that were ended before they were whole."""
    inline: list[InlineImage] = field(default_factory=list)
    _transfer: _Transfer | None = None
    _held: bytes = b""

    @property
    def is_receiving(self) -> bool:
        return self._transfer is not None

    def feed(self, data: bytes) -> bytes:
        """Take in bytes; return the text among them."""
        data = self._held + data
        begun = _BEGUN.search(data)
        data, self._held = (data, b"") if begun is None else (data[: begun.start()], begun[0])
        if self.is_in_tmux:
            assert not _APC.search(_PASSED.sub(b"", data)), "a command that tmux would drop"
            data = _PASSED.sub(lambda found: found[1].replace(b"\x1b\x1b", b"\x1b"), data)
        for found in _INLINE.finditer(data):
            self.inline.append(_inline_image(*found.groups()))
        return _INLINE.sub(b"", _APC.sub(self._command, data))

    def _command(self, found: re.Match[bytes]) -> bytes:
        control = dict(pair.split("=") for pair in found[1].decode("ascii").split(","))
        payload = (found[2] or b"").decode("ascii")
        assert control.pop("q") == "2", "the terminal would reply"
        assert len(payload) <= 4096
        if self._transfer is not None:
            assert set(control) == {"m"}, "a command between the pieces of an image"
        if control.get("a") == "d":
            assert control["d"] == "I"
            self.images.pop(int(control["i"]), None)
            return b""
        transfer = self._transfer or _Transfer(control)
        transfer.payload += payload
        self._transfer = transfer if control["m"] == "1" else None
        if self._transfer is not None:
            assert len(payload) % 4 == 0, "only the last piece may be padded"
        else:
            self._store(transfer)
        return b""

    def _store(self, transfer: _Transfer) -> None:
        control = transfer.control
        assert (control["a"], control["U"], control["f"]) == ("T", "1", "100")
        number = int(control["i"])
        assert 0 < number < 1 << 32
        try:
            image = Image.open(BytesIO(b64decode(transfer.payload)))
            assert image.format == "PNG"
            image.load()
        except (OSError, SyntaxError):
            self.broken.append(number)
            return
        self.images[number] = Stored(image, int(control["c"]), int(control["r"]))
        self.sent.append(number)


@dataclass(frozen=True)
class InlineImage:
    """An image of iTerm2's protocol, drawn over cells from (column, row) on, from 0."""

    column: int
    row: int
    columns: int
    rows: int
    image: Image.Image


def _inline_image(row: bytes, column: bytes, arguments: bytes, payload: bytes) -> InlineImage:
    given = dict(pair.split("=") for pair in arguments.decode("ascii").split(";"))
    data = b64decode(payload)
    assert given["inline"] == "1"
    assert int(given["size"]) == len(data)
    assert given["preserveAspectRatio"] == "0"
    image = Image.open(BytesIO(data))
    assert image.format == "JPEG"
    image.load()
    cells = int(given["width"]), int(given["height"])
    return InlineImage(int(column) - 1, int(row) - 1, *cells, image)


class GraphicsTerminal(Terminal):
    """A terminal that shows images by kitty's or iTerm2's protocol."""

    def __init__(
        self, arguments: list[str], cwd: Path, identity: str, *, tmux: bool = False, **env: str
    ) -> None:
        self.reader = KittyReader(is_in_tmux=tmux)
        super().__init__(arguments, cwd, 120, 40, 0.0, identity, (0, 0), **env)

    def take(self, data: bytes) -> bytes:
        return self.reader.feed(data)

    @property
    def placeholders(self) -> dict[tuple[int, int], Placeholder]:
        """The cells that show an image, by (column, row)."""
        return placeholders_on(self.screen)

    def shows_pixels(self, images: int) -> bool:
        """Return whether as many images are held, and each is shown, every cell of it once."""
        held = self.reader.images
        expected = sorted(
            (number, column, row)
            for number, stored in held.items()
            for column in range(stored.columns)
            for row in range(stored.rows)
        )
        found = sorted((cell.number, cell.column, cell.row) for cell in self.placeholders.values())
        return len(held) == images and found == expected


def _index(colour: str) -> int:
    """Return the entry of the 256 colours that pyte gives as a colour."""
    rgb = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    if len(set(rgb)) == 1 and (rgb[0] - 8) % 10 == 0 and rgb[0] < 239:
        return 232 + (rgb[0] - 8) // 10
    levels = [(0, 95, 135, 175, 215, 255).index(level) for level in rgb]
    return 16 + 36 * levels[0] + 6 * levels[1] + levels[2]
