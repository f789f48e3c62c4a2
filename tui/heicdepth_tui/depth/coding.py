"""What a depth code means: the law a file states for its samples, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.heif.facts import DepthRepresentation, RepresentationType

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.facts import Calibration, DepthFacts

__all__ = [
    "MIN_DISPARITY",
    "CodeTables",
    "Coding",
    "Decision",
    "code_tables",
    "decide",
    "disparity_unit",
    "quantity_unit",
]

MIN_DISPARITY = 1e-3
"""1/m; a sample at or below it is invalid (farther than 1000 m, or behind the camera)."""

_LIMIT = 1e6
"""Disparities (1/m) and distances (m) beyond it are broken metadata, not a scene."""

_TOLERANCE = 1e-3
"""Relative difference up to which two codings of one range are the same number."""

_DISPARITY_FORMATS = frozenset({"hdis", "fdis"})
_DEPTH_FORMATS = frozenset({"hdep", "fdep"})


@dataclass(frozen=True, slots=True)
class Coding:
    """A law that is linear in the code v, for N = 2**bits − 1: at_zero + v/N · (at_top − at_zero).

    The law gives disparity in 1/m (types 0 and 1), or with ``is_depth`` the distance Z in metres
    (type 2). ``assumed`` marks a law whose direction the standard's text did not confirm.
    """

    at_zero: float
    at_top: float
    is_depth: bool = False
    assumed: bool = False


class CodeTables(NamedTuple):
    """One row for each code 0 .. 2**bits − 1; float64, NaN where the code is invalid; read-only."""

    disparity: NDArray[np.float64]
    """1/m."""
    metres: NDArray[np.float64]
    """Z along the optical axis, m."""
    step: NDArray[np.float64]
    """|dZ/dv|: metres that one code is worth at this code."""
    valid: NDArray[np.bool_]


class Decision(NamedTuple):
    """The law of a file or None with the reason, and what a reader of its values must know."""

    coding: Coding | None
    reason: str
    notes: tuple[str, ...]


@lru_cache(maxsize=8)
def code_tables(coding: Coding, bits: int) -> CodeTables:
    """Return disparity, metres, step and validity of every code of a ``bits``-deep map.

    The step is the derivative: Z² · Δd for a law in disparity (Δd the disparity of one code, as
    dZ/dd = −Z²), constant for a law in Z. It equals |Z(v+½) − Z(v−½)| to within (ΔdZ/2)² and stays
    finite where that difference would reach past infinity.
    """
    # Here, so that a header can be judged without the time that importing numpy takes.
    import numpy as np

    top = 2**bits - 1
    law = coding.at_zero + np.arange(top + 1) / top * (coding.at_top - coding.at_zero)
    per_code = abs(coding.at_top - coding.at_zero) / top
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 1.0 / law
    disparity, metres = (inverse, law) if coding.is_depth else (law, inverse)
    valid = (disparity > MIN_DISPARITY) & np.isfinite(disparity)
    disparity = np.where(valid, disparity, np.nan)
    metres = np.where(valid, metres, np.nan)
    step = np.where(valid, per_code, np.nan) if coding.is_depth else metres * metres * per_code
    for table in (disparity, metres, step, valid):
        table.flags.writeable = False
    return CodeTables(disparity, metres, step, valid)


def decide(facts: DepthFacts) -> Decision:
    """Return the law that the header of a photo states for its depth codes.

    Source: ISO/IEC 23008-12 depth representation SEI (H.265 Annex G) as summed up in the project's
    facts; Apple's disparity is in 1/m. Metadata that is missing or contradicts itself gives no
    law, and the reason says what was wrong.
    """
    representation = facts.representation
    if representation is None:
        return _without_sei(facts)
    kind = representation.type
    if kind is RepresentationType.UNIFORM_DISPARITY:
        return _uniform_disparity(representation, facts)
    if kind is RepresentationType.NONUNIFORM_DISPARITY:
        reason = "nonuniform disparity (type 3) needs a curve that decoders do not give"
        return Decision(None, reason, ())
    return _from_distances(representation, facts)


def quantity_unit(native_format: str | None) -> str:
    """Return the unit that Apple's NativeFormat gives its values: ``1/m``, ``m``, or empty."""
    if native_format in _DISPARITY_FORMATS:
        return "1/m"
    return "m" if native_format in _DEPTH_FORMATS else ""


def disparity_unit(facts: DepthFacts) -> str:
    """Return ``1/m`` where the file itself tells that d_min and d_max are in it, else empty.

    It does by the NativeFormat of Apple's XMP, or by z_near and z_far of the same SEI (m) that are
    their inverses. The SEI alone leaves the unit of disparity to the application.
    """
    representation, calibration = facts.representation, facts.calibration
    if calibration is not None and quantity_unit(calibration.native_format) == "1/m":
        return "1/m"
    if representation is None:
        return ""
    ends = (representation.d_min, representation.d_max, representation.z_near, representation.z_far)
    if None in ends or _compare_with_distances(representation):
        return ""
    return "1/m"


def _without_sei(facts: DepthFacts) -> Decision:
    why = facts.representation_problem or "the depth item says nothing of its representation"
    calibration = facts.calibration
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


def _uniform_disparity(representation: DepthRepresentation, facts: DepthFacts) -> Decision:
    low, high = representation.d_min, representation.d_max
    calibration = facts.calibration
    if low is None and high is None and calibration is not None and not _xmp_problem(calibration):
        note = "the SEI gives no d_min and d_max: FloatMinValue and FloatMaxValue of the XMP"
        return _from_disparities(calibration.float_min, calibration.float_max, (note,), _XMP_NAMES)
    notes: tuple[str, ...] = ()
    if calibration is None:
        notes = ("nothing in the file says that disparity is in 1/m: assumed, as Apple writes it",)
    elif low is not None and high is not None:
        notes = _compare_with_xmp((low, high), calibration)
    if low is None and high is None and representation.z_near is not None:
        reason = "uniform disparity needs d_min and d_max; the file gives z_near and z_far instead"
        return Decision(None, reason, notes)
    decision = _from_disparities(low, high, notes, _SEI_NAMES)
    if decision.coding is None:
        return decision
    return decision._replace(notes=decision.notes + _compare_with_distances(representation))


def _from_disparities(
    low: float | None, high: float | None, notes: tuple[str, ...], names: tuple[str, str]
) -> Decision:
    """Return the law between two disparities (1/m) of code 0 and of the top code."""
    reason = _range_problem(low, high, names, "1/m")
    if reason or low is None or high is None:
        return Decision(None, reason, notes)
    if low < 0:
        reason = f"{names[0]} is {low:g} 1/m: a negative disparity is not in front of the camera"
        return Decision(None, reason, notes)
    if high <= MIN_DISPARITY:
        reason = f"{names[1]} is {high:g} 1/m: no code would lie in front of the camera"
        return Decision(None, reason, notes)
    if low <= MIN_DISPARITY:
        notes += (
            f"{names[0]} is {low:g} 1/m: samples of {MIN_DISPARITY:g} 1/m or less are invalid",
        )
    return Decision(Coding(low, high), "", notes)


def _from_distances(representation: DepthRepresentation, facts: DepthFacts) -> Decision:
    """Return the law between z_near and z_far (m), for uniform inverse Z and uniform Z."""
    near, far = representation.z_near, representation.z_far
    label = representation.type.label
    if near is None and far is None and representation.d_min is not None:
        reason = f"{label} needs z_near and z_far; the file gives d_min and d_max instead"
        return Decision(None, reason, ())
    reason = _range_problem(near, far, ("z_near", "z_far"), "m")
    if reason or near is None or far is None:
        return Decision(None, reason, ())
    if near <= 0:
        return Decision(None, f"z_near is {near:g} m, which is not in front of the camera", ())
    if near * _LIMIT < 1:
        return Decision(None, f"z_near is {near:.3g} m, which no scene has", ())
    if 1 / near <= MIN_DISPARITY:
        reason = f"z_near is {near:g} m: every sample would lie beyond {1 / MIN_DISPARITY:g} m"
        return Decision(None, reason, ())
    notes: tuple[str, ...] = ()
    if facts.calibration is not None:
        notes = _compare_distances_with_xmp(representation.type, near, far, facts.calibration)
    if 1 / far <= MIN_DISPARITY:
        notes += (f"z_far is {far:g} m: samples beyond {1 / MIN_DISPARITY:g} m are invalid",)
    if representation.type is RepresentationType.UNIFORM_INVERSE_Z:
        return Decision(Coding(1 / far, 1 / near), "", notes)
    notes += ("uniform Z: that code 0 is z_near is an assumption, no such file was ever found",)
    return Decision(Coding(near, far, is_depth=True, assumed=True), "", notes)


def _range_problem(low: float | None, high: float | None, names: tuple[str, str], unit: str) -> str:
    """Return what is wrong with a range that should be finite, plausible and ascending."""
    missing = [name for name, value in zip(names, (low, high), strict=True) if value is None]
    if missing or low is None or high is None:
        return f"the file gives no {' and '.join(missing)}"
    for name, value in zip(names, (low, high), strict=True):
        if not math.isfinite(value):
            return f"{name} is {value}, which is no number to reckon with"
        if abs(value) > _LIMIT:
            return f"{name} is {value:.3g} {unit}, which no scene has"
    if low == high:
        return f"{names[0]} and {names[1]} are both {low:g} {unit}: all codes would mean the same"
    if low > high:
        return f"{names[0]} ({low:g}) is greater than {names[1]} ({high:g}): reversed range"
    return ""


def _compare_with_xmp(
    disparities: tuple[float, float], calibration: Calibration
) -> tuple[str, ...]:
    """Say where the XMP tells another range or another quantity than the SEI."""
    low, high = calibration.float_min, calibration.float_max
    native = calibration.native_format
    notes: tuple[str, ...] = ()
    if native in _DEPTH_FORMATS:
        notes += (f"the XMP says {native} (depth in metres), the SEI disparity: SEI followed",)
    if low is None or high is None or native in _DEPTH_FORMATS:
        return notes
    if not (_same(low, disparities[0], disparities) and _same(high, disparities[1], disparities)):
        sei = f"{disparities[0]:.7g} to {disparities[1]:.7g} 1/m"
        notes += (f"the SEI says {sei}, the XMP {low:.7g} to {high:.7g}: SEI followed",)
    return notes


def _compare_distances_with_xmp(
    kind: RepresentationType, near: float, far: float, calibration: Calibration
) -> tuple[str, ...]:
    """Say where the XMP tells another law or range than a SEI with z_near and z_far (m)."""
    native = calibration.native_format
    if native in _DEPTH_FORMATS:
        law, unit, ends = RepresentationType.UNIFORM_Z, "m", (near, far)
    else:
        law, unit, ends = RepresentationType.UNIFORM_INVERSE_Z, "1/m", (1 / far, 1 / near)
    notes: tuple[str, ...] = ()
    if native in _DEPTH_FORMATS | _DISPARITY_FORMATS and law is not kind:
        quantity = "depth in metres" if unit == "m" else "disparity"
        notes += (f"the XMP says {native} ({quantity}), the SEI {kind.label}: SEI followed",)
    low, high = calibration.float_min, calibration.float_max
    if low is None or high is None:
        return notes
    if not (_same(low, ends[0], ends) and _same(high, ends[1], ends)):
        sei = f"{near:.7g} to {far:.7g} m ({ends[0]:.7g} to {ends[1]:.7g} {unit})"
        if unit == "m":
            sei = f"{near:.7g} to {far:.7g} m"
        notes += (f"the SEI says {sei}, the XMP {low:.7g} to {high:.7g}: SEI followed",)
    return notes


def _compare_with_distances(representation: DepthRepresentation) -> tuple[str, ...]:
    """Say where z_near and z_far of a disparity map are not what its d_max and d_min mean."""
    near, far = representation.z_near, representation.z_far
    low, high = representation.d_min, representation.d_max
    if near is None or far is None or low is None or high is None:
        return ()
    # Compared as products, so that a d_min or z_far of zero needs no care.
    agree = abs(near * high - 1) <= 0.01 and abs(far * low - 1) <= 0.01
    if agree:
        return ()
    note = (
        f"z_near {near:g} m and z_far {far:g} m are not what d_max {high:g} and d_min {low:g} "
        "mean in 1/m: d_min and d_max followed"
    )
    return (note,)


def _same(one: float, other: float, scale: tuple[float, float]) -> bool:
    return abs(one - other) <= _TOLERANCE * max(abs(scale[0]), abs(scale[1]))
