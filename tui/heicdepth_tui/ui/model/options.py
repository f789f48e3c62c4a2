"""What the command line decided for the app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions

__all__ = ["AppOptions"]


@dataclass(frozen=True, slots=True)
class AppOptions:
    """What the command line decided."""

    paths: tuple[Path, ...] = (Path(),)
    recursive: bool = False
    theme: str = "dark"
    out: Path = Path()
    """The folder for exported files."""
    projection: str = "perspective"
    limits: Limits = DEFAULT_LIMITS
    state: Path | None = None
    """Where the app keeps what it remembers between runs; None: the user's state folder."""
    title: str = ""
    """What the title line says instead of the paths."""

    def export_options(self) -> ExportOptions:
        """Return how ``e`` exports."""
        from heicdepth_tui.depth.points import CloudOptions, Projection
        from heicdepth_tui.export.options import ExportOptions

        cloud = CloudOptions(projection=Projection(self.projection))
        return ExportOptions(cloud=cloud, out=self.out, limits=self.limits)
