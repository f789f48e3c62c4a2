"""Draw the two pictures that explain depth maps: ``python screenshots/explain.py``.

A generated room is written as HEIC and read back by the package, so that what is drawn is what
the package exports. Writes disparity.png and relative.png beside this file.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plan import ACCENT, DIM, PANEL, RULE, STRONG, TEXT, Canvas, Plan

from heicdepth_tui.depth.cloud import Cloud, CloudOptions, Projection
from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.export.run import read_subject
from heicdepth_tui.export.subject import ExportOptions
from heicdepth_tui.heif.facts import Accuracy, Size
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe, Truth
from heicdepth_tui.samples.solids import Box, Floor, Pinhole, Scene, Sphere, Wall

HERE = Path(__file__).parent

RADIUS, EYE = 0.20, 0.44
"""Radius of every ball, and height of the camera over the floor, metres."""
_BALLS = (
    ((-0.27, 1.0), (0.86, 0.22, 0.14)),
    ((0.44, 2.0), (0.93, 0.56, 0.07)),
    ((0.10, 3.0), (0.05, 0.46, 0.42)),
    ((1.60, 4.0), (0.16, 0.42, 0.78)),
)
ROOM = Scene(
    solids=(
        *(Sphere((x, RADIUS - EYE, -away), RADIUS, color) for (x, away), color in _BALLS),
        Box((-1.25, 0.15 - EYE, -3.3), (0.50, 0.30, 0.50), (0.42, 0.12, 0.38), turn=25),
    ),
    floor=Floor(-EYE, ((0.80, 0.76, 0.68), (0.30, 0.34, 0.40)), tile=0.5),
    wall=Wall(5.0, ((0.62, 0.55, 0.50), (0.24, 0.34, 0.50)), reach=2.6),
)
SIZE = Size(1152, 864)
CAMERA = replace(Pinhole.of(*SIZE, 33.0), cy=0.34 * SIZE.height)
"""Level, so that the plan needs no turning; the view is shifted down to show the floor."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo as the package reads it back."""

    truth: Truth
    depth_map: DepthMap
    rgb: NDArray[np.uint8]
    metres: Cloud
    flat: Cloud


def see(recipe: Recipe, decoder: Decoder) -> Seen:
    """Write a photo, read it and build both clouds the way ``heicdepth-tui export`` does."""
    photo = make_photo(recipe)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "room.heic"
        path.write_bytes(photo.data)
        subject = read_subject(path, ExportOptions(), decoder.get)
        flat = CloudOptions(projection=Projection.FLAT)
        flatly = replace(subject, options=ExportOptions(cloud=flat))
        return Seen(photo.truth, subject.depth_map, subject.rgb, subject.cloud, flatly.cloud)


def main() -> None:
    """Draw both pictures."""
    recipe = Recipe(
        scene=ROOM, camera=CAMERA, size=SIZE, depth_size=Size(768, 576),
        accuracy=Accuracy.ABSOLUTE, quality=90,
    )  # fmt: skip
    with Decoder.start() as decoder:
        room = see(recipe, decoder)
        draw_disparity(room, HERE / "disparity.png")


def draw_disparity(room: Seen, path: Path) -> None:
    canvas = Canvas(1200, 800)
    # left
    canvas.panel((24, 300, 586, 760))
    flat = room.flat.xyz
    plan = Plan((38, 760 - 20), 267)
    lo = flat[:, 2].min()
    floor = np.stack([flat[:, 1], flat[:, 2].max() - flat[:, 2]], axis=1)
    canvas.points(plan, floor, -flat[:, 0], room.flat.rgb, (24, 300, 586, 760))
    canvas.panel((614, 80, 1176, 760))
    xyz = room.metres.xyz
    plan = Plan((895, 740), 106)
    floor = np.stack([xyz[:, 0], -xyz[:, 2]], axis=1)
    canvas.points(plan, floor, xyz[:, 1], room.metres.rgb, (614, 80, 1176, 760))
    for s in room.truth.spheres:
        canvas.circle(plan.at(s.centre[0], -s.centre[2]), plan.scale * s.radius, STRONG)
    canvas.picture(room.rgb, (24, 80, 294, 282))
    canvas.picture(room.depth_map.codes, (314, 80, 584, 282))
    canvas.save(path)
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
