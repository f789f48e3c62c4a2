"""Rows of the photo list: the mark says whether depth is there, and whether it can be shown."""

from __future__ import annotations

from typing import Any

import pytest

from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.ui.presenters.photo_rows import photo_row

ENTRY = Entry("/photos/a.heic", "a.heic", 100, 0)


def row_of(summary: HeaderSummary | None) -> tuple[str, str]:
    """Mark and whole text of a row of 60 cells."""
    pieces = photo_row(ENTRY, summary, False, 60)
    return pieces[1][0], "".join(text for text, _ in pieces)


def summary(status: DepthStatus, **more: bool) -> HeaderSummary:
    depth = Size(768, 576) if status is DepthStatus.PRESENT else None
    return HeaderSummary(100, Size(40, 30), status, depth, None, **more)


@pytest.mark.parametrize(
    ("row", "mark", "words"),
    [
        (None, "·", "a.heic"),
        (summary(DepthStatus.PRESENT), "●", "768×576"),
        (summary(DepthStatus.ABSENT), " ", "–"),
        (summary(DepthStatus.STRIPPED), "○", "stripped?"),
        (summary(DepthStatus.UNREADABLE), "!", "–"),
        (summary(DepthStatus.PRESENT, depth_decodable=False), "!", "768×576"),
        (summary(DepthStatus.PRESENT, decodable=False), "!", "cannot be decoded"),
        (summary(DepthStatus.ABSENT, depth_decodable=False), " ", "–"),
    ],
)
def test_marks(row: HeaderSummary | None, mark: str, words: str) -> None:
    assert row_of(row)[0] == mark
    assert words in row_of(row)[1]


def text_of(entry: Entry, width: int, **more: Any) -> str:
    pieces = photo_row(entry, summary(DepthStatus.PRESENT), width=width, is_marked=False, **more)
    return "".join(text for text, _ in pieces)


def test_a_chosen_photo_keeps_its_mark() -> None:
    marked = photo_row(ENTRY, summary(DepthStatus.STRIPPED), True, 60)
    between = photo_row(ENTRY, summary(DepthStatus.STRIPPED), False, 60, is_in_range=True)

    assert [text for text, _ in marked[:2]] == ["✓", "○"]
    assert [text for text, _ in between[:2]] == ["┃", "○"]


def test_the_folder_below_the_opened_one_stands_before_the_name() -> None:
    pieces = photo_row(ENTRY, None, False, 60, names=17, folder="2023/trip/")

    assert pieces[2] == (" 2023/trip/", "detail")
    assert (pieces[3][0].rstrip(), pieces[3][1]) == ("a.heic", "")


def test_columns_give_way_before_a_name_is_cut() -> None:
    entry = Entry("/photos/long", "a name of 24 cells x.HEIC"[1:], 100, 0)
    rows = [text_of(entry, width, names=24) for width in (38, 37, 28, 27)]

    assert [entry.name in row for row in rows] == [True, True, True, False]
    assert ["768×576" in row for row in rows] == [True, False, False, False]
    assert "…" in rows[3]
