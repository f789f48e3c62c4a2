"""PNG files of a photo's other pictures at their own size: mattes, gain map, thumbnails, eyes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from heicdepth_tui.errors import DecodeError, ExportError, MissingLayerError
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.options import ColourValues
from heicdepth_tui.export.png import colour_chunks, write_png
from heicdepth_tui.export.source import OutputFile, ascii_line
from heicdepth_tui.files import safe_name
from heicdepth_tui.heif.colour import UNKNOWN
from heicdepth_tui.photo.layers import Layer, LayerKind, eyes_of, layers_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.export.source import PhotoSource
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["layers_to_write", "output_files", "rgb16_png"]


def layers_to_write(header: Header) -> tuple[Layer, ...]:
    """Return the layers of a photo without the photo itself and its own depth map.

    All thumbnails, auxiliary images and further depth maps, and both eyes of a stereo pair.
    """
    layers = [
        layer
        for layer in layers_of(header)
        if layer.kind is not LayerKind.PRIMARY
        and not (layer.kind is LayerKind.DEPTH and layer.is_chosen)
    ]
    layers += [
        Layer(LayerKind.THUMBNAIL, item.id, f"thumbnail {number}")
        for number, item in enumerate(header.thumbnails[1:], 2)
    ]
    return (*layers, *eyes_of(header))


def output_files(source: PhotoSource) -> tuple[OutputFile, ...]:
    """Return the files of ``layers``; those that cannot be decoded are named in the summaries.

    Raises MissingLayerError where the photo has no further picture, ExportError where none can be
    decoded.
    """
    layers = layers_to_write(source.header)
    if not layers:
        raise MissingLayerError(
            "the photo holds no matte, gain map, thumbnail or second eye",
            path=source.path,
            hint="leave out --format layers",
        )
    made: list[tuple[str, bytes, str]] = []
    failed: list[str] = []
    for layer in layers:
        try:
            pixels = source.layers(layer)
        except DecodeError as error:
            # The decoder's errors name the layer.
            failed.append(error.what)
            continue
        text = "; ".join(_description(layer, pixels))
        suffix = f"-{safe_name(layer.label).replace(' ', '-')}.png"
        made.append((suffix, _encoded(source, pixels, text), text))
    if not made:
        raise ExportError(
            f"none of the photo's other pictures can be decoded: {'; '.join(failed)}",
            path=source.path,
            hint="leave out --format layers",
        )
    missing = f"; not written: {'; '.join(failed)}" if failed else ""
    return tuple(
        OutputFile(suffix, partial(_write, data), text + missing) for suffix, data, text in made
    )


def _write(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def _description(layer: Layer, pixels: Pixels) -> Iterator[str]:
    height, width = pixels.array.shape[:2]
    yield f"{layer.phrase} at its own size {width}x{height}"
    stored = f"{pixels.bits} bit values"
    yield stored if pixels.bits == 8 else f"{stored} as stored, 0 to {2**pixels.bits - 1}"
    if pixels.note:
        yield pixels.note


def _encoded(source: PhotoSource, pixels: Pixels, text: str) -> bytes:
    """Return a layer as a PNG; 8-bit colours in the space that the options request."""
    array: NDArray[Any] = pixels.array
    comments = source.comments()
    if array.ndim == 3 and array.dtype == np.uint16:
        return rgb16_png(array, {"Description": text, "Comment": "; ".join(comments)})
    chunks: dict[bytes, bytes] = {}
    if array.ndim == 3:
        coloured = Coloured(array[:, :, :3], pixels.space or UNKNOWN, pixels.converted_from)
        if source.options.colours is ColourValues.SRGB:
            coloured = coloured.in_srgb()
        array, chunks = coloured.rgb, colour_chunks(coloured)
    buffer = io.BytesIO()
    write_png(array, text, buffer, comments=comments, chunks=chunks)
    return buffer.getvalue()


def rgb16_png(array: NDArray[np.uint16], texts: dict[str, str]) -> bytes:
    """Return (H, W, 3) uint16 as a PNG of 16 bits a channel, values as they are.

    ``texts`` become tEXt chunks. Pillow writes no such PNG. PNG third edition: 11.2.1 IHDR with
    bit depth 16 and colour type 2, samples big-endian, filter type 0 before every row.
    """
    height, width = array.shape[:2]
    rows = np.zeros((height, 1 + width * 6), np.uint8)
    rows[:, 1:] = array.astype(">u2").reshape(height, -1).view(np.uint8)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", head)]
    parts += [
        _chunk(b"tEXt", f"{key}\0{ascii_line(text)}".encode("ascii")) for key, text in texts.items()
    ]
    parts += [_chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)), _chunk(b"IEND", b"")]
    return b"".join(parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
