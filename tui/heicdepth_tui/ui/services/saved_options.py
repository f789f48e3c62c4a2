"""The last export choice, kept between runs in the user's state folder."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
from heicdepth_tui.export.options import ColourValues, DepthUnit, ExportOptions
from heicdepth_tui.files import replace_own

__all__ = ["load_options", "save_options", "state_folder"]

_NAME = "export.json"


def state_folder() -> Path:
    """Return the folder for what the app remembers."""
    from platformdirs import user_state_path

    return user_state_path("heicdepth-tui")


def save_options(options: ExportOptions, folder: Path | None) -> None:
    """Remember formats and options, but not the folder: that is the command line's.

    Raises WriteError where the folder cannot be written.
    """
    cloud = asdict(options.cloud)
    cloud["projection"] = options.cloud.projection.value
    cloud["color_resolution"] = options.cloud.color_resolution.value
    choice = {
        "formats": options.formats,
        "organised": options.organised,
        "colours": options.colours.value,
        "png_unit": options.png_unit.value,
        "cloud": cloud,
    }
    replace_own(folder or state_folder(), _NAME, json.dumps(choice, indent=1).encode())


def load_options(default: ExportOptions, folder: Path | None) -> ExportOptions:
    """Return ``default`` with the remembered choice; as it is where nothing usable is remembered.

    A file that is missing, damaged or from another version is no reason to bother anybody: the
    dialog shows what holds.
    """
    try:
        choice = json.loads(((folder or state_folder()) / _NAME).read_bytes())
        return _apply(default, choice)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return default


def _apply(default: ExportOptions, choice: dict[str, Any]) -> ExportOptions:
    from heicdepth_tui.export.registry import FORMATS

    formats = tuple(name for name in choice["formats"] if name in FORMATS)
    cloud = dict(choice["cloud"])
    cloud["projection"] = Projection(cloud["projection"])
    cloud["color_resolution"] = ColorResolution(cloud["color_resolution"])
    return replace(
        default,
        formats=formats or default.formats,
        organised=bool(choice["organised"]),
        # Files of earlier versions have neither.
        colours=ColourValues(choice.get("colours", default.colours.value)),
        png_unit=DepthUnit(choice.get("png_unit", default.png_unit.value)),
        cloud=CloudOptions(**cloud),
    )
