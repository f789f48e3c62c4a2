"""Decoders of the commands that tests run in their own process, and photos for batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.batches import write_photos
from tests.support.cli import Done, run_command
from tests.support.sharing import write_once


@pytest.fixture(scope="module", autouse=True)
def _forked(forked_decoders: None) -> None:
    """Fork the decoders: the command's own start of one is tested in terminals."""


@pytest.fixture(scope="session")
def batch_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of small photos, written once per run; tests only read them."""
    return write_once(tmp_path_factory, "batch", write_photos)


@pytest.fixture
def export(tmp_path: Path, batch_folder: Path) -> Callable[..., Done]:
    """Return a function that exports the folder, or another, by one job into ``out``."""

    def run(*arguments: str, folder: Path = batch_folder) -> Done:
        words = ("export", folder, "-r", "--out", "out", "--jobs", "1", *arguments)
        return run_command(*words, cwd=tmp_path)

    return run
