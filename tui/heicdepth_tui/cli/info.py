"""``heicdepth-tui info``: prints the metadata of photos as tables, JSON Lines, CSV or Parquet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from heicdepth_tui.cli.options import limit_option, limits_of
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, photos_as_they_come
from heicdepth_tui.cli.probe import PhotoPixel
from heicdepth_tui.cli.words import all_words, complete_last, split_words
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.cli.info_output import InfoOutput
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.report.columns import Column

__all__ = ["info", "print_info"]


class _Keys(click.ParamType[tuple[str, ...]]):
    """Dotted paths of values, separated by commas; they are checked with the other options."""

    name = "keys"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        return value if isinstance(value, tuple) else split_words(str(value))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        from heicdepth_tui.report.columns import all_columns

        return complete_last(incomplete, {column.path: "" for column in all_columns()})


@click.command()
@paths_argument()
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON Lines, one object for each photo."
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print CSV, a line for each photo: a column for each value of the JSON object.",
)
@click.option(
    "--parquet",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a Parquet file, a row for each photo; extra [dataset].",
)
@click.option(
    "--select",
    metavar="KEY,...",
    type=_Keys(),
    multiple=True,
    callback=all_words,
    help="Only these values of the JSON object, by dotted path: depth.d_min,camera.fx. The path of "
    "the photo comes first, unless it is among them.",
)
@click.option("--depth-only", is_flag=True, help="Leave out photos without a depth map.")
@click.option(
    "--arrays", is_flag=True, help="Decode the layers, and add shape, dtype, min and max."
)
@click.option(
    "--at",
    "pixels",
    metavar="X,Y",
    multiple=True,
    type=PhotoPixel(),
    help="Read the depth sample at a pixel of the upright photo: code, metres, step, point. "
    "May be given more than once.",
)
@click.option(
    "--frame",
    type=click.Choice(["photo", "depth"]),
    help="What --at counts: pixels of the photo (the default), or samples of its depth map "
    "(upright, cropped as the photo is).",
)
@click.option("-r", "--recursive", is_flag=True, help="Include sub-folders.")
@limit_option
def info(
    paths: tuple[Path | ListedPaths, ...],
    as_json: bool,
    as_csv: bool,
    parquet: Path | None,
    select: tuple[str, ...],
    depth_only: bool,
    arrays: bool,
    pixels: tuple[tuple[int, int], ...],
    frame: str | None,
    recursive: bool,
    limit_pixels: int,
) -> int:
    """Print metadata as tables, JSON Lines or CSV, or write it as Parquet.

    Reads headers only, unless --arrays or --at is given. Photos are printed as they are found,
    folder by folder.
    """
    if as_json + as_csv + (parquet is not None) > 1:
        raise click.UsageError("give one of --json, --csv and --parquet")
    if frame is not None and not pixels:
        raise click.UsageError("--frame says what --at counts: give --at X,Y")
    columns = _columns(select, {"arrays": arrays, "probes": bool(pixels)})
    return print_info(
        paths,
        _output(columns, as_json=as_json, as_csv=as_csv, parquet=parquet, select=bool(select)),
        recursive=recursive,
        arrays=arrays,
        limits=limits_of(limit_pixels),
        pixels=pixels,
        in_depth=frame == "depth",
        depth_only=depth_only,
    )


_DECODING_OPTIONS = {"arrays": "--arrays", "probes": "--at"}


def _columns(select: Sequence[str], decoded: Mapping[str, bool]) -> Callable[[], list[Column]]:
    """Return what makes the columns of the output; selected ones are checked at once.

    ``decoded`` states which columns of decoded layers the photos will have.
    """
    if not select:

        def every() -> list[Column]:
            from heicdepth_tui.report.columns import all_columns, column_at

            return [*all_columns(), *(column_at(name) for name, has in decoded.items() if has)]

        return every
    from heicdepth_tui.report.columns import column_at

    try:
        chosen = [column_at(key) for key in dict.fromkeys(select)]
    except ValueError as error:
        raise click.UsageError(f"--select: {error}") from error
    for column in chosen:
        name = column.path.partition(".")[0]
        if not decoded.get(name, True):
            raise click.UsageError(f"--select {column.path} needs {_DECODING_OPTIONS[name]}")
    if all(column.path != "path" for column in chosen):
        chosen.insert(0, column_at("path"))
    return lambda: chosen


def _output(
    columns: Callable[[], list[Column]],
    *,
    as_json: bool,
    as_csv: bool,
    parquet: Path | None,
    select: bool,
) -> InfoOutput:
    from heicdepth_tui.cli import info_output

    if parquet is not None:
        if os.path.lexists(parquet):
            raise click.UsageError(
                f"--parquet: {printable(str(parquet))} exists already; choose another name"
            )
        return info_output.ParquetOutput(columns(), parquet)
    if as_csv:
        form = info_output.CsvForm(tuple(columns()), escapes=sys.stdout.isatty())
        return info_output.LineOutput(form)
    if as_json:
        return info_output.LineOutput(info_output.JsonForm(tuple(columns()) if select else ()))
    if select:
        return info_output.TextOutput(info_output.SelectedForm(tuple(columns())))
    if sys.stdout.isatty():
        return info_output.TextOutput(info_output.RichForm.of_stdout())
    return info_output.TextOutput(info_output.PlainForm())


def print_info(
    paths: Sequence[Path | ListedPaths],
    output: InfoOutput,
    *,
    recursive: bool,
    limits: Limits,
    arrays: bool = False,
    pixels: Sequence[tuple[int, int]] = (),
    in_depth: bool = False,
    depth_only: bool = False,
) -> int:
    """Print every photo of ``paths`` and return the exit code.

    ``pixels`` count in the photo, or with ``in_depth`` in its depth map. ``depth_only`` leaves out
    photos without a depth map, and reports photos that cannot be read to stderr.
    """
    from heicdepth_tui.cli.info_batch import BatchReader
    from heicdepth_tui.cli.info_output import PlainForm, RichForm
    from heicdepth_tui.cli.info_photo import InfoReader
    from heicdepth_tui.cli.info_workers import print_photos

    with ExitStack() as stack:
        stack.enter_context(output)
        decoder = None
        if arrays or pixels:
            from heicdepth_tui.photo.client import Decoder

            decoder = stack.enter_context(Decoder.start(limit_pixels=limits.pixels))
        reader = InfoReader(
            limits,
            tuple(pixels),
            arrays=arrays,
            in_depth=in_depth,
            # Only the tables state what is wrong with the XMP of other pictures.
            all_xmp=isinstance(output.form, PlainForm | RichForm),
        )
        entries = photos_as_they_come(paths, recursive)
        batches = BatchReader(output.form, reader, depth_only, decoder)
        counts = print_photos(entries, output, batches)
        output.close()
    if not counts.printed and not counts.failed:
        what = "photo with a depth map" if counts.found else "HEIC photo"
        click.echo(f"heicdepth-tui: no {what} found", err=True)
        return 3
    return 1 if counts.failed else 0
