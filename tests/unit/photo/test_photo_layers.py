"""Layers are known by their items; their labels are unique within a photo."""

from __future__ import annotations

from dataclasses import replace

from heicdepth_tui.heif.depth_facts import DepthElsewhere, DepthInfo, DepthStatus
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.photo.layers import (
    DEPTH,
    PRIMARY,
    Layer,
    LayerKind,
    depth_info,
    derived_label,
    layers_of,
    own_depth,
)
from heicdepth_tui.samples.write import build_photo


def test_a_layer_is_its_item_whatever_it_is_called() -> None:
    depth = Layer(LayerKind.DEPTH, 13, "depth")
    assert depth == Layer(LayerKind.DEPTH, 13, "depth 2")
    assert hash(depth) == hash(Layer(LayerKind.DEPTH, 13, "another"))
    assert depth != Layer(LayerKind.DEPTH, 14, "depth")
    assert depth != Layer(LayerKind.AUXILIARY, 13, "depth")


def test_labels_that_repeat_are_numbered() -> None:
    header = parse_header(build_photo(more_depths=2, gain_map=True))
    labels = [layer.label for layer in layers_of(header)]
    assert labels == ["photo", "depth", "depth 2", "depth 3", "gain map"]


def test_only_the_photos_own_depth_is_what_a_request_without_an_item_means() -> None:
    header = parse_header(build_photo(more_depths=1))
    own = own_depth(header)
    assert own is not None
    assert header.depth.item is not None
    assert own.item_id == header.depth.item.id
    assert own.choice == DEPTH
    others = [layer for layer in layers_of(header) if layer.label.startswith("depth ")]
    assert [other.choice for other in others] == others != []
    assert DEPTH not in others


def test_a_photo_without_depth_has_no_depth_layer() -> None:
    header = parse_header(build_photo(depth=False))
    assert own_depth(header) is None
    assert layers_of(header) == (PRIMARY,)
    assert depth_info(header, DEPTH) is None


def test_facts_of_a_layer_are_those_of_its_item() -> None:
    header = parse_header(build_photo(gain_map=True))
    own = own_depth(header)
    assert own is not None
    assert depth_info(header, own) is header.depth
    assert depth_info(header, DEPTH) is header.depth
    assert depth_info(header, PRIMARY) is None
    gain_map = next(layer for layer in layers_of(header) if layer.label == "gain map")
    assert depth_info(header, gain_map) is None


def test_facts_of_further_depth_maps_are_their_own() -> None:
    header = parse_header(build_photo(more_depths=2))
    second, third = (layer for layer in layers_of(header) if layer.label.startswith("depth "))
    assert (second.kind, third.kind) == (LayerKind.DEPTH, LayerKind.DEPTH)
    assert [depth_info(header, layer) for layer in (second, third)] == list(header.depth.others)


def test_depth_of_another_picture_is_named_after_that_picture() -> None:
    header = parse_header(build_photo(depth=False))
    item = replace(header.primary, id=60)
    info = DepthInfo(DepthStatus.PRESENT, item=item)
    elsewhere = (DepthElsewhere(52, item.displayed_size, False, info),)
    header = replace(header, depth=replace(header.depth, elsewhere=elsewhere))

    photo, depth = layers_of(header)
    assert photo == PRIMARY
    assert (depth.label, depth.kind, depth.item_id) == ("depth of image 52", LayerKind.DEPTH, 60)
    assert own_depth(header) is None
    assert depth.choice == depth != DEPTH
    assert depth_info(header, depth) is info
    assert depth_info(header, DEPTH) is None


def test_arrays_made_from_a_layer_are_numbered_as_it_is() -> None:
    assert derived_label("metres", DEPTH) == "metres"
    assert derived_label("metres", Layer(LayerKind.DEPTH, 7, "depth 2")) == "metres 2"
    elsewhere = Layer(LayerKind.DEPTH, 9, "depth of image 52")
    assert derived_label("disparity", elsewhere) == "disparity of image 52"
