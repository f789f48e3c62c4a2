"""Each view at two sizes, cell by cell, as it was kept in ``snapshots``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.ui.app import AppOptions, HeicDepthApp
from tests.support.pilot import StatePilot
from tests.support.snapshots import Cell, check_snapshot
from tests.ui.browsing import LANDSCAPE
from tests.ui.cells_shown import fresh, use_true_colours
from tests.ui.conftest import Driven

FOLDER = Path(__file__).parent / "snapshots"

VIEWS: tuple[tuple[str, tuple[str, ...], Callable[[Any], bool]], ...] = (
    ("browse", (), lambda screen: True),
    ("histogram", ("H",), lambda screen: screen.histogram.view.shown is not None),
    ("pane", ("3",), lambda screen: screen.cloud.control.is_up_to_date),
    ("spin", ("3", "3"), lambda screen: screen.is_up_to_date),
    ("zoom", ("z",), lambda screen: screen.is_settled),
    ("probe", ("m",), lambda screen: screen.depth_view.cross is not None),
    ("layers", ("o",), lambda screen: screen.shown is not None),
    ("full", ("i",), lambda screen: screen.query_one("#page").copied != ""),
    ("tree", ("I",), lambda screen: screen.tree_view.cursor_node is not None),
    ("export", ("E",), lambda screen: True),
    ("help", ("question_mark",), lambda screen: True),
)


@contextmanager
def decoding() -> Iterator[Decoder]:
    decoder = Decoder.start()
    try:
        yield decoder
    finally:
        decoder.close()


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 50), marks=pytest.mark.thorough)])
async def test_every_view_is_as_it_was(
    sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    use_true_colours(monkeypatch)
    different: list[str] = []
    with decoding() as decoder:
        options = AppOptions(
            (sample_folder,), out=Path("/clouds"), state=tmp_path / "state", title="photos"
        )
        app = HeicDepthApp(decoder, options)
        async with app.run_test(size=size, notifications=True):
            pilot = StatePilot(app)
            driven = Driven(app, pilot)
            await driven.scanned()
            await driven.select(LANDSCAPE)
            for name, keys, is_ready in VIEWS:
                await pilot.press(*keys)
                await driven.until(lambda ready=is_ready: ready(app.screen), f"{name} is there")
                await driven.idle()
                await pilot.pause()
                path = FOLDER / f"{name}-{size[0]}x{size[1]}"
                different += check_snapshot(path, fresh(app).all, with_digits=name != "tree")
                while app.screen is not app.browse or app.browse.cloud is not None:
                    await pilot.press("escape")
                if name == "histogram":
                    await pilot.press("H")
                await driven.idle()

    assert not different, "\n".join(different)


def _screen(
    text: str = "some text 12", ink: str = "202020", block: str = "808080"
) -> list[list[Cell]]:
    words: list[Cell] = [(char, ink, "101010", False) for char in text]
    picture: list[Cell] = [("▀", block, "404040", False)] * len(text)
    return [words, picture]


@pytest.mark.parametrize(
    ("screen", "words"),
    [
        (_screen(), ""),
        (_screen(ink="212121"), ""),
        (_screen(block="888888"), ""),
        (_screen("some test 12"), "line 0, columns 7 to 7: 'some test 12', it was 'some text 12'"),
        (_screen("some text 13"), "line 0, columns 11 to 11"),
        (_screen(ink="262626"), "line 0, columns 0 to 11"),
        (_screen(block="a0a0a0"), "12 of 12 cells of pictures differ"),
        (_screen("some text"), "another size"),
        (_screen()[:1], "another size"),
    ],
)
def test_a_snapshot_tells_what_differs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    screen: list[list[Cell]],
    words: str,
) -> None:
    path = tmp_path / "kept" / "view-12x2"
    monkeypatch.delenv("HEICDEPTH_SNAPSHOTS", raising=False)
    assert "there is no snapshot" in check_snapshot(path, _screen())[0]
    monkeypatch.setenv("HEICDEPTH_SNAPSHOTS", "update")
    assert check_snapshot(path, _screen()) == []
    monkeypatch.delenv("HEICDEPTH_SNAPSHOTS")

    found = check_snapshot(path, screen)

    assert bool(found) is bool(words)
    assert all(words in difference for difference in found)


def test_digits_are_alike_where_sizes_are_not_to_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEICDEPTH_SNAPSHOTS", "update")
    check_snapshot(tmp_path / "view", _screen())
    monkeypatch.delenv("HEICDEPTH_SNAPSHOTS")
    assert check_snapshot(tmp_path / "view", _screen("some text 98"), with_digits=False) == []
    assert check_snapshot(tmp_path / "view", _screen("some text 9a"), with_digits=False)
