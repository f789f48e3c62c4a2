"""What the tests in a browser share: a scene of two surfaces, and where the page shows them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.depth.camera import Camera, CameraOrigin
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
from tests.support.chromium import Page, find_chromium

needs_chromium = pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed")

WIDTH, HEIGHT = 160, 120
FOCAL, CX, CY = 150.0, 79.5, 59.5
NEAR, FAR = 90, 40  # codes, of 255 at 4 1/m
PATCH = np.s_[30:61, 90:131]  # rows, columns: a red patch that floats before a green wall
VIEW = (640, 480)
READY = "document.documentElement.dataset.state === 'ready'"


def metres(code: int) -> float:
    return 1 / (code / 255 * 4.0)


def item(size: Size) -> ImageItem:
    return ImageItem(1, "hvc1", size, size, (), 8, 3, None, False, 1000)


def source(
    bits: int = 8,
    projection: Projection = Projection.PERSPECTIVE,
    patch: tuple[int, int, int] = (230, 20, 10),
    space: str = "unknown",
) -> ExportSource:
    size = Size(WIDTH, HEIGHT)
    codes = np.full((HEIGHT, WIDTH), FAR, np.uint16)
    codes[PATCH] = NEAR
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[..., 1] = 170
    rgb[PATCH] = patch
    decoded = Coloured(rgb, space)
    representation = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=0.0, d_max=4.0)
    info = DepthInfo(
        DepthStatus.PRESENT,
        item=item(size),
        representation=representation,
        calibration=Calibration(accuracy=Accuracy.ABSOLUTE),
    )
    if bits > 8:
        codes = codes * (2**bits - 1) // 255
    return ExportSource(
        path=Path("/photos/patch.heic"),
        header=Header("/photos/patch.heic", 5000, "heic", ("mif1",), item(size), info),
        depth_map=build_depth_map(codes.astype(np.uint8 if bits == 8 else np.uint16), bits, info),
        camera=Camera(FOCAL, FOCAL, CX, CY, WIDTH, HEIGHT, CameraOrigin.FILE),
        colours=lambda _, stored: decoded if stored else decoded.in_srgb(),
        options=ExportOptions(cloud=CloudOptions(projection=projection, drop_flying=False)),
    )


def canvas(page: Page) -> np.ndarray:
    """Return the canvas as it stands on the screen, (h, w, 3) of CSS pixels."""
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    box = page.evaluate("(r => [r.x, r.y, r.width, r.height])(view.getBoundingClientRect())")
    left, top, width, height = (round(side) for side in box)
    return picture[top : top + height, left : left + width]


def is_same_picture(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two pictures of one view are the same, up to what a GPU rounds differently.

    Where exp, sin or a driver's schedule leave other last bits, a point's edge falls on the other
    side of a pixel's centre, and that pixel shows the neighbour. Such edges are few: 0.1 % of the
    pixels. The slightest change that a key makes moves three times as many.
    """
    # A level of 8 bits may be rounded either way in the shader and in composition: 2 in all.
    return bool((np.abs(one.astype(int) - other) > 2).any(-1).mean() < 0.001)


def red(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] > 150) & (picture[..., 1] < 80)


def green(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 1] > 110) & (picture[..., 0] < 80)


def box_of(mask: np.ndarray) -> np.ndarray:
    """Return left, top, right, bottom of what is set, right and bottom exclusive."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def expected_box(shape: tuple[int, ...], yaw: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    """Return where the patch's outermost samples lie after a turn by ``yaw``, then ``pitch``.

    The eye is at the camera; the pivot on the ray through the middle of the frame, at the median
    of the central half, which is the wall. What fits is the whole frame, with 6 % to spare.
    """
    height, width = shape[:2]
    pixels = 0.94 * min(width / (WIDTH / FOCAL), height / (HEIGHT / FOCAL))
    rows, columns = PATCH
    u, v = np.meshgrid([columns.start, columns.stop - 1], [rows.start, rows.stop - 1])
    z, away = metres(NEAR), metres(FAR)
    x, y, z = (u - CX) / FOCAL * z, -(v - CY) / FOCAL * z, away - z  # about the pivot
    x, z = np.cos(yaw) * x + np.sin(yaw) * z, np.cos(yaw) * z - np.sin(yaw) * x
    y, z = np.cos(pitch) * y - np.sin(pitch) * z, np.cos(pitch) * z + np.sin(pitch) * y
    left_right = width / 2 + pixels * x / (away - z)
    up_down = height / 2 - pixels * y / (away - z)
    return np.array([left_right.min(), up_down.min(), left_right.max(), up_down.max()])


def margin(shape: tuple[int, ...]) -> float:
    """Half a splat: 1.42 samples wide as seen from the camera, and a pixel of rounding."""
    return 0.94 * shape[0] / HEIGHT * 1.42 / 2 + 1.0
