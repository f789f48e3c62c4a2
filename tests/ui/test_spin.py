"""The spin screen: every key and every action of the mouse, and the lines around the cloud."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypcd4 import PointCloud
from textual.binding import Binding

from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.model.clip import CLIP_STEPS, Clip
from heicdepth_tui.ui.model.cloud_frame import CloudColours, CloudFrame
from heicdepth_tui.ui.model.colour_range import ColourRange, RangeKind
from heicdepth_tui.ui.model.marks import PhotoMarks
from heicdepth_tui.ui.model.pose import Pose
from heicdepth_tui.ui.screens.commands import PhotoCommands
from heicdepth_tui.ui.screens.help import HelpScreen
from heicdepth_tui.ui.screens.spin import SpinScreen
from heicdepth_tui.ui.services import cloud_renderer
from tests.ui.browsing import ABSOLUTE, LANDSCAPE, PLAIN

Open = Callable[..., AbstractAsyncContextManager[Any]]
Spinning = Callable[..., AbstractAsyncContextManager[tuple[Any, SpinScreen]]]


async def shown(driven: Any, screen: SpinScreen) -> None:
    """Wait until the frame on show has the newest state."""
    await driven.until(lambda: screen.is_up_to_date, "the newest frame")
    await driven.pilot.pause()


@pytest.fixture
def spinning(open_app: Open, sample_folder: Path) -> Spinning:
    """Return a function that opens a generated photo and its cloud."""

    @asynccontextmanager
    async def run(
        name: str = LANDSCAPE,
        size: tuple[int, int] = (100, 32),
        cell_aspect: float | None = None,
    ) -> AsyncIterator[tuple[Any, SpinScreen]]:
        async with open_app(sample_folder / name, size=size, cell_aspect=cell_aspect) as driven:
            await driven.settled()
            await driven.pilot.press("3", "3")
            await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the screen")
            screen = driven.app.screen
            await shown(driven, screen)
            yield driven, screen

    return run


async def test_it_opens_at_rest_and_closes(spinning: Spinning) -> None:
    async with spinning() as (driven, screen):
        assert screen.frame is not None
        assert screen.frame.pose == Pose()
        assert screen.view.picture is screen.frame.rendered
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the list")


async def test_keys_change_the_pose(spinning: Spinning) -> None:
    poses: list[tuple[tuple[str, ...], Pose]] = [
        (("right", "l"), Pose(10, 0)),
        (("left", "h"), Pose(-10, 0)),
        (("down", "j"), Pose(0, 10)),
        (("up", "k"), Pose(0, -10)),
        (("+", "plus"), Pose(zoom=1.25**2)),
        (("minus",), Pose(zoom=1 / 1.25)),
        (("L", "shift+right"), Pose(moved=(-0.1, 0, 0))),
        (("H", "shift+left"), Pose(moved=(0.1, 0, 0))),
        (("K", "shift+up"), Pose(moved=(0, -0.1, 0))),
        (("J", "shift+down"), Pose(moved=(0, 0.1, 0))),
        (("p",), Pose(is_orthographic=True)),
        (("right", "+", "L", "R"), Pose()),
        (("right", "down", "p", "enter"), Pose(is_orthographic=True)),
    ]
    async with spinning() as (driven, screen):
        for keys, pose in poses:
            assert screen.spin.pose == Pose()
            await driven.pilot.press(*keys)
            await shown(driven, screen)

            assert screen.frame is not None
            found = screen.frame.pose
            assert (found.yaw, found.pitch, found.zoom) == pytest.approx(
                (pose.yaw, pose.pitch, pose.zoom)
            ), keys
            assert found.moved == pytest.approx(pose.moved), keys
            assert found.is_orthographic == pose.is_orthographic, keys
            await driven.pilot.press("R", *(["p"] if pose.is_orthographic else []))
            await shown(driven, screen)


async def test_keys_change_colours_points_and_blocks(spinning: Spinning) -> None:
    async with spinning() as (driven, screen):
        assert screen.frame is not None
        before = screen.frame
        await driven.pilot.press("c")
        await shown(driven, screen)
        assert screen.spin.colours is CloudColours.DEPTH
        assert screen.frame.rendered.rows != before.rendered.rows
        await driven.pilot.press("f", "n")
        await shown(driven, screen)
        assert "flying points shown" in driven.text
        assert "normals" in driven.text
        dropped = before.shown.cloud.dropped
        more = len(screen.frame.shown.cloud) - len(before.shown.cloud)
        assert more == dropped.flying + dropped.ramps > 0
        await driven.pilot.press("b")
        await shown(driven, screen)
        assert driven.app.session.settings.blocks is Blocks.QUAD
        assert screen.frame.rendered.fit.width == 4 * screen.frame.rendered.fit.cols


async def test_colours_of_depth_have_the_range_and_the_legend_of_the_map(
    spinning: Spinning,
) -> None:
    async with spinning() as (driven, screen):
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        assert not screen.legend.display
        await driven.pilot.press("c")
        await driven.until(lambda: screen.legend.display and screen.is_up_to_date, "the legend")
        whole, rows = screen.frame, screen.frame.rendered.fit.rows
        assert rows == screen.view.size.height
        near, far = screen.legend.plain.split()[0], driven.app.browse.pictures.depth.legend.plain
        assert far.startswith(near)
        session = driven.app.session
        session.colour_range = ColourRange(RangeKind.CHOSEN, near=1.0, far=2.0)
        screen.control.recolour()
        await driven.until(lambda: "depth colours by hand" in driven.text, "the other range")
        await shown(driven, screen)
        assert screen.legend.plain.startswith("≈1.0")
        assert screen.frame.rendered.rows != whole.rendered.rows
        before = screen.frame
        await driven.pilot.press("C")
        await driven.until(lambda: session.colour_range.is_far_bright, "far bright")
        await shown(driven, screen)
        assert screen.frame.rendered.rows != before.rendered.rows
        # The picture that P saves has the same ramp.
        (part,) = screen.picture_parts()
        assert part.legend.ends[0].startswith("≈1.0")
        assert part.request.spec.scale.is_far_bright
        await driven.pilot.press("c")
        await driven.until(lambda: not screen.legend.display, "colours of the photo")


async def test_the_turntable_turns_until_it_is_stopped(spinning: Spinning) -> None:
    async with spinning() as (driven, screen):
        await driven.pilot.press("t")
        await driven.until(lambda: screen.spin.pose.yaw > 2, "some turning")
        assert "turntable" in driven.text
        await driven.pilot.press("t")
        await shown(driven, screen)
        assert screen.frame is not None
        assert screen.frame.pose.yaw == screen.spin.pose.yaw > 2
        await driven.pilot.press("R")
        await shown(driven, screen)
        assert screen.frame.pose == Pose()


@pytest.mark.parametrize("aspect", [2.0, 2.2])
async def test_dragging_turns_or_moves(spinning: Spinning, aspect: float) -> None:
    async with spinning(cell_aspect=aspect) as (driven, screen):
        pilot, cloud = driven.pilot, screen.view
        await pilot.mouse_down(cloud, offset=(20, 10))
        await pilot.hover(cloud, offset=(40, 15))
        await pilot.mouse_up(cloud, offset=(40, 15))
        await shown(driven, screen)
        # The width of 100 cells is half a turn; a row is as high as ``aspect`` columns are wide.
        assert (screen.spin.pose.yaw, screen.spin.pose.pitch) == pytest.approx((36, 9 * aspect))
        assert screen.sample is None

        await pilot.press("R")
        await pilot.mouse_down(cloud, offset=(20, 10), control=True)
        await pilot.hover(cloud, offset=(30, 5))
        await pilot.mouse_up(cloud, offset=(30, 5))
        await shown(driven, screen)
        assert screen.frame is not None
        across, upright, _ = screen.spin.pose.moved
        focal = screen.frame.view.focal
        assert (across, upright) == pytest.approx((-10 / focal, -5 * aspect / focal))
        # Without a button nothing moves.
        await pilot.hover(cloud, offset=(60, 5))
        assert screen.spin.pose.moved == (across, upright, 0)


async def test_the_wheel_zooms(spinning: Spinning) -> None:
    from textual import events

    async with spinning() as (driven, screen):
        for kind, zoom in ((events.MouseScrollUp, 1.25), (events.MouseScrollDown, 1.0)):
            screen.view.post_message(kind(screen.view, 5, 5, 0, 0, 0, False, False, False))
            await driven.until(
                lambda zoom=zoom: screen.spin.pose.zoom == pytest.approx(zoom), "zoomed"
            )


async def test_a_click_names_the_sample_of_its_point(spinning: Spinning) -> None:
    async with spinning(ABSOLUTE) as (driven, screen):
        assert screen.frame is not None
        cols, rows = screen.view.size
        await driven.pilot.click(screen.view, offset=(cols // 2, rows // 2))
        await driven.until(lambda: screen.sample is not None, "a sample")

        sample = screen.sample
        assert sample is not None
        metres = screen.frame.shown.cloud
        assert screen.sample_line.startswith(f"{sample.metres:.3f} m  depth {sample.column}, ")
        assert screen.sample_line.partition("  point")[0] in driven.text
        assert abs(sample.column - metres.grid.width / 2) < metres.grid.width / 20
        # The point as well where there is room; y copies all of it.
        x, y, z = sample.point
        assert screen.sample_line.endswith(f"point x {x:+.3f} y {y:+.3f} z {z:+.3f} m")
        await driven.pilot.press("y")
        await driven.until(lambda: driven.app.clipboard == screen.sample_line, "the figures")
        await driven.pilot.press("m")
        entry = driven.app.session.entry
        (mark,) = driven.app.session.marks[entry].marks
        assert (mark.pixel, mark.sample) == (sample.photo, (sample.column, sample.row))
        # Beside the picture there is none.
        await driven.pilot.click(screen.view, offset=(0, rows // 2))
        await driven.until(lambda: screen.sample is None, "no sample")


async def test_clip_and_flying_points_are_exported_as_shown(
    spinning: Spinning, tmp_path: Path
) -> None:
    async with spinning() as (driven, screen):
        assert screen.frame is not None
        whole = len(screen.frame.shown.cloud)
        await driven.pilot.press(*["]"] * 3, *["{"] * 4, "f")
        await shown(driven, screen)
        clip, frame = screen.spin.clip, screen.frame
        assert clip.near is not None
        assert clip.far is not None
        assert f"clip ≈{clip.near:.3g}–{clip.far:.3g} m, relative" in driven.text
        assert len(frame.shown.cloud) < whole
        metres = -frame.shown.cloud.xyz[:, 2]
        assert metres.min() >= clip.near
        assert metres.max() <= clip.far
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

        (path,) = (tmp_path / "out").iterdir()
        assert PointCloud.from_path(path).points == len(frame.shown.cloud)
        await driven.pilot.press(*["["] * 3, *["}"] * 4)
        await shown(driven, screen)
        assert screen.spin.clip == Clip()


async def test_a_frame_for_the_pane_is_none_for_the_screen_opened_meanwhile(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, held, drawn = threading.Event(), threading.Event(), cloud_renderer.draw_frame

    def draw(*args: Any) -> CloudFrame:
        begun.set()
        assert held.wait(30)
        return drawn(*args)

    monkeypatch.setattr(cloud_renderer, "draw_frame", draw)
    async with open_app(sample_folder / LANDSCAPE, size=(100, 32)) as driven:
        await driven.settled()
        await driven.pilot.press("3")
        await driven.until(begun.is_set, "a frame for the pane is being drawn")
        await driven.pilot.press("3")
        await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the screen")
        screen = driven.app.screen
        await driven.pilot.pause()
        held.set()
        await driven.until(lambda: screen.frame is not None, "a frame")
        await shown(driven, screen)
        fit = screen.frame.rendered.fit
        assert (fit.cols, fit.rows) == screen.view.size


async def test_colour_maps_of_the_palette_are_used(spinning: Spinning) -> None:
    async with spinning() as (driven, screen):
        await driven.pilot.press("c")
        await shown(driven, screen)
        before = screen.frame
        screen.use_colormap("viridis")
        await driven.until(lambda: screen.frame is not before and screen.is_up_to_date, "a frame")
        assert before is not None
        assert screen.frame is not None
        assert screen.frame.rendered.rows != before.rendered.rows


async def test_a_resize_draws_for_the_new_room(spinning: Spinning) -> None:
    async with spinning() as (driven, screen):
        await driven.pilot.resize_terminal(60, 20)
        await driven.until(
            lambda: screen.frame is not None and screen.frame.rendered.fit.cols == 60, "60 cells"
        )
        await shown(driven, screen)
        assert screen.frame is not None
        assert screen.frame.rendered.fit.rows == screen.view.size.height == 16


async def test_help_opens_over_it(spinning: Spinning) -> None:
    async with spinning() as (driven, screen):
        await driven.pilot.press("question_mark")
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is screen, "the cloud")


async def test_a_photo_without_depth_says_so(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder / PLAIN) as driven:
        await driven.settled()
        await driven.pilot.press("3", "3")
        await driven.until(lambda: "no point cloud" in driven.text, "the reason")
        assert "the file holds no depth map" in driven.text
        assert driven.text.splitlines()[-1].split() == ["?", "Help", "esc", "Back", "q", "Quit"]
        await driven.pilot.press("right", "t", "]", "e", "escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "the list")


async def test_a_photo_without_a_camera_says_so(open_app: Open, tmp_path: Path) -> None:
    path = tmp_path / "bare.heic"
    path.write_bytes(build_photo(calibration=None, exif=None))
    async with open_app(path) as driven:
        await driven.settled()
        await driven.pilot.press("3", "3")
        await driven.until(lambda: "no point cloud" in driven.text, "the reason")
        assert "neither the file nor EXIF gives a camera" in driven.text


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_lines_around_the_cloud(spinning: Spinning, size: tuple[int, int]) -> None:
    async with spinning(size=size) as (driven, screen):
        lines = driven.text.splitlines()

    assert screen.frame is not None
    assert lines[0].startswith(f" heicdepth-tui  {LANDSCAPE} ")
    count = len(screen.frame.shown.cloud)
    assert lines[0].endswith(f" {count:,} points ")
    nearest, farthest = screen.frame.shown.nearest, screen.frame.shown.farthest
    shown_range = f" all ≈{nearest:.3g}–{farthest:.3g} m, relative  perspective  photo colours  "
    assert lines[1].startswith(shown_range)
    assert lines[-2].startswith(" x y z ")
    assert lines[-2].rstrip().endswith(f" m at ≈{screen.frame.view.distance:.3g} m")
    assert lines[-1].startswith(" ? Help  esc Back  ")
    assert lines[-1].rstrip().endswith("e Export  q Quit")
    blocks = set("▀▄█ ")
    assert all(set(line) <= blocks for line in lines[2:-2])
    bar = lines[-2][lines[-2].index("├") : lines[-2].index("┤") + 1]
    length = float(lines[-2].split("┤ ≈")[1].split(" ")[0])
    # Rounded to whole cells.
    assert abs(len(bar) * screen.frame.metres_a_cell - length) <= screen.frame.metres_a_cell / 2


def test_the_clip_goes_from_one_end_to_the_other_and_never_crosses() -> None:
    limits = (0.5, 4.0)
    near = Clip()
    for _ in range(2 * CLIP_STEPS):
        near = near.moved(1, 0, limits)
    assert near.far is None
    assert near.near is not None
    assert 0.5 < near.near < 4.0
    both = near.moved(0, 1, limits)
    assert both == near
    assert Clip().moved(-1, -1, limits) == Clip()
    step = (1 / 0.5 - 1 / 4.0) / CLIP_STEPS
    assert Clip().moved(2, 0, limits).near == pytest.approx(1 / (2 - 2 * step), rel=5e-3)
    assert Clip().moved(0, 2, limits).far == pytest.approx(1 / (0.25 + 2 * step), rel=5e-3)


def test_a_flat_photo_has_no_clip() -> None:
    assert Clip().moved(1, 0, (2.0, 2.0)) == Clip()


async def test_the_palette_offers_every_key_of_it(spinning: Spinning) -> None:
    async with spinning() as (_, screen):
        commands = PhotoCommands(screen)
        names = [str(hit.display) async for hit in commands.discover()]

    for binding in SpinScreen.BINDINGS:
        assert isinstance(binding, Binding)
        assert any(name.startswith(f"{binding.description} (") for name in names), binding


async def test_a_clip_between_two_surfaces_says_how_to_widen_it(
    open_app: Open, tmp_path: Path
) -> None:
    metres = np.full((72, 96), 3.0)
    metres[20:50, 30:60] = 0.6
    path = tmp_path / "two.heic"
    path.write_bytes(build_photo(metres=metres))
    async with open_app(path) as driven:
        await driven.settled()
        await driven.pilot.press("3", "3")
        await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the screen")
        screen = driven.app.screen
        await shown(driven, screen)
        await driven.pilot.press("]", "{")
        await driven.until(lambda: "no point is left" in driven.text, "the reason")
        assert "[ and } widen it" in driven.text
        await driven.pilot.press("[", "}")
        await shown(driven, screen)
        assert screen.frame is not None
        assert screen.view.picture is screen.frame.rendered


async def test_a_known_length_scales_what_is_shown_and_exported(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        session = driven.app.session
        session.marks[session.entry] = PhotoMarks(factor=2.0)
        await driven.pilot.press("3", "3")
        await driven.until(lambda: isinstance(driven.app.screen, SpinScreen), "the screen")
        screen = driven.app.screen
        await shown(driven, screen)
        assert screen.frame is not None
        frame = screen.frame
        assert "scaled by the user: 2" in driven.text
        assert frame.shown.nearest == pytest.approx(2 * 0.555, abs=0.002)
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the toast")

    (path,) = (tmp_path / "out").iterdir()
    written = PointCloud.from_path(path).numpy(("z",))
    assert -written.max() == pytest.approx(frame.shown.nearest, abs=1e-3)
