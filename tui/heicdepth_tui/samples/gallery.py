"""The scenes of the demo photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.samples.solids import Box, Floor, Scene, Sphere, Wall

if TYPE_CHECKING:
    from heicdepth_tui.samples.solids import Color, Solid

__all__ = ["BEAR", "MARBLES", "PILLARS", "RAINBOW", "ROBOT", "SNOWMAN", "TOWER"]

_CORAL = (0.86, 0.22, 0.14)
_AMBER = (0.93, 0.52, 0.07)
_LEMON = (0.90, 0.74, 0.16)
_LEAF = (0.22, 0.52, 0.20)
_TEAL = (0.05, 0.42, 0.42)
_SKY = (0.16, 0.42, 0.78)
_INDIGO = (0.16, 0.16, 0.50)
_PLUM = (0.42, 0.12, 0.38)
_ROSE = (0.86, 0.36, 0.44)
_CREAM = (0.86, 0.78, 0.64)
_CHALK = (0.82, 0.82, 0.80)

MARBLES = Scene(
    solids=(
        Sphere((-0.21, -0.27, -0.62), 0.09, _CORAL),
        Sphere((0.26, -0.29, -0.85), 0.07, _LEMON),
        Sphere((0.02, -0.235, -1.05), 0.125, _TEAL),
        Sphere((-0.52, -0.20, -1.45), 0.16, _AMBER),
        Sphere((0.60, -0.18, -1.70), 0.18, _SKY),
        Box((-0.02, -0.16, -2.1), (0.40, 0.40, 0.40), _CREAM, turn=32),
        Sphere((-0.02, 0.20, -2.1), 0.16, _ROSE),
        Box((-1.05, 0.09, -2.8), (0.34, 0.90, 0.34), _INDIGO, turn=18),
        Box((1.12, -0.06, -3.0), (0.55, 0.60, 0.40), _LEAF, turn=-24),
        Sphere((0.55, -0.11, -3.3), 0.25, _PLUM),
    ),
    floor=Floor(-0.36, ((0.80, 0.76, 0.68), (0.30, 0.34, 0.40)), tile=0.24),
    wall=Wall(4.2, ((0.62, 0.55, 0.50), (0.24, 0.34, 0.50)), reach=2.6),
)

TOWER = Scene(
    solids=(
        Box((0.02, -0.30, -1.55), (0.56, 0.40, 0.56), _TEAL, turn=20),
        Box((0.00, 0.05, -1.55), (0.42, 0.30, 0.42), _AMBER, turn=52),
        Box((0.01, 0.31, -1.55), (0.29, 0.22, 0.29), _CORAL, turn=12),
        Sphere((0.01, 0.55, -1.55), 0.13, _CREAM),
        Sphere((-0.30, -0.38, -0.98), 0.12, _ROSE),
        Sphere((0.30, -0.42, -0.92), 0.08, _LEMON),
        Sphere((0.06, -0.455, -0.80), 0.045, _SKY),
        Sphere((-0.66, -0.28, -2.20), 0.22, _INDIGO),
        Sphere((0.72, -0.20, -2.60), 0.30, _PLUM),
        Box((-0.95, 0.20, -3.1), (0.40, 1.40, 0.40), _LEAF, turn=30),
    ),
    floor=Floor(-0.5, ((0.72, 0.66, 0.58), (0.40, 0.22, 0.20)), tile=0.30),
    wall=Wall(4.0, ((0.56, 0.60, 0.56), (0.12, 0.30, 0.36)), reach=3.4),
)


def _pillar(side: int, step: int, color: Color) -> tuple[Solid, Solid]:
    x, z = side * 0.78, -1.6 - 1.05 * step
    return (
        Box((x, -0.15, z), (0.30, 0.90, 0.30), _CHALK, turn=side * 12.0),
        Sphere((x, 0.48, z), 0.18, color),
    )


PILLARS = Scene(
    solids=(
        *(
            solid
            for step, color in enumerate((_CORAL, _AMBER, _LEMON, _LEAF, _TEAL, _SKY, _INDIGO))
            for side in (-1, 1)
            for solid in _pillar(side, step, color)
        ),
        Sphere((0.0, -0.35, -3.6), 0.25, _ROSE),
        Sphere((0.12, -0.48, -1.35), 0.12, _PLUM),
    ),
    floor=Floor(-0.60, ((0.78, 0.72, 0.62), (0.24, 0.20, 0.30)), tile=0.40),
    wall=Wall(10.5, ((0.85, 0.55, 0.36), (0.26, 0.22, 0.48)), reach=5.0),
    light=(-0.35, 0.85, 0.55),
)

_FUR = (0.50, 0.27, 0.12)
_SNOUT = (0.80, 0.60, 0.40)
_INK = (0.02, 0.02, 0.03)

BEAR = Scene(
    solids=(
        Sphere((0.0, -0.205, -0.56), 0.155, _CORAL, gloss=0.08),
        Sphere((0.0, 0.02, -0.50), 0.105, _FUR, gloss=0.06),
        Sphere((-0.082, 0.105, -0.51), 0.038, _FUR, gloss=0.06),
        Sphere((0.082, 0.105, -0.51), 0.038, _FUR, gloss=0.06),
        Sphere((0.0, -0.012, -0.425), 0.048, _SNOUT, gloss=0.06),
        Sphere((0.0, 0.006, -0.381), 0.015, _INK, gloss=0.9),
        Sphere((-0.040, 0.052, -0.412), 0.013, _INK, gloss=0.9),
        Sphere((0.040, 0.052, -0.412), 0.013, _INK, gloss=0.9),
        Sphere((-0.135, -0.16, -0.47), 0.046, _FUR, gloss=0.06),
        Sphere((0.135, -0.16, -0.47), 0.046, _FUR, gloss=0.06),
        Box((-0.42, 0.06, -1.20), (0.22, 0.84, 0.22), _TEAL, turn=24),
        Sphere((0.40, -0.20, -1.15), 0.16, _AMBER),
    ),
    floor=Floor(-0.36, ((0.74, 0.70, 0.62), (0.52, 0.50, 0.50)), tile=0.16),
    wall=Wall(1.8, ((0.50, 0.58, 0.56), (0.20, 0.36, 0.44)), reach=1.5),
)

_STEEL = (0.50, 0.56, 0.62)

ROBOT = Scene(
    solids=(
        Box((0.0, -0.13, -1.15), (0.36, 0.38, 0.26), _SKY, turn=14, gloss=0.2),
        Box((0.0, 0.205, -1.15), (0.28, 0.22, 0.22), _STEEL, turn=14, gloss=0.2),
        Box((0.0, 0.075, -1.15), (0.12, 0.05, 0.10), _INDIGO, turn=14),
        Sphere((-0.078, 0.225, -1.027), 0.036, _LEMON, gloss=0.8),
        Sphere((0.044, 0.225, -1.056), 0.036, _LEMON, gloss=0.8),
        Box((0.0, 0.365, -1.15), (0.018, 0.10, 0.018), _STEEL),
        Sphere((0.0, 0.44, -1.15), 0.036, _CORAL, gloss=0.8),
        Sphere((-0.06, -0.06, -1.012), 0.026, _CORAL, gloss=0.8),
        Sphere((-0.06, -0.15, -1.012), 0.026, _AMBER, gloss=0.8),
        Sphere((-0.235, -0.08, -1.09), 0.062, _STEEL, gloss=0.5),
        Sphere((0.235, -0.08, -1.21), 0.062, _STEEL, gloss=0.5),
        Sphere((-0.27, -0.22, -1.04), 0.050, _STEEL, gloss=0.5),
        Sphere((0.27, -0.22, -1.16), 0.050, _STEEL, gloss=0.5),
        Box((-0.10, -0.38, -1.12), (0.10, 0.12, 0.14), _INDIGO, turn=14),
        Box((0.10, -0.38, -1.17), (0.10, 0.12, 0.14), _INDIGO, turn=14),
        Box((0.62, -0.29, -1.75), (0.30, 0.30, 0.30), _AMBER, turn=35),
        Sphere((-0.62, -0.26, -1.70), 0.18, _ROSE),
        Sphere((-0.36, -0.38, -0.82), 0.06, _LEAF),
        Box((0.95, 0.10, -2.7), (0.40, 1.08, 0.40), _PLUM, turn=-20),
        Box((-1.05, 0.00, -2.6), (0.50, 0.88, 0.40), _TEAL, turn=25),
    ),
    floor=Floor(-0.44, ((0.76, 0.70, 0.64), (0.56, 0.44, 0.40)), tile=0.28),
    wall=Wall(3.6, ((0.74, 0.58, 0.46), (0.44, 0.36, 0.42)), reach=2.4),
)


def _plinth(place: int, color: Color) -> tuple[Solid, Solid]:
    x, z, raised = -0.66 + 0.25 * place, -1.55 - 0.12 * place, 0.06 * (place % 2)
    return (
        Sphere((x, -0.2 + raised, z), 0.11, color),
        Box((x, -0.405 + raised / 2, z), (0.18, 0.19 + raised, 0.18), _CREAM, turn=20.0),
    )


RAINBOW = Scene(
    solids=tuple(
        solid
        for place, color in enumerate((_CORAL, _AMBER, _LEMON, _LEAF, _TEAL, _SKY, _PLUM))
        for solid in _plinth(place, color)
    ),
    floor=Floor(-0.5, ((0.62, 0.66, 0.70), (0.34, 0.40, 0.50)), tile=0.30),
    wall=Wall(3.6, ((0.62, 0.66, 0.68), (0.36, 0.44, 0.60)), reach=2.2),
)

_SNOW = (0.84, 0.87, 0.92)

SNOWMAN = Scene(
    solids=(
        Sphere((0.0, -0.30, -1.60), 0.25, _SNOW, gloss=0.15),
        Sphere((0.0, 0.04, -1.60), 0.18, _SNOW, gloss=0.15),
        Sphere((0.0, 0.30, -1.60), 0.13, _SNOW, gloss=0.15),
        Sphere((0.0, 0.29, -1.46), 0.026, _AMBER, gloss=0.2),
        Sphere((-0.045, 0.335, -1.485), 0.017, _INK, gloss=0.8),
        Sphere((0.045, 0.335, -1.485), 0.017, _INK, gloss=0.8),
        Sphere((0.0, 0.10, -1.435), 0.018, _INK, gloss=0.8),
        Sphere((0.0, 0.02, -1.425), 0.018, _INK, gloss=0.8),
        Box((0.0, 0.415, -1.60), (0.30, 0.02, 0.30), _INK, turn=20),
        Box((0.0, 0.505, -1.60), (0.18, 0.16, 0.18), _INK, turn=20),
        Box((-0.70, -0.35, -2.1), (0.30, 0.40, 0.30), _CORAL, turn=25),
        Box((0.66, -0.30, -2.0), (0.40, 0.50, 0.40), _LEAF, turn=-15),
        Sphere((0.42, -0.45, -1.2), 0.10, _SKY),
    ),
    floor=Floor(-0.55, ((0.80, 0.84, 0.90), (0.58, 0.66, 0.78)), tile=0.30),
    wall=Wall(3.4, ((0.70, 0.72, 0.82), (0.30, 0.36, 0.56)), reach=2.4),
)
