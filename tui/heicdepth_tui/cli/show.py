"""``heicdepth-tui show FILE``: prints photo and depth map into the scrollback."""

from __future__ import annotations

from pathlib import Path

import click

from heicdepth_tui.cli.options import cell_aspect_option, limit_option, limits_of
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, read_lists
from heicdepth_tui.draw.modes import COLORMAP_NAMES, DEFAULT_COLORMAP

__all__ = ["show"]


@click.command()
@paths_argument("FILE...")
@click.option(
    "--width", type=click.IntRange(8, 1000), help="Width in cells (default: the terminal's)."
)
@click.option(
    "--colormap",
    type=click.Choice(COLORMAP_NAMES),
    default=DEFAULT_COLORMAP,
    show_default=True,
    help="Colour map of depth.",
)
@cell_aspect_option
@limit_option
def show(
    paths: tuple[Path | ListedPaths, ...],
    width: int | None,
    colormap: str,
    cell_aspect: str | float,
    limit_pixels: int,
) -> int:
    """Print photos and depth maps as coloured cells."""
    from heicdepth_tui.cli.show_photo import show_photos

    files = read_lists(paths)
    if not files:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    chosen = None if isinstance(cell_aspect, str) else cell_aspect
    return show_photos(files, width, colormap, limits_of(limit_pixels), chosen)
