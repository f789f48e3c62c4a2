"""Decodes a photo and its depth map, and prints both to the console."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.layers import (
    PRIMARY,
    Layer,
    LayerKind,
    Pixels,
    Request,
    as_rgb8,
    own_depth,
)
from heicdepth_tui.report.legend import legend_lines
from heicdepth_tui.text import printable
from heicdepth_tui.ui.terminal.capabilities import check_encoding
from heicdepth_tui.ui.terminal.cell_size import cell_aspect_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.draw.console import ConsolePicture

__all__ = ["show_photos"]

_FIT = (1024, 1024)


def show_photos(
    paths: Sequence[Path],
    width: int | None,
    colormap: str,
    limits: Limits,
    cell_aspect: float | None = None,
) -> int:
    """Print every photo, depth in a colour map of ``COLORMAPS``, and return the exit code.

    ``cell_aspect`` is a cell's height over its width; None: as the terminal states it, else 2.
    """
    from rich.console import Console

    from heicdepth_tui.draw.console import console_pictures, has_colours

    check_encoding()
    console = Console(width=width, highlight=False, markup=False)
    # Shades are made from lightness, which not every map orders by depth.
    name = colormap if has_colours(console) else "grey"
    rows = shutil.get_terminal_size((80, 24)).lines - 2 if sys.stdout.isatty() else 40
    aspect = cell_aspect_of(sys.stdout.fileno() if sys.stdout.isatty() else None, cell_aspect)
    failed = False
    decoder = Decoder.start(limit_pixels=limits.pixels)
    try:
        for path in paths:
            try:
                pictures, messages, is_whole = _pictures(path, decoder, name, limits)
            except HeicDepthError as error:
                click.echo(f"heicdepth-tui: {error.at(path)}", err=True)
                failed = True
                continue
            failed |= not is_whole
            console.print(console_pictures(pictures, (console.width, rows), aspect))
            for message in messages:
                console.print(message)
    finally:
        decoder.close()
    return 1 if failed else 0


def _pictures(
    path: Path, decoder: Decoder, colormap: str, limits: Limits
) -> tuple[list[ConsolePicture], list[str], bool]:
    """Return pictures, messages, and whether photo and depth map were decoded."""
    from heicdepth_tui.draw.console import ConsolePicture, Legend

    header = read_header(path, limits=limits)
    photo = _get(path, PRIMARY, decoder)
    pictures = [ConsolePicture(as_rgb8(photo), f"{path.name} {header.primary.displayed_size}")]
    messages: list[str] = []
    depth = own_depth(header)
    if depth is None:
        messages.append(f"no depth: {header.depth.reason}")
        return pictures, messages, True
    try:
        pixels = _get(path, depth, decoder)
    except HeicDepthError as error:
        # The photo is printed also where the depth map cannot be decoded.
        messages.append(f"depth not shown: {error.short}")
        return pictures, messages, False
    near, far, sentence = _legend(pixels, header)
    codes, caveat = _as_photo(pixels, header)
    colours = colorize(codes, 2**pixels.bits - 1, colormap)
    height, width = codes.shape[:2]
    pictures.append(ConsolePicture(colours, f"depth {width}×{height}", Legend(near, far, colormap)))
    messages += filter(None, (sentence, caveat))
    return pictures, messages, True


def _as_photo(pixels: Pixels, header: Header) -> tuple[NDArray[Any], str]:
    """Return a depth map turned as the photo is, and how that was decided where it had to be."""
    from heicdepth_tui.depth.registration import register, transform_array

    item = header.depth.item
    if item is None:
        return pixels.array, ""
    found = register(header.primary, item)
    return transform_array(pixels.array, found.turn), printable(found.sentence)


def _legend(pixels: Pixels, header: Header) -> tuple[str, str, str]:
    from heicdepth_tui.depth.depthmap import build_depth_map

    return legend_lines(build_depth_map(pixels.array, pixels.bits, header.depth))


def _get(path: Path, layer: Layer, decoder: Decoder) -> Pixels:
    fit = None if layer.kind is LayerKind.DEPTH else _FIT
    return decoder.get(Request(next_ticket(), "show", str(path), layer, fit=fit, keep=True))
