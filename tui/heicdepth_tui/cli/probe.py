"""``heicdepth-tui info --at``: reads the depth samples and colours at pixels of a photo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Probe, Sample
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.report.probe import Rgb

__all__ = ["PhotoPixel", "PixelProbe", "probe_pixels"]


class PhotoPixel(click.ParamType[tuple[int, int]]):
    """A pixel of the upright photo as ``X,Y``, the top-left one at 0,0."""

    name = "pixel"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return (x, y), or fail with a sentence that shows the form."""
        if isinstance(value, tuple):
            return value[0], value[1]
        across, _, down = str(value).partition(",")
        try:
            pixel = int(across), int(down)
        except ValueError:
            self.fail(f"{value!r} is not a pixel; the form is X,Y, such as 1200,900", param, ctx)
        if min(pixel) < 0:
            self.fail(f"{value!r} lies left of or above the photo, which begins at 0,0", param, ctx)
        return pixel


@dataclass(frozen=True, slots=True)
class PixelProbe:
    """A pixel and what was read there."""

    pixel: tuple[int, int]
    sample: Sample | None
    problem: str
    """The reason that there is no sample; empty where there is one."""
    trust: Trust | None
    rgb: Rgb | None

    def record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        from heicdepth_tui.report.probe import sample_record

        return sample_record(self.pixel, self.sample, self.problem, self.rgb)

    def lines(self) -> Iterator[str]:
        """Yield it as lines of text."""
        from heicdepth_tui.report.plain import align
        from heicdepth_tui.report.probe import sample_lines
        from heicdepth_tui.text import printable

        rows = sample_lines(self.pixel, self.sample, self.trust, self.rgb)
        if self.sample is None:
            rows[-1] = ("depth", printable(self.problem))
        yield from (f"  {line}" for line in align(rows, frozenset()))


def probe_pixels(
    path: str, header: Header, pixels: Sequence[tuple[int, int]], decoder: Decoder
) -> tuple[tuple[PixelProbe, ...], dict[Layer, HeicDepthError]]:
    """Read every pixel; also return the errors of layers that cannot be decoded."""
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.photo.layers import PRIMARY
    from heicdepth_tui.report.probe import OUTSIDE

    failed: dict[Layer, HeicDepthError] = {}
    probe, why_not = _probe(path, header, decoder, failed)
    width, height = header.primary.displayed_size
    found = []
    for pixel in pixels:
        sample, rgb, problem = None, None, why_not
        if pixel[0] >= width or pixel[1] >= height:
            problem = f"the photo has {width}x{height} pixels"
        else:
            try:
                rgb = _colour(path, pixel, decoder)
            except HeicDepthError as error:
                failed[PRIMARY] = error
            sample = None if probe is None else probe.at_pixel(*pixel)
            problem = why_not or ("" if sample is not None else OUTSIDE)
        trust = None
        if probe is not None:
            trust = probe.depth_map.trust.with_camera(probe.camera)
        found.append(PixelProbe(pixel, sample, problem, trust, rgb))
    return tuple(found), failed


def _probe(
    path: str, header: Header, decoder: Decoder, failed: dict[Layer, HeicDepthError]
) -> tuple[Probe | None, str]:
    """Return the probe of the photo's own depth map, or the reason that there is none."""
    from heicdepth_tui.depth.measure import probe_of
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.photo.client import next_ticket
    from heicdepth_tui.photo.layers import Request, own_depth

    layer = own_depth(header)
    if layer is None:
        return None, f"no depth map: {header.depth.reason or 'the photo has none'}"
    try:
        pixels = decoder.get(Request(next_ticket(), "info", path, layer, keep=True))
        return probe_of(header, pixels.array, pixels.bits), ""
    except HeicDepthError as error:
        failed[layer] = error
        return None, f"no depth map: {error.short}"


def _colour(path: str, pixel: tuple[int, int], decoder: Decoder) -> Rgb:
    """Return the colour of one pixel: only the tile that holds it is decoded."""
    from heicdepth_tui.photo.client import next_ticket
    from heicdepth_tui.photo.layers import PRIMARY, Request, as_rgb8
    from heicdepth_tui.photo.region import SampleRegion

    region = SampleRegion(*pixel, 1, 1)
    request = Request(next_ticket(), "info", path, PRIMARY, region=region, keep=True)
    pixels = decoder.get(request)
    red, green, blue = as_rgb8(pixels, pixels.array).reshape(-1, 3)[0].tolist()
    return red, green, blue
