"""Rows of the photo list: the mark says whether depth is there, and whether it can be shown."""

from __future__ import annotations

import pytest

from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.facts import Brief, DepthStatus, Size
from heicdepth_tui.ui.presenters.photo_rows import photo_row

ENTRY = Entry("/photos/a.heic", "a.heic", 100, 0)


def row_of(brief: Brief | None) -> tuple[str, str]:
    """Mark and whole text of a row of 60 cells."""
    pieces = photo_row(ENTRY, brief, False, 60)
    return pieces[1][0], "".join(text for text, _ in pieces)


def brief(status: DepthStatus, **more: bool) -> Brief:
    depth = Size(768, 576) if status is DepthStatus.PRESENT else None
    return Brief(100, Size(40, 30), status, depth, None, **more)


@pytest.mark.parametrize(
    ("row", "mark", "words"),
    [
        (None, "·", "a.heic"),
        (brief(DepthStatus.PRESENT), "●", "768×576"),
        (brief(DepthStatus.ABSENT), " ", "–"),
        (brief(DepthStatus.STRIPPED), "○", "stripped"),
        (brief(DepthStatus.UNREADABLE), "!", "–"),
        (brief(DepthStatus.PRESENT, depth_decodable=False), "!", "768×576"),
        (brief(DepthStatus.PRESENT, decodable=False), "!", "cannot be decoded"),
        (brief(DepthStatus.ABSENT, depth_decodable=False), " ", "–"),
    ],
)
def test_marks(row: Brief | None, mark: str, words: str) -> None:
    assert row_of(row)[0] == mark
    assert words in row_of(row)[1]
