"""``heicdepth-tui extract``: writes the codes of a depth map, and what they mean."""

from __future__ import annotations

from pathlib import Path

import click

from heicdepth_tui.cli.options import limit_option, limits_of, out_option, recursive_option
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, photos_in, read_lists
from heicdepth_tui.cli.written import print_path

__all__ = ["extract"]


@click.command()
@paths_argument()
@click.option(
    "--as",
    "form",
    type=click.Choice(["png", "npy"]),
    default="png",
    show_default=True,
    help="The file of the codes.",
)
@recursive_option
@out_option
@limit_option
def extract(
    paths: tuple[Path | ListedPaths, ...], form: str, recursive: bool, out: Path, limit_pixels: int
) -> int:
    """Write the depth maps of photos as codes, and a JSON file of camera and code range each.

    The codes are as stored, upright. embed takes both files back: the same codes with the same
    meaning. Existing files are never overwritten. Photos of a folder without depth are counted.
    """
    from heicdepth_tui.edit.extract import output_files
    from heicdepth_tui.errors import HeicDepthError, NoDepthError
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.export.registry import write_outputs
    from heicdepth_tui.export.run import read_source
    from heicdepth_tui.photo.client import Decoder

    files = read_lists(paths)
    entries = photos_in(files, recursive)
    if not entries:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    limits = limits_of(limit_pixels)
    options = ExportOptions(limits=limits)
    named = {str(path) for path in files}
    failed = False
    without = 0
    with Decoder.start(limit_pixels=limits.pixels) as decoder:
        for entry in entries:
            try:
                source = read_source(Path(entry.path), options, decoder.get)
                outputs = output_files(source, as_npy=form == "npy")
                for done in write_outputs(outputs, "extract", source.file_stem, out):
                    print_path(done.path)
                    click.echo(done.summary, err=True)
            except HeicDepthError as error:
                is_absent = isinstance(error, NoDepthError) and error.is_absent
                if is_absent and entry.path not in named:
                    without += 1
                    continue
                click.echo(f"heicdepth-tui: {error.at(entry.path)}", err=True)
                failed = True
    if without:
        click.echo(f"heicdepth-tui: {without:,} without depth", err=True)
    return 1 if failed else 0
