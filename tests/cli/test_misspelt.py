"""A word that is neither a command nor a path is answered with the command that was meant."""

from __future__ import annotations

import pytest

from tests.support.cli import run_command


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("exprot",), "exprot: there is no such command, file or folder; did you mean export?"),
        (
            ("--theme", "light", "config"),
            "config: a command comes before its options: heicdepth-tui config …;",
        ),
        (("inof", "a.heic"), "inof: there is no such command, file or folder; did you mean info?"),
        (("holiday.heic",), "the commands are browse, info,"),
        (("./exprot",), "./exprot: there is no such file or folder"),
        (("info", "exprot"), "exprot: there is no such file or folder"),
    ],
)
def test_a_word_that_names_nothing(words: tuple[str, ...], answer: str) -> None:
    done = run_command(*words)

    assert done.returncode == 2
    assert answer in " ".join(done.stderr.split())
    assert done.stdout == ""
