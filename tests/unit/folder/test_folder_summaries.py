"""Scanning headers in the background: order, priority, cancellation, files that hang."""

from __future__ import annotations

import os
import threading

import pytest

from heicdepth_tui.folder import summaries as summaries_module
from heicdepth_tui.folder.summaries import SummaryScanner, read_summaries
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary

PATIENCE = 20
"""Seconds a test waits for what must happen; it never waits that long."""


class Reader:
    """Stands in for ``read_summary``: notes the order, and can be held at chosen paths."""

    def __init__(self, *held: str) -> None:
        self.order: list[str] = []
        self.reached = {path: threading.Event() for path in held}
        self.gates = {path: threading.Event() for path in held}

    def __call__(self, path: str) -> HeaderSummary:
        self.order.append(path)
        if path in self.gates:
            self.reached[path].set()
            assert self.gates[path].wait(PATIENCE)
        return HeaderSummary(1, None, DepthStatus.ABSENT, None, None)


class Collector:
    """Collects what a scanner delivers, and tells when ``wanted`` entries are there."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.batches: list[list[str]] = []
        self.errors: list[Exception] = []
        self.done = threading.Event()

    def __call__(self, batch) -> None:
        self.batches.append([entry.path for entry, _ in batch])
        if len(self.paths) >= self.wanted:
            self.done.set()

    def failed(self, error: Exception) -> None:
        self.errors.append(error)
        self.done.set()

    @property
    def paths(self) -> list[str]:
        return [path for batch in self.batches for path in batch]


@pytest.fixture
def scan():
    """Make scanners that are closed, and whose readers are let go, at the end of the test."""
    made = []

    def start(read, collector, workers=1) -> SummaryScanner:
        scanner = SummaryScanner(collector, collector.failed, workers=workers, read=read)
        made.append((scanner, read))
        return scanner

    yield start
    for scanner, read in made:
        scanner.close()
        for gate in getattr(read, "gates", {}).values():
            gate.set()


def test_every_entry_is_delivered_in_order(scan, entry):
    entries = [entry(f"{n}") for n in range(1000)]
    collector = Collector(1000)
    scan(Reader(), collector).add(entries)
    assert collector.done.wait(PATIENCE)
    assert collector.paths == [e.path for e in entries]
    assert max(map(len, collector.batches)) <= 256


def test_rows_on_the_screen_go_first_and_are_delivered_at_once(scan, entry):
    entries = [entry(f"{n}") for n in range(100)]
    read, collector = Reader("/p/0"), Collector(100)
    scanner = scan(read, collector)
    scanner.add(entries)
    assert read.reached["/p/0"].wait(PATIENCE)
    scanner.prioritise([entries[70], entries[71]])
    scanner.prioritise([entries[50], entries[40], entry("unknown")])
    read.gates["/p/0"].set()
    assert collector.done.wait(PATIENCE)
    assert read.order[:4] == ["/p/0", "/p/50", "/p/40", "/p/1"]
    assert collector.batches[0] == ["/p/0", "/p/50", "/p/40"]
    assert sorted(collector.paths) == sorted(e.path for e in entries)


def test_entry_with_a_problem_is_never_opened(scan, entry):
    read, collector = Reader(), Collector(1)
    scanner = SummaryScanner(
        lambda batch: (problems.extend(b.problem for _, b in batch), collector(batch)),
        collector.failed,
        read=read,
    )
    problems: list[str] = []
    scanner.add([entry("pipe.heic", problem="named pipe, not a photo")])
    assert collector.done.wait(PATIENCE)
    scanner.close()
    assert (read.order, problems) == ([], ["named pipe, not a photo"])


def test_closed_scanner_delivers_nothing_more(scan, entry):
    read, collector = Reader("/p/0"), Collector(1)
    scanner = scan(read, collector)
    scanner.add([entry("0"), entry("1")])
    assert read.reached["/p/0"].wait(PATIENCE)
    scanner.close()
    read.gates["/p/0"].set()
    for thread in threading.enumerate():
        if thread.name.startswith("summaries-"):
            thread.join(PATIENCE)
    assert (collector.batches, read.order) == ([], ["/p/0"])


def test_same_path_waits_once(scan, entry):
    read, collector = Reader("/p/0"), Collector(2)
    scanner = scan(read, collector)
    scanner.add([entry("0"), entry("1"), entry("1")])
    assert scanner.pending == 2
    read.gates["/p/0"].set()
    assert collector.done.wait(PATIENCE)
    assert read.order == ["/p/0", "/p/1"]


def test_file_that_hangs_does_not_hold_up_the_others(scan, entry, monkeypatch):
    monkeypatch.setattr(summaries_module, "_STALL", 0.01)
    read, collector = Reader("/p/0"), Collector(50)
    scan(read, collector, workers=2).add([entry(f"{n}") for n in range(51)])
    assert collector.done.wait(PATIENCE)
    assert "/p/0" not in collector.paths


def test_slow_reads_call_the_other_workers(scan, entry, monkeypatch):
    monkeypatch.setattr(summaries_module, "_COLD_RATIO", 0.0)
    monkeypatch.setattr(summaries_module, "_BATCH", 1)
    everyone = threading.Barrier(3)

    def read(path: str) -> HeaderSummary:
        if path != "/p/0":
            everyone.wait(PATIENCE)
        return HeaderSummary(1, None, DepthStatus.ABSENT, None, None)

    collector = Collector(4)
    scan(read, collector, workers=3).add([entry(f"{n}") for n in range(4)])
    assert collector.done.wait(PATIENCE)
    assert collector.errors == []


def test_programming_error_is_handed_on(scan, entry):
    def read(path: str) -> HeaderSummary:
        raise TypeError(path)

    collector = Collector(1)
    scan(read, collector).add([entry("0")])
    assert collector.done.wait(PATIENCE)
    assert [repr(error) for error in collector.errors] == ["TypeError('/p/0')"]


def test_reading_ends_with_the_last_entry(photos, heads, entry):
    folder = photos("a.heic", "b.heic", data=heads["jpeg"])
    entries = [entry(name, place=f"{folder}/") for name in ("a.heic", "b.heic", "b.heic", "none")]
    read = {e.name: b for batch in read_summaries(entries) for e, b in batch}
    assert sorted(read) == ["a.heic", "b.heic", "none"]
    assert read["a.heic"].problem == "JPEG"
    assert read["none"].problem != ""


def test_nothing_to_read_is_nothing():
    assert list(read_summaries([])) == []


def test_cancelled_reading_ends_although_a_file_hangs(entry, monkeypatch):
    read = Reader("/p/0")
    real_init = SummaryScanner.__init__
    monkeypatch.setattr(
        SummaryScanner, "__init__", lambda self, *a, **k: real_init(self, *a, **k, read=read)
    )
    batches = read_summaries([entry("0"), entry("1")], cancelled=read.reached["/p/0"].is_set)
    assert list(batches) == []
    read.gates["/p/0"].set()


def test_error_of_a_reader_reaches_the_caller(entry, monkeypatch):
    def read(path: str) -> HeaderSummary:
        raise TypeError(path)

    real_init = SummaryScanner.__init__
    monkeypatch.setattr(
        SummaryScanner, "__init__", lambda self, *a, **k: real_init(self, *a, **k, read=read)
    )
    with pytest.raises(TypeError, match="/p/0"):
        list(read_summaries([entry("0")]))


@pytest.mark.skipif("HEICDEPTH_PHOTOS" not in os.environ, reason="no real photos here")
def test_summaries_of_real_photos(entry):
    place = os.path.join(os.environ["HEICDEPTH_PHOTOS"], "real", "")  # noqa: PTH118 - ends in a slash
    [[(_, summary)]] = read_summaries([entry("pug.heic", place=place)])
    assert (summary.status, summary.depth, summary.primary) == (
        DepthStatus.PRESENT,
        (768, 576),
        (4032, 3024),
    )
