"""Out of the app: pictures of each view, the page for the browser, files opened or copied."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import LANDSCAPE, STRIPPED
from numpy.typing import NDArray
from PIL import Image
from textual.widgets import OptionList

from heicdepth_tui.draw.colormaps import palette_ramp
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.ui.screens.layers import LayersScreen
from heicdepth_tui.ui.screens.open_dialog import OpenDialog
from heicdepth_tui.ui.screens.probe import ProbeScreen
from heicdepth_tui.ui.screens.spin import SpinScreen
from heicdepth_tui.ui.screens.zoom import ZoomScreen
from tests.support.waiting import until_outside

Open = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A desktop whose xdg-open appends its argument to the file returned."""
    opened, program = tmp_path / "opened", tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{opened}"\n')
    program.chmod(0o755)
    monkeypatch.delenv("SSH_CONNECTION")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return opened


async def saved(driven: Any, path: Path) -> NDArray[np.uint8]:
    """Press P and return the picture."""
    await driven.pilot.press("P")
    await until_outside(lambda: path.exists(), f"{path.name} written")
    await driven.until(lambda: str(path) in driven.toasts.replace("\n", ""), "its message")
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def depth_colours(driven: Any) -> NDArray[np.uint8]:
    """The colours that the selected photo's codes have in the chosen map."""
    state = driven.state
    codes = np.unique(state.pixels(state.own(LayerKind.DEPTH)).array)
    return palette_ramp(driven.app.session.colormap, ColorMode.TRUECOLOR)[codes]


def colours_of(picture: NDArray[np.uint8]) -> set[tuple[int, int, int]]:
    red, green, blue = np.moveaxis(picture.astype(np.uint32), -1, 0)
    packed = np.unique(red << 16 | green << 8 | blue).tolist()
    return {(one >> 16, one >> 8 & 255, one & 255) for one in packed}


async def test_browse_saves_photo_and_depth_from_their_samples(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder, size=(80, 24)) as driven:
        await driven.select(LANDSCAPE)
        picture = await saved(driven, out / "IMG_0412-browse.png")
        expected = set(map(tuple, depth_colours(driven).tolist()))
        shape = driven.state.pixels(driven.state.own(LayerKind.DEPTH)).array.shape
    assert expected <= colours_of(picture)
    # Each sample has several pixels, which a screen of 80 x 24 cells has not.
    assert picture.shape[0] > 2 * shape[0]
    assert picture.shape[1] > 4 * shape[1]


async def test_a_second_picture_has_a_name_of_its_own_and_y_copies_it(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await saved(driven, out / "IMG_0412-browse.png")
        before = (out / "IMG_0412-browse.png").read_bytes()
        await saved(driven, out / "IMG_0412-browse-1.png")
        assert (out / "IMG_0412-browse.png").read_bytes() == before
        await driven.pilot.press("y")
        assert driven.app.clipboard == str(out / "IMG_0412-browse-1.png")


async def test_a_photo_without_depth_is_saved_alone_and_x_finds_its_picture(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(STRIPPED)
        await saved(driven, out / f"{Path(STRIPPED).stem}-browse.png")
        assert "the last picture" in await choices(driven)
        await driven.pilot.press("3")
        await driven.until(lambda: "is copied" in driven.toasts, "the message")
        assert driven.app.clipboard == str(out / f"{Path(STRIPPED).stem}-browse.png")


async def test_zoom_saves_its_window(open_app: Open, sample_folder: Path, out: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("enter", "2")
        screen = driven.app.screen
        assert isinstance(screen, ZoomScreen)
        await driven.until(lambda: screen.is_settled, "the windows")
        whole = await saved(driven, out / "IMG_0412-zoom.png")
        await driven.pilot.press("plus", "plus")
        await driven.until(lambda: screen.is_settled, "the nearer windows")
        part = await saved(driven, out / "IMG_0412-zoom-1.png")
        await driven.pilot.press("y")
        assert driven.app.clipboard == str(out / "IMG_0412-zoom-1.png")
    assert len(colours_of(whole)) > len(colours_of(part)) > 20


async def test_probe_saves_crosshair_and_marks(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder, size=(160, 50)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("m")
        screen = driven.app.screen
        assert isinstance(screen, ProbeScreen)
        await driven.until(lambda: screen.depth_view.cross is not None, "the crosshair")
        bare = await saved(driven, out / "IMG_0412-probe.png")
        await driven.pilot.press("shift+left", "space", "shift+right", "space")
        photo, depth = screen.picture_parts()
        await saved(driven, out / "IMG_0412-probe-1.png")
        expected = set(map(tuple, depth_colours(driven).tolist()))
        await driven.pilot.press("y")
        assert driven.app.clipboard == str(out / "IMG_0412-probe-1.png")
    assert expected <= colours_of(bare)
    assert "sample valid" in photo.notes
    assert "marks 1 to 2, 11 samples" in depth.notes
    assert [number for _, number in photo.marks] == ["1", "2"]


async def test_probe_saves_what_is_in_view(open_app: Open, sample_folder: Path, out: Path) -> None:
    async with open_app(sample_folder, size=(160, 50)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("m")
        screen = driven.app.screen
        await driven.until(lambda: screen.depth_view.cross is not None, "the crosshair")
        await driven.pilot.press("space", *["shift+left"] * 6, "space", "plus", "plus", "plus")
        photo, depth = screen.picture_parts()
        await saved(driven, out / "IMG_0412-probe.png")
        codes = driven.state.pixels(driven.state.own(LayerKind.DEPTH)).array
    column, row = codes.shape[1] // 2 - 60, codes.shape[0] // 2
    height, width = depth.pixels.array.shape
    assert height < codes.shape[0] / 2
    left, top, across, down = photo.region
    assert (across / 2, down / 2) == (width, height)
    assert f"depth {column}, {row}" in photo.notes
    # The crosshair is in the middle of its sample, at the same place of both; mark 1 is outside.
    x, y = photo.cross
    assert (left + x * across, top + y * down) == pytest.approx(
        (2 * column + 1, 2 * row + 1), abs=0.51
    )
    assert depth.cross == pytest.approx(photo.cross, abs=1 / across)
    assert [number for _, number in photo.marks] == [number for _, number in depth.marks] == ["2"]


async def test_spin_saves_the_cloud_larger_than_its_cells(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder, size=(80, 24)) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("3", "3")
        screen = driven.app.screen
        assert isinstance(screen, SpinScreen)
        await driven.until(lambda: screen.frame is not None, "a frame")
        rest = await saved(driven, out / "IMG_0412-spin.png")
        await driven.pilot.press("right", "right", "right")
        await driven.until(lambda: screen.is_up_to_date, "the turned frame")
        turned = await saved(driven, out / "IMG_0412-spin-1.png")
    assert rest.shape[1] > 10 * 80
    assert turned.shape[1] == rest.shape[1]
    rows = min(len(rest), len(turned))
    assert np.count_nonzero((rest[:rows] != turned[:rows]).any(axis=2)) > rows * 100


async def test_layers_saves_the_view_with_its_lines(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("o", "o")
        screen = driven.app.screen
        assert isinstance(screen, LayersScreen)
        await driven.until(lambda: screen.shown is not None, "the view")
        plain = await saved(driven, out / "IMG_0412-layers.png")
        expected = set(map(tuple, depth_colours(driven).tolist()))
        await driven.pilot.press("l")
        await driven.until(lambda: bool(screen.shown and screen.shown.labels), "lines")
        lines = await saved(driven, out / "IMG_0412-layers-1.png")
    assert expected <= colours_of(plain)
    assert lines.shape == plain.shape
    assert (lines != plain).any()


async def test_a_folder_that_cannot_be_written_is_named(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    out.write_text("a file in the way")
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("P")
        await driven.until(lambda: "picture not saved" in driven.toasts, "the error")
        assert str(out) in driven.toasts
    assert out.read_text() == "a file in the way"


async def choices(driven: Any) -> str:
    await driven.pilot.press("x")
    await driven.until(lambda: isinstance(driven.app.screen, OpenDialog), "the dialog")
    await driven.until(lambda: "the photo" in driven.text, "its lines")
    return str(driven.text)


async def test_x_opens_photo_folder_and_last_export(
    open_app: Open, sample_folder: Path, out: Path, desktop: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        assert "the last export" not in await choices(driven)
        await driven.pilot.press("enter")
        await until_outside(lambda: desktop.exists(), "opened")

        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the export")
        assert "the last export's folder" in await choices(driven)
        await driven.pilot.press("j", "j", "enter")
        await until_outside(lambda: len(desktop.read_text().splitlines()) == 2, "opened too")
    photo, export = desktop.read_text().splitlines()
    assert photo == str(sample_folder / LANDSCAPE)
    assert export == str(out / "IMG_0412.pcd")


async def test_x_over_ssh_says_so_and_copies_the_path(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        assert "no desktop over SSH: copy the path of" in await choices(driven)
        await driven.pilot.press("2")
        await driven.until(lambda: "is copied" in driven.toasts, "the message")
        assert driven.app.clipboard == str(sample_folder)


async def test_esc_opens_nothing(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await choices(driven)
        assert driven.app.screen.query_one(OptionList).option_count == 2
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "closed")
        assert driven.app.clipboard == ""


async def test_w_opens_a_page_and_uses_it_again(
    open_app: Open, sample_folder: Path, desktop: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("w")
        await until_outside(lambda: desktop.exists(), "the page opened")
        (page,) = (tmp_path / "cache").rglob("*.html")
        first = page.read_bytes()
        await driven.pilot.press("w")
        await until_outside(lambda: len(desktop.read_text().splitlines()) == 2, "opened again")
    assert desktop.read_text().splitlines() == [str(page)] * 2
    assert first.startswith(b"<!doctype html>") or b"<html" in first[:200]
    assert list((tmp_path / "cache").rglob("*.html")) == [page]
    assert page.parent.stat().st_mode & 0o777 == 0o700


async def test_w_over_ssh_copies_the_path_of_the_page(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("3", "3")
        await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the cloud")
        await driven.pilot.press("w")
        await driven.until(lambda: "its path is copied" in driven.toasts, "the message")
        (page,) = (tmp_path / "cache").rglob("*.html")
        assert driven.app.clipboard == str(page)


async def test_w_says_why_a_photo_has_no_page(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(STRIPPED)
        await driven.pilot.press("w")
        await driven.until(lambda: "no page" in driven.toasts, "the error")
        assert STRIPPED in driven.toasts


async def test_the_cloud_in_the_pane_is_saved_in_place_of_the_depth_map(
    open_app: Open, sample_folder: Path, out: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        expected = set(map(tuple, depth_colours(driven).tolist()))
        await driven.pilot.press("3")
        browse = driven.app.browse
        await driven.until(
            lambda: browse.cloud is not None and browse.cloud.control.frame is not None, "the cloud"
        )
        cloud = await saved(driven, out / "IMG_0412-browse.png")
        await driven.pilot.press("escape")
        await driven.until(lambda: browse.cloud is None, "the depth map again")
        depth = await saved(driven, out / "IMG_0412-browse-1.png")
    assert not expected <= colours_of(cloud)
    assert expected <= colours_of(depth)
