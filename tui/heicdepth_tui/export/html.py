"""The point cloud as one HTML page that needs no network: WebGL 2, strict content policy."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from heicdepth_tui._version import __version__
from heicdepth_tui.depth.cloud import ColorResolution, Projection
from heicdepth_tui.export.packing import Image, PackedCloud, pack_cloud
from heicdepth_tui.export.source import OutputFile
from heicdepth_tui.heif.colour import DISPLAY_P3
from heicdepth_tui.photo.colour import P3_TO_BT709
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.export.colouring import Coloured
    from heicdepth_tui.export.source import ExportSource

__all__ = ["output_files", "write_html"]


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``html``; raises as ``write_html``."""
    page = _Page.of(source)
    summary = source.cloud_summary("; ".join(filter(None, (page.colours_short, page.loss))))
    return (OutputFile(".html", page.write, summary, len(source.opengl_cloud)),)


def write_html(source: ExportSource, file: BinaryIO) -> None:
    """Write the cloud of ``source`` as one UTF-8 page to ``file``.

    The page holds the colours and the codes as images and makes the points in its shader; see
    ``packing.PackedCloud`` for the layout. Colours in Display P3 stay so: the page shows them on a
    canvas of that space, or converts them where the browser has none. Raises GeometryError where
    there is no cloud to make, ExportError where its points lie on no grid.
    """
    _Page.of(source).write(file)


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """A packed cloud, ready to be written."""

    source: ExportSource
    packed: PackedCloud
    photo: Coloured
    """The colours as the page holds them, before they are coded."""

    @classmethod
    def of(cls, source: ExportSource) -> _Page:
        cloud, stride = source.opengl_cloud, source.options.cloud.stride
        photo = source.cloud_photo
        if photo.converted_from == DISPLAY_P3:
            photo = source.colours(source.cloud_size, True)
        rgb = photo.rgb[::stride, ::stride]
        if photo.space == DISPLAY_P3:
            cloud = replace(cloud, rgb=rgb.reshape(-1, 3)[cloud.index])
        if source.options.cloud.color_resolution is ColorResolution.DEPTH:
            packed = pack_cloud(cloud, source.depth_map.codes[::stride, ::stride], rgb)
        else:
            packed = pack_cloud(cloud, None, None)
        return cls(source, packed, photo)

    @property
    def is_p3(self) -> bool:
        return self.photo.space == DISPLAY_P3

    @property
    def colours_short(self) -> str:
        if self.is_p3:
            return "colours Display P3, converted to sRGB where the browser cannot show it"
        return self.source.cloud_photo.short

    @property
    def colours_long(self) -> str:
        if self.is_p3:
            return "Display P3 as decoded; converted to sRGB where the browser cannot show it"
        return self.source.cloud_photo.long

    @property
    def loss(self) -> str:
        """The error of coded colours; empty where they are exact."""
        return "" if self.packed.loss is None else self.packed.loss.summary

    def write(self, file: BinaryIO) -> None:
        file.write(_html(self).encode())


def _html(page: _Page) -> str:
    source, packed = page.source, page.packed
    style, script = _asset("page.css"), _asset("page.js")
    name = _text(Path(source.path).name)
    return _fill(
        _asset("page.html"),
        {
            "policy": (
                "default-src 'none'; img-src data:; "
                f"script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
                "base-uri 'none'; form-action 'none'"
            ),
            "generator": f"heicdepth-tui {__version__}",
            "title": f"{name} – point cloud",
            "name": name,
            "label": (
                f"Point cloud of {name}, {packed.points:,} points. Arrow keys turn it, plus and "
                "minus zoom, 0 resets, question mark lists all keys."
            ),
            "facts": _facts(page),
            "style": style,
            "script": script,
            "cloud": _script_json(_scene(packed, is_p3=page.is_p3)),
        },
    )


def _scene(packed: PackedCloud, *, is_p3: bool) -> dict[str, Any]:
    """Return what the script reads; ``narrowing`` takes linear Display P3 to sRGB, by columns."""
    return {
        "version": 1,
        "width": packed.width,
        "height": packed.height,
        "points": packed.points,
        "perspective": packed.perspective,
        "inverse": packed.inverse,
        "wide": packed.wide,
        "mapping": packed.mapping,
        "columns": packed.columns,
        "rows": packed.rows,
        "spacing": packed.spacing,
        "front": asdict(packed.viewpoint.front),
        "home": asdict(packed.viewpoint.home),
        "distance": packed.viewpoint.distance,
        "radius": packed.viewpoint.radius,
        "codes": _embedded(packed.codes),
        "colours": _embedded(packed.colours),
        "narrowing": [row[at] for at in range(3) for row in P3_TO_BT709] if is_p3 else None,
    }


def _embedded(image: Image) -> dict[str, str]:
    return {"type": image.type, "data": base64.b64encode(image.data).decode()}


def _facts(page: _Page) -> str:
    """Return the caption's lines as HTML: sizes and counts, projection and range, the caveat."""
    source, packed = page.source, page.packed
    cloud, trust = source.opengl_cloud, source.opengl_cloud.trust
    sizes = [
        f"photo {source.header.primary.displayed_size}",
        f"depth {source.depth_map.codes.shape[1]}×{source.depth_map.codes.shape[0]}",
        f"{packed.points:,} points",
    ]
    if cloud.dropped.total:
        sizes[-1] += f" (dropped: {cloud.dropped.describe()})"
    if cloud.projection is Projection.PERSPECTIVE:
        made = ["perspective", trust.camera_label]
        near, far = (-float(edge) for edge in (cloud.xyz[:, 2].max(), cloud.xyz[:, 2].min()))
        about = trust.about and f"{trust.about} "
        made.append(f"{about}{near:.3g} to {far:.3g} {trust.unit_label}")
        made.append("x right, y up, −z forward")
    else:
        made = ["flat projection", f"no unit: height is {cloud.flat_quantity}"]
    return "\n".join(
        (
            f"<p>{_dots(sizes)}</p>",
            f"<p>{_dots(made)}</p>",
            f"<p><strong>{_text(trust.short)}</strong>: {_text(trust.meaning)}</p>",
            *(f"<p>{_text(note)}</p>" for note in _notes(page)),
        )
    )


def _notes(page: _Page) -> Iterator[str]:
    """Yield what else a reader must know: of the mapping of the codes, the camera and the photo."""
    source = page.source
    depth_map, camera = source.depth_map, source.opengl_cloud.camera
    if depth_map.reason:
        yield f"no metres: {depth_map.reason}"
    yield from depth_map.notes
    if camera is not None:
        for note in filter(None, (", ".join(camera.estimated), camera.note)):
            yield f"camera: {note}"
    yield from source.notes
    yield f"colours: {page.colours_long}"
    if page.loss:
        yield page.loss


def _dots(parts: list[str]) -> str:
    return " <i>·</i> ".join(_text(part) for part in parts)


def _text(text: str) -> str:
    """Return text from a file for HTML, in elements and in quoted attributes."""
    return html.escape(printable(text))


def _script_json(value: dict[str, Any]) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _fill(template: str, values: dict[str, str]) -> str:
    """Replace each ``{{name}}`` once; what was put in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    # read_text turns CRLF into LF as an HTML parser does, so that the hashes hold either way.
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")
