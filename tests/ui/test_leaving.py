"""Exports that run when the app is left, and keys that are pressed while they run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE, PORTRAIT

from heicdepth_tui.errors import DecodeError
from heicdepth_tui.export import run
from heicdepth_tui.export.options import Exported
from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.presenters.export_report import final_report
from heicdepth_tui.ui.services.events import ExportFinished

Open = Callable[..., AbstractAsyncContextManager[Any]]


class Gate:
    """Holds exports until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.begun = threading.Event()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    export_photo = run.export_photo

    def held(*args: Any, **options: Any) -> Any:
        gate.begun.set()
        gate.opened.wait(30)
        return export_photo(*args, **options)

    monkeypatch.setattr(run, "export_photo", held)
    yield gate
    gate.opened.set()


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Exit codes and messages that the app ends with."""
    from heicdepth_tui.ui.app import HeicDepthApp

    found: list[tuple[int, str]] = []

    def exit_app(_: object, code: int = 0, message: object = None) -> None:
        found.append((code, "" if message is None else str(message)))

    monkeypatch.setattr(HeicDepthApp, "exit", exit_app)
    return found


async def export_all(driven: Any, gate: Gate) -> None:
    """Mark every photo and export them; return when the first one is begun with."""
    await driven.scanned()
    await driven.settled()
    await driven.pilot.press("v", "G", "v", "e")
    await driven.until(gate.begun.is_set, "the export begun")


async def test_q_waits_for_every_photo_then_prints_what_was_written(
    open_app: Open,
    sample_folder: Path,
    tmp_path: Path,
    gate: Gate,
    ended: list[tuple[int, str]],
) -> None:
    async with open_app(sample_folder) as driven:
        await export_all(driven, gate)
        await driven.pilot.press("q")
        assert ended == []
        gate.opened.set()
        await driven.until(lambda: bool(ended), "the end")

    ((code, message),) = ended
    written = sorted((tmp_path / "out").iterdir())
    assert code == 0
    assert len(written) == 5
    assert "5 files of 5 photos in" in message
    assert str(tmp_path / "out").rpartition("/")[2] in message
    assert "without depth, 2 photos" in message
    assert "not exported" not in message


@pytest.mark.parametrize(
    ("keys", "view"),
    [
        (["3"], "CloudPane"),
        (["3", "3"], "SpinScreen"),
        (["enter"], "ZoomScreen"),
        (["m"], "ProbeScreen"),
        (["o"], "LayersScreen"),
        (["I"], "MetadataTreeScreen"),
    ],
)
async def test_q_quits_from_every_view(
    open_app: Open, sample_folder: Path, ended: list[tuple[int, str]], keys: list[str], view: str
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        for key in keys:
            await driven.pilot.press(key)
            await driven.settled()
        name = type(driven.app.screen).__name__
        assert name == (view if view != "CloudPane" else "BrowseScreen")
        assert driven.text.splitlines()[-1].rstrip().endswith("q Quit")
        await driven.pilot.press("q")
        await driven.until(lambda: bool(ended), "the end")

    assert [code for code, _ in ended] == [0]


async def test_q_closes_a_dialog_and_no_more(
    open_app: Open, sample_folder: Path, ended: list[tuple[int, str]]
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        for key in ("question_mark", "i", "x"):
            await driven.pilot.press(key)
            await driven.until(lambda: len(driven.app.screen_stack) > 1, "a dialog")
            await driven.pilot.press("q")
            await driven.until(lambda: driven.app.screen is driven.app.browse, "closed")
        assert ended == []


async def test_without_failures_the_app_ends_with_zero(
    open_app: Open, sample_folder: Path, gate: Gate, ended: list[tuple[int, str]]
) -> None:
    async with open_app(sample_folder / LANDSCAPE, sample_folder / PORTRAIT) as driven:
        await export_all(driven, gate)
        await driven.pilot.press("q")
        gate.opened.set()
        await driven.until(lambda: bool(ended), "the end")

    ((code, message),) = ended
    assert code == 0
    assert "2 files of 2 photos" in message
    assert "not" not in message


async def test_a_second_q_begins_with_no_further_photo_and_says_how_many_are_left(
    open_app: Open,
    sample_folder: Path,
    tmp_path: Path,
    gate: Gate,
    ended: list[tuple[int, str]],
) -> None:
    async with open_app(sample_folder) as driven:
        await export_all(driven, gate)
        await driven.pilot.press("q", "q")
        assert ended == []
        gate.opened.set()
        await driven.until(lambda: bool(ended), "the end")

    ((code, message),) = ended
    assert code == 1
    assert len(list((tmp_path / "out").iterdir())) == 1
    assert "not begun, 4 photos" in message
    assert "without depth, 2 photos" in message


async def test_a_third_q_ends_at_once(
    open_app: Open, sample_folder: Path, gate: Gate, ended: list[tuple[int, str]]
) -> None:
    async with open_app(sample_folder) as driven:
        await export_all(driven, gate)
        await driven.pilot.press("q", "q", "q")

        assert [code for code, _ in ended] == [1]
        assert "not begun, 5 photos" in ended[0][1]
        gate.opened.set()


async def test_esc_keeps_the_marks_while_their_photos_are_exported(
    open_app: Open, sample_folder: Path, gate: Gate
) -> None:
    async with open_app(sample_folder / LANDSCAPE, sample_folder / PORTRAIT) as driven:
        await export_all(driven, gate)
        await driven.pilot.press("escape")
        assert driven.library.marked_count == 2
        assert "marks stay while photos are exported" in driven.text
        gate.opened.set()
        await driven.until(lambda: not driven.app.exporter.left, "the export")
        await driven.pilot.press("escape")

        assert driven.library.marked_count == 0


def test_the_report_names_the_folder_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = [Exported(Path(name), "pcd", 9, name) for name in ("a.pcd", "b.pcd")]
    report = final_report([ExportFinished(2, written, [])], 0)

    assert report == f"exported: 2 files of 2 photos in {printable_path(tmp_path)}"


def test_the_report_lists_the_first_errors_and_counts_the_rest() -> None:
    errors = [DecodeError("torn", path=f"/p/{number}.heic") for number in range(25)]
    report = final_report([ExportFinished(25, [], errors)], 3)

    assert report.splitlines()[0] == "not exported, 25 photos:"
    assert report.count("torn") == 20
    assert "… and 5 more" in report
    assert report.splitlines()[-1] == "not begun, 3 photos"


def test_photos_not_begun_in_ended_jobs_and_those_left_are_counted_together() -> None:
    assert final_report([ExportFinished(5, [], [], not_begun=4)], 1) == "not begun, 5 photos"
