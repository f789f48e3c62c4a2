"""Samples of a depth map and measurements between them, as lines of text and as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Measurement, Sample
    from heicdepth_tui.depth.trust import Trust

__all__ = [
    "OUTSIDE",
    "Rgb",
    "length_text",
    "measurement_lines",
    "measurement_record",
    "sample_lines",
    "sample_record",
]

Rgb = tuple[int, int, int]
"""The colour of a pixel as shown, sRGB, 0 .. 255."""

_FLYING = {"alone": "alone", "on a ramp": "ramp"}

OUTSIDE = "the depth map does not cover this pixel"


def length_text(metres: float | None, unit: str = "m") -> str:
    """Return a length in ``unit``, ``m`` or ``mm``; – where it is unknown.

    Metres have three decimals, millimetres as many as give three digits, at most two.
    """
    if metres is None:
        return "–"
    if unit == "m":
        return f"{metres:.3f} m"
    value = 1000 * metres
    decimals = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f} mm"


def sample_lines(
    pixel: tuple[int, int] | None,
    sample: Sample | None,
    trust: Trust | None,
    rgb: Rgb | None = None,
    rgb_note: str = "",
) -> list[tuple[str, str]]:
    """Return (label, value) pairs of a photo pixel and the sample that covers it.

    ``sample`` is None outside of the depth map, ``trust`` None without one; ``pixel`` is None
    outside of the photo. ``rgb_note`` says where the colour was read. A camera that is not the
    file's own is named where ``trust`` has it.
    """
    lines = [("photo", "–" if pixel is None else f"{pixel[0]}, {pixel[1]}")]
    if rgb is not None:
        red, green, blue = rgb
        value = f"#{red:02x}{green:02x}{blue:02x}  {red} {green} {blue}"
        lines.append(("RGB", f"{value}  {rgb_note}".rstrip()))
    if sample is None or trust is None:
        return [*lines, ("depth", "no depth map" if trust is None else OUTSIDE)]
    about = trust.about
    lines.append(("depth", f"{sample.column}, {sample.row}"))
    lines.append(("code", f"{sample.code}"))
    if sample.metres is not None and sample.disparity is not None:
        unit = "1/m" if trust.is_unit_known else "1/m, assumed"
        if trust.scale is not None:
            # Distances are scaled, disparities stay those that the codes stand for.
            unit += ", unscaled"
        lines.append(("disparity", f"{sample.disparity:.5g} {unit}"))
        lines.append(("distance Z", f"{about}{length_text(sample.metres)}"))
        lines.append(("step", f"{about}{length_text(sample.step, 'mm')} a code"))
    if sample.point is not None:
        x, y, z = sample.point
        camera = f", camera {_camera_note(trust)}" if _camera_note(trust) else ""
        lines.append(("point", f"{about}x {x:+.3f} y {y:+.3f} z {z:+.3f} m"))
        lines.append(("from camera", f"{about}{length_text(sample.range)}{camera}"))
    elif sample.metres is not None:
        lines.append(("point", "none: no camera in file or EXIF"))
    lines.append(("sample", _validity(sample)))
    lines.append(("trust", printable(trust.short)))
    return lines


def _validity(sample: Sample) -> str:
    if sample.problem:
        return f"invalid: {printable(sample.problem)}"
    # No longer than a line of the probe: what stands below it stays in view.
    return f"flying: {_FLYING[sample.flying]} between surfaces" if sample.flying else "valid"


def _camera_note(trust: Trust) -> str:
    """Return the origin of a camera that is not the file's own; empty for others and for none."""
    from heicdepth_tui.depth.camera import CameraOrigin

    if trust.camera is CameraOrigin.EXIF:
        return "from EXIF"
    return "fitted" if trust.camera is not None and trust.estimated else ""


def measurement_lines(measured: Measurement, trust: Trust) -> list[tuple[str, str]]:
    """Return (label, value) pairs of the relation of two samples."""
    if measured.distance is None:
        lines = [("length", f"none: {printable(measured.problem)}")]
    else:
        bound = "none by the code steps"
        if measured.uncertainty is not None:
            bound = f"± {length_text(measured.uncertainty, 'mm')} by code steps"
        lines = [
            ("length", f"{trust.about}{measured.distance:.3f} {trust.unit_label}"),
            ("bound", bound),
        ]
    if measured.angle is not None:
        lines.append(("angle", f"{measured.angle:.2f}°"))
    if measured.angle is not None and _camera_note(trust):
        lines.append(("camera", _camera_note(trust)))
    return lines


def sample_record(
    pixel: tuple[int, int] | None, sample: Sample | None, problem: str, rgb: Rgb | None
) -> dict[str, Any]:
    """Return a photo pixel and its sample as JSON values, by ``info.schema.json`` under ``probe``.

    ``problem`` says why there is no sample, empty where there is one.
    """
    if sample is not None:
        problem = sample.problem
    return {
        "x": None if pixel is None else pixel[0],
        "y": None if pixel is None else pixel[1],
        "rgb": None if rgb is None else list(rgb),
        "depth_x": None if sample is None else sample.column,
        "depth_y": None if sample is None else sample.row,
        "code": None if sample is None else sample.code,
        "disparity": None if sample is None else sample.disparity,
        "metres": None if sample is None else sample.metres,
        "depth_resolution": None if sample is None else sample.step,
        "margin": None if sample is None else sample.margin,
        "point": None if sample is None or sample.point is None else list(sample.point),
        "range": None if sample is None else sample.range,
        "flying": "" if sample is None else sample.flying,
        "problem": printable(problem),
    }


def measurement_record(measured: Measurement) -> dict[str, Any]:
    """Return the relation of two samples as JSON values."""
    return {
        "distance": measured.distance,
        "uncertainty": measured.uncertainty,
        "angle": measured.angle,
        "problem": printable(measured.problem),
    }
