"""The export dialog: what is chosen is written, remembered, and refused when it means nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
from textual.widgets import Input, RadioButton, RadioSet

from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.screens.export_dialog import ExportDialog, Tick

Open = Callable[..., AbstractAsyncContextManager[Any]]


def tick(driven: Any, name: str) -> Tick:
    found: Tick = next(t for t in driven.app.screen.query(Tick) if name in (t.name, t.id))
    return found


async def open_dialog(driven: Any) -> None:
    await driven.settled()
    await driven.pilot.press("E")
    await driven.until(lambda: isinstance(driven.app.screen, ExportDialog), "the dialog")


async def test_chosen_formats_are_written_and_remembered(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        tick(driven, "pcd").value = False
        tick(driven, "ply").value = True
        tick(driven, "npz").value = True
        tick(driven, "normals").value = True
        driven.app.screen.query_one("#stride", Input).value = "8"
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["IMG_0412.npz", "IMG_0412.ply"]
    assert b"property float nx" in (tmp_path / "out" / "IMG_0412.ply").read_bytes()[:3000]
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert not tick(driven, "pcd").value
        assert tick(driven, "ply").value
        assert tick(driven, "normals").value
        assert driven.app.screen.query_one("#stride", Input).value == "8"


async def test_the_space_of_colours_and_the_unit_of_the_depth_png_are_chosen(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert tick(driven, "colours").value
        tick(driven, "pcd").value = False
        tick(driven, "png").value = True
        tick(driven, "colours").value = False
        tick(driven, "png-unit").value = True
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    assert (tmp_path / "out" / "IMG_0412-depth-0.1mm.png").is_file()
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert not tick(driven, "colours").value
        assert tick(driven, "png-unit").value


async def test_how_photo_and_depth_map_are_matched_is_chosen(
    open_app: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "turned"
    folder.mkdir()
    photo = build_photo(orientation=3, depth_orientation=1, depth_coded_as_photo=True)
    (folder / "turned.heic").write_bytes(photo)
    async with open_app(folder) as driven:
        await driven.until(lambda: "undecided" in driven.text, "the caption")
        await open_dialog(driven)
        tick(driven, "pcd").value = False
        tick(driven, "npz").value = True
        register = driven.app.screen.query_one("#register", RadioSet)
        next(one for one in register.query(RadioButton) if one.name == "transforms").value = True
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
    with np.load(tmp_path / "out" / "turned.npz") as arrays:
        told = json.loads(str(arrays["metadata"]))["registration"]
    assert (told["basis"], told["frames"], told["rotation"]) == ("chosen", "transforms", 0)


async def test_what_means_nothing_is_said_and_nothing_is_written(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        driven.app.screen.query_one("#near", Input).value = "3"
        driven.app.screen.query_one("#far", Input).value = "2"
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "near (3 m) lies beyond far (2 m)" in driven.text, "the reason")
        driven.app.screen.query_one("#near", Input).value = ""
        tick(driven, "pcd").value = False
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "choose at least one format" in driven.text, "the reason")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the dialog closed")

    assert not (tmp_path / "out").exists()


async def test_a_damaged_memory_is_no_error(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "export.json").write_text('{"formats": 3')
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert tick(driven, "pcd").value


async def test_marked_photos_are_exported_together(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("space", "space")
        assert "2 marked" in driven.text
        await driven.pilot.press("e")
        await driven.until(lambda: "2 files of 2 photos" in driven.toasts, "the summary")
        await driven.pilot.press("escape")
        assert "marked" not in driven.text.splitlines()[0]

    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["IMG_0412.pcd", "IMG_0415.pcd"]


async def test_a_range_is_marked_from_v_to_v(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("j", "v", "j", "j", "v")
        assert [entry.name for entry in driven.library.marked] == [
            "IMG_0415.HEIC",
            "IMG_0418.HEIC",
            "IMG_0421.HEIC",
        ]


async def test_blocks_change_and_the_pane_says_so(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.settled()
        assert "quad blocks" not in driven.text
        await driven.pilot.press("b")
        await driven.pilot.pause()
        assert "quad blocks" in driven.text
