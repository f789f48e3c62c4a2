"""The texts about an export's files name the folder that holds all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from heicdepth_tui.export.options import Exported
from heicdepth_tui.ui.presenters.export_report import copied_path, written_text
from heicdepth_tui.ui.services.events import ExportFinished


def finished(photos: int, *paths: str) -> ExportFinished:
    files = [Exported(Path(path), "rgbd", None, f"{path}: as it is") for path in paths]
    return ExportFinished(photos, files, [], 0, 0, 10, 1.0)


@pytest.mark.parametrize(
    ("paths", "copied"),
    [
        (["/out/a.ply"], "/out/a.ply"),
        (["/out/a.ply", "/out/a.npz"], "/out"),
        (["/out/a-rgbd/color/0.png", "/out/a-rgbd/depth/0.png"], "/out/a-rgbd"),
        (["/out/a-rgbd/color/0.png", "/out/a.ply"], "/out"),
        (["/out/a-rgbd/color/0.png", "/out/b-rgbd/color/0.png"], "/out"),
    ],
)
def test_the_path_that_is_copied(paths: list[str], copied: str) -> None:
    assert copied_path(finished(1, *paths)) == copied


def test_files_of_several_photos_are_counted_with_their_folder() -> None:
    job = finished(2, "/out/a-rgbd/color/0.png", "/out/b-rgbd/color/0.png")
    assert written_text(job) == "2 files of 2 photos in /out"


def test_one_file_of_several_photos_is_shown_with_its_full_path() -> None:
    job = replace(finished(2, "/out/a.ply"), not_begun=1)
    assert written_text(job) == "/out/a.ply: as it is"
