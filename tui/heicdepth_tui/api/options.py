"""Options of the library: checked and converted, and named in the hints of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
from heicdepth_tui.depth.registration import Frames
from heicdepth_tui.depth.scale import KnownLength
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.export.options import ColourValues, ExportOptions, Matte, PointField

__all__ = ["member", "options_of", "python_hints"]

_CHOICES: dict[str, type[Enum]] = {
    "projection": Projection,
    "color_resolution": ColorResolution,
    "colours": ColourValues,
    "axes": Axes,
    "register": Frames,
}
_SEVERAL: dict[str, type[Enum]] = {"only": Matte, "without": Matte, "fields": PointField}
_NUMBERS = frozenset({"max_depth", "near", "far", "flying_threshold", "scale"})
_OF_EXPORT = frozenset({"colours", "axes", "register", "scale", "organised", *_SEVERAL})
_FLAG = re.compile(r"(--[a-z-]+)(?: (\w+))?")


def options_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of ``ExportOptions`` for the options of ``Photo.cloud``.

    A choice may be given by its value, e.g. ``projection="flat"``. Raises TypeError for a name that
    is no option or a value of another type, ValueError for a value out of range.
    """
    of_cloud = {field.name for field in fields(CloudOptions)}
    unknown = given.keys() - of_cloud - _OF_EXPORT
    if unknown:
        known = ", ".join(sorted(of_cloud | _OF_EXPORT))
        raise TypeError(f"no option is named {', '.join(sorted(unknown))}; there are {known}")
    values = {name: _value(name, value) for name, value in given.items()}
    chosen = {name: value for name, value in values.items() if name in _OF_EXPORT}
    cloud = CloudOptions(**{name: value for name, value in values.items() if name in of_cloud})
    ExportOptions(cloud=cloud, **chosen)
    return {"cloud": cloud, **chosen}


def _value(name: str, value: Any) -> Any:
    if name in _CHOICES:
        return member(_CHOICES[name], name, value)
    if name in _SEVERAL:
        words = [value] if isinstance(value, str | Enum) else value
        return tuple(member(_SEVERAL[name], name, word) for word in words)
    if name == "stride" and not isinstance(value, Integral):
        raise TypeError(f"{name} is a whole number, not {value!r}")
    if name in _NUMBERS and not isinstance(value, Real | KnownLength | None):
        raise TypeError(f"{name} is a number, not {value!r}")
    return value


def member(kind: type[Enum], name: str, value: Any) -> Enum:
    """Return the member of ``kind`` that ``value`` is or names; raises ValueError with all names.

    ``name`` is the option's.
    """
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(repr(one.value) for one in kind)
        raise ValueError(f"{name} is one of {known}, not {value!r}") from error


@contextmanager
def python_hints(path: Path) -> Iterator[None]:
    """Name options in the hints of errors as Python has them, and the photo where none is named."""
    try:
        yield
    except HeicDepthError as error:
        if "--" in error.hint:
            error.hint = _FLAG.sub(_in_python, error.hint)
        error.at(path)
        raise


def _in_python(match: re.Match[str]) -> str:
    """Return ``rectify=True`` for ``--rectify``; what Python has not stays."""
    from heicdepth_tui.export.option_kinds import Choice, Switch
    from heicdepth_tui.export.option_table import OPTIONS

    flag, word = match.groups()
    after = f" {word}" if word else ""
    one = next((one for one in OPTIONS if flag in one.flags), None)
    if isinstance(one, Switch):
        return f"{one.name}={one.given}{after}"
    if isinstance(one, Choice) and word in {value.name for value in one.values}:
        return f'{one.name}="{word}"'
    if one is not None:
        return one.name + after
    if flag == "--scale-to":
        return f"scale{after}"
    return match[0]
