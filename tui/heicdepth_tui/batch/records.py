"""Lines of a manifest: photos, and what happened to each last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from heicdepth_tui.errors import ExportError

__all__ = ["Output", "Record", "State", "parse_record", "read_records", "records_with_places"]


class State(Enum):
    """What happened to a photo last."""

    BEGUN = "begun"
    INTERRUPTED = "interrupted"
    """Begun, and ended by the user before it was finished."""
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was written."""

    path: str
    """Relative to the folder of the manifest where it lies below it."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """One line: a photo, by path, size and time of its last change, and what happened to it."""

    source: str
    size: int
    mtime_ns: int
    parameters: str
    """A hash of the options that change bytes, see ``parameters_of``."""
    state: State
    outputs: tuple[Output, ...] = ()
    reason: str = ""
    """Of a photo that was skipped or failed."""
    is_own: bool = False
    """Of a photo that was begun: True where the process that writes this line exports it itself. If
    that process ends before its next line, the photo may have ended it."""

    def line(self) -> str:
        """Return it as one line of ASCII JSON, without a line break."""
        record: dict[str, Any] = {
            "source": self.source,
            "size": self.size,
            "mtime_ns": self.mtime_ns,
            "parameters": self.parameters,
            "state": self.state.value,
        }
        if self.outputs:
            record["outputs"] = [
                {"path": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in self.outputs
            ]
        if self.reason:
            record["reason"] = self.reason
        if self.is_own:
            record["in_this_process"] = True
        return json.dumps(record, ensure_ascii=True)


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a manifest; a line that is torn or no record is left out.

    Raises ExportError where it is there and cannot be read.
    """
    return (record for _, record in records_with_places(path))


def records_with_places(path: Path) -> Iterator[tuple[int, Record]]:
    """Yield what ``read_records`` does, each with the offset of its line in bytes."""
    place = 0
    try:
        with path.open("rb") as file:
            for line in file:
                record = parse_record(line)
                if record is not None:
                    yield place, record
                place += len(line)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ExportError(f"the manifest cannot be read: {error.strerror}", path=path) from error


def parse_record(line: bytes) -> Record | None:
    """Return the record of a line; None where it is torn or none."""
    try:
        found = json.loads(line)
        return Record(
            str(found["source"]),
            int(found["size"]),
            int(found["mtime_ns"]),
            str(found["parameters"]),
            State(found["state"]),
            tuple(
                Output(str(one["path"]), int(one["bytes"]), str(one["sha256"]))
                for one in found.get("outputs", ())
            ),
            str(found.get("reason", "")),
            bool(found.get("in_this_process", False)),
        )
    except (ValueError, KeyError, TypeError):
        return None
