"""The options of ``heicdepth-tui export``, made from ``export/option_table.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from heicdepth_tui.cli.words import Words
from heicdepth_tui.export.option_kinds import Choice, Number, Option, Several, Switch
from heicdepth_tui.export.option_table import OPTIONS
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.rules import with_values

__all__ = ["chosen_options", "table_options"]

_Command = Callable[..., Any]


def table_options(*fields: str) -> Callable[[_Command], _Command]:
    """Add options of the table to a command, which receives them by their names.

    All of them, unless ``fields`` names some by their fields of ExportOptions.
    """

    def add(command: _Command) -> _Command:
        # The decorator that is applied last comes first in --help.
        for one in reversed(OPTIONS):
            if not fields or one.field in fields:
                command = click.option(*one.flags, one.name, **_parameter(one))(command)
        return command

    return add


def _parameter(one: Option) -> dict[str, Any]:
    """Return the keywords of ``click.option``."""
    match one:
        case Switch():
            return {"is_flag": True, "help": one.usage}
        case Choice():
            return {
                "type": click.Choice([value.name for value in one.values]),
                "default": one.default.value,
                "show_default": True,
                "help": one.usage,
            }
        case Several():
            words = Words(tuple(value.name for value in one.values))
            return {"type": words, "multiple": True, "help": one.usage}
        case Number():
            return {
                "type": _range(one),
                "default": one.default,
                "metavar": one.metavar,
                "help": one.usage,
            }
    raise TypeError(f"no option of click is made of {type(one).__name__}")


def _range(one: Number) -> click.ParamType[Any]:
    if one.is_whole:
        top = None if one.maximum == float("inf") else int(one.maximum)
        return click.IntRange(int(one.minimum), top)
    return click.FloatRange(
        one.minimum,
        None if one.maximum == float("inf") else one.maximum,
        min_open=not one.is_minimum_allowed,
    )


def chosen_options(base: ExportOptions, given: Mapping[str, Any]) -> ExportOptions:
    """Return ``base`` with the values that click parsed, by the options' names.

    Options that the command does not have keep the value of ``base``. Raises click.UsageError for
    values that contradict each other.
    """
    try:
        return with_values(
            base, {one.field: _value(one, given[one.name]) for one in OPTIONS if one.name in given}
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _value(one: Option, given: Any) -> Any:
    match one:
        case Switch():
            return one.given if given else not one.given
        case Choice():
            return one.named(given)
        case Several():
            return one.named([word for words in given for word in words])
    return given
