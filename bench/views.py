"""Keys in the views of one photo: the crosshair of the probe, and a layer laid over the photo."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.figures import Figure, ms, percentile
from bench.material import Material, environment
from bench.minimal import READY
from bench.starting import SIZE, open_app, press
from bench.terminal import Terminal

__all__ = ["overlay", "probe"]

_PROBE_GOAL, _OVERLAY_GOAL = 0.010, 0.060
_MOVES = b"lljjhhkk"


def probe(material: Material) -> Iterator[Figure]:
    """Measure a step of the crosshair beside a key that changes one line of a Textual app."""
    photo = material.any_photo()
    rounds = material.repetitions(5)
    steps: list[float] = []
    lines: list[float] = []
    with (
        open_app(photo, scratch=material.scratch) as terminal,
        _minimal(material) as minimal,
    ):
        terminal.settle()
        minimal.wait_for(READY.encode())
        minimal.settle()
        press(terminal, b"m")
        press(minimal, b"x")
        for _ in range(rounds):
            for move in _MOVES:
                steps.append(press(terminal, bytes([move])))
                lines.append(press(minimal, b"x"))
    middle = percentile(steps, 50)
    yield Figure(
        f"probe of {photo.name}: key to last byte of the crosshair and its figures, p50 (p95) / a "
        "key that changes one line of a minimal Textual app",
        f"{ms(middle)} ({ms(percentile(steps, 95))})", ms(percentile(lines, 50)),
        f"{middle / percentile(lines, 50):.1f}", f"≤ {ms(_PROBE_GOAL)}", middle <= _PROBE_GOAL,
    )  # fmt: skip


def overlay(material: Material) -> Iterator[Figure]:
    """Measure laying the depth map over the photo, and taking it away."""
    photo = material.any_photo()
    seconds: list[float] = []
    with open_app(photo, scratch=material.scratch) as terminal:
        terminal.settle()
        press(terminal, b"o")
        press(terminal, b"o")
        seconds += [press(terminal, b"o") for _ in range(2 * material.repetitions(10))]
    middle = percentile(seconds, 50)
    yield Figure(
        f"layers of {photo.name}: overlay on or off, key to last byte, p50 (p95)",
        f"{ms(middle)} ({ms(percentile(seconds, 95))})",
        goal=f"≤ {ms(_OVERLAY_GOAL)}", reached=middle <= _OVERLAY_GOAL,
    )  # fmt: skip


def _minimal(material: Material) -> Terminal:
    return Terminal(
        (sys.executable, "-m", "bench.minimal"),
        cwd=material.scratch,
        env=environment(material.scratch),
        size=SIZE,
    )
