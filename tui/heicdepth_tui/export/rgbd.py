"""RGBD: a folder of colour, depth and camera that Open3D and nerfstudio load as it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.export.camera_files import (
    camera_comments,
    nerfstudio_json,
    open3d_json,
    required_camera,
    text_writer,
)
from heicdepth_tui.export.options import DepthUnit
from heicdepth_tui.export.png import colour_writer, scaled_depth, write_png
from heicdepth_tui.export.source import ExportSource, OutputFile

if TYPE_CHECKING:
    from heicdepth_tui.files import Writer

__all__ = ["output_files"]

_COLOUR, _DEPTH = "color/000000.png", "depth/000000.png"


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the files of ``rgbd``, all in one new folder.

    ``color/000000.png`` is the photo at the size of the depth raster, ``depth/000000.png`` the
    distance along the optical axis in 16-bit millimetres, 0 = no data; ``intrinsic.json`` is
    Open3D's, ``transforms.json`` nerfstudio's. Raises NoMetresError and NoCameraError where the
    photo has no metres or no camera.
    """
    depth_map = source.depth_map
    if depth_map.reason:
        raise NoMetresError(depth_map.reason, hint="png writes the codes as stored")
    camera = required_camera(source)
    for_open3d = open3d_json(camera, camera_comments(source, from_corner=False))
    for_nerfstudio = nerfstudio_json(
        camera, camera_comments(source, from_corner=True), _COLOUR, _DEPTH
    )
    depth, too_far = scaled_depth(source.raster.metres, DepthUnit.MILLIMETRE)
    clauses = ["depth in millimetres, 0 = no data", *source.raster.short]
    if too_far:
        clauses.append(f"{too_far:,} samples farther than 65.535 m are written as 0")
    text = "; ".join([*clauses, source.trust.long, *source.notes])
    about_photo = f"the photo at {source.raster_size}; {source.raster_photo.short}"
    files: dict[str, tuple[Writer, str]] = {
        _COLOUR: (colour_writer(source), about_photo),
        _DEPTH: (partial(write_png, depth, text, comments=source.raster_comments()), text),
        "intrinsic.json": (
            text_writer(for_open3d),
            f"camera for Open3D; {camera.origin_words}",
        ),
        "transforms.json": (
            text_writer(for_nerfstudio),
            "camera and pictures for nerfstudio, with --auto-scale-poses False",
        ),
    }
    return tuple(
        OutputFile(f"-rgbd/{name}", write, summary) for name, (write, summary) in files.items()
    )
