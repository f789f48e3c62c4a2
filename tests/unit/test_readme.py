"""The README's pictures exist, and the animated ones move."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import click
import pytest
from PIL import Image

from heicdepth_tui.cli.main import group
from heicdepth_tui.export.registry import FORMATS

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


def test_every_format_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in FORMATS if f"`{name}`" not in readme] == []


def test_every_option_is_in_the_readme_or_the_page_on_scale() -> None:
    texts = (ROOT / "README.md", ROOT / "docs" / "scale.md")
    known = set(re.findall(r"--?[a-z0-9][a-z0-9-]*", "".join(text.read_text() for text in texts)))
    context = click.Context(group)
    commands = {name: group.get_command(context, name) for name in group.list_commands(context)}
    options = [
        (name, parameter.opts)
        for name, command in commands.items()
        if command is not None
        for parameter in command.params
        if isinstance(parameter, click.Option)
    ]

    assert [option for option in options if not known & set(option[1])] == []
    assert len(options) > 60
