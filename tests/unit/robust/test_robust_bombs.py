"""Bombs, photos cut at every box, and odd files: a result or one clear error, soon and small."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import printable
from tests.support.bombs import BOMBS, cut_at_every_border
from tests.support.hostile import in_own_process

MOST_SECONDS = 2.0
MOST_MB = 300.0
LAYERS = ("photo", "depth", "thumbnail")

REFUSED = {
    "grid of 500 megapixels": "507,510,784 pixels; the limit is 250,000,000",
    "one tile named 484 times": "507,510,784 pixels; the limit is 250,000,000",
    "size of 65535": "65535×65535 = 4,294,836,225 pixels; the limit is 250,000,000",
    "size of 4294967295": "18,446,744,065,119,617,025 pixels",
    "thin grid": "2,147,483,648 pixels",
    "grid of itself": "in a circle (dimg 1 → 1)",
    "grids of each other": "in a circle (dimg 1 → 2 → 1)",
    "auxiliary of itself": "grid 1 has 1 rows × 1 columns, but 0 tiles",
    "grids of grids": "over more than 8 steps (dimg)",
    "doubling grids": "the 256 tiles of grid 1 have 268,435,456 pixels",
    "hundred thousand items": "lists 100,000 items; the limit is 4,096",
    "four thousand million items": "item 1 does not exist",
    "million small boxes": "more than 16,384 boxes",
    "boxes in boxes": "names no primary picture",
    "many extents": "lists 65,535 extents; the limit is 16,384",
    "payload of the whole file": "the 64 tiles of grid 1 claim 512,000,000 bytes",
}
"""What the header reader says of those that it refuses whole."""

SPARED = {
    "xmp of 32 extents each": (
        "claim 1,728,000,000 bytes; the limit is 33,554",
        "photo",
        "DecodeError",
    ),
    "tiles larger than they say": ("1024×1024, depth absent", "photo", "cannot be decoded"),
    "picture larger than it says": ("64×64, depth absent", "photo", "its photo cannot be decoded"),
    "depth size of 65535": ("64×64, depth unreadable", "depth", "4,294,836,225 pixels"),
    "depth of 236 megapixels": (
        "depth unreadable",
        "depth",
        "235,929,600 samples; the limit is 16",
    ),
    "urn of megabytes": ("(auxC) has 3,000,004 bytes; the limit is 256", "photo", "(64, 64)"),
    "messages without end": ("has 6,000,010 bytes; the limit is 4,096", "depth", "(64, 64)"),
    "three thousand auxiliaries": ("2,744 of 3,000 auxiliary images", "photo", "(64, 64)"),
    "xmp on a thousand auxiliaries": ("744 of 1,000 auxiliary images", "photo", "(64, 64)"),
    "extents past the end": ("64×64, depth absent", "photo", "4,611,686,018,427,387,904 bytes"),
    "xmp of entities": ("declares entities", "depth", "(72, 96)"),
    "xmp of nested elements": ("tags and attributes; 8,192 are allowed", "depth", "(72, 96)"),
    "xmp of many values": ("tags and attributes; 8,192 are allowed", "depth", "(72, 96)"),
    "xmp of many megabytes": ("the XMP has 20,000,007 bytes", "depth", "(72, 96)"),
}
"""What it says of the others, and what the decoder says of one of their layers."""

Found = tuple[Mapping[str, dict[str, Any]], float]


def examined(folder: Path, files: Mapping[str, bytes]) -> Found:
    paths = []
    for name, data in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    found, peak = in_own_process(paths)
    return {each["name"]: each for each in found}, peak


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Found:
    files = {name: build() for name, build in BOMBS.items()}
    return examined(tmp_path_factory.mktemp("bombs"), files)


def check(found: dict[str, Any]) -> None:
    """A result or one clear error for header and layers, within two seconds."""
    assert found["seconds"] < MOST_SECONDS, found
    for key in ("header", "row", *LAYERS):
        said = found[key]
        assert printable(said) == said, found
        assert "unexpected" not in said, found
    assert not any(found[layer].startswith("DecoderStopped") for layer in LAYERS), found


def test_every_bomb_is_listed_here() -> None:
    assert BOMBS.keys() == REFUSED.keys() | SPARED.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_refused_with_the_numbers(bombs: Found, name: str) -> None:
    found = bombs[0][name]
    check(found)
    assert REFUSED[name] in found["header"]
    assert "Error" in found["photo"]


@pytest.mark.parametrize("name", SPARED)
def test_a_bomb_in_one_part_spares_the_rest(bombs: Found, name: str) -> None:
    found = bombs[0][name]
    header, layer, words = SPARED[name]
    check(found)
    assert header in found["header"]
    assert words in found[layer]


def test_bombs_take_little_memory_in_the_asking_process(bombs: Found) -> None:
    assert bombs[1] < MOST_MB


def test_a_photo_cut_at_every_box_is_told_so(tmp_path: Path) -> None:
    whole = build_photo(thumbnail=48, matte_within=1.4, tile=64)
    files = dict(cut_at_every_border(whole))
    assert len(files) > 70
    found, peak = examined(tmp_path, files)

    assert peak < MOST_MB
    said = {"TruncatedError": 0, "MalformedError": 0, "NotHeifError": 0, "cut": 0}
    for each in found.values():
        check(each)
        kind = each["header"].partition(":")[0]
        # Behind the header only pictures are missing.
        said[kind if kind in said else "cut"] += 1
        assert "Error" in each["photo"] or "missing" in each["photo"], each
    assert said["NotHeifError"] == 1, "the empty file"
    assert said["MalformedError"] == 0
    assert said["cut"] > 0


@pytest.mark.thorough
def test_every_odd_file_is_a_result_or_one_clear_error(photos: Path) -> None:
    paths = sorted((photos / "odd").iterdir())
    found, peak = in_own_process(paths)

    assert peak < MOST_MB
    assert len(found) == len(paths)
    for each in found:
        check(each)
