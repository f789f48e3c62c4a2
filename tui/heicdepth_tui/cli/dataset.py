"""``heicdepth-tui dataset``: writes photos and distances as tar shards for training."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.options import limit_option, limits_of, recursive_option
from heicdepth_tui.cli.paths import ListedPaths, paths_argument, photos_found
from heicdepth_tui.text import printable_path, size_text

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.export.webdataset import Shard
    from heicdepth_tui.folder.find import Entry

__all__ = ["dataset"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


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
    default=1000,
    show_default=True,
    metavar="N",
    help="Photos with depth in a shard.",
)
@click.option(
    "--size",
    type=click.Choice(["depth", "2x", "4x", "photo"]),
    default="depth",
    show_default=True,
    help="Size of both pictures: the depth map's, twice or four times that, or the photo's. "
    "Distances of larger sizes are guided by the edges of the photo.",
)
@click.option(
    "--name",
    default="depth",
    show_default=True,
    callback=_plain_name,
    help="Start of the names of the shards.",
)
@recursive_option
@limit_option
def dataset(
    paths: tuple[Path | ListedPaths, ...],
    out: Path,
    shard_size: int,
    size: str,
    name: str,
    recursive: bool,
    limit_pixels: int,
) -> int:
    """Write photos and distances as a data set: tar shards in the WebDataset format.

    For each photo with depth a shard has KEY.photo.jpg (sRGB), KEY.depth.tiff (metres along the
    optical axis, float32, NaN where invalid, of the same size) and KEY.json (the record of info
    --json, with intrinsics for that size and the trust in the distances). The same command writes
    the same bytes. Existing shards are never overwritten. Each written path is printed on a line
    of stdout.
    """
    from heicdepth_tui.depth.points import CloudOptions, ColorResolution
    from heicdepth_tui.errors import WriteError
    from heicdepth_tui.export.options import ExportOptions

    options = ExportOptions(
        cloud=CloudOptions(color_resolution=ColorResolution(size)),
        out=out,
        limits=limits_of(limit_pixels),
    )
    run = _Run(out, name, options)
    try:
        run.write_all(photos_found(paths, recursive), shard_size)
    except WriteError as error:
        click.echo(f"heicdepth-tui: {error}", err=True)
        return 1
    if not run.found:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    counts = [
        (run.samples, "written"),
        (run.without_depth, "without depth"),
        (run.failed, "failed"),
    ]
    summary = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    click.echo(f"photos: {summary}", err=True)
    if run.failed:
        return 1
    return 0 if run.samples else 3


@dataclass(slots=True)
class _Run:
    """Writes the shards of one command, and counts its photos."""

    out: Path
    name: str
    options: ExportOptions
    found: int = 0
    samples: int = 0
    without_depth: int = 0
    failed: int = 0

    def write_all(self, entries: Iterable[Entry], shard_size: int) -> None:
        """Write shards of ``shard_size`` photos with depth; raises WriteError."""
        from heicdepth_tui.export.webdataset import export_shard, shard_name
        from heicdepth_tui.photo.client import Decoder

        paths = self._with_depth(entries)
        first = next(paths, None)
        if first is None:
            return
        paths = chain([first], paths)
        with Decoder.start(limit_pixels=self.options.limits.pixels) as decoder:
            number = 0
            while part := list(islice(paths, shard_size)):
                name = shard_name(self.name, number)
                shard = export_shard(part, self.out, name, self.options, decoder.get)
                self._report(shard)
                # Numbers have no gaps, so that a range names all shards.
                number += shard.path is not None

    def _with_depth(self, entries: Iterable[Entry]) -> Iterator[str]:
        """Yield the photos whose header names a depth map: shards are filled with these."""
        from heicdepth_tui.errors import HeicDepthError
        from heicdepth_tui.heif.depth_facts import DepthStatus
        from heicdepth_tui.heif.header import read_header

        for entry in entries:
            self.found += 1
            try:
                header = read_header(entry.path, limits=self.options.limits)
            except HeicDepthError as error:
                self.failed += 1
                click.echo(f"heicdepth-tui: {error.at(entry.path)}", err=True)
                continue
            if header.depth.status in (DepthStatus.ABSENT, DepthStatus.STRIPPED):
                self.without_depth += 1
            else:
                yield entry.path

    def _report(self, shard: Shard) -> None:
        self.samples += shard.samples
        self.without_depth += shard.without_depth
        self.failed += len(shard.failures)
        for line in shard.failures:
            click.echo(f"heicdepth-tui: {line}", err=True)
        if shard.path is not None:
            click.echo(str(shard.path))
            size = size_text(shard.path.stat().st_size)
            where = printable_path(str(shard.path))
            click.echo(f"{where}: {shard.samples:,} photos, {size}", err=True)
