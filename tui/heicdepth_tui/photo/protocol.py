"""Frames between the app and its decoder process: a small JSON head and, with pixels, raw bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from heicdepth_tui import errors
from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import Rendered, RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.photo.layers import Answer, Layer, LayerKind, Pixels, Request
from heicdepth_tui.photo.region import SampleRegion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "MAX_HEAD",
    "Frame",
    "FrameReader",
    "ProtocolError",
    "pack",
    "pack_answer",
    "read_answer",
    "request_from_head",
    "request_to_head",
]

_PREFIX = struct.Struct(">4sIQ")
_MAGIC = b"hdt1"
MAX_HEAD = 1 << 20
"""Bytes of JSON in one frame: thousands of times what an answer needs."""

_ITEM_SIZES = {"uint8": 1, "uint16": 2}
_MAX_DIMENSIONS = 3
_CHANNELS = 3


class ProtocolError(Exception):
    """The other end sent bytes that are no frame; the connection cannot go on."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its JSON object and the raw bytes that follow it."""

    head: dict[str, Any]
    raw: bytearray


class FrameReader:
    """Puts frames together from a stream that gives its bytes piecemeal.

    ``max_raw`` bounds the raw bytes of a frame: the other end cannot make this one allocate more.
    """

    def __init__(self, *, max_raw: int) -> None:
        self._max_raw = max_raw
        self._head: dict[str, Any] | None = None
        self._lengths: tuple[int, int] | None = None
        self._expect(_PREFIX.size)

    def _expect(self, length: int) -> None:
        self._buffer = bytearray(length)
        self._filled = 0

    def read(self, readinto: Callable[[memoryview], int | None]) -> Frame | None:
        """Return the next whole frame, or None when ``readinto`` has no more bytes for now.

        ``readinto`` behaves as ``io.RawIOBase.readinto``: None when it would block, 0 at the end.
        Raises EOFError at the end of the stream, ProtocolError when the bytes are no frame.
        """
        while True:
            while self._filled < len(self._buffer):
                count = readinto(memoryview(self._buffer)[self._filled :])
                if count is None:
                    return None
                if count == 0:
                    raise EOFError
                self._filled += count
            frame = self._advance()
            if frame is not None:
                return frame

    def _advance(self) -> Frame | None:
        """Take the part that is complete; return the frame when it was the last part."""
        buffer = self._buffer
        if self._lengths is None:
            self._lengths = self._parse_prefix(buffer)
            self._expect(self._lengths[0])
            return None
        if self._head is None:
            self._head = _parse_head(buffer)
            self._expect(self._lengths[1])
            if self._lengths[1]:
                return None
            buffer = self._buffer
        frame = Frame(self._head, buffer)
        self._head = self._lengths = None
        self._expect(_PREFIX.size)
        return frame

    def _parse_prefix(self, buffer: bytearray) -> tuple[int, int]:
        magic, head, raw = _PREFIX.unpack(buffer)
        if magic != _MAGIC or not 0 < head <= MAX_HEAD or raw > self._max_raw:
            raise ProtocolError(f"bad frame: {magic!r}, {head} + {raw} bytes")
        return head, raw


def _parse_head(buffer: bytearray) -> dict[str, Any]:
    try:
        head = json.loads(buffer)
    except ValueError as error:
        raise ProtocolError(f"bad frame: {error}") from error
    if not isinstance(head, dict):
        raise ProtocolError("bad frame: its head is no object")
    return head


def pack(head: Mapping[str, object], raw_length: int = 0) -> bytes:
    """Return the start of a frame: prefix and JSON; ``raw_length`` raw bytes must follow."""
    text = json.dumps(head, separators=(",", ":")).encode("ascii")
    if len(text) > MAX_HEAD:
        raise ProtocolError(f"a head of {len(text)} bytes is too long")
    return _PREFIX.pack(_MAGIC, len(text), raw_length) + text


def request_to_head(request: Request) -> dict[str, object]:
    """Return a request as a JSON object; lone surrogates of undecodable file names survive."""
    return {
        "type": "request",
        "ticket": request.ticket,
        "slot": request.slot,
        "path": request.path,
        "layer": [request.layer.kind.value, request.layer.item_id, request.layer.name],
        "fit": request.fit,
        "exact": request.exact,
        "partial": request.partial,
        "keep": request.keep,
        "stored": request.stored,
        "render": None if request.render is None else _spec_to_head(request.render),
        "region": request.region,
        "level": request.level,
    }


def request_from_head(head: Mapping[str, Any]) -> Request:
    """Return the request that ``request_to_head`` wrote."""
    kind, item_id, name = head["layer"]
    return Request(
        ticket=head["ticket"],
        slot=head["slot"],
        path=head["path"],
        layer=Layer(LayerKind(kind), item_id, name),
        fit=_pair(head["fit"]),
        exact=_pair(head["exact"]),
        partial=head["partial"],
        keep=head["keep"],
        stored=head["stored"],
        render=None if head["render"] is None else _spec_from_head(head["render"]),
        region=_region(head["region"]),
        level=head["level"],
    )


def _spec_to_head(spec: RenderSpec) -> list[object]:
    return [
        spec.cells,
        spec.blocks.value,
        spec.mode.value,
        spec.tolerance,
        spec.colormap,
        spec.cell_pixels,
        spec.turn,
        (spec.scale.low, spec.scale.high, spec.scale.is_far_bright),
        spec.cell_aspect,
    ]


def _spec_from_head(head: list[Any]) -> RenderSpec:
    (columns, rows), blocks, mode, tolerance, colormap, cell_pixels, turn, scale, aspect = head
    return RenderSpec(
        (columns, rows),
        Blocks(blocks),
        ColorMode(mode),
        tolerance,
        colormap,
        _pair(cell_pixels),
        (int(turn[0]), bool(turn[1])),
        CodeScale(*scale),
        float(aspect),
    )


def _region(value: list[int] | None) -> SampleRegion | None:
    return None if value is None else SampleRegion(*map(int, value))


def _pair(value: list[int] | None) -> tuple[int, int] | None:
    return None if value is None else (value[0], value[1])


def pack_answer(answer: Answer) -> tuple[bytes, memoryview, bytes]:
    """Return an answer as the start of its frame and the raw bytes that follow it.

    These are the samples and, behind them, the rendered layer: its rows, a line each, or the RGB
    bytes of its image.
    """
    head: dict[str, object] = {
        "type": "answer",
        "ticket": answer.request.ticket,
        "final": answer.final,
    }
    raw = memoryview(b"")
    rendered = b""
    if answer.error is not None:
        head["error"] = _error_to_head(answer.error)
    if answer.pixels is not None:
        head["pixels"], raw = _pixels_to_head(answer.pixels)
    if isinstance(answer.rendered, RenderedRows):
        rendered = "\n".join(answer.rendered.rows).encode()
        head["rendered"] = [*answer.rendered.fit, len(rendered)]
    elif answer.rendered is not None:
        rendered = answer.rendered.rgb
        head["image"] = answer.rendered.fit
    return pack(head, raw.nbytes + len(rendered)), raw, rendered


def read_answer(request: Request, frame: Frame) -> Answer:
    """Return the answer to ``request`` that a frame of type ``answer`` carries.

    The array shares the frame's bytes. Raises ProtocolError when head and bytes do not agree.
    Imports numpy when the array is looked at, not before.
    """
    try:
        head = frame.head
        rendered: Rendered | None = None
        length = 0
        if "rendered" in head:
            rendered, length = _rows_from_head(head["rendered"], frame.raw)
        elif "image" in head:
            rendered = _image_from_head(head["image"], frame.raw)
            length = rendered.nbytes
        samples = memoryview(frame.raw)[: len(frame.raw) - length]
        return Answer(
            request=request,
            pixels=_pixels_from_head(head["pixels"], samples) if "pixels" in head else None,
            error=_error_from_head(head["error"]) if "error" in head else None,
            final=bool(head["final"]),
            rendered=rendered,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"bad answer: {error}") from error


def _rows_from_head(head: list[Any], raw: bytearray) -> tuple[RenderedRows, int]:
    """Return the picture at the end of ``raw``, and how many bytes it takes there."""
    cols, rows, width, height, length = map(int, head)
    if not 0 <= length <= len(raw):
        raise ProtocolError(f"bad answer: {len(raw)} bytes for a picture of {length}")
    lines = tuple(raw[len(raw) - length :].decode().split("\n")) if length else ()
    if len(lines) != rows:
        raise ProtocolError(f"bad answer: {len(lines)} lines for a picture of {rows} rows")
    return RenderedRows(Fit(cols, rows, width, height), lines), length


def _image_from_head(head: list[Any], raw: bytearray) -> RenderedImage:
    """Return the image at the end of ``raw``."""
    fit = Fit(*map(int, head))
    length = fit.width * fit.height * _CHANNELS
    if min(fit) < 0 or length > len(raw):
        raise ProtocolError(f"bad answer: {len(raw)} bytes for an image of {fit}")
    return RenderedImage(fit, bytes(memoryview(raw)[len(raw) - length :]))


def _pixels_to_head(pixels: Pixels) -> tuple[dict[str, object], memoryview]:
    # Not imported above: the app imports numpy only once it has pixels.
    import numpy as np

    from heicdepth_tui.photo.sample_arrays import contiguous

    array = contiguous(pixels.array)
    head: dict[str, object] = {
        "array_shape": array.shape,
        "array_dtype": array.dtype.name,
        "shape": pixels.shape,
        "dtype": pixels.dtype,
        "minimum": pixels.minimum,
        "maximum": pixels.maximum,
        "bits": pixels.bits,
        "note": pixels.note,
        "space": pixels.space,
        "converted_from": pixels.converted_from,
        "region": pixels.region,
        "level": pixels.level,
        "counts": pixels.counts,
    }
    return head, array.reshape(-1).view(np.uint8).data


def _pixels_from_head(head: Mapping[str, Any], raw: memoryview) -> Pixels:
    shape = tuple(int(side) for side in head["array_shape"])
    dtype = str(head["array_dtype"])
    item_size = _ITEM_SIZES.get(dtype)
    if item_size is None or not 0 < len(shape) <= _MAX_DIMENSIONS or min(shape) < 0:
        raise ProtocolError(f"bad answer: an array {shape} of {dtype}")
    if prod(shape) * item_size != len(raw):
        raise ProtocolError(f"bad answer: {len(raw)} bytes for an array {shape} of {dtype}")
    return Pixels(
        array=_LateSamples(shape, dtype, raw),
        shape=tuple(int(side) for side in head["shape"]),
        dtype=str(head["dtype"]),
        minimum=int(head["minimum"]),
        maximum=int(head["maximum"]),
        bits=int(head["bits"]),
        note=str(head["note"]),
        space=str(head["space"]),
        converted_from=str(head["converted_from"]),
        region=_region(head["region"]),
        level=int(head["level"]),
        counts=None if head["counts"] is None else tuple(map(int, head["counts"])),
    )


class _LateSamples:
    """Samples in a frame's bytes; calling it imports numpy and returns the array."""

    __slots__ = ("_dtype", "_raw", "_shape")

    def __init__(self, shape: tuple[int, ...], dtype: str, raw: memoryview) -> None:
        self._shape = shape
        self._dtype = dtype
        self._raw = raw

    @property
    def nbytes(self) -> int:
        return len(self._raw)

    def __call__(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        import numpy as np

        array: NDArray[np.uint8] | NDArray[np.uint16]
        array = np.frombuffer(self._raw, dtype=self._dtype).reshape(self._shape)
        return array


def _error_to_head(error: HeicDepthError) -> dict[str, object]:
    head: dict[str, object] = {
        "class": _public_class(error).__name__,
        "what": error.what,
        "hint": error.hint,
        "path": None if error.path is None else str(error.path),
    }
    if isinstance(error, errors.NotHeifError):
        head["kind"] = error.kind
    return head


def _public_class(error: HeicDepthError) -> type[HeicDepthError]:
    """Return the nearest class of an error that errors.py defines."""
    for cls in type(error).__mro__:
        if issubclass(cls, HeicDepthError) and cls.__module__ == errors.__name__:
            return cls
    return HeicDepthError


def _error_from_head(head: Mapping[str, Any]) -> HeicDepthError:
    found = getattr(errors, str(head["class"]), None)
    if not (isinstance(found, type) and issubclass(found, HeicDepthError)):
        raise ProtocolError(f"bad answer: an error of class {head['class']!r}")
    what, hint = str(head["what"]), str(head["hint"])
    path = None if head["path"] is None else str(head["path"])
    if found is errors.NotHeifError:
        return errors.NotHeifError(what, kind=str(head["kind"]), path=path, hint=hint)
    return found(what, path=path, hint=hint)
