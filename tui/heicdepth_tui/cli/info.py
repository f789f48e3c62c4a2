"""``heicdepth-tui info``: the tables as plain text or JSON Lines, one photo after another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.paths import ExistingPath, photos_in

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["info", "print_info"]


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=ExistingPath())
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one object a photo.")
@click.option("--arrays", is_flag=True, help="Decode, and add shape, dtype, min and max of arrays.")
@click.option("-r", "--recursive", is_flag=True, help="Look into sub-folders too.")
def info(paths: tuple[Path, ...], as_json: bool, arrays: bool, recursive: bool) -> int:
    """Print what photos hold: plain tables, or JSON Lines with --json.

    Reads headers only, unless --arrays is given.
    """
    return print_info(paths, recursive=recursive, as_json=as_json, arrays=arrays)


def print_info(paths: Sequence[Path], *, recursive: bool, as_json: bool, arrays: bool) -> int:
    """Print every photo of ``paths`` and return the exit code."""
    entries = photos_in(paths, recursive)
    if not entries:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    decoder = None
    if arrays:
        from heicdepth_tui.photo.client import Decoder

        decoder = Decoder.start()
    failed = False
    try:
        for number, entry in enumerate(entries):
            header, error = _read(entry)
            failed |= error is not None
            if as_json:
                click.echo(_json_line(entry, header, error, decoder))
            else:
                if number:
                    click.echo("")
                for line in _plain(entry, header, error, decoder):
                    click.echo(line)
    finally:
        if decoder is not None:
            decoder.close()
    return 1 if failed else 0


def _read(entry: Entry) -> tuple[Header | None, HeicDepthError | None]:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.heif.header import read_header

    try:
        return read_header(entry.path), None
    except HeicDepthError as error:
        return None, error.at(entry.path)


def _decode_all(
    entry: Entry, header: Header, decoder: Decoder
) -> tuple[dict[str, Pixels], dict[str, HeicDepthError]]:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.photo.client import next_ticket
    from heicdepth_tui.photo.layers import LayerKind, Request, layers_of

    decoded: dict[str, Pixels] = {}
    failed: dict[str, HeicDepthError] = {}
    for layer in layers_of(header):
        # Statistics describe the whole layer, however small the picture that comes back.
        fit = None if layer.kind is LayerKind.DEPTH else (64, 64)
        request = Request(next_ticket(), "info", entry.path, layer, fit=fit, keep=True)
        try:
            decoded[layer.label] = decoder.get(request)
        except HeicDepthError as error:
            failed[layer.label] = error
    return decoded, failed


def _json_line(
    entry: Entry, header: Header | None, error: HeicDepthError | None, decoder: Decoder | None
) -> str:
    from heicdepth_tui.export.record import array_records, photo_record

    arrays = None
    if decoder is not None and header is not None:
        decoded, failed = _decode_all(entry, header, decoder)
        arrays = array_records(decoded, _depth_map(decoded, header))
        error = next(iter(failed.values()), error)
    return json.dumps(photo_record(entry.path, header, error, arrays), allow_nan=False)


def _plain(
    entry: Entry, header: Header | None, error: HeicDepthError | None, decoder: Decoder | None
) -> Iterator[str]:
    from heicdepth_tui.report.plain import plain_arrays, plain_groups
    from heicdepth_tui.report.tables import fact_groups
    from heicdepth_tui.text import printable

    yield printable(entry.path)
    if header is None:
        yield f"  error: {'' if error is None else error.short}"
        return
    from heicdepth_tui.depth.camera import camera_for_depth, stored_camera

    depth_map = None
    decoded: dict[str, Pixels] = {}
    failed: dict[str, HeicDepthError] = {}
    if decoder is not None:
        decoded, failed = _decode_all(entry, header, decoder)
        depth_map = _depth_map(decoded, header)
        reasons = {label: problem.short for label, problem in failed.items()}
        yield from plain_arrays(decoded, reasons, depth_map)
    item = header.depth.item
    camera = None if item is None else camera_for_depth(header, item.upright)
    groups = fact_groups(header, depth_map=depth_map, stored=stored_camera(header), camera=camera)
    yield from plain_groups(groups)


def _depth_map(decoded: dict[str, Pixels], header: Header) -> DepthMap | None:
    from heicdepth_tui.depth.depthmap import build_depth_map

    pixels = decoded.get("depth")
    return None if pixels is None else build_depth_map(pixels.array, pixels.bits, header.depth)
