"""What the screens work with; made by the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.options import AppOptions
    from heicdepth_tui.ui.model.session import Session
    from heicdepth_tui.ui.services.cloud_renderer import CloudRenderer
    from heicdepth_tui.ui.services.export_log import ExportLog
    from heicdepth_tui.ui.services.exporter import Exporter
    from heicdepth_tui.ui.services.image_drawer import ImageDrawer
    from heicdepth_tui.ui.services.layer_views import LayerViews
    from heicdepth_tui.ui.services.outside import Outside
    from heicdepth_tui.ui.services.photo_loader import PhotoLoader
    from heicdepth_tui.ui.services.prefetch import Prefetcher
    from heicdepth_tui.ui.services.renderer import Renderer
    from heicdepth_tui.ui.services.saved_options import SavedOptions
    from heicdepth_tui.ui.services.scanner import Scanner
    from heicdepth_tui.ui.services.table_builder import TableBuilder
    from heicdepth_tui.ui.terminal.flow_control import FlowControl
    from heicdepth_tui.ui.terminal.graphics_output import GraphicsOutput
    from heicdepth_tui.ui.terminal.pending_pictures import PendingPictures

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """State, services, and the way of pictures to the terminal."""

    options: AppOptions
    session: Session
    loader: PhotoLoader
    prefetcher: Prefetcher
    renderer: Renderer
    table_builder: TableBuilder
    clouds: CloudRenderer
    layer_views: LayerViews
    images: ImageDrawer
    scanner: Scanner
    exporter: Exporter
    export_log: ExportLog
    outside: Outside
    saved_options: SavedOptions
    flow_control: FlowControl
    pictures: PendingPictures
    graphics: GraphicsOutput
