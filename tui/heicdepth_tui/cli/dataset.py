"""``heicdepth-tui dataset``: writes photos and distances as tar shards for training."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heicdepth_tui.batch.plan import TAR_PHOTOS, jobs_of
from heicdepth_tui.cli.batch import announce_end, conclude
from heicdepth_tui.cli.batch_options import (
    accuracy_option,
    jobs_option,
    progress_option,
    shard_option,
)
from heicdepth_tui.cli.export_options import chosen_options, table_options
from heicdepth_tui.cli.options import limit_option, limits_of, recursive_option
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, photos_found, read_lists
from heicdepth_tui.cli.progress import Reporter
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.options import ExportOptions

if TYPE_CHECKING:
    from heicdepth_tui.batch.photo import Outcome
    from heicdepth_tui.batch.plan import Shard
    from heicdepth_tui.batch.pool import Started

__all__ = ["dataset"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELDS = ("register", "cloud.color_resolution", "scale", "cloud.smooth", "cloud.rectify")
"""Options of an export that change photo and distances in rows and columns."""


def _plain_name(context: click.Context, param: click.Parameter, name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise click.BadParameter("letters, digits, - and _ only, at most 64", context, param)
    return name


@click.command()
@paths_argument()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the shards; made where it is missing.",
)
@click.option(
    "--shard-size",
    type=click.IntRange(min=1, max=1_000_000),
    default=TAR_PHOTOS,
    show_default=True,
    metavar="N",
    help="Photos with depth in a shard.",
)
@click.option(
    "--name",
    default="depth",
    show_default=True,
    callback=_plain_name,
    help="Start of the names of the shards.",
)
@table_options(*_FIELDS)
@accuracy_option
@shard_option
@recursive_option
@limit_option
@jobs_option
@progress_option
def dataset(
    paths: tuple[Path | ListedPaths, ...],
    out: Path,
    shard_size: int,
    name: str,
    accuracy: str | None,
    shard: Shard | None,
    recursive: bool,
    limit_pixels: int,
    jobs: int,
    progress: str,
    **given: Any,
) -> int:
    """Write photos and distances as a data set: tar shards in the WebDataset format.

    For each photo with depth a shard has KEY.photo.jpg (sRGB), KEY.depth.tiff (metres along the
    optical axis, float32, NaN where invalid, of the same size) and KEY.json (the record of info
    --json, with intrinsics for that size and the trust in the distances). The same command writes
    the same bytes, with any number of jobs. Existing shards are never overwritten. Each written
    path is printed on a line of stdout.

    A manifest in the folder says what was done: the same command again writes the shards that are
    missing.
    """
    from heicdepth_tui.batch.dataset import DatasetRun
    from heicdepth_tui.batch.interrupts import Interrupts
    from heicdepth_tui.heif.depth_facts import Accuracy

    base = ExportOptions(out=out, limits=limits_of(limit_pixels))
    options = chosen_options(base, given)
    roots = read_lists(paths)
    photos = jobs_of(photos_found(roots, recursive), roots, options, shard=shard)
    run = DatasetRun(
        options,
        name,
        shard_size,
        shard,
        None if accuracy is None else Accuracy(accuracy),
        jobs,
    )
    try:
        with Interrupts(announce_end) as interrupts, Reporter(progress, None) as reporter:
            run.listener, run.interrupts = _Listener(reporter), interrupts
            counts = run.write(photos)
    except ExportError as error:
        click.echo(f"heicdepth-tui: {error}", err=True)
        return 1
    if counts.is_empty and interrupts.signal is None:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    code = conclude(counts, progress, repeats=False)
    if interrupts.signal is not None:
        click.echo("heicdepth-tui: interrupted; the same command writes the rest", err=True)
        return 128 + interrupts.signal
    return code if counts.failed or counts.done or counts.unchanged else 3


class _Listener:
    """Reports photos and shards."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def __call__(self, event: Started | Outcome) -> None:
        from heicdepth_tui.batch.pool import Started

        if isinstance(event, Started):
            self._reporter.begun(event.job)
        else:
            self._reporter.ended(event, photos=0 if event.written else 1)
