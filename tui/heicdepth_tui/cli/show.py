"""``heicdepth-tui show FILE``: prints photo and depth map into the scrollback."""

from __future__ import annotations

from pathlib import Path

import click

from heicdepth_tui.cli.options import limit_option, limits_of
from heicdepth_tui.cli.paths import ExistingPath

__all__ = ["show"]


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=ExistingPath())
@click.option(
    "--width", type=click.IntRange(8, 1000), help="Width in cells (default: the terminal's)."
)
@click.option(
    "--colormap",
    default=None,
    help="inferno (default), viridis, magma, cividis, turbo or grey.",
)
@limit_option
def show(
    paths: tuple[Path, ...], width: int | None, colormap: str | None, limit_pixels: int
) -> int:
    """Print photos and depth maps as coloured cells."""
    from heicdepth_tui.cli.show_photo import show_photos

    return show_photos(paths, width, colormap, limits_of(limit_pixels))
