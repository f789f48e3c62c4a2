"""Requests that fail with a process, that the next process gets, and that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from heicdepth_tui.errors import DecodeError, DecoderStoppedError
from heicdepth_tui.photo.layers import PRIMARY, Request
from heicdepth_tui.photo.protocol import Frame, ProtocolError
from heicdepth_tui.photo.request_tracker import RequestTracker, Waiter

DONE = {"class": "DecodeError", "what": "done", "hint": "", "path": None}


def _request(ticket: int, path: str = "a.heic", slot: str = "", **knobs: Any) -> Request:
    return Request(ticket, slot or f"slot {ticket}", path, PRIMARY, **knobs)


def _frame(kind: str, ticket: object, **more: Any) -> Frame:
    return Frame({"type": kind, "ticket": ticket, **more}, bytearray())


def _final(ticket: int) -> Frame:
    return _frame("answer", ticket, final=True, error=DONE)


def _results(tracker: RequestTracker) -> list[tuple[int, str]]:
    found = []
    while tracker.has_results:
        answer = tracker.take_result().answer()
        found.append((answer.request.ticket, "" if answer.error is None else answer.error.what))
    return found


def test_the_request_that_was_begun_last_is_blamed_and_the_others_are_kept() -> None:
    tracker = RequestTracker()
    for ticket, path in ((1, "a"), (2, "b"), (3, "c")):
        tracker.add(_request(ticket, path), None)
    tracker.enter(_frame("started", 1))
    tracker.enter(_frame("started", 2))
    tracker.record_exit("killed by signal 11")
    assert _results(tracker) == [(2, "the decoder stopped on this photo: killed by signal 11")]
    assert [request.ticket for request in tracker.requests()] == [1, 3]


def test_a_request_that_is_finished_is_not_blamed() -> None:
    tracker = RequestTracker()
    tracker.add(_request(1), None)
    tracker.add(_request(2), None)
    tracker.enter(_frame("started", 1))
    tracker.enter(_final(1))
    tracker.record_exit("killed")
    assert _results(tracker) == [(1, "done")]
    assert [request.ticket for request in tracker.requests()] == [2]


def test_a_photo_that_stopped_the_process_twice_is_refused_with_all_its_requests() -> None:
    tracker = RequestTracker()
    for ticket in (1, 2):
        tracker.add(_request(ticket), None)
        tracker.add(_request(10 + ticket, keep=True), None)
        tracker.add(_request(20 + ticket, "other"), None)
        tracker.enter(_frame("started", ticket))
        tracker.record_exit("it did not answer")
    refused = "the decoder stopped on this photo twice (it did not answer), so it is not tried"
    assert [(ticket, what[:79]) for ticket, what in _results(tracker)] == [
        (1, "the decoder stopped on this photo: it did not answer"),
        (2, "the decoder stopped on this photo: it did not answer"),
        (11, refused),
        (12, refused),
    ]
    assert [request.ticket for request in tracker.requests()] == [21, 22]
    assert not tracker.add(_request(30), None)
    assert tracker.add(_request(31, "other"), None)


def test_a_process_that_begins_nothing_twice_in_a_row_ends_the_trying() -> None:
    tracker = RequestTracker()
    tracker.add(_request(1), None)
    tracker.record_exit("it ended with status 1")
    assert tracker.is_busy
    tracker.record_exit("it ended with status 1")
    assert _results(tracker) == [(1, "the decoder process does not run: it ended with status 1")]
    assert not tracker.is_busy


def test_an_unwanted_request_is_blamed_without_an_answer_and_not_handed_on() -> None:
    tracker = RequestTracker()
    tracker.add(_request(1, slot="photo"), None)
    tracker.add(_request(2, slot="photo"), None)
    tracker.enter(_frame("started", 1))
    tracker.record_exit("killed")
    assert _results(tracker) == []
    assert [request.ticket for request in tracker.requests()] == [2]
    tracker.enter(_frame("started", 2))
    tracker.record_exit("killed")
    assert not tracker.add(_request(3), None)


def test_late_answers_to_replaced_requests_are_not_shown() -> None:
    tracker = RequestTracker()
    tracker.add(_request(1, slot="photo"), None)
    tracker.add(_request(2, slot="photo"), None)
    tracker.enter(_final(1))
    assert _results(tracker) == []
    tracker.enter(_final(2))
    assert _results(tracker) == [(2, "done")]


def test_a_partial_picture_that_nobody_saw_is_replaced_by_the_next() -> None:
    tracker = RequestTracker()
    tracker.add(_request(1), None)
    tracker.enter(_frame("answer", 1, final=False, error=DONE))
    tracker.enter(_frame("answer", 1, final=False, error=DONE))
    assert len(_results(tracker)) == 1
    assert 1 in tracker


def test_who_waits_is_woken_by_the_final_answer_only() -> None:
    tracker, waiter = RequestTracker(), Waiter()
    tracker.add(_request(1), waiter)
    tracker.enter(_frame("answer", 1, final=False, error=DONE))
    assert not waiter.done.is_set()
    tracker.enter(_final(1))
    assert waiter.done.is_set()
    assert waiter.result is not None
    assert isinstance(waiter.result.answer().error, DecodeError)


def test_cancelling_returns_what_the_process_still_knows() -> None:
    tracker, waiter = RequestTracker(), Waiter()
    tracker.add(_request(1, slot="x"), waiter)
    tracker.add(_request(2, slot="y"), None)
    assert tracker.cancel_slot("x") == [1]
    assert tracker.cancel([99]) == []
    assert waiter.result is not None
    assert "cancelled" in str(waiter.result.answer().error)
    tracker.enter(_frame("dropped", 1))
    assert [request.ticket for request in tracker.requests()] == [2]


def test_closing_tells_who_waits() -> None:
    tracker, waiter = RequestTracker(), Waiter()
    tracker.add(_request(1), waiter)
    tracker.clear()
    assert waiter.result is not None
    assert isinstance(waiter.result.answer().error, DecoderStoppedError)


@pytest.mark.parametrize(
    "frame", [_frame("hello", 1), _frame("started", None), _frame("answer", []), _frame("", 1)]
)
def test_messages_that_make_no_sense_are_refused(frame: Frame) -> None:
    with pytest.raises(ProtocolError):
        RequestTracker().enter(frame)
