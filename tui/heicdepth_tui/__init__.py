"""Look at the depth maps inside HEIC photos in the terminal, and export point clouds from them.

As a library::

    import heicdepth_tui as hd

    photo = hd.open("IMG_0412.HEIC")
    photo.depth.metres, photo.camera.K, photo.cloud().save("out.ply")

Importing it imports neither numpy nor Textual: each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from heicdepth_tui._version import __version__

if TYPE_CHECKING:
    from heicdepth_tui.api.cloud import PointCloud
    from heicdepth_tui.api.depth import Depth
    from heicdepth_tui.api.photo import Photo, open  # noqa: A004  hd.open is what users expect
    from heicdepth_tui.api.write import write
    from heicdepth_tui.errors import HeicDepthError

__all__ = ["Depth", "HeicDepthError", "Photo", "PointCloud", "__version__", "open", "write"]

_PLACES = {
    "Depth": "api.depth",
    "HeicDepthError": "errors",
    "Photo": "api.photo",
    "PointCloud": "api.cloud",
    "open": "api.photo",
    "write": "api.write",
}


def __getattr__(name: str) -> object:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{place}"), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
