"""Colours stay as decoded and every file says in which space they are; GLB's are BT.709."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from plyfile import PlyData
from pypcd4 import PointCloud

from heicdepth_tui.export.glb import linear_colours
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.subject import ExportOptions, Subject
from heicdepth_tui.heif.colour import read_profile
from heicdepth_tui.heif.facts import ColourSpace
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY, Pixels, Request
from heicdepth_tui.samples import build
from heicdepth_tui.samples.recipe import Recipe

Make = Callable[..., Subject]
Written = Callable[[str, Subject], Path]
FLOAT32_SUM = 5e-7
"""Six roundings of values under 1.3: factors, levels, products and sums, 2**-24 of each."""
AS_DECODED = "colours: Display P3 as decoded, not converted"


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def stated(subject: Subject, name: str) -> Subject:
    return replace(subject, header=replace(subject.header, colour=ColourSpace(name)))


def extras(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    found: dict[str, object] = json.loads(data[20 : 20 + length])["asset"]["extras"]
    return found


def png_info(path: Path) -> dict[str, object]:
    with Image.open(path) as image:
        return {str(key): value for key, value in image.info.items()}


def test_values_do_not_depend_on_the_colour_space(make_subject: Make, written: Written) -> None:
    kept = {}
    for name in ("unknown", "Display P3"):
        subject = stated(make_subject(), name)
        cloud = PointCloud.from_path(written("pcd", subject)).pc_data["rgb"].view(np.uint32)
        vertex = PlyData.read(written("ply", subject))["vertex"]
        with np.load(written("npz", subject)) as arrays:
            kept[name] = (cloud.tolist(), vertex["red"].tolist(), arrays["rgb"].tolist())
    assert kept["unknown"] == kept["Display P3"]


def test_every_file_names_the_colour_space(
    make_subject: Make, written: Written, tmp_path: Path
) -> None:
    subject = stated(make_subject(), "Display P3")
    assert f"# {AS_DECODED}\n".encode() in written("pcd", subject).read_bytes()
    assert AS_DECODED in PlyData.read(written("ply", subject)).comments
    with np.load(written("npz", subject)) as arrays:
        export = json.loads(str(arrays["metadata"]))["export"]
    assert export["rgb"] == "uint8, Display P3 as decoded, not converted"
    assert AS_DECODED in export["comments"]
    photo, codes, _ = FORMATS["png"].write(subject, tmp_path)
    assert AS_DECODED in str(png_info(photo.path)["Description"])
    assert "colours" not in str(png_info(codes.path))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sRGB", "colours: sRGB as decoded, not converted"),
        ("BT.2020 PQ", "colours: BT.2020 PQ as decoded, not converted"),
        ("unknown", "colours: as decoded, the photo states no colour space (sRGB is usual)"),
        ("Käse\n", "colours: K\\xe4se\\x0a as decoded, not converted"),
    ],
)
def test_other_spaces(make_subject: Make, name: str, words: str) -> None:
    lines = stated(make_subject(), name).cloud_comments()
    assert [line for line in lines if line.startswith("colours")] == [words]


def test_display_p3_is_converted_by_the_known_matrix() -> None:
    primaries = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
    # Published (CSS Color 4): 1.2249 -0.2249 0, -0.0421 1.0421 0, -0.0196 -0.0786 1.0983.
    np.testing.assert_allclose(
        linear_colours(primaries, is_p3=True),
        [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]],
        atol=FLOAT32_SUM,
    )
    grey, inside = linear_colours(np.array([[128] * 3, [200, 150, 100]], np.uint8), is_p3=True)
    np.testing.assert_allclose(grey, [0.21586050] * 3, atol=FLOAT32_SUM)
    red, green, blue = 0.57758044, 0.30498731, 0.12743768
    by_hand = [
        1.22494018 * red - 0.22494018 * green,
        -0.04205695 * red + 1.04205695 * green,
        -0.01963755 * red - 0.07863605 * green + 1.09827360 * blue,
    ]
    # The factors written out here are rounded to 5e-9 each.
    np.testing.assert_allclose(inside, by_hand, atol=FLOAT32_SUM + 2e-8)
    assert inside.dtype == np.float32


def test_glb_says_what_was_done(make_subject: Make, written: Written) -> None:
    told = {
        name: extras(written("glb", stated(make_subject(), name)))
        for name in ("Display P3", "sRGB", "unknown", "BT.2020 PQ")
    }
    assert {name: one["colours"] for name, one in told.items()} == {
        "Display P3": "Display P3 converted to linear BT.709, what lies outside is clipped",
        "sRGB": "sRGB made linear",
        "unknown": "taken for sRGB and made linear; the photo states no colour space",
        "BT.2020 PQ": "taken for sRGB and made linear; stated as BT.2020 PQ",
    }
    assert not any("as decoded" in str(one["comments"]) for one in told.values())


def test_the_photo_png_carries_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    monkeypatch.setattr(build, "SRGB_COLR", b"prof" + profile)
    path = tmp_path / "a.heic"
    path.write_bytes(build.make_photo(Recipe()).data)
    assert read_header(path).colour == ColourSpace("sRGB", len(profile))
    photo, codes, depth = export_photo(path, ExportOptions(("png",), out=tmp_path), decode)
    assert png_info(photo.path)["icc_profile"] == profile
    for other in (codes, depth):
        assert "icc_profile" not in png_info(other.path)


def test_a_real_iphone_photo(tmp_path: Path, photos: Path) -> None:
    path = photos / "real" / "pug.heic"
    photo, *_ = export_photo(path, ExportOptions(("png",), out=tmp_path), decode)
    with Image.open(photo.path) as image:
        assert image.info["icc_profile"] == read_profile(path)
        assert "Display P3" in image.info["Description"]
        decoded = load(path, PRIMARY, exact=(768, 576)).array
        np.testing.assert_array_equal(np.asarray(image), decoded)
