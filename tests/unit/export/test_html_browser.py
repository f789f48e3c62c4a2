"""The page in a real browser: what it draws, what it asks for, what it says where it cannot."""

from __future__ import annotations

import base64
import functools
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from html_browsing import (
    HEIGHT,
    READY,
    VIEW,
    WIDTH,
    box_of,
    canvas,
    expected_box,
    green,
    is_same_picture,
    margin,
    needs_chromium,
    red,
    source,
)
from PIL import Image

from heicdepth_tui.depth.cloud import Projection
from heicdepth_tui.export.html import write_html
from tests.support.chromium import Chromium, Page
from tests.support.colour import RED, SHOWN

pytestmark = needs_chromium


def test_the_front_view_puts_every_sample_where_the_pinhole_does(tab: Page) -> None:
    tab.key("1")
    picture = canvas(tab)

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


def test_colours_are_those_of_the_photo(tab: Page) -> None:
    tab.key("1")
    picture = canvas(tab)

    left, top, right, bottom = box_of(red(picture))
    shown = picture[(top + bottom) // 2, (left + right) // 2]
    # 8 bits to float in the shader, and back: each may be rounded to the next level.
    assert shown.tolist() == pytest.approx([230, 20, 10], abs=1)


@pytest.mark.parametrize("has_p3", [True, False])
@pytest.mark.thorough
def test_display_p3_looks_the_same_on_either_canvas(
    browser: Chromium, tmp_path: Path, has_p3: bool
) -> None:
    path = tmp_path / "p3.html"
    with path.open("wb") as target:
        write_html(source(patch=RED, space="Display P3"), target)
    page = browser.page("about:blank", width=VIEW[0], height=VIEW[1])
    if not has_p3:
        page.command(
            "Page.addScriptToEvaluateOnNewDocument",
            source="delete WebGL2RenderingContext.prototype.drawingBufferColorSpace",
        )
    page.open(path.resolve().as_uri())
    page.wait(READY)
    page.key("1")
    picture = canvas(page)
    space = page.evaluate("view.getContext('webgl2').drawingBufferColorSpace")
    assert page.complaints == []
    page.close()

    assert space == ("display-p3" if has_p3 else None)
    left, top, right, bottom = box_of(red(picture))
    shown = picture[(top + bottom) // 2, (left + right) // 2]
    # The screen of this browser is sRGB. Shader and composition round to a level each.
    assert shown.tolist() == pytest.approx(SHOWN, abs=2)


@pytest.mark.thorough
def test_the_canvas_follows_the_window_and_the_pixels_of_the_screen(tab: Page) -> None:
    for width, height, scale in ((600, 500, 2.0), (400, 700, 1.0), (640, 480, 1.5)):
        tab.resize(width, height, scale)
        tab.wait(f"view.width === {round(width * scale)}")
        css, device = tab.evaluate(
            "[[view.clientWidth, view.clientHeight], [view.width, view.height]]"
        )
        assert css[0] == width
        assert device == pytest.approx([side * scale for side in css], abs=1.01)
        picture = np.asarray(Image.open(io.BytesIO(tab.screenshot())).convert("RGB"))
        assert green(picture).sum() > 0.02 * picture.shape[0] * picture.shape[1]


@pytest.mark.thorough
def test_a_lost_graphics_context_is_said_and_mended(tab: Page) -> None:
    first = canvas(tab)
    tab.evaluate("(loss = view.getContext('webgl2').getExtension('WEBGL_lose_context'), 1)")

    tab.evaluate("(loss.loseContext(), 1)")
    tab.wait("document.documentElement.dataset.state === 'lost'")
    said = tab.evaluate("[notice.hidden, notice.textContent]")
    tab.evaluate("(loss.restoreContext(), 1)")
    tab.wait(READY)

    assert said[0] is False
    assert "context was lost" in said[1]
    assert tab.evaluate("notice.hidden")
    assert is_same_picture(canvas(tab), first)


def test_the_light_scheme_is_light(tab: Page) -> None:
    dark = canvas(tab)[2, 2]
    tab.prefer(calm=True, dark=False)

    assert dark.max() < 60
    assert canvas(tab)[2, 2].min() > 190


def test_the_browser_decodes_both_images_exactly(tab: Page, page_file: Path) -> None:
    """The same decode and upload as in page.js, read back and compared with Pillow's."""
    got = tab.evaluate(
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
    found = re.search(r'id="cloud">(.*?)</script>', page_file.read_text("utf-8"))
    assert found
    scene = json.loads(found[1])
    for name, encoded in zip(("codes", "colours"), got, strict=True):
        shown = np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(HEIGHT, WIDTH, 4)
        # Bytes all the way, no shader: codes that were off by one would be other distances.
        stored = Image.open(io.BytesIO(base64.b64decode(scene[name]["data"]))).convert("RGB")
        np.testing.assert_array_equal(shown[..., :3], np.asarray(stored))


@pytest.mark.parametrize("kind", ["12 bits", "flat"])
@pytest.mark.thorough
def test_other_clouds_are_drawn_too(browser: Chromium, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "other.html"
    make = (
        functools.partial(source, bits=12)
        if kind == "12 bits"
        else functools.partial(source, projection=Projection.FLAT)
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


@pytest.mark.thorough
def test_without_webgl_the_page_says_so(page_file: Path) -> None:
    with Chromium("--disable-3d-apis") as blind:
        page = blind.page(page_file, width=VIEW[0], height=VIEW[1])
        page.wait("document.documentElement.dataset.state === 'failed'")

        assert "needs WebGL 2" in page.evaluate("notice.innerText")
        assert page.evaluate("notice.checkVisibility()")
        assert page.requests == [page_file.resolve().as_uri()]
