"""Texts of the probe: read-out, marks and measurements, as lines, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from heicdepth_tui.report.probe import (
    Rgb,
    length_text,
    measurement_lines,
    measurement_record,
    sample_lines,
    sample_record,
)
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.probe_window import share_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.measure import Probe, Sample
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.heif.picture_facts import Size
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.marks import Mark

__all__ = [
    "Measured",
    "Reading",
    "as_json",
    "as_text",
    "csv_bytes",
    "length_of_file",
    "mark_digits",
    "measured_of",
    "parse_length",
    "profile_caption",
    "profile_heights",
    "reading_of",
    "scale_note",
    "title",
]

Line = tuple[str, str]

_COARSE_SHARE = 5.0
"""Percent that a scale may be off by its code steps before a longer length is advised."""

_UNITS = {"": 1.0, "m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254, "ft": 0.3048}

_CSV = (
    "mark", "photo_x", "photo_y", "depth_x", "depth_y", "red", "green", "blue", "code",
    "disparity", "metres", "step_m", "x", "y", "z", "range_m", "problem", "distance_to_previous_m",
    "uncertainty_m", "angle_degrees", "trust",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read at one pixel of the photo."""

    pixel: tuple[int, int]
    sample: Sample | None
    rgb: Rgb | None
    rgb_note: str
    """The size of the photo that the colour was read from, empty where that is its own."""

    def lines(self, trust: Trust) -> list[Line]:
        """Return (label, value) pairs."""
        return sample_lines(self.pixel, self.sample, trust, self.rgb, self.rgb_note)

    def record(self) -> dict[str, Any]:
        """Return JSON values, as ``info --json --at`` prints them."""
        problem = "" if self.sample is not None else "the depth map does not cover this pixel"
        # Without the note, a colour of the shrunk photo would pass for that of the pixel.
        return sample_record(self.pixel, self.sample, problem, None if self.rgb_note else self.rgb)


@dataclass(frozen=True, slots=True)
class Measured:
    """The list of marks, and the measurement of two samples."""

    listed: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    """(label, value) pairs; none where no two samples are measured."""
    profile: tuple[float, ...] = ()
    """The height of each sample between them in a plot, near is high."""


def reading_of(
    probe: Probe,
    pixel: tuple[int, int],
    photo: NDArray[np.uint8] | None,
    full: Size,
    own: Rgb | None = None,
) -> Reading:
    """Read a pixel; ``photo`` is (H, W, 3), decoded to any size, of a photo of ``full`` size.

    ``own`` is the colour of the pixel itself, None where it is not known.
    """
    rgb, note = own, ""
    if rgb is None and photo is not None:
        height, width = photo.shape[:2]
        row, column = pixel[1] * height // full.height, pixel[0] * width // full.width
        red, green, blue = photo[row, column].tolist()
        rgb = red, green, blue
        note = "" if (width, height) == tuple(full) else f"of {width}×{height}"
    return Reading(pixel, probe.at_pixel(*pixel), rgb, note)


def title(name: str, probe: Probe, zoom: float) -> str:
    """Return the title line: the photo, its trust, the zoom, whether the lens is corrected."""
    near = f"{zoom:.1f}x" if zoom > 1 else ""
    parts = [name, "probe", probe.depth_map.trust.short, near, _lens_note(probe)]
    return " · ".join(filter(None, parts))


def _lens_note(probe: Probe) -> str:
    return "" if probe.camera is None else probe.camera.rectified_note


def mark_digits(
    places: Sequence[tuple[int, int]], region: SampleRegion
) -> list[tuple[tuple[float, float], str]]:
    """Return the marks in a region as shares of it, each with the last digit of its number."""
    shares = [share_in(place, region) for place in places]
    return [(share, str(at % 10)) for at, share in enumerate(shares, 1) if share is not None]


def measured_of(probe: Probe, marks: Sequence[Mark], cursor: Sample | None) -> Measured:
    """Return the list of marks, and the measurement of the last two of them.

    With a single mark, that one and the sample under the crosshair are measured.
    """
    trust = probe.depth_map.trust.with_camera(probe.camera)
    samples = [probe.at_sample(*mark.sample) for mark in marks]
    listed = tuple(
        f"{number} at {mark.pixel[0]}, {mark.pixel[1]}  {_distance(sample, trust)}"
        for number, (mark, sample) in enumerate(zip(marks, samples, strict=True), 1)
    )
    pair = samples[-2:] if len(samples) > 1 else [*samples, *([] if cursor is None else [cursor])]
    if not samples or len(pair) < 2:
        return Measured(listed)
    one, other = pair
    ends = f"{len(samples) - 1} to {len(samples)}" if len(samples) > 1 else "1 to crosshair"
    metres = probe.profile(one, other).metres
    marked = f"{ends}, {metres.size} sample{'s' if metres.size > 1 else ''}"
    lines = (("marks", marked), *measurement_lines(probe.measure(one, other), trust))
    caption = profile_caption(metres, trust)
    if not caption:
        return Measured(listed, lines)
    return Measured(listed, (*lines, ("profile", caption)), profile_heights(metres))


def _distance(sample: Sample, trust: Trust) -> str:
    return "no distance" if sample.metres is None else f"{trust.about}{length_text(sample.metres)}"


def length_of_file(probe: Probe, marks: Sequence[Mark], pixel: tuple[int, int]) -> float:
    """Return the metres that a known length is compared with; ValueError where there are none.

    Between the last two marks; from the camera to a single mark, or without marks to a pixel.
    ``probe`` has the distances of the file.
    """
    if len(marks) > 1:
        measured = probe.measure(*(probe.at_sample(*mark.sample) for mark in marks[-2:]))
        if measured.distance is None:
            raise ValueError(f"no scale: {measured.problem}")
        return measured.distance
    sample = probe.at_sample(*marks[0].sample) if marks else probe.at_pixel(*pixel)
    if sample is None or sample.range is None:
        why = "the depth map does not cover this pixel" if sample is None else sample.problem
        raise ValueError(f"no scale: {why or 'neither the file nor EXIF gives a camera'}")
    return sample.range


def profile_caption(metres: NDArray[np.float64], trust: Trust) -> str:
    """Return the range of a profile in one line; empty where no sample has a distance."""
    valid = metres[metres == metres]  # NaN marks an invalid sample
    if not valid.size:
        return ""
    low, high = float(valid.min()), float(valid.max())
    invalid = metres.size - valid.size
    return f"{trust.about}{low:.3f}–{high:.3f} m" + (f", {invalid} invalid" if invalid else "")


def profile_heights(metres: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the heights of a profile in a plot: near is high, an invalid sample is the lowest."""
    valid = metres[metres == metres]
    farthest = float(valid.max()) if valid.size else 0.0
    return tuple(-value if value == value else -farthest for value in metres.tolist())


def scale_note(probe: Probe, marks: Sequence[Mark], pixel: tuple[int, int], factor: float) -> str:
    """Return what a known length did, and how well the codes determine it; as ``length_of_file``.

    ``probe`` has the distances of the file.
    """
    text = f"all distances times {factor:.4g}"
    if len(marks) > 1:
        measured = probe.measure(*(probe.at_sample(*mark.sample) for mark in marks[-2:]))
        length, bound = measured.distance, measured.uncertainty
    else:
        sample = probe.at_sample(*marks[0].sample) if marks else probe.at_pixel(*pixel)
        length, bound = (None, None) if sample is None else (sample.metres, sample.margin)
    if not length or bound is None:
        return text
    share = 100 * bound / length
    advice = "; a longer one is better" if share > _COARSE_SHARE else ""
    return f"{text}, ± {share:.2g} % by the code steps of this length{advice}"


def as_text(name: str, reading: Reading, trust: Trust, measured: Measured) -> str:
    """Return read-out, marks and measurement as lines of text."""
    marks = (("mark", line) for line in measured.listed)
    rows = [*reading.lines(trust), *marks, *measured.lines]
    width = max(len(label) for label, _ in rows)
    return "\n".join([printable(name), *(f"{label:<{width}}  {value}" for label, value in rows)])


def as_json(name: str, probe: Probe, reading: Reading, readings: Sequence[Reading]) -> str:
    """Return read-out, marks and their measurements as JSON."""
    samples = [one.sample for one in readings]
    measured = [
        measurement_record(probe.measure(one, other))
        for one, other in pairwise(samples)
        if one is not None and other is not None
    ]
    trust = probe.depth_map.trust.with_camera(probe.camera)
    record = {
        "photo": name,
        "trust": trust.to_json(),
        "lens": _lens_note(probe) or "as stored",
        "probe": reading.record(),
        "marks": [one.record() for one in readings],
        "measurements": measured,
    }
    return json.dumps(record, ensure_ascii=True, allow_nan=False)


def csv_bytes(probe: Probe, readings: Sequence[Reading]) -> bytes:
    """Return marks as CSV (RFC 4180, UTF-8): one line each, with the distance to the one before."""
    sentence = probe.depth_map.trust.with_camera(probe.camera).sentence
    trust = printable("; ".join(filter(None, (sentence, _lens_note(probe)))))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_CSV)
    before: Sample | None = None
    for number, reading in enumerate(readings, 1):
        one = reading.record()
        sample = reading.sample
        relation: dict[str, Any] = {}
        if before is not None and sample is not None:
            relation = measurement_record(probe.measure(before, sample))
        before = sample
        values = [
            number, one["x"], one["y"], one["depth_x"], one["depth_y"],
            *(one["rgb"] or (None, None, None)), one["code"], one["disparity"], one["metres"],
            one["depth_resolution"], *(one["point"] or (None, None, None)), one["range"],
            one["problem"], relation.get("distance"), relation.get("uncertainty"),
            relation.get("angle"), trust,
        ]  # fmt: skip
        writer.writerow(["" if value is None else value for value in values])
    return out.getvalue().encode()


def parse_length(text: str) -> float:
    """Return the metres of ``0.35``, ``35 cm``, ``350mm`` …; ValueError with the reason."""
    match = re.fullmatch(r"\s*([0-9]*[.,]?[0-9]+)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"{text!r} is not a length such as 0.35 m or 35 cm")
    return float(match[1].replace(",", ".")) * _UNITS[match[2]]
