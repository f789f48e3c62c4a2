"""The one place that writes files: whole or not at all, and never over another file."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from heicdepth_tui.errors import WriteError

__all__ = ["numbered", "write_new"]

_MAX_NAME_BYTES = 255
_MAX_TRIES = 10_000


def write_new(
    folder: Path, name: str, write: Callable[[BinaryIO], object], *, make_folder: bool = True
) -> Path:
    """Write a new file ``name`` in ``folder`` and return its path.

    ``write`` is called with a binary file, open for reading and writing, and fills it. The bytes go
    to a temporary file in ``folder``, reach the disk, and are linked to the first free name of
    ``name``, ``stem-1.suffix``, ``stem-2.suffix`` …: an existing file is never replaced, also when
    two writers race. On any failure the temporary file is removed and the folder is as before.

    Raises WriteError with cause and remedy when the folder or the file cannot be written; an
    exception of ``write`` that is no OSError passes through after the clean-up.
    """
    made = _ensure_folder(folder) if make_folder else []
    done = False
    try:
        _check_folder(folder)
        path = _write_and_link(folder, name, write)
        done = True
        return path
    except OSError as error:
        raise WriteError(_cause(error), path=folder / name, hint=_remedy(error)) from error
    finally:
        if not done:
            for parent in reversed(made):
                with contextlib.suppress(OSError):
                    parent.rmdir()


def numbered(name: str) -> Iterator[str]:
    """Yield ``name``, then ``stem-1.suffix``, ``stem-2.suffix`` …, each at most 255 bytes long."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem:
        stem, suffix = name, ""
    else:
        suffix = dot + suffix
    for number in range(_MAX_TRIES):
        tail = (f"-{number}" if number else "") + suffix
        yield _shorten(stem, _MAX_NAME_BYTES - len(os.fsencode(tail))) + tail


def _shorten(stem: str, limit: int) -> str:
    while len(os.fsencode(stem)) > limit:
        stem = stem[:-1]
    return stem


def _ensure_folder(folder: Path) -> list[Path]:
    missing = []
    parent = folder
    while not os.path.lexists(parent) and parent != parent.parent:
        missing.append(parent)
        parent = parent.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(_cause(error), path=folder, hint=_remedy(error)) from error
    return list(reversed(missing))


def _check_folder(folder: Path) -> None:
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def _write_and_link(folder: Path, name: str, write: Callable[[BinaryIO], object]) -> Path:
    temporary = folder / f".heicdepth-{secrets.token_hex(8)}.part"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        return _publish(temporary, folder, name)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def _publish(temporary: Path, folder: Path, name: str) -> Path:
    for candidate in numbered(name):
        target = folder / candidate
        try:
            os.link(temporary, target, follow_symlinks=False)
        except FileExistsError:
            continue
        except OSError as error:
            if error.errno in (
                errno.EPERM,
                errno.ENOTSUP,
                errno.EOPNOTSUPP,
                errno.ENOSYS,
                errno.EMLINK,
            ):
                if _claim_and_rename(temporary, target):
                    return target
                continue
            raise
        return target
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))


def _claim_and_rename(temporary: Path, target: Path) -> bool:
    """Where hard links do not exist (FAT, some network folders): claim the name, then rename."""
    try:
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except FileExistsError:
        return False
    os.close(descriptor)
    try:
        temporary.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            target.unlink()
        raise
    return True


def _cause(error: OSError) -> str:
    return {
        errno.ENOSPC: "cannot be written: no space left on the disk",
        errno.EDQUOT: "cannot be written: the disk quota is used up",
        errno.EACCES: "cannot be written: no permission",
        errno.EPERM: "cannot be written: no permission",
        errno.EROFS: "cannot be written: the file system is read-only",
        errno.ENAMETOOLONG: "cannot be written: the name is too long",
        errno.ENOTDIR: "cannot be written: the target folder is not a folder",
        errno.EEXIST: "cannot be written: the name is taken",
    }.get(error.errno or 0, f"cannot be written: {error.strerror or error}")


def _remedy(error: OSError) -> str:
    return {
        errno.ENOSPC: "free some space or choose another folder with --out",
        errno.EDQUOT: "free some space or choose another folder with --out",
        errno.EACCES: "choose a folder you may write to with --out",
        errno.EPERM: "choose a folder you may write to with --out",
        errno.EROFS: "choose a folder you may write to with --out",
        errno.ENAMETOOLONG: "choose a shorter folder with --out",
        errno.ENOTDIR: "choose a folder with --out",
        errno.EEXIST: "choose an empty folder with --out",
    }.get(error.errno or 0, "choose another folder with --out")
