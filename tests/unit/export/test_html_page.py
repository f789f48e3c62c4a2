"""The page's text: policy, hashes, escapes, caption, size."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.depth.cloud import CloudOptions, Projection
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.html import write_html
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.source import ExportOptions, ExportSource
from heicdepth_tui.heif.depth_facts import Accuracy

EVIL = "</script><script>alert(1)</script>\x1b]0;x\x07\u202e\"'&{{style}}"


class Elements(HTMLParser):
    """Every start tag with its attributes, the text of each script and style, all other text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = dict(attrs).get("type") or tag
            self.raw[self._inside] = ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside] += data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(source: ExportSource) -> str:
    file = io.BytesIO()
    write_html(source, file)
    return file.getvalue().decode("utf-8", "strict")


@pytest.fixture
def page(make_source: Callable[..., ExportSource]) -> str:
    return page_of(make_source("/photos/IMG_0412.HEIC"))


def policy(page: str) -> dict[str, str]:
    (meta,) = [m for m in Elements(page).all("meta") if "http-equiv" in m]
    assert meta["http-equiv"] == "Content-Security-Policy"
    rules = [rule.strip().partition(" ") for rule in str(meta["content"]).split(";")]
    return {name: value for name, _, value in rules}


def sha256(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(page: str) -> None:
    elements = Elements(page)

    assert policy(page) == {
        "default-src": "'none'",
        "img-src": "data:",
        "script-src": sha256(elements.raw["script"]),
        "style-src": sha256(elements.raw["style"]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    # The policy stands before anything it shall govern.
    assert page.index("Content-Security-Policy") < page.index("<link") < page.index("<style")
    assert len(elements.all("script")) == 2
    assert len(elements.all("style")) == 1


def test_nothing_in_the_page_points_outside(page: str) -> None:
    elements = Elements(page)

    for tag, attributes in elements.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "style" not in attributes, tag
        for name in ("src", "href", "action", "srcset"):
            assert str(attributes.get(name) or "data:").startswith("data:"), tag
    code = elements.raw["script"] + elements.raw["style"]
    assert not re.search(r"https?:|//[a-z]|url\(|@import|import\(|fetch\(|XMLHttp|WebSocket", code)


def test_the_scene_is_json_with_both_images(page: str) -> None:
    scene = json.loads(Elements(page).raw["application/json"])

    assert scene["version"] == 1
    assert (scene["width"], scene["height"], scene["points"]) == (6, 4, 23)  # code 0 is invalid
    assert base64.b64decode(scene["codes"]["data"]).startswith(b"\x89PNG")
    assert scene["colours"]["type"] in ("image/webp", "image/png")


def test_a_hostile_name_stays_text(make_source: Callable[..., ExportSource]) -> None:
    name = EVIL.replace("/", "\N{DIVISION SLASH}")
    plain = Elements(page_of(make_source("/photos/a.heic")))

    page = page_of(make_source(f"/photos/{name}.heic"))
    elements = Elements(page)

    assert [tag for tag, _ in elements.tags] == [tag for tag, _ in plain.tags]
    assert elements.raw["script"] == plain.raw["script"]
    assert "\x1b" not in page
    assert "\x07" not in page
    assert "\u202e" not in page
    assert "\\x1b]0;x\\x07\\u202e\"'&{{style}}.heic" in elements.text
    assert "\\u202e" in str(elements.all("canvas")[0]["aria-label"])


def test_undecodable_bytes_of_a_name_are_shown_as_escapes(
    make_source: Callable[..., ExportSource],
) -> None:
    path = os.fsdecode(b"/photos/caf\xe9.heic")

    assert "caf\\xe9.heic" in Elements(page_of(make_source(path))).text


@pytest.mark.parametrize(
    ("accuracy", "caveat"),
    [
        (Accuracy.RELATIVE, "relative: ratios hold, real distances are not promised"),
        (Accuracy.ABSOLUTE, "absolute: the file promises real distances"),
        (Accuracy.UNKNOWN, "accuracy unknown: the file does not say whether distances are real"),
    ],
)
def test_the_caption_says_what_is_shown_and_how_far_to_trust_it(
    make_source: Callable[..., ExportSource], accuracy: Accuracy, caveat: str
) -> None:
    text = Elements(page_of(make_source(accuracy=accuracy))).text

    assert "IMG_0412.HEIC" in text
    assert "photo 6×4 · depth 6×4 · 23 points (dropped: 1 invalid)" in text
    assert "perspective · camera from the file" in text
    assert caveat in text
    # Codes 11 and 253 of 255 at 2 1/m: 11.6 m and 0.504 m.
    about = "" if accuracy is Accuracy.ABSOLUTE else "≈ "
    assert f"{about}0.504 to 11.6 m" in text


@pytest.mark.parametrize("accuracy", list(Accuracy))
def test_an_assumed_law_is_said_to_be_one(
    make_source: Callable[..., ExportSource],
    assume: Callable[[ExportSource], ExportSource],
    accuracy: Accuracy,
) -> None:
    text = Elements(page_of(assume(make_source(accuracy=accuracy)))).text

    assert "assumed: the file does not state that z_near and z_far are in metres" in text
    assert "promised" in text
    assert "promises" not in text
    assert "ratios hold" not in text
    assert "that code 0 is z_far" in text
    assert "≈ 0.512 to 2 m" in text


def test_the_caption_says_unit_frame_and_what_is_odd(
    make_source: Callable[..., ExportSource],
) -> None:
    source = make_source()
    camera = replace(source.camera, note="the reference has <another> aspect")  # type: ignore[type-var]
    text = Elements(page_of(replace(source, camera=camera))).text

    assert "x right, y up, −z forward" in text
    assert "camera: the reference has <another> aspect" in text
    assert "d_min is 0 1/m: samples of 0.001 1/m or less are invalid" in text


def test_notes_of_the_photo_are_shown_as_text(make_source: Callable[..., ExportSource]) -> None:
    page = page_of(replace(make_source(), notes=("2 tiles are <missing>\x1b",)))

    assert "2 tiles are <missing>\\x1b" in Elements(page).text


def test_a_flat_cloud_says_that_nothing_is_to_scale(
    make_source: Callable[..., ExportSource],
) -> None:
    text = Elements(page_of(make_source(camera=False, projection=Projection.FLAT))).text

    assert "24 points" in text
    assert "flat projection" in text
    assert "distances and their ratios are not real" in text
    assert "perspective" not in text


def scene_of(page: str) -> dict[str, Any]:
    scene: dict[str, Any] = json.loads(Elements(page).raw["application/json"])
    return scene


def test_display_p3_stays_so_in_the_page_and_is_said_to(
    make_source: Callable[..., ExportSource],
) -> None:
    source = make_source()
    decoded = replace(source.colours(source.size, True), space="Display P3")
    page = page_of(
        replace(source, colours=lambda _, stored: decoded if stored else decoded.in_srgb())
    )

    scene = scene_of(page)
    image = Image.open(io.BytesIO(base64.b64decode(scene["colours"]["data"]))).convert("RGB")
    np.testing.assert_array_equal(np.asarray(image)[1:], decoded.rgb[1:])
    # By columns, as WebGL takes matrices; to the published digits (CSS Color 4).
    assert scene["narrowing"] == pytest.approx(
        [1.22494, -0.04206, -0.01964, -0.22494, 1.04206, -0.07864, 0, 0, 1.09827], abs=5e-6
    )
    words = "Display P3 as decoded; converted to sRGB where the browser cannot show it"
    assert f"colours: {words}" in Elements(page).text


def test_other_colours_are_drawn_as_they_are(make_source: Callable[..., ExportSource]) -> None:
    page = page_of(make_source())

    assert scene_of(page)["narrowing"] is None
    assert "colours: as decoded, the photo states no colour space" in Elements(page).text


def test_colours_that_coding_changes_are_said_to_be_changed(
    make_source: Callable[..., ExportSource], tmp_path: Path
) -> None:
    codes = np.full((150, 200), 128)
    noise = np.random.default_rng(2).integers(0, 256, (*codes.shape, 3), np.uint8)
    source = make_source(codes=codes)
    camera = replace(source.camera, width=200, height=150)  # type: ignore[type-var]
    source = replace(source, camera=camera, colours=lambda *_: Coloured(noise))
    (exported,) = FORMATS["html"].write(source, tmp_path)
    page = exported.path.read_text("utf-8")

    stored = base64.b64decode(scene_of(page)["colours"]["data"])
    off = np.abs(np.asarray(Image.open(io.BytesIO(stored))).astype(int) - noise)
    (quality,) = re.findall(r"JPEG of quality (\d+)", exported.summary)
    stated = (
        f"colours are coded as JPEG of quality {quality}, off by {off.mean():.2g} of 255 levels on "
        f"average and by {off.max()} at most"
    )
    assert stated in exported.summary
    assert stated in Elements(page).text
    assert "JPEG" not in Elements(page_of(make_source())).text


def test_without_scripts_the_page_still_says_what_it_is(page: str) -> None:
    elements = Elements(page)

    assert "Scripts are turned off" in elements.text
    assert elements.all("html")[0]["lang"] == "en"
    assert "Arrow keys turn it" in str(elements.all("canvas")[0]["aria-label"])
    assert elements.all("canvas")[0]["tabindex"] == "0"


def test_the_same_photo_gives_the_same_bytes(make_source: Callable[..., ExportSource]) -> None:
    assert page_of(make_source()) == page_of(make_source())


def test_pug_is_a_page_of_442_thousand_points_under_1_2_megabytes() -> None:
    folder = os.environ.get("HEICDEPTH_PHOTOS")
    if not folder:
        pytest.skip("HEICDEPTH_PHOTOS is not set")
    from heicdepth_tui.export.run import read_source
    from heicdepth_tui.photo.decode import load

    source = read_source(
        Path(folder) / "real" / "pug.heic",
        ExportOptions(cloud=CloudOptions(drop_flying=False)),
        lambda request: load(request.path, request.layer, exact=request.exact),
    )
    page = page_of(source)

    scene: dict[str, Any] = json.loads(Elements(page).raw["application/json"])
    assert scene["points"] == 442_368
    assert len(page.encode()) < 1_200_000
    assert scene["colours"]["type"] != "image/jpeg"  # the colours are exact
    # 1/Z runs from d_min to d_max over the 255 codes; fx, cx of FACTS at 768 of 4032 samples.
    assert scene["mapping"][0] == pytest.approx(1.498046875, rel=1e-5)
    assert scene["mapping"][0] + 255 * scene["mapping"][1] == pytest.approx(4.3828125, rel=1e-5)
    assert 1 / scene["columns"][1] == pytest.approx(3032.594 * 768 / 4032, rel=1e-5)
