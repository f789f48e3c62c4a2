"""The manifest of a batch: JSON Lines of what was begun, done, skipped and failed."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from heicdepth_tui._version import __version__
from heicdepth_tui.batch.known import Key, KnownRecords
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.records import Output, Record, State
from heicdepth_tui.errors import ExportError, WriteError
from heicdepth_tui.export.options import ExportOptions

__all__ = [
    "NAME",
    "Manifest",
    "is_being_written",
    "make_folder",
    "manifests_in",
    "parameters_of",
    "run_of",
]

NAME = "heicdepth-manifest"
_OUTSIDE = frozenset({"out", "limits"})
"""Options that do not change the bytes of a file."""
_OTHER_FOLDER = "choose another folder with --out"
_NO_RUN: Mapping[str, Any] = MappingProxyType({})


def parameters_of(options: ExportOptions) -> str:
    """Return a hash of every option that changes the bytes of files, 16 hexadecimal digits."""
    text = json.dumps(_plain(options), sort_keys=True)
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:16]


def run_of(options: ExportOptions, **others: str) -> dict[str, Any]:
    """Return what a manifest states of a run: program, time, and all that changes files."""
    # Not imported above: an export of one photo has no manifest.
    from datetime import UTC, datetime

    return {
        "program": f"heicdepth-tui {__version__}",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": {**_plain(options), **others},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        names = (one.name for one in fields(value) if one.name not in _OUTSIDE)
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def manifests_in(folder: Path) -> list[Path]:
    """Return the manifests of a folder, by name."""
    return sorted(folder.glob(f"{NAME}*.jsonl"))


def is_being_written(path: Path) -> bool:
    """Return whether a process has a manifest open to append; False where there are no locks."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def make_folder(folder: Path) -> None:
    """Make the folder of an export with its parents; raises WriteError where that is impossible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise WriteError(
            "cannot be written: it is not a folder", path=folder, hint=_OTHER_FOLDER
        ) from error
    except OSError as error:
        raise WriteError(
            f"the folder cannot be made: {error.strerror}", path=folder, hint=_OTHER_FOLDER
        ) from error


@dataclass(slots=True)
class Manifest:
    """A manifest that one process appends to; use it in a ``with`` block.

    Made by ``of_folder`` it is what all manifests of a folder state, to read only.
    """

    path: Path
    records: KnownRecords = field(default_factory=KnownRecords)
    """The last record by photo and parameters, as they were when the manifest was opened."""
    begun: Mapping[Key, int] = field(default_factory=dict)
    """How often in a row a photo was begun and then not ended by the process that exported it."""
    _file: IO[bytes] | None = None
    _run: Mapping[str, Any] = field(default_factory=dict)
    """Not yet written."""

    @classmethod
    def of_folder(cls, folder: Path) -> Manifest:
        """Read what the manifests of a folder state; write nothing.

        Raises ExportError where one cannot be read.
        """
        return cls(folder / f"{NAME}.jsonl", KnownRecords.merged(manifests_in(folder)))

    @classmethod
    def open(
        cls, path: Path, sources: Set[str] = frozenset(), *, run: Mapping[str, Any] = _NO_RUN
    ) -> Manifest:
        """Read the manifest and open it for appending; it is made where it is missing.

        What other manifests of the folder state of ``sources`` counts where this one does not list
        the photo as done. ``run``, as by ``run_of``, is a line before the first record. Raises
        WriteError where it cannot be written, ExportError where another run writes it.
        """
        records = KnownRecords()
        begun: Counter[Key] = Counter()

        def note(key: Key, record: Record) -> None:
            if record.state is not State.BEGUN:
                begun.pop(key, None)
            elif record.is_own:
                begun[key] += 1

        records.read(path, noted=note)
        if sources:
            others = (one for one in manifests_in(path.parent) if one != path)
            records.add(KnownRecords.merged(others, sources))
        make_folder(path.parent)
        try:
            file = path.open("ab+")
        except OSError as error:
            raise WriteError(
                f"the manifest cannot be written: {error.strerror}", path=path, hint=_OTHER_FOLDER
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise ExportError(
                "another export writes this manifest",
                path=path,
                hint="wait for it, or give each its part with --shard",
            ) from error
        except OSError:
            pass  # some network folders have no locks
        if file.tell() and _last_byte(file) != b"\n":
            file.write(b"\n")  # a line that was torn off
        return cls(path, records, begun, file, dict(run))

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self.records.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, record: Record) -> None:
        """Append a record, whole; raises WriteError where it cannot be written."""
        if self._file is None:
            raise ValueError("the manifest is closed")
        lines = [record.line()]
        if self._run:
            lines.insert(0, json.dumps({"run": self._run}))
            self._run = {}
        try:
            self._file.write("".join(f"{line}\n" for line in lines).encode("ascii"))
            self._file.flush()
        except OSError as error:
            raise WriteError(
                f"the manifest cannot be written: {error.strerror}",
                path=self.path,
                hint="free some space; what is written so far stays",
            ) from error

    def is_done(self, job: Job, parameters: str) -> bool:
        """Return whether a photo was exported so, is unchanged, and its files are still there."""
        record = self.records.get((job.path, parameters))
        if record is None or record.state is not State.DONE:
            return False
        if (record.size, record.mtime_ns) != (job.size, job.mtime_ns):
            return False
        return all(self._is_there(output, job.options.out) for output in record.outputs)

    def may_have_files(self, job: Job, parameters: str) -> bool:
        """Return whether files of a photo, as it is now, may be there from a run before.

        That run was ended while it wrote them, or wrote some formats and not all, or files of it
        were removed since.
        """
        record = self.records.get((job.path, parameters))
        if record is None or (record.size, record.mtime_ns) != (job.size, job.mtime_ns):
            return False
        if record.state in (State.BEGUN, State.INTERRUPTED):
            return True
        return any(self._is_there(output, job.options.out) for output in record.outputs)

    def state_of(self, job: Job, parameters: str) -> State | None:
        """Return what happened to a photo last; None where nothing did."""
        record = self.records.get((job.path, parameters))
        return None if record is None else record.state

    def begun_in_vain(self, job: Job, parameters: str) -> int:
        """Return how many processes in a row ended while they exported a photo, not by the user."""
        return self.begun.get((job.path, parameters), 0)

    def _is_there(self, output: Output, folder: Path) -> bool:
        path = self.path.parent.absolute() / output.path
        with contextlib.suppress(OSError):
            return path.is_relative_to(folder.absolute()) and path.stat().st_size == output.bytes
        return False


def _last_byte(file: IO[bytes]) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)
