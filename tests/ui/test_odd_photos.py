"""Every malformed, renamed or exotic photo is passed with a picture or one clear error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from browsing import facts

PICTURES = {
    "crabby__blue_gh_issue_692.heic",
    "crabby__candle_animation.heic",
    "crabby__starfield_animation.heic",
    "exifr__heic-maybebroken.HEIC",
    "kde__crop_orientation7.heic",
    "kde__orientation5.heic",
    "kde__orientation6.heic",
    "libheif__avif32-mini.heif",
    "libheif__avif_renamed.heic",
    "libheif__hevc32-mini.heif",
    "libheif__with-alpha-512x512.heic",
    "made__depth_coded_as_jpeg.heic",
    "made__group_of_type_uuid.heic",
    "made__two_depth_maps.heic",
    "mdextractor__exif-at-eof.heic",
    "nokia__test_004.heic",
    "pillow_heif__invalid_id.heic",
}

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def test_every_odd_photo_is_passed_and_the_app_still_answers(
    open_app: Open, photos: Path
) -> None:
    odd = photos / "odd"
    expected = {path.name for path in odd.iterdir()}
    # A stream without any HEIF box and without a suffix is no photo of a folder: it is named.
    nameless = next(path for path in odd.iterdir() if not path.suffix)
    async with open_app(odd, nameless) as driven:
        await driven.until(lambda: set(driven.names) == expected, "every file listed")
        await driven.scanned()
        told = {}
        for name in driven.names:
            await driven.select(name)
            image = driven.app.browse.pictures.photo.image
            told[name] = "picture" if image.picture is not None else image.message
        await driven.pilot.press("g")
        await driven.settled()

    assert all(told.values()), told
    assert not any("Traceback" in message or "Error(" in message for message in told.values())
    assert {name for name in PICTURES if told[name] != "picture"} == set()


async def test_pug(open_app: Open, photos: Path, tmp_path: Path) -> None:
    async with open_app(photos / "real" / "pug.heic", size=(200, 60)) as driven:
        await driven.settled()
        text = facts(driven, "arrays") + facts(driven, "facts")
        await driven.pilot.press("e")
        await driven.until(lambda: "points" in driven.toasts, "the export's toast")

    for words in (
        "(3024, 4032, 3)  uint8",
        "(576, 768)       uint8         0     255",
        "1.498046875",
        "4.3828125",
        "uniform disparity",
        "relative",
        "3032.594, 3032.594",
        "f/2.8",
        "Apple iPhone 13 Pro",
        "2023-02-21",
    ):
        assert words in text, words
    header = (tmp_path / "out" / "pug.pcd").read_bytes()[:2000]
    points = int(header.partition(b"\nPOINTS ")[2].split(b"\n")[0])
    assert 440_000 < points < 442_368
    assert b"relative" in header


async def test_photo_and_depth_of_a_turned_iphone_photo_stand_alike(
    open_app: Open, photos: Path
) -> None:
    async with open_app(photos / "real" / "IMG_5622.HEIC") as driven:
        await driven.settled()
        pictures = driven.app.browse.pictures

        for pane in (pictures.photo, pictures.depth):
            assert pane.image.picture.fit.width < pane.image.picture.fit.height
