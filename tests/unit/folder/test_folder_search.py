"""Finding by name: what matches, which match is best, which comes next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heicdepth_tui.folder.search import Finder

NAMES = ["IMG_0412.HEIC", "IMG_0413.HEIC", "Holiday 42.heic", "my holiday.heic", "cat.hif"]


def test_letters_in_their_order_are_enough():
    assert Finder(["IMG_0412.HEIC"], "i412").rows == [0]
    assert Finder(["IMG_0412.HEIC"], "214").rows == []


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("hol", "Holiday 42.heic", "my holiday.heic"),
        ("42", "x 42.heic", "x 1423.heic"),
        ("412", "x1412.heic", "x4_1_2.heic"),
        ("abc", "a_bc", "a___bc"),
        # One piece counts, wherever scattered letters come before it.
        ("cat", "c_a_t_cat.heic", "c_a_t_x"),
    ],
)
def test_better_matches_are_best(query, better, worse):
    assert Finder([worse, better], query).best() == 1
    assert Finder([better, worse], query).best() == 0


def test_case_counts_only_with_a_capital():
    assert Finder(["IMG_1", "img_2"], "img").rows == [0, 1]
    assert Finder(["IMG_1", "img_2"], "IMG").rows == [0]
    assert Finder(["IMG_1"], "IMG").is_case_sensitive
    assert not Finder(["IMG_1"], "img").is_case_sensitive


def test_letters_that_grow_in_lower_case_are_found():
    assert Finder(["İx"], "x").rows == [0]


def test_an_empty_query_finds_nothing():
    assert Finder(NAMES, "").rows == []
    assert Finder(NAMES, "").next(0) is None
    assert Finder(NAMES, "").best() is None


def test_rows_are_those_that_match():
    assert Finder(NAMES, "hol").rows == [2, 3]
    assert Finder(NAMES, "041").rows == [0, 1]
    assert Finder(NAMES, "(").count == 0


def test_best_is_the_best_place_not_the_first_row():
    names = ["a_c_t.heic", "concat.heic", "my cat.heic", "cat.heic"]
    assert Finder(names, "cat").rows == [1, 2, 3]
    assert Finder(names, "cat").best() == 3
    assert Finder(names[:3], "cat").best() == 2
    assert Finder(names[:2], "cat").best() == 1
    assert Finder(names[:1], "act").best() == 0


def test_among_equals_the_best_is_the_next_one():
    names = ["IMG_1", "IMG_2", "IMG_3"]
    assert Finder(names, "img").best(1) == 1
    assert Finder([*names, "x"], "img").best(3) == 0


def test_the_closest_of_scattered_matches_is_best():
    assert Finder(["a__b__c", "a_bc", "a___bc"], "abc").best() == 1


def test_next_goes_round_both_ways():
    finder = Finder(["x1", "a", "x2", "b", "x3"], "x")
    assert [finder.next(row) for row in (0, 1, 2, 4)] == [2, 2, 4, 0]
    assert [finder.next(row, -1) for row in (0, 1, 2, 4)] == [4, 0, 0, 2]


def test_only_match_is_its_own_neighbour():
    assert Finder(["a", "b"], "b").next(1) == 1


@pytest.mark.parametrize("query", [".", "[^", "\\", "a|b", "*+"])
def test_special_characters_are_just_characters(query):
    assert Finder([f"x{query}y", "plain"], query).rows == [0]


def has_in_order(query: str, name: str) -> bool:
    rest = iter(name)
    return all(char in rest for char in query)


@given(st.lists(st.text("aAbB_1\n.", max_size=8)), st.text("aAbB_1.", min_size=1, max_size=4))
def test_rows_are_exactly_the_names_with_the_letters_in_order(names, query):
    is_exact = query != query.lower()
    expected = [
        row
        for row, name in enumerate(names)
        if has_in_order(query, name if is_exact else name.lower())
    ]
    assert Finder(names, query).rows == expected
