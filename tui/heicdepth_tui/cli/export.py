"""``heicdepth-tui export``: writes clouds and depth maps, and prints each path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.options import (
    limit_option,
    limits_of,
    out_option,
    projection_option,
    recursive_option,
)
from heicdepth_tui.cli.paths import ExistingPath

if TYPE_CHECKING:
    from heicdepth_tui.export.options import Exported, ExportOptions

__all__ = ["export"]

_CLOUD_OPTIONS = {
    "stride": "--step",
    "max_depth": "--max-depth",
    "near": "--near",
    "far": "--far",
    "drop_flying": "--keep-flying",
    "smooth": "--smooth",
    "color_resolution": "--color-resolution",
    "normals": "--normals",
}
_WITHOUT_CLOUD = {"npz", "png", "tiff"}
FORMAT_NAMES = ("pcd", "pcd-compressed", "pcd-ascii", "ply", "npz", "png", "tiff", "glb", "html")


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=ExistingPath())
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMAT_NAMES),
    multiple=True,
    default=("pcd",),
    show_default=True,
    help="May be given more than once.",
)
@projection_option
@click.option(
    "--step",
    "stride",
    type=click.IntRange(1, 1000),
    default=1,
    help="Take every N-th row and column.",
)
@click.option(
    "--max-depth",
    type=click.FloatRange(min=0, min_open=True),
    metavar="M",
    help="Drop points farther than M metres.",
)
@click.option(
    "--near", type=click.FloatRange(min=0), metavar="M", help="Drop points nearer than M metres."
)
@click.option(
    "--far",
    type=click.FloatRange(min=0, min_open=True),
    metavar="M",
    help="Same as --max-depth; the smaller one counts.",
)
@click.option(
    "--keep-flying", is_flag=True, help="Keep flying pixels: points between two surfaces."
)
@click.option(
    "--smooth", is_flag=True, help="Smooth the steps of 8-bit depth, by at most half a code."
)
@click.option(
    "--color-resolution",
    type=click.Choice(["depth", "2x", "4x", "photo"]),
    default="depth",
    show_default=True,
    help="Upsample depth to finer colours, guided by the photo.",
)
@click.option("--normals", is_flag=True, help="Add normals (PCD, PLY, GLB).")
@click.option(
    "--organised",
    "--organized",
    "organised",
    is_flag=True,
    help="PCD: keep rows and columns; dropped samples are NaN.",
)
@click.option(
    "--colors",
    "--colours",
    "colours",
    type=click.Choice(["srgb", "stored"]),
    default="srgb",
    show_default=True,
    help="Convert colours to sRGB, or keep them as decoded. HTML and GLB always show true colours.",
)
@click.option(
    "--png-unit",
    type=click.Choice(["mm", "0.1mm"]),
    default="mm",
    show_default=True,
    help="PNG: unit of the depth samples; the largest distance is 65.5 m or 6.55 m.",
)
@click.option(
    "--register",
    "frames",
    type=click.Choice(["auto", "transforms", "coded"]),
    default="auto",
    show_default=True,
    help="How to match photo and depth map where they are rotated or mirrored differently: after "
    "each one's transforms, or as coded. auto compares their shapes.",
)
@click.option(
    "--scale",
    type=click.FloatRange(min=1 / 1000, max=1000),
    metavar="F",
    help="Multiply all distances by F.",
)
@click.option(
    "--scale-to",
    metavar="X,Y[:X,Y]=M",
    help="Scale all distances so that two photo pixels, or the camera and one, are M metres apart "
    "in a straight line.",
)
@click.option(
    "--with-gps", is_flag=True, help="Add the place of the photo (GPS) to the files' comments."
)
@recursive_option
@out_option
@limit_option
def export(
    paths: tuple[Path, ...],
    formats: tuple[str, ...],
    projection: str,
    stride: int,
    max_depth: float | None,
    near: float | None,
    far: float | None,
    keep_flying: bool,
    smooth: bool,
    color_resolution: str,
    normals: bool,
    organised: bool,
    colours: str,
    png_unit: str,
    frames: str,
    scale: float | None,
    scale_to: str | None,
    with_gps: bool,
    recursive: bool,
    out: Path,
    limit_pixels: int,
) -> int:
    """Write point clouds and depth maps of photos.

    Clouds are in metres: x right, y up, -z forward. Existing files are never overwritten: a new
    file gets -1, -2 … in its name. Each written path is printed on a line of stdout.
    """
    from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
    from heicdepth_tui.depth.registration import Frames
    from heicdepth_tui.depth.scale import parse_known_length
    from heicdepth_tui.export.options import ColourValues, DepthUnit, ExportOptions

    if scale is not None and scale_to is not None:
        raise click.UsageError("give either --scale or --scale-to")
    try:
        known = None if scale_to is None else parse_known_length(scale_to)
        cloud = CloudOptions(
            projection=Projection(projection),
            stride=stride,
            max_depth=max_depth,
            near=near,
            far=far,
            drop_flying=not keep_flying,
            smooth=smooth,
            color_resolution=ColorResolution(color_resolution),
            normals=normals,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    limits = limits_of(limit_pixels)
    options = ExportOptions(
        formats,
        cloud,
        organised=organised,
        colours=ColourValues(colours),
        png_unit=DepthUnit(png_unit),
        register=Frames(frames),
        scale=scale if known is None else known,
        out=out,
        with_gps=with_gps,
        limits=limits,
    )
    for warning in _ignored(options):
        click.echo(f"heicdepth-tui: {warning}", err=True)
    return _export_all(paths, recursive, options)


def _ignored(options: ExportOptions) -> Iterator[str]:
    """Yield warnings about options that have no effect together with the others."""
    from heicdepth_tui.depth.points import CloudOptions, Projection
    from heicdepth_tui.export.options import DepthUnit

    cloud, default = options.cloud, CloudOptions()
    given = [name for name in _CLOUD_OPTIONS if getattr(cloud, name) != getattr(default, name)]
    clouds = set(options.formats) - _WITHOUT_CLOUD
    if not clouds and given:
        yield f"{_names(given)} ignored: {', '.join(options.formats)} holds no cloud"
    elif cloud.projection is Projection.FLAT:
        idle = [name for name in given if name not in ("stride", "normals")]
        if idle:
            yield f"{_names(idle)} ignored: the flat projection uses only --step and --normals"
    if cloud.projection is Projection.FLAT and options.scale is not None:
        yield "scale ignored: the flat projection is not to scale"
    if options.organised and not any(name.startswith("pcd") for name in options.formats):
        yield "--organised ignored: only PCD keeps rows and columns"
    if options.png_unit is not DepthUnit.MILLIMETRE and "png" not in options.formats:
        yield "--png-unit ignored: no PNG is written"


def _names(options: Sequence[str]) -> str:
    return ", ".join(_CLOUD_OPTIONS[name] for name in options)


def _export_all(paths: tuple[Path, ...], recursive: bool, options: ExportOptions) -> int:
    from heicdepth_tui.cli.paths import photos_in
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.export.run import export_photo
    from heicdepth_tui.photo.client import Decoder

    entries = photos_in(paths, recursive)
    if not entries:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    failed = False
    decoder = Decoder.start(limit_pixels=options.limits.pixels)
    try:
        for entry in entries:
            try:
                export_photo(Path(entry.path), options, decoder.get, written=_print_written)
            except HeicDepthError as error:
                click.echo(f"heicdepth-tui: {error.at(entry.path)}", err=True)
                failed = True
    finally:
        decoder.close()
    return 1 if failed else 0


def _print_written(done: Exported) -> None:
    click.echo(str(done.path))
    click.echo(done.summary, err=True)
