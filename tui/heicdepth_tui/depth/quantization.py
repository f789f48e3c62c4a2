"""Maps stored depth codes to disparity or depth, from SEI and XMP."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.depth_facts import Calibration, DepthInfo

__all__ = [
    "MIN_DISPARITY",
    "CodeTables",
    "Decision",
    "DepthQuantization",
    "code_tables",
    "decide",
]

MIN_DISPARITY = 1e-3
"""1/m; a sample at or below it is invalid (farther than 1000 m, or behind the camera)."""

_LIMIT = 1e6
"""Disparities (1/m) and distances (m) beyond it are broken metadata, not a scene."""

_TOLERANCE = 1e-3
"""Relative difference up to which two encodings of one number count as equal."""

_INVERSE = 0.01
"""Relative difference up to which z and d are each other's inverses: SEI mantissas are short."""

_DISPARITY_FORMATS = frozenset({"hdis", "fdis"})
_DEPTH_FORMATS = frozenset({"hdep", "fdep"})


@dataclass(frozen=True, slots=True)
class DepthQuantization:
    """A linear mapping of the codes v = 0 .. N, N = 2**bits − 1.

    The value is ``value_at_code_0`` + v/N · (``value_at_max_code`` − ``value_at_code_0``):
    disparity in 1/m (types 0 and 1), or with ``is_depth`` the distance Z in metres (type 2). Where
    the file does not state the unit, 1/m or m is assumed: see ``Decision``.
    """

    value_at_code_0: float
    value_at_max_code: float
    is_depth: bool = False


class CodeTables(NamedTuple):
    """One row for each code 0 .. 2**bits − 1; float64, NaN where the code is invalid; read-only."""

    disparity: NDArray[np.float64]
    """1/m."""
    metres: NDArray[np.float64]
    """Z along the optical axis, m."""
    depth_resolution: NDArray[np.float64]
    """|dZ/dv|, metres per code."""
    valid: NDArray[np.bool_]


class Decision(NamedTuple):
    """The quantization of a file, or None with the reason, and caveats for users of its values.

    Units are those that the file itself states, empty where it does not.
    """

    quantization: DepthQuantization | None
    reason: str
    notes: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    """Assumptions of ``quantization`` that the file does not state, as clauses."""
    disparity_unit: str = ""
    """Of d_min and d_max: ``1/m`` or empty."""
    distance_unit: str = ""
    """Of z_near and z_far: ``m`` or empty."""
    xmp_unit: str = ""
    """Of FloatMinValue and FloatMaxValue: ``1/m``, ``m`` or empty."""
    is_unit_known: bool = False
    """True where the file states the unit of the ends that ``quantization`` is made of."""


@lru_cache(maxsize=8)
def code_tables(quantization: DepthQuantization, bits: int) -> CodeTables:
    """Return disparity, metres, depth resolution and validity of every code of a map of ``bits``.

    The depth resolution is the derivative |dZ/dv|: Z² · Δd for disparity (Δd the disparity of one
    code, as dZ/dd = −Z²), constant for Z. It equals |Z(v+½) − Z(v−½)| to within (ΔdZ/2)² and stays
    finite where that difference would be infinite.
    """
    # Imported late: a header is judged without the time that importing numpy takes.
    import numpy as np

    max_code = 2**bits - 1
    value = quantization.value_at_code_0 + np.arange(max_code + 1) / max_code * (
        quantization.value_at_max_code - quantization.value_at_code_0
    )
    per_code = abs(quantization.value_at_max_code - quantization.value_at_code_0) / max_code
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 1.0 / value
    disparity, metres = (inverse, value) if quantization.is_depth else (value, inverse)
    valid = (disparity > MIN_DISPARITY) & np.isfinite(disparity)
    disparity = np.where(valid, disparity, np.nan)
    metres = np.where(valid, metres, np.nan)
    depth_resolution = (
        np.where(valid, per_code, np.nan) if quantization.is_depth else metres * metres * per_code
    )
    for table in (disparity, metres, depth_resolution, valid):
        table.flags.writeable = False
    return CodeTables(disparity, metres, depth_resolution, valid)


def decide(info: DepthInfo) -> Decision:
    """Return the quantization that the header of a photo states for its depth map, and its units.

    Source: ISO/IEC 23008-12 depth representation SEI (H.265 Annex G) as summed up in the project's
    facts; Apple's disparity is in 1/m. Metadata that is missing or contradicts itself gives no
    mapping but a reason.

    The SEI leaves units to the application. The file states that d_min and d_max are in 1/m by
    the NativeFormat of Apple's XMP (hdis, fdis), or by z_near and z_far in the same SEI that are
    their inverses; that z_near and z_far of type 0 are in metres by a NativeFormat (those, hdep or
    fdep), or likewise by the inverses. Everything else is assumed. Of type 2 (uniform Z) no file
    was found: its unit and its direction are always assumed.
    """
    native = None if info.calibration is None else info.calibration.native_format
    representation = info.representation
    kind = None if representation is None else representation.type
    is_inverse = representation is not None and _are_inverses(representation)
    if kind is RepresentationType.UNIFORM_Z:
        disparity_known = distance_known = is_known = False
    elif kind is RepresentationType.UNIFORM_INVERSE_Z:
        disparity_known = is_inverse
        distance_known = is_known = is_inverse or native in _DISPARITY_FORMATS | _DEPTH_FORMATS
    else:
        disparity_known = is_known = is_inverse or native in _DISPARITY_FORMATS
        distance_known = is_inverse
    units = _Units("1/m" if disparity_known else "", "m" if distance_known else "")
    decision = _mapping(info, units)
    is_known &= decision.quantization is not None
    unstated = () if decision.quantization is None or is_known else _ASSUMED[kind]
    return Decision(
        decision.quantization,
        decision.reason,
        decision.notes,
        assumed=unstated,
        disparity_unit=units.disparity,
        distance_unit=units.distance,
        xmp_unit=_native_unit(native),
        is_unit_known=is_known,
    )


_ASSUMED: dict[RepresentationType | None, tuple[str, ...]] = {
    None: ("disparity is in 1/m",),
    RepresentationType.UNIFORM_INVERSE_Z: ("z_near and z_far are in metres",),
    RepresentationType.UNIFORM_DISPARITY: ("disparity is in 1/m",),
    RepresentationType.UNIFORM_Z: ("z_near and z_far are in metres", "code 0 is z_far"),
}


class _Units(NamedTuple):
    """The units that a file states, empty where it does not: texts give no other."""

    disparity: str
    distance: str


def _mapping(info: DepthInfo, units: _Units) -> Decision:
    representation = info.representation
    if representation is None:
        return _without_sei(info)
    kind = representation.type
    if kind is RepresentationType.UNIFORM_DISPARITY:
        return _uniform_disparity(representation, info, units.disparity)
    if kind is RepresentationType.NONUNIFORM_DISPARITY:
        reason = "nonuniform disparity (type 3) needs a curve that decoders do not give"
        return Decision(None, reason, ())
    return _from_distances(representation, info, units)


def _native_unit(native_format: str | None) -> str:
    """Return the unit that Apple's NativeFormat gives its values: ``1/m``, ``m``, or empty."""
    if native_format in _DISPARITY_FORMATS:
        return "1/m"
    return "m" if native_format in _DEPTH_FORMATS else ""


def _without_sei(info: DepthInfo) -> Decision:
    why = info.representation_problem or "the depth item does not state its representation"
    calibration = info.calibration
    if calibration is None:
        return Decision(None, why, ())
    if calibration.native_format in _DEPTH_FORMATS:
        reason = f"{why}; the XMP says {calibration.native_format} (depth in metres)"
        return Decision(None, f"{reason}, for which the direction of the codes is not known", ())
    problem = _xmp_problem(calibration)
    if problem:
        return Decision(None, f"{why}, and {problem}", ())
    note = f"{why}: the range is FloatMinValue and FloatMaxValue of its XMP"
    return _from_disparities(calibration.float_min, calibration.float_max, (note,), _XMP_NAMES)


def _xmp_problem(calibration: Calibration) -> str:
    """Return why FloatMin/MaxValue cannot stand in for the SEI; empty where they can."""
    if calibration.native_format not in _DISPARITY_FORMATS:
        return "the XMP does not say that the samples are disparity"
    if calibration.auxiliary_image_type not in (None, "disparity"):
        return f"the XMP calls the image {calibration.auxiliary_image_type}"
    if calibration.float_min is None or calibration.float_max is None:
        return "the XMP gives no FloatMinValue and FloatMaxValue"
    return ""


_SEI_NAMES = ("d_min", "d_max")
_XMP_NAMES = ("FloatMinValue", "FloatMaxValue")


def _uniform_disparity(representation: DepthRepresentation, info: DepthInfo, unit: str) -> Decision:
    low, high = representation.d_min, representation.d_max
    calibration = info.calibration
    if low is None and high is None and calibration is not None and not _xmp_problem(calibration):
        note = "the SEI gives no d_min and d_max: FloatMinValue and FloatMaxValue of the XMP"
        return _from_disparities(calibration.float_min, calibration.float_max, (note,), _XMP_NAMES)
    notes: tuple[str, ...] = ()
    if calibration is not None and low is not None and high is not None:
        notes = _compare_with_xmp((low, high), calibration, unit)
    if low is None and high is None and representation.z_near is not None:
        reason = "uniform disparity needs d_min and d_max; the file gives z_near and z_far instead"
        return Decision(None, reason, notes)
    decision = _from_disparities(low, high, notes, _SEI_NAMES, unit)
    if decision.quantization is None:
        return decision
    notes = _compare_with_distances(representation, unit)
    return decision._replace(notes=decision.notes + notes) if notes else decision


def _from_disparities(
    low: float | None,
    high: float | None,
    notes: tuple[str, ...],
    names: tuple[str, str],
    unit: str = "1/m",
) -> Decision:
    """Return the mapping between two disparities (1/m) of code 0 and of the top code.

    Texts give ``unit``, empty where the file does not state it.
    """
    reason = _range_problem(low, high, names, unit)
    if reason or low is None or high is None:
        return Decision(None, reason, notes)
    if high <= MIN_DISPARITY:
        reason = f"{names[1]} is {_of(high, unit)}: no code would lie in front of the camera"
        return Decision(None, reason, notes)
    if low <= MIN_DISPARITY:
        least = _of(MIN_DISPARITY, unit)
        notes += (f"{names[0]} is {_of(low, unit)}: samples of {least} or less are invalid",)
    return Decision(DepthQuantization(low, high), "", notes)


def _of(value: float, unit: str, digits: int = 6) -> str:
    return f"{value:.{digits}g} {unit}".rstrip()


def _from_distances(
    representation: DepthRepresentation, info: DepthInfo, units: _Units
) -> Decision:
    """Return the mapping between z_near and z_far (m), for uniform inverse Z and uniform Z."""
    near, far = representation.z_near, representation.z_far
    unit = units.distance
    label = representation.type.label
    if near is None and far is None and representation.d_min is not None:
        reason = f"{label} needs z_near and z_far; the file gives d_min and d_max instead"
        return Decision(None, reason, ())
    reason = _range_problem(near, far, ("z_near", "z_far"), unit)
    if reason or near is None or far is None:
        return Decision(None, reason, ())
    if near <= 0:
        return Decision(
            None, f"z_near is {_of(near, unit)}, which is not in front of the camera", ()
        )
    if near * _LIMIT < 1:
        return Decision(None, f"z_near is {_of(near, unit, 3)}, which no scene has", ())
    farthest = _of(1 / MIN_DISPARITY, unit)
    if 1 / near <= MIN_DISPARITY:
        reason = f"z_near is {_of(near, unit)}: every sample would lie beyond {farthest}"
        return Decision(None, reason, ())
    notes: tuple[str, ...] = ()
    if info.calibration is not None:
        notes = _compare_distances_with_xmp(representation.type, near, far, info.calibration, unit)
    if 1 / far <= MIN_DISPARITY:
        notes += (f"z_far is {_of(far, unit)}: samples beyond {farthest} are invalid",)
    if representation.type is RepresentationType.UNIFORM_INVERSE_Z:
        return Decision(DepthQuantization(1 / far, 1 / near), "", notes)
    # The sibling text for H.264 gives code 0 to ZFar, and higher is nearer in types 0 and 1.
    return Decision(DepthQuantization(far, near, is_depth=True), "", notes)


def _range_problem(low: float | None, high: float | None, names: tuple[str, str], unit: str) -> str:
    """Return why a range is not finite, plausible and ascending; empty where it is."""
    missing = [name for name, value in zip(names, (low, high), strict=True) if value is None]
    if missing or low is None or high is None:
        return f"the file gives no {' and '.join(missing)}"
    for name, value in zip(names, (low, high), strict=True):
        if not math.isfinite(value):
            return f"{name} is {value}, which is not a finite number"
        if abs(value) > _LIMIT:
            return f"{name} is {_of(value, unit, 3)}, which no scene has"
    if low == high:
        return f"{names[0]} and {names[1]} are both {_of(low, unit)}: all codes would mean the same"
    if low > high:
        return f"{names[0]} ({low:g}) is greater than {names[1]} ({high:g}): reversed range"
    return ""


def _compare_with_xmp(
    disparities: tuple[float, float], calibration: Calibration, unit: str
) -> tuple[str, ...]:
    """Return notes where the XMP states another range or quantity than the SEI."""
    low, high = calibration.float_min, calibration.float_max
    native = calibration.native_format
    notes: tuple[str, ...] = ()
    if native in _DEPTH_FORMATS:
        notes += (f"the XMP says {native} (depth in metres), the SEI disparity: SEI followed",)
    if low is None or high is None or native in _DEPTH_FORMATS:
        return notes
    if not (_same(low, disparities[0], disparities) and _same(high, disparities[1], disparities)):
        sei = f"{disparities[0]:.7g} to {disparities[1]:.7g} {unit}".rstrip()
        notes += (f"the SEI says {sei}, the XMP {low:.7g} to {high:.7g}: SEI followed",)
    return notes


def _compare_distances_with_xmp(
    kind: RepresentationType, near: float, far: float, calibration: Calibration, unit: str
) -> tuple[str, ...]:
    """Return notes where the XMP differs from a SEI with z_near and z_far (m)."""
    native = calibration.native_format
    if native in _DEPTH_FORMATS:
        expected, quantity, limits = RepresentationType.UNIFORM_Z, "depth in metres", (near, far)
    else:
        expected, quantity = RepresentationType.UNIFORM_INVERSE_Z, "disparity"
        limits = (1 / far, 1 / near)
    notes: tuple[str, ...] = ()
    if native in _DEPTH_FORMATS | _DISPARITY_FORMATS and expected is not kind:
        notes += (f"the XMP says {native} ({quantity}), the SEI {kind.label}: SEI followed",)
    low, high = calibration.float_min, calibration.float_max
    if low is None or high is None:
        return notes
    if not (_same(low, limits[0], limits) and _same(high, limits[1], limits)):
        sei = f"{near:.7g} to {far:.7g} {unit}".rstrip()
        if expected is not RepresentationType.UNIFORM_Z:
            inverse = f"{limits[0]:.7g} to {limits[1]:.7g} {'1/m' if unit else ''}".rstrip()
            sei = f"{sei} ({inverse})"
        notes += (f"the SEI says {sei}, the XMP {low:.7g} to {high:.7g}: SEI followed",)
    return notes


def _compare_with_distances(representation: DepthRepresentation, unit: str) -> tuple[str, ...]:
    """Return a note where z_near and z_far are not the inverses of d_max and d_min."""
    near, far = representation.z_near, representation.z_far
    low, high = representation.d_min, representation.d_max
    if near is None or far is None or low is None or high is None or _are_inverses(representation):
        return ()
    note = (
        f"z_near {near:g} and z_far {far:g} are not the inverses of d_max {_of(high, unit)} and "
        f"d_min {_of(low, unit)}: d_min and d_max followed"
    )
    return (note,)


def _are_inverses(representation: DepthRepresentation) -> bool:
    """Return whether z_near, z_far and d_max, d_min are given and inverses, to 1 %."""
    near, far = representation.z_near, representation.z_far
    low, high = representation.d_min, representation.d_max
    if near is None or far is None or low is None or high is None:
        return False
    # Compared as products, so that a d_min or z_far of zero needs no care.
    return abs(near * high - 1) <= _INVERSE and abs(far * low - 1) <= _INVERSE


def _same(one: float, other: float, scale: tuple[float, float]) -> bool:
    return abs(one - other) <= _TOLERANCE * max(abs(scale[0]), abs(scale[1]))
