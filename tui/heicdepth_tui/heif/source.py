"""Reads bytes of a file within a budget; opening never blocks on a pipe."""

from __future__ import annotations

import errno
import os
import stat
from os import PathLike

from heicdepth_tui.errors import FileAccessError, LimitError, TruncatedError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.system import advise_random

__all__ = ["HEAD_BYTES", "RefusedFileError", "Source"]

HEAD_BYTES = 16 * 1024
"""The first read; it holds the whole header of a phone's photo."""

# O_NONBLOCK keeps the open of a FIFO from waiting for its writer; O_NOCTTY that of a terminal from
# adopting it.
_OPEN_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY

_NOT_REGULAR = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

_VANISHED = "check the path, or read the folder again"
_CAUSES = {
    errno.ENOENT: ("vanished", "the file does not exist (any more)", _VANISHED),
    errno.ENOTDIR: ("vanished", "a folder of its path does not exist", _VANISHED),
    errno.EACCES: ("no permission", "permission to read it is denied", "check its permissions"),
    errno.EPERM: ("no permission", "permission to read it is denied", "check its permissions"),
    errno.ELOOP: ("cyclic link", "its symbolic links lead round in a circle", "remove the link"),
    errno.ENXIO: ("a socket", "it is a socket or a device without a driver, not a photo", ""),
    errno.ENAMETOOLONG: ("name too long", "its path is too long for this system", ""),
    errno.EMFILE: ("too many files", "this process has too many files open", "try again"),
    errno.ENFILE: ("too many files", "this system has too many files open", "try again"),
    errno.ESTALE: ("vanished", "it vanished from the network folder", _VANISHED),
    errno.EIO: ("unreadable", "the disk or the network failed while it was read", "try again"),
}


class RefusedFileError(FileAccessError):
    """FileAccessError with ``label``, the cause in the few words that fit a row of a list."""

    def __init__(self, what: str, *, label: str, path: str | None = None, hint: str = "") -> None:
        super().__init__(what, path=path, hint=hint)
        self.label = label


class Source:
    """A file or a byte string to read a header from; offsets are bytes from its start.

    Opening never blocks: pipes, sockets, devices and folders raise FileAccessError, as do files
    that do not exist or may not be read. Holds the file open until ``close`` or the end of the
    ``with`` block; reading is safe from several threads.
    ``head`` is the first 16 KiB (less in a shorter file).
    """

    __slots__ = ("_budget", "_data", "_descriptor", "_limit", "head", "path", "size")

    def __init__(
        self,
        path: str | PathLike[str],
        limits: Limits = DEFAULT_LIMITS,
        *,
        data: bytes | None = None,
    ) -> None:
        self.path = os.fspath(path)
        self._limit = limits.header_bytes
        self._data = data
        self._descriptor = -1
        if data is not None:
            self.size = len(data)
            self.head = data[:HEAD_BYTES]
        else:
            self._descriptor, self.size = _open_regular(self.path)
            try:
                self.head = self._pread(0, min(self.size, HEAD_BYTES))
            except BaseException:
                self.close()
                raise
        self._budget = self._limit - len(self.head)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` header bytes at ``offset``, counted against the header budget.

        Raises TruncatedError when they reach past the end of the file, LimitError when the budget
        is spent, FileAccessError when the file shrank or cannot be read.
        """
        if offset + length <= len(self.head):
            return self.head[offset : offset + length]
        self._check_inside(offset, length)
        if length > self._budget:
            raise LimitError(
                f"the header needs more than {self._limit:,} bytes to be read",
                path=self.path,
                hint="no camera writes such a header; the file is broken or hostile",
            )
        self._budget -= length
        return self._pread(offset, length)

    def read_payload(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes of coded data at ``offset``; not counted against the budget.

        Raises TruncatedError or FileAccessError as ``read`` does.
        """
        self._check_inside(offset, length)
        return self._pread(offset, length)

    def _check_inside(self, offset: int, length: int) -> None:
        if offset + length > self.size:
            raise TruncatedError(
                f"bytes {offset:,} to {offset + length:,} lie past the end of the file "
                f"({self.size:,} bytes)",
                path=self.path,
                hint="the file is cut short: copy it again",
            )

    def _pread(self, offset: int, length: int) -> bytes:
        if self._data is not None:
            return self._data[offset : offset + length]
        if self._descriptor < 0:
            raise RefusedFileError("it is closed", label="closed", path=self.path)
        try:
            chunk = os.pread(self._descriptor, length, offset)
            while len(chunk) < length:
                more = os.pread(self._descriptor, length - len(chunk), offset + len(chunk))
                if not more:
                    raise RefusedFileError(
                        f"it shrank while it was read (it had {self.size:,} bytes)",
                        label="changed",
                        path=self.path,
                        hint="read it again",
                    )
                chunk += more
        except OSError as error:
            raise _refused(self.path, error) from error
        return chunk


def _open_regular(path: str) -> tuple[int, int]:
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except OSError as error:
        raise _refused(path, error) from error
    except ValueError as error:
        raise RefusedFileError(f"{error} in its name", label="bad name", path=path) from error
    try:
        status = os.fstat(descriptor)
        _check_regular(path, status.st_mode)
        advise_random(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise _refused(path, error) from error
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status.st_size


def _check_regular(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _NOT_REGULAR if test(mode)), "no file")
        raise RefusedFileError(f"it is {kind}, not a photo", label=kind, path=path)


def _refused(path: str, error: OSError) -> RefusedFileError:
    fallback = ("unreadable", error.strerror or "it cannot be read", "")
    label, what, hint = _CAUSES.get(error.errno or 0, fallback)
    return RefusedFileError(what, label=label, path=path, hint=hint)
