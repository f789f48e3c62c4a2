"""Every export option, declared once: command line, dialog, saved options and warnings use it.

To add an option:

1. Add a field with its default and unit to ``ExportOptions``, or to ``CloudOptions`` where it
   changes the points.
2. Add a Switch, Choice, Several or Number to a section below. Its flag, its help, its line in the
   dialog, its place in the saved options and the warning where no format uses it follow.
3. Where a combination makes no sense, add it to ``rules.REFUSALS``.
4. Use the field where the files are made: ``ExportSource`` and the format's module.

A format is added in ``registry.py``. Importing this module imports no numpy.
"""

from __future__ import annotations

from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.points import ColorResolution, Projection
from heicdepth_tui.depth.registration import Frames
from heicdepth_tui.export.option_kinds import (
    Choice,
    Number,
    Option,
    Section,
    Several,
    Switch,
    Value,
)
from heicdepth_tui.export.options import CameraFile, ColourValues, DepthUnit, Matte, PointField
from heicdepth_tui.export.registry import Kind

__all__ = ["OPTIONS", "SECTIONS", "option"]

_POINTS = frozenset({Kind.CLOUD, Kind.MESH})
_SURFACES = _POINTS | {Kind.STEREO}
_STEREO = frozenset({Kind.STEREO})
_GRIDS = _SURFACES | {Kind.RASTER}
_NO_CLOUD = "no cloud in {formats}"
_NO_DEPTH = "no distances in {formats}"
_PCD = frozenset({"pcd", "pcd-compressed", "pcd-ascii"})

_REGISTER = Choice(
    field="register",
    flags=("--register",),
    usage="How to match photo and depth map where they are rotated or mirrored differently: after "
    "each one's transforms, or as coded. auto compares their shapes.",
    label="match photo and depth by",
    values=(
        Value(
            Frames.AUTO,
            "auto",
            "by their shapes",
            "where their frames are turned differently: as their shapes decide",
        ),
        Value(
            Frames.TRANSFORMS,
            "transforms",
            "each one's own",
            "where their frames are turned differently: each by its own transforms",
        ),
        Value(
            Frames.CODED,
            "coded",
            "as stored",
            "where their frames are turned differently: the coded frames match",
        ),
    ),
    is_saved=False,
)

_PROJECTION = Choice(
    field="cloud.projection",
    flags=("--projection",),
    usage="Projection of clouds: perspective with the camera, or a flat relief (not to scale).",
    label="projection",
    values=(
        Value(
            Projection.PERSPECTIVE,
            "perspective",
            "metres, by the camera",
            "points in metres where the camera saw them: x right, y up, −z forward",
        ),
        Value(
            Projection.FLAT,
            "flat",
            "codes as height, no unit",
            "a relief of the codes without unit: distances and sizes are not to scale",
        ),
    ),
    kinds=_POINTS,
    unused=_NO_CLOUD,
)

_COLOR_RESOLUTION = Choice(
    field="cloud.color_resolution",
    flags=("--resolution", "--color-resolution"),
    usage="Raise depth to a finer grid, guided by the photo: points and rasters. Codes stay as "
    "stored.",
    label="resolution",
    explanation="grid of points and rasters: the depth map's, or a finer one by the photo",
    values=tuple(Value(one, one.value) for one in ColorResolution),
    is_inline=True,
    kinds=_GRIDS,
    unused=_NO_DEPTH,
    in_flat=False,
)


def _distance(
    field: str, flag: str, usage: str, *, label: str = "", note: str = "", explanation: str = ""
) -> Number:
    """Return an option for a distance beyond which points are dropped."""
    return Number(
        field=field,
        flags=(flag,),
        usage=usage,
        label=label,
        note=note,
        explanation=explanation,
        minimum=0,
        is_minimum_allowed=False,
        metavar="M",
        unit="metres",
        placeholder="all",
        kinds=_POINTS,
        unused=_NO_CLOUD,
        in_flat=False,
    )


_SAMPLES = (
    Number(
        field="cloud.stride",
        flags=("--step",),
        usage="Take every N-th row and column.",
        label="every N-th sample",
        note="1 to 1000",
        explanation="every N-th row and column, 1 to 1000",
        minimum=1,
        maximum=1000,
        is_whole=True,
        metavar="N",
        placeholder="1",
        kinds=_POINTS,
        unused=_NO_CLOUD,
    ),
    _distance("cloud.max_depth", "--max-depth", "Drop points farther than M metres."),
    _distance(
        "cloud.near",
        "--near",
        "Drop points nearer than M metres.",
        label="nearest, m",
        note="drops nearer",
        explanation="points nearer than this are dropped",
    ),
    _distance(
        "cloud.far",
        "--far",
        "Same as --max-depth; the smaller one counts.",
        label="farthest, m",
        note="drops farther",
        explanation="points farther than this are dropped",
    ),
    Number(
        field="scale",
        flags=("--scale",),
        usage="Multiply all distances by F.",
        label="scale distances",
        note="0.001 to 1000",
        explanation="multiplies all distances; empty: as a known length in the probe, else 1",
        minimum=1 / 1000,
        maximum=1000,
        metavar="F",
        placeholder="1",
        kinds=_GRIDS,
        unused=_NO_DEPTH,
        is_saved=False,
    ),
)

_SWITCHES = (
    Switch(
        field="cloud.drop_flying",
        flags=("--keep-flying",),
        usage="Keep flying pixels: points between two surfaces.",
        given=False,
        label="drop flying",
        note="between two surfaces",
        explanation="drops samples that hang between a near and a far surface; they are counted",
        kinds=_SURFACES,
        unused=_NO_CLOUD,
        in_flat=False,
    ),
    Switch(
        field="cloud.smooth",
        flags=("--smooth",),
        usage="Smooth the steps of 8-bit depth, by at most half a code and never across an edge.",
        label="smooth terraces",
        note="8-bit steps, ±½ code",
        explanation="evens terraces of 8-bit codes by up to half a code, never across an edge",
        kinds=_GRIDS,
        unused=_NO_DEPTH,
        in_flat=False,
    ),
    Switch(
        field="cloud.rectify",
        flags=("--rectify",),
        usage="Correct the lens distortion by the file's coefficients (experimental): rays of "
        "points, and depth and photo of rasters by resampling.",
        label="rectify",
        note="experimental",
        explanation="corrects the lens distortion by the file's coefficients; experimental",
        kinds=_POINTS | {Kind.RASTER, Kind.STEREO},
        unused="no depth in {formats}",
        in_flat=False,
    ),
    Switch(
        field="cloud.normals",
        flags=("--normals",),
        usage="Add normals (PCD, PLY, GLB).",
        label="normals",
        note="PCD, PLY and GLB",
        explanation="adds the direction of the surface to each point of PCD, PLY and GLB",
        kinds=_POINTS,
        unused=_NO_CLOUD,
    ),
    Switch(
        field="organised",
        flags=("--organised", "--organized"),
        usage="PCD: keep rows and columns; dropped samples are NaN.",
        label="organised PCD",
        note="rows and columns",
        explanation="PCD keeps WIDTH and HEIGHT of the map; dropped samples are NaN",
        kinds=frozenset(),
        formats=_PCD,
        unused="only PCD keeps rows and columns",
    ),
    Choice(
        field="colours",
        flags=("--colors", "--colours"),
        usage="Convert colours to sRGB, or keep them as decoded. HTML and GLB always show true "
        "colours.",
        label="sRGB colours",
        note="off: as decoded",
        explanation="converts colours to sRGB; off: as decoded, except in HTML and GLB",
        values=(Value(ColourValues.SRGB, "sRGB"), Value(ColourValues.STORED, "as decoded")),
        ticked=ColourValues.SRGB,
    ),
    Choice(
        field="png_unit",
        flags=("--png-unit",),
        usage="PNG: unit of the depth samples; the largest distance is 65.5 m or 6.55 m.",
        label="PNG in 0.1 mm",
        note="to 6.55 m; off: 1 mm",
        explanation="steps of the depth PNG: 0.1 mm to 6.55 m; off: 1 mm to 65.5 m",
        values=(
            Value(DepthUnit.MILLIMETRE, "1 mm"),
            Value(DepthUnit.TENTH_MILLIMETRE, "0.1 mm"),
        ),
        ticked=DepthUnit.TENTH_MILLIMETRE,
        kinds=frozenset(),
        formats=frozenset({"png"}),
        unused="no PNG is written",
    ),
    Switch(
        field="with_gps",
        flags=("--with-gps",),
        usage="Add the place of the photo (GPS) to the files' comments.",
        label="with GPS place",
        note="in the comments",
        explanation="writes where the photo was taken into the files' comments; never kept",
        is_saved=False,
    ),
)

_AXES = Choice(
    field="axes",
    flags=("--frame",),
    usage="PCD and PLY: x right, y up, -z forward (opengl), or x right, y down, z forward "
    "(opencv).",
    label="axes of the points",
    values=(
        Value(
            Axes.OPENGL,
            "opengl",
            "x right, y up, −z forward",
            "PCD and PLY with y up and −z forward: upright in most viewers",
        ),
        Value(
            Axes.OPENCV,
            "opencv",
            "x right, y down, z forward",
            "PCD and PLY with y down and z forward, as OpenCV, COLMAP and ROS have it",
        ),
    ),
    is_inline=True,
    kinds=frozenset(),
    formats=_PCD | {"ply"},
    unused="only PCD and PLY leave the axes open",
    in_flat=False,
)

_CAMERA_FILES = Several(
    field="camera_files",
    flags=("--camera-file",),
    usage="Camera files as well, separated by commas: intrinsics of the exported pictures, and the "
    "identity as pose.",
    label="camera files",
    values=(
        Value(
            CameraFile.OPEN3D,
            "Open3D",
            explanation="NAME-open3d.json: a PinholeCameraIntrinsic of the exported pictures",
        ),
        Value(
            CameraFile.COLMAP,
            "COLMAP",
            explanation="NAME-colmap: cameras.txt, images.txt, points3D.txt; names NAME-photo.png",
        ),
        Value(
            CameraFile.NERFSTUDIO,
            "nerfstudio",
            explanation="NAME-transforms.json: camera and pose; names NAME-photo.png",
        ),
        Value(
            CameraFile.ROS,
            "ROS",
            explanation="NAME-ros.yaml: a camera_info of the exported pictures",
        ),
    ),
)

_EYES = (
    Number(
        field="baseline_mm",
        flags=("--baseline-mm",),
        usage="Stereo: distance between the two eyes, in millimetres.",
        label="eyes apart, mm",
        note="for stereo",
        explanation="the distance between the two eyes of stereo views; near scenes need less",
        minimum=0,
        maximum=10_000,
        is_minimum_allowed=False,
        metavar="MM",
        unit="millimetres",
        placeholder="63",
        kinds=_STEREO,
        unused="no stereo view is written",
    ),
    Number(
        field="convergence",
        flags=("--convergence",),
        usage="Stereo: distance that has the same place in both views; the median unless given.",
        label="converge at, m",
        note="for stereo",
        explanation="the distance at which stereo views agree; nearer things stand before it",
        minimum=0,
        is_minimum_allowed=False,
        metavar="M",
        unit="metres",
        placeholder="median",
        kinds=_STEREO,
        unused="no stereo view is written",
    ),
)

_FIELDS = Several(
    field="fields",
    flags=("--fields",),
    usage="PLY and PCD: further fields of each point, separated by commas: metres per code, "
    "validity, flying, samples to the nearest edge. Organised PCD has them for dropped samples.",
    label="fields of points",
    values=(
        Value(
            PointField.STEP,
            "step",
            explanation="PLY and PCD: metres that one code more or less makes at the point",
        ),
        Value(
            PointField.VALID,
            "valid",
            explanation="PLY and PCD: 1 where the sample has a distance; for organised PCD",
        ),
        Value(
            PointField.FLYING,
            "flying",
            explanation="PLY and PCD: 1 for a sample alone between two surfaces, 2 on a ramp",
        ),
        Value(
            PointField.EDGE,
            "edge",
            explanation="PLY and PCD: samples to the nearest depth edge, at most 32",
        ),
    ),
    kinds=frozenset(),
    formats=_PCD | {"ply"},
    unused="only PCD and PLY take further fields",
)


def _mattes(verb: str) -> tuple[Value, ...]:
    return tuple(
        Value(one, one.value, explanation=f"{verb} points that the {one.value} matte shows")
        for one in Matte
    )


_ONLY = Several(
    field="only",
    flags=("--only",),
    usage="Clouds, meshes: keep only points that one of these mattes shows (50 % or more). A photo "
    "that lacks one of them fails.",
    label="only points of",
    values=_mattes("keeps only"),
    kinds=_POINTS,
    unused=_NO_CLOUD,
    is_saved=False,
)

_WITHOUT = Several(
    field="without",
    flags=("--without",),
    usage="Clouds, meshes: drop points that one of these mattes shows (50 % or more). A photo that "
    "lacks one of them fails.",
    label="without points of",
    values=_mattes("drops"),
    kinds=_POINTS,
    unused=_NO_CLOUD,
    is_saved=False,
)

SECTIONS: tuple[Section, ...] = (
    Section("matching", "", (_REGISTER,), is_left=True),
    Section("shape", "", (_PROJECTION,)),
    Section("grid", "", (_COLOR_RESOLUTION,)),
    Section("samples", "samples", _SAMPLES),
    Section("camera", "", (_AXES, _CAMERA_FILES)),
    Section("points", "", (_FIELDS, _ONLY, _WITHOUT)),
    Section("switches", "options", _SWITCHES),
    Section("stereo", "stereo", _EYES),
)
"""In the order of the dialog and of ``export --help``."""

OPTIONS: tuple[Option, ...] = tuple(one for section in SECTIONS for one in section.options)
"""Every option, in the same order."""


def option(field: str) -> Option:
    """Return the option of a field of ExportOptions; raises KeyError without one."""
    return {one.field: one for one in OPTIONS}[field]
