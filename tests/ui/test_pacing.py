"""One batch of pictures is on its way at a time; newer ones wait, and only the newest is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heicdepth_tui.ui.pacing import (
    ANSWERING_SECONDS,
    KEY_SECONDS,
    SILENT_SECONDS,
    SLOW_SECONDS,
    Pacer,
)


class Link:
    """A terminal that answers when told to, and a clock that runs when told to."""

    def __init__(self) -> None:
        self.painted: list[str] = []
        self.questions = 0
        self.written: list[Callable[[], object]] = []
        self.timers: list[tuple[float, Callable[[], object]]] = []
        self.now = 100.0
        self.landings = 0
        self.pacer = Pacer(
            self._ask, self.written.append, self._later, self._land, clock=lambda: self.now
        )

    def _land(self) -> None:
        self.landings += 1

    def _ask(self) -> None:
        self.questions += 1

    def _later(self, seconds: float, call: Callable[[], object]) -> None:
        self.timers.append((seconds, call))

    def paint(self, pane: str, picture: str) -> None:
        self.pacer.paint(pane, lambda: self.painted.append(picture))

    def fly(self, seconds: float) -> None:
        """Let the screen be written, and the terminal answer after so long."""
        self.write()
        self.now += seconds
        self.pacer.arrived()

    def write(self) -> None:
        """Let the screen be written, with all that follows it."""
        written, self.written[:] = list(self.written), []
        for call in written:
            call()


def test_pictures_of_one_frame_travel_together() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.paint("depth", "d1")
    link.write()

    assert link.painted == ["p1", "d1"]
    assert link.questions == 1


def test_what_comes_meanwhile_waits_and_only_the_newest_is_painted() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.write()
    for name in ("p2", "p3", "p4"):
        link.paint("photo", name)
    link.paint("depth", "d4")
    assert link.painted == ["p1"]
    link.pacer.arrived()

    assert link.painted == ["p1", "p4", "d4"]


def test_a_pane_that_shows_something_else_forgets_its_picture() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.write()
    link.paint("photo", "p2")
    link.pacer.forget("photo")
    link.pacer.arrived()

    assert link.painted == ["p1"]
    assert link.pacer.is_free


def test_a_silent_terminal_is_not_waited_for_long() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.write()
    link.paint("photo", "p2")
    seconds, give_up = link.timers[0]
    give_up()

    assert seconds == SILENT_SECONDS
    assert link.painted == ["p1", "p2"]


def test_a_terminal_that_answered_once_is_waited_for() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.write()
    link.pacer.arrived()
    link.paint("photo", "p2")
    link.write()

    assert link.timers[-1][0] == ANSWERING_SECONDS


def test_an_old_timer_does_not_release_a_later_picture() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.write()
    link.pacer.arrived()
    link.paint("photo", "p2")
    link.write()
    link.paint("photo", "p3")
    _, first_timer = link.timers[0]
    first_timer()

    assert link.painted == ["p1", "p2"]


def test_on_a_quick_line_text_is_never_held() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.fly(0.002)
    link.pacer.wrote()
    assert link.questions == 1
    link.paint("photo", "p2")
    link.write()

    assert not link.pacer.must_hold


def test_text_is_held_while_an_answer_is_overdue() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.fly(0.002)
    link.paint("photo", "p2")
    link.write()
    link.now += 2 * SLOW_SECONDS

    assert link.pacer.must_hold
    link.pacer.arrived()
    assert not link.pacer.must_hold
    assert link.landings == 2


def test_a_terminal_that_never_answers_holds_no_text() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.write()
    link.now += 1

    assert not link.pacer.must_hold


def test_on_a_slow_line_every_frame_waits_for_the_one_before() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.fly(0.3)
    link.now += 1
    link.pacer.wrote()

    assert link.questions == 2
    assert link.pacer.must_hold
    link.pacer.wrote()
    assert link.questions == 2


def test_on_a_slow_line_pictures_leave_the_line_to_keys() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.fly(0.3)
    link.pacer.key()
    link.paint("photo", "p2")
    link.paint("photo", "p3")
    assert link.painted == ["p1"]
    assert not link.pacer.is_free
    seconds, wake = link.timers[-1]
    assert seconds == pytest.approx(KEY_SECONDS)
    link.now += seconds
    wake()

    assert link.painted == ["p1", "p3"]


def test_keys_that_go_on_put_a_picture_off_no_longer_than_the_last_one_took() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.fly(0.3)
    for _ in range(20):
        link.pacer.key()
        link.paint("photo", "p2")
        if len(link.painted) > 1:
            break
        link.now += 0.033

    assert 0.3 <= link.now - 100.3 < 0.4


def test_a_text_frame_on_its_way_does_not_make_pictures_rest() -> None:
    link = Link()
    link.paint("photo", "p1")
    link.fly(0.3)
    link.now += 1
    link.pacer.key()
    link.pacer.wrote()
    link.paint("photo", "p2")
    link.now += 0.1
    link.pacer.arrived()

    assert link.painted == ["p1", "p2"]
