"""Functions that Linux has and macOS lacks, decided in one place.

``HEICDEPTH_PLATFORM=macos`` in the environment takes the paths of macOS on Linux too, in this
process and in the decoder process; it is there for the tests. Windows is refused by ``__main__``.
"""

from __future__ import annotations

import os
import sys

__all__ = [
    "CAN_FORK",
    "CAN_LIMIT_MEMORY",
    "HAS_NAMELESS_FILES",
    "IS_LINUX",
    "advise_random",
    "cores",
    "keep_freed_memory",
    "may_fork",
    "set_malloc_option",
]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""glibc's malloc.h."""
_KEPT_BYTES, _HEAP_BYTES = 64 << 20, 32 << 20

IS_LINUX: bool = sys.platform == "linux" and os.environ.get("HEICDEPTH_PLATFORM") != "macos"

CAN_FORK = IS_LINUX
"""True where a process may work on after a fork without an exec; libraries of macOS forbid it."""

CAN_LIMIT_MEMORY = IS_LINUX
"""True where RLIMIT_AS can be set; macOS knows the limit, but refuses to set it."""

HAS_NAMELESS_FILES = IS_LINUX
"""True where there are O_TMPFILE and /proc/self/fd, by which a nameless file gets its name."""


def advise_random(descriptor: int) -> None:
    """Tell the system that a file is read here and there; macOS has no posix_fadvise.

    Raises OSError.
    """
    if IS_LINUX:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)


def may_fork() -> bool:
    """Return whether this process may be forked now: on Linux, while it has one thread.

    Threads of libraries count, which ``threading`` does not know.
    """
    try:
        return CAN_FORK and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  no import
    except OSError:
        return False


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if IS_LINUX else os.cpu_count() or 1


def keep_freed_memory() -> None:
    """Let this process keep up to 64 MB that it freed, for the next photo of a batch.

    Otherwise each 12-megapixel photo costs a decoder 4,200 page faults and an export 2,600, 3 % of
    its time (measured). Without effect but on Linux with glibc.
    """
    set_malloc_option(_M_MMAP_THRESHOLD, _HEAP_BYTES)
    set_malloc_option(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def set_malloc_option(option: int, value: int) -> None:
    """Call ``mallopt`` on Linux; musl has none, which changes nothing."""
    if IS_LINUX:
        # numpy has imported it already, or will.
        import contextlib
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(option, value)
