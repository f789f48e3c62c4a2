"""Draws photo and depth map for the probe, and writes marks; both run in threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.draw.cells import Picture
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["ProbeLayers", "draw_layers", "write_marks"]


@dataclass(frozen=True, slots=True, eq=False)
class ProbeLayers:
    """The probe of a photo, the histogram of its codes, and both pictures."""

    probe: Probe
    histogram: CodeHistogram
    depth: Picture
    """Aligned with the photo."""
    photo: Picture | None
    rgb: NDArray[np.uint8] | None
    """(H, W, 3) of the photo as decoded, which may be shrunk."""


def draw_layers(
    header: Header, photo: Pixels | None, depth: Pixels, specs: tuple[RenderSpec, RenderSpec]
) -> ProbeLayers:
    """Draw photo and depth map as the probe addresses them."""
    from heicdepth_tui.depth.histogram import code_histogram
    from heicdepth_tui.depth.measure import probe_of
    from heicdepth_tui.photo.layers import Pixels as Layer
    from heicdepth_tui.photo.layers import as_rgb8
    from heicdepth_tui.photo.rendering import picture_of

    probe = probe_of(header, depth.array, depth.bits)
    codes = probe.depth_map.codes
    top = probe.depth_map.max_code
    aligned = Layer(codes, codes.shape, str(codes.dtype), 0, top, depth.bits)
    return ProbeLayers(
        probe,
        code_histogram(probe.depth_map),
        picture_of(aligned, specs[1]),
        None if photo is None else picture_of(photo, specs[0]),
        None if photo is None else as_rgb8(photo),
    )


def write_marks(folder: Path, name: str, data: bytes) -> Path | HeicDepthError:
    """Write marks beside exports; return the file, or the reason that there is none."""
    from heicdepth_tui.files import safe_name, write_new

    try:
        return write_new(folder, f"{safe_name(Path(name).stem)}-marks.csv", lambda f: f.write(data))
    except HeicDepthError as error:
        return error
