"""Checks records of ``info --json`` by the schema, which is itself checked once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from jsonschema.validators import validator_for

from heicdepth_tui.export.record import info_schema

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["check_record"]


@functools.cache
def _validator() -> Validator:
    schema = info_schema()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def check_record(record: dict[str, Any]) -> None:
    """Raise ``jsonschema.ValidationError`` where a record does not follow the schema."""
    _validator().validate(record)
