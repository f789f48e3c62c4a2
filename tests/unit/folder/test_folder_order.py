"""The list's order: total, natural, and unknown values last whichever way round."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heicdepth_tui.folder.order import SortKey, date_of, name_key, sort_entries
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.text import natural_key


def summary(date: str | None = None, depth: Size | None = None) -> HeaderSummary:
    return HeaderSummary(1, Size(10, 10), DepthStatus.PRESENT, depth, date)


def ordered(entries, *args, **kwargs) -> list[str]:
    return [entry.name for entry in sort_entries(entries, *args, **kwargs)]


def test_numbers_count_and_case_does_not(entry):
    names = ["IMG_10.HEIC", "img_9.heic", "IMG_0100.heic", "b.heic", "A.heic", "2.heic"]
    assert ordered(map(entry, names)) == [
        "2.heic", "A.heic", "b.heic", "img_9.heic", "IMG_10.HEIC", "IMG_0100.heic",
    ]  # fmt: skip


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)))
def test_order_is_that_of_the_natural_key(names):
    by_key = sorted(names, key=name_key)
    assert [natural_key(name) for name in by_key] == sorted(map(natural_key, names))


@given(st.lists(st.text("a1_0Z9", min_size=1, max_size=6), unique=True), st.randoms())
def test_order_does_not_depend_on_the_order_found(names, rng):
    from heicdepth_tui.folder.find import Entry

    entries = [Entry("/p/" + name, name, 1, 1) for name in names]
    shuffled = random.Random(rng.random()).sample(entries, len(entries))
    assert sort_entries(shuffled) == sort_entries(entries)


def test_same_name_goes_by_folder(entry):
    here, there = entry("a.heic", place="/p/1/"), entry("a.heic", place="/p/2/")
    assert sort_entries([there, here]) == [here, there]


def test_a_name_that_another_begins_with_comes_first(entry):
    assert ordered([entry("a1"), entry("ab"), entry("a")]) == ["a", "a1", "ab"]


def test_largest_file_first_and_ties_by_name(entry):
    entries = [entry("b", 5), entry("a", 5), entry("c", 9), entry("d", 0, problem="dangling link")]
    assert ordered(entries, SortKey.SIZE) == ["c", "a", "b", "d"]
    assert ordered(entries, SortKey.SIZE, reverse=True) == ["a", "b", "c", "d"]


def test_most_depth_first_and_none_last(entry):
    entries = [entry(name) for name in "abcd"]
    summaries = {
        "/p/a": summary(),
        "/p/b": summary(depth=Size(640, 480)),
        "/p/c": summary(depth=Size(768, 576)),
    }
    assert ordered(entries, SortKey.DEPTH, summaries) == ["c", "b", "a", "d"]
    assert ordered(entries, SortKey.DEPTH, summaries, reverse=True) == ["b", "c", "a", "d"]
    assert ordered(entries, SortKey.DEPTH) == ["a", "b", "c", "d"]


def test_newest_first_by_exif_else_by_the_file(entry, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    day = 86_400
    entries = [entry("exif", mtime=9 * day), entry("file", mtime=3 * day), entry("bad", 1, 0, "x")]
    summaries = {"/p/exif": summary("1970-01-02 00:00:00"), "/p/file": summary()}
    assert ordered(entries, SortKey.DATE, summaries) == ["file", "exif", "bad"]
    assert ordered(entries, SortKey.DATE, summaries, reverse=True) == ["exif", "file", "bad"]


def test_date_is_exifs_else_the_files_else_none(entry):
    dated = entry("a", mtime=86_400 * 365)
    assert date_of(dated, summary("2023-02-21 14:33:08")) == "2023-02-21 14:33:08"
    assert date_of(dated, None)[:4] in ("1970", "1971")
    assert date_of(entry("a", problem="link loop"), None) is None


@pytest.mark.parametrize("key", SortKey)
def test_nothing_is_lost(key, entry):
    entries = [entry(f"{n % 7}-{n}", n % 3, n % 5, "x" * (n % 2)) for n in range(50)]
    assert sorted(map(id, sort_entries(entries, key))) == sorted(map(id, entries))


def test_reversed_names(entry):
    assert ordered(map(entry, ["a2", "a10", "a1"]), reverse=True) == ["a10", "a2", "a1"]
