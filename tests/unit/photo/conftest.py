"""Fixtures of the tests of photo/: photos on disk, decoders, whole decodes of pillow-heif."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from photo_requests import SECONDS

from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import Request
from heicdepth_tui.photo.threads import limit_threads


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes a generated photo, ``Recipe`` knobs as keywords."""
    from heicdepth_tui.samples.write import build_photo

    folder = tmp_path_factory.mktemp("generated")
    known: dict[str, Path] = {}

    def write(**knobs: Any) -> Path:
        key = repr(sorted(knobs.items()))
        if key not in known:
            known[key] = folder / f"{len(known)}.heic"
            known[key].write_bytes(build_photo(**knobs))
        return known[key]

    return write


@pytest.fixture(scope="session")
def whole() -> Callable[[Path], NDArray[Any]]:
    """Return a function that decodes a primary image whole, as pillow-heif does it."""
    import pillow_heif

    def decode(path: Path) -> NDArray[Any]:
        opened = pillow_heif.open_heif(path, convert_hdr_to_8bit=False, hdr_to_16bit=False)
        return np.asarray(opened[opened.primary_index])[..., :3]

    return decode


@pytest.fixture
def start() -> Iterator[Callable[..., Decoder]]:
    """Return a function that starts a decoder; all are closed after the test."""
    started: list[Decoder] = []

    def begin(*first: Request, **knobs: Any) -> Decoder:
        decoder = Decoder.start(first, **{"time_limit": SECONDS, **knobs})
        started.append(decoder)
        return decoder

    yield begin
    for decoder in started:
        decoder.close()


@pytest.fixture
def one_thread() -> Iterator[Callable[[], None]]:
    """Return a function that lets this process decode in one thread until the test ends."""
    yield lambda: limit_threads(1)
    limit_threads(0)
