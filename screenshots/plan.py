"""Draw floor plans of clouds: points seen from above, thin lines, text, all anti-aliased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ["ACCENT", "DIM", "GROUND", "PANEL", "RULE", "STRONG", "TEXT", "Area", "Canvas", "Plan"]

GROUND, PANEL, RULE = "#101216", "#16191f", "#2c323c"
TEXT, STRONG, DIM, ACCENT = "#c9ced6", "#eef0f3", "#8b93a0", "#e8a355"

_FINE = 3
"""Everything but text is drawn this many times finer, then averaged."""
_SPLAT = 5
"""Side of a point in fine pixels."""
_FONTS = {
    False: ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Helvetica.ttc", "arial.ttf"),
    True: ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "Helvetica.ttc", "arialbd.ttf"),
}

Point = tuple[float, float]


class Area(NamedTuple):
    """A rectangle of the picture, pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way from left to right."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Plan:
    """A map from the floor to the picture: x to the right, ``away`` upwards, one scale for both."""

    origin: Point
    """Pixel of x = 0, away = 0."""
    scale: float
    """Pixels a unit."""

    def at(self, x: float, away: float) -> Point:
        """Return the pixel of a place on the floor."""
        return self.origin[0] + self.scale * x, self.origin[1] - self.scale * away


class Canvas:
    """A picture of ``width`` x ``height`` pixels; shapes first, text on top of all of them."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._fine = Image.new("RGB", (width * _FINE, height * _FINE), GROUND)
        self._draw = ImageDraw.Draw(self._fine, "RGBA")
        self._texts: list[_Text] = []
        self._pictures: list[tuple[Image.Image, tuple[int, int]]] = []

    def points(
        self,
        plan: Plan,
        floor: NDArray[np.floating],
        height: NDArray[np.floating],
        rgb: NDArray[np.uint8],
        window: Area,
    ) -> None:
        """Draw points (N, 2: x, away) in their colours (N, 3), what is higher over what is lower.

        Only what falls into ``window`` (left, top, right, bottom, pixels) is drawn.
        """
        left, top, right, bottom = (round(edge * _FINE) for edge in window)
        order = np.argsort(height, kind="stable")
        x = np.rint((plan.origin[0] + plan.scale * floor[order, 0]) * _FINE).astype(int) - left
        y = np.rint((plan.origin[1] - plan.scale * floor[order, 1]) * _FINE).astype(int) - top
        pixels = np.asarray(self._fine.crop((left, top, right, bottom))).copy()
        rank = np.full(pixels.shape[:2], -1)
        for dy in range(_SPLAT):
            for dx in range(_SPLAT):
                u, v = x + dx - _SPLAT // 2, y + dy - _SPLAT // 2
                inside = np.flatnonzero(
                    (u >= 0) & (u < right - left) & (v >= 0) & (v < bottom - top)
                )
                np.maximum.at(rank, (v[inside], u[inside]), inside)
        seen = rank >= 0
        pixels[seen] = rgb[order][rank[seen]]
        self._fine.paste(Image.fromarray(pixels), (left, top))

    def panel(self, box: Area, fill: str = PANEL) -> None:
        """Fill a rectangle with slightly rounded corners."""
        self._draw.rounded_rectangle([edge * _FINE for edge in box], 6 * _FINE, fill=fill)

    def line(
        self, start: Point, end: Point, color: str, width: float = 1.0, dash: float = 0.0
    ) -> None:
        """Draw a straight line, of dashes ``dash`` pixels long where that is not 0."""
        a, b = np.array(start), np.array(end)
        length = float(np.hypot(*(b - a)))
        pieces = [(0.0, length)]
        if dash:
            pieces = [(at, min(at + dash, length)) for at in np.arange(0, length, 2 * dash)]
        for begin, stop in pieces:
            ends = [a + (b - a) * part / max(length, 1e-9) for part in (begin, stop)]
            flat = [float(value) * _FINE for point in ends for value in point]
            self._draw.line(flat, fill=color, width=max(1, round(width * _FINE)))

    def polygon(self, corners: Sequence[Point], color: str, width: float = 1.5) -> None:
        """Draw a closed outline."""
        for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
            self.line(start, end, color, width)

    def circle(self, centre: Point, radius: float, color: str, width: float = 1.5) -> None:
        """Draw a thin circle; ``radius`` in pixels to the middle of the line."""
        reach = radius + width / 2
        box = [(centre[0] - reach) * _FINE, (centre[1] - reach) * _FINE]
        box += [(centre[0] + reach) * _FINE, (centre[1] + reach) * _FINE]
        self._draw.ellipse(box, outline=color, width=round(width * _FINE))

    def dot(self, centre: Point, radius: float, color: str) -> None:
        """Draw a disc."""
        corners = [(centre[0] - radius) * _FINE, (centre[1] - radius) * _FINE]
        corners += [(centre[0] + radius) * _FINE, (centre[1] + radius) * _FINE]
        self._draw.ellipse(corners, fill=color)

    def shape(self, corners: Sequence[Point], color: str) -> None:
        """Fill a polygon; the colour may have an alpha."""
        self._draw.polygon([(x * _FINE, y * _FINE) for x, y in corners], fill=color)

    def picture(self, rgb: NDArray[np.uint8], box: tuple[int, int, int, int]) -> None:
        """Put a picture (H, W, 3), or grey (H, W), into a box (left, top, right, bottom)."""
        size = (box[2] - box[0], box[3] - box[1])
        image = Image.fromarray(rgb).convert("RGB").resize(size, Image.Resampling.LANCZOS)
        self._pictures.append((image, box[:2]))

    def text(
        self,
        at: Point,
        words: str,
        color: str = TEXT,
        size: int = 18,
        *,
        bold: bool = False,
        anchor: str = "ls",
    ) -> None:
        """Write one line, what stands between stars in bold.

        ``anchor`` as Pillow names it: ``ls`` is left on the base line; stars only with that one.
        """
        self._texts.append(_Text(at, words, color, size, bold, anchor))

    def save(self, path: Path) -> None:
        """Write the picture as PNG."""
        image = self._fine.resize(self.size, Image.Resampling.BOX)
        for picture, at in self._pictures:
            image.paste(picture, at)
        draw = ImageDraw.Draw(image)
        for text in self._texts:
            text.write(draw)
        image.save(path, optimize=True)


@dataclass(frozen=True, slots=True)
class _Text:
    """One line, parts of it bold."""

    at: Point
    words: str
    color: str
    size: int
    bold: bool
    anchor: str

    def write(self, draw: ImageDraw.ImageDraw) -> None:
        """Write it with a dark rim, so that it can be read on points too."""
        x, y = self.at
        for number, words in enumerate(self.words.split("*")):
            font = _font(self.size, self.bold or number % 2 == 1)
            color = STRONG if number % 2 else self.color
            for rim in (2, 0):
                draw.text(
                    (x, y), words, color, font, self.anchor, stroke_width=rim, stroke_fill=GROUND
                )
            x += font.getlength(words)


def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    for name in _FONTS[bold]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    raise SystemExit("no sans-serif font found: install DejaVu Sans")
