"""The fields of the export dialog, made from ``export/option_table.py``, and their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widgets import Input, Static

from heicdepth_tui.export.option_kinds import (
    Choice,
    Number,
    Option,
    Section,
    Several,
    Switch,
    Value,
)
from heicdepth_tui.export.option_table import OPTIONS, SECTIONS
from heicdepth_tui.export.rules import unused_reason
from heicdepth_tui.ui.widgets.option_group import OptionGroup, OptionRow

if TYPE_CHECKING:
    from textual.widget import Widget

    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.ui.presenters.export_plan import ExportPlan

__all__ = [
    "WrongError",
    "compose_sections",
    "field_id",
    "is_idle",
    "option_named",
    "show_idle",
    "values_in",
]

_BY_MATTE = ("only", "without")
_SHOWN = tuple(one for section in SECTIONS for one in section.shown)


class WrongError(ValueError):
    """A value that cannot be used; ``fields`` are the ids of its inputs."""

    def __init__(self, text: str, *fields: str) -> None:
        super().__init__(text)
        self.fields = fields


def compose_sections(options: ExportOptions, *, left: bool) -> ComposeResult:
    """Yield the fields of the sections of one column, with the values of ``options``."""
    for section in SECTIONS:
        if section.is_left is left and section.shown:
            yield from _section(section, options)


def _section(section: Section, options: ExportOptions) -> ComposeResult:
    if section.title:
        yield Static(section.title, classes="label", markup=False)
    for is_tick, found in groupby(section.shown, _is_tick):
        shown = list(found)
        if is_tick:
            rows = [OptionRow(one.name, one.label, one.note, one.explanation) for one in shown]
            ticked = [one.name for one in shown if _is_ticked(one, options)]
            yield OptionGroup(rows, ticked, id=section.name)
            continue
        for one in shown:
            yield from _field(one, options)


def _field(one: Option, options: ExportOptions) -> ComposeResult:
    match one:
        case Number():
            with Horizontal(classes="field"):
                yield Static(one.label, classes="name", markup=False)
                yield Input(
                    one.show(_number_in(one, options)),
                    placeholder=one.placeholder,
                    compact=True,
                    type="integer" if one.is_whole else "number",
                    id=one.name,
                )
                yield Static(one.note, classes="note", markup=False)
        case Choice():
            chosen = [one.to_json(one.value_in(options))]
            yield from _rows(one, one.values, chosen, is_exclusive=True)
        case Several():
            chosen = [value.value for value in one.value_in(options)]
            yield from _rows(one, one.values, chosen, is_exclusive=False)


def _rows(
    one: Choice | Several, values: Iterable[Value], chosen: Iterable[Any], *, is_exclusive: bool
) -> ComposeResult:
    rows = [
        OptionRow(value.name, value.label, value.note, value.explanation or one.explanation)
        for value in values
    ]
    with Container(classes="inline" if one.is_inline else "rows"):
        yield Static(one.label, classes="label", markup=False)
        yield OptionGroup(
            rows,
            set(chosen),
            id=one.name,
            is_exclusive=is_exclusive,
            is_inline=one.is_inline,
        )


def _is_tick(one: Option) -> bool:
    return isinstance(one, Switch) or (isinstance(one, Choice) and one.ticked is not None)


def _is_ticked(one: Option, options: ExportOptions) -> bool:
    value = one.value_in(options)
    return bool(value is one.ticked if isinstance(one, Choice) else value)


def _number_in(one: Number, options: ExportOptions) -> float | None:
    """Return a number as the dialog shows it: ``--max-depth`` is the same as ``--far``."""
    if one.field != "cloud.far":
        value: float | None = one.value_in(options)
        return value
    farthest = options.cloud.farthest
    return None if farthest == float("inf") else farthest


def option_named(name: str) -> Option | None:
    """Return the option of an input, a tick or a group by its id; None without one."""
    return next((one for one in OPTIONS if one.name == name), None)


def field_id(field: str) -> str:
    """Return the id of the input or group for a field of ExportOptions; empty without one."""
    for section in SECTIONS:
        for one in section.shown:
            if one.field == field:
                return section.name if _is_tick(one) else one.name
    return ""


def show_idle(dialog: Widget, options: ExportOptions, plan: ExportPlan) -> None:
    """Dim the fields that have no effect together with the others, and mattes that are absent."""
    idle = {one.name for one in _SHOWN if one.field in plan.unused or unused_reason(one, options)}
    for section in SECTIONS:
        ticks = [one.name for one in section.shown if _is_tick(one)]
        if ticks:
            dialog.query_one(f"#{section.name}", OptionGroup).set_idle(idle & set(ticks))
    for one in _SHOWN:
        if isinstance(one, Number):
            dialog.query_one(f"#{one.name}", Input).set_class(one.name in idle, "-idle")
        elif isinstance(one, Choice | Several) and not _is_tick(one):
            names = [
                value.name
                for value in one.values
                if one.name in idle or (one.field in _BY_MATTE and value.name in plan.absent_mattes)
            ]
            dialog.query_one(f"#{one.name}", OptionGroup).set_idle(names)


def is_idle(field: Widget) -> bool:
    """Return whether nothing of a field has an effect together with the others."""
    return field.is_idle if isinstance(field, OptionGroup) else field.has_class("-idle")


def values_in(dialog: Widget) -> dict[str, Any]:
    """Return the values of the dialog's fields by fields of ExportOptions.

    Raises WrongError for a value that cannot be used.
    """
    values = dict(_values(dialog))
    near, far = values["cloud.near"], values["cloud.far"]
    if near is not None and far is not None and near > far:
        raise WrongError(f"nearest ({near:g} m) lies beyond farthest ({far:g} m)", "near", "far")
    # The dialog shows the smaller one of both as the farthest.
    return values | {"cloud.max_depth": None}


def _values(dialog: Widget) -> Iterator[tuple[str, Any]]:
    ticked = {
        name
        for section in SECTIONS
        if any(map(_is_tick, section.shown))
        for name in dialog.query_one(f"#{section.name}", OptionGroup).chosen
    }
    for one in _SHOWN:
        match one:
            case Switch():
                yield one.field, one.name in ticked
            case Choice(ticked=None):
                (name,) = dialog.query_one(f"#{one.name}", OptionGroup).chosen
                yield one.field, one.named(name)
            case Choice():
                yield one.field, one.ticked if one.name in ticked else one.other()
            case Several():
                yield one.field, one.named(dialog.query_one(f"#{one.name}", OptionGroup).chosen)
            case Number():
                try:
                    yield one.field, one.parse(dialog.query_one(f"#{one.name}", Input).value)
                except ValueError as error:
                    raise WrongError(str(error), one.name) from error
