"""The main screen when files, marks and jobs change under it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE, MATTE, PLAIN, STRIPPED, TYPE_0, facts, image

from heicdepth_tui.ui.screens import folder_panel
from heicdepth_tui.ui.screens.metadata import MetadataScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def test_r_notices_new_and_removed_photos(open_app: Open, samples: Path) -> None:
    async with open_app(samples) as driven:
        await driven.scanned()
        (samples / STRIPPED).unlink()
        shutil.copy(samples / LANDSCAPE, samples / "IMG_0500.HEIC")
        await driven.pilot.press("r")
        await driven.until(lambda: "IMG_0500.HEIC" in driven.names, "the new photo listed")

        assert STRIPPED not in driven.names


async def test_a_name_with_markup_and_control_characters_is_shown_escaped(
    open_app: Open, samples: Path
) -> None:
    evil = "IMG [b][@click=quit] \x1b]2;owned\x07.heic"
    shutil.copy(samples / LANDSCAPE, samples / evil)
    async with open_app(samples / evil, size=(200, 60)) as driven:
        await driven.settled()
        await driven.pilot.press("y")
        await driven.pilot.press("i")
        await driven.until(lambda: isinstance(driven.app.screen, MetadataScreen), "metadata")
        await driven.pilot.pause()

        assert "\x1b]2" not in driven.text
        assert "[b][@click=quit]" in driven.text


async def test_an_empty_folder_says_so(open_app: Open, tmp_path: Path) -> None:
    async with open_app(tmp_path) as driven:
        await driven.until(lambda: "no HEIC photos here" in driven.text, "the word for empty")


async def test_a_jpeg_named_heic_is_listed_and_says_what_it_is(
    open_app: Open, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "IMG_1.HEIC", "JPEG")
    async with open_app(tmp_path) as driven:
        await driven.select("IMG_1.HEIC")
        await driven.scanned()

        assert "JPEG" in driven.text
        assert "JPEG" in image(driven, "photo").message


async def test_a_photo_that_changed_is_read_again_by_r(open_app: Open, samples: Path) -> None:
    async with open_app(samples / LANDSCAPE) as driven:
        await driven.settled()
        before = image(driven, "photo").picture, image(driven, "depth").picture
        shutil.copy(samples / TYPE_0, samples / LANDSCAPE)
        await driven.pilot.press("r")
        await driven.until(lambda: "inverse Z" in facts(driven, "facts"), "the new metadata")
        await driven.settled()

        assert image(driven, "photo").picture not in (None, before[0])
        assert image(driven, "depth").picture not in (None, before[1])


async def test_r_reads_an_unchanged_photo_again_too(open_app: Open, samples: Path) -> None:
    async with open_app(samples / LANDSCAPE) as driven:
        await driven.settled()
        first = driven.state
        await driven.pilot.press("r")
        await driven.until(lambda: driven.state is not first, "another reading")
        await driven.settled()

        assert image(driven, "depth").picture is not None


async def test_a_changed_photo_is_noticed_on_coming_back(
    open_app: Open, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_panel, "QUIET_SECONDS", 0.0)
    async with open_app(samples / LANDSCAPE) as driven:
        await driven.settled()
        shutil.copy(samples / TYPE_0, samples / LANDSCAPE)
        driven.app.on_app_focus()
        await driven.until(lambda: "inverse Z" in facts(driven, "facts"), "the new metadata")


async def test_marks_that_the_filter_hides_still_count(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(PLAIN)
        await driven.pilot.press("space", "f", "e")
        await driven.until(lambda: "not exported" in driven.toasts, "the refusal")
        assert PLAIN in driven.toasts
        await driven.pilot.press("escape")

        assert driven.library.marked_count == 0
    assert not (tmp_path / "out").exists()


async def test_an_export_takes_the_rows_of_a_range_that_was_begun(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("g", "v", "G", "E")
        await driven.until(lambda: "formats" in driven.text, "the dialog")

        assert driven.library.marked_count == len(driven.library.view)
        assert f"export {driven.library.marked_count} marked photos" in driven.text


async def test_the_second_v_says_how_many_are_marked(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("g", "v", "j", "v")
        await driven.until(lambda: driven.app.browse.title_bar.status == "2 marked", "the count")


async def test_a_range_follows_its_photo_through_a_sort(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(MATTE)
        await driven.pilot.press("v", "s", "s", "v")

        assert [entry.name for entry in driven.library.marked] == [MATTE]


async def test_quitting_waits_for_the_export(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        driven.app.browse.action_export()
        await driven.app.action_quit()
        assert not driven.app.session.is_leaving
        await driven.until(lambda: driven.app.session.is_leaving, "the end")

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["IMG_0412.pcd"]


async def test_an_error_of_the_program_in_a_thread_ends_the_app(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of our own")

    monkeypatch.setattr("heicdepth_tui.export.run.export_photo", broken)

    async def run() -> None:
        async with open_app(sample_folder) as driven:
            await driven.select(LANDSCAPE)
            await driven.pilot.press("e")
            await driven.until(lambda: driven.app.crash is not None, "the crash")

    with pytest.raises(ZeroDivisionError):
        await run()


async def test_a_tiny_screen_says_why_there_is_no_depth(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(60, 16)) as driven:
        await driven.scanned()
        driven.app.browse.photos.move_to(driven.names.index(STRIPPED))
        await driven.until(lambda: "depth map probably stripped" in driven.text, "the reason")


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
