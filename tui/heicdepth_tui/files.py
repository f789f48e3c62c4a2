"""The one place that writes files: whole or not at all, and never over another file."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from heicdepth_tui.errors import WriteError
from heicdepth_tui.file_names import check_plain, numbered_name, safe_name, split_name
from heicdepth_tui.system import HAS_NAMELESS_FILES

__all__ = [
    "NamingWriter",
    "Writer",
    "replace_own",
    "safe_name",
    "write_new",
    "write_new_folder",
    "write_new_set",
]

Writer = Callable[[BinaryIO], object]
"""Fills a new binary file that is open for reading and writing, from its start."""


@dataclass(frozen=True, slots=True)
class NamingWriter:
    """A writer of one file of a set whose bytes name the others: ``mtllib photo-1.mtl``.

    ``write`` gets the file names of the whole set in its order. It may be called again, with
    another empty file, where another process takes one of the names meanwhile.
    """

    write: Callable[[BinaryIO, Sequence[str]], object]


_Parts = Sequence[tuple[str, Writer]]

_MAX_TRIES = 10_000
_NO_NAMELESS_FILES = frozenset(
    {errno.EOPNOTSUPP, errno.ENOTSUP, errno.EISDIR, errno.EINVAL, errno.ENOSYS, errno.ENOENT}
)
_NO_HARD_LINKS = frozenset(
    {
        errno.EPERM,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EMLINK,
        errno.EXDEV,
        errno.EINVAL,
    }
)
_NO_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF})


def write_new(folder: Path, name: str, write: Writer, *, make_folder: bool = True) -> Path:
    """Write a new file ``name`` in ``folder`` and return its path.

    The file appears under the first free name of ``name``, ``stem-1.suffix``, ``stem-2.suffix`` …
    once its bytes have reached the disk: an existing file, folder or link is never replaced or
    followed, also when two writers race. On any failure the folder is as before, and folders that
    were made for the file are removed.

    ``write`` may be called a second time, with another empty file, where the folder turns out to
    have no hard links.

    Raises WriteError with cause and remedy when the folder or the file cannot be written, and
    ValueError when ``name`` is no plain file name; an exception of ``write`` that is no OSError
    passes through after the clean-up.
    """
    stem, suffix = split_name(name)
    return write_new_set(folder, stem, [(suffix, write)], make_folder=make_folder)[0]


def write_new_set(
    folder: Path,
    stem: str,
    parts: Sequence[tuple[str, Writer | NamingWriter]],
    *,
    make_folder: bool = True,
    numbered: bool = True,
) -> tuple[Path, ...]:
    """Write files that belong together, ``stem + suffix`` for each (suffix, write), all or none.

    They share one number: where a name of the set is taken, all become ``stem-1`` + suffix, and so
    on; without ``numbered`` that is a WriteError. Nothing is published before every part is
    written. Otherwise as ``write_new``.
    """
    for suffix, _ in parts:
        check_plain(stem + suffix)
    target = folder / (stem + parts[0][0])
    with _folder_for(folder, make_folder=make_folder), _as_write_error(target):
        return _write_and_publish(folder, stem, parts, _MAX_TRIES if numbered else 1)


def write_new_folder(
    folder: Path,
    stem: str,
    suffix: str,
    parts: Sequence[tuple[str, Writer | NamingWriter]],
    *,
    make_folder: bool = True,
) -> tuple[Path, ...]:
    """Write a new folder ``stem + suffix`` in ``folder`` with its files, all or none.

    Each of ``parts`` is a path inside, with ``/``, and its writer. The folder gets the first free
    name, as files of ``write_new_set`` do, and its files appear in it together, once their bytes
    have reached the disk. Returns the paths of the files; raises as ``write_new_set``.
    """
    for name in (stem + suffix, *(piece for path, _ in parts for piece in path.split("/"))):
        check_plain(name)
    with _folder_for(folder, make_folder=make_folder), _as_write_error(folder / (stem + suffix)):
        draft = folder / _draft_name()
        draft.mkdir()
        try:
            for path, write in parts:
                _write_inside(draft / path, _bound(write, [path for path, _ in parts]))
            target = _publish_folder(draft, folder, stem, suffix)
        except BaseException:
            import shutil

            shutil.rmtree(draft, ignore_errors=True)  # the first error is the one to report
            raise
        return tuple(target / path for path, _ in parts)


def _draft_name() -> str:
    # As secrets.token_hex, whose import takes 2 ms.
    return f".heicdepth-{os.urandom(8).hex()}.part"


def _write_inside(path: Path, write: Writer) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o666), "w+b") as file:
        write(file)
        file.flush()
        _sync(file.fileno())
    _sync_folder(path.parent)


def _publish_folder(draft: Path, folder: Path, stem: str, suffix: str) -> Path:
    _sync_folder(draft)
    for number in range(_MAX_TRIES):
        target = folder / numbered_name(stem, number, suffix)
        try:
            # An empty folder claims the name; renaming replaces it only while it is empty.
            target.mkdir()
        except FileExistsError:
            continue
        try:
            draft.rename(target)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                continue  # another process wrote into it: it is theirs
            with contextlib.suppress(OSError):
                target.rmdir()
            raise
        _sync_folder(folder)
        return target
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / stem))


@contextlib.contextmanager
def _folder_for(folder: Path, *, make_folder: bool) -> Iterator[None]:
    """Make the folder where it is missing; on an error remove the folders that were made."""
    made: list[Path] = []
    done = False
    try:
        with _as_write_error(folder):
            if make_folder:
                _make_folders(folder, made)
            _check_folder(folder)
        yield
        done = True
    finally:
        if not done:
            for parent in reversed(made):
                with contextlib.suppress(OSError):  # another process uses it
                    parent.rmdir()


def replace_own(folder: Path, name: str, data: bytes) -> Path:
    """Write ``data`` as ``folder``/``name``, replacing what this program wrote there before.

    For the program's own state only; a reader sees the old file or the new one, never a part.
    Raises WriteError when it cannot be written; the old file is then as it was.
    """
    check_plain(name)
    path = folder / name
    with _as_write_error(path):
        _make_folders(folder, [])
        draft = folder / f".{name}.{os.getpid()}.part"
        try:
            draft.write_bytes(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return path


@contextlib.contextmanager
def _as_write_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(_cause(error), path=path, hint=_remedy(error)) from error


def _make_folders(folder: Path, made: list[Path]) -> None:
    if folder.is_dir() or folder == folder.parent:
        return
    _make_folders(folder.parent, made)
    try:
        folder.mkdir()
    except FileExistsError:
        _check_folder(folder)
    else:
        made.append(folder)


def _check_folder(folder: Path) -> None:
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError:
        if not folder.is_symlink():
            raise
        mode = 0
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


class _NamelessCannotBeLinked(Exception):  # noqa: N818 - a signal between two functions here
    """The folder takes files without a name, but gives them none."""


class _NamesTakenError(FileExistsError):
    """Under each number that was tried, a name of the set is taken."""


def _write_and_publish(
    folder: Path, stem: str, parts: Sequence[tuple[str, Writer | NamingWriter]], tries: int
) -> tuple[Path, ...]:
    plain = [(suffix, write) for suffix, write in parts if not isinstance(write, NamingWriter)]
    if len(plain) == len(parts):
        return _write_under(folder, stem, plain, range(tries))
    for number in range(tries):
        names = [numbered_name(stem, number, suffix) for suffix, _ in parts]
        if any(os.path.lexists(folder / name) for name in names):
            continue
        with contextlib.suppress(_NamesTakenError):
            bound = [(suffix, _bound(write, names)) for suffix, write in parts]
            return _write_under(folder, stem, bound, range(number, number + 1))
    raise _NamesTakenError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / stem))


def _bound(write: Writer | NamingWriter, names: Sequence[str]) -> Writer:
    """Return a writer that names these files where it names any."""
    if isinstance(write, NamingWriter):
        naming = write.write
        return lambda file: naming(file, names)
    return write


def _write_under(folder: Path, stem: str, parts: _Parts, numbers: range) -> tuple[Path, ...]:
    """Write the set and publish it under the first of ``numbers`` whose names are free."""
    if HAS_NAMELESS_FILES and Path("/proc/self/fd").is_dir():
        with contextlib.suppress(_NamelessCannotBeLinked):
            return _write_drafts(folder, stem, parts, numbers, nameless=True)
    return _write_drafts(folder, stem, parts, numbers, nameless=False)


def _write_drafts(
    folder: Path, stem: str, parts: _Parts, numbers: range, *, nameless: bool
) -> tuple[Path, ...]:
    with contextlib.ExitStack() as stack:
        drafts = [
            stack.enter_context(_draft(folder, write, nameless=nameless)) for _, write in parts
        ]
        return _publish(drafts, folder, stem, [suffix for suffix, _ in parts], numbers)


@dataclass(slots=True)
class _Draft:
    """A written file that is not yet published: nameless where the system can, else hidden.

    The kernel drops a nameless file (O_TMPFILE) with the process, however that ends.
    """

    descriptor: int
    path: Path | None
    renamed: bool = False

    def place(self, target: Path) -> bool:
        """Give the file the name ``target``; False where that is taken."""
        try:
            if self.path is None:
                # With a folder descriptor, which an absolute path makes meaningless, Python calls
                # linkat with AT_SYMLINK_FOLLOW: the documented way to name an O_TMPFILE.
                source = f"/proc/self/fd/{self.descriptor}"
                os.link(source, target, src_dir_fd=self.descriptor, follow_symlinks=True)
            else:
                os.link(self.path, target)
        except FileExistsError:
            # Over NFS a repeated request fails although the first one succeeded.
            return self._is(target)
        except OSError as error:
            if self.path is None and error.errno in _NO_HARD_LINKS | {errno.ENOENT}:
                raise _NamelessCannotBeLinked from error
            if self.path is None or error.errno not in _NO_HARD_LINKS:
                raise
            return self._claim_and_rename(self.path, target)
        return True

    def take_back(self, target: Path) -> None:
        """Undo ``place``, so that another name can be tried."""
        if not self._is(target):
            return
        if self.renamed and self.path is not None:
            target.rename(self.path)
            self.renamed = False
        else:
            target.unlink()

    def _is(self, target: Path) -> bool:
        try:
            return os.path.samestat(os.fstat(self.descriptor), target.lstat())
        except FileNotFoundError:
            return False

    def _claim_and_rename(self, path: Path, target: Path) -> bool:
        """Claim the name and rename, for file systems without hard links (FAT, network folders)."""
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            return False
        try:
            path.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):  # the first error is the one to report
                target.unlink()
            raise
        self.renamed = True
        return True


@contextlib.contextmanager
def _draft(folder: Path, write: Writer, *, nameless: bool) -> Iterator[_Draft]:
    draft = _open_draft(folder, nameless=nameless)
    file = os.fdopen(draft.descriptor, "w+b")
    try:
        write(file)
        file.flush()
        _sync(draft.descriptor)
        yield draft
    finally:
        # What counts was flushed and synced above; here an error would only hide the first one.
        with contextlib.suppress(OSError):
            file.close()
        if draft.path is not None and not draft.renamed:
            with contextlib.suppress(OSError):
                draft.path.unlink()


def _open_draft(folder: Path, *, nameless: bool) -> _Draft:
    flags = os.O_RDWR | os.O_CLOEXEC
    if nameless:
        try:
            return _Draft(os.open(folder, flags | os.O_TMPFILE, 0o666), None)
        except OSError as error:
            if error.errno not in _NO_NAMELESS_FILES:
                raise
    path = folder / _draft_name()
    flags |= os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    return _Draft(os.open(path, flags, 0o666), path)


def _publish(
    drafts: Sequence[_Draft], folder: Path, stem: str, suffixes: Sequence[str], numbers: range
) -> tuple[Path, ...]:
    for number in numbers:
        targets = [folder / numbered_name(stem, number, suffix) for suffix in suffixes]
        with contextlib.ExitStack() as undo:
            for draft, target in zip(drafts, targets, strict=True):
                if not draft.place(target):
                    break
                undo.callback(draft.take_back, target)
            else:
                _sync_folder(folder)
                undo.pop_all()
                return tuple(targets)
    raise _NamesTakenError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / stem))


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network and FUSE folders cannot sync; a real failure (EIO, ENOSPC) is reported.
        if error.errno not in _NO_SYNC:
            raise


def _sync_folder(folder: Path) -> None:
    """Make the new names durable, where the system lets a folder be opened for that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:
        return  # a drop box: writable, not readable
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _cause(error: OSError) -> str:
    return {
        errno.ENOSPC: "cannot be written: no space left on the disk",
        errno.EDQUOT: "cannot be written: the disk quota is used up",
        errno.EFBIG: "cannot be written: the file is too large for this file system",
        errno.EIO: "cannot be written: the disk or the connection to it reports an error",
        errno.EACCES: "cannot be written: no permission",
        errno.EPERM: "cannot be written: no permission",
        errno.EROFS: "cannot be written: the file system is read-only",
        errno.ENAMETOOLONG: "cannot be written: the name is too long",
        errno.ENOTDIR: "cannot be written: the target folder is not a folder",
        errno.ENOENT: "cannot be written: the target folder does not exist",
        errno.EEXIST: "cannot be written: the name is taken",
    }.get(error.errno or 0, f"cannot be written: {error.strerror or error}")


def _remedy(error: OSError) -> str:
    return {
        errno.ENOSPC: "free some space or choose another folder with --out",
        errno.EDQUOT: "free some space or choose another folder with --out",
        errno.EACCES: "choose a folder you may write to with --out",
        errno.EPERM: "choose a folder you may write to with --out",
        errno.EROFS: "choose a folder you may write to with --out",
        errno.ENAMETOOLONG: "choose a folder with a shorter path with --out",
        errno.ENOTDIR: "choose a folder with --out",
        errno.EEXIST: "choose another name or folder",
    }.get(error.errno or 0, "choose another folder with --out")
