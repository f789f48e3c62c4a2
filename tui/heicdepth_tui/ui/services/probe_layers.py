"""Draws photo and depth map for the probe, and writes marks; both run in threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.model.probe_window import ProbeWindow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.draw.cells import Picture
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.picture_facts import Size
    from heicdepth_tui.photo.layers import Pixels
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.probe_window import Cut

WHOLE = ProbeWindow()

__all__ = ["ProbeLayers", "draw_layers", "write_marks"]


@dataclass(frozen=True, slots=True, eq=False)
class ProbeLayers:
    """The probe of a photo, the histogram of its codes, and both pictures."""

    probe: Probe
    cut: Cut
    """The part that the pictures show."""
    histogram: CodeHistogram
    depth: Picture
    """Aligned with the photo."""
    photo: Picture | None
    rgb: NDArray[np.uint8] | None
    """(H, W, 3) of the photo as decoded, which may be shrunk."""


def draw_layers(
    header: Header,
    photo: Pixels | None,
    depth: Pixels,
    specs: tuple[RenderSpec, RenderSpec],
    window: ProbeWindow = WHOLE,
    part: Pixels | None = None,
) -> ProbeLayers:
    """Draw the window of photo and depth map as the probe addresses them.

    ``part`` has the photo's own pixels in the window, None where they are not decoded yet.
    """
    from heicdepth_tui.depth.histogram import code_histogram
    from heicdepth_tui.depth.measure import probe_of
    from heicdepth_tui.photo.layers import Pixels as Layer
    from heicdepth_tui.photo.layers import as_rgb8
    from heicdepth_tui.photo.rendering import picture_of

    probe = probe_of(header, depth.array, depth.bits)
    codes = probe.depth_map.codes
    top = probe.depth_map.max_code
    cut = window.cut(probe)
    seen = codes[cut.depth.rows, cut.depth.columns].copy()
    aligned = Layer(seen, seen.shape, str(seen.dtype), 0, top, depth.bits)
    shown = photo
    if photo is not None and window != WHOLE:
        is_own = part is not None and part.region == cut.photo
        shown = part if is_own else _part_of(photo, cut.photo, probe.photo)
    return ProbeLayers(
        probe,
        cut,
        code_histogram(probe.depth_map),
        picture_of(aligned, specs[1]),
        None if shown is None else picture_of(shown, specs[0]),
        None if photo is None else as_rgb8(photo),
    )


def _part_of(photo: Pixels, region: SampleRegion, full: Size) -> Pixels:
    """Return the samples that a photo decoded to any size has of a region in its own pixels."""
    from heicdepth_tui.photo.layers import Pixels as Layer

    height, width = photo.array.shape[:2]
    top, left = region.top * height // full.height, region.left * width // full.width
    bottom = max(top + 1, round((region.top + region.height) * height / full.height))
    right = max(left + 1, round((region.left + region.width) * width / full.width))
    array = photo.array[top:bottom, left:right].copy()
    return Layer(
        array, array.shape, photo.dtype, photo.minimum, photo.maximum, photo.bits,
        space=photo.space, region=region,
    )  # fmt: skip


def write_marks(folder: Path, name: str, data: bytes) -> Path | HeicDepthError:
    """Write marks beside exports; return the file, or the reason that there is none."""
    from heicdepth_tui.files import safe_name, write_new

    try:
        return write_new(folder, f"{safe_name(Path(name).stem)}-marks.csv", lambda f: f.write(data))
    except HeicDepthError as error:
        return error
