"""The point picked in the cloud: its place in each layer, however these are turned."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.measure import probe_of
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import PRIMARY, LayerKind, Request, layers_of, own_depth
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.presenters.picked import code_at, share_in
from tests.ui.browsing import MATTE

TURNS = [
    *({"orientation": orientation} for orientation in range(1, 9)),
    {"orientation": 6, "depth_orientation": 1, "depth_coded_as_photo": True},
    {"orientation": 3, "depth_orientation": 1, "depth_coded_as_photo": True},
]


@pytest.mark.parametrize("turns", TURNS, ids=str)
def test_the_code_is_the_one_that_the_probe_reads(tmp_path: Path, turns: dict[str, int]) -> None:
    path = tmp_path / "turned.heic"
    path.write_bytes(build_photo(**turns))
    header = read_header(path)
    layer = own_depth(header)
    assert layer is not None
    *_, answer = decode(Request(next_ticket(), "test", str(path), layer, keep=True))
    pixels = answer.pixels
    assert pixels is not None
    depth_map = build_depth_map(pixels.array, pixels.bits, header.depth)
    probe = probe_of(header, pixels.array, pixels.bits)
    width, height = header.primary.displayed_size

    places = [(width * x // 11, height * y // 9) for x in range(1, 11) for y in range(1, 9)]

    for place in places:
        sample = probe.at_pixel(*place)
        assert sample is not None
        assert code_at(header, layer, depth_map, sample.photo) == sample.code
        share = share_in(header, layer, place)
        assert share == pytest.approx((place[0] / width, place[1] / height), abs=0.01)


def test_a_layer_has_a_pixel_where_the_photo_has_it(sample_folder: Path) -> None:
    header = read_header(sample_folder / MATTE)
    width, height = header.primary.displayed_size
    pixel = width // 3, height // 4

    for layer in layers_of(header):
        found = share_in(header, layer, pixel)
        assert found == pytest.approx((1 / 3, 1 / 4), abs=0.02), layer
    assert {layer.kind for layer in layers_of(header)} > {LayerKind.PRIMARY, LayerKind.DEPTH}
    assert share_in(header, PRIMARY, (width, 0)) is None
