"""What the muxer writes, read back by pillow-heif and box by box."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pillow_heif
import pytest

from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size
from heicdepth_tui.heif.write.boxes import (
    Item,
    Layout,
    assemble,
    decoder_configuration,
    full_box,
    pixel_information,
    spatial_extent,
    transform_properties,
)
from heicdepth_tui.heif.write.mux import AuxPicture, PhotoSpec, PlainPicture, mux
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.heif.write.wrap import wrap_hevc
from heicdepth_tui.photo.encode import SRGB_COLR, encode_grid, encode_hevc

WIDTH, HEIGHT = 96, 64
CODES = (np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) * 7 % 256).astype(np.uint8)
DEPTH = encode_hevc(CODES, quality=-1)
COLOR = encode_hevc(np.full((HEIGHT, WIDTH, 3), (200, 120, 40), np.uint8), quality=90)
DISPARITY = DepthRepresentation(
    RepresentationType.UNIFORM_DISPARITY, d_min=1.498046875, d_max=4.3828125, reference_view=0
)


def spec(**changes: object) -> PhotoSpec:
    depth = AuxPicture(DEPTH, AUX_DEPTH_URNS[0], build_depth_representation(DISPARITY))
    return replace(PhotoSpec(COLOR, colr=(SRGB_COLR,), auxiliaries=(depth,)), **changes)


def depth_of(data: bytes) -> pillow_heif.HeifDepthImage:
    (image,) = pillow_heif.open_heif(data).info["depth_images"]
    return image


def test_wrapped_item_decodes_to_the_same_samples() -> None:
    data = wrap_hevc(DEPTH.payload, hvcc=DEPTH.configuration, size=DEPTH.size, pixi=DEPTH.pixi)
    assert np.array_equal(np.asarray(pillow_heif.open_heif(data)), CODES)


def test_wrapped_item_needs_neither_pixi_nor_colr_but_takes_them() -> None:
    bare = wrap_hevc(COLOR.payload, hvcc=COLOR.configuration, size=COLOR.size, pixi=None)
    full = wrap_hevc(
        COLOR.payload, hvcc=COLOR.configuration, size=COLOR.size, pixi=(8, 8, 8), colr=(SRGB_COLR,)
    )
    assert pillow_heif.open_heif(bare).size == pillow_heif.open_heif(full).size == (WIDTH, HEIGHT)
    assert pillow_heif.open_heif(full).info["nclx_profile"]["transfer_characteristics"] == 13
    assert b"pixi" not in bare
    assert b"colr" not in bare


@pytest.mark.parametrize("urn", AUX_DEPTH_URNS)
def test_depth_comes_back_code_for_code_with_its_metadata(urn: str) -> None:
    depth = AuxPicture(DEPTH, urn, build_depth_representation(DISPARITY))
    image = depth_of(mux(spec(auxiliaries=(depth,))))
    assert np.array_equal(np.asarray(image), CODES)
    assert image.info["metadata"]["representation_type"] == 1
    assert image.info["metadata"]["d_min"] == 1.498046875
    assert image.info["metadata"]["d_max"] == 4.3828125


@pytest.mark.parametrize(
    ("representation", "wanted"),
    [
        (
            DepthRepresentation(RepresentationType.UNIFORM_INVERSE_Z, z_near=0.25, z_far=4.5),
            {"representation_type": 0, "z_near": 0.25, "z_far": 4.5},
        ),
        (
            DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=5.0, d_max=1.0),
            {"representation_type": 1, "d_min": 5.0, "d_max": 1.0},
        ),
        (
            DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=0.5, z_far=8.0),
            {"representation_type": 2, "z_near": 0.5, "z_far": 8.0},
        ),
        (
            DepthRepresentation(
                RepresentationType.NONUNIFORM_DISPARITY, d_min=0.5, d_max=2.0, nonuniform=(0, 9, 30)
            ),
            {"representation_type": 3, "d_min": 0.5, "d_max": 2.0},
        ),
    ],
)
def test_every_representation_type_comes_back(
    representation: DepthRepresentation, wanted: dict[str, float]
) -> None:
    depth = AuxPicture(DEPTH, AUX_DEPTH_URNS[0], build_depth_representation(representation))
    metadata = depth_of(mux(spec(auxiliaries=(depth,)))).info["metadata"]
    assert {key: metadata[key] for key in wanted} == wanted
    missing = {"z_near", "z_far", "d_min", "d_max"} - set(wanted)
    assert not missing & {key for key, value in metadata.items() if value is not None}


@pytest.mark.parametrize("transform", [Rotation(1), Rotation(2), Rotation(3), Mirror(0), Mirror(1)])
def test_a_transform_turns_what_it_belongs_to_and_nothing_else(
    transform: Rotation | Mirror,
) -> None:
    depth = AuxPicture(
        DEPTH, AUX_DEPTH_URNS[0], build_depth_representation(DISPARITY), (transform,)
    )
    data = mux(spec(auxiliaries=(depth,)))
    wanted = (
        np.rot90(CODES, transform.quarter_turns)
        if isinstance(transform, Rotation)
        else np.flip(CODES, transform.axis)
    )
    assert np.array_equal(np.asarray(depth_of(data)), wanted)
    assert pillow_heif.open_heif(data).size == (WIDTH, HEIGHT)


def test_a_crop_keeps_the_samples_it_names() -> None:
    crop = Crop(left=9, top=4, width=50, height=30)
    depth = AuxPicture(
        DEPTH, AUX_DEPTH_URNS[0], build_depth_representation(DISPARITY), (crop, Rotation(1))
    )
    image = depth_of(mux(spec(auxiliaries=(depth,))))
    assert np.array_equal(np.asarray(image), np.rot90(CODES[4:34, 9:59]))


def test_grid_is_put_together_and_its_last_tiles_are_cropped() -> None:
    ramp = np.zeros((100, 180, 3), np.uint8)
    ramp[..., 0] = np.arange(180)
    ramp[..., 1] = np.arange(100)[:, None] * 2
    for in_idat in (True, False):
        grid = encode_grid(ramp, tile=64, quality=95)
        heif = pillow_heif.open_heif(mux(spec(primary=grid, grid_in_idat=in_idat)))
        assert heif.size == (180, 100)
        assert np.abs(np.asarray(heif).astype(int) - ramp).max() <= 8


def test_thumbnail_auxiliary_images_and_metadata_stand_where_they_belong() -> None:
    matte_urn = "urn:com:apple:photo:2018:aux:portraiteffectsmatte"
    matte = AuxPicture(DEPTH, matte_urn, xmp=b"<matte/>")
    depth = replace(spec().auxiliaries[0], xmp=b"<depth/>")
    data = mux(
        spec(
            thumbnails=(PlainPicture(COLOR),),
            auxiliaries=(matte, depth),
            exif=b"MM\0*\0\0\0\x08\0\0\0\0\0\0",
            xmp=b"<primary/>",
        )
    )
    heif = pillow_heif.open_heif(data)
    assert heif.info["thumbnails"] == [WIDTH]
    assert heif.info["xmp"] == b"<primary/>"
    assert heif.info["exif"] == b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
    (matte_id,) = heif.info["aux"][matte_urn]
    assert np.array_equal(np.asarray(heif.get_aux_image(matte_id)), CODES)
    assert len(heif.info["depth_images"]) == 1


def test_second_view_is_a_second_picture_of_a_stereo_group() -> None:
    data = mux(spec(second_view=PlainPicture(COLOR)))
    assert len(pillow_heif.open_heif(data)) == 2
    group = data.index(b"ster")
    _, group_id, count, left, right = struct.unpack(">5I", data[group + 4 : group + 24])
    assert (count, left, right) == (2, 1, 3)
    assert group_id == 4


@pytest.mark.parametrize(
    "layout",
    [
        Layout(meta_last=True),
        Layout(extents=3),
        Layout(brand="heix", compatible_brands=("mif1", "heix", "miaf")),
        Layout(meta_last=True, extents=7),
    ],
)
def test_every_layout_reads_the_same(layout: Layout) -> None:
    data = mux(spec(layout=layout, exif=b"II*\0\x08\0\0\0\0\0\0\0\0\0"))
    assert np.array_equal(np.asarray(depth_of(data)), CODES)
    assert data[8:12] == layout.brand.encode()
    assert (data.index(b"mdat") < data.index(b"meta")) is layout.meta_last


def test_ids_that_need_32_bits_use_the_wide_tables() -> None:
    data = mux(spec(first_id=70_000))
    assert np.array_equal(np.asarray(depth_of(data)), CODES)
    iloc = data.index(b"iloc")
    assert data[iloc + 4] == 2


def test_order_and_flags_of_the_depth_items_properties() -> None:
    transforms = (Rotation(1), Mirror(0))
    depth = AuxPicture(DEPTH, AUX_DEPTH_URNS[0], build_depth_representation(DISPARITY), transforms)
    data = mux(spec(auxiliaries=(depth,)))
    assert associations(data)[2] == [
        ("hvcC", True),
        ("ispe", False),
        ("pixi", False),
        ("auxC", True),
        ("irot", True),
        ("imir", True),
    ]


def test_hidden_flag_is_on_what_is_no_picture_of_its_own() -> None:
    hidden = spec(exif=b"MM", xmp=b"<x/>", thumbnails=(PlainPicture(COLOR),))
    assert hidden_flags(mux(hidden)) == [0, 0, 1, 1, 1]
    shown = replace(hidden.auxiliaries[0], hidden=False)
    assert hidden_flags(mux(replace(hidden, auxiliaries=(shown,)))) == [0, 0, 1, 1, 0]


def test_equal_properties_are_written_once() -> None:
    grid = encode_grid(np.zeros((128, 128, 3), np.uint8), tile=64, quality=50)
    assert mux(spec(primary=grid, auxiliaries=())).count(b"hvcC") == 1


def test_many_properties_use_wide_indices() -> None:
    items = [
        Item(number, "hvc1", b"x", (spatial_extent(Size(number, number)),))
        for number in range(1, 131)
    ]
    data = assemble(items, primary_id=1)
    ipma = data.index(b"ipma")
    assert struct.unpack(">II", data[ipma + 4 : ipma + 12]) == (1, 130)
    assert data[ipma + 12 + 129 * 5 :][:5] == bytes((0, 130, 1, 0, 130))


def test_exif_item_starts_with_the_offset_of_its_tiff_header() -> None:
    assert b"\0\0\0\0MM\0*" in mux(spec(exif=b"MM\0*"))


def test_box_headers_are_those_of_the_standard() -> None:
    assert full_box("pitm", 0, 0, b"\0\x31") == bytes.fromhex("0000000e7069746d000000000031")
    assert transform_properties((Rotation(3),), Size(4, 2))[0].data.hex() == "0000000969726f7403"
    (clap,) = transform_properties((Crop(0, 0, 3, 2),), Size(4, 2))
    assert struct.unpack(">8x8i", clap.data) == (3, 1, 2, 1, -1, 2, 0, 2)


def test_the_same_spec_gives_the_same_bytes() -> None:
    assert mux(spec()) == mux(spec())


def associations(data: bytes) -> dict[int, list[tuple[str, bool]]]:
    """Property names and essential flags by item id, for files of at most 127 properties."""
    start = data.index(b"ipco")
    (size,) = struct.unpack(">I", data[start - 4 : start])
    names, at = [], start + 4
    while at < start - 4 + size:
        length, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += length
    at = data.index(b"ipma") + 8
    (count,) = struct.unpack(">I", data[at : at + 4])
    at += 4
    found = {}
    for _ in range(count):
        item, entries = struct.unpack(">HB", data[at : at + 3])
        found[item] = [(names[(b & 127) - 1], b > 127) for b in data[at + 3 : at + 3 + entries]]
        at += 3 + entries
    return found


def hidden_flags(data: bytes) -> list[int]:
    return [part[3] for part in data.split(b"infe")[1:]]


@pytest.mark.parametrize("length", [0, 1, 255, 70_000])
def test_a_wrapped_item_is_the_file_that_the_muxer_writes(length: int) -> None:
    payload = bytes(length)
    wrapped = wrap_hevc(payload, hvcc=COLOR.configuration, size=COLOR.size, pixi=(8, 8, 8))
    properties = (
        decoder_configuration(COLOR.configuration, "hvc1"),
        spatial_extent(COLOR.size),
        pixel_information((8, 8, 8)),
    )
    assert wrapped == assemble([Item(1, "hvc1", payload, properties)], primary_id=1)
