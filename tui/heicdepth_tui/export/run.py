"""Export one photo: read its header, have its layers decoded, and write every format asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import camera_for_depth
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.registration import Registration, register
from heicdepth_tui.errors import GeometryError, NoDepthError, UnsupportedError
from heicdepth_tui.export.colouring import Coloured, Colours
from heicdepth_tui.export.registry import formats_named
from heicdepth_tui.export.subject import Exported, ExportOptions, Subject
from heicdepth_tui.heif.colour import DISPLAY_P3, SRGB
from heicdepth_tui.heif.facts import ColourSpace, DepthStatus, Header, ImageItem, Size
from heicdepth_tui.heif.gps import read_position
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, Pixels, Request

__all__ = ["PixelSource", "export_photo", "read_subject"]

PixelSource = Callable[[Request], Pixels]
"""Decodes one layer and returns it, or raises DecodeError."""

_PANE = "export"
_ASPECT_TOLERANCE = 0.02


def _ignore(_: Exported) -> None:
    """Do nothing: the caller only wants the list."""


def export_photo(
    path: str | os.PathLike[str],
    options: ExportOptions,
    source: PixelSource,
    *,
    written: Callable[[Exported], object] = _ignore,
) -> list[Exported]:
    """Write a photo in every format of ``options`` into ``options.out``; return what was written.

    ``written`` is called for each file as soon as it is on the disk. A format that this photo does
    not allow (GeometryError: metres or camera unknown) does not hold up the others: its error is
    raised when they are written. Any other error stops the export at once; what other formats
    wrote before stays, of the one that failed nothing does.

    Raises FileAccessError and HeaderError for the photo, NoDepthError, NoMetresError and
    NoCameraError, DecodeError from ``source``, ExportError and WriteError.
    """
    formats = formats_named(options.formats)
    subject = read_subject(Path(path), options, source)
    done: list[Exported] = []
    refused: GeometryError | None = None
    for one in formats:
        try:
            new = one.write(subject, options.out)
        except GeometryError as error:
            refused = refused or error
            continue
        for exported in new:
            done.append(exported)
            written(exported)
    if refused is not None:
        raise refused.at(subject.path)
    return done


def read_subject(path: Path, options: ExportOptions, source: PixelSource) -> Subject:
    """Read the header, decode the depth map and return what formats write from.

    Colours are decoded by ``source`` when a format asks for them. Raises as ``export_photo``.
    """
    header = read_header(path, limits=options.limits)
    info = header.depth
    if info.status is not DepthStatus.PRESENT or info.item is None:
        raise NoDepthError(info.reason or "the photo has no depth map", path=path)
    layer = Layer(LayerKind.DEPTH, info.item.id, "depth")
    pixels = source(Request(next_ticket(), _PANE, str(path), layer, keep=True))
    if pixels.array.ndim != 2:
        raise UnsupportedError("the depth map is stored as a colour picture", path=path)
    registration = register(header.primary, info.item, options.register)
    depth_map = build_depth_map(pixels.array, pixels.bits, info).aligned(registration)
    notes = _notes(path, header, depth_map.size, registration, options)
    return Subject(
        path=path,
        header=header,
        depth_map=depth_map,
        camera=camera_for_depth(header, depth_map.size, registration.transforms),
        colours=_colours(path, source, registration.region, header.colour),
        options=options,
        notes=tuple(filter(None, (pixels.note, *notes))),
        region=registration.region,
        registration=registration,
    )


def _notes(
    path: Path, header: Header, depth: Size, registration: Registration, options: ExportOptions
) -> Iterator[str]:
    yield registration.sentence
    if registration.coverage.crop is None or registration.region != WHOLE:
        yield _shape_note(header.primary, depth, registration.region)
    if options.with_gps:
        position = read_position(path, limits=options.limits)
        yield f"taken at {position}" if position else "the photo does not say where it was taken"


def _colours(path: Path, source: PixelSource, region: Region, colour: ColourSpace) -> Colours:
    @cache
    def decoded(size: Size, stored: bool) -> Coloured:
        whole = region.whole(size)
        request = Request(
            next_ticket(),
            _PANE,
            str(path),
            PRIMARY,
            exact=(whole.width, whole.height),
            keep=True,
            stored=stored,
        )
        pixels = source(request)
        rgb = _as_rgb(pixels)
        if region != WHOLE:
            rgb = np.ascontiguousarray(region.cut(rgb, size))
        return Coloured(rgb, pixels.space or colour.name, pixels.converted_from, pixels.note)

    # One picture serves both where the decoder would convert nothing.
    has_other_profile = colour.profile_bytes and colour.name not in (DISPLAY_P3, SRGB)

    @cache
    def at_size(size: Size, stored: bool) -> Coloured:
        picture = decoded(size, stored or not has_other_profile)
        return picture if stored else picture.in_srgb()

    return at_size


def _as_rgb(pixels: Pixels) -> NDArray[np.uint8]:
    """Return a photo as uint8 (H, W, 3): grey repeated, 10 and 12 bits rounded to 8."""
    array: NDArray[Any] = pixels.array
    if array.dtype != np.uint8:
        top = 2**pixels.bits - 1
        array = ((array.astype(np.uint32) * 255 + top // 2) // top).astype(np.uint8)
    if array.ndim == 2:
        array = np.repeat(array[:, :, None], 3, axis=2)
    return np.asarray(array, np.uint8)


def _shape_note(photo: ImageItem, depth: Size, region: Region) -> str:
    if region != WHOLE:
        return f"the depth map covers {region.describe()} of the photo: colours are cut from there"
    ratio = photo.displayed_size.width * depth.height / (photo.displayed_size.height * depth.width)
    if abs(ratio - 1) <= _ASPECT_TOLERANCE:
        return ""
    size = photo.displayed_size
    return f"photo {size} and depth {depth} differ in shape: colours are stretched to fit"
