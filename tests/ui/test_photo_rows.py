"""Rows of the photo list: the mark says whether depth is there, and whether it can be shown."""

from __future__ import annotations

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
