"""Lays pictures out on one sheet with headings, marks, legends and scale bars, as an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from heicdepth_tui.draw.colormaps import palette_ramp
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.text import printable

__all__ = ["Panel", "Place", "Ramp", "draw_sheet"]

Rgb = NDArray[np.uint8]
Place = tuple[float, float]
"""Shares of a picture's width and height, from its top left."""

_GROUND, _INK, _DIM = (17, 19, 24), (232, 234, 238), (160, 165, 175)
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_LEAST_TEXT, _MOST_TEXT = 14, 30
"""Height of the letters in pixels."""
_ROWS = 44
"""Heights of a letter in the height of a picture."""
_NARROWEST = 24
"""Widths of a column in heights of a letter, for the texts of a narrow picture."""
_ARM = 1.5
"""Length of an arm of the crosshair in heights of a letter."""
_FONT_SIGNS = frozenset("·°")
"""What Pillow's own font has beside ASCII."""
_SIGNS = str.maketrans(
    {"×": "x", "−": "-", "–": "-", "≈": "~", "±": "+-", "…": "...", "—": "-", "’": "'"}
)


@dataclass(frozen=True, slots=True)
class Ramp:
    """The legend of a colour map: near at the left, texts before and after it, ticks below it."""

    colormap: str
    is_far_bright: bool
    ends: tuple[str, str]
    ticks: tuple[tuple[float, str], ...]
    """Share of the ramp's length, and the text."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A picture, ``rgb`` (H, W, 3), with what stands over and under it."""

    rgb: Rgb
    heading: str
    notes: tuple[str, ...] = ()
    """Lines under the picture."""
    ramp: Ramp | None = None
    cross: Place | None = None
    marks: tuple[tuple[Place, str], ...] = ()
    """Centres of marks, and their labels."""
    labels: tuple[tuple[Place, str], ...] = ()
    """Texts on a ground of their own, by their left edge; none is drawn over an earlier one."""
    bar: tuple[float, str] | None = None
    """A scale bar: its length as a share of the width, and its text."""


def draw_sheet(title: str, panels: Sequence[Panel]) -> Image.Image:
    """Return the panels beside each other, as high as the highest, under a title.

    Lower pictures are enlarged by repeating their samples, never smoothed. ValueError without any
    panel.
    """
    if not panels:
        raise ValueError("a sheet needs a panel")
    height = max(panel.rgb.shape[0] for panel in panels)
    text = min(_MOST_TEXT, max(_LEAST_TEXT, height // _ROWS))
    columns = [_Column(panel, height, text) for panel in panels]
    gap = text
    width = sum(column.width for column in columns) + gap * (len(columns) + 1)
    heading = _lines(title, _font(text), width - 2 * gap)
    top = gap + len(heading) * _pitch(text) + gap // 2
    full = top + max(column.height for column in columns) + gap
    image = Image.new("RGB", (width, full), _GROUND)
    draw = ImageDraw.Draw(image)
    _write(draw, (gap, gap), heading, text, _INK)
    left = gap
    for column in columns:
        column.draw(image, draw, left, top)
        left += column.width + gap
    return image


class _Column:
    """A panel at its place on the sheet, ``rows`` pixels high without its texts."""

    def __init__(self, panel: Panel, rows: int, text: int) -> None:
        height, width = panel.rgb.shape[:2]
        size = max(1, round(width * rows / height)), rows
        self._panel, self._text = panel, text
        self._rgb = shrink(panel.rgb, size)
        self._size = size
        self.width = max(size[0], _NARROWEST * text)
        font = _font(text)
        self._heading = _lines(panel.heading, font, self.width)
        self._notes = [line for note in panel.notes for line in _lines(note, font, self.width)]
        pitch = _pitch(text)
        self._under = len(self._heading) * pitch + text // 2 + rows + text // 2
        ramp = 0 if panel.ramp is None else 2 * pitch + text // 2
        self.height = self._under + ramp + len(self._notes) * pitch

    def draw(self, image: Image.Image, draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
        text, pitch = self._text, _pitch(self._text)
        _write(draw, (left, top), self._heading, text, _INK)
        at = (
            left + (self.width - self._size[0]) // 2,
            top + len(self._heading) * pitch + text // 2,
        )
        image.paste(Image.fromarray(np.ascontiguousarray(self._rgb)), at)
        self._draw_over(draw, at)
        row = top + self._under
        if self._panel.ramp is not None:
            _draw_ramp(image, draw, (left, row), self.width, text, self._panel.ramp)
            row += 2 * pitch + text // 2
        _write(draw, (left, row), self._notes, text, _DIM)

    def _draw_over(self, draw: ImageDraw.ImageDraw, at: tuple[int, int]) -> None:
        panel, text = self._panel, self._text
        if panel.bar is not None:
            self._draw_bar(draw, at, panel.bar)
        taken: list[_Box] = []
        for place, label in panel.labels:
            x, y = self._pixel(at, place)
            _, _, right, _ = _box((x, y), label, text)
            x -= max(0, right - at[0] - self._size[0])
            box = _box((x, y - text // 2), label, text)
            if not any(map(partial(_overlap, box), taken)):
                taken.append(box)
                _boxed(draw, (x, y - text // 2), label, text)
        for place, label in panel.marks:
            x, y = self._pixel(at, place)
            _lines_in_two_colours(draw, _arms(x, y, text / 3, 0.0))
            _boxed(draw, (x + text // 2, y - text), label, text)
        if panel.cross is not None:
            x, y = self._pixel(at, panel.cross)
            _lines_in_two_colours(draw, _arms(x, y, _ARM * text, text / 3))

    def _draw_bar(
        self, draw: ImageDraw.ImageDraw, at: tuple[int, int], bar: tuple[float, str]
    ) -> None:
        share, label = bar
        length = max(2, round(share * self._size[0]))
        right, row = at[0] + self._size[0] - self._text, at[1] + self._size[1] - self._text
        _lines_in_two_colours(
            draw,
            [
                ((right - length, row), (right, row)),
                ((right - length, row - self._text // 3), (right - length, row)),
                ((right, row - self._text // 3), (right, row)),
            ],
        )
        width = round(_font(self._text).getlength(_plain(label)))
        _boxed(draw, (right - width, row - 2 * self._text), label, self._text)

    def _pixel(self, at: tuple[int, int], place: Place) -> tuple[int, int]:
        return (
            at[0] + min(self._size[0] - 1, int(place[0] * self._size[0])),
            at[1] + min(self._size[1] - 1, int(place[1] * self._size[1])),
        )


_Line = tuple[tuple[float, float], tuple[float, float]]


def _arms(x: int, y: int, length: float, hole: float) -> list[_Line]:
    """Return four arms about a pixel; the sample in their middle stays in view."""
    return [
        ((x + across * hole, y + down * hole), (x + across * length, y + down * length))
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]


def _lines_in_two_colours(draw: ImageDraw.ImageDraw, lines: Sequence[_Line]) -> None:
    """Draw white lines with black edges: seen on every colour."""
    for width, colour in ((5, _BLACK), (2, _WHITE)):
        for line in lines:
            draw.line(line, fill=colour, width=width)


def _boxed(draw: ImageDraw.ImageDraw, at: tuple[int, int], label: str, text: int) -> None:
    draw.rectangle(_box(at, label, text), _GROUND)
    draw.text(at, _plain(label), fill=_INK, font=_font(text))


_Box = tuple[int, int, int, int]


def _box(at: tuple[int, int], label: str, text: int) -> _Box:
    """Return the left, top, right and bottom of a label with its ground."""
    width, edge = round(_font(text).getlength(_plain(label))), text // 5
    return at[0] - edge, at[1] - edge, at[0] + width + edge, at[1] + text + edge


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_ramp(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    width: int,
    text: int,
    ramp: Ramp,
) -> None:
    font = _font(text)
    near, far = (_plain(end) for end in ramp.ends)
    before, after = (round(font.getlength(end)) + text // 2 for end in (near, far))
    length = max(2, width - before - after)
    codes = np.rint(np.linspace(*((0, 255) if ramp.is_far_bright else (255, 0)), length))
    row = palette_ramp(ramp.colormap, ColorMode.TRUECOLOR)[codes.astype(np.uint8)]
    band = np.repeat(row[None], text, axis=0)
    left = at[0] + before
    image.paste(Image.fromarray(np.ascontiguousarray(band)), (left, at[1]))
    draw.text(at, near, fill=_INK, font=font)
    draw.text((left + length + text // 2, at[1]), far, fill=_INK, font=font)
    for share, tick in ramp.ticks:
        x = left + round(share * (length - 1))
        draw.line(((x, at[1]), (x, at[1] + text + text // 4)), fill=_INK, width=1)
        draw.text((x, at[1] + _pitch(text)), _plain(tick), fill=_INK, font=font, anchor="ma")


def _font(text: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(text)


def _pitch(text: int) -> int:
    return text * 3 // 2


def _plain(text: str) -> str:
    """Return text in the signs that Pillow's own font has; others by their number."""
    return "".join(
        char
        if char.isascii() or char in _FONT_SIGNS
        else char.encode("ascii", "backslashreplace").decode()
        for char in printable(text).translate(_SIGNS)
    )


def _lines(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    return list(_wrapped(_plain(text), font, width)) if text else []


def _wrapped(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> Iterator[str]:
    """Yield lines of whole words; a word longer than a line goes past its end."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    lines: Sequence[str],
    text: int,
    colour: tuple[int, int, int],
) -> None:
    for number, line in enumerate(lines):
        draw.text((at[0], at[1] + number * _pitch(text)), line, fill=colour, font=_font(text))
