"""Combinations of export options that have no effect, and those that are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.points import Projection
from heicdepth_tui.depth.scale import KnownLength
from heicdepth_tui.export.option_kinds import Option
from heicdepth_tui.export.option_table import OPTIONS
from heicdepth_tui.export.options import PICTURE_NAMING, ExportOptions
from heicdepth_tui.export.registry import FORMATS, Kind

__all__ = ["REFUSALS", "Refusal", "refusals", "unused_reason", "warnings", "with_values"]

_POINTS = frozenset({Kind.CLOUD, Kind.MESH})
_OF_CAMERA = frozenset({"cloud.rectify", "cloud.color_resolution"})
"""Options that change camera files, whatever the formats."""
_FLAT = "a flat cloud keeps every sample and its code"
_FLAT_SCALE = "the flat projection is not to scale"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A combination that makes no sense."""

    fields: tuple[str, ...]
    """The fields of ExportOptions that contradict each other."""
    reason: str
    """A clause for the user."""
    is_met: Callable[[ExportOptions], bool]


def _needs_distances(options: ExportOptions) -> bool:
    return any(FORMATS[name].kind in (Kind.MESH, Kind.STEREO) for name in options.formats)


def _draws_flat_points(options: ExportOptions) -> bool:
    return options.cloud.projection is Projection.FLAT and _draws_points(options)


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        ("cloud.projection", "axes"),
        "the flat projection has axes of its own: leave out --frame",
        lambda options: options.axes is not Axes.OPENGL and _draws_flat_points(options),
    ),
    Refusal(
        ("cloud.projection", "camera_files"),
        "no camera saw a flat cloud: leave out --camera-file, or use the perspective projection",
        lambda options: bool(options.camera_files) and _draws_flat_points(options),
    ),
    Refusal(
        ("only", "without"),
        "the mattes of --only are those of --without: no point would be left",
        lambda options: bool(options.only) and set(options.only) <= set(options.without),
    ),
    Refusal(
        ("cloud.projection",),
        "mesh and stereo need distances, which the flat projection does not have: use the "
        "perspective projection",
        lambda options: options.cloud.projection is Projection.FLAT and _needs_distances(options),
    ),
)
"""Every combination that is refused before a photo is read."""


def refusals(options: ExportOptions) -> Iterator[Refusal]:
    """Yield the refusals that these options meet."""
    return (one for one in REFUSALS if one.is_met(options))


def with_values(base: ExportOptions, values: dict[str, Any]) -> ExportOptions:
    """Return ``base`` with these values by field; raises ValueError for those out of range."""
    prefix = "cloud."
    cloud = {name.removeprefix(prefix): values[name] for name in values if name.startswith(prefix)}
    others = {name: values[name] for name in values if not name.startswith(prefix)}
    return replace(base, cloud=replace(base.cloud, **cloud), **others)


def unused_reason(option: Option, options: ExportOptions, *, by_label: bool = False) -> str:
    """Return why an option has no effect together with the others, as a clause; empty where it has.

    Its value does not matter. ``by_label`` names formats as the dialog does.
    """
    if options.camera_files and option.field in _OF_CAMERA:
        return ""
    if not option.changes(options.formats):
        names = (FORMATS[name].label if by_label else name for name in options.formats)
        return option.unused.format(formats=", ".join(names))
    is_flat = options.cloud.projection is Projection.FLAT
    if is_flat and option.field == "scale":
        return _FLAT_SCALE
    others = [name for name in options.formats if FORMATS[name].kind not in _POINTS]
    if is_flat and not option.in_flat and _draws_points(options) and not option.changes(others):
        return _FLAT
    return ""


def _draws_points(options: ExportOptions) -> bool:
    return any(FORMATS[name].kind in _POINTS for name in options.formats)


def warnings(options: ExportOptions) -> Iterator[str]:
    """Yield a line about each reason for which options that differ from their defaults do nothing.

    And one where a camera file names a picture that is not written.

    The projection is not named: it changes no raster, and may be the config file's.
    """
    idle: dict[str, list[str]] = {}
    for one in OPTIONS:
        if one.field != "cloud.projection" and one.value_in(options) != one.default:
            reason = unused_reason(one, options)
            if reason:
                idle.setdefault(reason, []).append(_flag(one, options))
    yield from (f"{', '.join(flags)} ignored: {reason}" for reason, flags in idle.items())
    naming = [tool.value for tool in options.camera_files if tool in PICTURE_NAMING]
    if naming and "png" not in options.formats:
        names = ", ".join(naming)
        yield f"--camera-file {names} names NAME-photo.png, which --format png writes"


def _flag(option: Option, options: ExportOptions) -> str:
    is_length = option.field == "scale" and isinstance(options.scale, KnownLength)
    return "--scale-to" if is_length else option.flags[0]
