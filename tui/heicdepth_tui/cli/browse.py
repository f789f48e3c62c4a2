"""``heicdepth-tui [PATH]...``: the app, or plain tables where there is no terminal."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.early import early_decoder
from heicdepth_tui.cli.options import limit_option, limits_of
from heicdepth_tui.cli.paths import ExistingPath
from heicdepth_tui.errors import TerminalError

if TYPE_CHECKING:
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.app import AppOptions
    from heicdepth_tui.ui.previews import FirstPhoto

__all__ = ["browse"]

_COLOURS = {"truecolor": "truecolor", "256": "256", "16": "standard"}


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=ExistingPath())
@click.option("-r", "--recursive", is_flag=True, help="Look into sub-folders too.")
@click.option("--demo", is_flag=True, help="Open generated photos, made on the spot.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Folder for exported files (default: the current folder).",
)
@click.option(
    "--projection",
    type=click.Choice(["perspective", "flat"]),
    default="perspective",
    show_default=True,
    help="Of exported clouds: by the photo's camera, or the plain relief.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "truecolor", "256", "16", "none"]),
    default="auto",
    show_default=True,
    help="Colours of the terminal; over ssh COLORTERM is often lost and auto finds only 256.",
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
    if not sys.stdout.isatty():
        from heicdepth_tui.cli.info import print_info

        return print_info(
            paths, recursive=recursive, as_json=False, arrays=True, limits=limits_of(limit_pixels)
        )
    _check_terminal()
    if color == "none":
        os.environ["NO_COLOR"] = "1"
    elif color != "auto":
        os.environ["TEXTUAL_COLOR_SYSTEM"] = _COLOURS[color]
        os.environ.pop("NO_COLOR", None)

    # The decoder runs, and has the first photo, before Textual is even imported: that takes as
    # long as decoding a depth map (bench: start).
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.previews import first_photo

    limits = limits_of(limit_pixels)
    size = shutil.get_terminal_size()
    first = first_photo(paths, size.columns, size.lines, limits)
    requests = () if first is None else first.requests
    process = early_decoder()
    with Decoder.start(requests, process=process, limit_pixels=limits.pixels) as decoder:
        from heicdepth_tui.depth.points import CloudOptions, Projection
        from heicdepth_tui.export.options import ExportOptions
        from heicdepth_tui.ui.app import AppOptions

        cloud = CloudOptions(projection=Projection(projection))
        options = AppOptions(
            paths=paths,
            recursive=recursive,
            theme=theme,
            export=ExportOptions(out=out, cloud=cloud, limits=limits),
            title=title,
        )
        return _run_app(decoder, first, options)


def _run_app(decoder: Decoder, first: FirstPhoto | None, options: AppOptions) -> int:
    from heicdepth_tui.crash import crash_report
    from heicdepth_tui.ui.app import HeicDepthApp

    app = HeicDepthApp(decoder, options, first)
    result = app.run()
    if app.crash is not None:
        inspector = app.browse.inspector
        photo = "" if inspector is None else inspector.entry.path
        click.echo(crash_report(app.crash, options.state, photo), err=True)
        return 1
    return result if isinstance(result, int) else app.return_code or 0


def _demo_folder() -> Path:
    from platformdirs import user_cache_path

    from heicdepth_tui import __version__
    from heicdepth_tui.samples.write import write_samples

    folder = user_cache_path("heicdepth-tui") / f"demo-{__version__}"
    # Our own folder of this version: photos that are there already need no rendering again.
    write_samples(folder, trust=True)
    return folder


def _check_terminal() -> None:
    if os.environ.get("TERM", "") in ("dumb", ""):
        raise TerminalError(
            "this terminal (TERM=dumb or unset) cannot show a full-screen app",
            hint="use heicdepth-tui info PATH for plain tables",
        )
    check_encoding()
    if not sys.stdin.isatty():
        raise TerminalError(
            "standard input is no terminal, so no key could reach the app",
            hint="use heicdepth-tui info PATH for plain tables",
        )


def check_encoding() -> None:
    """Raise TerminalError where the output stream cannot carry block characters."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "▀▄█".encode(encoding)
    except (UnicodeEncodeError, LookupError) as error:
        raise TerminalError(
            f"this terminal's encoding ({encoding}) cannot carry the block characters of pictures",
            hint="set a UTF-8 locale, e.g. LC_ALL=C.UTF-8, or use heicdepth-tui info PATH",
        ) from error
