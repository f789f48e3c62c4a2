"""Order of requests, and which of them are dropped."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Request
from heicdepth_tui.photo.schedule import JobQueue, rank


def _request(ticket: int, slot: str = "photo", **knobs: Any) -> Request:
    return Request(ticket, slot, "a.heic", knobs.pop("layer", PRIMARY), **knobs)


def _order(*requests: Request) -> list[int]:
    jobs = JobQueue()
    for request in requests:
        jobs.add(request)
    served = []
    for _ in requests:
        job = jobs.choose()
        if not jobs.is_dropped(job):
            served.append(job.request.ticket)
        jobs.finish(job)
    return served


def test_zoom_windows_come_first_then_slots_kept_requests_and_prefetches() -> None:
    assert _order(
        _request(1, "prefetch next"),
        _request(2, "export", keep=True),
        _request(3, "photo"),
        _request(4, "zoom-first"),
    ) == [4, 3, 2, 1]


def test_depth_comes_before_the_photo_in_each_group() -> None:
    assert _order(
        _request(1, "photo"),
        _request(2, "depth", layer=DEPTH),
        _request(3, "prefetch"),
        _request(4, "prefetch depth", layer=DEPTH),
    ) == [2, 1, 4, 3]
    assert rank(_request(1, layer=DEPTH)) < rank(_request(1))


def test_equals_are_served_in_the_order_in_which_they_came() -> None:
    assert _order(_request(1, "a"), _request(2, "b"), _request(3, "c")) == [1, 2, 3]


def test_only_the_latest_request_of_a_slot_counts() -> None:
    assert _order(_request(1), _request(2), _request(3, "depth"), _request(4)) == [3, 4]


def test_kept_requests_are_neither_replaced_nor_replace() -> None:
    assert _order(_request(1, "x", keep=True), _request(2, "x"), _request(3, "x", keep=True)) == [
        2,
        1,
        3,
    ]


def test_dropped_jobs_come_first_to_be_let_go() -> None:
    jobs = JobQueue()
    jobs.add(_request(1, "depth", layer=DEPTH))
    jobs.add(_request(2, "prefetch"))
    jobs.cancel([2, 77])
    job = jobs.choose()
    assert job.request.ticket == 2
    assert jobs.is_dropped(job)


def test_choosing_waits_for_a_request() -> None:
    jobs = JobQueue()
    chosen: list[int] = []
    thread = threading.Thread(target=lambda: chosen.append(jobs.choose().request.ticket))
    thread.start()
    jobs.add(_request(9))
    thread.join(10)
    assert chosen == [9]


def test_a_job_under_way_gives_way_to_a_more_urgent_one_and_goes_on_later() -> None:
    def nothing() -> Generator[Answer | None]:
        yield None

    jobs = JobQueue()
    jobs.add(_request(1, "prefetch"))
    first = jobs.choose()
    first.steps = nothing()
    jobs.add(_request(2, "depth", layer=DEPTH))
    urgent = jobs.choose()
    assert urgent.request.ticket == 2
    jobs.finish(urgent)
    assert jobs.choose() is first
