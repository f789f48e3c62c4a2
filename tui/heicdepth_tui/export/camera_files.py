"""Camera files: intrinsics, and the identity as pose, in the forms of the tools that read them.

Tools disagree on where pixel coordinates begin. Open3D and ROS count from the centre of the first
pixel, as ``Camera`` does; COLMAP and nerfstudio from its corner, half a pixel more. No form holds
the lens distortion of these photos: files say so, and give none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from heicdepth_tui.depth.trust import distortion_sentence
from heicdepth_tui.errors import NoCameraError
from heicdepth_tui.export.options import PICTURE_NAMING, CameraFile, format_stem
from heicdepth_tui.export.source import ExportSource, OutputFile, ascii_line

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.files import Writer

__all__ = [
    "camera_comments",
    "camera_outputs",
    "colmap_texts",
    "nerfstudio_json",
    "open3d_json",
    "required_camera",
    "ros_yaml",
    "text_writer",
]

_FROM_CORNER = frozenset({CameraFile.COLMAP, CameraFile.NERFSTUDIO})
_IDENTITY = [[float(row == column) for column in range(4)] for row in range(4)]


def camera_outputs(
    source: ExportSource, tool: CameraFile, picture: str, depth: str = ""
) -> tuple[OutputFile, ...]:
    """Return the files of one tool; ``picture`` is the file that shows what the camera saw.

    ``depth`` is one of 16-bit millimetres of the same size, empty for none. Raises NoCameraError
    where neither the photo's calibration nor its EXIF gives a camera.
    """
    camera = required_camera(source)
    comments = camera_comments(source, from_corner=tool in _FROM_CORNER)
    match tool:
        case CameraFile.OPEN3D:
            texts = {"-open3d.json": open3d_json(camera, comments)}
        case CameraFile.NERFSTUDIO:
            texts = {"-transforms.json": nerfstudio_json(camera, comments, picture, depth)}
        case CameraFile.ROS:
            texts = {"-ros.yaml": ros_yaml(camera, comments, format_stem(source.file_stem, "ros"))}
        case CameraFile.COLMAP:
            texts = {
                f"-colmap/{name}": text
                for name, text in colmap_texts(camera, comments, picture).items()
            }
    summary = "; ".join(_clauses(camera, tool, picture))
    return tuple(OutputFile(suffix, text_writer(text), summary) for suffix, text in texts.items())


def required_camera(source: ExportSource) -> Camera:
    """Return the camera of the rasters; raises NoCameraError where there is none."""
    if source.raster_camera is None:
        raise NoCameraError(
            "neither the file nor EXIF gives a camera", hint="leave out --camera-file and rgbd"
        )
    return source.raster_camera


def camera_comments(source: ExportSource, *, from_corner: bool) -> tuple[str, ...]:
    """Return what a camera file states besides its numbers, ASCII.

    ``from_corner``: its pixel coordinates begin at the corner of the first pixel.
    """
    camera = required_camera(source)
    begin = "corner" if from_corner else "centre"
    lines = (
        f"pixel coordinates begin at the {begin} of the first pixel",
        camera.origin_words + (f"; {camera.note}" if camera.note else ""),
        *camera.estimated,
        distortion_sentence(camera),
        source.trust.sentence,
    )
    return (*(ascii_line(line) for line in lines), *source.comments())


def _clauses(camera: Camera, tool: CameraFile, picture: str) -> Iterator[str]:
    yield f"camera of the {camera.width}x{camera.height} pictures"
    yield camera.origin_words
    if tool in PICTURE_NAMING:
        yield f"for {picture}"
    if tool is CameraFile.COLMAP and " " in picture:
        yield "COLMAP reads names of pictures up to the first blank only"


def text_writer(text: str) -> Writer:
    """Return the writer of a text: ASCII, but for names of files in UTF-8."""
    return partial(_write, text.encode())


def _write(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def open3d_json(camera: Camera, comments: tuple[str, ...]) -> str:
    """Return an Open3D PinholeCameraIntrinsic: the matrix column by column."""
    matrix = camera.K
    record = {
        "width": camera.width,
        "height": camera.height,
        "intrinsic_matrix": matrix.T.ravel().tolist(),
        "comments": list(comments),
    }
    return json.dumps(record, indent=1, allow_nan=False) + "\n"


def nerfstudio_json(
    camera: Camera, comments: tuple[str, ...], picture: str, depth: str = ""
) -> str:
    """Return a transforms.json with one frame; camera to world in OpenGL axes: the identity.

    ``depth`` is a picture of 16-bit millimetres, empty for none. The one frame belongs to every
    split: by its fractions nerfstudio would keep none for evaluation.
    """
    frame: dict[str, object] = {"file_path": picture, "transform_matrix": _IDENTITY}
    if depth:
        frame["depth_file_path"] = depth
    record = {
        "camera_model": "PINHOLE",
        "w": camera.width,
        "h": camera.height,
        "fl_x": camera.fx,
        "fl_y": camera.fy,
        "cx": camera.cx + 0.5,
        "cy": camera.cy + 0.5,
        "train_filenames": [picture],
        "val_filenames": [picture],
        "test_filenames": [picture],
        "frames": [frame],
        "comments": [
            *comments,
            "one frame at the origin: nerfstudio needs --auto-scale-poses False for it",
        ],
    }
    return json.dumps(record, indent=1, allow_nan=False) + "\n"


def ros_yaml(camera: Camera, comments: tuple[str, ...], name: str) -> str:
    """Return a camera_info file as camera_calibration_parsers reads it, without distortion."""
    fx, fy, cx, cy = camera.fx, camera.fy, camera.cx, camera.cy
    matrices: dict[str, tuple[int, int, list[float]]] = {
        "camera_matrix": (3, 3, [fx, 0, cx, 0, fy, cy, 0, 0, 1]),
        "distortion_coefficients": (1, 5, [0] * 5),
        "rectification_matrix": (3, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1]),
        "projection_matrix": (3, 4, [fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, 1, 0]),
    }
    lines = [f"# {line}" for line in comments]
    lines += [f"image_width: {camera.width}", f"image_height: {camera.height}"]
    # ROS takes the name as part of a URL.
    lines += [f"camera_name: {re.sub('[^A-Za-z0-9_]', '_', name) or 'camera'}"]
    for key, (rows, columns, values) in matrices.items():
        if key == "distortion_coefficients":
            lines.append("distortion_model: plumb_bob")
        numbers = ", ".join(repr(float(value)) for value in values)
        lines += [f"{key}:", f"  rows: {rows}", f"  cols: {columns}", f"  data: [{numbers}]"]
    return "\n".join(lines) + "\n"


def colmap_texts(camera: Camera, comments: tuple[str, ...], picture: str) -> dict[str, str]:
    """Return the texts of a COLMAP model of one image by file name.

    World to camera, as a quaternion and a translation: the identity, so that the world has
    OpenCV's axes. No points: COLMAP's are tracks, and one image has none.
    """
    head = "".join(f"# {line}\n" for line in comments)
    numbers = (camera.fx, camera.fy, camera.cx + 0.5, camera.cy + 0.5)
    pinhole = " ".join(repr(number) for number in numbers)
    return {
        "cameras.txt": f"{head}# CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n"
        f"1 PINHOLE {camera.width} {camera.height} {pinhole}\n",
        "images.txt": f"{head}# IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME\n"
        f"# POINTS2D[] as (X, Y, POINT3D_ID)\n1 1 0 0 0 0 0 0 1 {picture}\n\n",
        "points3D.txt": f"{head}# POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[]\n",
    }
