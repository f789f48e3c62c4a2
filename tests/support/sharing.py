"""Folders that one process of a parallel run fills and all others read."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

__all__ = ["BaseTemp", "write_once"]


class BaseTemp(Protocol):
    """The part of ``pytest.TempPathFactory`` that is used here."""

    def getbasetemp(self) -> Path:
        """Return the folder of this process."""
        ...


def write_once(factory: BaseTemp, name: str, write: Callable[[Path], object]) -> Path:
    """Return the folder ``name`` of this run, filled by ``write`` in the first process that asks.

    The others wait for it. Of a ``write`` that fails nothing is kept.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Every process of pytest-xdist has a folder of its own inside that of the run.
        base = base.parent
    folder, draft = base / name, base / f"{name}.part"
    with (base / f"{name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            write(draft)
            draft.rename(folder)
    return folder
