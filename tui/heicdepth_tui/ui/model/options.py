"""Options of the app, set by command line and config file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import DEFAULT_COLORMAP, Blocks
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions

__all__ = ["AppOptions"]


@dataclass(frozen=True, slots=True)
class AppOptions:
    """Options of the app; the defaults are those of the command line."""

    paths: tuple[Path, ...] = (Path(),)
    recursive: bool = False
    theme: str = "dark"
    colormap: str = DEFAULT_COLORMAP
    blocks: Blocks | None = None
    """Those of all pictures; None: quad blocks for depth in true colours, else half blocks."""
    graphics: str = "blocks"
    """How pixels are shown: ``blocks`` (not at all), ``auto``, ``kitty`` or ``iterm``."""
    cell_aspect: float | None = None
    """A cell's height over its width; None: as the terminal states it, else 2."""
    out: Path = Path()
    """The folder for exported files."""
    projection: str = "perspective"
    limits: Limits = DEFAULT_LIMITS
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of their binding, separated by commas, in place of the defaults."""
    state: Path | None = None
    """The folder of saved export options; None: the user's state folder."""
    title: str = ""
    """Text of the title line in place of the paths; empty: the paths."""

    def export_options(self) -> ExportOptions:
        """Return the export options of ``e``."""
        from heicdepth_tui.depth.points import CloudOptions, Projection
        from heicdepth_tui.export.options import ExportOptions

        cloud = CloudOptions(projection=Projection(self.projection))
        return ExportOptions(cloud=cloud, out=self.out, limits=self.limits)
