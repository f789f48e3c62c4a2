"""``heicdepth-tui [PATH]...``: opens the app, or prints tables where there is no terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from heicdepth_tui.cli.opening import open_with_config
from heicdepth_tui.cli.options import (
    cell_aspect_option,
    config_option,
    limit_option,
    limits_of,
    out_option,
    projection_option,
    recursive_option,
)
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, read_lists
from heicdepth_tui.config import BLOCKS, COLORS, GRAPHICS, THEMES, Config
from heicdepth_tui.draw.modes import COLORMAP_NAMES, DEFAULT_COLORMAP
from heicdepth_tui.ui.terminal.capabilities import writes_to_terminal

__all__ = ["browse"]


@click.command()
@paths_argument("[PATH]...", required=False)
@recursive_option
@click.option("--demo", is_flag=True, help="Open generated photos of known geometry.")
@out_option
@projection_option
@click.option(
    "--color",
    type=click.Choice(COLORS),
    default="auto",
    show_default=True,
    help="Number of colours; auto uses COLORTERM, which ssh often drops (then 256).",
)
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    default="dark",
    show_default=True,
    help="Colours of the app.",
)
@click.option(
    "--colormap",
    type=click.Choice(COLORMAP_NAMES),
    default=DEFAULT_COLORMAP,
    show_default=True,
    help="Colour map of depth.",
)
@click.option(
    "--blocks",
    type=click.Choice(BLOCKS),
    default="auto",
    show_default=True,
    help="Block characters of pictures; quad has finer edges, auto takes it for depth maps.",
)
@click.option(
    "--graphics",
    type=click.Choice(GRAPHICS),
    default="blocks",
    show_default=True,
    help="Pixels in place of blocks: auto where the terminal is known to show them; kitty, iterm: "
    "by that protocol.",
)
@cell_aspect_option
@limit_option
@config_option
def browse(
    paths: tuple[Path | ListedPaths, ...],
    config: Config,
    recursive: bool,
    demo: bool,
    **values: Any,
) -> int:
    """Open folders and photos in the terminal (the default command)."""
    title = ""
    if demo:
        folder = _demo_folder()
        paths = (*paths, folder)
        title = "demo photos" if len(paths) == 1 else ""
    config = replace(config, **values)
    if not sys.stdout.isatty() and writes_to_terminal():
        from heicdepth_tui.cli.info import print_info
        from heicdepth_tui.cli.info_output import PlainForm, TextOutput

        limits = limits_of(config.limit_pixels)
        paths = paths or (Path(),)
        output = TextOutput(PlainForm())
        return print_info(paths, output, recursive=recursive, arrays=True, limits=limits)
    files = read_lists(paths)
    if paths and not files:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    if any(isinstance(path, ListedPaths) for path in paths):
        _read_keys_from_terminal()
    return open_with_config(config, files, recursive=recursive, title=title)


def _read_keys_from_terminal() -> None:
    """Make the controlling terminal standard input, which was a list of paths.

    Where there is none, standard input stays as it is, and the app says why it cannot open.
    """
    if sys.stdin.isatty():
        return
    with contextlib.suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
        os.dup2(terminal, 0)
        os.close(terminal)


def _demo_folder() -> Path:
    from platformdirs import user_cache_path

    from heicdepth_tui._version import __version__
    from heicdepth_tui.samples.write import write_samples

    folder = user_cache_path("heicdepth-tui") / f"demo-{__version__}"
    # A folder of this program and version: existing photos are not rendered again.
    write_samples(folder, trust=True)
    return folder
