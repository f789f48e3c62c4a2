"""Decodes for the library, in the calling process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heicdepth_tui.export.colouring import Coloured, as_rgb
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.run import read_source
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import PRIMARY, Request

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.export.source import ExportSource
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.heif.picture_facts import Size
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["Kept", "colours", "decoded", "read"]

_KEPT = 4
_KEPT_BYTES = 16_000_000


class Kept:
    """Decodes layers and keeps the last four that are not large: a depth map, its colours.

    Their arrays are read-only.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kept: dict[object, Pixels] = {}

    def __call__(self, request: Request) -> Pixels:
        """Return the layer of a request; raises as ``decoded``."""
        key = (request.layer.choice, request.exact, request.stored)
        pixels = self._kept.pop(key, None)
        if pixels is None:
            pixels = decoded(request, self._limits)
        if pixels.array.nbytes <= _KEPT_BYTES:
            pixels.array.flags.writeable = False
            self._kept[key] = pixels
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return pixels


def decoded(request: Request, limits: Limits) -> Pixels:
    """Return the layer of a request; raises what ``decode`` puts into its answer."""
    *_, answer = decode(request, limits=limits)
    if answer.error is not None:
        raise answer.error
    assert answer.pixels is not None  # noqa: S101  an answer carries one of the two
    return answer.pixels


def read(
    path: Path, limits: Limits, options: dict[str, Any], decode: Callable[[Request], Pixels]
) -> ExportSource:
    """Return the source of the formats, as ``export`` reads it; raises as ``read_source``."""
    return read_source(path, ExportOptions(**options, limits=limits), decode)


def colours(
    path: Path,
    header: Header,
    size: Size,
    decode: Callable[[Request], Pixels],
    *,
    stored: bool,
) -> NDArray[np.uint8]:
    """Return the whole photo at ``size``, (H, W, 3) uint8, in sRGB or as decoded."""
    exact = None if size == header.primary.displayed_size else (size.width, size.height)
    request = Request(0, "api", str(path), PRIMARY, exact=exact, keep=True, stored=stored)
    pixels = decode(request)
    picture = Coloured(as_rgb(pixels), pixels.space or header.colour.name)
    return picture.rgb if stored else picture.in_srgb().rgb
