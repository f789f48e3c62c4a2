"""Images of what follows from a depth map, each with its caption and the ends of its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.depth import views
from heicdepth_tui.depth.fields import EDGE_REACH, edge_distance
from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.shrink import largest
from heicdepth_tui.errors import NoCameraError
from heicdepth_tui.report.tables import number
from heicdepth_tui.ui.model.layer_view import Ramp, ViewKind, ViewValues

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.export.source import ExportSource
    from heicdepth_tui.ui.model.layer_view import Window

__all__ = ["ViewImage", "codes_image", "derived_image"]

Rgb = NDArray[np.uint8]

_NORMALS = "x red, y green, z blue; y up, z towards the viewer"


@dataclass(frozen=True, slots=True, eq=False)
class ViewImage:
    """An image of a view; ``weight`` (H, W) 0 .. 255 says how much of it covers the photo."""

    rgb: Rgb
    caption: str
    weight: NDArray[np.uint8] | None = None
    ramp: Ramp | None = None
    values: ViewValues | None = None
    """What was coloured, where that follows from depth or from both eyes."""
    kinds: NDArray[np.uint8] | None = None
    """Of samples (H, W): the highest in a dot gives its colour, so that single ones are seen."""
    colours: Rgb | None = None
    """Those of the kinds, (N, 3)."""

    def of_kinds(self, window: Window, size: tuple[int, int]) -> Rgb | None:
        """Return a window at a (width, height) by its kinds; None where it has none."""
        if self.kinds is None or self.colours is None:
            return None
        part = self.kinds[window.samples(self.kinds.shape[1], self.kinds.shape[0])]
        shown: Rgb = self.colours[largest(part, size)]
        return shown


def codes_image(depth_map: DepthMap, spec: RenderSpec) -> ViewImage:
    """Return the codes as stored, in the colours of the range that ``spec`` has."""
    codes, top, scale = depth_map.codes, depth_map.max_code, spec.scale
    rgb = colorize(codes, top, spec.colormap, spec.mode, scale)
    caption = f"codes {int(codes.min())} to {int(codes.max())} of {top}, as stored"
    low, high = scale.bounds(top)
    if (low, high) != (0, top):
        caption += f"; colours from {low} to {high}"
    if scale.is_far_bright:
        caption += "; far is bright"
    ends = str(high), f"{low} code"
    if not depth_map.reason:
        metres, valid = depth_map.tables.metres, depth_map.tables.valid
        near, far = (
            number(float(metres[code]), 3) if valid[code] else "beyond 1000" for code in (high, low)
        )
        ends = f"{depth_map.trust.about}{near}", f"{far} {depth_map.trust.unit_label}"
    return ViewImage(rgb, caption, ramp=Ramp(*ends, scale.is_far_bright))


def derived_image(kind: ViewKind, source: ExportSource, spec: RenderSpec) -> ViewImage:
    """Return the image of a view that follows from the depth map.

    Raises NoMetresError where codes have no distance, NoCameraError where a camera is needed.
    """
    depth_map = source.depth_map
    is_grey = spec.mode in (ColorMode.GREY, ColorMode.NONE)
    if kind is ViewKind.VALIDITY:
        return _validity(source, is_grey=is_grey)
    if kind is ViewKind.NORMALS:
        if source.camera is None:
            raise NoCameraError("normals need a camera, which the file does not give")
        normals = views.surface_normals(depth_map, source.camera)
        rgb, caption = views.normals_image(normals), _NORMALS
        if is_grey:
            rgb, caption = np.repeat(rgb[:, :, 2:], 3, axis=2), "bright: faces the viewer"
        return ViewImage(rgb, caption, values=ViewValues(normals))
    if kind is ViewKind.EDGE:
        return _edges(source, spec)
    if kind is ViewKind.STEP:
        return _steps(depth_map, spec)
    return _distances(kind, depth_map, spec)


def _validity(source: ExportSource, *, is_grey: bool) -> ViewImage:
    found = views.validity(source.depth_map, source.camera)
    flying, invalid = ("grey", "white") if is_grey else ("yellow", "red")
    caption = (
        f"{found.valid:,} valid · {flying}: {found.flying:,} flying · "
        f"{invalid}: {found.invalid:,} invalid"
    )
    colours = views.validity_image(np.arange(3, dtype=np.uint8), is_grey=is_grey)
    values = ViewValues(found.kinds)
    return ViewImage(
        colours[found.kinds], caption, values=values, kinds=found.kinds, colours=colours
    )


def _edges(source: ExportSource, spec: RenderSpec) -> ViewImage:
    depth_map, threshold = source.depth_map, source.options.cloud.flying_threshold
    samples = edge_distance(depth_map.codes, depth_map.tables.disparity, threshold)
    at_edge = int(np.count_nonzero((samples == 0) & depth_map.valid()))
    caption = (
        f"samples to the nearest edge ({at_edge:,} lie on one), a step of more than "
        f"{100 * threshold:g} %"
    )
    ramp = Ramp("0", f"{EDGE_REACH} or more")
    codes = views.edge_codes(samples)
    return _coloured(depth_map, codes, spec, caption, ramp, ViewValues(samples, "samples"))


def _distances(kind: ViewKind, depth_map: DepthMap, spec: RenderSpec) -> ViewImage:
    """Return disparity or metres: bright is near unless ``spec`` has far bright."""
    tables, trust = depth_map.tables, depth_map.trust
    used = np.unique(depth_map.codes)
    used = used[tables.valid[used]]
    is_far_bright = spec.scale.is_far_bright
    if kind is ViewKind.METRES:
        # Distances are spread evenly by their logarithm.
        with np.errstate(invalid="ignore"):
            values = -np.log(tables.metres)
        ends, unit, about = tables.metres[used], trust.unit_label, trust.about
        shown = ViewValues(depth_map.metres(), unit, about)
        caption = "distance Z; even steps of the logarithm"
    else:
        values, ends = tables.disparity, tables.disparity[used]
        unit, about = trust.disparity_label, ""
        shown = ViewValues(depth_map.disparity(), unit)
        caption = "disparity, the inverse of distance; even steps"
    codes = views.scaled_codes(depth_map, values)
    if not used.size:
        return _coloured(depth_map, codes, spec, "nothing is valid", values=shown)
    low, high = number(float(ends.min()), 4), number(float(ends.max()), 4)
    near, far = (low, high) if kind is ViewKind.METRES else (high, low)
    ramp = Ramp(f"{about}{near}", f"{far} {unit}", is_far_bright)
    return _coloured(depth_map, codes, spec, caption, ramp, shown)


def _steps(depth_map: DepthMap, spec: RenderSpec) -> ViewImage:
    """Return metres per code: bright is a fine step; by logarithm, as steps grow with distance²."""
    with np.errstate(invalid="ignore"):
        values = -np.log(depth_map.tables.depth_resolution)
    metres, about = depth_map.depth_resolution(), depth_map.trust.about
    steps = 1000 * metres[np.isfinite(metres)]
    codes = views.scaled_codes(depth_map, values)
    unit = depth_map.trust.unit_label.replace("m", "mm", 1)
    shown = ViewValues(metres, unit, about)
    if not steps.size:
        return _coloured(depth_map, codes, spec, "no sample is valid", values=shown)
    finest, middle, coarsest = (
        number(float(value), 3) for value in np.quantile(steps, (0, 0.5, 1), method="nearest")
    )
    caption = f"a code, median {about}{middle} mm; even steps of the logarithm"
    ramp = Ramp(f"{about}{finest}", f"{coarsest} {unit}")
    return _coloured(depth_map, codes, spec, caption, ramp, shown)


def _coloured(
    depth_map: DepthMap,
    codes: NDArray[np.uint16],
    spec: RenderSpec,
    caption: str,
    ramp: Ramp | None = None,
    values: ViewValues | None = None,
) -> ViewImage:
    """Return codes of 16 bits in colours, invalid samples in black."""
    scale = CodeScale(is_far_bright=ramp is not None and ramp.is_far_bright)
    rgb = colorize(codes, 65535, spec.colormap, spec.mode, scale)
    rgb[~depth_map.valid()] = 0
    return ViewImage(rgb, caption, ramp=ramp, values=values)
