"""Colours are sRGB unless they are to stay as decoded, and every file says which they are."""

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

from heicdepth_tui.depth.cloud import Projection
from heicdepth_tui.export.colouring import Coloured, Colours
from heicdepth_tui.export.glb import linear_colours
from heicdepth_tui.export.options import ColourValues
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import ExportOptions, ExportSource
from heicdepth_tui.heif.colour import read_profile
from heicdepth_tui.heif.facts import ColourSpace
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.decode import decode as decode_in_this_process
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY, Pixels, Request
from heicdepth_tui.samples import build
from heicdepth_tui.samples.recipe import Recipe
from tests.support.colour import (
    ADOBE,
    DISPLAY_P3,
    RED,
    SHOWN,
    adobe_linear,
    adobe_profile,
    converted_by_hand,
    srgb_linear,
)

Make = Callable[..., ExportSource]
Written = Callable[[str, ExportSource], Path]
FLOAT32_SUM = 5e-7
"""Six roundings of values under 1.3: factors, levels, products and sums, 2**-24 of each."""
FILES = ("pcd", "ply", "glb", "npz", "png")
CONVERTED = "colours: sRGB, converted from Display P3 by the matrix of the primaries, clipped"
AS_DECODED = "colours: Display P3 as decoded, not converted"


def decode(request: Request) -> Pixels:
    *_, answer = decode_in_this_process(request)
    assert answer.pixels is not None
    return answer.pixels


def given(decoded: Coloured) -> Colours:
    """Return colours as an export is given them, of one picture."""
    return lambda _, stored: decoded if stored else decoded.in_srgb()


def stated(source: ExportSource, name: str, **options: object) -> ExportSource:
    """Return the source with colours in the space of that name, RED in the first row."""
    decoded = source.colours(source.size, True).rgb.copy()
    decoded[0] = RED
    options_ = replace(source.options, **options)  # type: ignore[arg-type]
    return replace(source, colours=given(Coloured(decoded, name)), options=options_)


def extras(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    found: dict[str, object] = json.loads(data[20 : 20 + length])["asset"]["extras"]
    return found


def png_info(path: Path) -> dict[str, object]:
    with Image.open(path) as image:
        return {str(key): value for key, value in image.info.items()}


def first_colours(source: ExportSource, written: Written, folder: Path) -> dict[str, list[int]]:
    """Return the first colour in each format by its reader; GLB's turned back from linear."""
    cloud = PointCloud.from_path(written("pcd", source)).pc_data["rgb"].view(np.uint32)
    vertex = PlyData.read(written("ply", source))["vertex"]
    data = written("glb", source).read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    start = len(data) - document["buffers"][0]["byteLength"]
    start += document["bufferViews"][1]["byteOffset"]
    light = np.frombuffer(data, "<f4", 3, start).astype(float)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    photo = FORMATS["png"].write(source, folder)[0].path
    with np.load(written("npz", source)) as arrays, Image.open(photo) as image:
        return {
            "pcd": [int(cloud[0]) >> shift & 255 for shift in (16, 8, 0)],
            "ply": [int(vertex[name][0]) for name in ("red", "green", "blue")],
            "glb": np.rint(255 * coded).astype(int).tolist(),
            "npz": arrays["rgb"][0, 0].tolist(),
            "png": np.asarray(image)[0, 0].tolist(),
        }


def test_display_p3_is_srgb_in_every_file(
    make_source: Make, written: Written, tmp_path: Path
) -> None:
    source = stated(make_source(), "Display P3")
    assert first_colours(source, written, tmp_path / "png") == {key: [*SHOWN] for key in FILES}


def test_stored_colours_are_as_decoded_but_for_glb(
    make_source: Make, written: Written, tmp_path: Path
) -> None:
    source = stated(make_source(), "Display P3", colours=ColourValues.STORED)
    found = first_colours(source, written, tmp_path / "png")
    assert found == {key: [*RED] for key in FILES} | {"glb": [*SHOWN]}


def test_the_page_is_the_same_with_stored_colours(make_source: Make, written: Written) -> None:
    converted, stored = (
        written("html", stated(make_source(), "Display P3", colours=colours)).read_bytes()
        for colours in ColourValues
    )
    assert converted == stored


def test_a_flat_cloud_keeps_colours_as_decoded(
    make_source: Make, written: Written, tmp_path: Path
) -> None:
    source = stated(make_source(projection=Projection.FLAT), "Display P3")
    found = first_colours(source, written, tmp_path / "png")
    assert [found[name] for name in FILES] == [[*RED], [*RED], [*SHOWN], [*SHOWN], [*SHOWN]]
    assert f"# {AS_DECODED}\n".encode() in written("pcd", source).read_bytes()


@pytest.mark.parametrize("name", ["sRGB", "unknown", "BT.2020 PQ"])
def test_other_spaces_are_not_converted(
    make_source: Make, written: Written, tmp_path: Path, name: str
) -> None:
    source = stated(make_source(), name)
    assert first_colours(source, written, tmp_path / "png") == {key: [*RED] for key in FILES}


@pytest.mark.parametrize(
    ("values", "comment", "short"),
    [
        (ColourValues.SRGB, CONVERTED, "colours sRGB, converted from Display P3"),
        (ColourValues.STORED, AS_DECODED, "colours Display P3 as decoded"),
    ],
)
def test_every_file_names_the_colour_space(
    make_source: Make,
    written: Written,
    tmp_path: Path,
    values: ColourValues,
    comment: str,
    short: str,
) -> None:
    source = stated(make_source(), "Display P3", colours=values)
    assert f"# {comment}\n".encode() in written("pcd", source).read_bytes()
    assert comment in PlyData.read(written("ply", source)).comments
    with np.load(written("npz", source)) as arrays:
        export = json.loads(str(arrays["metadata"]))["export"]
    assert export["rgb"] == comment.replace("colours:", "uint8,")
    assert comment in export["comments"]
    photo, codes, _ = FORMATS["png"].write(source, tmp_path)
    assert comment in str(png_info(photo.path)["Description"])
    assert "colours" not in str(png_info(codes.path))
    for name in ("pcd", "ply", "npz", "png"):
        assert short in FORMATS[name].write(source, tmp_path)[0].summary
    light = "colours linear BT.709, converted from Display P3"
    assert light in FORMATS["glb"].write(source, tmp_path)[0].summary


def test_what_the_decoder_says_of_the_photo_is_said_of_the_colours(make_source: Make) -> None:
    source = make_source()
    damaged = replace(source.colours(source.size, True), note="2 of 9 tiles missing")
    lines = replace(source, colours=lambda *_: damaged).cloud_comments()
    assert [line for line in lines if line.endswith("(sRGB is usual); 2 of 9 tiles missing")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sRGB", "colours: sRGB as decoded, not converted"),
        ("BT.2020 PQ", "colours: BT.2020 PQ as decoded, not converted"),
        ("unknown", "colours: as decoded, the photo states no colour space (sRGB is usual)"),
        ("Käse\n", "colours: K\\xe4se\\x0a as decoded, not converted"),
    ],
)
def test_other_spaces(make_source: Make, name: str, words: str) -> None:
    lines = stated(make_source(), name).cloud_comments()
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


def test_glb_says_what_was_done(make_source: Make, written: Written) -> None:
    comment = {
        name: extras(written("glb", stated(make_source(), name)))
        for name in ("Display P3", "sRGB", "unknown", "BT.2020 PQ")
    }
    stored = stated(make_source(), "Display P3", colours=ColourValues.STORED)
    comment["stored"] = extras(written("glb", stored))
    assert {name: one["colours"] for name, one in comment.items()} == {
        "stored": "Display P3 converted to linear BT.709, what lies outside is clipped",
        "Display P3": f"{CONVERTED.partition(': ')[2]}; made linear",
        "sRGB": "sRGB made linear",
        "unknown": "taken for sRGB and made linear; the photo states no colour space",
        "BT.2020 PQ": "taken for sRGB and made linear; stated as BT.2020 PQ",
    }
    assert not any("as decoded" in str(one["comments"]) for one in comment.values())


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


def chunk(path: Path, name: bytes) -> bytes | None:
    """Return the content of a PNG's first chunk of that name, None without one."""
    data, at = path.read_bytes(), 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == name:
            return data[at + 8 : at + 8 + length]
        at += length + 12
    return None


def test_the_photo_png_states_the_space_of_its_values(make_source: Make, tmp_path: Path) -> None:
    def written(name: str, **options: object) -> Path:
        source = stated(make_source(), name, **options)
        return FORMATS["png"].write(source, tmp_path)[0].path

    for srgb in (written("Display P3"), written("sRGB")):
        assert chunk(srgb, b"sRGB") == b"\1"
        assert chunk(srgb, b"cICP") is None
    stored = written("Display P3", colours=ColourValues.STORED)
    assert chunk(stored, b"cICP") == bytes((12, 13, 0, 1))
    assert chunk(stored, b"sRGB") is None
    for silent in (written("unknown"), written("BT.2020 PQ")):
        assert [chunk(silent, name) for name in (b"sRGB", b"cICP", b"iCCP")] == [None] * 3


def test_a_photo_with_another_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "SRGB_COLR", b"prof" + adobe_profile())
    path = tmp_path / "a.heic"
    path.write_bytes(build.make_photo(Recipe()).data)
    options = ExportOptions(("png",), out=tmp_path)
    converted, *_ = export_photo(path, options, decode)
    stored, *_ = export_photo(path, replace(options, colours=ColourValues.STORED), decode)

    assert "colours sRGB, converted from Adobe RGB (1998)" in converted.summary
    assert chunk(converted.path, b"sRGB") == b"\1"
    assert "colours Adobe RGB (1998) as decoded" in stored.summary
    with Image.open(stored.path) as image, Image.open(converted.path) as shown:
        assert image.info["icc_profile"] == adobe_profile()
        samples, found = np.asarray(image).reshape(-1, 3), np.asarray(shown).reshape(-1, 3)
    true = converted_by_hand(samples, ADOBE, adobe_linear)
    # Little CMS computes in 16 bits, from colorants of 16 bits: a level, and half of rounding.
    assert np.abs(found - true).max() <= 1.5


@pytest.mark.thorough
def test_a_real_iphone_photo(tmp_path: Path, photos: Path) -> None:
    path = photos / "real" / "pug.heic"
    options = ExportOptions(("png",), out=tmp_path)
    converted, *_ = export_photo(path, options, decode)
    stored, *_ = export_photo(path, replace(options, colours=ColourValues.STORED), decode)
    decoded = load(path, PRIMARY, exact=(768, 576)).array
    with Image.open(stored.path) as image:
        assert image.info["icc_profile"] == read_profile(path)
        assert "Display P3 as decoded" in image.info["Description"]
        np.testing.assert_array_equal(np.asarray(image), decoded)
    with Image.open(converted.path) as image:
        assert "icc_profile" not in image.info
        assert chunk(converted.path, b"sRGB") == b"\1"
        true = converted_by_hand(decoded.reshape(-1, 3), DISPLAY_P3, srgb_linear)
        # Half a level, and half a step of the table near black.
        assert np.abs(np.asarray(image).reshape(-1, 3) - true).max() <= 0.5 + 0.11
