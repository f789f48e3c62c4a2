"""The last record of each photo, by the place of its line: the records stay in their files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from heicdepth_tui.batch.records import Record, State, parse_record, records_with_places
from heicdepth_tui.errors import ExportError

__all__ = ["Key", "KnownRecords"]

Key = tuple[str, str]
"""A photo's path, and the hash of the options that change bytes."""

_DIGEST_BYTES = 15
"""Of a key: among 2^40 photos two share it by a chance of 10^-12. 16 would take 16 bytes more."""
_OFFSET_BITS = 44
_OPEN_FILES = 8


class KnownRecords:
    """What manifests state last of each photo and its options; use it in a ``with`` block.

    Takes about 130 bytes a photo. ``get`` reads the line again: photos are looked up in the order
    of the folders, which is that of the lines.
    """

    def __init__(self) -> None:
        self._files: list[Path] = []
        self._places: dict[bytes, int] = {}
        """By the digest of a key: number of the file, offset of the line, and one bit for done."""
        self._open: OrderedDict[int, BinaryIO] = OrderedDict()
        self._last: tuple[Key, Record | None] = (("", ""), None)

    @classmethod
    def merged(cls, paths: Iterable[Path], sources: Container[str] | None = None) -> KnownRecords:
        """Read manifests: the last record of each photo, of all photos or of ``sources``.

        What was done counts before what another manifest says of a photo that was begun or failed.
        Raises ExportError where one cannot be read.
        """
        known = cls()
        for path in paths:
            of_file = cls()
            of_file.read(path, sources)
            known._update(of_file, lambda new, old: not old & 1)
        return known

    def read(
        self,
        path: Path,
        sources: Container[str] | None = None,
        noted: Callable[[Key, Record], object] = lambda _, __: None,
    ) -> None:
        """Read one manifest, whose records count before those read so far.

        ``noted`` is called with each record in turn. Raises ExportError where it cannot be read.
        """
        number = len(self._files)
        self._files.append(path)
        for offset, record in records_with_places(path):
            if sources is None or record.source in sources:
                key = (record.source, record.parameters)
                noted(key, record)
                is_done = record.state is State.DONE
                self._places[_digest(key)] = (number << _OFFSET_BITS | offset) << 1 | is_done

    def add(self, others: KnownRecords) -> None:
        """Take records of other manifests: of photos that have none, or are done there only."""
        self._update(others, lambda new, old: bool(new & 1 and not old & 1))

    def _update(self, others: KnownRecords, replaces: Callable[[int, int], bool]) -> None:
        if not self._files:
            self._files, self._places = others._files, others._places
            return
        moved = len(self._files) << _OFFSET_BITS + 1
        self._files += others._files
        for digest, place in others._places.items():
            known = self._places.get(digest)
            if known is None or replaces(place, known):
                self._places[digest] = place + moved

    def __enter__(self) -> KnownRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the manifests that are open; they are opened again where one is read."""
        while self._open:
            self._open.popitem()[1].close()

    def __len__(self) -> int:
        return len(self._places)

    def __bool__(self) -> bool:
        return bool(self._places)

    def get(self, key: Key) -> Record | None:
        """Return what is known of a photo with its options; None where nothing is.

        Raises ExportError where the manifest can no longer be read.
        """
        place = self._places.get(_digest(key))
        if place is None:
            return None
        if self._last[0] != key:
            record = self._at(place)
            is_same = record is not None and (record.source, record.parameters) == key
            self._last = (key, record if is_same else None)
        return self._last[1]

    def values(self) -> Iterator[Record]:
        """Yield all records, in the order of the manifests; nothing stays open.

        Raises ExportError where one can no longer be read.
        """
        try:
            for place in sorted(self._places.values()):
                record = self._at(place)
                if record is not None:
                    yield record
        finally:
            self.close()

    def _at(self, place: int) -> Record | None:
        number, offset = divmod(place >> 1, 1 << _OFFSET_BITS)
        try:
            file = self._file(number)
            file.seek(offset)
            return parse_record(file.readline())
        except OSError as error:
            raise ExportError(
                f"the manifest can no longer be read: {error.strerror}",
                path=self._files[number],
                hint="without it photos would be exported twice; "
                "once it can be read again, the same command goes on",
            ) from error

    def _file(self, number: int) -> BinaryIO:
        file = self._open.pop(number, None)
        if file is None:
            file = self._files[number].open("rb")
            if len(self._open) == _OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open[number] = file
        return file


def _digest(key: Key) -> bytes:
    text = "\0".join(key).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=_DIGEST_BYTES).digest()
