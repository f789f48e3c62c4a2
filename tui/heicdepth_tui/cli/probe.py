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
    """A pixel of the upright photo, or a sample of its depth map, as ``X,Y`` from 0,0."""

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
            self.fail(
                f"{value!r} lies left of or above 0,0, where photo and depth map begin", param, ctx
            )
        return pixel


@dataclass(frozen=True, slots=True)
class PixelProbe:
    """A pixel and what was read there."""

    pixel: tuple[int, int] | None
    """Of the upright photo; None for a sample that the depth map has not."""
    sample: Sample | None
    problem: str
    """The reason that there is no sample; empty where there is one."""
    trust: Trust | None
    rgb: Rgb | None
    requested: tuple[int, int] | None = None
    """Column and row of the depth map where these were requested, not a pixel of the photo."""

    def record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        from heicdepth_tui.report.probe import sample_record

        record = sample_record(self.pixel, self.sample, self.problem, self.rgb)
        if self.requested is not None:
            record["depth_x"], record["depth_y"] = self.requested
        return record

    def lines(self) -> Iterator[str]:
        """Yield it as lines of text."""
        from heicdepth_tui.report.plain import align
        from heicdepth_tui.report.probe import sample_lines
        from heicdepth_tui.text import printable

        rows = sample_lines(self.pixel, self.sample, self.trust, self.rgb)
        if self.sample is None:
            place = "" if self.requested is None else "{}, {}: ".format(*self.requested)
            rows[-1] = ("depth", f"{place}{printable(self.problem)}")
        yield from (f"  {line}" for line in align(rows, frozenset()))


def probe_pixels(
    path: str,
    header: Header,
    pixels: Sequence[tuple[int, int]],
    decoder: Decoder,
    *,
    in_depth: bool = False,
) -> tuple[tuple[PixelProbe, ...], dict[Layer, HeicDepthError]]:
    """Read every pixel; also return the errors of layers that cannot be decoded.

    ``in_depth``: the pixels are samples of the depth map, upright and cropped as the photo is.
    """
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.photo.layers import PRIMARY

    failed: dict[Layer, HeicDepthError] = {}
    probe, why_not = _probe(path, header, decoder, failed)
    trust = None if probe is None else probe.depth_map.trust.with_camera(probe.camera)
    found = []
    for place in pixels:
        if in_depth:
            pixel, sample, problem = _at_sample(probe, place)
        else:
            pixel, sample, problem = _at_pixel(probe, place, header)
        rgb = None
        if pixel is not None:
            try:
                rgb = _colour(path, pixel, decoder)
            except HeicDepthError as error:
                failed[PRIMARY] = error
        shown = place if pixel is None and not in_depth else pixel
        requested = place if in_depth else None
        found.append(PixelProbe(shown, sample, problem or why_not, trust, rgb, requested))
    return tuple(found), failed


_Place = tuple[int, int]


def _at_pixel(
    probe: Probe | None, place: _Place, header: Header
) -> tuple[_Place | None, Sample | None, str]:
    """Return the photo's pixel, the sample that covers it, and why there is none."""
    from heicdepth_tui.report.probe import OUTSIDE

    width, height = header.primary.displayed_size
    if place[0] >= width or place[1] >= height:
        return None, None, f"the photo has {width}x{height} pixels"
    if probe is None:
        return place, None, ""
    sample = probe.at_pixel(*place)
    return place, sample, "" if sample is not None else OUTSIDE


def _at_sample(probe: Probe | None, place: _Place) -> tuple[_Place | None, Sample | None, str]:
    """Return the photo's pixel on the centre of a sample, the sample, and why there is none."""
    if probe is None:
        return None, None, ""
    width, height = probe.depth_map.size
    if place[0] >= width or place[1] >= height:
        return None, None, f"the depth map has {width}x{height} samples"
    sample = probe.at_sample(*place)
    return sample.photo, sample, ""


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
