"""Make the pictures of the README from the running app: ``python screenshots/make.py [FOLDER]``.

Runs the app headless on the generated photos (or on FOLDER) and writes SVG and PNG beside this
file. The PNG is painted from the very cells of the screen. ``python screenshots/make.py - NAME...``
makes these only, e.g. ``tour.gif``.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
os.environ.pop("NO_COLOR", None)

from film import Film
from paint import painted
from PIL import Image
from textual.pilot import Pilot

from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.samples.write import write_samples
from heicdepth_tui.ui.app import AppOptions, HeicDepthApp
from heicdepth_tui.ui.screens.probe import ProbeScreen
from heicdepth_tui.ui.screens.spin import SpinScreen
from heicdepth_tui.ui.terminal.internals import screen_lines
from heicdepth_tui.ui.widgets.image_view import ImageView

HERE = Path(__file__).parent
OUT = Path("/home/you/clouds")
"""Folder for exports as the pictures show it; nothing is written."""


@dataclass(frozen=True)
class Shot:
    """One picture: its name, size in cells, theme, and what to press first."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    screen: bool = False
    """Whether the keys open another screen, which is then on the picture."""


SHOTS = (
    Shot("browse", (140, 45)),
    Shot("stripped", (140, 45), ("G",)),
    Shot("portrait", (140, 45), ("j", "j", "b")),
    Shot("small", (80, 24)),
    Shot("light", (140, 45), theme="light"),
    Shot("wide", (200, 60)),
    Shot("export", (100, 30), ("E",), screen=True),
    Shot("help", (140, 45), ("question_mark",), screen=True),
    Shot("pane", (140, 45), ("H", "3", *["right"] * 4, *["down"] * 2), screen=True),
    Shot("spin", (120, 40), ("3", "3", *["right"] * 5, *["down"] * 2), screen=True),
    Shot(
        "probe",
        (140, 45),
        ("m", *["left"] * 20, "space", *["shift+right"] * 5, "space"),
        screen=True,
    ),
    Shot("zoom", (120, 40), ("enter", "plus", "plus", "plus"), screen=True),
    Shot("layers", (120, 40), ("o", "l"), screen=True),
)


async def settled(pilot: Pilot[int], app: HeicDepthApp) -> None:
    """Wait until everything asked for the selected photo has arrived and is painted."""

    def done() -> bool:
        state = app.session.state
        panes = app.browse.pictures
        if state is None:
            return False
        is_tiny = app.browse.has_class("-tiny")
        wanted = (panes.photo.view.layer,) if is_tiny else state.all_layers
        return state.error is not None or (
            bool(state.all_layers)
            and all(layer is not None and state.is_settled(layer) for layer in wanted)
            and not (panes.photo.view.is_pending or panes.depth.view.is_pending)
        )

    await until(pilot, done)
    await until(pilot, lambda: not app.session.library.waiting and len(app.session.library) > 0)
    await pilot.pause()


async def until(pilot: Pilot[int], done: Callable[[], bool]) -> None:
    """Wait for a state of the app."""
    for _ in range(3000):
        if done():
            return
        await pilot.pause(0.01)
    raise SystemExit("the app did not settle")


async def take(shot: Shot, folder: Path) -> None:
    """Run the app, press the keys, write SVG and PNG."""
    decoder = Decoder.start()
    app = HeicDepthApp(decoder, AppOptions((folder,), theme=shot.theme, out=OUT, title="~/Photos"))
    async with app.run_test(size=shot.size) as pilot:
        await settled(pilot, app)
        for key in shot.keys:
            await pilot.press(key)
            if not shot.screen:
                await settled(pilot, app)
        await drawn(pilot, app, decoder)
        await pilot.pause(0.5)
        (HERE / f"{shot.name}.svg").write_text(app.export_screenshot(title="heicdepth-tui"))
        picture(app).save(HERE / f"{shot.name}.png", optimize=True)
    decoder.close()
    print(f"{shot.name}.svg {shot.name}.png")


SWING = (*["right"] * 4, *["left"] * 8, *["right"] * 4)
"""Keys of the turning cloud; it ends where it begins."""
FRAME_MILLISECONDS = 120
LOOK_MILLISECONDS = 1600
"""For a frame that is worth reading."""


def picture(app: HeicDepthApp) -> Image.Image:
    """Return the screen as an image."""
    theme = app.current_theme
    return painted(
        [list(strip) for strip in screen_lines(app.screen)],
        foreground=theme.foreground or "#ffffff",
        background=theme.background or "#000000",
    )


async def animate_spin(folder: Path) -> None:
    """Turn the cloud key by key, and write its frames as ``spin.gif``."""
    film = Film()
    decoder = Decoder.start()
    app = HeicDepthApp(decoder, AppOptions((folder,), out=OUT, title="~/Photos"))
    async with app.run_test(size=(104, 36)) as pilot:
        await settled(pilot, app)
        await open_spin(pilot, app)
        for key in SWING:
            await turn(pilot, app, key)
            film.add(picture(app), FRAME_MILLISECONDS)
    decoder.close()
    film.save(HERE / "spin.gif")


async def animate_tour(folder: Path) -> None:
    """Go through the list, measure a length and turn the cloud; writes ``tour.gif``."""
    film = Film()
    decoder = Decoder.start()
    app = HeicDepthApp(decoder, AppOptions((folder,), out=OUT, title="~/Photos"))
    async with app.run_test(size=(104, 36)) as pilot:
        await settled(pilot, app)
        film.add(picture(app), LOOK_MILLISECONDS)
        for key in ("j", "j", "k", "k"):
            await pilot.press(key)
            await settled(pilot, app)
            film.add(picture(app), LOOK_MILLISECONDS // 2)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, ProbeScreen))
        await drawn(pilot, app, decoder)
        film.add(picture(app), LOOK_MILLISECONDS // 2)
        for key in (*["shift+left"] * 2, "space", *["shift+right"] * 5, "space"):
            await pilot.press(key)
            await drawn(pilot, app, decoder)
            film.add(picture(app), 2 * FRAME_MILLISECONDS)
        film.add(picture(app), LOOK_MILLISECONDS)
        await pilot.press("escape")
        await settled(pilot, app)
        await open_spin(pilot, app)
        for key in SWING:
            await turn(pilot, app, key)
            film.add(picture(app), FRAME_MILLISECONDS)
    decoder.close()
    film.save(HERE / "tour.gif")


async def open_spin(pilot: Pilot[int], app: HeicDepthApp) -> None:
    """Show the cloud on the whole screen, a little from above."""
    await pilot.press("3", "3")
    await until(pilot, lambda: isinstance(app.screen, SpinScreen))
    screen = cast("SpinScreen", app.screen)
    await until(pilot, lambda: screen.is_up_to_date)
    await pilot.press("b", "minus", "minus", "down", "down")


async def turn(pilot: Pilot[int], app: HeicDepthApp, key: str) -> None:
    """Press a key of the cloud's screen and wait for its frame."""
    screen = cast("SpinScreen", app.screen)
    await pilot.press(key)
    await until(pilot, lambda: screen.is_up_to_date)
    await pilot.pause()


async def drawn(pilot: Pilot[int], app: HeicDepthApp, decoder: Decoder) -> None:
    """Wait until every picture of a view is drawn and nothing is decoded."""
    views = list(app.screen.query(ImageView))
    await until(pilot, lambda: not views or any(view.picture for view in views))
    await until(pilot, lambda: not decoder.is_busy)
    await pilot.pause(0.1)


async def main(folder: Path | None, take_shot: Callable[[Shot, Path], Awaitable[None]]) -> None:
    """Take every picture."""
    wanted = set(sys.argv[2:])
    with tempfile.TemporaryDirectory() as scratch:
        photos = folder or Path(scratch)
        if folder is None:
            write_samples(photos)
        for shot in SHOTS:
            if not wanted or shot.name in wanted:
                await take_shot(shot, photos)
        for animate, name in ((animate_spin, "spin.gif"), (animate_tour, "tour.gif")):
            if not wanted or name in wanted:
                await animate(photos)


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] != "-" else ""
    asyncio.run(main(Path(chosen) if chosen else None, take))
