"""The export dialog: options are explained, checked, written and remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.widgets import Input

from heicdepth_tui.export.option_kinds import Switch
from heicdepth_tui.export.option_table import OPTIONS
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import size_text
from heicdepth_tui.ui.screens.export_dialog import ExportDialog
from heicdepth_tui.ui.widgets.option_group import OptionGroup

Open = Callable[..., AbstractAsyncContextManager[Any]]


def group(driven: Any, name: str) -> OptionGroup:
    found: OptionGroup = driven.app.screen.query_one(f"#{name}", OptionGroup)
    return found


def field(driven: Any, name: str) -> Input:
    found: Input = driven.app.screen.query_one(f"#{name}", Input)
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
        for name in ("pcd", "ply", "npz"):
            group(driven, "formats").toggle(name)
        group(driven, "switches").toggle("normals")
        field(driven, "stride").value = "8"
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["IMG_0412.npz", "IMG_0412.ply"]
    assert b"property float nx" in (tmp_path / "out" / "IMG_0412.ply").read_bytes()[:3000]
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert group(driven, "formats").chosen == ("ply", "npz")
        assert "normals" in group(driven, "switches").chosen
        assert field(driven, "stride").value == "8"


async def test_the_space_of_colours_and_the_unit_of_the_depth_png_are_chosen(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert "colours" in group(driven, "switches").chosen
        for name in ("pcd", "png"):
            group(driven, "formats").toggle(name)
        for name in ("colours", "png_unit"):
            group(driven, "switches").toggle(name)
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    assert (tmp_path / "out" / "IMG_0412-depth-0.1mm.png").is_file()
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert "colours" not in group(driven, "switches").chosen
        assert "png_unit" in group(driven, "switches").chosen


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
        for name in ("pcd", "npz"):
            group(driven, "formats").toggle(name)
        group(driven, "register").toggle("transforms")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
    with np.load(tmp_path / "out" / "turned.npz") as arrays:
        registration = json.loads(str(arrays["metadata"]))["registration"]
    assert tuple(registration[key] for key in ("basis", "frames", "rotation")) == (
        "chosen",
        "transforms",
        0,
    )


async def test_values_that_cannot_be_used_are_marked_and_nothing_is_written(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        for values, wrong, text in (
            (
                {"near": "3", "far": "2"},
                {"near", "far"},
                "nearest (3 m) lies beyond farthest (2 m)",
            ),
            ({"far": "-2"}, {"far"}, "farthest: a number of metres above 0"),
            ({"stride": "0"}, {"stride"}, "every N-th sample: a whole number from 1 to 1000"),
            ({"out": ""}, {"out"}, "name a folder to write to"),
            ({"out": str(tmp_path / "file")}, {"out"}, "the folder to write to is a file"),
        ):
            before = {name: field(driven, name).value for name in values}
            for name, value in values.items():
                field(driven, name).value = value
            await driven.pilot.press("ctrl+e")
            await driven.until(lambda text=text: text in driven.text, text)
            fields = driven.app.screen.query(Input)
            assert {one.id for one in fields if one.has_class("-wrong")} == wrong
            assert driven.app.screen.focused.id in wrong
            for name, value in before.items():
                field(driven, name).value = value
        group(driven, "formats").toggle("pcd")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "choose at least one format" in driven.text, "the reason")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the dialog closed")

    assert not (tmp_path / "out").exists()
    assert (tmp_path / "file").read_text() == "mine"


async def test_the_size_to_expect_follows_the_options(open_app: Open, sample_folder: Path) -> None:
    item = read_header(sample_folder / "IMG_0412.HEIC").depth.item
    assert item is not None
    width, height = item.displayed_size
    assert width % 2 == height % 2 == 0

    def size(points: int) -> str:
        return f"up to {points:,} points · about {size_text(points * 16)}"

    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        await driven.until(lambda: size(width * height) in driven.text, "the size")
        field(driven, "stride").value = "2"
        await driven.until(lambda: size(width * height // 4) in driven.text, "a quarter")
        group(driven, "formats").toggle("pcd")
        group(driven, "formats").toggle("tiff")
        await driven.until(lambda: "up to" not in driven.text, "no points")
        assert f"about {size_text(round(width * height * 4.1))}" in driven.text


async def test_the_folder_is_shown_in_full_and_can_be_another(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC", size=(80, 24)) as driven:
        await open_dialog(driven)
        # Below the options, which scroll.
        await driven.until(lambda: "folder  /" in driven.text, "the folder")
        assert field(driven, "out").value == str(tmp_path / "out")
        field(driven, "out").value = str(tmp_path / "elsewhere")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["IMG_0412.pcd"]


@pytest.mark.parametrize("size", [(30, 10), pytest.param((80, 24), marks=pytest.mark.thorough)])
async def test_every_option_is_reached_by_arrows_and_explained(
    open_app: Open, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC", size=size) as driven:
        await open_dialog(driven)
        seen: set[str] = set()
        while (focused := driven.app.screen.focused).id != "out":
            if isinstance(focused, OptionGroup):
                seen.add(focused.row.name)
                assert focused.row.help
                await driven.until(lambda one=focused: one.row.label in driven.text, "the option")
                if size[1] >= 24:
                    text = focused.row.help
                    await driven.until(lambda text=text: text in driven.text, "its help")
            await driven.pilot.press("down")
        ticks = {one.name for one in OPTIONS if one.label and isinstance(one, Switch)}
        assert {*FORMATS, "coded", "flat", "photo", "opencv", "ros", "png_unit", *ticks} <= seen


async def test_the_dialog_has_few_tab_stops_and_space_and_the_mouse_choose(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC", size=(80, 24)) as driven:
        await open_dialog(driven)
        stops = []
        while driven.app.screen.focused.id not in stops:
            stops.append(driven.app.screen.focused.id)
            await driven.pilot.press("tab")
        # One stop for all ticks of a section, and one for all values of an option; fields that
        # have no effect, as mattes on a photo without, are reached by arrows alone.
        assert stops == [
            "formats", "projection", "color_resolution", "stride", "near", "far", "scale", "axes",
            "camera_files", "fields", "switches", "out",
        ]  # fmt: skip
        await driven.pilot.press("shift+tab")
        assert driven.app.screen.focused.id == "out"
        await driven.pilot.press("tab")
        await driven.pilot.press("space", "down", "down", "down", "space")
        assert group(driven, "formats").chosen == ("ply",)
        await driven.pilot.click("#projection", offset=(4, 1))
        assert group(driven, "projection").chosen == ("flat",)
        await driven.pilot.click("#color_resolution", offset=(10, 0))
        assert group(driven, "color_resolution").chosen == ("2x",)


@pytest.mark.parametrize(("button", "files"), [("#cancel", []), ("#go", ["IMG_0412.pcd"])])
async def test_the_buttons_do_what_the_keys_do(
    open_app: Open, sample_folder: Path, tmp_path: Path, button: str, files: list[str]
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        await driven.pilot.click(button)
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the dialog closed")
        await driven.until(lambda: not driven.app.exporter.left, "the end")

    assert [path.name for path in (tmp_path / "out").glob("*")] == files


async def test_an_option_without_effect_says_why_and_a_contradiction_is_refused(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC", size=(80, 30)) as driven:
        await open_dialog(driven)
        switches = group(driven, "switches")
        switches.focus()
        while switches.row.name != "png_unit":
            await driven.pilot.press("down")
        await driven.until(lambda: "no effect: no PNG is written" in driven.text, "the reason")
        group(driven, "formats").toggle("png")
        await driven.until(lambda: "no effect" not in driven.text, "the size")
        group(driven, "axes").toggle("opencv")
        group(driven, "projection").toggle("flat")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "axes of its own: leave out --frame" in driven.text, "why not")
        assert driven.app.screen.focused.id == "projection"
        group(driven, "projection").toggle("perspective")
        group(driven, "camera_files").toggle("ros")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    assert (tmp_path / "out" / "IMG_0412-ros.yaml").is_file()
    assert b"z forward" in (tmp_path / "out" / "IMG_0412.pcd").read_bytes()[:999]


async def test_a_matte_that_the_photo_lacks_selects_nothing_and_one_that_it_has_does(
    open_app: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "mattes"
    folder.mkdir()
    (folder / "a.heic").write_bytes(build_photo(matte_within=1.4))
    async with open_app(folder) as driven:
        await open_dialog(driven)
        group(driven, "only").toggle("sky")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "the photo has no sky matte" in driven.text, "why not")
        assert driven.app.screen.focused.id == "only"
        for name in ("pcd", "tiff"):
            group(driven, "formats").toggle(name)
        # A raster takes no matte, so that the choice does not matter.
        await driven.until(lambda: "no sky matte" not in driven.text, "the size")
        for name in ("pcd", "tiff"):
            group(driven, "formats").toggle(name)
        for name in ("sky", "portrait"):
            group(driven, "only").toggle(name)
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
    assert b"portrait" in (tmp_path / "out" / "a.pcd").read_bytes()[:3000]


async def scale_by_a_known_length(driven: Any, metres: str) -> float:
    """Set a mark in the probe, say how far it is, and return the factor."""
    await driven.settled()
    await driven.pilot.press("m", "space", "s", *metres, "enter")
    await driven.until(lambda: "scaled by the user" in driven.text, "the scale")
    await driven.pilot.press("escape")
    await driven.until(lambda: driven.app.screen is driven.app.browse, "the main screen")
    (factor,) = driven.app.session.scales.values()
    return float(factor)


@pytest.mark.parametrize("typed", ["", "2.5"])
async def test_distances_are_multiplied_by_the_scale_of_the_dialog_else_by_that_of_the_probe(
    open_app: Open, sample_folder: Path, tmp_path: Path, typed: str
) -> None:
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        factor = await scale_by_a_known_length(driven, "5")
        await open_dialog(driven)
        assert field(driven, "scale").value == ""
        assert field(driven, "scale").placeholder == f"{factor:.4g}"
        field(driven, "scale").value = typed
        group(driven, "formats").toggle("npz")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")
        # A scale belongs to a photo, and is not kept.
        await open_dialog(driven)
        assert field(driven, "scale").value == ""

    with np.load(tmp_path / "out" / "IMG_0412.npz") as arrays:
        trust = json.loads(str(arrays["metadata"]))["export"]["trust"]
    assert trust["scale"] == pytest.approx(float(typed) if typed else factor)


async def test_the_place_is_written_where_it_is_ticked_and_the_tick_is_not_kept(
    open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "a.heic").write_bytes(build_photo(gps=True))
    async with open_app(tmp_path / "a.heic") as driven:
        for out in ("without", "with"):
            await open_dialog(driven)
            assert "with_gps" not in group(driven, "switches").chosen
            if out == "with":
                group(driven, "switches").toggle("with_gps")
            field(driven, "out").value = str(tmp_path / out)
            await driven.pilot.press("ctrl+e")
            path = str(tmp_path / out / "a.pcd")
            await driven.until(lambda path=path: path in driven.toasts, "the toast")
        await open_dialog(driven)
        assert "with_gps" not in group(driven, "switches").chosen

    heads = [(tmp_path / out / "a.pcd").read_bytes()[:3000] for out in ("without", "with")]
    assert [b"taken at" in head for head in heads] == [False, True]


async def test_a_damaged_memory_is_no_error(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "export.json").write_text('{"formats": 3')
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert group(driven, "formats").chosen == ("pcd",)


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


async def test_of_a_photo_without_depth_other_pictures_are_exported_and_nothing_else(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / "IMG_0424.HEIC") as driven:
        await driven.settled()
        await driven.pilot.press("e")
        await driven.until(lambda: "E exports its other pictures" in driven.toasts, "the way")
        await open_dialog(driven)
        assert driven.toasts == ""
        assert group(driven, "formats").chosen == ("layers",)
        group(driven, "formats").toggle("ply")
        await driven.pilot.press("ctrl+e")
        await driven.until(
            lambda: "without a depth map only other pictures" in driven.text, "the refusal"
        )
        group(driven, "formats").toggle("ply")
        group(driven, "camera_files").toggle("ros")
        await driven.until(lambda: "there is no camera to write" in driven.text, "the refusal")
        group(driven, "camera_files").toggle("ros")
        group(driven, "switches").toggle("normals")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "thumbnail at its own size" in driven.toasts, "the file")

    assert [p.name for p in (tmp_path / "out").iterdir()] == ["IMG_0424-thumbnail.png"]
    async with open_app(sample_folder / "IMG_0412.HEIC") as driven:
        await open_dialog(driven)
        assert group(driven, "formats").chosen == ("pcd",)
        assert "normals" in group(driven, "switches").chosen


async def test_among_marked_photos_those_without_depth_give_their_other_pictures(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    photos = [sample_folder / name for name in ("IMG_0423.HEIC", "IMG_0424.HEIC")]
    async with open_app(*photos) as driven:
        await driven.scanned()
        await driven.pilot.press("v", "G", "v")
        await open_dialog(driven)
        assert "1 without depth" in driven.text
        group(driven, "formats").toggle("pcd")
        group(driven, "formats").toggle("layers")
        await driven.pilot.press("ctrl+e")
        await driven.until(lambda: "files of 2 photos" in driven.toasts, "the end")

    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {
        "IMG_0423-gain-map.png",
        "IMG_0423-portrait-matte.png",
        "IMG_0423-thumbnail.png",
        "IMG_0424-thumbnail.png",
    }


async def test_a_lens_that_cannot_be_corrected_is_refused_with_the_reason(
    open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "a.heic").write_bytes(build_photo(calibration=None))
    async with open_app(tmp_path / "a.heic") as driven:
        await open_dialog(driven)
        group(driven, "switches").toggle("rectify")
        await driven.until(
            lambda: "rectify: the file states no lens distortion" in driven.text, "the reason"
        )
        await driven.pilot.press("ctrl+e")
        assert isinstance(driven.app.screen, ExportDialog)
        group(driven, "formats").toggle("pcd")
        group(driven, "formats").toggle("layers")
        await driven.until(lambda: "states no lens" not in driven.text, "a format without lens")
