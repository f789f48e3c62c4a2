"""Finding by name: what matches, which match is best, which comes next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heicdepth_tui.folder.search import Finder, fuzzy_match

NAMES = ["IMG_0412.HEIC", "IMG_0413.HEIC", "Holiday 42.heic", "my holiday.heic", "cat.hif"]


def test_letters_in_their_order_are_enough():
    assert fuzzy_match("i412", "IMG_0412.HEIC").positions == (0, 5, 6, 7)
    assert fuzzy_match("214", "IMG_0412.HEIC") is None


def test_one_piece_is_found_before_scattered_letters():
    assert fuzzy_match("cat", "c_a_t_cat.heic").positions == (6, 7, 8)


def test_scattered_letters_are_drawn_together():
    assert fuzzy_match("act", "a_a_cxt").positions == (2, 4, 6)


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("hol", "Holiday 42.heic", "my holiday.heic"),
        ("42", "x 42.heic", "x 1423.heic"),
        ("412", "x1412.heic", "x4_1_2.heic"),
        ("abc", "a_bc", "a___bc"),
    ],
)
def test_better_matches_score_higher(query, better, worse):
    assert fuzzy_match(query, better).score > fuzzy_match(query, worse).score


def test_case_counts_only_with_a_capital():
    assert fuzzy_match("img", "IMG_1") is not None
    assert fuzzy_match("IMG", "img_1") is None
    assert fuzzy_match("IMG", "IMG_1") is not None


def test_letters_that_grow_in_lower_case_keep_their_place():
    assert fuzzy_match("x", "İx").positions == (1,)


def test_empty_query_matches_but_finds_nothing():
    assert fuzzy_match("", "a").positions == ()
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


@given(st.lists(st.text("aAbBİ_1\n.", max_size=8)), st.text("aAbB_1.", min_size=1, max_size=4))
def test_rows_are_exactly_the_names_with_a_match(names, query):
    expected = [row for row, name in enumerate(names) if fuzzy_match(query, name) is not None]
    assert Finder(names, query).rows == expected


@given(st.text("ab_1", max_size=10), st.text("ab_1", min_size=1, max_size=4))
def test_positions_spell_the_query(name, query):
    match = fuzzy_match(query, name)
    if match is not None:
        assert "".join(name[at] for at in match.positions) == query
        assert list(match.positions) == sorted(set(match.positions))
