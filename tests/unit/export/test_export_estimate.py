"""Points and bytes expected before an export, beside the files that it writes."""

from __future__ import annotations

import pytest

from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
from heicdepth_tui.export.estimate import estimate_export
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.heif.picture_facts import Size

DEPTH, PHOTO = Size(30, 20), Size(300, 200)


def estimate(photos: int = 1, *formats: str, **cloud: object) -> tuple[int, int]:
    options = ExportOptions(formats or ("pcd",), CloudOptions(**cloud))  # type: ignore[arg-type]
    found = estimate_export({(DEPTH, PHOTO): photos}, options)
    return found.points, found.bytes


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_size(name: str) -> None:
    assert estimate(1, name)[1] > 0


@pytest.mark.parametrize(
    ("cloud", "points"),
    [
        ({}, 600),
        ({"stride": 7}, 5 * 3),
        ({"color_resolution": ColorResolution.X2}, 2400),
        ({"color_resolution": ColorResolution.PHOTO}, 60_000),
        ({"color_resolution": ColorResolution.PHOTO, "projection": Projection.FLAT}, 600),
    ],
)
def test_points_are_those_of_the_grid(cloud: dict[str, object], points: int) -> None:
    assert estimate(1, "pcd", **cloud) == (points, 16 * points)


def test_formats_normals_and_photos_add_up() -> None:
    assert estimate(3, "pcd", "ply", normals=True) == (1800, 3 * 600 * (16 + 12 + 15 + 12))


def test_rasters_have_no_points_and_grow_with_the_resolution_alone() -> None:
    assert estimate(1, "tiff", stride=3, normals=True) == (0, round(600 * 4.1))
    for resolution, samples in ((ColorResolution.X2, 2400), (ColorResolution.PHOTO, 60_000)):
        assert estimate(1, "tiff", color_resolution=resolution) == (0, round(samples * 4.1))
