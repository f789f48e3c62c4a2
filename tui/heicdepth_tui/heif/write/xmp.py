"""Writes XMP as Apple's cameras do: the calibration of a depth map, and the gain map's version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from heicdepth_tui.heif.depth_facts import Accuracy, Calibration

__all__ = ["build_calibration", "build_description"]

_NAMESPACES = {
    "apdi": "http://ns.apple.com/pixeldatainfo/1.0/",
    "depthData": "http://ns.apple.com/depthData/1.0/",
    "depthBlurEffect": "http://ns.apple.com/depthBlurEffect/1.0/",
    "portraitLightingEffect": "http://ns.apple.com/portraitLightingEffect/2.0/",
    "HDRGainMap": "http://ns.apple.com/HDRGainMap/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}

_Value = str | tuple[str, ...]


def build_description(values: Iterable[tuple[str, _Value]]) -> bytes:
    """Return an XMP packet of one rdf:Description whose child elements are ``values``.

    Each is a prefixed name (``depthData:Quality``; known prefixes only) and its text, or a tuple
    of texts that becomes an rdf:Seq. The text is escaped.
    """
    pairs = list(values)
    used = [prefix for prefix in _NAMESPACES if any(n.startswith(f"{prefix}:") for n, _ in pairs)]
    spaces = "".join(f'\n            xmlns:{prefix}="{_NAMESPACES[prefix]}"' for prefix in used)
    body = "\n".join(_element(name, value) for name, value in pairs)
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">\n'
        '   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'      <rdf:Description rdf:about=""{spaces}>\n{body}\n'
        "      </rdf:Description>\n   </rdf:RDF>\n</x:xmpmeta>\n"
    ).encode()


def build_calibration(calibration: Calibration, *, bits: int = 8) -> bytes:
    """Return the XMP of a depth item with every value of ``calibration`` that is not None.

    Numbers are written so that they read back exactly; a four-character code becomes the integer
    of its big-endian bytes; ``Accuracy.UNKNOWN`` is left out. ``bits`` gives IntMaxValue.
    """
    return build_description(_calibration_values(calibration, bits))


def _calibration_values(c: Calibration, bits: int) -> Iterator[tuple[str, _Value]]:
    yield "apdi:IntMinValue", "0"
    yield "apdi:IntMaxValue", str(2**bits - 1)
    yield from _given("apdi:FloatMinValue", c.float_min)
    yield from _given("apdi:FloatMaxValue", c.float_max)
    yield from _given("apdi:NativeFormat", _code(c.native_format))
    yield from _given("apdi:StoredFormat", _code(c.stored_format))
    yield from _given("apdi:AuxiliaryImageType", c.auxiliary_image_type)
    yield from _given("depthData:DepthDataVersion", c.version)
    if c.accuracy is not Accuracy.UNKNOWN:
        yield "depthData:Accuracy", c.accuracy.value
    yield from _given("depthData:Quality", c.quality)
    yield from _given("depthData:Filtered", c.filtered)
    yield from _given("depthData:IntrinsicMatrix", c.intrinsics)
    yield from _given("depthData:IntrinsicMatrixReferenceWidth", c.reference_width)
    yield from _given("depthData:IntrinsicMatrixReferenceHeight", c.reference_height)
    yield from _given("depthData:ExtrinsicMatrix", c.extrinsics)
    yield from _given("depthData:LensDistortionCoefficients", c.distortion)
    yield from _given("depthData:InverseLensDistortionCoefficients", c.inverse_distortion)
    if c.distortion_center is not None:
        yield from _given("depthData:LensDistortionCenterOffsetX", c.distortion_center[0])
        yield from _given("depthData:LensDistortionCenterOffsetY", c.distortion_center[1])
    yield from _given("depthData:PixelSize", c.pixel_size_mm)
    yield from _given("depthData:PortraitScore", c.portrait_score)
    yield from _given("depthBlurEffect:SimulatedAperture", c.simulated_aperture)
    yield from _given("portraitLightingEffect:EffectStrength", c.effect_strength)


def _given(name: str, value: object) -> Iterator[tuple[str, _Value]]:
    if value is not None:
        yield name, tuple(map(_text, value)) if isinstance(value, tuple) else _text(value)


def _text(value: object) -> str:
    """Whole numbers without a fraction, as Apple writes sizes; others so that they read back."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def _code(code: str | None) -> int | None:
    return None if code is None else int.from_bytes(code.encode("latin-1"), "big")


def _element(name: str, value: _Value) -> str:
    if isinstance(value, str):
        return f"         <{name}>{escape(value)}</{name}>"
    entries = "\n".join(f"               <rdf:li>{escape(entry)}</rdf:li>" for entry in value)
    return (
        f"         <{name}>\n            <rdf:Seq>\n{entries}\n            </rdf:Seq>\n"
        f"         </{name}>"
    )
