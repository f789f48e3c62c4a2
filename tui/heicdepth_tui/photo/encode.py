"""Arrays to coded pictures: pillow-heif encodes, then the pieces that an item needs are taken."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.mux import CodedPicture, TiledPicture

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.uint8] | NDArray[np.uint16]

__all__ = ["SRGB_COLR", "CodedPicture", "encode_grid", "encode_hevc"]

SRGB_COLR = b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)
"""Body of the ``colr`` box for ``encode_hevc``: BT.709 primaries, sRGB, BT.601, full range."""

# With threads of its own the encoder writes other bytes on machines with other numbers of cores.
_ENCODER = {"preset": "ultrafast", "x265:pools": "none", "x265:frame-threads": "1"}
_CONTAINERS = {"meta": 4, "iprp": 0, "ipco": 0}
"""Boxes to look into, and the bytes between their header and their first child."""


def encode_hevc(
    array: Samples, *, quality: int, bits: int = 8, smooth: bool = False
) -> CodedPicture:
    """Return ``array`` as one coded HEVC picture.

    ``array`` is (H, W) for monochrome or (H, W, 3) for RGB: uint8 for ``bits`` 8, uint16 holding
    0 .. 2**bits − 1 for 10 and 12. ``quality`` is 0 to 100, or −1: monochrome then comes back
    sample for sample; colour goes through Y'CbCr 4:4:4 and comes back within a few levels.
    ``smooth`` is for pictures with little detail: blocks of 32 samples and no smaller ones take
    half the time and a third more bytes. The same array gives the same bytes; one thread is used,
    so encode several pictures at once.
    Raises ValueError for another shape, dtype or bit depth, or where a sample exceeds ``bits``.
    """
    import numpy as np
    import pillow_heif

    _check(array, bits)
    height, width = array.shape[:2]
    mode = ("L" if array.ndim == 2 else "RGB") + ("" if bits == 8 else f";{bits}")
    blocks = {"x265:min-cu-size": "32"} if smooth else {}
    options: dict[str, object] = {"enc_params": {**_ENCODER, **blocks}, "bit_depth": bits}
    if quality == -1 and array.ndim == 3:
        options["chroma"] = 444
    file = io.BytesIO()
    pillow_heif.encode(
        mode,
        (width, height),
        np.ascontiguousarray(array).tobytes(),
        file,
        quality=quality,
        **options,
    )
    return _take_out(file.getvalue(), Size(width, height))


def encode_grid(
    array: Samples, *, tile: int, quality: int, bits: int = 8, smooth: bool = False
) -> TiledPicture:
    """Return ``array`` as a grid of ``tile`` x ``tile`` pictures, encoded as ``encode_hevc`` does.

    The last row and column are filled up by repeating the edge; the grid's size crops them.
    Raises ValueError as ``encode_hevc`` does, and for tiles that are odd or under 64 samples.
    """
    import numpy as np

    if tile < 64 or tile % 2:
        raise ValueError(f"a tile is even and at least 64 samples wide, not {tile}")
    height, width = array.shape[:2]
    rows, columns = -(-height // tile), -(-width // tile)
    margins = [(0, rows * tile - height), (0, columns * tile - width)]
    full: NDArray[Any] = np.pad(array, margins + [(0, 0)] * (array.ndim - 2), mode="edge")
    tiles = tuple(
        encode_hevc(
            full[row * tile : (row + 1) * tile, column * tile : (column + 1) * tile],
            quality=quality,
            bits=bits,
            smooth=smooth,
        )
        for row in range(rows)
        for column in range(columns)
    )
    return TiledPicture(tiles, rows, columns, Size(width, height))


def _check(array: Samples, bits: int) -> None:
    if bits not in (8, 10, 12):
        raise ValueError(f"HEVC is written with 8, 10 or 12 bits, not {bits}")
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        raise ValueError(f"a picture is (H, W) or (H, W, 3), not {array.shape}")
    expected = "uint8" if bits == 8 else "uint16"
    if array.dtype != expected:
        raise ValueError(f"{bits}-bit samples come as {expected}, not {array.dtype}")
    if array.size == 0 or int(array.max()) >> bits:
        raise ValueError(f"a picture needs samples, and none above {2**bits - 1}")


def _take_out(data: bytes, given: Size) -> CodedPicture:
    """Find the pieces in a file that pillow-heif has just written with this one picture in it."""
    found = dict(_boxes(data, 0, len(data)))
    size = Size(*struct.unpack(">II", found["ispe"][4:12]))
    pixi = found["pixi"]
    return CodedPicture(
        found["hvcC"], found["mdat"], size, tuple(pixi[5:]), None if size == given else given
    )


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[str, bytes]]:
    while start < end:
        length, kind = struct.unpack_from(">I4s", data, start)
        name = kind.decode("latin-1")
        if name in _CONTAINERS:
            yield from _boxes(data, start + 8 + _CONTAINERS[name], start + length)
        else:
            yield name, data[start + 8 : start + length]
        start += length
