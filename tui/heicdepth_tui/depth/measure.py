"""Reads samples of a depth map: distance, resolution, point, validity; and measures between two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heicdepth_tui.depth.camera import aligned_camera
from heicdepth_tui.depth.coverage import WHOLE
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.flying import ALONE, RAMP, flying_kinds
from heicdepth_tui.depth.registration import register
from heicdepth_tui.depth.scale import scale_factor, scaled
from heicdepth_tui.errors import NoCameraError, NoDepthError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.coverage import Region
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.scale import KnownLength
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.picture_facts import Size

__all__ = [
    "Measurement",
    "Probe",
    "Profile",
    "Sample",
    "Vector",
    "aligned_probe",
    "factor_for",
    "own_probe",
    "probe_of",
]

Vector = tuple[float, float, float]
"""x right, y up, −z forward: the frame of exported clouds, the camera at the origin."""

_REACH = 9
"""Samples around one that decide whether it flies: a ramp of 5, its ends, and what lies beyond."""

_FLYING_THRESHOLD = 0.02


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a depth map; values are None where the file does not give them."""

    column: int
    """Of the upright map as exports write it, the first at 0."""
    row: int
    photo: tuple[int, int]
    """The pixel (x, y) of the upright photo that was read, or that lies on the sample's centre."""
    code: int
    """As stored."""
    disparity: float | None
    """1/m, as the file maps the code, before a scale of the user."""
    metres: float | None
    """Z along the optical axis."""
    step: float | None
    """Depth resolution: metres between two codes."""
    margin: float | None
    """Metres in Z that half a code makes at most; None where that reaches infinity."""
    ray: Vector | None
    """The direction that the camera sees it in, at Z = 1; None without a camera."""
    flying: str
    """``alone`` or ``on a ramp`` where it hangs between two surfaces, else empty."""
    problem: str
    """The reason that it has no distance; empty where it has."""

    @property
    def point(self) -> Vector | None:
        """Position in metres; None without a distance or a camera."""
        if self.ray is None or self.metres is None:
            return None
        x, y, z = self.ray
        return x * self.metres, y * self.metres, z * self.metres

    @property
    def range(self) -> float | None:
        """Straight distance from the camera in metres; None without a distance or a camera."""
        return None if self.point is None else math.hypot(*self.point)


class Profile(NamedTuple):
    """The samples nearest to the line between two samples, both ends included."""

    columns: NDArray[np.intp]
    rows: NDArray[np.intp]
    metres: NDArray[np.float64]
    """Z of each, NaN where invalid; not smoothed."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The relation of two samples."""

    distance: float | None
    """Metres between the two points; None where either has none."""
    uncertainty: float | None
    """Metres: the rounding to codes puts the distance off by no more than this, see ``measure``.

    None where there is no such bound.
    """
    angle: float | None
    """Degrees between the two rays from the camera; None without a camera."""
    problem: str
    """The reason that there is no distance; empty where there is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Reads a depth map that is aligned with a photo.

    ``depth_map`` is upright and cropped as the photo is (``DepthMap.aligned``), ``camera`` is for
    its samples (``aligned_camera``), ``region`` is the part of the photo that it covers, ``photo``
    the size of the upright photo.
    """

    depth_map: DepthMap
    camera: Camera | None
    region: Region
    photo: Size

    def sample_of(self, x: float, y: float) -> tuple[int, int] | None:
        """Return (column, row) of the sample that covers a photo pixel; None outside of the map.

        ``x`` and ``y`` count from the centre of the photo's top-left pixel.
        """
        place = []
        for value, side, start, length, count in self._axes((x, y)):
            share = ((value + 0.5) / side - start) / length
            place.append(math.floor(share * count))
            if not 0 <= place[-1] < count:
                return None
        return place[0], place[1]

    def pixel_of(self, column: int, row: int) -> tuple[int, int]:
        """Return the photo pixel (x, y) that lies on the centre of a sample."""
        x, y = (
            min(side - 1, math.floor((start + length * (index + 0.5) / count) * side))
            for index, side, start, length, count in self._axes((column, row))
        )
        return x, y

    def _axes(self, place: tuple[float, float]) -> list[tuple[float, int, float, float, int]]:
        region, size = self.region, self.depth_map.size
        return [
            (place[0], self.photo.width, region.left, region.width, size.width),
            (place[1], self.photo.height, region.top, region.height, size.height),
        ]

    def at_pixel(self, x: int, y: int) -> Sample | None:
        """Read the sample that covers a photo pixel; None where the depth map does not cover it."""
        place = self.sample_of(x, y)
        return None if place is None else self._read(*place, (x, y))

    def at_sample(self, column: int, row: int) -> Sample:
        """Read a sample; raises ValueError for one outside of the map."""
        width, height = self.depth_map.size
        if not (0 <= column < width and 0 <= row < height):
            raise ValueError(f"sample {column}, {row} is outside of the map of {width}x{height}")
        return self._read(column, row, self.pixel_of(column, row))

    def _read(self, column: int, row: int, photo: tuple[int, int]) -> Sample:
        depth_map = self.depth_map
        code = int(depth_map.codes[row, column])
        disparity = metres = step = margin = None
        problem, flying = depth_map.reason, ""
        if not problem:
            tables = depth_map.tables
            if tables.valid[code]:
                disparity = float(tables.disparity[code]) * (depth_map.trust.scale or 1.0)
                metres = float(tables.metres[code])
                step = float(tables.depth_resolution[code])
                margin = self._margin(metres)
                flying = self._flying(column, row)
            else:
                problem = f"code {code} means farther than 1000 m or behind the camera"
        return Sample(
            column=column,
            row=row,
            photo=photo,
            code=code,
            disparity=disparity,
            metres=metres,
            step=step,
            margin=margin,
            ray=self._ray(column, row),
            flying=flying,
            problem=problem,
        )

    def _margin(self, metres: float) -> float | None:
        """Return how far the distance of half a code less, or more, lies off: the larger one."""
        quantization = self.depth_map.quantization
        if quantization is None:
            return None
        whole = quantization.value_at_max_code - quantization.value_at_code_0
        half = abs(whole) / self.depth_map.max_code / 2
        if quantization.is_depth:
            return half
        return metres * half / (1 / metres - half) if half * metres < 1 else None

    def _ray(self, column: int, row: int) -> Vector | None:
        camera = self.camera
        if camera is None:
            return None
        u, v = float(column), float(row)
        if camera.is_rectified and camera.lens is not None:
            u, v = camera.lens.rectified(u, v)
        return (u - camera.cx) / camera.fx, (camera.cy - v) / camera.fy, -1.0

    def _flying(self, column: int, row: int) -> str:
        """Return how the sample flies, by ``flying_kinds`` on what lies within its reach."""
        top, left = max(0, row - _REACH), max(0, column - _REACH)
        around = self.depth_map.codes[top : row + _REACH + 1, left : column + _REACH + 1]
        focal = math.inf if self.camera is None else min(self.camera.fx, self.camera.fy)
        disparity = self.depth_map.tables.disparity
        kind = flying_kinds(around, disparity, _FLYING_THRESHOLD, focal)[row - top, column - left]
        return {ALONE: "alone", RAMP: "on a ramp"}.get(int(kind), "")

    def measure(self, one: Sample, other: Sample) -> Measurement:
        """Return distance, its uncertainty, and the angle between two samples.

        A code stands for all distances within half a code of its own, so each point lies within
        ± margin in Z along its ray: P(e) = ray · (Z + e · margin), −1 ≤ e ≤ 1. The uncertainty
        is the largest of |P(e) − Q(f)| for e, f = ±1, minus |P − Q|. |P(e) − Q(f)| is convex in
        (e, f), so that no combination is farther off, upwards or downwards. It covers the
        rounding to codes alone: not the accuracy of the map, nor of the camera, nor the half
        sample by which a mark may miss its target sideways.
        """
        angle = None
        if one.ray is not None and other.ray is not None:
            angle = _angle(np.array(one.ray), np.array(other.ray))
        problem = one.problem or other.problem
        if not problem and angle is None:
            problem = "neither the file nor EXIF gives a camera"
        if problem:
            return Measurement(None, None, angle, problem)
        distance = math.dist(_at(one, 0), _at(other, 0))
        if one.margin is None or other.margin is None:
            return Measurement(distance, None, angle, "")
        signs = product((-1, 1), repeat=2)
        farthest = max(math.dist(_at(one, e), _at(other, f)) for e, f in signs)
        return Measurement(distance, farthest - distance, angle, "")

    def profile(self, one: Sample, other: Sample) -> Profile:
        """Return the samples along the line from one to another, as many as its longer side."""
        across, down = other.column - one.column, other.row - one.row
        count = max(abs(across), abs(down)) + 1
        share = np.linspace(0.0, 1.0, count)
        columns = np.rint(one.column + across * share).astype(np.intp)
        rows = np.rint(one.row + down * share).astype(np.intp)
        if self.depth_map.reason:
            return Profile(columns, rows, np.full(count, np.nan))
        codes = self.depth_map.codes[rows, columns]
        return Profile(columns, rows, self.depth_map.tables.metres.take(codes, mode="clip"))

    def rectified(self) -> Probe:
        """Return the probe whose rays are corrected by the lens distortion.

        Raises RectifyError without a usable lens, NoCameraError without a camera.
        """
        if self.camera is None:
            raise NoCameraError("neither the file nor EXIF gives a camera")
        return Probe(self.depth_map, self.camera.rectified(), self.region, self.photo)

    def with_scale(self, factor: float) -> Probe:
        """Return the probe of the map scaled by ``factor``; see ``scaled`` for the errors."""
        return Probe(scaled(self.depth_map, factor), self.camera, self.region, self.photo)


def probe_of(header: Header, codes: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> Probe:
    """Return the probe of a photo's own depth map, decoded whole and upright by its own item.

    Raises NoDepthError where the header has none, ValueError as ``build_depth_map``.
    """
    item = header.depth.item
    if item is None:
        raise NoDepthError(header.depth.reason or "the photo has no depth map", path=header.path)
    return aligned_probe(header, build_depth_map(codes, bits, header.depth))


def aligned_probe(header: Header, depth_map: DepthMap) -> Probe:
    """Return the probe of a photo's own depth map, given as decoded; see ``probe_of``."""
    item = header.depth.item
    if item is None:
        raise NoDepthError(header.depth.reason or "the photo has no depth map", path=header.path)
    registration = register(header.primary, item)
    return Probe(
        depth_map.aligned(registration),
        aligned_camera(header, registration),
        registration.region,
        header.primary.displayed_size,
    )


def own_probe(depth_map: DepthMap) -> Probe:
    """Return the probe of a depth map in its own frame: its pixels are its samples, no camera."""
    return Probe(depth_map, None, WHOLE, depth_map.size)


def factor_for(probe: Probe, known: KnownLength) -> float:
    """Return the factor that makes a known length of the photo come out right.

    Raises ValueError, with the reason, where the pixels have no distance.
    """
    samples = []
    for x, y in (known.first, *(() if known.second is None else (known.second,))):
        sample = probe.at_pixel(x, y)
        if sample is None:
            raise ValueError(f"the depth map does not cover pixel {x},{y} of the photo")
        if sample.range is None:
            why = sample.problem or "neither the file nor EXIF gives a camera"
            raise ValueError(f"pixel {x},{y} has no distance: {why}")
        samples.append(sample)
    if len(samples) == 1:
        return scale_factor(known.metres, samples[0].range or 0.0)
    return scale_factor(known.metres, probe.measure(*samples).distance or 0.0)


def _at(sample: Sample, sign: int) -> Vector:
    """Return the position of a valid sample, moved along its ray by -1, 0 or 1 margins."""
    if sample.ray is None or sample.metres is None:
        raise ValueError("the sample has no position")
    x, y, z = sample.ray
    metres = sample.metres + sign * (sample.margin or 0.0)
    return x * metres, y * metres, z * metres


def _angle(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return degrees between two vectors; by atan2, exact for small angles as well."""
    cross = np.linalg.norm(np.cross(one, other))
    return math.degrees(math.atan2(float(cross), float(one @ other)))
