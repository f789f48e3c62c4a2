"""Exports that are watched, stopped, agreed to, and looked at afterwards."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from browsing import LANDSCAPE, PLAIN, PORTRAIT, STRIPPED
from exporting import Gate

from heicdepth_tui.errors import DecodeError
from heicdepth_tui.export.options import Exported, ExportOptions
from heicdepth_tui.ui.presenters.export_progress import duration_text, progress_line
from heicdepth_tui.ui.presenters.export_report import counts_text, report_lines
from heicdepth_tui.ui.screens import export_panel
from heicdepth_tui.ui.screens.export_consent import ExportConsent
from heicdepth_tui.ui.screens.export_report import ExportReportScreen
from heicdepth_tui.ui.services.events import (
    Event,
    ExportFinished,
    ExportNeedsSpace,
    ExportProgress,
)
from heicdepth_tui.ui.services.export_log import ExportLog
from heicdepth_tui.ui.services.exporter import MUCH_SPACE, Exporter

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def mark_all(driven: Any) -> None:
    await driven.scanned()
    await driven.settled()
    await driven.pilot.press("v", "G", "v")


def bar_line(driven: Any) -> str:
    return str(driven.text.splitlines()[-2])


@pytest.mark.usefixtures("no_delay")
@pytest.mark.parametrize("size", [(30, 10), (80, 24), (120, 40)])
async def test_a_bar_shows_count_and_key_while_photos_are_exported(
    open_app: Open, sample_folder: Path, gate: Gate, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        await mark_all(driven)
        await driven.pilot.press("e")
        await driven.until(lambda: "0 of 5" in bar_line(driven), "the bar")
        assert bar_line(driven).rstrip().endswith("X stops")
        assert ("IMG_0412.HEIC" in bar_line(driven)) == (size[0] >= 80)
        gate.passes.release()
        await driven.until(lambda: "1 of 5" in bar_line(driven), "the bar a photo later")
        assert "━" in bar_line(driven)
        gate.open()
        await driven.until(lambda: "X stops" not in driven.text, "the bar gone")
        assert "2 without depth" in driven.toasts
        assert "not exported" not in driven.toasts


@pytest.mark.usefixtures("no_delay")
@pytest.mark.parametrize("by_mouse", [False, True], ids=["key", "mouse"])
async def test_the_key_stops_and_keeps_the_files_that_are_written(
    open_app: Open, sample_folder: Path, tmp_path: Path, gate: Gate, by_mouse: bool
) -> None:
    async with open_app(sample_folder) as driven:
        await mark_all(driven)
        await driven.pilot.press("e")
        gate.passes.release()
        await driven.until(lambda: "1 of 5" in bar_line(driven), "a photo exported")
        await driven.until(lambda: len(gate.begun) == 2, "the second photo begun")
        if by_mouse:
            at = bar_line(driven).index("X stops")
            await driven.pilot.click("ExportBar", offset=(at + 3, 0))
        else:
            await driven.pilot.press("X")
        await driven.until(lambda: "stopping after this file" in bar_line(driven), "the reply")
        gate.open()
        await driven.until(lambda: "stopped, 3 not exported" in driven.toasts, "the end")
        assert driven.app.exporter.left == 0
        # Nothing of a stopped job keeps the app from leaving, or makes it fail.
        await driven.pilot.press("q")

    assert driven.app.return_code == 0
    out = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert out == ["IMG_0412.pcd", "IMG_0415.pcd"]


async def test_the_keys_say_so_where_there_is_nothing_to_stop_or_to_report(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.pilot.press("X")
        await driven.until(lambda: "no export is running" in driven.text, "the reply")
        await driven.pilot.press("L")
        await driven.until(lambda: "nothing was exported yet" in driven.text, "the reply")


@pytest.mark.parametrize("key", ["e", "E"])
async def test_a_photo_without_depth_or_other_pictures_is_refused_before_anything_opens(
    open_app: Open, sample_folder: Path, tmp_path: Path, key: str
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(STRIPPED)
        await driven.pilot.press(key)
        await driven.until(lambda: f"{STRIPPED}:" in driven.toasts, "the reason")
        assert "not exported" in driven.toasts
        assert "other pictures" not in driven.toasts
        assert driven.app.screen is driven.app.browse

    assert not (tmp_path / "out").exists()


async def test_marked_photos_without_depth_are_refused_together(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        for name in (PLAIN, STRIPPED):
            await driven.select(name)
            await driven.pilot.press("space")
        await driven.pilot.press("e")
        await driven.until(
            lambda: "none of the 2 marked photos has a depth map" in driven.toasts, "the reason"
        )
        assert "E exports their other pictures" in driven.toasts


async def test_the_message_has_the_full_path_and_y_copies_it(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the message")
        path = str(tmp_path / "out" / "IMG_0412.pcd")
        assert path in driven.toasts.replace("\n", "")
        await driven.pilot.press("y")
        assert driven.app.clipboard == path


async def test_a_new_export_removes_the_messages_of_the_one_before(
    open_app: Open, sample_folder: Path, gate: Gate
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.select(STRIPPED)
        await driven.pilot.press("e")
        await driven.until(lambda: "not exported" in driven.toasts, "the refusal")
        await driven.select(LANDSCAPE)
        await driven.pilot.press("e")
        await driven.until(lambda: bool(gate.begun), "the export")
        assert driven.toasts == ""
        gate.open()


async def test_the_report_opens_again_with_failures_first_and_y_copies_a_path(
    open_app: Open, samples: Path, tmp_path: Path
) -> None:
    whole = (samples / PORTRAIT).read_bytes()
    (samples / "broken.heic").write_bytes(whole[: len(whole) // 3])
    async with open_app(samples) as driven:
        await mark_all(driven)
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the end")
        await driven.until(lambda: not driven.app.exporter.left, "the end")
        await driven.pilot.press("L")
        await driven.until(lambda: isinstance(driven.app.screen, ExportReportScreen), "report")
        await driven.until(lambda: "5 of 8 photos exported" in driven.text, "the counts")
        text = driven.text
        assert text.index("broken.heic") < text.index("2 without depth") < text.index(".pcd:")
        await driven.pilot.press("j", "j", "j", "y")
        assert driven.app.clipboard == str(tmp_path / "out" / "IMG_0412.pcd")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the report closed")


@pytest.mark.parametrize(("key", "files"), [("y", 1), ("n", 0)])
async def test_an_export_that_takes_much_of_the_disk_waits_for_consent(
    open_app: Open, sample_folder: Path, tmp_path: Path, key: str, files: int
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        options = ExportOptions(out=tmp_path / "out")
        path = str(sample_folder / LANDSCAPE)
        driven.app.exporter.export([path], options, needed=10**18)
        await driven.until(lambda: isinstance(driven.app.screen, ExportConsent), "the question")
        await driven.until(lambda: "1 photo needs about" in driven.text, "the size")
        assert "only" in driven.text
        await driven.pilot.press(key)
        await driven.until(lambda: not driven.app.exporter.left, "the end")

    assert len(list(tmp_path.glob("out/*"))) == files


@pytest.mark.parametrize(("free", "asks"), [(1000, True), (10**12, False)])
async def test_the_size_to_expect_is_compared_with_the_free_space(
    open_app: Open,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    asks: bool,
) -> None:
    monkeypatch.setattr(export_panel, "SPACE_CHECKED", 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.pilot.press("e")
        if asks:
            await driven.until(lambda: isinstance(driven.app.screen, ExportConsent), "a question")
            await driven.pilot.press("escape")
            await driven.until(lambda: "1 not exported" in driven.toasts, "the end")
        else:
            await driven.until(lambda: "exported" in driven.toasts, "the end")
            assert "not exported" not in driven.toasts


class Posted:
    """Collects events, and releases whoever waits for one of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.condition = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self.condition:
            self.events.append(event)
            self.condition.notify_all()

    def wait(self, kind: type[Any]) -> Any:
        def found() -> Any:
            return next((event for event in self.events if isinstance(event, kind)), None)

        with self.condition:
            assert self.condition.wait_for(found, 30), f"no {kind.__name__}"
            return found()


class NoDecoder:
    """A decoder that no job of these tests reaches."""

    def get(self, request: object) -> None:
        raise AssertionError(f"decoded {request}")


@pytest.mark.parametrize(
    ("needed", "free", "asks"),
    [
        (MUCH_SPACE + 1, 10**12, True),
        (MUCH_SPACE, 10**12, False),
        (51, 100, True),
        (50, 100, False),
    ],
)
def test_consent_is_needed_above_a_gigabyte_or_half_of_the_free_space(
    tmp_path: Path, needed: int, free: int, asks: bool
) -> None:
    posted = Posted()
    exporter = Exporter(NoDecoder(), posted, free_space=lambda _: free)  # type: ignore[arg-type]
    missing = str(tmp_path / "missing.heic")
    exporter.export([missing], ExportOptions(out=tmp_path), needed=needed)
    if asks:
        event = posted.wait(ExportNeedsSpace)
        assert (event.photos, event.needed, event.free) == (1, needed, free)
        exporter.cancel()
    job = posted.wait(ExportFinished)
    exporter.join()

    assert (job.not_begun, len(job.errors)) == ((1, 0) if asks else (0, 1))
    assert any(isinstance(event, ExportNeedsSpace) for event in posted.events) == asks


def test_rate_and_time_left_do_not_count_the_wait_for_consent(tmp_path: Path) -> None:
    posted, now = Posted(), [100.0]
    exporter = Exporter(
        NoDecoder(),  # type: ignore[arg-type]
        posted,
        clock=lambda: now[0],
        free_space=lambda _: 0,
    )
    missing = str(tmp_path / "missing.heic")
    exporter.export([missing], ExportOptions(out=tmp_path), needed=1)
    posted.wait(ExportNeedsSpace)
    now[0] = 160.0
    exporter.proceed()
    posted.wait(ExportFinished)
    exporter.join()

    shown = [event.seconds for event in posted.events if isinstance(event, ExportProgress)]
    assert shown == [0.0, 0.0]


def test_the_line_loses_rate_bytes_name_and_time_left_in_this_order() -> None:
    progress = ExportProgress(3, 12, 84_000_000, 6.0, "IMG_0412.HEIC")
    line = progress_line(progress, 100)
    assert line.left == " 3 of 12  IMG_0412.HEIC "
    assert line.right == " 84 MB · 14 MB/s · 18 s left"
    assert (line.bar.count("━"), len(line.bar)) == (10, 40)
    assert progress_line(progress, 46).right == " 18 s left"
    assert progress_line(progress, 16) == (" 3 of 12 ", "━╸─────", "")
    assert progress_line(progress, 8) == (" 3 of 12", "", "")


def test_a_name_moves_no_cursor_and_is_clipped() -> None:
    line = progress_line(ExportProgress(0, 2, 0, 0.0, "\x1b[2J" + "long" * 20), 100)
    assert "\x1b" not in line.left
    assert "…" in line.left
    assert len(line.left + line.bar + line.right) <= 100


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (12.4, "12 s"), (99.4, "99 s"), (170, "3 min"), (6300, "1 h 45 min")],
)
def test_durations_have_their_largest_units(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_job_is_reported_by_failures_counts_and_files() -> None:
    written = [Exported(Path("/o/a.pcd"), "pcd", 9, "/o/a.pcd: 9 points")]
    errors = [DecodeError("torn", path="/p/b.heic")]
    job = ExportFinished(6, written, errors, without_depth=1, not_begun=3, bytes=1200, seconds=2)
    assert [tuple(line) for line in report_lines([job])] == [
        ("1 of 6 photos exported · 1.2 kB · 2 s", "title", "/o/a.pcd"),
        ("/p/b.heic: torn", "error", "/p/b.heic"),
        ("1 without depth · stopped, 3 not exported", "dim", "/o/a.pcd"),
        ("/o/a.pcd: 9 points", "plain", "/o/a.pcd"),
    ]
    assert counts_text(ExportFinished(1, written, [])) == ""


def test_the_path_of_a_message_is_kept_as_long_as_the_message_is_shown() -> None:
    now = [0.0]
    log = ExportLog(clock=lambda: now[0])
    log.message_shown("/o/a.pcd", 8)
    now[0] = 7.9
    assert log.message_path == "/o/a.pcd"
    now[0] = 8.0
    assert log.message_path == ""
    log.message_shown("/o/b.pcd", 8)
    log.message_closed()
    assert log.message_path == ""
