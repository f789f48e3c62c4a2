"""Photos that are turned otherwise than their depth item: both panes lie alike, captions fit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.samples.write import build_photo

Open = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.mark.parametrize(
    "size",
    [
        (80, 24),
        *(pytest.param(size, marks=pytest.mark.thorough) for size in ((100, 30), (120, 40))),
    ],
)
@pytest.mark.parametrize(
    ("orientation", "caption"),
    [(6, "depth turned as photo"), (3, "turns differ: undecided")],
    ids=["decided", "undecided"],
)
async def test_the_depth_pane_lies_as_the_photo_does(
    open_app: Open, tmp_path: Path, size: tuple[int, int], orientation: int, caption: str
) -> None:
    photo = build_photo(orientation=orientation, depth_orientation=1, depth_coded_as_photo=True)
    (tmp_path / "turned.heic").write_bytes(photo)
    upright = build_photo(orientation=orientation)
    (tmp_path / "upright.heic").write_bytes(upright)
    async with open_app(tmp_path, size=size) as driven:
        pictures = {}
        for name in ("turned.heic", "upright.heic"):
            await driven.select(name)
            await driven.settled()
            panes = driven.app.browse.pictures
            pictures[name] = panes.depth.image.picture, panes.depth.view.heading
            if name == "turned.heic":
                assert caption in driven.text
        # Photo and map of the second file are those of the first; only its depth item is turned.
        assert pictures["turned.heic"] == pictures["upright.heic"]
