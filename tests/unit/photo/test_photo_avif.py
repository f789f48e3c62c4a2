"""AV1 items, decoded one by one by Pillow's AVIF plugin."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import AvifImagePlugin, Image

from heicdepth_tui.errors import DecodeError, UnsupportedError
from heicdepth_tui.heif.av1 import read_sequence
from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Mirror, Rotation, Size, Transform
from heicdepth_tui.heif.write.boxes import Layout
from heicdepth_tui.heif.write.mux import AuxPicture, CodedPicture, PhotoSpec, TiledPicture, mux
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, layers_of
from tests.support.avif import encode_av1, needs_monochrome, save_avif

AVIF = Layout(brand="avif", compatible_brands=("avif", "mif1", "miaf"))
TURNED: tuple[Transform, ...] = (Rotation(1), Mirror(1))
MATTE_URN = "urn:com:apple:photo:2018:aux:portraiteffectsmatte"

# Every code once a row, so that none can be lost or changed without notice.
CODES = np.stack([np.roll(np.arange(256, dtype=np.uint8), 37 * row) for row in range(48)])


@pytest.fixture(scope="module")
def rgb() -> NDArray[np.uint8]:
    y, x = np.mgrid[0:96, 0:128]
    return np.stack([x * 2, y * 2, 255 - x], axis=2).astype(np.uint8)


def depth_aux(picture: CodedPicture, **knobs: object) -> AuxPicture:
    kind = RepresentationType.UNIFORM_DISPARITY
    sei = build_depth_representation(DepthRepresentation(kind, d_min=0.5, d_max=2.0))
    return AuxPicture(picture, AUX_DEPTH_URNS[1], sei, **knobs)  # type: ignore[arg-type]


def write(
    path: Path, primary: CodedPicture | TiledPicture, *aux: AuxPicture, **knobs: object
) -> Path:
    spec = PhotoSpec(primary, auxiliaries=aux, layout=AVIF, **knobs)  # type: ignore[arg-type]
    path.write_bytes(mux(spec))
    return path


def lossless(array: NDArray[np.uint8], **options: object) -> CodedPicture:
    return encode_av1(array, quality=100, **options)


@pytest.mark.parametrize("limits", ["full", "limited"])
def test_depth_codes_come_as_they_are_stored(
    tmp_path: Path, rgb: NDArray[np.uint8], limits: str
) -> None:
    picture = lossless(CODES, range=limits)
    path = write(tmp_path / "a.avif", encode_av1(rgb), depth_aux(picture))
    header = read_header(path)
    assert header.depth.decodable
    pixels = load(path, DEPTH)
    assert pixels.array.shape == (48, 256)
    assert (pixels.bits, pixels.dtype, pixels.note) == (8, "uint8", "")
    if limits == "full":
        assert np.array_equal(pixels.array, CODES)
    else:
        # Luma of 16 to 235, ITU-T H.273 equation 20; not stretched back to 0 to 255.
        expected = np.round(CODES.astype(np.float64) * 219 / 255) + 16
        assert np.abs(pixels.array - expected).max() <= 1
        assert (pixels.minimum, pixels.maximum) == (16, 235)


def test_a_photo_is_what_pillow_decodes_of_the_whole_file(
    tmp_path: Path, rgb: NDArray[np.uint8]
) -> None:
    path = tmp_path / "a.avif"
    path.write_bytes(save_avif(rgb))
    with Image.open(path) as image:
        expected = np.asarray(image)
    pixels = load(path, PRIMARY)
    assert np.array_equal(pixels.array, expected)
    assert pixels.shape == (96, 128, 3)


def test_a_limited_range_photo_is_stretched_as_a_picture(
    tmp_path: Path, rgb: NDArray[np.uint8]
) -> None:
    path = tmp_path / "a.avif"
    path.write_bytes(save_avif(CODES, range="limited", quality=100))
    assert (load(path, PRIMARY).minimum, load(path, PRIMARY).maximum) == (0, 255)


def test_turns_are_the_items_own(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    aux = depth_aux(lossless(CODES), transforms=TURNED)
    path = write(tmp_path / "a.avif", lossless(rgb, subsampling="4:4:4"), aux)
    expected = np.rot90(CODES)[:, ::-1]
    assert np.array_equal(load(path, DEPTH).array, expected)
    assert load(path, PRIMARY).array.shape == rgb.shape


def tiled(array: NDArray[np.uint8], tile: int, **options: object) -> TiledPicture:
    height, width = array.shape[:2]
    rows, columns = -(-height // tile), -(-width // tile)
    margins = [(0, rows * tile - height), (0, columns * tile - width), (0, 0)]
    full = np.pad(array, margins[: array.ndim], mode="edge")
    tiles = tuple(
        encode_av1(np.ascontiguousarray(full[y : y + tile, x : x + tile]), **options)
        for y in range(0, full.shape[0], tile)
        for x in range(0, full.shape[1], tile)
    )
    return TiledPicture(tiles, rows, columns, Size(width, height))


@pytest.mark.parametrize("fit", [None, (40, 40)])
def test_a_grid_is_decoded_tile_by_tile(
    tmp_path: Path, rgb: NDArray[np.uint8], fit: tuple[int, int] | None
) -> None:
    path = write(tmp_path / "a.avif", tiled(rgb, 64, subsampling="4:4:4"))
    with Image.open(path) as image:
        whole = np.asarray(image)
    pixels = load(path, PRIMARY, fit=fit)
    assert pixels.shape == (96, 128, 3)
    assert (pixels.minimum, pixels.maximum) == (whole.min(), whole.max())
    if fit is None:
        assert np.array_equal(pixels.array, whole)
    else:
        assert pixels.array.shape == (30, 40, 3)


def test_halved_chroma_is_interpolated_within_each_tile(
    tmp_path: Path, rgb: NDArray[np.uint8]
) -> None:
    path = write(tmp_path / "a.avif", tiled(rgb, 64))
    with Image.open(path) as image:
        whole = np.asarray(image).astype(int)
    unlike = np.abs(load(path, PRIMARY).array - whole).max(axis=2) > 0
    rows, columns = np.nonzero(unlike)
    # Only on either side of the border at 64, and where the last row of tiles is cut off.
    assert np.all(np.isin(rows, (63, 64, 95)) | np.isin(columns, (63, 64)))


def test_mattes_are_layers_too(tmp_path: Path, rgb: NDArray[np.uint8]) -> None:
    matte = AuxPicture(lossless(CODES, range="limited"), MATTE_URN)
    path = write(tmp_path / "a.avif", encode_av1(rgb), matte)
    layer = layers_of(read_header(path))[-1]
    assert layer.label == "portrait matte"
    assert (load(path, layer).minimum, load(path, layer).maximum) == (16, 235)


def test_a_size_that_the_data_contradict_is_an_error(
    tmp_path: Path, rgb: NDArray[np.uint8]
) -> None:
    lying = replace(lossless(CODES), size=Size(128, 24))
    path = write(tmp_path / "a.avif", encode_av1(rgb), depth_aux(lying))
    with pytest.raises(DecodeError, match="decodes to 256×48 samples, but its header says 128×24"):
        load(path, DEPTH)


def _with_ten_bits(picture: CodedPicture) -> CodedPicture:
    """Return a picture whose sequence header says 10 bits: high_bitdepth is its bit 38.

    That is behind 10 bits, two of 4, width − 1 in 8, height − 1 in 6, and six switches.
    """
    payload = bytearray(picture.payload)
    assert picture.size == (256, 48)
    assert payload[:4] == bytes.fromhex("12000a09")
    payload[4 + 38 // 8] |= 0x80 >> 38 % 8
    # high_bitdepth of av1C (AV1-ISOBMFF, section 2.3.3).
    configuration = bytearray(picture.configuration)
    configuration[2] |= 0x40
    return replace(picture, configuration=bytes(configuration), payload=bytes(payload), pixi=(10,))


@needs_monochrome
def test_a_depth_map_of_more_than_8_bits_is_never_rounded(
    tmp_path: Path, rgb: NDArray[np.uint8]
) -> None:
    deep = _with_ten_bits(lossless(CODES))
    assert read_sequence(deep.payload).bits == 10
    path = write(tmp_path / "a.avif", encode_av1(rgb), depth_aux(deep))
    depth = read_header(path).depth
    assert not depth.decodable
    assert "10 bits, which this program can only decode to 8" in depth.undecodable_reason
    with pytest.raises(UnsupportedError, match="10 bits, which this program can only decode to 8"):
        load(path, DEPTH)


def test_data_that_are_no_av1_are_an_error_in_our_words(
    tmp_path: Path, rgb: NDArray[np.uint8]
) -> None:
    good = lossless(CODES)
    for payload in (b"", b"nonsense" * 9, good.payload[:20] + bytes(200)):
        broken = replace(good, payload=payload)
        path = write(tmp_path / "a.avif", encode_av1(rgb), depth_aux(broken))
        with pytest.raises(DecodeError) as caught:
            load(path, DEPTH)
        assert "depth map cannot be decoded" in caught.value.what
        assert "Failed to decode" not in str(caught.value)
        assert "BMFF" not in str(caught.value)


def test_a_pillow_without_avif_is_named_as_the_cause(
    tmp_path: Path, rgb: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.avif", encode_av1(rgb))
    monkeypatch.setattr(AvifImagePlugin, "SUPPORTED", False)
    with pytest.raises(UnsupportedError, match="which the installed Pillow cannot decode"):
        load(path, PRIMARY)


def test_photos_without_av1_never_import_the_plugin(sample_folder: Path) -> None:
    code = (
        "import sys\n"
        "from heicdepth_tui.photo.decode import load\n"
        "from heicdepth_tui.photo.layers import DEPTH\n"
        "load(sys.argv[1], DEPTH)\n"
        "print('PIL.AvifImagePlugin' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(sample_folder / "IMG_0412.HEIC")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_public_avif_named_heic(photos: Path) -> None:
    path = photos / "odd" / "libheif__avif_renamed.heic"
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB"))
    assert np.array_equal(load(path, PRIMARY).array, expected)
