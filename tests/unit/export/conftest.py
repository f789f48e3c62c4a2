"""Small photos checked by hand, decoded without a decoder; a browser that shows a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from heicdepth_tui.depth.camera import camera_for_depth
from heicdepth_tui.depth.cloud import CloudOptions, Projection
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.source import ExportOptions, ExportSource
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.picture_facts import ImageItem, Size

if TYPE_CHECKING:
    from tests.support.chromium import Chromium, Page

WIDTH, HEIGHT = 6, 4
DEPTH_SIZE = Size(WIDTH, HEIGHT)
CODES = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) * 11  # 0 .. 253; code 0 is invalid
PHOTO = np.random.default_rng(4).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def item(item_id: int, size: Size, bits: int, channels: int) -> ImageItem:
    return ImageItem(item_id, "hvc1", size, size, (), bits, channels, None, False, 1000)


def info(*, metres: bool, accuracy: Accuracy, bits: int, camera: bool) -> DepthInfo:
    """Uniform disparity 0 .. 2 1/m, so that code 0 is infinitely far: an invalid sample."""
    known = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=0.0, d_max=2.0)
    # Column-major, corner convention: fx 5, fy 4, cx 3, cy 2 for the map's own size.
    matrix = (5.0, 0.0, 0.0, 0.0, 4.0, 0.0, 3.0, 2.0, 1.0) if camera else None
    return DepthInfo(
        DepthStatus.PRESENT,
        item=item(7, Size(WIDTH, HEIGHT), bits, 1),
        urn="urn:mpeg:hevc:2015:auxid:2",
        representation=known if metres else DepthRepresentation(RepresentationType(3)),
        calibration=Calibration(
            accuracy=accuracy,
            native_format="hdis",
            intrinsics=matrix,
            reference_width=float(WIDTH),
            reference_height=float(HEIGHT),
        ),
    )


@pytest.fixture
def make_header() -> Callable[..., Header]:
    def make(
        path: str = "IMG_0412.HEIC",
        *,
        metres: bool = True,
        accuracy: Accuracy = Accuracy.RELATIVE,
        bits: int = 8,
        camera: bool = True,
        photo: Size = DEPTH_SIZE,
    ) -> Header:
        depth = info(metres=metres, accuracy=accuracy, bits=bits, camera=camera)
        return Header(path, 5000, "heic", ("mif1",), item(1, photo, 8, 3), depth)

    return make


@pytest.fixture
def make_source(make_header: Callable[..., Header]) -> Callable[..., ExportSource]:
    """Return a maker of sources; cloud options are keywords, nothing is dropped as flying."""

    def make(
        path: str = "/photos/IMG_0412.HEIC",
        *,
        codes: Any = None,
        bits: int = 8,
        metres: bool = True,
        camera: bool = True,
        accuracy: Accuracy = Accuracy.RELATIVE,
        organised: bool = False,
        **cloud: Any,
    ) -> ExportSource:
        header = make_header(path, metres=metres, accuracy=accuracy, bits=bits, camera=camera)
        codes = CODES if codes is None else np.asarray(codes)
        array = codes.astype(np.uint8 if bits == 8 else np.uint16)
        return ExportSource(
            path=Path(path),
            header=header,
            depth_map=build_depth_map(array, bits, header.depth),
            camera=camera_for_depth(header, DEPTH_SIZE),
            colours=lambda size, _stored: Coloured(
                PHOTO if size == (WIDTH, HEIGHT) else PHOTO.repeat(2, 0).repeat(2, 1)
            ),
            options=ExportOptions(
                cloud=CloudOptions(**{"drop_flying": False, **cloud}), organised=organised
            ),
        )

    return make


@pytest.fixture
def make_large_source(make_source: Callable[..., ExportSource]) -> Callable[[], ExportSource]:
    """Return a maker of a flat cloud of 120,000 points, written in several blocks."""

    def make() -> ExportSource:
        random = np.random.default_rng(8)
        photo = Coloured(random.integers(0, 256, (300, 400, 3), np.uint8))
        source = make_source(codes=random.integers(0, 256, (300, 400)), projection=Projection.FLAT)
        return replace(source, colours=lambda _size, _stored: photo)

    return make


@pytest.fixture
def assume() -> Callable[[ExportSource], ExportSource]:
    """Return a changer of sources: the same codes as uniform Z, 0.5 to 2 m, an assumed mapping."""

    def change(source: ExportSource) -> ExportSource:
        depth = replace(
            source.header.depth,
            representation=DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=0.5, z_far=2.0),
        )
        codes, bits = source.depth_map.codes, source.depth_map.bits
        return replace(source, depth_map=build_depth_map(codes, bits, depth))

    return change


@pytest.fixture
def expected_points() -> list[tuple[float, float, float, int, int, int]]:
    """Return the default source's points by the pinhole formula, one by one: x y z r g b."""
    points = []
    for v in range(HEIGHT):
        for u in range(WIDTH):
            disparity = CODES[v, u] / 255 * 2.0
            if disparity > 1e-3:
                z = 1 / disparity
                r, g, b = (int(value) for value in PHOTO[v, u])
                points.append(((u - 2.5) / 5.0 * z, -(v - 1.5) / 4.0 * z, -z, r, g, b))
    return points


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, ExportSource], Path]:
    """Return a writer that exports a source in one format and gives the one file's path."""
    from heicdepth_tui.export.registry import FORMATS

    def write(name: str, source: ExportSource) -> Path:
        (exported,) = FORMATS[name].write(source, tmp_path)
        return exported.path

    return write


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """Return the browser of this process; tests open tabs of their own in it."""
    from tests.support.chromium import Chromium

    with Chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the scene in ``html_browsing``; tests only read it."""
    from html_browsing import source

    from heicdepth_tui.export.html import write_html

    path = tmp_path_factory.mktemp("page") / "patch.html"
    with path.open("wb") as target:
        write_html(source(), target)
    return path


@pytest.fixture
def tab(browser: Chromium, page_file: Path) -> Iterator[Page]:
    """Return a tab that shows the page, drawn and ready."""
    from html_browsing import READY, VIEW

    page = browser.page(page_file, width=VIEW[0], height=VIEW[1])
    page.wait(READY)
    yield page
    # Whatever a test did: no request and no complaint is left.
    assert page.requests == [page_file.resolve().as_uri()]
    assert page.complaints == []
    page.close()
