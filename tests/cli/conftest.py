"""Decoders of the commands that tests run in their own process."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def _forked(forked_decoders: None) -> None:
    """Fork the decoders: the command's own start of one is tested in terminals."""
