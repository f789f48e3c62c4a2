"""``show``: what is printed where the depth map cannot be had, or the console has no colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.cli import show_photo
from heicdepth_tui.draw.console import ConsolePicture
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from tests.support.cli import run_command


def test_a_photo_whose_depth_is_cut_short_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "cut.heic"
    path.write_bytes(make_photo(Recipe(exif=None)).data)
    with read_items(path) as table:
        photo = table.extents(table.primary_id)[0]
        (depth_id,) = table.referrers(b"auxl", table.primary_id)
        depth = table.extents(depth_id)[0]
    assert depth.offset > photo.offset
    path.write_bytes(path.read_bytes()[: depth.offset + depth.length // 2])

    done = run_command("show", "--width", 60, path)

    assert done.returncode == 1, done
    assert "cut.heic 96×72" in done.stdout
    assert sum(done.stdout.count(shade) for shade in "░▒▓█") > 200
    assert "depth not shown: " in done.stdout
    assert "past the end" in done.stdout or "cut short" in done.stdout
    assert done.stderr == ""


def test_a_map_that_is_turned_otherwise_is_shown_as_the_photo_lies(tmp_path: Path) -> None:
    path = tmp_path / "turned.heic"
    recipe = Recipe(orientation=6, depth_orientation=1, depth_coded_as_photo=True)
    path.write_bytes(make_photo(recipe).data)

    done = run_command("show", "--width", 60, path)

    assert done.returncode == 0, done
    # The recipe's sizes are those of the upright picture, so the decoded map is 72×96.
    assert "depth 96×72" in done.stdout
    assert "only their coded shapes agree" in " ".join(done.stdout.split())


@pytest.mark.parametrize(("no_color", "name"), [("1", "grey"), ("", "turbo")])
def test_the_map_is_grey_where_the_console_has_no_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_color: str, name: str
) -> None:
    asked: list[str] = []

    def pictures(
        path: Path, decoder: object, colormap: str, limits: object
    ) -> tuple[list[ConsolePicture], list[str], bool]:
        asked.append(colormap)
        return [ConsolePicture(np.zeros((2, 2, 3), np.uint8), path.name)], [], True

    monkeypatch.setattr(show_photo, "_pictures", pictures)
    monkeypatch.setattr(show_photo, "check_encoding", lambda: None)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("NO_COLOR", no_color)
    assert show_photo.show_photos([tmp_path / "a.heic"], 40, "turbo", DEFAULT_LIMITS) == 0
    assert asked == [name]
