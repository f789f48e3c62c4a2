"""At most one batch of images is unacknowledged; of those that wait the newest is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heicdepth_tui.ui.terminal.flow_control import (
    CLOSE_TIMEOUT,
    FIRST_TIMEOUT,
    KEY_SECONDS,
    SLOW_SECONDS,
    TAGS,
    TIMEOUT,
    FlowControl,
)


class Link:
    """A terminal that answers when told to, and a clock that runs when told to."""

    def __init__(self) -> None:
        self.painted: list[str] = []
        self.queries = 0
        self.tag = -1
        """Tag of the last query."""
        self.written: list[Callable[[], object]] = []
        self.timers: list[tuple[float, Callable[[], object]]] = []
        self.now = 100.0
        self.flow_control = FlowControl(
            self._query, self.written.append, self._later, clock=lambda: self.now
        )

    def _query(self, tag: int) -> None:
        self.queries += 1
        self.tag = tag

    def _later(self, seconds: float, call: Callable[[], object]) -> None:
        self.timers.append((seconds, call))

    def send(self, slot: str, picture: str) -> None:
        self.flow_control.send(slot, lambda: self.painted.append(picture))

    def fly(self, seconds: float) -> None:
        """Let the screen be written, and the terminal answer after so long."""
        self.write()
        self.now += seconds
        self.flow_control.acknowledge()

    def write(self) -> None:
        """Let the screen be written, with all that follows it."""
        written, self.written[:] = list(self.written), []
        for call in written:
            call()


def test_pictures_of_one_frame_travel_together() -> None:
    link = Link()
    link.send("photo", "p1")
    link.send("depth", "d1")
    link.write()

    assert link.painted == ["p1", "d1"]
    assert link.queries == 1


def test_what_comes_meanwhile_waits_and_only_the_newest_is_painted() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    for name in ("p2", "p3", "p4"):
        link.send("photo", name)
    link.send("depth", "d4")
    assert link.painted == ["p1"]
    link.flow_control.acknowledge()

    assert link.painted == ["p1", "p4", "d4"]


def test_a_silent_terminal_is_not_waited_for_long() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    link.send("photo", "p2")
    seconds, give_up = link.timers[0]
    give_up()

    assert seconds == FIRST_TIMEOUT
    assert link.painted == ["p1", "p2"]


def test_a_terminal_that_answered_once_is_waited_for() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    link.flow_control.acknowledge()
    link.send("photo", "p2")
    link.write()

    assert link.timers[-1][0] == TIMEOUT


def test_an_old_timer_does_not_release_a_later_picture() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    link.flow_control.acknowledge()
    link.send("photo", "p2")
    link.write()
    link.send("photo", "p3")
    _, first_timer = link.timers[0]
    first_timer()

    assert link.painted == ["p1", "p2"]


def test_on_a_quick_line_text_is_never_held() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.002)
    link.flow_control.note_text()
    assert link.queries == 1
    link.send("photo", "p2")
    link.write()

    assert not link.flow_control.must_hold


def test_text_is_held_while_an_answer_is_overdue() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.002)
    link.send("photo", "p2")
    link.write()
    link.now += 2 * SLOW_SECONDS

    assert link.flow_control.must_hold
    link.flow_control.acknowledge()
    assert not link.flow_control.must_hold


def test_a_terminal_that_never_answers_holds_no_text() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    link.now += 1

    assert not link.flow_control.must_hold


def test_on_a_slow_line_every_frame_waits_for_the_one_before() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.3)
    link.now += 1
    link.flow_control.note_text()

    assert link.queries == 2
    assert link.flow_control.must_hold
    link.flow_control.note_text()
    assert link.queries == 2


def test_on_a_slow_line_pictures_leave_the_line_to_keys() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.3)
    link.flow_control.note_key()
    link.send("photo", "p2")
    link.send("photo", "p3")
    assert link.painted == ["p1"]
    assert not link.flow_control.is_free
    seconds, wake = link.timers[-1]
    assert seconds == pytest.approx(KEY_SECONDS)
    link.now += seconds
    wake()

    assert link.painted == ["p1", "p3"]


def test_keys_that_go_on_put_a_picture_off_no_longer_than_the_last_one_took() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.3)
    for _ in range(20):
        link.flow_control.note_key()
        link.send("photo", "p2")
        if len(link.painted) > 1:
            break
        link.now += 0.033

    assert 0.3 <= link.now - 100.3 < 0.4


def test_a_text_frame_on_its_way_does_not_make_pictures_rest() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.3)
    link.now += 1
    link.flow_control.note_key()
    link.flow_control.note_text()
    link.send("photo", "p2")
    link.now += 0.1
    link.flow_control.acknowledge()

    assert link.painted == ["p1", "p2"]


def test_a_reply_after_its_timeout_does_not_make_a_slow_line_look_fast() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    first = link.tag
    link.now += FIRST_TIMEOUT
    link.timers[-1][1]()
    link.send("photo", "p2")
    link.write()
    second = link.tag
    link.now += 0.01
    link.flow_control.acknowledge(first)

    assert link.flow_control.is_slow
    assert not link.flow_control.is_fast
    link.send("photo", "p3")
    assert link.painted == ["p1", "p2"]

    link.now += 0.3
    link.flow_control.acknowledge(second)
    assert link.painted == ["p1", "p2", "p3"]


def test_a_reply_without_a_known_tag_answers_the_oldest_query() -> None:
    link = Link()
    link.send("photo", "p1")
    link.write()
    link.now += FIRST_TIMEOUT
    link.timers[-1][1]()
    link.send("photo", "p2")
    link.write()
    link.now += 0.01
    link.flow_control.acknowledge(TAGS + 30)

    assert not link.flow_control.is_fast
    link.send("photo", "p3")
    assert link.painted == ["p1", "p2"]


def test_a_lost_reply_does_not_shift_those_that_follow() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.002)
    link.send("photo", "p2")
    link.write()
    link.now += TIMEOUT
    link.timers[-1][1]()
    for name in ("p3", "p4"):
        link.send("photo", name)
        link.write()
        link.now += 0.002
        link.flow_control.acknowledge(link.tag)

    assert link.painted == ["p1", "p2", "p3", "p4"]
    assert link.flow_control.is_free
    assert link.flow_control.is_fast


def test_a_terminal_that_replies_too_late_is_slow() -> None:
    link = Link()
    link.send("photo", "p1")
    link.fly(0.002)
    link.send("photo", "p2")
    link.write()
    link.now += TIMEOUT
    link.timers[-1][1]()

    assert link.flow_control.is_slow


class TestClose:
    """What is called at the end is called once no reply is to come any more."""

    def closed(self, link: Link) -> list[float]:
        """Close, and return when it was closed; empty while it is not."""
        when: list[float] = []
        link.flow_control.close(lambda: when.append(link.now))
        return when

    def test_at_once_where_nothing_was_queried(self) -> None:
        link = Link()

        assert self.closed(link) == [link.now]

    def test_at_once_where_every_query_has_its_reply(self) -> None:
        link = Link()
        link.send("photo", "p1")
        link.fly(0.002)

        assert self.closed(link) == [link.now]

    @pytest.mark.parametrize("has_replied", [True, False])
    def test_waits_for_the_reply(self, has_replied: bool) -> None:
        link = Link()
        if has_replied:
            link.send("photo", "p1")
            link.fly(0.002)
        link.send("photo", "p2")
        link.write()
        when = self.closed(link)
        assert when == []
        link.now += 0.3
        link.flow_control.acknowledge(link.tag)

        assert when == [link.now]

    def test_waits_for_a_reply_that_is_late(self) -> None:
        link = Link()
        link.send("photo", "p1")
        link.write()
        link.now += FIRST_TIMEOUT
        link.timers[-1][1]()
        when = self.closed(link)
        assert when == []
        link.flow_control.acknowledge(link.tag)

        assert when == [link.now]

    def test_a_silent_terminal_is_not_waited_for_long(self) -> None:
        link = Link()
        link.send("photo", "p1")
        link.write()
        link.now += 0.4
        when = self.closed(link)
        seconds, end = link.timers[-1]
        assert seconds == pytest.approx(CLOSE_TIMEOUT - 0.4)
        end()
        assert len(when) == 1
        link.flow_control.acknowledge(link.tag)
        assert len(when) == 1

    def test_nothing_is_queried_afterwards(self) -> None:
        link = Link()
        link.send("photo", "p1")
        link.fly(0.3)
        link.now += 1
        link.send("photo", "p2")
        when = self.closed(link)
        link.write()
        link.flow_control.note_text()
        link.send("photo", "p3")
        link.write()

        assert link.queries == 1
        assert link.painted == ["p1", "p2"]
        assert when == [link.now]
