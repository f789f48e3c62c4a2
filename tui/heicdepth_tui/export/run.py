"""Exports a photo: reads its header, decodes its layers and writes every requested format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np

from heicdepth_tui.depth.camera import aligned_camera
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.depth.measure import Probe, factor_for
from heicdepth_tui.depth.points import Projection
from heicdepth_tui.depth.registration import Registration, register
from heicdepth_tui.depth.scale import KnownLength, scaled
from heicdepth_tui.errors import (
    ExportError,
    GeometryError,
    MissingLayerError,
    NoDepthError,
    UnsupportedError,
)
from heicdepth_tui.export.camera_files import camera_outputs
from heicdepth_tui.export.colouring import Coloured, Colours, as_rgb
from heicdepth_tui.export.options import CameraFile, DepthUnit, format_stem
from heicdepth_tui.export.pinhole import as_pinhole, source_of
from heicdepth_tui.export.png import depth_suffix, photo_suffix
from heicdepth_tui.export.registry import Format, formats_named, write_outputs
from heicdepth_tui.export.rules import refusals
from heicdepth_tui.export.source import (
    Exported,
    ExportOptions,
    ExportSource,
    LayerPixels,
    PhotoSource,
)
from heicdepth_tui.heif.colour import needs_no_profile
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import ColourSpace, Header
from heicdepth_tui.heif.gps import read_position
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import ImageItem, Size
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, Pixels, Request

__all__ = ["LayerDecoder", "export_photo", "read_photo", "read_source"]

LayerDecoder = Callable[[Request], Pixels]
"""Decodes one layer and returns it, or raises DecodeError."""

_PANE = "export"
_ASPECT_TOLERANCE = 0.02


def _ignore(_: Exported) -> None:
    """Do nothing; the default of ``written``."""


def _never() -> bool:
    """Return False; the default of ``is_stopped``."""
    return False


def export_photo(
    path: str | os.PathLike[str],
    options: ExportOptions,
    decode: LayerDecoder,
    *,
    written: Callable[[Exported], object] = _ignore,
    is_stopped: Callable[[], bool] = _never,
    present: Sequence[Exported] = (),
) -> list[Exported]:
    """Write a photo in every format of ``options`` into ``options.out``; return what was written.

    ``written`` is called for each file as soon as it is on the disk. A format that this photo does
    not allow (GeometryError: no depth map, metres or camera; MissingLayerError: no matte or other
    picture) is skipped; its error is raised after the other formats are written. Any other error
    stops the export at once: files of formats before it stay, the failed format leaves none. Once a
    format is written and ``is_stopped`` returns True, no further one is begun. ``present`` are
    files of this photo that are there already: camera files name the pictures among them. Without
    formats only the camera files are written.

    Raises FileAccessError and HeaderError for the photo, NoDepthError, NoMetresError and
    NoCameraError, DecodeError from ``decode``, ExportError (options that contradict each other
    included) and WriteError.
    """
    for refusal in refusals(options):
        raise ExportError(refusal.reason)
    has_cameras_only = bool(options.camera_files) and not options.formats
    formats = [] if has_cameras_only else formats_named(options.formats)
    done: list[Exported] = []
    refused: GeometryError | MissingLayerError | None = None
    source: PhotoSource
    try:
        if any(one.needs_depth for one in formats) or options.camera_files:
            source = read_source(Path(path), options, decode)
        else:
            source = read_photo(Path(path), options, decode)
    except NoDepthError as error:
        formats = [one for one in formats if not one.needs_depth]
        if not formats:
            raise
        refused, source = error, read_photo(Path(path), options, decode)
    pictures = [*present]
    for write in _writers(source, formats, pictures):
        if done and is_stopped():
            break
        try:
            new = write()
        except (GeometryError, MissingLayerError) as error:
            refused = refused or error
            continue
        for exported in new:
            done.append(exported)
            pictures.append(exported)
            written(exported)
    if refused is not None:
        raise refused.at(source.path)
    return done


def _writers(
    source: PhotoSource, formats: Sequence[Format], pictures: Sequence[Exported]
) -> Iterator[Callable[[], list[Exported]]]:
    """Yield what writes each format, then each camera file, which names one of ``pictures``."""
    options = source.options
    yield from (partial(_write_format, source, one) for one in formats)
    if isinstance(source, ExportSource):
        for tool in options.camera_files:
            yield partial(_write_camera, source, tool, pictures)


def _write_format(source: PhotoSource, one: Format) -> list[Exported]:
    if isinstance(source, ExportSource):
        source = source_of(source, one)
    return one.write(source, source.options.out)


def _write_camera(
    source: ExportSource, tool: CameraFile, pictures: Sequence[Exported]
) -> list[Exported]:
    if source.options.cloud.rectify:
        source = source.once(as_pinhole)
    names = [one.path.name for one in pictures if one.format == "png"]
    photo, depth = photo_suffix(source), depth_suffix(source, DepthUnit.MILLIMETRE)
    photos = (name for name in names if name.endswith(photo))
    depths = (name for name in names if name.endswith(depth))
    picture = next(photos, format_stem(source.file_stem, "png") + photo)
    outputs = camera_outputs(source, tool, picture, next(depths, ""))
    return write_outputs(outputs, f"camera-{tool.value}", source.file_stem, source.options.out)


def read_photo(path: Path, options: ExportOptions, decode: LayerDecoder) -> PhotoSource:
    """Read the header and return the source of formats that need no depth map.

    Raises FileAccessError and HeaderError.
    """
    header = read_header(path, limits=options.limits)
    return PhotoSource(
        path=path,
        header=header,
        options=options,
        notes=tuple(_place_notes(path, options)),
        layers=_layers(path, decode),
    )


def read_source(path: Path, options: ExportOptions, decode: LayerDecoder) -> ExportSource:
    """Read the header, decode the depth map and return the source of the formats.

    Colours are decoded when a format uses them. Raises as ``export_photo``.
    """
    header = read_header(path, limits=options.limits)
    info = header.depth
    if info.status is not DepthStatus.PRESENT or info.item is None:
        raise NoDepthError(
            info.reason or "the photo has no depth map",
            path=path,
            hint="heicdepth-tui export --format layers writes its two eyes"
            if header.stereo_pairs
            else "",
            is_absent=info.status in (DepthStatus.ABSENT, DepthStatus.STRIPPED),
        )
    layer = Layer(LayerKind.DEPTH, info.item.id, "depth")
    pixels = decode(Request(next_ticket(), _PANE, str(path), layer, keep=True))
    if pixels.array.ndim != 2:
        raise UnsupportedError("the depth map is stored as a colour picture", path=path)
    registration = register(header.primary, info.item, options.register)
    depth_map = build_depth_map(pixels.array, pixels.bits, info).aligned(registration)
    camera = aligned_camera(header, registration)
    probe = Probe(depth_map, camera, registration.region, header.primary.displayed_size)
    notes = _notes(path, header, depth_map.size, registration, options)
    return ExportSource(
        path=path,
        header=header,
        depth_map=_scaled(probe, options, path),
        camera=camera,
        colours=_colours(path, decode, registration.region, header.colour),
        options=options,
        notes=tuple(filter(None, (pixels.note, *notes))),
        region=registration.region,
        registration=registration,
        layers=_layers(path, decode),
    )


def _layers(path: Path, decode: LayerDecoder) -> LayerPixels:
    def pixels(layer: Layer) -> Pixels:
        return decode(Request(next_ticket(), _PANE, str(path), layer, keep=True))

    return cache(pixels)


def _scaled(probe: Probe, options: ExportOptions, path: Path) -> DepthMap:
    """Return the depth map with the distances that the options request."""
    scale = options.scale
    # A flat cloud holds the values of the file and is not to scale.
    if scale is None or options.cloud.projection is Projection.FLAT:
        return probe.depth_map
    try:
        factor = factor_for(probe, scale) if isinstance(scale, KnownLength) else scale
        return scaled(probe.depth_map, factor)
    except ValueError as error:
        raise ExportError(f"no scale: {error}", path=path, hint=_SCALE_HINT) from error


_SCALE_HINT = "give --scale-to a length that the photo shows, or leave it out"


def _notes(
    path: Path, header: Header, depth: Size, registration: Registration, options: ExportOptions
) -> Iterator[str]:
    yield registration.sentence
    if registration.coverage.crop is None or registration.region != WHOLE:
        yield _shape_note(header.primary, depth, registration.region)
    yield from _place_notes(path, options)


def _place_notes(path: Path, options: ExportOptions) -> Iterator[str]:
    if options.with_gps:
        position = read_position(path, limits=options.limits)
        yield f"taken at {position}" if position else "the photo does not say where it was taken"


def _colours(path: Path, decode: LayerDecoder, region: Region, colour: ColourSpace) -> Colours:
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
        pixels = decode(request)
        rgb = as_rgb(pixels)
        if region != WHOLE:
            rgb = np.ascontiguousarray(region.cut(rgb, size))
        return Coloured(rgb, pixels.space or colour.name, pixels.converted_from, pixels.note)

    @cache
    def at_size(size: Size, stored: bool) -> Coloured:
        # Without another profile the decoder converts nothing: one picture serves both cases.
        picture = decoded(size, stored or needs_no_profile(colour))
        return picture if stored else picture.in_srgb()

    return at_size


def _shape_note(photo: ImageItem, depth: Size, region: Region) -> str:
    if region != WHOLE:
        return f"the depth map covers {region.describe()} of the photo: colours are cut from there"
    ratio = photo.displayed_size.width * depth.height / (photo.displayed_size.height * depth.width)
    if abs(ratio - 1) <= _ASPECT_TOLERANCE:
        return ""
    size = photo.displayed_size
    return f"photo {size} and depth {depth} differ in shape: colours are stretched to fit"
