"""The record of a photo as flat columns, named by the dotted paths of its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from heicdepth_tui.export.record import info_schema
from heicdepth_tui.text import printable

__all__ = [
    "DECODED_COLUMNS",
    "Column",
    "ColumnKind",
    "all_columns",
    "column_at",
    "text_of",
    "value_at",
]

DECODED_COLUMNS = frozenset({"arrays", "probes"})
"""Columns that a record has only where layers were decoded."""

_CUTOFF = 0.6
_Node = Mapping[str, Any]


class ColumnKind(Enum):
    """The type of a column's values, which may also be null."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NUMBERS = "list of numbers"
    TEXTS = "list of texts"
    JSON = "JSON"
    """Objects, and lists of objects."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value of the record; ``path`` is e.g. ``depth.d_min`` or ``thumbnails.0.width``."""

    path: str
    kind: ColumnKind


@cache
def all_columns() -> tuple[Column, ...]:
    """Return a column for each value of a record, in the order of the schema.

    Objects are taken apart, lists are not. The columns of DECODED_COLUMNS are left out.
    """
    found = _leaves("", info_schema())
    return tuple(column for column in found if column.path not in DECODED_COLUMNS)


def column_at(path: str) -> Column:
    """Return the column of a dotted path, which may also name an object or an element of a list.

    Raises ValueError, with the nearest path, where records have no such value.
    """
    node: _Node = info_schema()
    for word in path.split("."):
        properties = node.get("properties", {})
        if word in properties:
            node = _resolved(properties[word])
        elif "items" in node and word.isascii() and word.isdecimal():
            node = _resolved(node["items"])
        else:
            raise ValueError(f"photos have no value {printable(path)}{_nearest(path)}")
    return Column(path, _kind(node))


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, None where the record has none."""
    value: Any = record
    for word in _words(path):
        if isinstance(value, (dict, Mapping)):  # dict first: records are, and an ABC is slow
            value = value.get(word)
        elif isinstance(value, Sequence) and word.isdecimal():
            value = value[int(word)] if int(word) < len(value) else None
        else:
            return None
    return value


def text_of(value: Any) -> str:
    """Return a value as the text of a cell: empty for null, else as JSON writes it.

    Texts are themselves, unescaped.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(allow_nan=False)


@lru_cache(maxsize=1024)
def _words(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _leaves(prefix: str, node: _Node) -> Iterator[Column]:
    for name, part in node["properties"].items():
        inner = _resolved(part)
        if "properties" in inner:
            yield from _leaves(f"{prefix}{name}.", inner)
        else:
            yield Column(prefix + name, _kind(inner))


def _resolved(node: _Node) -> _Node:
    """Return what a reference, or the choice between null and one other, stands for."""
    if "$ref" in node:
        target: _Node = info_schema()["$defs"][node["$ref"].rpartition("/")[2]]
        return _resolved(target)
    if "oneOf" in node:
        return _resolved(next(one for one in node["oneOf"] if one.get("type") != "null"))
    return node


def _kind(node: _Node) -> ColumnKind:
    if "const" in node or "enum" in node:
        values = [node["const"]] if "const" in node else node["enum"]
        example = next(value for value in values if value is not None)
        return ColumnKind.INTEGER if isinstance(example, int) else ColumnKind.TEXT
    types = {node["type"]} if isinstance(node["type"], str) else set(node["type"])
    match (types - {"null"}).pop():
        case "string":
            return ColumnKind.TEXT
        case "integer":
            return ColumnKind.INTEGER
        case "number":
            return ColumnKind.NUMBER
        case "boolean":
            return ColumnKind.BOOLEAN
        case "array":
            return _list_kind(_kind(_resolved(node["items"])))
        case _:
            return ColumnKind.JSON


def _list_kind(element: ColumnKind) -> ColumnKind:
    if element in (ColumnKind.NUMBER, ColumnKind.INTEGER):
        return ColumnKind.NUMBERS
    return ColumnKind.TEXTS if element is ColumnKind.TEXT else ColumnKind.JSON


def _nearest(path: str) -> str:
    """Return the clause that names the nearest paths: by the last word, else by spelling."""
    from difflib import get_close_matches

    paths = [column.path for column in all_columns()]
    objects = dict.fromkeys(path.rpartition(".")[0] for path in paths)
    known = [*paths, *(one for one in objects if one), *sorted(DECODED_COLUMNS)]
    last = path.rpartition(".")[2]
    near = [one for one in known if one.rpartition(".")[2] == last]
    near = near or get_close_matches(path, known, n=1, cutoff=_CUTOFF)
    near = near or [
        one
        for word in get_close_matches(last, {one.rpartition(".")[2] for one in known}, n=1)
        for one in known
        if one.rpartition(".")[2] == word
    ]
    return f"; did you mean {' or '.join(near[:3])}?" if near else "; --json shows all of them"
