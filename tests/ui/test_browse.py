"""The main screen on generated photos: what each part says and what each key does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import ABSOLUTE, LANDSCAPE, MATTE, PLAIN, PORTRAIT, STRIPPED, facts, image
from pypcd4 import PointCloud
from textual import events

from heicdepth_tui.folder.order import SortKey
from heicdepth_tui.ui.screens.browse import BrowseScreen
from heicdepth_tui.ui.screens.help import HelpScreen
from heicdepth_tui.ui.screens.metadata import MetadataScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


def layer_label(driven: Any) -> str:
    """Return the name of the layer that the photo pane shows."""
    return str(driven.app.browse.pictures.photo.view.layer.label)


async def test_the_list_shows_names_marks_and_depth_sizes(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(160, 45)) as driven:
        await driven.scanned()
        await driven.settled()
        rows = {line[3:16]: line for line in driven.text.splitlines() if "IMG_" in line[:20]}

        assert driven.names[0] == LANDSCAPE
        assert "● IMG_0412.HEIC" in rows[LANDSCAPE]
        assert "192×144" in rows[LANDSCAPE]
        assert "11 May 24" in rows[LANDSCAPE]
        assert "○ IMG_0427.HEIC" in rows[STRIPPED]
        assert "stripped?" in rows[STRIPPED]
        assert "●" not in rows[PLAIN][:4]
        assert "7 photos · 5 with depth" in driven.text


async def test_photo_and_depth_are_shown_with_tables_and_legend(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)

        assert image(driven, "photo").picture is not None
        assert image(driven, "depth").picture is not None
        arrays = facts(driven, "arrays")
        assert "photo      (288, 384, 3)  uint8" in arrays
        assert "depth      (144, 192)     uint8" in arrays
        assert "m, relative" in arrays
        assert "uniform disparity (type 1)" in facts(driven, "facts")
        legend = driven.app.browse.pictures.depth.legend.plain
        assert "relative · data ≈" in legend
        assert "1/m" in legend


async def test_an_absolute_map_promises_metres(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(ABSOLUTE)
        legend = driven.app.browse.pictures.depth.legend.plain

        assert "absolute · data" in legend
        assert "≈" not in legend


@pytest.mark.parametrize(
    ("name", "words"), [(PLAIN, "no depth map"), (STRIPPED, "depth map probably stripped")]
)
async def test_a_photo_without_depth_shows_its_photo_and_says_why(
    open_app: Open, sample_folder: Path, name: str, words: str
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.select(name)

        assert image(driven, "photo").picture is not None
        assert image(driven, "depth").picture is None
        assert image(driven, "depth").message.startswith(words)
        assert driven.app.browse.pictures.depth.legend.plain == ""


async def test_photo_and_depth_stand_alike(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(PORTRAIT)
        photo, depth = image(driven, "photo").picture, image(driven, "depth").picture

        assert photo is not None
        assert depth is not None
        assert photo.fit == depth.fit
        assert photo.fit.width < photo.fit.height


async def test_moving_keys(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.settled()
        photos = driven.app.browse.photos
        rows = []
        for key in ("j", "down", "k", "G", "up", "g", "end", "home", "pagedown", "pageup"):
            await driven.pilot.press(key)
            rows.append(photos.cursor)

        assert rows == [1, 2, 1, 6, 5, 0, 6, 0, 6, 0]


async def test_half_pages_of_a_list_that_is_longer_than_the_screen(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.heic").symlink_to(sample_folder / STRIPPED)
    async with open_app(tmp_path, size=(80, 24)) as driven:
        await driven.scanned()
        photos = driven.app.browse.photos
        rows = []
        for key in ("ctrl+d", "ctrl+d", "ctrl+u", "pagedown"):
            await driven.pilot.press(key)
            rows.append(photos.cursor)
        half = (photos.size.height - 1) // 2
        assert rows == [half, 2 * half, half, half + photos.size.height - 1]
        await driven.settled()
        wheel = events.MouseScrollDown(photos, 2, 2, 0, 0, 0, False, False, False, 2, 3)
        top = photos.scroll_offset.y
        photos.post_message(wheel)
        await driven.until(lambda: photos.scroll_offset.y > top, "the list scrolled")
        assert photos.cursor == rows[-1]


async def test_where_one_table_has_room_t_shows_the_other(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(80, 24)) as driven:
        await driven.select(LANDSCAPE)
        assert "arrays · t metadata" in driven.text
        assert "representation" not in driven.text
        await driven.pilot.press("t")
        await driven.until(lambda: "metadata · t arrays" in driven.text, "the title")
        await driven.until(lambda: "representation" in driven.text, "the other table")
        await driven.pilot.press("t")
        await driven.until(lambda: "representation" not in driven.text, "the first table")


async def test_depth_only_hides_photos_without_depth(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("f")
        assert PLAIN not in driven.names
        assert STRIPPED not in driven.names
        assert len(driven.names) == 5
        await driven.pilot.press("f")
        assert len(driven.names) == 7


async def test_sorting_goes_through_all_keys_and_keeps_the_photo(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(MATTE)
        orders = {}
        for _ in SortKey:
            await driven.pilot.press("s")
            orders[driven.library.sort_key] = driven.names
            assert driven.app.browse.photos.entry.name == MATTE

        assert orders[SortKey.NAME] == sorted(driven.names)
        assert orders[SortKey.DATE][0] == STRIPPED
        sizes = [sample_folder.joinpath(name).stat().st_size for name in orders[SortKey.SIZE]]
        assert sizes == sorted(sizes, reverse=True)
        assert set(orders[SortKey.DEPTH][-2:]) == {PLAIN, STRIPPED}


async def test_find_moves_while_typing_and_esc_goes_back(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        photos = driven.app.browse.photos
        await driven.pilot.press("slash", *"0424")
        await driven.until(lambda: photos.entry.name == PLAIN, "the match selected")
        assert "1 match" in driven.text
        await driven.pilot.press("escape")
        await driven.until(lambda: photos.entry.name == LANDSCAPE, "back where it began")
        assert not driven.app.browse.query("FindBar.-open")
        assert photos.has_focus


async def test_keys_typed_while_the_find_bar_opens_keep_their_order(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def type_keys(text: str) -> None:
        for character in text:
            app.post_message(events.Key("slash" if character == "/" else character, character))

    async def open_late(screen: BrowseScreen) -> None:
        type_keys("5q")
        await opens(screen)

    opens = BrowseScreen.action_find
    monkeypatch.setattr(BrowseScreen, "action_find", open_late)
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        app = driven.app
        type_keys("/e1")
        await driven.until(
            lambda: app.query("FindBar Input") and len(app.query_one("FindBar Input").value) == 4,
            "four characters in the find bar",
        )

        assert app.query_one("FindBar Input").value == "e15q"


async def test_n_and_shift_n_go_through_the_matches(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        photos = driven.app.browse.photos
        await driven.pilot.press("slash", *"042", "enter")
        await driven.until(lambda: photos.has_focus, "the list has the focus again")
        seen = []
        for key in ("n", "n", "n", "n", "N"):
            await driven.pilot.press(key)
            seen.append(photos.entry.name)

        assert seen == [MATTE, PLAIN, STRIPPED, LANDSCAPE, STRIPPED]


async def test_brackets_skip_photos_without_depth(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(PLAIN)
        await driven.pilot.press("left_square_bracket")
        assert driven.app.browse.photos.entry.name == MATTE
        await driven.pilot.press("right_square_bracket")
        assert driven.app.browse.photos.entry.name == MATTE
        assert "no further photo with depth" in driven.text


async def test_tab_goes_through_the_layers(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(MATTE)
        seen = []
        for _ in range(3):
            await driven.pilot.press("tab")
            await driven.settled()
            seen.append(layer_label(driven))

        assert sorted(seen) == ["gain map", "photo", "portrait matte"]
        assert seen[-1] == "photo"


async def test_c_changes_the_colours_of_depth_only(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        photo, depth = image(driven, "photo").picture, image(driven, "depth").picture
        before = driven.app.session.colormap
        await driven.pilot.press("c")

        assert driven.app.session.colormap != before
        assert image(driven, "photo").picture is photo
        await driven.until(lambda: image(driven, "depth").picture != depth, "other colours")


async def test_y_copies_the_absolute_path(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("y")

        assert driven.app.clipboard == str((sample_folder / LANDSCAPE).absolute())


async def test_e_writes_a_coloured_cloud_and_says_so(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("e")
        await driven.until(lambda: "points" in driven.toasts, "the export's toast")
        toasts = driven.toasts
        await driven.pilot.press("e")
        await driven.until(lambda: "IMG_0412-1.pcd" in driven.toasts, "the second toast")
        assert driven.toasts.count("points") == 1

    assert sorted(path.name for path in out.iterdir()) == ["IMG_0412-1.pcd", "IMG_0412.pcd"]
    cloud = PointCloud.from_path(out / "IMG_0412.pcd")
    assert f"{cloud.points:,} points" in toasts
    assert "camera from the file" in toasts
    assert "relative" in toasts
    colours = PointCloud.decode_rgb(cloud.numpy(("rgb",)))
    assert len(set(map(tuple, colours[::500].tolist()))) > 50


async def test_e_without_depth_says_why_and_writes_nothing(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(STRIPPED)
        await driven.pilot.press("e")
        await driven.until(lambda: "not exported" in driven.toasts, "the refusal")
        assert STRIPPED in driven.toasts

    assert not (tmp_path / "out").exists()


async def test_help_and_metadata_open_and_close(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(LANDSCAPE)
        await driven.pilot.press("question_mark")
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
        assert "next, previous photo with depth" in driven.text
        await driven.pilot.press(*["j"] * 60)
        await driven.until(lambda: "what the numbers mean" in driven.text, "the end of the page")
        await driven.until(lambda: "square root" in driven.text, "how high bars are")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "help closed")
        await driven.pilot.press("i")
        await driven.until(lambda: isinstance(driven.app.screen, MetadataScreen), "metadata")
        await driven.until(lambda: "stored L008" in driven.text, "all facts")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "metadata closed")


async def test_the_palette_offers_every_key(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.settled()
        await driven.pilot.press("ctrl+p")
        await driven.pilot.press(*"Theme: light")
        await driven.until(lambda: "Theme: light" in driven.text, "the command listed")
        await driven.pilot.press("enter")
        await driven.until(lambda: driven.app.theme == "heicdepth-light", "the light theme")


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 45), (200, 60)])
async def test_every_size_shows_both_pictures_and_whole_labels(
    open_app: Open, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        await driven.select(LANDSCAPE)
        text = driven.text

        for pane in ("photo", "depth"):
            width, height = image(driven, pane).size
            assert width >= 20
            assert height >= 8
        assert "(288, 384, 3)" in text
        assert "relative" in text
        assert "q Quit" in text


async def test_a_tiny_terminal_shows_one_picture_and_the_other_a_key_away(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(60, 15)) as driven:
        await driven.select(LANDSCAPE)
        assert layer_label(driven) == "depth"
        depth = image(driven, "photo").picture
        assert depth is not None
        await driven.pilot.press("tab")
        await driven.until(lambda: layer_label(driven) == "photo", "the photo")
        await driven.settled()
        assert image(driven, "photo").picture not in (None, depth)


async def test_resizing_lays_out_anew(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(140, 45)) as driven:
        await driven.select(LANDSCAPE)
        before = image(driven, "depth").size
        await driven.pilot.resize_terminal(90, 60)
        await driven.pilot.pause()
        after = image(driven, "depth").size

        assert before != after
        assert driven.app.browse.pictures.has_class("-stacked")
