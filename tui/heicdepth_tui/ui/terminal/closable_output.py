"""The terminal's output after the terminal is gone: what cannot be written is dropped."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Any

__all__ = ["ClosableOutput"]


class ClosableOutput:
    """A text file whose writes fail silently.

    Textual writes in a thread, which an error of the closed terminal would end. Its queue would
    then fill, and the app wait for ever for room in it while it ends.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write text, or drop it; return its length."""
        with suppress(OSError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or drop what is left."""
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
