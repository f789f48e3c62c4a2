"""The books of the decoder: who is blamed, who is handed on, who is refused."""

from __future__ import annotations

from typing import Any

import pytest

from heicdepth_tui.errors import DecodeError, DecoderStoppedError
from heicdepth_tui.photo.layers import PRIMARY, Request
from heicdepth_tui.photo.ledger import Ledger, Waiter
from heicdepth_tui.photo.protocol import Frame, ProtocolError

DONE = {"class": "DecodeError", "what": "done", "hint": "", "path": None}


def _request(ticket: int, path: str = "a.heic", pane: str = "", **knobs: Any) -> Request:
    return Request(ticket, pane or f"pane {ticket}", path, PRIMARY, **knobs)


def _frame(kind: str, ticket: object, **more: Any) -> Frame:
    return Frame({"type": kind, "ticket": ticket, **more}, bytearray())


def _final(ticket: int) -> Frame:
    return _frame("answer", ticket, final=True, error=DONE)


def _results(ledger: Ledger) -> list[tuple[int, str]]:
    found = []
    while ledger.has_results:
        answer = ledger.take_result().answer()
        found.append((answer.request.ticket, "" if answer.error is None else answer.error.what))
    return found


def test_the_request_that_was_begun_last_is_blamed_and_the_others_are_kept() -> None:
    ledger = Ledger()
    for ticket, path in ((1, "a"), (2, "b"), (3, "c")):
        ledger.add(_request(ticket, path), None)
    ledger.enter(_frame("started", 1))
    ledger.enter(_frame("started", 2))
    ledger.bury("killed by signal 11")
    assert _results(ledger) == [(2, "the decoder stopped on this photo: killed by signal 11")]
    assert [request.ticket for request in ledger.requests()] == [1, 3]


def test_a_request_that_is_finished_is_not_blamed() -> None:
    ledger = Ledger()
    ledger.add(_request(1), None)
    ledger.add(_request(2), None)
    ledger.enter(_frame("started", 1))
    ledger.enter(_final(1))
    ledger.bury("killed")
    assert _results(ledger) == [(1, "done")]
    assert [request.ticket for request in ledger.requests()] == [2]


def test_a_photo_that_stopped_the_process_twice_is_refused_with_all_its_requests() -> None:
    ledger = Ledger()
    for ticket in (1, 2):
        ledger.add(_request(ticket), None)
        ledger.add(_request(10 + ticket, keep=True), None)
        ledger.add(_request(20 + ticket, "other"), None)
        ledger.enter(_frame("started", ticket))
        ledger.bury("it did not answer")
    refused = "the decoder stopped on this photo twice (it did not answer), so it is not tried"
    assert [(ticket, what[:79]) for ticket, what in _results(ledger)] == [
        (1, "the decoder stopped on this photo: it did not answer"),
        (2, "the decoder stopped on this photo: it did not answer"),
        (11, refused),
        (12, refused),
    ]
    assert [request.ticket for request in ledger.requests()] == [21, 22]
    assert not ledger.add(_request(30), None)
    assert ledger.add(_request(31, "other"), None)


def test_a_process_that_begins_nothing_twice_in_a_row_ends_the_trying() -> None:
    ledger = Ledger()
    ledger.add(_request(1), None)
    ledger.bury("it ended with status 1")
    assert ledger.is_busy
    ledger.bury("it ended with status 1")
    assert _results(ledger) == [(1, "the decoder process does not run: it ended with status 1")]
    assert not ledger.is_busy


def test_an_unwanted_request_is_blamed_without_an_answer_and_not_handed_on() -> None:
    ledger = Ledger()
    ledger.add(_request(1, pane="photo"), None)
    ledger.add(_request(2, pane="photo"), None)
    ledger.enter(_frame("started", 1))
    ledger.bury("killed")
    assert _results(ledger) == []
    assert [request.ticket for request in ledger.requests()] == [2]
    ledger.enter(_frame("started", 2))
    ledger.bury("killed")
    assert not ledger.add(_request(3), None)


def test_late_answers_to_replaced_requests_are_not_shown() -> None:
    ledger = Ledger()
    ledger.add(_request(1, pane="photo"), None)
    ledger.add(_request(2, pane="photo"), None)
    ledger.enter(_final(1))
    assert _results(ledger) == []
    ledger.enter(_final(2))
    assert _results(ledger) == [(2, "done")]


def test_a_partial_picture_that_nobody_saw_is_replaced_by_the_next() -> None:
    ledger = Ledger()
    ledger.add(_request(1), None)
    ledger.enter(_frame("answer", 1, final=False, error=DONE))
    ledger.enter(_frame("answer", 1, final=False, error=DONE))
    assert len(_results(ledger)) == 1
    assert 1 in ledger


def test_who_waits_is_woken_by_the_final_answer_only() -> None:
    ledger, waiter = Ledger(), Waiter()
    ledger.add(_request(1), waiter)
    ledger.enter(_frame("answer", 1, final=False, error=DONE))
    assert not waiter.done.is_set()
    ledger.enter(_final(1))
    assert waiter.done.is_set()
    assert waiter.result is not None
    assert isinstance(waiter.result.answer().error, DecodeError)


def test_cancelling_returns_what_the_process_still_knows() -> None:
    ledger, waiter = Ledger(), Waiter()
    ledger.add(_request(1, pane="x"), waiter)
    ledger.add(_request(2, pane="y"), None)
    assert ledger.cancel_pane("x") == [1]
    assert ledger.cancel([99]) == []
    assert waiter.result is not None
    assert "cancelled" in str(waiter.result.answer().error)
    ledger.enter(_frame("dropped", 1))
    assert [request.ticket for request in ledger.requests()] == [2]


def test_closing_tells_who_waits() -> None:
    ledger, waiter = Ledger(), Waiter()
    ledger.add(_request(1), waiter)
    ledger.clear()
    assert waiter.result is not None
    assert isinstance(waiter.result.answer().error, DecoderStoppedError)


@pytest.mark.parametrize(
    "frame", [_frame("hello", 1), _frame("started", None), _frame("answer", []), _frame("", 1)]
)
def test_messages_that_make_no_sense_are_refused(frame: Frame) -> None:
    with pytest.raises(ProtocolError):
        Ledger().enter(frame)
