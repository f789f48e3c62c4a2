"""``heicdepth-tui [PATH]...``: opens the app, or prints tables where there is no terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from heicdepth_tui.cli.options import (
    limit_option,
    limits_of,
    out_option,
    projection_option,
    recursive_option,
)
from heicdepth_tui.cli.paths import ExistingPath
from heicdepth_tui.ui.model.options import AppOptions
from heicdepth_tui.ui.startup.launch import open_app
from heicdepth_tui.ui.terminal.capabilities import writes_to_terminal

__all__ = ["browse"]


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=ExistingPath())
@recursive_option
@click.option("--demo", is_flag=True, help="Open generated photos of known geometry.")
@out_option
@projection_option
@click.option(
    "--color",
    type=click.Choice(["auto", "truecolor", "256", "16", "none"]),
    default="auto",
    show_default=True,
    help="Number of colours; auto uses COLORTERM, which ssh often drops (then 256).",
)
@click.option(
    "--theme",
    type=click.Choice(["dark", "light"]),
    default="dark",
    show_default=True,
    help="Colours of the app.",
)
@limit_option
def browse(
    paths: tuple[Path, ...],
    recursive: bool,
    demo: bool,
    out: Path,
    projection: str,
    color: str,
    theme: str,
    limit_pixels: int,
) -> int:
    """Open folders and photos in the terminal (the default command)."""
    title = ""
    if demo:
        folder = _demo_folder()
        paths = (*paths, folder)
        title = "demo photos" if len(paths) == 1 else ""
    paths = paths or (Path(),)
    if not sys.stdout.isatty() and writes_to_terminal():
        from heicdepth_tui.cli.info import print_info

        return print_info(
            paths, recursive=recursive, as_json=False, arrays=True, limits=limits_of(limit_pixels)
        )
    options = AppOptions(
        paths,
        recursive=recursive,
        theme=theme,
        out=out,
        projection=projection,
        limits=limits_of(limit_pixels),
        title=title,
    )
    return open_app(options, color)


def _demo_folder() -> Path:
    from platformdirs import user_cache_path

    from heicdepth_tui import __version__
    from heicdepth_tui.samples.write import write_samples

    folder = user_cache_path("heicdepth-tui") / f"demo-{__version__}"
    # A folder of this program and version: existing photos are not rendered again.
    write_samples(folder, trust=True)
    return folder
