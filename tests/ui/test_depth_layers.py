"""Several depth maps, those of other pictures, and one that cannot be decoded, on the screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.boxes import pixel_information, spatial_extent
from heicdepth_tui.heif.write.mux import CodedPicture
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.samples.write import build_photo
from tests.support.derived import Builder

Open = Callable[..., AbstractAsyncContextManager[Any]]

SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def picture() -> CodedPicture:
    return encode_hevc(np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8), quality=-1)


async def test_each_of_two_depth_maps_has_its_rows_and_its_place_in_the_photo_pane(
    open_app: Open, tmp_path: Path
) -> None:
    path = tmp_path / "two.heic"
    path.write_bytes(build_photo(more_depths=1))
    async with open_app(path, size=(160, 60)) as driven:
        await driven.settled()
        await driven.until(lambda: "disparity 2" in driven.text, "numbers of the second depth map")
        text = driven.text
        await driven.pilot.press("tab")
        await driven.until(lambda: "depth 2 96×72" in driven.text, "the second depth map")
    for name in ("depth        (72, 96)", "metres ≈", "depth 2      (72, 96)", "disparity 2"):
        assert name in text


async def test_depth_of_another_picture_is_offered_but_not_shown_as_the_photos(
    open_app: Open, tmp_path: Path, picture: CodedPicture
) -> None:
    built = Builder()
    photo, other = built.picture(picture), built.picture(picture)
    built.refer("auxl", built.picture(picture, built.depth_property()), other)
    path = tmp_path / "elsewhere.heic"
    path.write_bytes(built.build(photo))
    async with open_app(path, size=(160, 60)) as driven:
        await driven.settled()
        pane = driven.app.browse.pictures.depth.image
        assert pane.picture is None
        assert "no depth map of its own" in " ".join(pane.message.split())
        await driven.pilot.press("tab")
        await driven.until(lambda: f"depth of image {other} 96×64" in driven.text, "that depth map")


@pytest.mark.parametrize("size", [(160, 60), (80, 24)])
async def test_depth_that_cannot_be_decoded_is_present_all_the_same(
    open_app: Open, tmp_path: Path, picture: CodedPicture, size: tuple[int, int]
) -> None:
    built = Builder()
    photo = built.picture(picture)
    properties = (spatial_extent(SIZE), pixel_information((8,)), built.depth_property())
    built.refer("auxl", built.add("jpeg", b"\xff\xd8\xff", properties), photo)
    path = tmp_path / "jpeg-depth.heic"
    path.write_bytes(built.build(photo))
    async with open_app(path, size=size) as driven:
        await driven.settled()
        assert f"{SIZE}" in str(driven.app.browse.pictures.depth.heading.content)
        pictures = driven.app.browse.pictures
        message = " ".join(pictures.depth.image.message.split())
        assert message.startswith("depth map present, not decodable")
        assert "its depth map is coded as JPEG" in message
        assert pictures.photo.image.picture is not None
