"""The size and shape of the terminal's cells; the only place that knows them. Without Textual."""

from __future__ import annotations

from heicdepth_tui.draw.fit import CELL_ASPECT, LEAST_CELL_ASPECT, MOST_CELL_ASPECT

__all__ = ["cell_aspect_of", "window_cell"]

_LEAST_WIDTH = 4
"""Pixels: no font is narrower. Terminals that state less count cells, or something else."""


def window_cell(descriptor: int | None) -> tuple[float, float] | None:
    """Return the (width, height) of a cell in pixels by the terminal's driver.

    None where it states none, as behind many a tmux and ssh, and for a descriptor that is None or
    no terminal's. Of a window with a margin around its cells both are a little too large.
    """
    if descriptor is None:
        return None
    import fcntl
    import struct
    import termios

    try:
        data = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", data)
    if not (rows and columns) or width < _LEAST_WIDTH * columns or height < _LEAST_WIDTH * rows:
        return None
    return width / columns, height / rows


def cell_aspect_of(
    descriptor: int | None,
    chosen: float | None = None,
    replied: tuple[int, int] | None = None,
) -> float:
    """Return a cell's height over its width: as chosen, by the driver, by a reply, or 2.

    ``replied`` is the (width, height) of a cell in pixels as the terminal replied to a query. The
    driver comes first: it states a new size after the font has changed. Rounded to hundredths,
    which hides the margin of most windows, and kept within the limits of ``draw.fit``.
    """
    if chosen is not None:
        return chosen
    cell = window_cell(descriptor) or replied
    if cell is None:
        return CELL_ASPECT
    return min(MOST_CELL_ASPECT, max(LEAST_CELL_ASPECT, round(cell[1] / cell[0], 2)))
