"""Builders for the depth tests: headers made by hand, and spheres whose depth is analytic."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from depth_clouds import map_of
from numpy.typing import NDArray

from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Exif, Header
from heicdepth_tui.heif.picture_facts import Crop, ImageItem, Mirror, Rotation, Size, Transform

SMALL, PHOTO = Size(8, 6), Size(4032, 3024)


def image_item(coded: Size, transforms: tuple[Transform, ...] = ()) -> ImageItem:
    upright = coded
    for transform in transforms:
        if isinstance(transform, Rotation) and transform.quarter_turns % 2:
            upright = Size(upright.height, upright.width)
        elif isinstance(transform, Crop):
            upright = Size(transform.width, transform.height)
    return ImageItem(
        id=2,
        type="hvc1",
        coded=coded,
        displayed_size=upright,
        transforms=transforms,
        bits=8,
        channels=1,
        grid=None,
        hidden=True,
        bytes=1000,
    )


def make_info(
    representation: DepthRepresentation | None = None,
    calibration: Calibration | None = None,
    *,
    coded: Size = SMALL,
    transforms: tuple[Transform, ...] = (),
    representation_problem: str = "",
) -> DepthInfo:
    return DepthInfo(
        status=DepthStatus.PRESENT,
        item=image_item(coded, transforms),
        representation=representation,
        representation_problem=representation_problem,
        calibration=calibration,
    )


def make_header(info: DepthInfo, *, photo: Size = PHOTO, exif: Exif | None = None) -> Header:
    return Header(
        path="photo.heic",
        file_size=1,
        brand="heic",
        compatible_brands=("mif1",),
        primary=image_item(photo),
        depth=info,
        exif=Exif() if exif is None else exif,
    )


def make_calibration(
    fx: float, fy: float, cx: float, cy: float, width: float, height: float
) -> Calibration:
    return Calibration(
        accuracy=Accuracy.ABSOLUTE,
        native_format="hdis",
        intrinsics=(fx, 0, 0, 0, fy, 0, cx, cy, 1),
        reference_width=width,
        reference_height=height,
    )


def transform_array(array: NDArray[np.generic], transform: Transform) -> NDArray[np.generic]:
    """Do to an array what irot, imir and clap do to pixels."""
    match transform:
        case Rotation(turns):
            return np.rot90(array, turns)
        case Mirror(axis=0):
            return array[::-1]
        case Mirror():
            return array[:, ::-1]
        case Crop(left, top, width, height):
            return array[top : top + height, left : left + width]


@dataclass(frozen=True)
class SphereShot:
    """A sphere before a wall, seen by a camera whose coded frame is turned by ``transforms``."""

    codes: NDArray[np.uint8] | NDArray[np.uint16]
    hit: NDArray[np.bool_]
    centre: NDArray[np.float64]
    radius: float
    info: DepthInfo
    bits: int


def ray_sphere_z(
    u: NDArray[np.float64], v: NDArray[np.float64], centre: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """Z where the rays (u, v, 1) first meet a sphere, NaN where they miss: t·ray is at Z = t."""
    a = u * u + v * v + 1
    b = u * centre[0] + v * centre[1] + centre[2]
    discriminant = b * b - a * (centre @ centre - radius * radius)
    root = np.sqrt(np.where(discriminant > 0, discriminant, np.nan))
    return (b - root) / a


WALL = 2.0
NEAR, FAR = 0.5, 2.0


def shoot_sphere(
    kind: RepresentationType,
    bits: int,
    transforms: tuple[Transform, ...],
) -> SphereShot:
    """Render in the coded frame (x right, y down, z forward), quantise, then turn upright."""
    width, height = 120, 90
    fx, fy, cx, cy = 110.0, 104.0, 63.3, 41.7  # corner convention
    centre, radius = np.array([-0.08, 0.05, 0.95]), 0.3
    u = (np.arange(width) + 0.5 - cx) / fx
    v = ((np.arange(height) + 0.5 - cy) / fy)[:, None]
    z = ray_sphere_z(*np.broadcast_arrays(u, v), centre, radius)
    hit = np.isfinite(z)
    z = np.where(hit, z, WALL)
    top = 2**bits - 1
    if kind is RepresentationType.UNIFORM_Z:
        share = (FAR - z) / (FAR - NEAR)
    else:
        share = (1 / z - 1 / FAR) / (1 / NEAR - 1 / FAR)
    codes = np.rint(share * top).astype(np.uint8 if bits == 8 else np.uint16)
    d_range = {"d_min": 1 / FAR, "d_max": 1 / NEAR}
    z_range = {"z_near": NEAR, "z_far": FAR}
    is_disparity = kind is RepresentationType.UNIFORM_DISPARITY
    representation = DepthRepresentation(kind, **(d_range if is_disparity else z_range))
    # Reference four times the map: the scale must come from the reference size.
    calibration = make_calibration(4 * fx, 4 * fy, 4 * cx, 4 * cy, 4 * width, 4 * height)
    x, y = centre[0], -centre[1]
    for transform in transforms:
        codes, hit = transform_array(codes, transform), transform_array(hit, transform)
        match transform:
            case Rotation(turns):
                for _ in range(turns):
                    x, y = -y, x  # a quarter turn counter-clockwise, y up
            case Mirror(axis=0):
                y = -y
            case Mirror():
                x = -x
    return SphereShot(
        codes=np.ascontiguousarray(codes),
        hit=hit,
        centre=np.array([x, y, -centre[2]]),
        radius=radius,
        info=make_info(
            representation, calibration, coded=Size(width, height), transforms=transforms
        ),
        bits=bits,
    )


@pytest.fixture
def info() -> Callable[..., DepthInfo]:
    return make_info


@pytest.fixture
def header() -> Callable[..., Header]:
    return make_header


@pytest.fixture
def calibration() -> Callable[..., Calibration]:
    return make_calibration


@pytest.fixture
def sphere() -> Callable[..., SphereShot]:
    return shoot_sphere


@pytest.fixture
def turn() -> Callable[..., NDArray[np.generic]]:
    return transform_array


@pytest.fixture
def slope() -> DepthMap:
    """Codes 0 to 38 on a gentle slope: one code a sample, so nothing flies."""
    return map_of(np.add.outer(np.arange(8), np.arange(32)).astype(np.uint8))


@pytest.fixture
def real_photos() -> Path:
    folder = os.environ.get("HEICDEPTH_PHOTOS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HEICDEPTH_PHOTOS is not set to a folder of real photos")
    return Path(folder)
