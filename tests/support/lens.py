"""Scenes seen through a lens that distorts, computed without the program's own formulas.

The lens takes a ray that a pinhole camera sees at radius R (mm on the sensor) to the radius r with
R = r / (1 + 0.01 · k · r²); k < 0 draws the corners in, as wide-angle lenses do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.orient import TRANSFORMS, inverse, turn_camera
from heicdepth_tui.samples.recipe import Photo, Recipe
from heicdepth_tui.samples.solids import Pinhole

Floats = NDArray[np.float64]

SENSOR_MM = 6.4
"""Long side of the sensor, as ``make_photo`` states it by the pixel size."""

NORMAL = np.array([0.25, 0.2, 1.0]) / np.linalg.norm([0.25, 0.2, 1.0])
DISTANCE = 0.9
"""The plane NORMAL · P = −DISTANCE in the frame x right, y up, −z forward, metres."""


@dataclass(frozen=True)
class Lens:
    """A lens in the upright picture: its centre as shares of the sides, and its coefficient."""

    k: float = -0.15
    centre: tuple[float, float] = (0.49, 0.515)

    def rectifying(self) -> tuple[float, ...]:
        """Return the 8 coefficients that rectify."""
        return (0.0, self.k, *(0.0,) * 6)

    def distorting(self) -> tuple[float, ...]:
        """Return the 8 coefficients that distort: a fit of the closed form by polynomials."""
        top = 0.7 * SENSOR_MM
        pinhole = np.linspace(top / 400, top, 400)
        # r of R: the root of 0.01 k R r² − r + R = 0 that is R for k = 0.
        stored = (1 - np.sqrt(1 - 0.04 * self.k * pinhole**2)) / (0.02 * self.k * pinhole)
        powers = (pinhole[:, None] / top) ** (2 * np.arange(1, 8))
        fitted = np.linalg.lstsq(powers, 100 * (pinhole / stored - 1), rcond=None)[0]
        return (0.0, *(fitted / top ** (2 * np.arange(1, 8))).tolist())

    def rectified(self, camera: Pinhole) -> tuple[Floats, Floats]:
        """Return the place (u, v) at which a pinhole camera sees each stored sample's ray."""
        mm = SENSOR_MM / max(camera.width, camera.height)
        cx, cy = self.centre[0] * camera.width - 0.5, self.centre[1] * camera.height - 0.5
        x = np.arange(camera.width, dtype=np.float64) - cx
        y = np.arange(camera.height, dtype=np.float64)[:, None] - cy
        squared = (x**2 + y**2) * mm**2
        return cx + x / (1 + 0.01 * self.k * squared), cy + y / (1 + 0.01 * self.k * squared)


def plane_metres(camera: Pinhole, u: Floats, v: Floats) -> Floats:
    """Return Z at which rays through pinhole places (u, v) meet the plane."""
    x, y = (u - camera.cx) / camera.fx, (camera.cy - v) / camera.fy
    return np.asarray(DISTANCE / (NORMAL[2] - NORMAL[0] * x - NORMAL[1] * y))


def plane_points(camera: Pinhole, u: Floats, v: Floats) -> Floats:
    """Return the points (H, W, 3) of the plane that rays through (u, v) meet."""
    z = plane_metres(camera, u, v)
    return np.stack([(u - camera.cx) / camera.fx * z, (camera.cy - v) / camera.fy * z, -z], -1)


def grid_picture(camera: Pinhole, u: Floats, v: Floats, spacing: float = 0.12) -> NDArray[np.uint8]:
    """Return the picture (H, W, 3) of upright dark lines on the plane, ``spacing`` metres apart.

    Lines are places of equal x, with a profile that is smooth over some samples.
    """
    x = plane_points(camera, u, v)[..., 0]
    off = (x / spacing - np.rint(x / spacing)) * spacing
    width = 2.2 * DISTANCE / camera.fx
    grey = 240 - 220 * np.exp(-((off / width) ** 2))
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)


SIZE = Size(160, 120)
USUAL = Lens()


def usual_camera(size: Size) -> Pinhole:
    """Return a wide camera that is nowhere symmetric."""
    camera = Pinhole.of(*size, 26.0)
    return replace(
        camera,
        fy=camera.fy * 1.01,
        cx=camera.cx - 0.02 * size.width,
        cy=camera.cy + 0.015 * size.height,
    )


def distorted_photo(
    lens: Lens = USUAL,
    *,
    size: Size = SIZE,
    orientation: int = 1,
    swapped: bool = False,
    metres: Floats | None = None,
    **changes: Any,
) -> tuple[Photo, Pinhole]:
    """Return a photo of the plane through ``lens``, and the camera of its upright depth map.

    ``swapped`` exchanges the two lists of coefficients. ``metres`` replaces the plane.
    """
    camera = usual_camera(size)
    u, v = lens.rectified(camera)
    recipe = Recipe(
        camera=camera,
        rgb=grid_picture(camera, u, v),
        metres=plane_metres(camera, u, v) if metres is None else metres,
        orientation=orientation,
        bits=12,
        **changes,
    )
    calibration = make_photo(recipe).ground_truth.calibration
    if calibration is None or calibration.reference_width is None:
        raise ValueError("the recipe has no calibration")
    centred = replace(
        camera, cx=lens.centre[0] * size.width - 0.5, cy=lens.centre[1] * size.height - 0.5
    )
    coded = turn_camera(centred, inverse(TRANSFORMS[orientation]))
    scale = calibration.reference_width / coded.width
    lists = (lens.distorting(), lens.rectifying())
    calibration = replace(
        calibration,
        distortion=lists[swapped],
        inverse_distortion=lists[not swapped],
        distortion_center=((coded.cx + 0.5) * scale, (coded.cy + 0.5) * scale),
    )
    return make_photo(replace(recipe, calibration=calibration)), camera
