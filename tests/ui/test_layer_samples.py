"""Blocks of a layer at full size: one request at a time, none again for what cannot be decoded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from heicdepth_tui.errors import DecodeError
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.photo.layers import PRIMARY, Answer, Pixels, Request
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.requests import LayerRequest
from heicdepth_tui.ui.services.events import RegionArrived
from heicdepth_tui.ui.services.layer_samples import LayerSamples

ENTRY = Entry("/p/a.heic", "a.heic", 1, 0)


class Loader:
    """Takes requests, and answers them when told to."""

    def __init__(self) -> None:
        self.slot_listeners: dict[str, Callable[[RegionArrived], object]] = {}
        self.requested: list[LayerRequest] = []
        self.is_waiting = False

    def request(self, _: Entry, wanted: LayerRequest) -> None:
        self.requested.append(wanted)
        self.is_waiting = True

    def awaits(self, _: str) -> bool:
        return self.is_waiting

    def accept(self, _: RegionArrived) -> bool:
        return True

    def answer(self, error: DecodeError | None = None) -> None:
        wanted, self.is_waiting = self.requested[-1], False
        request = Request(1, wanted.slot, ENTRY.path, wanted.layer, region=wanted.region)
        pixels = None
        if error is None and wanted.region is not None:
            array = np.full((wanted.region.height, wanted.region.width), 7, np.uint8)
            pixels = Pixels(array, (600, 800), "uint8", 7, 7, 8, region=wanted.region)
        event = RegionArrived(ENTRY, Answer(request, pixels, error))
        self.slot_listeners[wanted.slot](event)


def followed() -> tuple[Loader, LayerSamples, list[str]]:
    loader, changes = Loader(), list[str]()
    samples = LayerSamples(loader, "here")  # type: ignore[arg-type]
    samples.follow(lambda: changes.append("changed"))
    return loader, samples, changes


def test_a_block_is_requested_once_and_serves_its_samples() -> None:
    loader, samples, changes = followed()
    assert samples.block(ENTRY, PRIMARY, (300, 130)) is None
    assert samples.block(ENTRY, PRIMARY, (500, 130)) is None
    assert [wanted.region for wanted in loader.requested] == [SampleRegion(256, 128, 128, 128)]
    loader.answer()
    assert changes == ["changed"]
    for sample in ((256, 128), (383, 255)):
        block = samples.block(ENTRY, PRIMARY, sample)
        assert block is not None
        assert block.region == SampleRegion(256, 128, 128, 128)
    # The one that was waited for meanwhile.
    assert samples.block(ENTRY, PRIMARY, (500, 130)) is None
    assert len(loader.requested) == 2


def test_what_cannot_be_decoded_is_said_once_and_not_requested_again() -> None:
    loader, samples, changes = followed()
    samples.block(ENTRY, PRIMARY, (0, 0))
    loader.answer(DecodeError("torn"))
    assert changes == ["changed"]
    assert samples.is_failed(ENTRY, PRIMARY)
    assert samples.block(ENTRY, PRIMARY, (0, 0)) is None
    assert len(loader.requested) == 1
