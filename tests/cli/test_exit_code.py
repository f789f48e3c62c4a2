"""One table of exit codes for what a command returns or raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.cli.exit_code import exit_code
from heicdepth_tui.errors import NoDepthError


def failing(error: BaseException) -> object:
    raise error


@pytest.mark.parametrize(("result", "code"), [(0, 0), (3, 3), (None, 0), ("text", 0)])
def test_an_integer_is_the_exit_code(result: object, code: int) -> None:
    assert exit_code(lambda: result) == code


def test_an_interrupt_ends_as_the_shell_expects() -> None:
    assert exit_code(lambda: failing(KeyboardInterrupt())) == 130


def test_an_error_that_a_user_can_meet_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(lambda: failing(NoDepthError("no depth map", path="a.heic"))) == 2

    out, err = capsys.readouterr()
    assert (out, err) == ("", "heicdepth-tui: a.heic: no depth map\n")


def test_an_error_of_the_program_is_reported_with_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    error = ZeroDivisionError("division by zero")
    error.add_note("the photo shown: a.heic")

    assert exit_code(lambda: failing(error)) == 1

    (log,) = tmp_path.rglob("crash-*.log")
    _, err = capsys.readouterr()
    assert "ZeroDivisionError: division by zero" in err
    assert "the photo shown: a.heic" in err
    assert str(log) in err
    assert "Traceback" in log.read_text()
