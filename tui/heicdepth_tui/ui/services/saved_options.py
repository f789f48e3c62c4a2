"""The export options chosen last, kept between runs in the user's state folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heicdepth_tui.files import replace_own

if TYPE_CHECKING:
    from heicdepth_tui.export.option_kinds import Option
    from heicdepth_tui.export.options import ExportOptions

__all__ = ["SavedOptions"]

_NAME = "export.json"


class SavedOptions:
    """Loads the options at their first use; ``folder`` None: the user's state folder."""

    def __init__(self, default: Callable[[], ExportOptions], folder: Path | None) -> None:
        self._default = default
        self._folder = folder
        self._options: ExportOptions | None = None

    @property
    def options(self) -> ExportOptions:
        """The options chosen last, in this run or an earlier one.

        Where the file is missing, damaged or from another version they are the default: the dialog
        shows what holds.
        """
        if self._options is None:
            self._options = self._default()
            try:
                choice = json.loads((self._state_folder() / _NAME).read_bytes())
                self._options = _apply(self._options, choice)
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                return self._options
        return self._options

    def save(self, options: ExportOptions) -> None:
        """Keep formats and options; the folder for this run only, scale and place not at all.

        Raises WriteError where they cannot be written; for this run they are kept even so.
        """
        self._options = replace(options, scale=None, with_gps=False)
        choice: dict[str, Any] = {"formats": options.formats}
        for one in _kept():
            group, _, name = one.field.rpartition(".")
            holder = choice.setdefault(group, {}) if group else choice
            holder[name] = one.to_json(one.value_in(options))
        replace_own(self._state_folder(), _NAME, json.dumps(choice, indent=1).encode())

    def _state_folder(self) -> Path:
        if self._folder is not None:
            return self._folder
        from platformdirs import user_state_path

        return user_state_path("heicdepth-tui")


def _kept() -> Iterator[Option]:
    from heicdepth_tui.export.option_table import OPTIONS

    return (one for one in OPTIONS if one.is_saved)


def _apply(default: ExportOptions, choice: dict[str, Any]) -> ExportOptions:
    from heicdepth_tui.export.registry import FORMATS
    from heicdepth_tui.export.rules import with_values

    values: dict[str, Any] = {}
    for one in _kept():
        group, _, name = one.field.rpartition(".")
        holder = choice[group] if group else choice
        # Files of earlier versions have fewer options.
        if name in holder:
            values[one.field] = one.from_json(holder[name])
    formats = tuple(name for name in choice["formats"] if name in FORMATS)
    return with_values(replace(default, formats=formats or default.formats), values)
