"""Apple's calibration from the XMP of an auxiliary item, safely: no entities, bounded, finite.

Values are child elements (or attributes) of an rdf:Description, lists are rdf:Seq of rdf:li; the
meaning of the names was measured on real photos.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.depth_facts import Accuracy, Calibration
from heicdepth_tui.heif.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["MAX_MARKUP", "count_markup", "parse_calibration", "parse_packet"]

MAX_MARKUP = 8_192
"""Tags and attributes of one XMP, and of all those of one photo together; phones write 140."""

APDI = "{http://ns.apple.com/pixeldatainfo/1.0/}"
DEPTH_DATA = "{http://ns.apple.com/depthData/1.0/}"
BLUR = "{http://ns.apple.com/depthBlurEffect/1.0/}"
LIGHTING = "{http://ns.apple.com/portraitLightingEffect/2.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NAMESPACES = (APDI, DEPTH_DATA, BLUR, LIGHTING)

_LENS_DISTORTION_CENTER_OFFSET_X = DEPTH_DATA + "LensDistortionCenterOffsetX"
_LENS_DISTORTION_CENTER_OFFSET_Y = DEPTH_DATA + "LensDistortionCenterOffsetY"
_FLOAT_MIN_VALUE = APDI + "FloatMinValue"
_FLOAT_MAX_VALUE = APDI + "FloatMaxValue"
_INTRINSIC_MATRIX_REFERENCE_WIDTH = DEPTH_DATA + "IntrinsicMatrixReferenceWidth"
_INTRINSIC_MATRIX_REFERENCE_HEIGHT = DEPTH_DATA + "IntrinsicMatrixReferenceHeight"
_PIXEL_SIZE = DEPTH_DATA + "PixelSize"
_SIMULATED_APERTURE = BLUR + "SimulatedAperture"
_PORTRAIT_SCORE = DEPTH_DATA + "PortraitScore"
_EFFECT_STRENGTH = LIGHTING + "EffectStrength"
_INTRINSIC_MATRIX = DEPTH_DATA + "IntrinsicMatrix"
_EXTRINSIC_MATRIX = DEPTH_DATA + "ExtrinsicMatrix"
_LENS_DISTORTION_COEFFICIENTS = DEPTH_DATA + "LensDistortionCoefficients"
_INVERSE_LENS_DISTORTION_COEFFICIENTS = DEPTH_DATA + "InverseLensDistortionCoefficients"
_NUMBERS = (
    _LENS_DISTORTION_CENTER_OFFSET_X,
    _LENS_DISTORTION_CENTER_OFFSET_Y,
    _FLOAT_MIN_VALUE,
    _FLOAT_MAX_VALUE,
    _INTRINSIC_MATRIX_REFERENCE_WIDTH,
    _INTRINSIC_MATRIX_REFERENCE_HEIGHT,
    _PIXEL_SIZE,
    _SIMULATED_APERTURE,
    _PORTRAIT_SCORE,
    _EFFECT_STRENGTH,
)
_LISTS = (
    _INTRINSIC_MATRIX,
    _EXTRINSIC_MATRIX,
    _LENS_DISTORTION_COEFFICIENTS,
    _INVERSE_LENS_DISTORTION_COEFFICIENTS,
)

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_PLAIN_NUMBERS = re.compile(
    r"(?:-?\d{1,17}(?:\.\d{1,24})?(?:[eE][+-]?\d{1,2})?(?: (?!$)|$))+", re.ASCII
)
"""Finite numbers with a space between each two."""
_PADDING = "\0 \t\r\n\ufeff"
_ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
)
_UTF16_LE = re.compile(rb"(?:[\t\n\r ]\0)*<\0")
_UTF16_BE = re.compile(rb"(?:\0[\t\n\r ])*\0<")
_MAX_TEXT = 64
_MAX_LIST = 64

_MAX_REMEMBERED = 32 * 1024
_TEXT = re.compile(r">([!-%'-;=?-~][\t\n -%'-;=?-~]*)<")
"""A text between two tags: ASCII, no reference, not begun by white space."""
_MARK = "\x7f"
"""Begins what stands for a text in the outline of a packet; no match of ``_TEXT`` holds it."""

_T = TypeVar("_T")
Values = dict[str, str | list[str]]
_Place = str | int | tuple[int, ...]
"""A property that is the same in all packets of one outline, or the numbers of its texts."""


def parse_calibration(
    xml: bytes, *, limit: int = DEFAULT_LIMITS.xmp_bytes, markup: int | None = None
) -> Calibration:
    """Return the calibration that an XMP packet carries; values that it lacks are None.

    ``markup`` is what ``count_markup`` returns for it, counted here where it is None.

    A value that is no finite number, a list of the wrong length and the like is None too, and
    ``problems`` states it. Raises MalformedError when the packet is not XML or declares entities,
    LimitError when it is longer than ``limit`` bytes or has more than 8,192 tags and attributes.
    """
    _check(xml, limit, count_markup(xml) if markup is None else markup)
    values = _outlined_values(xml)
    reader = _Reader(_values(_parse(xml)) if values is None else values)
    distortion_center = (
        reader.number(_LENS_DISTORTION_CENTER_OFFSET_X),
        reader.number(_LENS_DISTORTION_CENTER_OFFSET_Y),
    )
    return Calibration(
        float_min=reader.number(_FLOAT_MIN_VALUE),
        float_max=reader.number(_FLOAT_MAX_VALUE),
        native_format=reader.value(APDI + "NativeFormat", _four_cc),
        stored_format=reader.value(APDI + "StoredFormat", _four_cc),
        accuracy=reader.value(DEPTH_DATA + "Accuracy", _accuracy) or Accuracy.UNKNOWN,
        quality=reader.value(DEPTH_DATA + "Quality", _short_text),
        filtered=reader.value(DEPTH_DATA + "Filtered", _truth),
        version=reader.value(DEPTH_DATA + "DepthDataVersion", _whole),
        intrinsics=reader.numbers(_INTRINSIC_MATRIX, 9),
        reference_width=reader.number(_INTRINSIC_MATRIX_REFERENCE_WIDTH),
        reference_height=reader.number(_INTRINSIC_MATRIX_REFERENCE_HEIGHT),
        extrinsics=reader.numbers(_EXTRINSIC_MATRIX, 12),
        distortion=reader.numbers(_LENS_DISTORTION_COEFFICIENTS, 8),
        inverse_distortion=reader.numbers(_INVERSE_LENS_DISTORTION_COEFFICIENTS, 8),
        distortion_center=_pair(*distortion_center),
        pixel_size_mm=reader.number(_PIXEL_SIZE),
        simulated_aperture=reader.number(_SIMULATED_APERTURE),
        portrait_score=reader.number(_PORTRAIT_SCORE),
        effect_strength=reader.number(_EFFECT_STRENGTH),
        auxiliary_image_type=reader.value(APDI + "AuxiliaryImageType", _short_text),
        problems=tuple(reader.problems),
    )


def count_markup(xml: bytes) -> int:
    """Return about how many tags and attributes there are, in UTF-8, UTF-16 or UTF-32.

    What takes time is not the length of an XMP: 80,000 elements in 240 KB take as long as 150
    headers.
    """
    text = xml if xml[:1] == b"<" and xml[1:2] != b"\0" else _decoded(xml)
    if isinstance(text, str):
        return text.count("<") + text.count("=")
    return text.count(b"<") + text.count(b"=")


def _decoded(xml: bytes) -> bytes | str:
    """Return UTF-16 and UTF-32 as text, anything else as it is; without padding around it.

    By the byte order mark, else by the zero bytes beside the first character, ``<`` (XML 1.0
    appendix F). Bytes that are no text in that encoding, e.g. half a character of padding, are
    left out.
    """
    encoding = next((name for start, name in _ENCODINGS if xml.startswith(start)), "")
    if not encoding and _UTF16_LE.match(xml):
        encoding = "utf-16-le"
    if not encoding and _UTF16_BE.match(xml):
        encoding = "utf-16-be"
    if encoding:
        return xml.decode(encoding, "ignore").strip(_PADDING)
    return xml.strip(b"\0 \t\r\n")


def parse_packet(xml: bytes, *, limit: int = DEFAULT_LIMITS.xmp_bytes) -> Element:
    """Return the root element of an XMP packet; errors are those of ``parse_calibration``."""
    _check(xml, limit, count_markup(xml))
    return _parse(xml)


def _check(xml: bytes, limit: int, markup: int) -> None:
    if len(xml) > limit:
        raise LimitError(f"the XMP has {len(xml):,} bytes; the limit is {limit:,}")
    if markup > MAX_MARKUP:
        raise LimitError(f"the XMP has {markup:,} tags and attributes; the limit is {MAX_MARKUP:,}")


def _parse(xml: bytes) -> Element:
    # Imported here: most headers are read for a row of a list, which needs no XML parser.
    from xml.etree.ElementTree import ParseError

    try:
        return (_parse_plain if _is_plain(xml) else _parse_defused)(_decoded(xml))
    except (ParseError, ValueError, LookupError) as error:
        raise MalformedError(f"the XMP is not XML ({error})") from error


def _is_plain(xml: bytes) -> bool:
    """Return whether a packet can hold no declaration: no entity, no other encoding.

    ASCII without ``<!`` and without ``encoding`` has none, as phones write it.
    """
    return xml.isascii() and b"<!" not in xml and b"encoding" not in xml


def _parse_plain(xml: bytes | str) -> Element:
    from xml.etree.ElementTree import fromstring

    # The parser in C takes a quarter of the time of defusedxml's, which is in Python.
    return fromstring(xml)  # noqa: S314  nothing is declared, see _is_plain


def _parse_defused(xml: bytes | str) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise MalformedError("the XMP declares entities or a document type") from error
    return root


def _values(root: Element) -> Values:
    """Collect Apple's properties of every rdf:Description; the first of a name counts."""
    values: Values = {}
    for description in root.iter(_RDF + "Description"):
        for name, text in description.attrib.items():
            if name.startswith(_NAMESPACES):
                values.setdefault(name, text.strip())
        for child in description:
            if child.tag.startswith(_NAMESPACES):
                values.setdefault(child.tag, _content(child))
    return values


def _outlined_values(xml: bytes) -> Values | None:
    """Return what ``_values`` does, by the outline of the packet; None where that is not possible.

    Packets of one phone differ in the texts between their tags only. What is left without them,
    the outline, is parsed once for all, which takes a sixth of the time.
    """
    if len(xml) > _MAX_REMEMBERED or not xml.isascii():
        return None
    parts = _TEXT.split(xml.decode("ascii").strip(_PADDING))
    places = _places(tuple(parts[::2]))
    if places is None:
        return None
    texts = parts[1::2]
    return {
        name: texts[place].strip()
        if isinstance(place, int)
        else place
        if isinstance(place, str)
        else [texts[number].strip() for number in place]
        for name, place in places
    }


@lru_cache(maxsize=32)
def _places(outline: tuple[str, ...]) -> tuple[tuple[str, _Place], ...] | None:
    """Return each property of the packets with an outline; None where only ``_parse`` reads them.

    A packet's tags stay the same when other texts that ``_TEXT`` matches take the place of its own:
    none of them holds ``<``, ``>``, ``&`` or a control character but tab and line feed.
    """
    marked = [outline[0]]
    for number, piece in enumerate(outline[1:]):
        marked += (f">{_MARK}{number}<", piece)
    xml = "".join(marked)
    if "&" in xml or any(_MARK in piece for piece in outline) or not _is_plain(xml.encode("ascii")):
        return None
    from xml.etree.ElementTree import ParseError

    try:
        values = _values(_parse_plain(xml))
    except ParseError:
        return None
    try:
        return tuple([(name, _place(text)) for name, text in values.items()])
    except ValueError:
        return None


def _place(text: str | list[str]) -> _Place:
    """Return the numbers of the texts that a property of an outline consists of.

    Raises ValueError where they are only a part of it.
    """
    if isinstance(text, list):
        return tuple([_text_number(one) for one in text])
    return _text_number(text) if _MARK in text else text


def _text_number(text: str) -> int:
    if text[:1] != _MARK:
        raise ValueError("it consists of more than one text")
    return int(text[1:])


def _content(element: Element) -> str | list[str]:
    sequence = element.find(_RDF + "Seq")
    if sequence is None:
        return (element.text or "").strip()
    entries = sequence.findall(_RDF + "li")[: _MAX_LIST + 1]
    return [(entry.text or "").strip() for entry in entries]


class _Reader:
    """Turns collected values into numbers, noting what was refused."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._plain = _plain_numbers(values)
        self.problems: list[str] = []

    def value(self, name: str, convert: Callable[[str], _T]) -> _T | None:
        found = self._values.get(name)
        if found is None:
            return None
        if isinstance(found, list):
            self._refuse(name, "is a list")
            return None
        try:
            return convert(found)
        except ValueError as error:
            self._refuse(name, str(error))
            return None

    def number(self, name: str) -> float | None:
        found = self._plain.get(name)
        return found if isinstance(found, float) else self.value(name, _finite)

    def numbers(self, name: str, count: int) -> tuple[float, ...] | None:
        known = self._plain.get(name)
        if isinstance(known, tuple) and len(known) == count:
            return known
        found = self._values.get(name)
        if found is None:
            return None
        if not isinstance(found, list) or len(found) != count:
            there = len(found) if isinstance(found, list) else "no"
            self._refuse(name, f"has {there} values instead of {count}")
            return None
        try:
            return tuple([_finite(text) for text in found])
        except ValueError as error:
            self._refuse(name, str(error))
            return None

    def _refuse(self, name: str, why: str) -> None:
        self.problems.append(f"{name.partition('}')[2]} {why}")


def _plain_numbers(values: Values) -> dict[str, float | tuple[float, ...]]:
    """Return the numbers and lists of numbers among the values; none where one is no plain number.

    One match for all takes half the time of one for each.
    """
    single = [(name, found) for name in _NUMBERS if isinstance(found := values.get(name), str)]
    lists = [(name, found) for name in _LISTS if isinstance(found := values.get(name), list)]
    texts = [found for _, found in single]
    for _, entries in lists:
        texts += entries
    joined = " ".join(texts)
    if joined.count(" ") != len(texts) - 1 or not _PLAIN_NUMBERS.fullmatch(joined):
        return {}
    read = tuple(map(float, texts))
    at = len(single)
    plain: dict[str, float | tuple[float, ...]] = {}
    plain.update((name, value) for (name, _), value in zip(single, read[:at], strict=True))
    for name, entries in lists:
        plain[name] = read[at : at + len(entries)]
        at += len(entries)
    return plain


def _shown(text: str) -> str:
    return repr(text if len(text) <= 24 else text[:23] + "…")


def _is_number(text: str) -> bool:
    return len(text) <= _MAX_TEXT and _NUMBER.fullmatch(text) is not None


def _finite(text: str) -> float:
    value = float(text) if _is_number(text) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"is {_shown(text)}, not a finite number")
    return value


def _whole(text: str) -> int:
    value = _finite(text)
    if value != int(value):
        raise ValueError(f"is {_shown(text)}, not a whole number")
    return int(value)


@lru_cache(maxsize=16)
def _four_cc(text: str) -> str:
    value = _whole(text)
    code = value.to_bytes(4, "big") if 0 <= value < 1 << 32 else b""
    if not code or not all(0x20 <= byte < 0x7F for byte in code):
        raise ValueError(f"is {_shown(text)}, not a four-character code")
    return code.decode("ascii")


@lru_cache(maxsize=16)
def _accuracy(text: str) -> Accuracy:
    try:
        return Accuracy(text.lower())
    except ValueError:
        raise ValueError(f"is {_shown(text)}, neither absolute nor relative") from None


def _truth(text: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in known:
        raise ValueError(f"is {_shown(text)}, neither True nor False")
    return known[text.lower()]


def _short_text(text: str) -> str:
    if not text or len(text) > _MAX_TEXT:
        raise ValueError(f"has {len(text)} characters")
    return text


def _pair(x: float | None, y: float | None) -> tuple[float, float] | None:
    return None if x is None or y is None else (x, y)
