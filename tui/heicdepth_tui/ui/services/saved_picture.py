"""Draws what a screen shows from the samples, and saves it as PNG; runs in a thread."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from heicdepth_tui._version import __version__
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.fit import whole_scale
from heicdepth_tui.draw.frame_cross import draw_frame_cross
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.point_mark import MARK_ARM, mark_point
from heicdepth_tui.draw.raster import rasterise
from heicdepth_tui.draw.rendering import RenderedImage
from heicdepth_tui.draw.sheet import Panel, Ramp, draw_sheet
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.files import safe_name, write_new
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import Pixels, Request, as_rgb8
from heicdepth_tui.photo.region import MAX_LEVEL
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.picture_request import CloudPart, LayerPart, PictureRequest, ViewPart
from heicdepth_tui.ui.model.pose import view_of
from heicdepth_tui.ui.services.open_cloud import open_cloud
from heicdepth_tui.ui.services.open_layers import OpenLayers

if TYPE_CHECKING:
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.ui.model.picture_request import LegendTexts, PicturePart

__all__ = ["save_picture"]

Rgb = NDArray[np.uint8]

_SIDE = 1536
"""Longer side up to which samples are enlarged by a whole number."""
_LONGEST = 4096
"""Longer side beyond which a picture that stands alone is shrunk; one of two, beyond ``_SIDE``."""
_MANY_SAMPLES = 50_000_000
_LONGEST_OF_MANY = 2048
"""Longer side for photos of more samples: the memory of the decoder process has no room for more.

A photo of 200 megapixels is refused at 4096.
"""
_COMPRESSION = 3
"""Of 0 to 9: a photo of 12 megapixels takes half the time of the default 6, and 5 % more bytes."""


def save_picture(request: PictureRequest, decode: Callable[[Request], Pixels]) -> Path:
    """Draw and write ``NAME-VIEW.png``, never over another file; return its path.

    Raises what decoding and drawing the parts raise, and WriteError.
    """
    longest = _LONGEST if len(request.parts) == 1 else _SIDE
    panels = [_shrunk(_panel(request, part, longest, decode), longest) for part in request.parts]
    image = draw_sheet(request.title, panels)

    def write(file: BinaryIO) -> None:
        file.write(_png(image, request))

    stem = safe_name(Path(request.entry.path).stem)
    return write_new(request.folder, f"{stem}-{request.view}.png", write).absolute()


def _png(image: Image.Image, request: PictureRequest) -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", f"heicdepth-tui {__version__}")
    about.add_itxt("Title", printable(request.title))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=about, compress_level=_COMPRESSION)
    return buffer.getvalue()


def _panel(
    request: PictureRequest, part: PicturePart, longest: int, decode: Callable[[Request], Pixels]
) -> Panel:
    if isinstance(part, LayerPart):
        pixels = part.pixels or decode(_decode_request(request, part, longest))
        return _layer_panel(part, pixels)
    if isinstance(part, CloudPart):
        return _cloud_panel(part, decode)
    return _view_panel(part, decode)


def _layer_panel(part: LayerPart, pixels: Pixels) -> Panel:
    # Turning keeps either sample type; the cast only satisfies mypy.
    array = cast("NDArray[np.uint8]", pixels.array)
    quarter_turns, is_mirrored = part.turn
    if quarter_turns or is_mirrored:
        turned = np.rot90(array, quarter_turns)
        array = np.ascontiguousarray(turned[:, ::-1] if is_mirrored else turned)
    if part.colormap:
        top = 2**pixels.bits - 1
        rgb = colorize(array, top, part.colormap, ColorMode.TRUECOLOR, part.scale)
    else:
        rgb = as_rgb8(pixels, array)
    notes = (part.legend.note,) if part.legend is not None else ()
    return Panel(
        _enlarged(rgb),
        part.heading,
        notes=(*notes, *part.notes),
        ramp=_ramp(part.colormap, part.scale, part.legend),
        cross=part.cross,
        marks=part.marks,
    )


def _decode_request(request: PictureRequest, part: LayerPart, longest: int) -> Request:
    """Request a layer whole, or its region; photos no larger than they are drawn."""
    path, region = request.entry.path, part.region
    if region is None:
        if part.size[0] * part.size[1] > _MANY_SAMPLES:
            longest = min(longest, _LONGEST_OF_MANY)
        fit = None if part.colormap else (longest, longest)
        return Request(next_ticket(), "picture", path, part.layer, fit=fit, keep=True)
    level = 0
    while max(region.width, region.height) >> level > _LONGEST and level < MAX_LEVEL:
        level += 1
    return Request(
        next_ticket(), "picture", path, part.layer, region=region, level=level, keep=True
    )


def _ramp(colormap: str, scale: CodeScale, legend: LegendTexts | None) -> Ramp | None:
    if legend is None:
        return None
    return Ramp(colormap, scale.is_far_bright, legend.ends, legend.ticks)


def _enlarged(rgb: Rgb) -> Rgb:
    """Return a picture with each sample repeated as often as ``_SIDE`` allows."""
    height, width = rgb.shape[:2]
    scale = whole_scale((width, height), _SIDE)
    return shrink(rgb, (width * scale, height * scale))


def _shrunk(panel: Panel, side: int) -> Panel:
    """Return a panel with its picture shrunk to a longer side, where it is longer."""
    height, width = panel.rgb.shape[:2]
    if max(width, height) <= side:
        return panel
    scale = side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return replace(panel, rgb=shrink(panel.rgb, size))


def _cloud_panel(part: CloudPart, decode: Callable[[Request], Pixels]) -> Panel:
    spec = replace(part.request.spec, mode=ColorMode.TRUECOLOR)
    request = replace(part.request, spec=spec)
    opened = open_cloud(request, decode)
    source, points = opened.points(request)
    columns, rows = spec.cells
    # Square pixels, whatever the shape of a cell.
    height = rows * spec.cell_aspect
    scale = whole_scale((columns, math.ceil(height)), _SIDE)
    view = view_of(request.pose, opened.rest, (columns * scale, round(height * scale)))
    raster = rasterise(points, view, request.background, shaded=request.is_shaded)
    picked = opened.number_of(source.cloud, request.picked)
    if picked is not None:
        mark_point(raster, view, source.cloud.xyz[picked], arm=scale * MARK_ARM)
    draw_frame_cross(raster.rgb, view.rotation)
    ramp = _ramp(spec.colormap, spec.scale, part.legend)
    return Panel(raster.rgb, part.heading, notes=part.notes, ramp=ramp, bar=part.bar)


def _view_panel(part: ViewPart, decode: Callable[[Request], Pixels]) -> Panel:
    request = part.request
    spec = replace(request.spec, cells=(_SIDE, _SIDE), cell_pixels=(1, 1), mode=ColorMode.TRUECOLOR)
    opened = OpenLayers(request.entry, part.options, decode)
    result = opened.draw(replace(request, spec=spec))
    fit, data = cast("RenderedImage", result.rendered)
    rgb = np.frombuffer(data, np.uint8).reshape(fit.height, fit.width, 3)
    labels = tuple(
        ((label.column / fit.width, label.row / fit.height), label.text) for label in result.labels
    )
    ramp = None
    if result.ramp is not None:
        ends = result.ramp.first, result.ramp.last
        ramp = Ramp(spec.colormap, result.ramp.is_far_bright, ends, ())
    return Panel(rgb, part.heading, notes=(result.caption,), ramp=ramp, labels=labels)
