"""Pictures and a table as HTML, for notebooks."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.cloud import Cloud

__all__ = ["SIDE", "as_html", "cloud_picture", "fitted"]

_TURN = math.radians(25)
"""Turn of a cloud about its upright axis: enough to tell near from far."""
_WHITE = (255, 255, 255)

SIDE = 320
"""Longest side of a picture, in pixels."""


def as_html(
    pictures: Iterable[Callable[[], tuple[str, NDArray[np.uint8]]]],
    facts: Iterable[tuple[str, str]],
) -> str:
    """Return pictures beside each other and a table of facts below.

    Each of ``pictures`` gives a title and (H, W, 3) uint8; one that cannot be decoded is replaced
    by the reason. Facts without a value are left out. Every text is escaped.
    """
    shown = "".join(_attempt(picture) for picture in pictures)
    return f"<div>{shown}{_table(facts)}</div>"


def fitted(width: int, height: int) -> tuple[int, int]:
    """Return the size of a picture in a notebook: at most ``SIDE``, never enlarged."""
    scale = min(1.0, SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def cloud_picture(cloud: Cloud, camera: Camera, stride: int) -> NDArray[np.uint8]:
    """Return points as (h, w, 3) uint8, turned by 25° about the middle of their distances.

    ``cloud`` has y up and −z forward; ``camera`` is that of its grid before ``stride``.
    """
    import numpy as np

    from heicdepth_tui.draw.raster import Points, View, rasterise

    width, height = fitted(camera.width, camera.height)
    scale = width / camera.width
    distance = float(-np.median(cloud.xyz[:, 2]))
    spacing = cloud.xyz[:, 2] * np.float32(-stride / camera.fx)
    points = Points(np.ascontiguousarray(cloud.xyz.T), cloud.rgb, spacing, spacing)
    cos, sin = math.cos(_TURN), math.sin(_TURN)
    view = View(
        rotation=((cos, 0.0, sin), (0.0, 1.0, 0.0), (-sin, 0.0, cos)),
        target=(0.0, 0.0, -distance),
        distance=distance,
        focal=camera.fx * scale,
        centre=((camera.cx + 0.5) * scale - 0.5, (camera.cy + 0.5) * scale - 0.5),
        size=(width, height),
    )
    return rasterise(points, view, _WHITE).rgb


def _attempt(make: Callable[[], tuple[str, NDArray[np.uint8]]]) -> str:
    try:
        title, rgb = make()
        return _picture(rgb, title)
    except HeicDepthError as error:
        return f"<p>{escape(error.short)}</p>"


def _picture(rgb: NDArray[np.uint8], title: str) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    label = escape(title, quote=True)
    return f'<img alt="{label}" title="{label}" src="data:image/png;base64,{data}"> '


def _table(facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(printable(value))}</td></tr>"
        for name, value in facts
        if value
    )
    return f"<table>{rows}</table>"
