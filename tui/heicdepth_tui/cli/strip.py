"""``heicdepth-tui strip``: writes photos without depth maps, mattes and gain maps."""

from __future__ import annotations

from pathlib import Path

import click

from heicdepth_tui.cli.options import limit_option, limits_of, out_option, recursive_option
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, photos_in, read_lists
from heicdepth_tui.cli.words import Words, all_words
from heicdepth_tui.cli.written import print_path

__all__ = ["strip"]


@click.command()
@paths_argument()
@click.option(
    "--keep",
    type=Words(("depth", "matte", "gain-map")),
    multiple=True,
    callback=all_words,
    help="Leave these in. May be given more than once.",
)
@recursive_option
@out_option
@limit_option
def strip(
    paths: tuple[Path | ListedPaths, ...],
    keep: tuple[str, ...],
    recursive: bool,
    out: Path,
    limit_pixels: int,
) -> int:
    """Write photos without depth maps, mattes and gain maps, for sharing them.

    The new file is named NAME-stripped. What was removed is said; the picture and everything else
    keep their bytes, EXIF and the place where the photo was taken included. Existing files are
    never overwritten. Photos of a folder that have nothing to remove are counted, and not copied.
    """
    from heicdepth_tui.edit.strip import strip as strip_photo
    from heicdepth_tui.errors import HeicDepthError, MissingLayerError
    from heicdepth_tui.files import safe_name
    from heicdepth_tui.text import printable, printable_path

    files = read_lists(paths)
    entries = photos_in(files, recursive)
    if not entries:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    kinds = tuple(kind.replace("-", " ") for kind in keep)
    named = {str(path) for path in files}
    failed = False
    without = 0
    for entry in entries:
        path = Path(entry.path)
        try:
            done = strip_photo(
                path, out, safe_name(path.stem), keep=kinds, limits=limits_of(limit_pixels)
            )
        except HeicDepthError as error:
            if isinstance(error, MissingLayerError) and entry.path not in named:
                without += 1
                continue
            click.echo(f"heicdepth-tui: {error.at(path)}", err=True)
            failed = True
            continue
        print_path(done.path)
        removed = ", ".join(f"{one.name} ({one.bytes:,} bytes)" for one in done.removed)
        kept = f"; kept {', '.join(done.kept)}" if done.kept else ""
        click.echo(
            printable(f"{printable_path(str(done.path))}: removed {removed}{kept}"), err=True
        )
    if without:
        click.echo(f"heicdepth-tui: {without:,} with nothing to remove, not copied", err=True)
    return 1 if failed else 0
