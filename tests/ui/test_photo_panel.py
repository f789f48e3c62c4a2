"""What the panes show follows the photo's state; decoding and drawing never hold up the screen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE, PORTRAIT, image

from heicdepth_tui.depth import depthmap
from heicdepth_tui.photo import rendering
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import Request

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def test_layers_are_requested_while_the_terminal_takes_no_picture(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[Request] = []
    submit = Decoder.submit

    def recorded(decoder: Decoder, request: Request) -> None:
        requested.append(request)
        submit(decoder, request)

    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        flow_control = driven.app.flow_control
        monkeypatch.setattr(flow_control, "send", lambda *_: None)
        monkeypatch.setattr(type(flow_control), "is_free", property(lambda _: False))
        monkeypatch.setattr(Decoder, "submit", recorded)
        driven.app.browse.photos.move_to(driven.names.index("IMG_0423.HEIC"))
        await driven.until(
            lambda: {"depth", "photo"} <= {request.slot for request in requested}, "the requests"
        )
        await driven.until(
            lambda: (
                driven.state.all_layers
                and all(map(driven.state.is_settled, driven.state.all_layers))
            ),
            "every layer decoded",
        )

        await driven.until(lambda: image(driven, "photo").picture is None, "blank panes")


async def test_pictures_are_never_drawn_in_the_thread_of_the_screen(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    render_layer, picture_of = rendering.render_layer, rendering.picture_of

    def counted(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return render_layer(*args)

    def counted_picture(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return picture_of(*args)

    monkeypatch.setattr(rendering, "render_layer", counted)
    monkeypatch.setattr(rendering, "picture_of", counted_picture)
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        seen = [image(driven, "depth").picture]
        for key in ("c", "b"):
            await driven.pilot.press(key)
            # Flow control may hold the new state back; the old one counts as settled until then.
            await driven.until(
                lambda: image(driven, "depth").picture not in (None, *seen), "another picture"
            )
            seen.append(image(driven, "depth").picture)
        await driven.pilot.resize_terminal(140, 45)
        await driven.until(
            lambda: image(driven, "depth").picture not in (None, *seen), "another size"
        )
        await driven.settled()
        # Overlays and screenshots use the rows that are there.
        assert sum(map(driven.text.count, "▀▄█▌▐▖▗▘▙▚▛▜▝▞▟")) > 100

    assert len({picture.rows for picture in seen}) == 3
    assert threads
    assert set(threads) == {"render"}


async def test_tables_are_never_built_in_the_thread_of_the_screen(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    build_depth_map = depthmap.build_depth_map

    def counted(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return build_depth_map(*args)

    monkeypatch.setattr(depthmap, "build_depth_map", counted)
    async with open_app(sample_folder, size=(120, 40)) as driven:
        for name in (LANDSCAPE, PORTRAIT):
            await driven.select(name)
        await driven.pilot.press("i")

    assert len(threads) >= 2
    assert set(threads) == {"tables"}


async def test_a_picture_drawn_before_comes_back_without_drawing(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        first = image(driven, "depth").picture
        await driven.pilot.press("b")
        await driven.settled()
        driven.app.browse.action_blocks()
        driven.app.output.flush()

        assert image(driven, "depth").picture is first


async def test_pictures_fit_beside_the_find_bar(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(PORTRAIT)
        before = image(driven, "depth").picture.fit.rows
        await driven.pilot.press("slash")
        await driven.until(
            lambda: image(driven, "depth").picture.fit.rows == before - 1, "a row less"
        )
        assert image(driven, "depth").size.height == before - 1
        await driven.pilot.press("escape")
        await driven.until(lambda: image(driven, "depth").picture.fit.rows == before, "all rows")


async def test_everything_is_laid_out_anew_when_a_small_terminal_grows(
    open_app: Open, sample_folder: Path
) -> None:
    photo = sample_folder / PORTRAIT
    async with open_app(photo, size=(120, 40)) as driven:
        await driven.select(PORTRAIT)
        await driven.until(lambda: driven.app.browse.arrays.plain != "", "the tables")
        # Title and row name what the scan finds.
        await driven.scanned()
        await driven.idle()
        expected = driven.text
    async with open_app(photo, size=(60, 18)) as driven:
        await driven.select(PORTRAIT)
        await driven.pilot.resize_terminal(120, 40)
        await driven.until(lambda: driven.text == expected, "the screen of 120x40")
