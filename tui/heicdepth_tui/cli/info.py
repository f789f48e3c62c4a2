"""``heicdepth-tui info``: prints the tables as plain text or JSON Lines, photo by photo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.options import limit_option, limits_of
from heicdepth_tui.cli.paths import ExistingPath, photos_in
from heicdepth_tui.cli.probe import PhotoPixel

if TYPE_CHECKING:
    from heicdepth_tui.cli.probe import PixelProbe
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["info", "print_info"]


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=ExistingPath())
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON Lines, one object for each photo."
)
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
    default="photo",
    help="What --at counts: pixels of the photo, or samples of its depth map (upright, cropped "
    "as the photo is).",
)
@click.option("-r", "--recursive", is_flag=True, help="Include sub-folders.")
@limit_option
def info(
    paths: tuple[Path, ...],
    as_json: bool,
    arrays: bool,
    pixels: tuple[tuple[int, int], ...],
    frame: str,
    recursive: bool,
    limit_pixels: int,
) -> int:
    """Print metadata as tables or JSON Lines.

    Reads headers only, unless --arrays or --at is given.
    """
    return print_info(
        paths,
        recursive=recursive,
        as_json=as_json,
        arrays=arrays,
        limits=limits_of(limit_pixels),
        pixels=pixels,
        in_depth=frame == "depth",
    )


def print_info(
    paths: Sequence[Path],
    *,
    recursive: bool,
    as_json: bool,
    arrays: bool,
    limits: Limits,
    pixels: Sequence[tuple[int, int]] = (),
    in_depth: bool = False,
) -> int:
    """Print every photo of ``paths`` and return the exit code.

    ``pixels`` count in the photo, or with ``in_depth`` in its depth map.
    """
    entries = photos_in(paths, recursive)
    if not entries:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    decoder = None
    if arrays or pixels:
        from heicdepth_tui.photo.client import Decoder

        decoder = Decoder.start(limit_pixels=limits.pixels)
    failed = False
    try:
        for number, entry in enumerate(entries):
            photo = _read(entry, limits, decoder if arrays else None)
            if pixels and decoder is not None and photo.header is not None:
                probes, undecoded = _probes(photo, photo.header, pixels, decoder, in_depth)
                photo = replace(photo, probes=probes, undecoded=undecoded)
            failed |= photo.failed
            if as_json:
                click.echo(_json_line(photo))
            else:
                if number:
                    click.echo("")
                for line in _plain(photo):
                    click.echo(line)
    finally:
        if decoder is not None:
            decoder.close()
    return 1 if failed else 0


@dataclass(frozen=True, slots=True)
class _Photo:
    """The header of one photo, and its decoded layers where arrays were requested."""

    entry: Entry
    header: Header | None
    error: HeicDepthError | None
    decoded: dict[Layer, Pixels] | None = None
    undecoded: dict[Layer, HeicDepthError] = field(default_factory=dict)
    probes: tuple[PixelProbe, ...] | None = None

    @property
    def failed(self) -> bool:
        return self.error is not None or bool(self.undecoded)

    @property
    def depth_maps(self) -> dict[Layer, DepthMap]:
        """The depth maps of all depth layers that were decoded, each by its own mapping."""
        from heicdepth_tui.depth.depthmap import build_depth_map
        from heicdepth_tui.photo.layers import depth_info

        found = {}
        for layer, pixels in (self.decoded or {}).items():
            depth = None if self.header is None else depth_info(self.header, layer)
            if depth is not None:
                found[layer] = build_depth_map(pixels.array, pixels.bits, depth)
        return found


def _read(entry: Entry, limits: Limits, decoder: Decoder | None) -> _Photo:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.heif.header import read_header

    try:
        header = read_header(entry.path, limits=limits)
    except HeicDepthError as error:
        return _Photo(entry, None, error.at(entry.path))
    if decoder is None:
        return _Photo(entry, header, None)
    return _Photo(entry, header, None, *_decode_all(entry, header, decoder))


def _probes(
    photo: _Photo,
    header: Header,
    pixels: Sequence[tuple[int, int]],
    decoder: Decoder,
    in_depth: bool,
) -> tuple[tuple[PixelProbe, ...], dict[Layer, HeicDepthError]]:
    from heicdepth_tui.cli.probe import probe_pixels

    path = photo.entry.path
    probes, undecoded = probe_pixels(path, header, pixels, decoder, in_depth=in_depth)
    return probes, {**photo.undecoded, **undecoded}


def _decode_all(
    entry: Entry, header: Header, decoder: Decoder
) -> tuple[dict[Layer, Pixels], dict[Layer, HeicDepthError]]:
    from heicdepth_tui.errors import HeicDepthError, NoDepthError
    from heicdepth_tui.heif.depth_facts import DepthStatus
    from heicdepth_tui.photo.client import next_ticket
    from heicdepth_tui.photo.layers import DEPTH, LayerKind, Request, layers_of, own_depth

    decoded: dict[Layer, Pixels] = {}
    failed: dict[Layer, HeicDepthError] = {}
    if header.depth.status is DepthStatus.UNREADABLE and own_depth(header) is None:
        failed[DEPTH] = NoDepthError(header.depth.reason, path=entry.path)
    for layer in layers_of(header):
        # Statistics describe the whole layer, however small the picture that comes back.
        fit = None if layer.kind is LayerKind.DEPTH else (64, 64)
        request = Request(next_ticket(), "info", entry.path, layer, fit=fit, keep=True)
        try:
            decoded[layer] = decoder.get(request)
        except HeicDepthError as error:
            failed[layer] = error
    return decoded, failed


def _json_line(photo: _Photo) -> str:
    from heicdepth_tui.export.record import array_records, json_line, photo_record

    arrays = None
    if photo.decoded is not None:
        arrays = array_records(photo.decoded, photo.depth_maps)
    error = next(iter(photo.undecoded.values()), photo.error)
    record = photo_record(photo.entry.path, photo.header, error, arrays)
    if photo.probes is not None:
        record["probes"] = [probe.record() for probe in photo.probes]
    return json_line(record)


def _plain(photo: _Photo) -> Iterator[str]:
    from heicdepth_tui.report.plain import plain_arrays, plain_groups
    from heicdepth_tui.report.tables import fact_groups
    from heicdepth_tui.text import printable

    yield printable(photo.entry.path)
    header = photo.header
    if header is None:
        yield f"  error: {'' if photo.error is None else photo.error.short}"
        return
    from heicdepth_tui.depth.camera import aligned_camera, stored_camera
    from heicdepth_tui.photo.layers import own_depth

    for probe in photo.probes or ():
        yield ""
        yield from probe.lines()
    if photo.probes:
        yield ""
    depth_maps = photo.depth_maps
    if photo.decoded is not None:
        reasons = {layer: problem.short for layer, problem in photo.undecoded.items()}
        yield from plain_arrays(photo.decoded, reasons, depth_maps)
    camera = aligned_camera(header)
    own = own_depth(header)
    depth_map = None if own is None else depth_maps.get(own)
    yield from plain_groups(
        fact_groups(header, depth_map=depth_map, stored=stored_camera(header), camera=camera)
    )
