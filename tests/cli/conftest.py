"""Decoders of the commands that tests run in their own process, and photos for batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.batches import write_photos
from tests.support.sharing import write_once


@pytest.fixture(scope="module", autouse=True)
def _forked(forked_decoders: None) -> None:
    """Fork the decoders: the command's own start of one is tested in terminals."""


@pytest.fixture(scope="session")
def batch_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of small photos, written once per run; tests only read them."""
    return write_once(tmp_path_factory, "batch", write_photos)
