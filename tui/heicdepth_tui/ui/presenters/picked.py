"""Where the point that was picked in the cloud lies in a layer of its photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import Layer, LayerKind
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.viewport import LayerFrame, frame_of

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.heif.facts import Header

__all__ = ["code_at", "share_in"]


def share_in(header: Header, layer: Layer, pixel: tuple[int, int]) -> tuple[float, float] | None:
    """Return a pixel of the upright photo as shares of a layer's (width, height) as shown.

    None where the layer does not cover the pixel. A thumbnail shows what the photo does.
    """
    if layer.kind is LayerKind.THUMBNAIL:
        width, height = header.primary.displayed_size
        return (pixel[0] + 0.5) / width, (pixel[1] + 0.5) / height
    frame = frame_of(header, layer)
    return None if frame is None else _share(frame, pixel)


def _share(frame: LayerFrame, pixel: tuple[int, int]) -> tuple[float, float] | None:
    x, y = (
        (at + 0.5 - origin) / (scale * length)
        for at, origin, scale, length in zip(
            pixel, frame.origin, frame.scale, frame.size, strict=True
        )
    )
    return (x, y) if 0 <= x < 1 and 0 <= y < 1 else None


def code_at(
    header: Header, layer: Layer, depth_map: DepthMap, pixel: tuple[int, int]
) -> int | None:
    """Return the code of the sample that covers a pixel; ``depth_map`` as the layer is decoded."""
    frame = frame_of(header, layer)
    share = None if frame is None else _share(frame, pixel)
    if frame is None or share is None:
        return None
    column, row = (int(part * length) for part, length in zip(share, frame.size, strict=True))
    left, top, _, _ = frame.decoded(SampleRegion(column, row, 1, 1))
    height, width = depth_map.codes.shape
    return int(depth_map.codes[top, left]) if top < height and left < width else None
