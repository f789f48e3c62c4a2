"""The point cloud as one HTML page that needs no network: WebGL 2, strict content policy."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from heicdepth_tui import __version__
from heicdepth_tui.depth.cloud import ColorResolution, Projection
from heicdepth_tui.export.packing import Image, PackedCloud, pack_cloud
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.export.subject import Subject

__all__ = ["write_html"]


def write_html(subject: Subject, file: BinaryIO) -> None:
    """Write the cloud of ``subject`` as one UTF-8 page to ``file``.

    The page holds the colours and the codes as images and makes the points in its shader; see
    ``packing.PackedCloud`` for the layout. Raises GeometryError where there is no cloud to make,
    ExportError where its points lie on no grid.
    """
    cloud, step = subject.cloud, subject.options.cloud.step
    if subject.options.cloud.color_resolution is ColorResolution.DEPTH:
        codes = subject.depth_map.codes[::step, ::step]
        packed = pack_cloud(cloud, codes, subject.rgb[::step, ::step])
    else:
        packed = pack_cloud(cloud, None, None)
    file.write(_page(subject, packed).encode())


def _page(subject: Subject, packed: PackedCloud) -> str:
    style, script = _asset("page.css"), _asset("page.js")
    name = _text(Path(subject.path).name)
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
            "facts": _facts(subject, packed),
            "style": style,
            "script": script,
            "cloud": _script_json(_scene(packed)),
        },
    )


def _scene(packed: PackedCloud) -> dict[str, Any]:
    return {
        "version": 1,
        "width": packed.width,
        "height": packed.height,
        "points": packed.points,
        "perspective": packed.perspective,
        "inverse": packed.inverse,
        "wide": packed.wide,
        "law": packed.law,
        "columns": packed.columns,
        "rows": packed.rows,
        "spacing": packed.spacing,
        "front": asdict(packed.viewpoint.front),
        "home": asdict(packed.viewpoint.home),
        "distance": packed.viewpoint.distance,
        "radius": packed.viewpoint.radius,
        "codes": _embedded(packed.codes),
        "colours": _embedded(packed.colours),
    }


def _embedded(image: Image) -> dict[str, str]:
    return {"type": image.type, "data": base64.b64encode(image.data).decode()}


def _facts(subject: Subject, packed: PackedCloud) -> str:
    """Return the caption's lines as HTML: sizes and counts, projection and range, the caveat."""
    cloud, trust = subject.cloud, subject.cloud.trust
    sizes = [
        f"photo {subject.header.primary.upright}",
        f"depth {subject.depth_map.codes.shape[1]}×{subject.depth_map.codes.shape[0]}",
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
            *(f"<p>{_text(note)}</p>" for note in _notes(subject)),
        )
    )


def _notes(subject: Subject) -> Iterator[str]:
    """Yield what else a reader must know: of the law of the codes, the camera and the photo."""
    depth_map, camera = subject.depth_map, subject.cloud.camera
    if depth_map.reason:
        yield f"no metres: {depth_map.reason}"
    yield from depth_map.notes
    if camera is not None:
        for told in filter(None, (", ".join(camera.estimated), camera.note)):
            yield f"camera: {told}"
    yield from subject.notes
    yield subject.colours_told


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
