"""The README's pictures exist, and the animated ones move."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURES = sorted(set(re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text())))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_readme_can_be_opened(name: str) -> None:
    with Image.open(ROOT / name) as image:
        assert min(image.size) > 100


@pytest.mark.parametrize("name", ["spin.gif", "tour.gif"])
def test_an_animated_picture_moves_and_is_small(name: str) -> None:
    path = ROOT / "screenshots" / name
    assert f"screenshots/{path.name}" in PICTURES
    assert path.stat().st_size < 2_000_000
    with Image.open(path) as image:
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(image.convert("RGB").tobytes())
    assert len(frames) > 10
    assert all(one != other for one, other in pairwise(frames))
