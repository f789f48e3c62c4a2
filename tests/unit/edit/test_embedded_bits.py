"""Codes of every number of bits, written into photos: none changes its meaning without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.heif.header import read_header
from tests.support.cli import Done, run_command
from tests.support.embedding import codes_at, depth_of, photo_at


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Done]:
    def run(*arguments: str | Path) -> Done:
        return run_command(*map(str, arguments), cwd=tmp_path)

    return run


@pytest.mark.parametrize(("bits", "share"), [(8, 1), (12, 1), (12, 100)])
def test_codes_of_16_bits_are_rounded_and_it_says_so(
    tmp_path: Path, run: Callable[..., Done], bits: int, share: int
) -> None:
    photo_at(tmp_path)
    _, codes = codes_at(tmp_path, 65535)
    codes = codes // share
    Image.fromarray(codes.astype(np.uint16)).save(tmp_path / "codes.png")
    more = ["--max-code", "65535", *([] if bits == 12 else ["--bits", str(bits)])]

    done = run(
        "embed", "photo.heic", "codes.png", "--d-min", "0.5", "--d-max", "4", *more, "-o", "o.heic"
    )

    assert done.returncode == 0, done.stderr
    assert f"codes 0 to 65535 spread over 0 to {2**bits - 1}, rounded" in done.stderr
    written = depth_of(tmp_path / "o.heic") / (2**bits - 1)
    # Half a code, and nothing more, whatever codes the map has.
    assert np.abs(written - codes / 65535).max() <= 0.5 / (2**bits - 1) + 1e-12
    found = read_header(tmp_path / "o.heic").depth.representation
    assert found is not None
    assert (found.d_min, found.d_max) == (0.5, 4)


@pytest.mark.parametrize("by", ["--camera", "--from"])
def test_codes_keep_their_bits_however_small_they_are(
    tmp_path: Path, run: Callable[..., Done], by: str
) -> None:
    """A map of 12 bits whose codes would fit into 10, or 8."""
    photo_at(tmp_path)
    codes = codes_at(tmp_path, 700)[1] // 4
    Image.fromarray(codes.astype(np.uint16)).save(tmp_path / "codes.png")
    ends = "--d-min", "0.5", "--d-max", "4", "--bits", "12"
    first = run("embed", "photo.heic", "codes.png", *ends, "-o", "one.heic")
    out = run("extract", "one.heic")
    source = "one.heic" if by == "--from" else "one-depth.json"
    again = run("embed", "photo.heic", "one-depth.png", by, source, "-o", "two.heic")

    for done in (first, out, again):
        assert done.returncode == 0, done.stderr
    one, two = (read_header(tmp_path / name).depth for name in ("one.heic", "two.heic"))
    assert two.item is not None
    assert two.item.bits == 12
    assert two.representation == one.representation
    assert np.array_equal(depth_of(tmp_path / "two.heic"), codes)


@pytest.mark.parametrize("bits", [10, 12])
def test_codes_of_8_bits_are_spread_over_more(
    tmp_path: Path, run: Callable[..., Done], bits: int
) -> None:
    photo_at(tmp_path)
    _, codes = codes_at(tmp_path)

    done = run(
        "embed", "photo.heic", "codes.png", "--d-min", "0.5", "--d-max", "4", "--bits", str(bits),
        "-o", "o.heic",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    largest = 2**bits - 1
    assert np.array_equal(depth_of(tmp_path / "o.heic"), np.rint(codes * (largest / 255)))
