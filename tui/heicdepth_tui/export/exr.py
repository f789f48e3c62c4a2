"""EXR: linear colours, distance, disparity, mattes and gain map as channels of one image."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from heicdepth_tui.errors import DecodeError, MissingExtraError, extra_hint
from heicdepth_tui.export.mattes import is_matte
from heicdepth_tui.export.source import ExportSource, OutputFile, ascii_line
from heicdepth_tui.heif.colour import DISPLAY_P3
from heicdepth_tui.photo.colour import linear_from_coded, p3_to_bt709

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.heif.facts import Auxiliary

__all__ = ["openexr", "output_files", "write_exr"]

_BT709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
"""Chromaticities of red, green, blue and white, x and y each (ITU-R BT.709)."""


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``exr``.

    Raises NoMetresError where a code's metres are unknown, MissingExtraError as ``openexr``.
    """
    openexr()
    raster = source.raster
    extras, failed = _extra_channels(source)
    clauses = [f"linear BT.709, Z in metres and disparity {source.raster_size}, NaN = invalid"]
    if extras:
        clauses.append(f"channels {', '.join(extras)}")
    clauses += [*raster.short, *failed, source.trust.long, *source.notes]
    write = partial(write_exr, source, extras=extras)
    return (OutputFile(f"{source.raster_suffix}.exr", write, "; ".join(clauses)),)


def write_exr(
    source: ExportSource, file: BinaryIO, *, extras: dict[str, NDArray[np.float16]]
) -> None:
    """Write one scan-line image, ZIP compressed.

    Channels: R G B half, linear with BT.709 primaries; Z float, metres along the optical axis, and
    depth.disparity float, 1/m, both NaN where invalid; ``extras`` half. Attributes: K (3x3, row by
    row as OpenCV writes it, for pixel centres), fx, fy, cx, cy, where the camera is known; trust,
    accuracy, metric, colours and comments as text.
    """
    library = openexr()
    raster, photo = source.raster, source.raster_photo
    linear = linear_from_coded()[photo.rgb]
    if photo.space == DISPLAY_P3:
        linear = p3_to_bt709(linear)
    half = linear.astype(np.float16)
    channels: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(half[:, :, index]) for index, name in enumerate("RGB")
    }
    channels["Z"] = raster.metres
    channels["depth.disparity"] = raster.disparity
    channels |= extras
    header = {
        "compression": library.ZIP_COMPRESSION,
        "type": library.scanlineimage,
        "chromaticities": _BT709,
        **_attributes(source),
    }
    # The library writes to a path of its own opening, and the target may have no name yet.
    with tempfile.TemporaryDirectory(prefix="heicdepth-") as folder:
        path = Path(folder) / "image.exr"
        with library.File(header, channels) as image:
            image.write(str(path))
        with path.open("rb") as made:
            shutil.copyfileobj(made, file)


def _attributes(source: ExportSource) -> dict[str, object]:
    trust = source.trust
    attributes: dict[str, object] = {
        "comments": "\n".join(source.raster_comments()),
        "colours": ascii_line(f"linear, BT.709 primaries; from {_stated_colours(source)}"),
        "trust": trust.sentence,
        "accuracy": trust.accuracy.value,
        "metric": "yes" if trust.is_metric else "no",
        "Zunit": trust.unit_label,
    }
    camera = source.raster_camera
    if camera is not None:
        attributes["K"] = camera.K.astype(np.float32)
        attributes |= {name: float(getattr(camera, name)) for name in ("fx", "fy", "cx", "cy")}
    return attributes


def _stated_colours(source: ExportSource) -> str:
    photo = source.raster_photo
    return "Display P3 as decoded, clipped" if photo.space == DISPLAY_P3 else photo.long


def _extra_channels(source: ExportSource) -> tuple[dict[str, NDArray[np.float16]], list[str]]:
    """Return mattes and gain map by channel, 0 .. 1, and clauses about what cannot be decoded."""
    channels: dict[str, NDArray[np.float16]] = {}
    failed: list[str] = []
    for auxiliary in source.header.auxiliaries:
        name = _channel_name(auxiliary)
        if not name or name in channels:
            continue
        try:
            share = source.auxiliary_share(auxiliary)
        except DecodeError as error:
            failed.append(f"no channel {name}: {error.what}")
            continue
        # The library takes the memory as it lies.
        channels[name] = np.ascontiguousarray(share, np.float16)
    return channels, failed


def _channel_name(auxiliary: Auxiliary) -> str:
    if is_matte(auxiliary):
        return f"matte.{auxiliary.name.removesuffix(' matte')}"
    return "gainmap.Y" if auxiliary.name == "gain map" else ""


def openexr() -> Any:
    """Return the package OpenEXR, 3.3 or later; raises MissingExtraError where there is none."""
    try:
        import OpenEXR
    except ImportError as error:
        raise MissingExtraError(_MISSING, hint=extra_hint("exr")) from error
    if not hasattr(OpenEXR, "File"):
        raise MissingExtraError("the installed OpenEXR is older than 3.3", hint=extra_hint("exr"))
    return OpenEXR


_MISSING = "EXR needs the package OpenEXR, which is not installed"
