"""The decoder that begins before the export asks."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.cli.ahead import DecoderAhead, begin_export, end_unused, take_begun
from heicdepth_tui.errors import NotHeifError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.launch import launch
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Request
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.system import CAN_FORK
from heicdepth_tui.ui.startup import prestart


@pytest.fixture
def ahead() -> Iterator[DecoderAhead]:
    decoder = DecoderAhead(None, DEFAULT_LIMITS)
    yield decoder
    decoder.close()


def test_an_export_is_the_same_whether_or_not_it_was_begun(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    photo = tmp_path / "photo.heic"
    photo.write_bytes(build_photo())
    ahead.begin(str(photo))
    formats = ("pcd", "png")

    export_photo(photo, ExportOptions(formats, out=tmp_path / "one"), ahead.get)
    with Decoder.start() as decoder:
        export_photo(photo, ExportOptions(formats, out=tmp_path / "two"), decoder.get)

    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_layer_that_was_not_begun_is_decoded_when_asked_for(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    photo = tmp_path / "photo.heic"
    photo.write_bytes(build_photo())
    ahead.begin(str(photo))

    whole = ahead.get(Request(1, "test", str(photo), PRIMARY, keep=True))
    first = ahead.get(Request(2, "test", str(photo), DEPTH, keep=True))
    again = ahead.get(Request(3, "test", str(photo), DEPTH, keep=True))

    assert whole.array.ndim == 3
    assert np.array_equal(first.array, again.array)


def test_the_photo_comes_in_another_size_and_then_in_the_one_that_was_begun(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    photo = tmp_path / "photo.heic"
    photo.write_bytes(build_photo())
    depth = read_header(photo).depth.item
    assert depth is not None
    size = (depth.displayed_size.width, depth.displayed_size.height)
    ahead.begin(str(photo))

    for exact in ((60, 40), size):
        colours = Request(1, "test", str(photo), PRIMARY, exact=exact, keep=True, stored=True)
        pixels = ahead.get(replace(colours, ticket=next_ticket()))
        assert np.array_equal(pixels.array, load(photo, PRIMARY, exact=exact).array)


def test_a_photo_that_cannot_be_read_is_left_to_the_export(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    broken = tmp_path / "broken.heic"
    broken.write_bytes(b"no photo")

    ahead.begin(str(broken))
    ahead.begin(str(tmp_path / "none.heic"))

    with pytest.raises(NotHeifError, match=r"broken\.heic"):
        ahead.get(Request(1, "test", str(broken), DEPTH, keep=True))


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """Begin with ./photo.heic of the current folder; return the decoder process."""
    monkeypatch.chdir(tmp_path)
    Path("photo.heic").write_bytes(build_photo())
    processes: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        processes.append(launch())
        return processes[-1]

    # Forking is for the start of a command, which has one thread.
    monkeypatch.setattr(prestart, "CAN_FORK", False)
    monkeypatch.setattr("heicdepth_tui.photo.launch.launch", start)
    begin_export("./photo.heic")
    (process,) = processes
    yield process
    end_unused()


def test_the_photo_of_the_command_line_is_decoded_by_the_process_that_began(
    begun: subprocess.Popen[bytes],
) -> None:
    decoder = take_begun("photo.heic", DEFAULT_LIMITS)
    end_unused()
    pixels = decoder.get(Request(1, "test", "photo.heic", DEPTH, keep=True))
    assert pixels.array.ndim == 2
    assert begun.poll() is None

    decoder.close()
    assert begun.poll() is not None


@pytest.mark.parametrize(("path", "pixels"), [("other.heic", None), ("photo.heic", 5)])
def test_another_photo_and_other_limits_are_for_another_process(
    begun: subprocess.Popen[bytes], path: str, pixels: int | None
) -> None:
    Path("other.heic").write_bytes(build_photo())
    limits = DEFAULT_LIMITS if pixels is None else replace(DEFAULT_LIMITS, pixels=pixels)

    take_begun(path, limits).close()
    assert begun.poll() is None

    end_unused()
    assert begun.poll() is not None


@pytest.mark.skipif(not CAN_FORK, reason="there is no fork here")
def test_a_process_with_threads_is_not_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another thread holds at the time of a fork stays locked in the copy."""
    photo = tmp_path / "photo.heic"
    photo.write_bytes(build_photo())
    forked: list[str] = []

    def fork() -> int:
        forked.append("now")
        raise OSError

    monkeypatch.setattr(os, "fork", fork)
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        begin_export(str(photo))
        decoder = take_begun(str(photo), DEFAULT_LIMITS)
        shape = decoder.get(Request(next_ticket(), "test", str(photo), DEPTH, keep=True)).shape
    finally:
        end.set()
        thread.join()
    decoder.close()

    assert (forked, len(shape)) == ([], 2)
