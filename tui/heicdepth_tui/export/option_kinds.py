"""The kinds of export options; ``option_table.py`` declares one of them for each option."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any

from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS, Kind

__all__ = ["Choice", "Number", "Option", "Section", "Several", "Switch", "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(ABC):
    """One option: its field, its flag, its line in the dialog, and the formats that it changes."""

    field: str
    """The attribute of ExportOptions that holds it; ``cloud.`` and one of CloudOptions."""
    flags: tuple[str, ...]
    """On the command line, the first one for messages."""
    usage: str
    """Its text in ``export --help``."""
    label: str = ""
    """Its name in the dialog; empty: only the command line has it."""
    note: str = ""
    """A few words beside the label, shown where the dialog has room."""
    explanation: str = ""
    """One line at the foot of the dialog: what it does."""
    kinds: frozenset[Kind] = frozenset(Kind)
    """Kinds of formats that it changes."""
    formats: frozenset[str] = frozenset()
    """Names of further formats that it changes."""
    unused: str = ""
    """The reason, as a clause, that it has no effect without them; may hold ``{formats}``."""
    in_flat: bool = True
    """False: the flat projection does not use it."""
    is_saved: bool = True
    """False: the dialog does not keep its value for the next run."""

    @property
    def name(self) -> str:
        """Its id in the dialog and its key in the saved options."""
        return self.field.rpartition(".")[2]

    @property
    def default(self) -> Any:
        """Its value where nothing is chosen."""
        return self.value_in(ExportOptions())

    def value_in(self, options: ExportOptions) -> Any:
        """Return its value."""
        holder, _, name = self.field.rpartition(".")
        return getattr(getattr(options, holder) if holder else options, name)

    def changes(self, formats: Collection[str]) -> bool:
        """Return whether one of the formats depends on it."""
        return any(name in self.formats or FORMATS[name].kind in self.kinds for name in formats)

    @abstractmethod
    def to_json(self, value: Any) -> object:
        """Return a value as the saved options hold it."""

    @abstractmethod
    def from_json(self, stored: Any) -> Any:
        """Return the value of ``to_json``; raises ValueError or TypeError for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Option):
    """A bool: a flag without a value, a tick in the dialog."""

    given: bool = True
    """The value that the flag sets."""

    def to_json(self, value: Any) -> object:
        """Return the bool."""
        return value

    def from_json(self, stored: Any) -> bool:
        """Return the bool."""
        if not isinstance(stored, bool):
            raise TypeError(f"{self.name} is true or false")
        return stored


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a choice: the enum's own, and its texts in the dialog."""

    value: Enum
    label: str
    note: str = ""
    explanation: str = ""
    """Empty: that of the option."""

    @property
    def name(self) -> str:
        """Its word on the command line and in the saved options."""
        return str(self.value.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Option):
    """A member of an Enum: a flag with one of its words; rows or a tick in the dialog."""

    values: tuple[Value, ...]
    ticked: Enum | None = None
    """Of two values the one that a tick sets; None: the dialog has one row for each value."""
    is_inline: bool = False
    """Rows stand in one line."""

    def named(self, name: str) -> Enum:
        """Return the member of this word; raises ValueError for another."""
        for one in self.values:
            if one.name == name:
                return one.value
        raise ValueError(f"{self.name} has no value {name}")

    def other(self) -> Enum:
        """Return the value of a tick that is not set."""
        return next(one.value for one in self.values if one.value is not self.ticked)

    def to_json(self, value: Any) -> object:
        """Return the member's word."""
        return value.value

    def from_json(self, stored: Any) -> Enum:
        """Return the member."""
        return self.named(stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Option):
    """Any number of members of an Enum, a tuple: words with commas; ticks in the dialog."""

    values: tuple[Value, ...]
    is_inline: bool = True
    """Ticks stand in one line."""

    def named(self, names: Collection[str]) -> tuple[Enum, ...]:
        """Return the members of these words in the order of the table."""
        unknown = set(names) - {one.name for one in self.values}
        if unknown:
            raise ValueError(f"{self.name} has no value {', '.join(sorted(unknown))}")
        return tuple(one.value for one in self.values if one.name in names)

    def to_json(self, value: Any) -> object:
        """Return the members' words."""
        return [one.value for one in value]

    def from_json(self, stored: Any) -> tuple[Enum, ...]:
        """Return the members."""
        if not isinstance(stored, list):
            raise TypeError(f"{self.name} is a list of words")
        return self.named(stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Option):
    """A number, or None where the default is None: a flag with a value, a field in the dialog."""

    minimum: float
    maximum: float = math.inf
    is_minimum_allowed: bool = True
    is_whole: bool = False
    metavar: str | None = None
    unit: str = ""
    """In the plural, for messages: ``metres``."""
    placeholder: str = ""
    """Stands in the empty field, for the default."""

    def parse(self, text: str) -> float | None:
        """Return the number of a text, the default for an empty one.

        Raises ValueError, whose message begins with the label.
        """
        if not text.strip():
            default: float | None = self.default
            return default
        label = self.label.partition(",")[0]
        try:
            value = float(text)
        except ValueError as error:
            if self.is_whole:
                raise ValueError(f"{label}: {self._allowed}") from error
            raise ValueError(f"{label}: {text.strip()} is no number") from error
        if not self._allows(value):
            raise ValueError(f"{label}: {self._allowed}")
        return int(value) if self.is_whole else value

    def show(self, value: Any) -> str:
        """Return the text of a value in its field, empty for the default."""
        return "" if value == self.default else f"{value:g}"

    def _allows(self, value: float) -> bool:
        if not math.isfinite(value) or value > self.maximum:
            return False
        if self.is_whole and not value.is_integer():
            return False
        return value >= self.minimum if self.is_minimum_allowed else value > self.minimum

    @property
    def _allowed(self) -> str:
        number = "a whole number" if self.is_whole else "a number"
        unit = f" of {self.unit}" if self.unit else ""
        if math.isinf(self.maximum):
            word = "from" if self.is_minimum_allowed else "above"
            return f"{number}{unit} {word} {self.minimum:g}"
        word = "from" if self.is_minimum_allowed else "above"
        return f"{number}{unit} {word} {self.minimum:g} to {self.maximum:g}"

    def to_json(self, value: Any) -> object:
        """Return the number."""
        return value

    def from_json(self, stored: Any) -> float | None:
        """Return the number."""
        if stored is None and self.default is None:
            return None
        if isinstance(stored, bool) or not isinstance(stored, int | float):
            raise TypeError(f"{self.name} is a number")
        if not self._allows(float(stored)):
            raise ValueError(f"{self.name} is {self._allowed}")
        return int(stored) if self.is_whole else float(stored)


@dataclass(frozen=True, slots=True)
class Section:
    """Options under one heading of the dialog."""

    name: str
    """The id of the group of its ticks."""
    title: str
    """Above its ticks and numbers; empty where it has none."""
    options: tuple[Option, ...]
    is_left: bool = False
    """Under the formats; False: in the column of options."""

    @property
    def shown(self) -> tuple[Option, ...]:
        """The options that the dialog has."""
        return tuple(one for one in self.options if one.label)
