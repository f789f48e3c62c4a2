"""Images as kitty and iTerm2 read them, taken apart by readers of their own."""

from __future__ import annotations

from io import BytesIO

import pyte
import pytest
from PIL import Image

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.image_files import as_jpeg, as_png
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import RenderedImage
from heicdepth_tui.ui.model.graphics import EncodedImage
from heicdepth_tui.ui.terminal.iterm_graphics import inline_image
from heicdepth_tui.ui.terminal.kitty_graphics import (
    MAX_CELLS,
    delete,
    end_of_pieces,
    image_id,
    placeholder_rows,
    transmission,
)
from heicdepth_tui.ui.terminal.tmux import wrapped
from tests.support.graphics import KittyReader, Placeholder, placeholders_on

FIT = Fit(8, 4, 80, 80)
NUMBER = image_id(200, 77)


def rendered(fit: Fit = FIT) -> RenderedImage:
    """Return an image that no compression makes small."""
    rgb = Image.effect_noise((fit.width, fit.height), 90).convert("RGB").tobytes()
    return RenderedImage(fit, rgb)


def test_png_keeps_every_pixel_and_jpeg_the_size() -> None:
    image = rendered()
    assert Image.open(BytesIO(as_png(image, ColorMode.TRUECOLOR))).tobytes() == image.rgb
    jpeg = Image.open(BytesIO(as_jpeg(image, ColorMode.TRUECOLOR)))
    assert (jpeg.format, jpeg.mode, jpeg.size) == ("JPEG", "RGB", (80, 80))


def test_without_colours_images_are_grey() -> None:
    red = RenderedImage(Fit(1, 1, 1, 2), bytes((255, 0, 0)) * 2)
    png = Image.open(BytesIO(as_png(red, ColorMode.GREY)))
    assert (png.mode, png.tobytes()) == ("L", bytes((76, 76)))


def test_an_image_is_sent_in_pieces_and_placed_in_its_cells() -> None:
    image = rendered()
    commands = list(transmission(NUMBER, as_png(image, ColorMode.TRUECOLOR), FIT))
    assert len(commands) > 2
    reader = KittyReader()

    for command in commands[:-1]:
        assert reader.feed(command.encode()) == b""
        assert reader.is_receiving
    assert reader.feed(commands[-1].encode() + b"text") == b"text"
    stored = reader.images[NUMBER]
    assert (stored.columns, stored.rows) == (8, 4)
    assert stored.image.tobytes() == image.rgb

    reader.feed(delete(NUMBER).encode())
    assert reader.images == {}


def test_a_transmission_that_is_ended_early_leaves_nothing() -> None:
    commands = list(transmission(NUMBER, as_png(rendered(), ColorMode.TRUECOLOR), FIT))
    reader = KittyReader()
    reader.feed((commands[0] + end_of_pieces() + delete(NUMBER)).encode())

    assert not reader.is_receiving
    assert (reader.images, reader.broken) == ({}, [NUMBER])


def test_each_cell_says_which_part_of_which_image_it_shows() -> None:
    screen = pyte.Screen(8, 4)
    screen.reset_mode(pyte.modes.DECAWM)
    pyte.Stream(screen).feed("\r\n".join(placeholder_rows(NUMBER, FIT).rows))

    assert placeholders_on(screen) == {
        (x, y): Placeholder(NUMBER, y, x) for x in range(8) for y in range(4)
    }


@pytest.mark.parametrize("number", [image_id(1, 16), image_id(255, 255), image_id(90, 232)])
def test_cells_number_as_many_rows_and_columns_as_the_protocol_has(number: int) -> None:
    assert MAX_CELLS == 297
    screen = pyte.Screen(MAX_CELLS, 1)
    for row in (0, MAX_CELLS - 1):
        screen.reset()
        screen.reset_mode(pyte.modes.DECAWM)
        rows = placeholder_rows(number, Fit(MAX_CELLS, MAX_CELLS, 1, 1)).rows
        pyte.Stream(screen).feed(rows[row])

        found = placeholders_on(screen)
        assert [found[x, 0] for x in range(MAX_CELLS)] == [
            Placeholder(number, row, x) for x in range(MAX_CELLS)
        ]


def test_tmux_passes_the_commands_on() -> None:
    commands = list(transmission(NUMBER, as_png(rendered(), ColorMode.TRUECOLOR), FIT))
    reader = KittyReader(is_in_tmux=True)
    assert reader.feed("".join(map(wrapped, commands)).encode()) == b""

    assert reader.sent == [NUMBER]
    with pytest.raises(AssertionError, match="tmux would drop"):
        reader.feed(delete(NUMBER).encode())


def test_an_inline_image_is_drawn_at_its_cells_and_the_cursor_goes_back() -> None:
    image = EncodedImage(FIT, as_jpeg(rendered(), ColorMode.TRUECOLOR))
    reader = KittyReader()
    left = reader.feed(inline_image(image, 30, 2).encode())

    assert left == b"\x1b7\x1b8"
    (drawn,) = reader.inline
    assert (drawn.column, drawn.row, drawn.columns, drawn.rows) == (30, 2, 8, 4)
    assert drawn.image.size == (80, 80)
