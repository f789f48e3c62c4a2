"""The position in EXIF, read on demand only."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from heicdepth_tui.heif.gps import Position, parse_position, read_position
from heicdepth_tui.samples.write import build_photo

NORTH = (48, 1), (51, 1), (2952, 100)
EAST = (2, 1), (17, 1), (4020, 100)

Ratios = tuple[tuple[int, int], ...]


def exif(
    north: Ratios = NORTH,
    east: Ratios = EAST,
    references: bytes = b"NE",
    altitude: tuple[int, int, int] | None = (0, 355, 10),
    order: str = ">",
) -> bytes:
    """Return an Exif item with a GPS directory: offsets worked out by hand."""
    count = 4 if altitude is None else 6
    values_at = 26 + 2 + 12 * count + 4
    entries = [
        struct.pack(order + "HHI4s", 1, 2, 2, references[:1] + b"\0\0\0"),
        struct.pack(order + "HHII", 2, 5, 3, values_at),
        struct.pack(order + "HHI4s", 3, 2, 2, references[1:] + b"\0\0\0"),
        struct.pack(order + "HHII", 4, 5, 3, values_at + 24),
    ]
    values = [*north, *east]
    if altitude is not None:
        entries.append(struct.pack(order + "HHI4s", 5, 1, 1, bytes([altitude[0], 0, 0, 0])))
        entries.append(struct.pack(order + "HHII", 6, 5, 1, values_at + 48))
        values.append(altitude[1:])
    return b"".join(
        (
            bytes(4),
            b"MM" if order == ">" else b"II",
            struct.pack(order + "HI", 42, 8),
            struct.pack(order + "HHHII", 1, 0x8825, 4, 1, 26),
            struct.pack(order + "I", 0),
            struct.pack(order + "H", count),
            *entries,
            struct.pack(order + "I", 0),
            *(struct.pack(order + "II", *ratio) for ratio in values),
        )
    )


@pytest.mark.parametrize("order", [">", "<"])
def test_degrees_minutes_and_seconds_become_degrees(order: str) -> None:
    position = parse_position(exif(order=order))

    assert position == pytest.approx((48.8582, 2.2945, 35.5))
    assert str(position) == "48.858200, 2.294500 (WGS 84 degrees), 35.5 m above sea level"


def test_south_west_and_below_the_sea_are_negative() -> None:
    position = parse_position(exif(references=b"SW", altitude=(1, 4, 1)))

    assert position == pytest.approx((-48.8582, -2.2945, -4.0))


def test_altitude_may_be_missing() -> None:
    assert parse_position(exif(altitude=None)) == pytest.approx((48.8582, 2.2945, None))


@pytest.mark.parametrize(
    "payload",
    [
        exif(references=b"XE"),
        exif(north=((91, 1), (0, 1), (0, 1))),
        exif(east=((181, 1), (0, 1), (0, 1))),
        exif(north=((48, 0), (0, 1), (0, 1))),
        exif()[:60],
        exif()[:80],
        exif()[:110],
    ],
)
def test_what_cannot_be_is_none(payload: bytes) -> None:
    assert parse_position(payload) is None


def test_a_cut_exif_never_raises() -> None:
    whole = exif()
    for length in range(len(whole)):
        position = parse_position(whole[:length])
        assert position is None or isinstance(position, Position)


def test_a_photo_tells_its_position_only_when_asked(tmp_path: Path) -> None:
    with_gps, without = tmp_path / "a.heic", tmp_path / "b.heic"
    with_gps.write_bytes(build_photo(gps=True))
    without.write_bytes(build_photo())

    assert read_position(with_gps) == (0.0, -30.0, None)
    assert read_position(without) is None
