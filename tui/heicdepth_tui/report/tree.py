"""All metadata of a photo as a tree of labels and values: boxes, items, EXIF, XMP, calibration."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from os import PathLike
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

from heicdepth_tui.depth.distortion import distortion_curve
from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.outline import BoxFacts, ItemFacts, Outline, read_outline
from heicdepth_tui.heif.xmp import parse_packet
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from heicdepth_tui.heif.depth_facts import Calibration

__all__ = ["Node", "metadata_tree"]

_MAX_VALUE = 400
"""Characters of a value; longer ones are cut."""
_MAX_NESTING = 16
_SHOWN_NUMBERS = 16
_HEX_BYTES = 8
_EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 0x8769, 0x8825, 0xA005
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PREFIXES = {
    "http://ns.apple.com/pixeldatainfo/1.0/": "apdi",
    "http://ns.apple.com/depthData/1.0/": "depthData",
    "http://ns.apple.com/depthBlurEffect/1.0/": "depthBlurEffect",
    "http://ns.apple.com/portraitLightingEffect/2.0/": "portraitLightingEffect",
    "http://ns.apple.com/HDRGainMap/1.0/": "HDRGainMap",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "adobe:ns:meta/": "x",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree: label, value, and the lines below it; texts are safe to show.

    ``plot`` has the heights of a curve that belongs to the line, and ``plot_text`` what its ends
    and its peak are; empty where there is none.
    """

    label: str
    value: str = ""
    children: tuple[Node, ...] = ()
    plot: tuple[float, ...] = ()
    plot_text: str = ""

    @property
    def text(self) -> str:
        """Label and value as one line."""
        return f"{self.label}: {self.value}" if self.value else self.label

    def lines(self, indent: str = "") -> Iterator[str]:
        """Yield this line and all below it, indented by two blanks a level."""
        yield indent + self.text
        for child in self.children:
            yield from child.lines(indent + "  ")

    def matches(self, wanted: str) -> bool:
        """Return whether label or value contains a text, ignoring case."""
        return wanted.casefold() in self.text.casefold()


def metadata_tree(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Node:
    """Read a photo's header and return all of its metadata under one root.

    Errors of one part stand in its place. Raises what ``read_outline`` does.
    """
    outline = read_outline(path, limits=limits)
    children = [_file(outline), *_exif(outline), *_xmp(outline)]
    children += _calibrations(path, limits)
    children.append(_items(outline))
    children += _groups(outline)
    boxes = tuple(map(_box, outline.boxes))
    children.append(Node("boxes", f"{len(boxes)} at the top level", boxes))
    return Node("metadata", "", tuple(children))


def _node(label: str, value: object = "", children: Iterable[Node] = ()) -> Node:
    text = printable(" ".join(str(value).split()))
    if len(text) > _MAX_VALUE:
        text = f"{text[: _MAX_VALUE - 1]}…"
    return Node(printable(label), text, tuple(children))


def _file(outline: Outline) -> Node:
    nodes = [
        _node("size", f"{outline.file_size:,} bytes"),
        _node("brand", outline.brand),
        _node("compatible brands", ", ".join(outline.compatible_brands)),
    ]
    nodes += [_node("problem", problem) for problem in outline.problems]
    return Node("file", "", tuple(nodes))


# Boxes and items


def _box(box: BoxFacts) -> Node:
    value = f"{box.size:,} bytes at {box.offset:,}"
    return _node(box.type, value, map(_box, box.children))


def _items(outline: Outline) -> Node:
    tiles = {tile for item in outline.items if item.grid for tile in item.grid.tiles}
    by_id = {item.id: item for item in outline.items}
    nodes = [_item(item, by_id) for item in outline.items if item.id not in tiles]
    return Node("items", f"{len(outline.items):,}", tuple(nodes))


def _item(item: ItemFacts, by_id: dict[int, ItemFacts]) -> Node:
    facts = [
        ("name", item.name),
        ("content type", item.content_type),
        ("payload", _payload_text(item)),
        ("problem", item.problem),
    ]
    children = [_node(label, value) for label, value in facts if value]
    for found in item.properties:
        text = found.text or f"{found.length:,} bytes"
        children.append(_node(f"property {found.type}", text))
    for kind, targets in item.references:
        if not (item.grid and kind == "dimg"):
            children.append(_node(f"reference {kind}", f"to {', '.join(map(str, targets))}"))
    if item.grid is not None:
        layout = f"{item.grid.rows} rows × {item.grid.columns} columns"
        tiles = [_item(by_id[tile], {}) for tile in item.grid.tiles if tile in by_id]
        children.append(_node("tiles", layout, tiles))
    marks = ["primary"] * item.is_primary + ["hidden"] * item.is_hidden
    size = next((found.text for found in item.properties if found.type == "ispe"), "")
    value = ", ".join(part for part in (item.type, size, *marks) if part)
    return _node(f"item {item.id}", value, children)


def _payload_text(item: ItemFacts) -> str:
    runs = [f"{extent.length:,} bytes at {extent.offset:,}" for extent in item.extents]
    return (
        " + ".join(runs)
        if len(runs) <= _SHOWN_NUMBERS
        else f"{item.length:,} bytes in {len(runs):,} runs"
    )


def _groups(outline: Outline) -> Iterator[Node]:
    for group in outline.groups:
        kind = group.type.decode("latin-1")
        yield _node(f"group {kind}", f"items {', '.join(map(str, group.entities))}")


# EXIF


def _exif(outline: Outline) -> Iterator[Node]:
    for item, tiff in outline.exif:
        label = f"EXIF (item {item})"
        try:
            with catch_warnings():
                # Pillow warns of what is cut off: the tags before it are shown.
                simplefilter("ignore")
                nodes = tuple(_directories(tiff))
            yield Node(label, f"{len(tiff):,} bytes", nodes)
        except _PILLOW_ERRORS as error:
            yield _node(label, f"cannot be read: {error}")


_PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    ArithmeticError,
    EOFError,
    struct.error,
)
"""Raised by Pillow for EXIF that is no TIFF structure."""


def _directories(tiff: bytes) -> Iterator[Node]:
    from PIL import ExifTags, Image

    exif = Image.Exif()
    exif.load(b"Exif\0\0" + tiff)
    pointers = {
        _EXIF_IFD: "EXIF directory",
        _GPS_IFD: "GPS directory",
        _INTEROP_IFD: "interoperability",
    }
    yield from _tags(exif, ExifTags.TAGS, pointers)
    for tag, label in pointers.items():
        directory = exif.get_ifd(tag)
        if directory:
            names = ExifTags.GPSTAGS if tag == _GPS_IFD else ExifTags.TAGS
            yield Node(label, f"{len(directory)} tags", tuple(_tags(directory, names, pointers)))


def _tags(found: Any, names: dict[int, str], skipped: Iterable[int]) -> Iterator[Node]:
    for tag in sorted(found):
        if tag not in skipped:
            yield _node(names.get(tag, f"tag 0x{tag:04x}"), _exif_text(found[tag]))


def _exif_text(value: object) -> str:
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        is_text = text.isascii() and text.decode("latin-1").isprintable() and text
        if is_text:
            return text.decode("ascii")
        return f"0x{value.hex()}" if len(value) <= _HEX_BYTES else f"{len(value):,} bytes"
    if isinstance(value, tuple):
        shown = ", ".join(map(_exif_text, value[:_SHOWN_NUMBERS]))
        return shown if len(value) <= _SHOWN_NUMBERS else f"{shown} … ({len(value):,} values)"
    if isinstance(value, str):
        return value.strip("\0 ")
    if isinstance(value, int):
        return str(value)
    return f"{float(value):.10g}" if isinstance(value, float) else _ratio_text(value)


def _ratio_text(value: Any) -> str:
    try:
        return f"{float(value):.10g}"
    except (TypeError, ValueError, ZeroDivisionError):
        return str(value)


# XMP


def _xmp(outline: Outline) -> Iterator[Node]:
    targets = {item.id: dict(item.references).get("cdsc", ()) for item in outline.items}
    for item, packet in outline.xmp:
        described = ", ".join(f"item {target}" for target in targets.get(item, ()))
        label = f"XMP (item {item})"
        try:
            nodes = tuple(_descriptions(parse_packet(packet)))
        except HeaderError as error:
            yield _node(label, error.what)
        else:
            yield _node(label, f"describes {described}" if described else "", nodes)


def _descriptions(root: Element) -> Iterator[Node]:
    for description in root.iter(_RDF + "Description"):
        for name, value in description.attrib.items():
            if name != _RDF + "about":
                yield _node(_short_name(name), value)
        for child in description:
            yield _element(child, _MAX_NESTING)


def _element(element: Element, nesting: int) -> Node:
    label = _short_name(element.tag)
    for kind in ("Seq", "Bag", "Alt"):
        entries = element.find(_RDF + kind)
        if entries is not None:
            texts = [(entry.text or "").strip() for entry in entries]
            if all(texts) or not nesting:
                return _node(label, ", ".join(texts))
            return _node(
                label, f"{len(texts)}", (_element(entry, nesting - 1) for entry in entries)
            )
    attributes = [_node(_short_name(name), value) for name, value in element.attrib.items()]
    if not nesting:
        return _node(label, "… nested deeper", attributes)
    below = [_element(child, nesting - 1) for child in element]
    return _node(label, (element.text or "").strip(), [*attributes, *below])


def _short_name(name: str) -> str:
    space, _, local = name.rpartition("}")
    prefix = _PREFIXES.get(space[1:], "")
    return f"{prefix}:{local}" if prefix else local


# Calibration


def _calibrations(path: str | PathLike[str], limits: Limits) -> list[Node]:
    try:
        header = read_header(path, limits=limits)
    except HeaderError as error:
        return [_node("calibration", error.what)]
    found: list[tuple[str, Calibration]] = []
    if header.depth.calibration is not None:
        found.append(("depth", header.depth.calibration))
    found += [
        (f"{aux.name} (item {aux.item.id})", aux.calibration)
        for aux in header.auxiliaries
        if aux.calibration is not None and aux.calibration is not header.depth.calibration
    ]
    return [_calibration(name, calibration) for name, calibration in found]


def _calibration(name: str, calibration: Calibration) -> Node:
    nodes = [
        _node(field.name.replace("_", " "), _FORMATS.get(field.name, _value_text)(value))
        for field in fields(calibration)
        if (value := getattr(calibration, field.name)) not in (None, ())
    ]
    curve = distortion_curve(calibration)
    if curve is not None:
        shift = curve[-1][1]
        value = (
            f"{shift:+.3g} pixels of the reference size in the farthest corner; computed from the "
            "coefficients by a form that Apple does not document"
        )
        shifts = tuple(point[1] for point in curve)
        nodes.append(Node("lens distortion", value, (), shifts, _curve_text(curve)))
    return _node(f"calibration of {name}", "", nodes)


def _curve_text(curve: Sequence[tuple[float, float]]) -> str:
    """Return what a curve of (radius, shift) in pixels of the reference size shows."""
    corner, shift = curve[-1]
    peak_at, peak = max(curve, key=lambda point: abs(point[1]))
    text = (
        "shift in pixels of the reference size, by distance from the distortion centre: "
        f"0 there, {shift:+.1f} in the farthest corner, {corner:,.0f} pixels away"
    )
    return text if peak == shift else f"{text}; {peak:+.1f} at {peak_at:,.0f}"


def _value_text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{part:.10g}" if isinstance(part, float) else str(part) for part in value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(getattr(value, "value", value))


def _columns(value: tuple[float, ...]) -> str:
    """Return a matrix that is stored column by column, row by row."""
    rows = [value[row::3] for row in range(3)]
    return "; ".join(" ".join(f"{part:.8g}" for part in row) for row in rows)


_FORMATS: dict[str, Callable[[Any], str]] = {"intrinsics": _columns, "extrinsics": _columns}
