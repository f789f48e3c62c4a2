"""Draws the cloud of a photo in a thread that keeps it: the newest pose only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.model.cloud_frame import (
    CloudColours,
    CloudFrame,
    CloudRequest,
    ShownCloud,
)
from heicdepth_tui.ui.services.events import CloudFailed, CloudRendered, Post
from heicdepth_tui.ui.services.view_worker import ViewWorker

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.services.open_cloud import OpenCloud

__all__ = ["CloudRenderer", "draw_frame"]


class CloudRenderer(ViewWorker["CloudRendered | CloudFailed", "OpenCloud"]):
    """Posts CloudRendered or CloudFailed; see ``ViewWorker``."""

    def __init__(self, decode: Callable[[Request], Pixels], post: Post) -> None:
        super().__init__("cloud", decode, post)

    def request(self, request: CloudRequest) -> None:
        """Draw a frame, unless a newer one is requested before it is begun."""
        self.submit(request.number, partial(self._draw, request))

    def _draw(self, request: CloudRequest) -> CloudRendered | CloudFailed:
        from heicdepth_tui.ui.services.open_cloud import open_cloud

        try:
            if self.opened is None or not self.opened.is_for(request):
                self.opened = None
                self.opened = open_cloud(request, self.decode)
            return CloudRendered(request.entry, draw_frame(self.opened, request))
        except HeicDepthError as error:
            return CloudFailed(request.entry, request.number, error)


def draw_frame(opened: OpenCloud, request: CloudRequest) -> CloudFrame:
    """Draw a frame of an open cloud.

    Raises NoMetresError and NoCameraError where there can be no cloud, ExportError where nothing is
    left of it.
    """
    from heicdepth_tui.draw.cells import render_cells
    from heicdepth_tui.draw.fit import Fit
    from heicdepth_tui.draw.frame_cross import draw_frame_cross
    from heicdepth_tui.draw.point_mark import mark_point
    from heicdepth_tui.draw.raster import rasterise
    from heicdepth_tui.draw.rendering import RenderedRows
    from heicdepth_tui.ui.model.pose import view_of

    source, points = opened.points(request)
    spec = request.spec
    # Two pixels to the height of a cell, as wide as the cell.
    view = view_of(request.pose, opened.rest, _raster_size(spec), spec.cell_aspect / 2)
    raster = rasterise(points, view, request.background, shaded=request.is_shaded)
    picked = opened.number_of(source.cloud, request.picked)
    if picked is not None:
        mark_point(raster, view, source.cloud.xyz[picked])
    draw_frame_cross(raster.rgb, view.rotation, view.pixel_aspect)
    across, down = spec.blocks.samples
    columns, rows = spec.cells
    fit = Fit(columns, rows, columns * across, rows * down)
    picture = render_cells(
        raster.rgb, fit, spec.blocks, spec.mode, is_photo=request.colours is CloudColours.PHOTO
    )
    nearest, farthest = opened.limits
    return CloudFrame(
        number=request.number,
        pose=request.pose,
        view=view,
        shown=ShownCloud(
            cloud=source.cloud,
            stride=opened.stride,
            map_size=source.size,
            region=source.region,
            photo=source.header.primary.displayed_size,
            nearest=nearest,
            farthest=farthest,
            codes=source.depth_map.codes,
        ),
        rendered=RenderedRows(fit, picture.ansi_rows(spec.mode, spec.tolerance)),
        index=raster.index,
        depth=raster.depth,
        picked=picked,
    )


def _raster_size(spec: RenderSpec) -> tuple[int, int]:
    """Return the (width, height) to rasterise: two or four pixels to a cell's height."""
    from heicdepth_tui.draw.modes import Blocks

    columns, rows = spec.cells
    # Quadrants tell 2x2 apart in a cell; its 4x8 samples would take four times as long.
    factor = 2 if spec.blocks is Blocks.QUAD else 1
    return columns * factor, rows * 2 * factor
