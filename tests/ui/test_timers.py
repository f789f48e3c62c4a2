"""What is to happen after some seconds happens, however late the machine is."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.widgets import Static

from heicdepth_tui import ui
from heicdepth_tui.ui.model.idle import Idle
from heicdepth_tui.ui.terminal.internals import HookedApp, call_in
from tests.support.waiting import until


class Empty(HookedApp):
    """An app with a widget in a column that notifies ``idle``."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = Idle()

    def compose(self) -> ComposeResult:
        """Take all of the width."""
        yield Static()

    def message_handled(self) -> None:
        """Let those look who wait."""
        self.idle.notify()

    def post_display_hook(self) -> None:
        """Let those look who wait: Textual has painted."""
        super().post_display_hook()
        self.idle.notify()


async def test_a_timer_whose_time_is_over_before_it_begins_still_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another thread may hold the interpreter between two looks at the clock."""
    app = Empty()
    async with app.run_test():
        seconds = count()
        monkeypatch.setattr("textual.timer._time.get_time", lambda: float(next(seconds)))
        called: list[bool] = []
        call_in(app, 0.001, lambda: called.append(True))
        await until(app.idle, lambda: called, "the call")
        monkeypatch.undo()

    assert called == [True]


async def test_a_new_size_is_laid_out_however_late_its_timer_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the first one is lost, no later size is laid out."""
    app = Empty()
    async with app.run_test(size=(80, 24)):
        seconds = count()
        monkeypatch.setattr("textual.timer._time.get_time", lambda: float(next(seconds)))
        for width in (100, 120):
            size = Size(width, 40)
            app.post_message(Resize(size, size))
            widget = app.query_one(Static)
            await until(app.idle, lambda: widget.size.width == width, f"{width} columns")  # noqa: B023
        monkeypatch.undo()


async def test_a_stopped_timer_does_not_call() -> None:
    app = Empty()
    async with app.run_test():
        called: list[str] = []
        call_in(app, 0.001, lambda: called.append("stopped")).stop()
        call_in(app, 0.002, lambda: called.append("later"))
        await until(app.idle, lambda: called, "the later call")

    assert called == ["later"]


def test_no_module_sets_a_timer_of_textual() -> None:
    folder = Path(str(ui.__file__)).parent
    setting = [p.name for p in folder.rglob("*.py") if ".set_timer(" in p.read_text("utf-8")]

    assert setting == ["internals.py"]
