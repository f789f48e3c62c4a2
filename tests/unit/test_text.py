"""Text from outside is shown without effect; names sort as people count."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heicdepth_tui.text import natural_key, printable, printable_path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IMG_0412.HEIC", "IMG_0412.HEIC"),
        ("Zoë 猫 ×", "Zoë 猫 ×"),
        ("\x1b]2;t\x07", "\\x1b]2;t\\x07"),
        ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"),
        ("\x9b31m", "\\x9b31m"),
        ("gpj\u202egnp", "gpj\\u202egnp"),
        ("a\u200bb", "a\\u200bb"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        (os.fsdecode(b"\xff\xfe"), "\\xff\\xfe"),
        ("\ud800", "\\ud800"),
        ("a\u200db", "a\\u200db"),
        ("\u200d\U0001f4bb", "\\u200d\U0001f4bb"),
        ("\U0001f469\u200d", "\U0001f469\\u200d"),
        ("\U0001f469\u200d\u200d\U0001f4bb", "\U0001f469\\u200d\\u200d\U0001f4bb"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("\u2764\ufe0f\u200d\U0001f525 \x1b", "\u2764\ufe0f\u200d\U0001f525 \\x1b"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
    ],
)
def test_what_could_act_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_the_result_is_always_printable_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)

    # Joiners stay within emoji only: see above.
    assert shown.replace("\u200d", "").isprintable()
    assert printable(shown) == shown


def test_the_home_folder_is_written_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")

    assert printable_path(Path("/home/ada/Photos/a\x07.heic")) == "~/Photos/a\\x07.heic"
    assert printable_path("/home/adam/x") == "/home/adam/x"


def test_numbers_in_names_count() -> None:
    names = ["IMG_10", "img_9", "IMG_0009b", "IMG_", "10", "9", "a" * 3 + "1" * 5000]

    assert sorted(names, key=natural_key) == [
        "9", "10", "a" * 3 + "1" * 5000, "IMG_", "img_9", "IMG_0009b", "IMG_10",
    ]  # fmt: skip


@given(st.lists(st.text(alphabet="aB01²٣ .", max_size=6), max_size=6))
def test_any_names_can_be_compared(names: list[str]) -> None:
    keys = [natural_key(name) for name in sorted(names, key=natural_key)]

    assert all(first <= second for first, second in pairwise(keys))
