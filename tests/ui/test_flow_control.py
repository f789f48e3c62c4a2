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

    def send(self, slot: str, picture: str, *, alone: bool = False) -> None:
        self.flow_control.send(slot, lambda: self.painted.append(picture), alone=alone)

    def reply(self, seconds: float) -> None:
        """Let the terminal reply after some seconds."""
        self.now += seconds
        self.flow_control.acknowledge()

    def write(self) -> None:
        """Let the screen be written, with all that follows it."""
        written, self.written[:] = list(self.written), []
        for call in written:
            call()


@pytest.fixture
def link() -> Link:
    """A terminal that was sent nothing yet."""
    return Link()


@pytest.fixture
def sent(link: Link) -> Link:
    """An image p1 was sent, and its reply is on its way."""
    link.send("photo", "p1")
    link.write()
    return link


@pytest.fixture
def quick(sent: Link) -> Link:
    """The reply to p1 came after 2 ms."""
    sent.reply(0.002)
    return sent


@pytest.fixture
def slow(sent: Link) -> Link:
    """The reply to p1 came after 300 ms."""
    sent.reply(0.3)
    return sent


@pytest.fixture
def given_up(sent: Link) -> Link:
    """The reply to p1 is no longer waited for, and may still come."""
    sent.now += FIRST_TIMEOUT
    sent.timers[-1][1]()
    return sent


def test_pictures_of_one_frame_travel_together(link: Link) -> None:
    link.send("photo", "p1")
    link.send("depth", "d1")
    link.write()

    assert link.painted == ["p1", "d1"]
    assert link.queries == 1


def test_what_comes_meanwhile_waits_and_only_the_newest_is_painted(sent: Link) -> None:
    for name in ("p2", "p3", "p4"):
        sent.send("photo", name)
    sent.send("depth", "d4")
    assert sent.painted == ["p1"]
    sent.flow_control.acknowledge()

    assert sent.painted == ["p1", "p4", "d4"]


def test_a_silent_terminal_is_not_waited_for_long(sent: Link) -> None:
    sent.send("photo", "p2")
    seconds, give_up = sent.timers[0]
    give_up()

    assert seconds == FIRST_TIMEOUT
    assert sent.painted == ["p1", "p2"]


def test_a_terminal_that_answered_once_is_waited_for(sent: Link) -> None:
    sent.flow_control.acknowledge()
    sent.send("photo", "p2")
    sent.write()

    assert sent.timers[-1][0] == TIMEOUT


def test_an_old_timer_does_not_release_a_later_picture(sent: Link) -> None:
    sent.flow_control.acknowledge()
    sent.send("photo", "p2")
    sent.write()
    sent.send("photo", "p3")
    _, first_timer = sent.timers[0]
    first_timer()

    assert sent.painted == ["p1", "p2"]


def test_on_a_quick_line_text_is_never_held(quick: Link) -> None:
    quick.flow_control.note_text()
    assert quick.queries == 1
    quick.send("photo", "p2")
    quick.write()

    assert not quick.flow_control.must_hold


def test_text_is_held_while_an_answer_is_overdue(quick: Link) -> None:
    quick.send("photo", "p2")
    quick.write()
    quick.now += 2 * SLOW_SECONDS

    assert quick.flow_control.must_hold
    quick.flow_control.acknowledge()
    assert not quick.flow_control.must_hold


def test_a_terminal_that_never_answers_holds_no_text(sent: Link) -> None:
    sent.now += 1

    assert not sent.flow_control.must_hold


def test_on_a_slow_line_every_frame_waits_for_the_one_before(slow: Link) -> None:
    slow.now += 1
    slow.flow_control.note_text()

    assert slow.queries == 2
    assert slow.flow_control.must_hold
    slow.flow_control.note_text()
    assert slow.queries == 2


def test_on_a_slow_line_pictures_leave_the_line_to_keys(slow: Link) -> None:
    slow.flow_control.note_key()
    slow.send("photo", "p2")
    slow.send("photo", "p3")
    assert slow.painted == ["p1"]
    assert not slow.flow_control.is_free
    seconds, wake = slow.timers[-1]
    assert seconds == pytest.approx(KEY_SECONDS)
    slow.now += seconds
    wake()

    assert slow.painted == ["p1", "p3"]


def test_keys_that_go_on_put_a_picture_off_no_longer_than_the_last_one_took(slow: Link) -> None:
    for _ in range(20):
        slow.flow_control.note_key()
        slow.send("photo", "p2")
        if len(slow.painted) > 1:
            break
        slow.now += 0.033

    assert 0.3 <= slow.now - 100.3 < 0.4


def test_a_text_frame_on_its_way_does_not_make_pictures_rest(slow: Link) -> None:
    slow.now += 1
    slow.flow_control.note_key()
    slow.flow_control.note_text()
    slow.send("photo", "p2")
    slow.now += 0.1
    slow.flow_control.acknowledge()

    assert slow.painted == ["p1", "p2"]


def test_a_reply_after_its_timeout_does_not_make_a_slow_line_look_fast(sent: Link) -> None:
    first = sent.tag
    sent.now += FIRST_TIMEOUT
    sent.timers[-1][1]()
    sent.send("photo", "p2")
    sent.write()
    second = sent.tag
    sent.now += 0.01
    sent.flow_control.acknowledge(first)

    assert sent.flow_control.is_slow
    assert not sent.flow_control.is_fast
    sent.send("photo", "p3")
    assert sent.painted == ["p1", "p2"]

    sent.now += 0.3
    sent.flow_control.acknowledge(second)
    assert sent.painted == ["p1", "p2", "p3"]


def test_a_reply_without_a_known_tag_answers_the_oldest_query(given_up: Link) -> None:
    given_up.send("photo", "p2")
    given_up.write()
    given_up.now += 0.01
    given_up.flow_control.acknowledge(TAGS + 30)

    assert not given_up.flow_control.is_fast
    given_up.send("photo", "p3")
    assert given_up.painted == ["p1", "p2"]


def test_a_lost_reply_does_not_shift_those_that_follow(quick: Link) -> None:
    quick.send("photo", "p2")
    quick.write()
    quick.now += TIMEOUT
    quick.timers[-1][1]()
    for name in ("p3", "p4"):
        quick.send("photo", name)
        quick.write()
        quick.now += 0.002
        quick.flow_control.acknowledge(quick.tag)

    assert quick.painted == ["p1", "p2", "p3", "p4"]
    assert quick.flow_control.is_free
    assert quick.flow_control.is_fast


def test_a_terminal_that_replies_too_late_is_slow(quick: Link) -> None:
    quick.send("photo", "p2")
    quick.write()
    quick.now += TIMEOUT
    quick.timers[-1][1]()

    assert quick.flow_control.is_slow


class TestClose:
    """What is called at the end is called once no reply is to come any more."""

    def closed(self, quick: Link) -> list[float]:
        """Close, and return when it was closed; empty while it is not."""
        when: list[float] = []
        quick.flow_control.close(lambda: when.append(quick.now))
        return when

    def test_at_once_where_nothing_was_queried(self, link: Link) -> None:

        assert self.closed(link) == [link.now]

    def test_at_once_where_every_query_has_its_reply(self, quick: Link) -> None:

        assert self.closed(quick) == [quick.now]

    @pytest.mark.parametrize("has_replied", [True, False])
    def test_waits_for_the_reply(self, has_replied: bool, link: Link) -> None:
        if has_replied:
            link.send("photo", "p1")
            link.write()
            link.reply(0.002)
        link.send("photo", "p2")
        link.write()
        when = self.closed(link)
        assert when == []
        link.now += 0.3
        link.flow_control.acknowledge(link.tag)

        assert when == [link.now]

    def test_waits_for_a_reply_that_is_late(self, given_up: Link) -> None:
        when = self.closed(given_up)
        assert when == []
        given_up.flow_control.acknowledge(given_up.tag)

        assert when == [given_up.now]

    def test_a_silent_terminal_is_not_waited_for_long(self, sent: Link) -> None:
        sent.now += 0.4
        when = self.closed(sent)
        seconds, end = sent.timers[-1]
        assert seconds == pytest.approx(CLOSE_TIMEOUT - 0.4)
        end()
        assert len(when) == 1
        sent.flow_control.acknowledge(sent.tag)
        assert len(when) == 1

    def test_nothing_is_queried_afterwards(self, slow: Link) -> None:
        slow.now += 1
        slow.send("photo", "p2")
        when = self.closed(slow)
        slow.write()
        slow.flow_control.note_text()
        slow.send("photo", "p3")
        slow.write()

        assert slow.queries == 1
        assert slow.painted == ["p1", "p2"]
        assert when == [slow.now]


def test_what_is_sent_alone_shares_no_query_and_lets_others_go_first(link: Link) -> None:
    link.send("photo", "p1")
    link.send("image", "i1", alone=True)
    link.send("image", "i2", alone=True)
    link.write()
    assert (link.painted, link.queries) == (["p1"], 1)

    link.send("depth", "d1")
    link.reply(0.002)
    assert link.painted == ["p1", "d1"]
    link.write()
    link.reply(0.002)
    assert link.painted == ["p1", "d1", "i2"]
    link.write()
    assert link.queries == 3
