"""The system's figures of running processes: children, processor time, memory."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["busy_seconds", "memory_of", "tree"]

_PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it; only itself where /proc is missing."""
    parents: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found.extend(parents.get(one, ()))
    return found


def busy_seconds(pids: list[int]) -> float | None:
    """Return how long threads of processes have run or waited for a processor; None if unknown.

    Both count: on a busy machine one that waits has something to do.
    """
    total, known = 0, False
    for pid in pids:
        for file in _PROC.glob(f"{pid}/task/[0-9]*/schedstat"):
            try:
                running, waiting, _ = file.read_text().split()
            except OSError:
                continue  # the thread has ended
            total += int(running) + int(waiting)
            known = True
    return total / 1e9 if known else None


def memory_of(pid: int) -> int:
    """Return the resident memory of a process in bytes; 0 where it has gone."""
    status = _PROC / str(pid) / "status"
    try:
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError:
        said = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        return int(said[0]) * 1024 if said else 0
    return 0


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name (state, parent …), none if gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
