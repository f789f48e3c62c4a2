"""An error of the program itself: a few lines say so, and a log keeps the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui import __version__
from heicdepth_tui.crash import crash_report
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.ui.app import AppOptions, HeicDepthApp


def raised() -> ValueError:
    try:
        int("a \x1b[31mred\x1b[0m mistake")
    except ValueError as error:
        return error
    raise AssertionError("unreachable")


def test_the_report_is_short_and_printable_and_the_log_whole(tmp_path: Path) -> None:
    error = raised()
    error.add_note("the photo shown: IMG\x07.heic")
    report = crash_report(error, tmp_path / "state")
    log = next((tmp_path / "state").iterdir())

    assert __version__ in report
    assert "IMG\\x07.heic" in report
    assert "\x1b" not in report
    assert str(log.name) in report
    assert "Traceback" not in report
    assert "Traceback" in log.read_text()
    assert "in raised" in log.read_text()


def test_a_log_that_cannot_be_kept_is_shown(tmp_path: Path) -> None:
    taken = tmp_path / "state"
    taken.write_text("a file")

    assert "Traceback" in crash_report(raised(), taken)


async def test_an_error_in_a_handler_ends_the_app_with_that_error(
    sample_folder: Path, tmp_path: Path
) -> None:
    decoder = Decoder.start()
    app = HeicDepthApp(decoder, AppOptions((sample_folder,), state=tmp_path))

    async def run() -> None:
        async with app.run_test() as pilot:
            app.call_later(lambda: 1 // 0)
            await pilot.pause()

    with decoder, pytest.raises(ZeroDivisionError):
        await run()
    assert isinstance(app.crash, ZeroDivisionError)
