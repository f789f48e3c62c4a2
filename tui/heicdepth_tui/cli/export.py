"""``heicdepth-tui export``: writes clouds and depth maps, and prints each path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from heicdepth_tui.cli.batch import export_all, print_status
from heicdepth_tui.cli.batch_options import BatchOptions, batch_options
from heicdepth_tui.cli.export_options import chosen_options, table_options
from heicdepth_tui.cli.options import (
    limit_option,
    limits_of,
    out_option,
    recursive_option,
)
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, read_lists
from heicdepth_tui.cli.words import Words, all_words, split_words
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.rules import refusals, warnings

__all__ = ["ExportCommand", "export"]


class ExportCommand(click.Command):
    """A command whose help lists the formats."""

    def formats(self) -> list[tuple[str, str]]:
        """Return the names of the formats, each with a line on what it holds."""
        return [(one.name, one.description) for one in FORMATS.values()]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the formats before the options."""
        with formatter.section("Formats"):
            formatter.write_dl(self.formats())
        super().format_options(ctx, formatter)


class _FormatNames(Words):
    """Names of formats, separated by commas."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names; fail with the command to take for shards of many photos."""
        if not isinstance(value, tuple) and "webdataset" in split_words(str(value)):
            self.fail(
                "a shard of webdataset holds many photos: use heicdepth-tui dataset --out DIR "
                "PATH..., which has --jobs and --shard too",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


@click.command(cls=ExportCommand)
@paths_argument(required=False)
@click.option(
    "--format",
    "formats",
    type=_FormatNames({one.name: one.description for one in FORMATS.values()}),
    multiple=True,
    default=("pcd",),
    show_default=True,
    callback=all_words,
    metavar="FORMAT,...",
    help="Formats of the list above; may be given more than once.",
)
@table_options()
@click.option(
    "--scale-to",
    metavar="X,Y[:X,Y]=M",
    help="Scale all distances so that two photo pixels, or the camera and one, are M metres apart "
    "in a straight line.",
)
@recursive_option
@out_option
@limit_option
@batch_options
def export(
    paths: tuple[Path | ListedPaths, ...],
    formats: tuple[str, ...],
    scale_to: str | None,
    recursive: bool,
    out: Path,
    limit_pixels: int,
    **given: Any,
) -> int:
    """Write point clouds, meshes, depth maps and stereo pictures of photos.

    Points are in metres: x right, y up, -z forward, unless --frame is given. Existing files are
    never overwritten: a new file gets -1, -2 … in its name. Each written path is printed on a line
    of stdout.

    Of several photos, or of a folder, a manifest in the folder of the export says what was done:
    the same command again exports what is new, has changed, or failed.
    """
    batch = BatchOptions.of(given)
    if batch.status:
        return print_status(out)
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    if batch.shard_size is not None and batch.scheduler is None:
        raise click.UsageError("--shard-size is for --scheduler: give both")
    base = ExportOptions(formats, out=out, limits=limits_of(limit_pixels))
    options = chosen_options(base, given)
    if scale_to is not None:
        options = _scaled_to(options, scale_to)
    for refusal in refusals(options):
        raise click.UsageError(refusal.reason)
    for one in formats:
        FORMATS[one].require()
    for warning in warnings(options):
        click.echo(f"heicdepth-tui: {warning}", err=True)
    return export_all(read_lists(paths), options, batch, recursive=recursive)


def _scaled_to(options: ExportOptions, known_length: str) -> ExportOptions:
    from heicdepth_tui.depth.scale import parse_known_length

    if options.scale is not None:
        raise click.UsageError("give either --scale or --scale-to")
    try:
        return replace(options, scale=parse_known_length(known_length))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
