"""Draw the pictures that explain depth maps: ``python screenshots/explain.py [PHOTO]...``.

A generated room is written as HEIC and read back by the package, so that what is drawn is what
the package exports. Writes disparity.png and relative.png beside this file and prints the figures
in them. With photos draws nothing and prints what the same figures are for them.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plan import ACCENT, DIM, RULE, STRONG, TEXT, Area, Canvas, Plan

from heicdepth_tui.depth.cloud import Cloud, CloudOptions, Projection
from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.export.run import read_source
from heicdepth_tui.export.source import ExportOptions
from heicdepth_tui.heif.depth_facts import Accuracy
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import GroundTruth, Recipe, TrueSphere
from heicdepth_tui.samples.solids import Box, Floor, Pinhole, Scene, Sphere, Wall

HERE = Path(__file__).parent

RADIUS, EYE, WALL = 0.20, 0.66, 512 / 96
"""Radius of every ball, height of the camera over the floor, distance of the wall, metres."""
BALLS = (
    ((-0.23, 1.15), (0.86, 0.22, 0.14)),
    ((0.48, 2.3), (0.93, 0.56, 0.07)),
    ((-0.35, 3.45), (0.05, 0.46, 0.42)),
    ((1.40, 4.6), (0.16, 0.42, 0.78)),
)
ROOM = Scene(
    solids=(
        *(Sphere((x, RADIUS - EYE, -away), RADIUS, color) for (x, away), color in BALLS),
        Box((-1.62, 0.25 - EYE, -4.35), (0.60, 0.50, 0.60), (0.42, 0.14, 0.38), turn=28),
    ),
    floor=Floor(-EYE, ((0.50, 0.50, 0.49), (0.17, 0.20, 0.25)), tile=0.5),
    wall=Wall(WALL, ((0.50, 0.46, 0.44), (0.20, 0.28, 0.42)), reach=2.2),
)
PHOTO, MAP = Size(1152, 864), Size(768, 576)
CAMERA = replace(Pinhole.of(*PHOTO, 34.0), cy=0.16 * PHOTO.height)
"""Level, so that the plan needs no turning; shifted down, so that it sees the floor."""
LIMITS = (512 / 540, 512 / 96)
"""Nearest and farthest metres of the codes: d_max and d_min are whole 512ths at each of SCALES."""
SCALES = (0.8, 1.0, 1.2)

_SAME = (
    "Three rooms, one photo: the same pixels, the same codes, the same ratios. "
    "Only d_min and d_max tell them apart."
)
_PROMISE = (
    "*absolute*: the file promises these two numbers. *relative*: it does not, "
    "so ratios hold and metres are not promised."
)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo as the package reads it back, and what is true of it."""

    ground_truth: GroundTruth
    depth_map: DepthMap
    rgb: NDArray[np.uint8]
    metres: Cloud
    flat: Cloud

    @property
    def d_range(self) -> tuple[float, float]:
        """d_min and d_max in the file, 1/m."""
        stated = self.depth_map.representation
        if stated is None or stated.d_min is None or stated.d_max is None:
            raise SystemExit("the generated photo has lost its d_min and d_max")
        return stated.d_min, stated.d_max

    def step(self, metres: float) -> float:
        """Return how many metres one code is worth at a distance."""
        tables = self.depth_map.tables
        return float(tables.depth_resolution[np.nanargmin(np.abs(tables.metres - metres))])

    def points_on(self, sphere: TrueSphere) -> NDArray[np.intp]:
        """Return which points of the metric cloud lie on a sphere, to one code step or 5 mm."""
        distance = np.linalg.norm(self.metres.xyz - np.array(sphere.centre), axis=1)
        above = self.metres.xyz[:, 1] > sphere.centre[1] - 0.9 * sphere.radius
        reach = max(0.005, self.step(-sphere.centre[2]))
        return np.flatnonzero((np.abs(distance - sphere.radius) < reach) & above)


def see(recipe: Recipe, decoder: Decoder) -> Seen:
    """Write a photo, read it and build both clouds the way ``heicdepth-tui export`` does."""
    photo = make_photo(recipe)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "room.heic"
        path.write_bytes(photo.data)
        source = read_source(path, ExportOptions(), decoder.get)
        flat = CloudOptions(projection=Projection.FLAT)
        flatly = replace(source, options=ExportOptions(cloud=flat))
        return Seen(photo.ground_truth, source.depth_map, source.rgb, source.cloud, flatly.cloud)


def draw_disparity(room: Seen, path: Path) -> None:
    """Draw the flat cloud beside the metric one, both from above, the same distances joined."""
    canvas = Canvas(1200, 772)
    canvas.text((24, 44), "What the file holds", STRONG, 21, bold=True)
    canvas.picture(room.rgb, (24, 62, 268, 245))
    canvas.picture(room.depth_map.codes.astype(np.uint8), (284, 62, 528, 245))
    canvas.text((24, 270), "photo", DIM, 17)
    canvas.text((284, 270), "disparity, 8-bit codes", DIM, 17)

    left, right = Area(24, 356, 528, 646), Area(640, 62, 1176, 646)
    flat = _flat_floor(room, left)
    metric = Plan((right.middle, right.bottom - 36), 94.0)
    canvas.text((24, 338), "Disparity used as depth, from above", STRONG, 21, bold=True)
    canvas.text((640, 44), "Metres: Z = 1 / disparity, from above", ACCENT, 21, bold=True)
    for area in (left, right):
        canvas.panel(area)
    cloud, raw = room.metres, room.flat
    canvas.points(flat, raw.xyz[:, [1, 2]] * (1, -1), -raw.xyz[:, 0], raw.rgb, left)
    _draw_view(canvas, metric, room.ground_truth, WALL)
    canvas.points(metric, cloud.xyz[:, [0, 2]] * (1, -1), cloud.xyz[:, 1], cloud.rgb, right)
    for sphere in room.ground_truth.spheres:
        centre = metric.at(sphere.centre[0], -sphere.centre[2])
        canvas.circle(centre, metric.scale * sphere.radius, STRONG)
    _draw_ladder(canvas, flat, metric, left, right)
    _label_balls(canvas, room, flat, metric)
    canvas.text((right.middle, metric.at(0, WALL)[1] - 5), "wall", DIM, 17, anchor="ms")
    canvas.text((left.middle, flat.at(0, -1 / WALL)[1] - 5), "wall", DIM, 17, anchor="ms")
    _draw_bar(canvas, metric, (right.right - 124, right.bottom - 20))

    widths = _flat_widths(room)
    ratio = " : ".join(f"{width / widths[-1]:.2g}" for width in widths)
    near, far = (room.step(metres) * 1000 for metres in (1.0, 5.0))
    canvas.text((24, 682), "Near things swell, the far half of the room is squeezed.")
    canvas.text((24, 708), f"Four equal balls come out {ratio} wide,")
    canvas.text((24, 734), "and nothing has a unit.")
    lines = (
        "Circles: the true balls, 0.40 m. Beside them: what the",
        "cloud measures; the camera sees fronts only. Stripes are",
        f"single codes: {near:.0f} mm apart at 1 m, {far:.0f} mm at 5 m.",
    )
    for row, words in enumerate(lines):
        canvas.text((640, 682 + 26 * row), words)
    canvas.save(path)
    print(f"{path.name}: ball widths {ratio}, one code is {near:.1f} mm at 1 m, {far:.1f} at 5 m")


def _flat_floor(room: Seen, area: Area) -> Plan:
    """Return the plan of the flat cloud: columns across, less disparity is farther up."""
    scale = (area.right - area.left - 24) / 2.0
    nearest = float(room.flat.xyz[:, 2].max())
    return Plan((area.left + 12, area.bottom - 34 - scale * nearest), scale)


def _draw_view(canvas: Canvas, plan: Plan, truth: GroundTruth, reach: float) -> None:
    """Draw the camera and the edges of what it sees, up to ``reach`` metres away."""
    camera = truth.camera
    for column in (-0.5, camera.width - 0.5):
        edge = (column - camera.cx) / camera.fx
        canvas.line(plan.at(0, 0), plan.at(edge * reach, reach), "#3a424e")
    canvas.dot(plan.at(0, 0), 5, ACCENT)


def _draw_ladder(canvas: Canvas, flat: Plan, metric: Plan, left: Area, right: Area) -> None:
    """Draw the same whole metres in both plans and join them across the gap."""
    for metres in (1, 2, 3, 4, 5):
        here = flat.at(0, -1 / metres)[1]
        there = metric.at(0, metres)[1]
        canvas.line((left.left, here), (left.right, here), ACCENT, 1.0, dash=5)
        canvas.line((left.right, here), (right.left, there), ACCENT, 1.2)
        canvas.line((right.left, there), (right.right, there), ACCENT, 1.0, dash=5)
        canvas.text((right.left + 10, there - 6), f"{metres} m", ACCENT, 17)


def _label_balls(canvas: Canvas, room: Seen, flat: Plan, metric: Plan) -> None:
    """Write how wide each ball is: in the flat cloud as a multiple of the farthest."""
    widths = _flat_widths(room)
    for sphere, width in zip(room.ground_truth.spheres, widths, strict=True):
        points = room.points_on(sphere)
        across = float(np.ptp(room.metres.xyz[points, 0]))
        x, y = metric.at(sphere.centre[0] + sphere.radius, -sphere.centre[2])
        canvas.text((x + 8, y + 6), f"{across:.2f} m", STRONG, 17)
        index = room.metres.index[points]
        middle = float(np.mean(room.flat.xyz[index, 1]))
        nearest = float(room.flat.xyz[index, 2].max())
        at = flat.at(middle, -nearest)
        canvas.text((at[0], at[1] + 20), f"× {width / widths[-1]:.2g}", STRONG, 17, anchor="ms")


def _flat_widths(room: Seen) -> list[float]:
    """Return how wide each ball is in the flat cloud, which has no unit."""
    indices = [room.metres.index[room.points_on(sphere)] for sphere in room.ground_truth.spheres]
    return [float(np.ptp(room.flat.xyz[index, 1])) for index in indices]


def _draw_bar(canvas: Canvas, plan: Plan, at: tuple[float, float]) -> None:
    """Draw a bar of one metre that starts at ``at``."""
    (x, y), end = at, at[0] + plan.scale
    canvas.line((x, y), (end, y), TEXT, 2)
    for tick in (x, end):
        canvas.line((tick, y - 5), (tick, y + 5), TEXT, 2)
    canvas.text(((x + end) / 2, y - 9), "1 m", TEXT, 17, anchor="ms")


def draw_relative(rooms: list[Seen], path: Path) -> None:
    """Draw the plans of rooms of three sizes that give one and the same photo."""
    first = rooms[0]
    for room in rooms[1:]:
        if not (
            np.array_equal(room.rgb, first.rgb)
            and np.array_equal(room.depth_map.codes, first.depth_map.codes)
        ):
            raise SystemExit("the three rooms do not give the same photo and codes")
    canvas = Canvas(1200, 738)
    scale, bottom = 53.5, 646.0
    areas = [Area(60 + 380 * n, 232, 60 + 380 * n + 356, bottom) for n in range(len(rooms))]
    base = bottom - 20
    for area in areas:
        canvas.panel(area)
    for metres in range(1, 7):
        y = base - scale * metres
        canvas.text((50, y + 6), f"{metres} m", DIM, 17, anchor="rs")
        for area in areas:
            canvas.line((area.left, y), (area.right, y), RULE)
    for room, area, factor in zip(rooms, areas, SCALES, strict=True):
        color = ACCENT if factor == 1 else STRONG
        _draw_file(canvas, room, area, factor, color)
        _draw_room(canvas, room, Plan((area.middle, base), scale), area, factor)
    canvas.text((60, 686), _SAME)
    canvas.text((60, 713), _PROMISE)
    canvas.save(path)


def _draw_file(canvas: Canvas, room: Seen, area: Area, factor: float, color: str) -> None:
    """Draw what the file of a room holds: the photo, and the two numbers that give it a scale."""
    title = "what the file says" if factor == 1 else f"could be × {factor:g}"
    canvas.text((area.left, 38), title, color, 21, bold=True)
    canvas.picture(room.rgb, (round(area.left), 54, round(area.left) + 200, 204))
    low, high = room.d_range
    left = area.left + 216
    for y, name, value in ((98, "d_max", high), (146, "d_min", low)):
        canvas.text((left, y), name, DIM, 17)
        canvas.text((left, y + 22), f"{value:.3f} 1/m", color, 18)


def _draw_room(canvas: Canvas, room: Seen, plan: Plan, area: Area, factor: float) -> None:
    """Draw a room from above, with the distances of its nearest ball and of its wall."""
    _draw_view(canvas, plan, room.ground_truth, WALL * factor)
    cloud = room.metres
    canvas.points(plan, cloud.xyz[:, [0, 2]] * (1, -1), cloud.xyz[:, 1], cloud.rgb, area)
    for sphere in room.ground_truth.spheres:
        x, _, z = (value * factor for value in sphere.centre)
        canvas.circle(plan.at(x, -z), plan.scale * sphere.radius * factor, STRONG, 1.2)
    near, far = (-float(edge) for edge in (cloud.xyz[:, 2].max(), cloud.xyz[:, 2].min()))
    color = ACCENT if factor == 1 else STRONG
    _, y = plan.at(0, far)
    canvas.text((area.middle, y - 7), f"wall {far:.2f} m", color, 18, anchor="ms")
    x, y = plan.at(0.3 * factor, near)
    canvas.text((x, y + 14), f"ball {near:.2f} m", color, 18)
    ratio = f"wall : ball {far / near:.2f}"
    canvas.text((area.left + 12, area.bottom - 14), ratio, color, 18)
    low, high = room.d_range
    print(
        f"relative.png: x {factor:g}: d_min {low:.4f}, d_max {high:.4f}, "
        f"ball {near:.3f} m, wall {far:.3f} m, ratio {far / near:.3f}"
    )


def _scaled(recipe: Recipe, metres: NDArray[np.float64], factor: float) -> Recipe:
    """Return the photo of a room ``factor`` times the size, from ``factor`` times the distance."""
    near, far = LIMITS
    return replace(recipe, metres=metres * factor, limits=(near * factor, far * factor))


def figures(path: Path, decoder: Decoder) -> str:
    """Say what one code of a photo is worth, and how wrong its flat cloud is, near against far.

    At one scale for all of it the flat cloud is too wide by d and too deep by d² (dd/dZ = −1/Z²).
    """
    depth_map = read_source(path, ExportOptions(), decoder.get).depth_map
    metres, step, disparity = (
        depth_map.metres(),
        depth_map.depth_resolution(),
        depth_map.disparity(),
    )
    near, far = float(np.nanmin(metres)), float(np.nanmax(metres))
    fine, coarse = 1000 * float(np.nanmin(step)), 1000 * float(np.nanmax(step))
    swollen = float(np.nanmax(disparity) / np.nanmin(disparity))
    return (
        f"{path.name}: {near:.3f} to {far:.3f} {depth_map.trust.unit_label}; one code is "
        f"{fine:.2f} mm near, {coarse:.2f} mm far; in the flat cloud near is "
        f"{swollen:.2f} times too wide and {swollen**2:.2f} times too deep against far"
    )


def main(photos: list[Path]) -> None:
    """Draw both pictures, or print the figures of photos."""
    with Decoder.start() as decoder:
        if photos:
            for path in photos:
                try:
                    print(figures(path, decoder))
                except HeicDepthError as error:
                    raise SystemExit(str(error.at(path))) from error
            return
        recipe = Recipe(
            scene=ROOM, camera=CAMERA, size=PHOTO, depth_size=MAP, limits=LIMITS,
            accuracy=Accuracy.ABSOLUTE, quality=90,
        )  # fmt: skip
        room = see(recipe, decoder)
        draw_disparity(room, HERE / "disparity.png")
        alike = replace(recipe, rgb=room.ground_truth.rgb, accuracy=Accuracy.RELATIVE)
        rooms = [
            see(_scaled(alike, room.ground_truth.metres, factor), decoder) for factor in SCALES
        ]
        draw_relative(rooms, HERE / "relative.png")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
