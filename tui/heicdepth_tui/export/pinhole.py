"""The source of formats made of rows and columns, rectified: as a pinhole camera would see it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from heicdepth_tui.depth.rectify import rectify_map, rectify_picture
from heicdepth_tui.errors import NoCameraError
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.registry import Kind
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from heicdepth_tui.export.registry import Format
    from heicdepth_tui.export.source import ExportSource

__all__ = ["as_pinhole", "source_of"]

_RESAMPLED = frozenset({Kind.RASTER, Kind.STEREO})
_RESAMPLED_CLOUDS = frozenset({"html"})
"""Clouds whose readers compute each point from its place in the picture."""


def source_of(source: ExportSource, one: Format) -> ExportSource:
    """Return the source for a format: resampled where the options rectify and it needs that.

    Clouds correct the rays of their points themselves. Raises as ``as_pinhole``.
    """
    if not source.options.cloud.rectify:
        return source
    if one.kind in _RESAMPLED or one.name in _RESAMPLED_CLOUDS:
        return source.once(as_pinhole)
    return source


def as_pinhole(source: ExportSource) -> ExportSource:
    """Return a source whose depth map and photo are resampled to a pinhole camera's.

    Raises NoCameraError without a camera, RectifyError where its lens cannot be corrected.
    """
    if source.camera is None:
        raise NoCameraError(
            "neither the file nor EXIF gives a camera", hint="export without --rectify"
        )
    camera = source.camera.rectified()

    @cache
    def rectified(size: Size, stored: bool) -> Coloured:
        picture = source.colours(size, stored)
        return replace(picture, rgb=rectify_picture(picture.rgb, camera.resized(size)))

    return replace(
        source,
        depth_map=rectify_map(source.depth_map, camera),
        camera=camera.resampled(),
        colours=rectified,
        notes=(*source.notes, camera.rectified_note),
    )
