"""Paint a screen of the app: block characters as exact rectangles, text by a mono font."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

__all__ = ["painted"]

_CELL = (10, 20)
_FONT_SIZE = 16
_FONTS = (
    "DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "LiberationMono-Regular.ttf",
    "Menlo.ttc",
    "consola.ttf",
)
_QUADRANTS = {
    "▖": (2,), "▗": (3,), "▘": (0,), "▝": (1,), "▚": (0, 3), "▞": (1, 2),
    "▙": (0, 2, 3), "▛": (0, 1, 2), "▜": (0, 1, 3), "▟": (1, 2, 3),
}  # fmt: skip

Box = tuple[int, int, int, int]


def painted(rows: Sequence[Sequence[Segment]], *, foreground: str, background: str) -> Image.Image:
    """Return rows of styled segments as an image, one cell 10 x 20 pixels."""
    columns = max(sum(cell_len(segment.text) for segment in row) for row in rows)
    image = Image.new("RGB", (columns * _CELL[0], len(rows) * _CELL[1]), background)
    draw = ImageDraw.Draw(image)
    fonts = {bold: _font(bold) for bold in (False, True)}
    for y, row in enumerate(rows):
        x = 0
        for text, style, control in row:
            if control:
                continue
            ink, ground = _colours(style, foreground, background)
            for char in text:
                width = cell_len(char)
                if width:
                    bold = bool(style is not None and style.bold)
                    _paint_cell(draw, (x, y), width, char, ink, ground, fonts[bold])
                x += width
    return image


def _paint_cell(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    cells: int,
    char: str,
    ink: str,
    ground: str,
    font: ImageFont.FreeTypeFont,
) -> None:
    left, top = at[0] * _CELL[0], at[1] * _CELL[1]
    draw.rectangle((left, top, left + cells * _CELL[0] - 1, top + _CELL[1] - 1), fill=ground)
    boxes = _block(char)
    if boxes is not None:
        for x0, y0, x1, y1 in boxes:
            draw.rectangle((left + x0, top + y0, left + x1 - 1, top + y1 - 1), fill=ink)
    elif char != " ":
        draw.text((left, top + 15), char, fill=ink, font=font, anchor="ls")


def _block(char: str) -> list[Box] | None:
    width, height = _CELL
    code = ord(char)
    if char == "▀":
        return [(0, 0, width, height // 2)]
    if 0x2581 <= code <= 0x2588:
        return [(0, height - round(height * (code - 0x2580) / 8), width, height)]
    if 0x2589 <= code <= 0x258F:
        return [(0, 0, round(width * (0x2590 - code) / 8), height)]
    if char == "▐":
        return [(width // 2, 0, width, height)]
    if char == "▔":
        return [(0, 0, width, round(height / 8))]
    if char == "▕":
        return [(width - round(width / 8), 0, width, height)]
    if char in _QUADRANTS:
        half = (width // 2, height // 2)
        return [
            (half[0] * (q % 2), half[1] * (q // 2), half[0] * (q % 2 + 1), half[1] * (q // 2 + 1))
            for q in _QUADRANTS[char]
        ]
    return None


def _colours(style: Style | None, foreground: str, background: str) -> tuple[str, str]:
    ink, ground = foreground, background
    if style is not None:
        if style.color is not None and not style.color.is_default:
            ink = style.color.get_truecolor().hex
        if style.bgcolor is not None and not style.bgcolor.is_default:
            ground = style.bgcolor.get_truecolor().hex
        if style.reverse:
            ink, ground = ground, ink
    return ink, ground


def _font(bold: bool) -> ImageFont.FreeTypeFont:
    for name in _FONTS:
        candidate = name.replace("Mono.ttf", "Mono-Bold.ttf") if bold else name
        try:
            return ImageFont.truetype(candidate, _FONT_SIZE)
        except OSError:
            continue
    raise SystemExit("no monospaced font found: install DejaVu Sans Mono")
