"""The lines around a spinning cloud: how it is shown, its scale, and the sample of a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.cloud_frame import CloudColours

if TYPE_CHECKING:
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.ui.model.cloud_frame import CloudFrame, CloudSample
    from heicdepth_tui.ui.model.spin import Spin
    from heicdepth_tui.ui.presenters.legend import LegendView

__all__ = [
    "Caption",
    "caption",
    "failure_text",
    "heading",
    "pane_hint",
    "points_text",
    "sample_text",
    "scale_length",
]

_PANE_HINTS = (
    "enter: full screen · esc: depth map",
    "enter: full · esc: depth map",
    "enter full · esc depth",
    "esc: depth map",
    "esc",
)

_BAR_SHARE = 4
"""The scale bar takes at most the width over this."""


class Caption(NamedTuple):
    """The line under the picture: a text on the left, the scale bar on the right."""

    left: str
    bar: str
    names_axes: bool
    """Whether the text names the axes of the frame cross, each in its colour."""


def points_text(frame: CloudFrame) -> str:
    """Return the number of points that are shown."""
    return f"{len(frame.shown.cloud):,} points"


def heading(spin: Spin, frame: CloudFrame, cells: int, legend: LegendView | None = None) -> str:
    """Return how the cloud is shown, as much as fits: the clip first, then what differs.

    ``legend`` is that of the colours of depth: it has the name of their range.
    """
    trust, camera = frame.shown.cloud.trust, frame.shown.cloud.camera
    parts = [
        _range_text(spin, frame, trust, cells),
        "orthographic" if spin.pose.is_orthographic else "perspective",
        _colours_text(spin, legend),
        "turntable" if spin.is_turning else "",
        "normals" if spin.is_shaded else "",
        "rectified" if camera is not None and camera.is_rectified else "",
        "flying points shown" if spin.shows_flying else _dropped_text(frame),
        _pose_text(spin),
    ]
    return _joined([part for part in parts if part], cells)


def _colours_text(spin: Spin, legend: LegendView | None) -> str:
    if spin.colours is CloudColours.PHOTO:
        return "photo colours"
    name = "" if legend is None else legend.range_name
    return f"depth colours {name}".rstrip()


def _range_text(spin: Spin, frame: CloudFrame, trust: Trust, cells: int) -> str:
    """Return the ends of what is shown; the word before them gives way, never the caveat."""
    near, far = spin.clip.near, spin.clip.far
    word = "all" if near is None and far is None else "clip"
    ends = [f"{shown:.3g}" for shown in (near or frame.shown.nearest, far or frame.shown.farthest)]
    text = f"{trust.about}{ends[0]}–{ends[1]} {trust.unit_label}"
    return f"{word} {text}" if cell_len(word) + 1 + cell_len(text) <= cells else text


def _dropped_text(frame: CloudFrame) -> str:
    dropped = frame.shown.cloud.dropped
    flying = dropped.flying + dropped.ramps
    return f"{flying:,} flying dropped" if flying else ""


def _pose_text(spin: Spin) -> str:
    pose = spin.pose
    texts = [
        f"turned {pose.yaw:.0f}° {pose.pitch:.0f}°" if pose.yaw or pose.pitch else "",
        f"{pose.zoom:.3g}x" if pose.zoom != 1 else "",
        "moved" if any(pose.moved) else "",
    ]
    return "  ".join(filter(None, texts))


def _joined(parts: Sequence[str], cells: int) -> str:
    """Return the first of the parts that fit, two blanks between them."""
    text = parts[0]
    for part in parts[1:]:
        if cell_len(text) + 2 + cell_len(part) > cells:
            break
        text += f"  {part}"
    return text


def caption(frame: CloudFrame, sample: CloudSample | None, cells: int) -> Caption:
    """Return the line under the picture: the sample last clicked, else the names of the axes."""
    bar = _scale_bar(frame, cells)
    room = cells - cell_len(bar) - 2
    if sample is None:
        return Caption("x y z" if room >= 5 else "", bar, True)
    trust = frame.shown.cloud.trust
    for shorter in (bar.partition(" at ")[0], ""):
        if cell_len(sample_text(sample, trust, 0)) <= room:
            break
        # The sample that was clicked comes first, with its caveat.
        bar = shorter
        room = cells - (cell_len(bar) + 2 if bar else 0)
    return Caption(sample_text(sample, trust, room), bar, False)


def scale_length(frame: CloudFrame, cells: int) -> tuple[float, str]:
    """Return the length of a scale bar on ``cells`` columns, m, and its text.

    1, 2 or 5 times a power of ten metres, at the distance of the target.
    """
    longest = frame.metres_a_cell * max(4, cells // _BAR_SHARE)
    power = 10.0 ** math.floor(math.log10(longest))
    length = next(digit * power for digit in (5, 2, 1) if digit * power <= longest * (1 + 1e-9))
    trust = frame.shown.cloud.trust
    at = "" if frame.view.is_orthographic else f" at {trust.about}{frame.view.distance:.3g} m"
    return length, f"{trust.about}{length:.3g} m{at}"


def _scale_bar(frame: CloudFrame, cells: int) -> str:
    """Return a bar with its length; where there is little room, without its distance."""
    length, text = scale_length(frame, cells)
    columns = max(2, round(length / frame.metres_a_cell))
    bar = f"├{'─' * (columns - 2)}┤"
    return f"{bar} {text if columns + 30 < cells else text.partition(' at ')[0]}"


def sample_text(sample: CloudSample, trust: Trust, cells: int = 200) -> str:
    """Return as much as fits of a sample: distance and caveat, its places, code and point."""
    metres = f"{trust.about}{sample.metres:.3f} {trust.unit_label}"
    depth = f"depth {sample.column}, {sample.row}"
    photo = f"photo {sample.photo[0]}, {sample.photo[1]}"
    x, y, z = sample.point
    point = f"point {trust.about}x {x:+.3f} y {y:+.3f} z {z:+.3f} m"
    return _joined([metres, depth, photo, f"code {sample.code}", point], cells)


def failure_text(error: HeicDepthError, is_clipped: bool) -> str:
    """Return why there is no cloud; ``is_clipped`` where there is one without the clip."""
    if is_clipped:
        return "no point is left between near and far clip\n[ and } widen it"
    return f"no point cloud\n{printable(error.short)}"


def pane_hint(cells: int) -> str:
    """Return the ways out of the pane of the main screen, as many words as have room."""
    return next((text for text in _PANE_HINTS if cell_len(text) <= cells), _PANE_HINTS[-1])
