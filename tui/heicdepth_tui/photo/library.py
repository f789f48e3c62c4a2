"""The door to pillow-heif for reading: HEIF bytes to samples, every failure a DecodeError."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pillow_heif

from heicdepth_tui.errors import DecodeError, HeicDepthError, UnsupportedError
from heicdepth_tui.photo.layers import Layer, LayerKind
from heicdepth_tui.photo.shrink import Samples

__all__ = ["Decoded", "decode_hevc", "decode_layer", "translated"]

_COLOURS = 3
_UNSUPPORTED = ("nsupported", "not been built in")


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Samples as pillow-heif gives them, without transparency; ``note`` says what was left out."""

    samples: Samples
    bits: int
    note: str = ""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn whatever pillow-heif raises inside into a DecodeError that says what it was about.

    ``what`` names the thing that was being decoded. UnsupportedError where the codec or the
    bit depth is the cause.
    """
    try:
        yield
    except HeicDepthError:
        raise
    except Exception as error:
        # Hostile bytes make it raise some ten kinds, not all of them documented.
        raise _translate(what, error) from error


def _translate(what: str, error: Exception) -> DecodeError:
    said = " ".join(str(error).split()) or type(error).__name__
    if _is_out_of_memory(error, said):
        return DecodeError(f"{what} needs more memory than the decoder is allowed")
    if isinstance(error, NotImplementedError) or any(word in said for word in _UNSUPPORTED):
        return UnsupportedError(
            f"the decoder does not support the coding of {what}: {said}",
            hint="convert it with another program",
        )
    if isinstance(error, EOFError):
        return DecodeError(f"the data of {what} end too early: {said}", hint="copy the file again")
    return DecodeError(f"{what} cannot be decoded: {said}")


def _is_out_of_memory(error: Exception, said: str) -> bool:
    # libheif reports its own size limits as "Memory allocation error: Security limit exceeded".
    return (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) == errno.ENOMEM
        or ("allocation" in said.lower() and "limit" not in said.lower())
    )


def decode_hevc(data: bytes, what: str) -> Decoded:
    """Return the picture of a HEIC that holds a single image, as ``mux.wrap_hevc`` writes it.

    (H, W) for monochrome, (H, W, 3) for colour, uint8, or uint16 with 10- and 12-bit values
    unshifted. Raises DecodeError, UnsupportedError.
    """
    with translated(what):
        return _samples(_open(data)[0])


def decode_layer(
    data: bytes, layer: Layer, item_id: int, *, coding: str, position: int = 0
) -> Decoded:
    """Return a layer, upright, of a whole HEIF file as pillow-heif decodes it.

    ``coding`` is the item's type, for the message; ``position`` is the index of a thumbnail.
    Raises DecodeError, UnsupportedError.
    """
    with translated(f"its {layer.label}"):
        opened = _open(data)
        if not len(opened):
            raise UnsupportedError(
                f"the decoder finds no picture in it (its coding is {coding})",
                hint="convert it with another program",
            )
        primary = opened[opened.primary_index]
        match layer.kind:
            case LayerKind.PRIMARY:
                return _samples(primary)
            case LayerKind.THUMBNAIL:
                return _samples(primary.get_thumbnail(position))
            case LayerKind.DEPTH:
                images = primary.info["depth_images"]
                if not images:
                    raise DecodeError("the decoder cannot load its depth map")
                return _samples(images[0])
            case LayerKind.AUXILIARY:
                return _samples(primary.get_aux_image(item_id))


def _open(data: bytes) -> Any:
    return pillow_heif.open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)


def _samples(image: Any) -> Decoded:
    samples: Samples = np.asarray(image)
    kind, _, depth = str(image.mode).partition(";")
    bits = int(depth.rstrip("LBN")) if depth else 8
    note = ""
    if samples.ndim == _COLOURS and samples.shape[2] != _COLOURS:
        # RGBA and LA: the alpha plane is a layer of its own.
        note = "transparency is not shown"
        samples = samples[:, :, 0] if kind[:1] == "L" else samples[:, :, :_COLOURS]
    stored = image.info.get("bit_depth", bits) if hasattr(image, "info") else bits
    if bits == 16 and 8 < stored < bits:
        samples = (samples >> (bits - stored)).astype(np.uint16)
        bits = stored
    return Decoded(samples, bits, note)
