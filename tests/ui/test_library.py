"""The photos as the list shows them: order, filter, marks, and files that change."""

from __future__ import annotations

import pytest

from heicdepth_tui.folder.find import Entry
from heicdepth_tui.folder.order import SortKey
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.ui.model.library import Library


def entry(name: str, size: int = 100, mtime: int = 1, problem: str = "") -> Entry:
    return Entry(f"/p/{name}", name, size, mtime, problem)


def summary(depth: bool = True, date: str = "2024-01-01 00:00:00") -> HeaderSummary:
    status = DepthStatus.PRESENT if depth else DepthStatus.ABSENT
    return HeaderSummary(100, Size(4, 3), status, Size(4, 3) if depth else None, date)


@pytest.fixture
def library() -> Library:
    made = Library()
    made.add([entry("IMG_10"), entry("IMG_9"), entry("pipe", problem="named pipe, not a photo")])
    made.rebuild()
    return made


def names(library: Library) -> list[str]:
    return [e.name for e in library.view]


def test_names_are_in_natural_order_and_problems_are_not_waited_for(library: Library) -> None:
    assert names(library) == ["IMG_9", "IMG_10", "pipe"]
    assert (len(library), library.waiting) == (3, 2)


def test_summaries_count_depth_and_filter(library: Library) -> None:
    nine, ten, _ = library.view
    library.set_summaries([(nine, summary(depth=False)), (ten, summary())])
    library.depth_only = True
    library.rebuild()

    assert (library.with_depth, library.waiting) == (1, 0)
    assert names(library) == ["IMG_10"]


def test_a_summary_of_a_file_listed_anew_is_ignored(library: Library) -> None:
    old = library.view[0]
    library.replace([entry("IMG_9", size=200), entry("IMG_10")])
    library.set_summaries([(old, summary())])

    assert library.with_depth == 0


def test_a_changed_file_loses_its_summary_and_an_unchanged_one_keeps_it(library: Library) -> None:
    nine, ten, pipe = library.view
    library.set_summaries([(nine, summary()), (ten, summary())])
    library.replace([entry("IMG_9", mtime=2), ten, pipe])
    library.rebuild()

    assert library.with_depth == 1
    assert [e.name for e in library.unscanned()] == ["IMG_9"]


def test_photos_added_while_sorted_by_date_find_their_place(library: Library) -> None:
    library.sort_key = SortKey.DATE
    library.set_summaries(
        [
            (library.view[0], summary(date="2020-01-01 00:00:00")),
            (library.view[1], summary(date="2022-01-01 00:00:00")),
        ]
    )
    library.rebuild()
    new = entry("IMG_1")
    library.add([new])
    library.set_summaries([(new, summary(date="2021-01-01 00:00:00"))])
    library.rebuild()

    assert names(library) == ["IMG_10", "IMG_1", "IMG_9", "pipe"]


def test_marks_follow_the_view_and_vanish_with_their_file(library: Library) -> None:
    library.set_marked(library.view[:2], True)
    assert [e.name for e in library.marked] == ["IMG_9", "IMG_10"]
    library.set_marked([library.view[0]], False)
    assert library.marked_count == 1
    library.replace([entry("IMG_9")])
    library.rebuild()

    assert library.marked_count == 0


def test_the_next_photo_with_depth_is_found_in_both_directions(library: Library) -> None:
    nine, ten, _ = library.view
    library.set_summaries([(nine, summary()), (ten, summary(depth=False))])

    assert library.neighbour_with_depth(2, -1) == 0
    assert library.neighbour_with_depth(0, 1) is None


def test_rows_are_found_by_path(library: Library) -> None:
    assert library.index_of("/p/IMG_10") == 1
    assert library.index_of("/p/none") is None


def test_rows_show_the_folders_below_the_opened_one() -> None:
    library = Library(("/photos", "."))
    entries = [
        Entry(path, path.rpartition("/")[2], 1, 1)
        for path in ("/photos/a.heic", "/photos/2023/trip/b.heic", "2024/\u732b.heic")
    ]
    library.add(entries)

    assert [library.folder_of(entry) for entry in entries] == ["", "2023/trip/", "2024/"]
    assert library.longest_name == len("2023/trip/b.heic")
    library.replace(entries[2:])
    # A wide character takes two cells; columns are as wide as the names need.
    assert library.longest_name == len("2024/xx.heic")


def test_without_sub_folders_rows_show_the_name_alone() -> None:
    library = Library()
    entry = Entry("/photos/2023/b.heic", "b.heic", 1, 1)
    library.add([entry])

    assert library.folder_of(entry) == ""
    assert library.longest_name == len("b.heic")
