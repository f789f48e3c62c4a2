"""A photo's other pictures as PNG, against pillow-heif's own decoding of them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from heicdepth_tui.errors import ExportError, MissingLayerError, NoDepthError, UnsupportedError
from heicdepth_tui.export.layers_png import rgb16_png
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import LayerKind, Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe

ALL = Recipe(
    size=Size(192, 144),
    matte_within=1.3,
    gain_map=True,
    thumbnail=48,
    second_view=True,
)


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def pixels_of(path: Path) -> tuple[np.ndarray, dict[str, Any]]:
    with Image.open(path) as image:
        return np.asarray(image), dict(image.info)


def test_every_other_picture_at_its_own_size(tmp_path: Path) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(make_photo(ALL).data)
    exported = export_photo(photo, ExportOptions(("layers",), out=tmp_path), decode)
    found = {one.path.name: pixels_of(one.path)[0] for one in exported}
    assert {name: one.shape for name, one in found.items()} == {
        "a-thumbnail.png": (36, 48, 3),
        "a-gain-map.png": (72, 96),
        "a-portrait-matte.png": (72, 96),
        "a-left-eye.png": (144, 192, 3),
        "a-right-eye.png": (144, 192, 3),
    }
    heif = pillow_heif.open_heif(photo)
    aux = heif.info["aux"]
    for urn, name in (("hdrgainmap", "gain-map"), ("portraiteffectsmatte", "portrait-matte")):
        (number,) = next(ids for kind, ids in aux.items() if kind.endswith(urn))
        np.testing.assert_array_equal(
            found[f"a-{name}.png"], np.asarray(heif.get_aux_image(number))
        )
    eyes = sorted(found[f"a-{side}-eye.png"].tobytes() for side in ("left", "right"))
    assert eyes == sorted(np.asarray(one).tobytes() for one in heif)
    _, info = pixels_of(tmp_path / "a-gain-map.png")
    assert info["Description"] == "gain map at its own size 96x72; 8 bit values"
    assert "photo: a.heic" in info["Comment"]


def test_a_photo_without_a_depth_map_has_them_too(tmp_path: Path) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(make_photo(Recipe(depth=False, thumbnail=32)).data)
    (exported,) = export_photo(photo, ExportOptions(("layers",), out=tmp_path), decode)
    assert exported.path.name == "a-thumbnail.png"
    out = tmp_path / "both"
    with pytest.raises(NoDepthError):
        export_photo(photo, ExportOptions(("pcd", "layers"), out=out), decode)
    assert [one.name for one in out.iterdir()] == ["a-thumbnail.png"]


def test_a_spatial_photo_without_depth_is_refused_with_the_format_of_its_eyes(
    tmp_path: Path,
) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(make_photo(Recipe(depth=False, second_view=True)).data)
    with pytest.raises(NoDepthError, match="--format layers writes its two eyes"):
        export_photo(photo, ExportOptions(("sbs",), out=tmp_path / "out"), decode)


def test_a_photo_without_others_says_so(tmp_path: Path) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(make_photo(Recipe()).data)
    words = "holds no matte, gain map, thumbnail or second eye"
    with pytest.raises(MissingLayerError, match=words):
        export_photo(photo, ExportOptions(("layers",), out=tmp_path / "out"), decode)
    assert not (tmp_path / "out").exists()
    with pytest.raises(MissingLayerError, match=words):
        export_photo(photo, ExportOptions(("layers", "tiff"), out=tmp_path / "out"), decode)
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["a.tiff"]


def test_what_cannot_be_decoded_is_named_and_the_rest_written(tmp_path: Path) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(make_photo(ALL).data)

    def partly(request: Request) -> Pixels:
        if request.layer.kind is LayerKind.THUMBNAIL:
            raise UnsupportedError("the thumbnail is coded otherwise")
        return decode(request)

    exported = export_photo(photo, ExportOptions(("layers",), out=tmp_path), partly)
    assert len(exported) == 4
    for one in exported:
        assert "not written: the thumbnail is coded otherwise" in one.summary

    def never(request: Request) -> Pixels:
        raise UnsupportedError("coded otherwise")

    with pytest.raises(ExportError, match=r"none of the photo's other pictures.*coded otherwise"):
        export_photo(photo, ExportOptions(("layers",), out=tmp_path / "none"), never)


def test_ten_bit_colours_keep_their_values() -> None:
    array = np.arange(2 * 3 * 3, dtype=np.uint16).reshape(2, 3, 3) * 60
    data = rgb16_png(array, {"Description": "ten – bits"})
    # Inflated by hand: Pillow reads the upper bytes of such a PNG only.
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            name + body
        )
        chunks[name] = body
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(2, 19)
    assert rows[:, 0].tolist() == [0, 0]
    np.testing.assert_array_equal(rows[:, 1:].copy().view(">u2").reshape(2, 3, 3), array)
    assert chunks[b"tEXt"] == b"Description\0ten - bits"


def test_ten_bit_colours_open_in_pillow(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    array = np.full((4, 5, 3), 1023, np.uint16)
    path.write_bytes(rgb16_png(array, {"Comment": "x"}))
    image, info = pixels_of(path)
    assert image.shape == (4, 5, 3)
    assert info["Comment"] == "x"
