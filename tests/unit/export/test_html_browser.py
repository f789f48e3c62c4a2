"""The page in a real browser: what it draws, what it asks for, how it answers a hand."""

from __future__ import annotations

import base64
import functools
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bench.chromium import Chromium, Page, find_chromium
from PIL import Image

from heicdepth_tui.depth.camera import Camera, CameraOrigin
from heicdepth_tui.depth.cloud import CloudOptions, Projection
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.export.html import write_html
from heicdepth_tui.export.subject import ExportOptions, Subject
from heicdepth_tui.heif.facts import (
    Accuracy,
    Calibration,
    DepthFacts,
    DepthRepresentation,
    DepthStatus,
    Header,
    ImageItem,
    RepresentationType,
    Size,
)

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed")

WIDTH, HEIGHT = 160, 120
FOCAL, CX, CY = 150.0, 79.5, 59.5
NEAR, FAR = 90, 40  # codes, of 255 at 4 1/m
PATCH = np.s_[30:61, 90:131]  # rows, columns: a red patch that floats before a green wall
VIEW = (640, 480)
SPIN = 0.006  # radians a CSS pixel, as page.js says
READY = "document.documentElement.dataset.state === 'ready'"


def metres(code: int) -> float:
    return 1 / (code / 255 * 4.0)


def item(size: Size) -> ImageItem:
    return ImageItem(1, "hvc1", size, size, (), 8, 3, None, False, 1000)


def subject(bits: int = 8, projection: Projection = Projection.PERSPECTIVE) -> Subject:
    size = Size(WIDTH, HEIGHT)
    codes = np.full((HEIGHT, WIDTH), FAR, np.uint16)
    codes[PATCH] = NEAR
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[..., 1] = 170
    rgb[PATCH] = (230, 20, 10)
    law = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=0.0, d_max=4.0)
    facts = DepthFacts(
        DepthStatus.PRESENT,
        item=item(size),
        representation=law,
        calibration=Calibration(accuracy=Accuracy.ABSOLUTE),
    )
    if bits > 8:
        codes = codes * (2**bits - 1) // 255
    return Subject(
        path=Path("/photos/patch.heic"),
        header=Header("/photos/patch.heic", 5000, "heic", ("mif1",), item(size), facts),
        depth_map=build_depth_map(codes.astype(np.uint8 if bits == 8 else np.uint16), bits, facts),
        camera=Camera(FOCAL, FOCAL, CX, CY, WIDTH, HEIGHT, CameraOrigin.FILE),
        colours=lambda _: rgb,
        options=ExportOptions(cloud=CloudOptions(projection=projection, drop_flying=False)),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "patch.html"
    with path.open("wb") as target:
        write_html(subject(), target)
    return path


@pytest.fixture
def page(browser: Chromium, file: Path) -> Iterator[Page]:
    page = browser.page(file, width=VIEW[0], height=VIEW[1])
    page.wait(READY)
    yield page
    # Whatever a test did: nothing was asked for, nothing was complained about.
    assert page.requests == [file.resolve().as_uri()]
    assert page.complaints == []
    page.close()


def canvas(page: Page) -> np.ndarray:
    """Return the canvas as it stands on the screen, (h, w, 3) of CSS pixels."""
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    box = page.evaluate("(r => [r.x, r.y, r.width, r.height])(view.getBoundingClientRect())")
    left, top, width, height = (round(side) for side in box)
    return picture[top : top + height, left : left + width]


def centre(page: Page) -> tuple[float, float]:
    x, y = page.evaluate(
        "(r => [r.x + r.width / 2, r.y + r.height / 2])(view.getBoundingClientRect())"
    )
    return x, y


def red(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] > 150) & (picture[..., 1] < 80)


def green(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 1] > 110) & (picture[..., 0] < 80)


def box_of(mask: np.ndarray) -> np.ndarray:
    """Return left, top, right, bottom of what is set, right and bottom exclusive."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def expected_box(shape: tuple[int, ...], yaw: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    """Return where the patch's outermost samples lie after a turn by ``yaw``, then ``pitch``.

    The eye is at the camera; the pivot on the ray through the middle of the frame, at the median
    of the central half, which is the wall. What fits is the whole frame, with 6 % to spare.
    """
    height, width = shape[:2]
    pixels = 0.94 * min(width / (WIDTH / FOCAL), height / (HEIGHT / FOCAL))
    rows, columns = PATCH
    u, v = np.meshgrid([columns.start, columns.stop - 1], [rows.start, rows.stop - 1])
    z, away = metres(NEAR), metres(FAR)
    x, y, z = (u - CX) / FOCAL * z, -(v - CY) / FOCAL * z, away - z  # about the pivot
    x, z = np.cos(yaw) * x + np.sin(yaw) * z, np.cos(yaw) * z - np.sin(yaw) * x
    y, z = np.cos(pitch) * y - np.sin(pitch) * z, np.cos(pitch) * z + np.sin(pitch) * y
    left_right = width / 2 + pixels * x / (away - z)
    up_down = height / 2 - pixels * y / (away - z)
    return np.array([left_right.min(), up_down.min(), left_right.max(), up_down.max()])


def margin(shape: tuple[int, ...]) -> float:
    """Half a splat: 1.42 samples wide as seen from the camera, and a pixel of rounding."""
    return 0.94 * shape[0] / HEIGHT * 1.42 / 2 + 1.0


def test_the_front_view_puts_every_sample_where_the_pinhole_does(page: Page) -> None:
    page.key("1")
    picture = canvas(page)

    off = box_of(red(picture)) - expected_box(picture.shape)

    # Grown by at most half a splat on each side, never shrunk by more than rounding.
    assert np.all(off[:2] <= 1.0)
    assert np.all(off[:2] >= -margin(picture.shape))
    assert np.all(off[2:] >= -1.0)
    assert np.all(off[2:] <= margin(picture.shape))
    wall = box_of(green(picture) | red(picture))
    middle = (wall[0] + wall[2]) / 2, (wall[1] + wall[3]) / 2
    assert middle == pytest.approx((picture.shape[1] / 2, picture.shape[0] / 2), abs=2)
    assert wall[3] - wall[1] == pytest.approx(0.94 * picture.shape[0], abs=4)


@pytest.mark.parametrize("way", [(40, 0), (0, 40), (-60, 50), (-60, -30)])
def test_a_drag_turns_the_cloud_about_the_middle_by_the_angle_of_its_length(
    page: Page, way: tuple[int, int]
) -> None:
    page.key("1")
    x, y = centre(page)
    page.drag((x, y), (x + way[0], y + way[1]))
    picture = canvas(page)

    off = box_of(red(picture)) - expected_box(picture.shape, way[0] * SPIN, way[1] * SPIN)

    # Seen from aside a splat is wider, by the step of its code: three times at most.
    assert np.abs(off).max() <= 3 * margin(picture.shape)


def test_a_drag_takes_what_is_near_along_and_shows_what_it_hid(page: Page) -> None:
    page.key("1")
    before = box_of(red(canvas(page)))
    x, y = centre(page)
    page.drag((x, y), (x + 40, y))
    picture = canvas(page)

    assert box_of(red(picture))[0] - before[0] > 40
    # What the patch hid from the camera is a hole in the wall now.
    left, top, right, bottom = box_of(green(picture))
    inside = picture[top + 10 : bottom - 10, left + 10 : right - 10]
    assert (~red(inside) & ~green(inside)).mean() > 0.01


def test_colours_are_those_of_the_photo(page: Page) -> None:
    page.key("1")
    picture = canvas(page)

    left, top, right, bottom = box_of(red(picture))
    assert tuple(picture[(top + bottom) // 2, (left + right) // 2]) == (230, 20, 10)


def test_dragging_changes_the_picture_and_a_double_click_resets_it(page: Page) -> None:
    first = canvas(page)
    assert green(first).sum() > 20_000
    assert red(first).sum() > 2_000
    x, y = centre(page)

    page.drag((x, y), (x + 70, y - 30))
    dragged = canvas(page)
    page.double_click(x, y)

    assert (dragged != first).any(-1).mean() > 0.05
    np.testing.assert_array_equal(canvas(page), first)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (["ArrowLeft"], ["ArrowRight"]),
        (["ArrowUp", "ArrowUp"], ["ArrowDown", "ArrowDown"]),
        (["+"], ["-"]),
        (["]"], ["["]),
        (["ArrowRight", "-", "1"], ["0"]),
        (["ArrowDown"], ["r"]),
    ],
    ids=lambda keys: " ".join(keys),
)
def test_every_key_does_something_and_can_be_undone(
    page: Page, there: list[str], back: list[str]
) -> None:
    first = canvas(page)

    for key in there:
        page.key(key)
    changed = canvas(page)
    for key in back:
        page.key(key)
    again = canvas(page)

    assert (changed != first).any(-1).mean() > 0.003
    # Turning there and back leaves the last bits of an angle.
    assert (np.abs(again.astype(int) - first) > 8).any(-1).mean() < 0.001


def test_moving_shifts_without_turning(page: Page) -> None:
    page.key("1")
    before = box_of(red(canvas(page)))
    x, y = centre(page)

    page.drag((x, y), (x + 30, y + 20), button="right")
    by_button = box_of(red(canvas(page))) - before
    page.key("1")
    page.drag((x, y), (x + 30, y + 20), modifiers=8)
    by_shift = box_of(red(canvas(page))) - before
    page.key("1")
    page.key("ArrowRight", shift=True)
    by_key = box_of(red(canvas(page))) - before

    # The wall, at the pivot, follows the hand; the patch is nearer, and faster.
    assert by_button == pytest.approx(np.array([30, 20, 30, 20]) * NEAR / FAR, abs=2)
    np.testing.assert_array_equal(by_shift, by_button)
    assert by_key == pytest.approx(np.array([24, 0, 24, 0]) * NEAR / FAR, abs=2)


def test_the_wheel_zooms_in_when_it_is_pushed(page: Page) -> None:
    first = red(canvas(page)).sum()
    x, y = centre(page)

    page.mouse("mouseWheel", x, y, button="none", wheel=-100)
    page.settle()
    closer = red(canvas(page)).sum()
    page.mouse("mouseWheel", x, y, button="none", wheel=240)
    page.settle()

    assert red(canvas(page)).sum() < first < closer


def test_two_fingers_pinch_and_a_double_tap_resets(page: Page) -> None:
    first = canvas(page)
    x, y = centre(page)

    page.touch("touchStart", (x - 30, y))
    page.touch("touchStart", (x - 30, y), (x + 30, y))
    for spread in (34, 38, 42):
        page.touch("touchMove", (x - spread, y), (x + spread, y))
    page.touch("touchEnd")
    pinched = canvas(page)
    for _ in range(2):
        page.touch("touchStart", (x, y))
        page.touch("touchEnd")

    assert red(pinched).sum() > 1.3 * red(first).sum()
    np.testing.assert_array_equal(canvas(page), first)


def test_help_opens_and_closes(page: Page) -> None:
    hidden = "help.hidden"
    assert page.evaluate(hidden)
    for open_key, close_key in (("?", "Escape"), ("h", "h")):
        page.key(open_key)
        assert not page.evaluate(hidden)
        page.key(close_key)
        assert page.evaluate(hidden)
    page.evaluate("ask.click()")
    assert page.evaluate("ask.getAttribute('aria-expanded')") == "true"


def test_space_sways_until_it_is_pressed_again(page: Page) -> None:
    first = canvas(page)
    page.key(" ")
    assert page.evaluate("sway.getAttribute('aria-pressed')") == "true"
    page.evaluate(
        "new Promise(done => { let n = 0; const next = () => "
        "++n > 12 ? done() : requestAnimationFrame(next); next(); })"
    )
    assert (canvas(page) != first).any()
    page.key("0")
    np.testing.assert_array_equal(canvas(page), first)


def test_a_glide_ends_exactly_where_a_jump_does(page: Page) -> None:
    page.key("ArrowLeft")
    jumped = canvas(page)
    page.key("0")
    page.prefer(calm=False, dark=True)

    page.key("ArrowLeft")
    previous = canvas(page)
    for _ in range(200):
        now = canvas(page)
        if np.array_equal(now, previous) and np.array_equal(now, jumped):
            break
        previous = now

    np.testing.assert_array_equal(previous, jumped)


def test_the_canvas_follows_the_window_and_the_pixels_of_the_screen(page: Page) -> None:
    for width, height, scale in ((600, 500, 2.0), (400, 700, 1.0), (640, 480, 1.5)):
        page.resize(width, height, scale)
        page.wait(f"view.width === {round(width * scale)}")
        css, device = page.evaluate(
            "[[view.clientWidth, view.clientHeight], [view.width, view.height]]"
        )
        assert css[0] == width
        assert device == pytest.approx([side * scale for side in css], abs=1.01)
        picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        assert green(picture).sum() > 0.02 * picture.shape[0] * picture.shape[1]


def test_a_lost_graphics_context_is_said_and_mended(page: Page) -> None:
    first = canvas(page)
    page.evaluate("(loss = view.getContext('webgl2').getExtension('WEBGL_lose_context'), 1)")

    page.evaluate("(loss.loseContext(), 1)")
    page.wait("document.documentElement.dataset.state === 'lost'")
    said = page.evaluate("[notice.hidden, notice.textContent]")
    page.evaluate("(loss.restoreContext(), 1)")
    page.wait(READY)

    assert said[0] is False
    assert "context was lost" in said[1]
    assert page.evaluate("notice.hidden")
    np.testing.assert_array_equal(canvas(page), first)


def test_the_light_scheme_is_light(page: Page) -> None:
    dark = canvas(page)[2, 2]
    page.prefer(calm=True, dark=False)

    assert dark.max() < 60
    assert canvas(page)[2, 2].min() > 190


def test_the_browser_decodes_both_images_exactly(page: Page, file: Path) -> None:
    """The same decode and upload as in page.js, read back and compared with Pillow's."""
    got = page.evaluate(
        """(async () => {
          const scene = JSON.parse(cloud.textContent), sums = [];
          const gl = document.createElement('canvas').getContext('webgl2');
          gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
          for (const { type, data } of [scene.codes, scene.colours]) {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes], { type }),
              { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
            gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
            gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
            gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, image);
            gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D,
              gl.getParameter(gl.TEXTURE_BINDING_2D), 0);
            const pixels = new Uint8Array(scene.width * scene.height * 4);
            gl.readPixels(0, 0, scene.width, scene.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
            sums.push(btoa(Array.from(pixels, (value) => String.fromCharCode(value)).join('')));
          }
          return sums;
        })()"""
    )
    found = re.search(r'id="cloud">(.*?)</script>', file.read_text("utf-8"))
    assert found
    scene = json.loads(found[1])
    for name, encoded in zip(("codes", "colours"), got, strict=True):
        shown = np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(HEIGHT, WIDTH, 4)
        stored = Image.open(io.BytesIO(base64.b64decode(scene[name]["data"]))).convert("RGB")
        np.testing.assert_array_equal(shown[..., :3], np.asarray(stored))


@pytest.mark.parametrize("kind", ["12 bits", "flat"])
def test_other_clouds_are_drawn_too(browser: Chromium, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "other.html"
    make = (
        functools.partial(subject, bits=12)
        if kind == "12 bits"
        else functools.partial(subject, projection=Projection.FLAT)
    )
    with path.open("wb") as target:
        write_html(make(), target)
    page = browser.page(path, width=VIEW[0], height=VIEW[1])
    page.wait(READY)
    page.key("1")
    picture = canvas(page)
    assert page.complaints == []
    page.close()

    left, top, right, bottom = box_of(red(picture))
    wall = box_of(green(picture) | red(picture))
    if kind == "12 bits":
        off = box_of(red(picture)) - expected_box(picture.shape)
        assert np.abs(off).max() <= margin(picture.shape)
    # Upright and not mirrored: the patch is to the right of the middle and above it.
    assert left > (wall[0] + wall[2]) / 2
    assert (top + bottom) / 2 < (wall[1] + wall[3]) / 2
    assert right - left > bottom - top


def test_without_webgl_the_page_says_so(file: Path) -> None:
    with Chromium("--disable-3d-apis") as blind:
        page = blind.page(file, width=VIEW[0], height=VIEW[1])
        page.wait("document.documentElement.dataset.state === 'failed'")

        assert "needs WebGL 2" in page.evaluate("notice.innerText")
        assert page.evaluate("notice.checkVisibility()")
        assert page.requests == [file.resolve().as_uri()]
