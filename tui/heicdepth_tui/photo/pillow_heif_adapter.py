"""Adapter to pillow-heif for reading: HEIF bytes to samples, every failure a DecodeError."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pillow_heif

from heicdepth_tui.errors import DecodeError, HeicDepthError, UnsupportedError
from heicdepth_tui.photo.sample_arrays import Samples
from heicdepth_tui.photo.threads import thread_limit

__all__ = ["Decoded", "decode_hevc", "translated"]

_COLOURS = 3
_DAMAGED = (
    "cannot be decoded: its data are damaged, or coded in a way that the decoder does not read"
)
_UNSUPPORTED = ("nsupported", "not been built in", "not implemented")
_ENDS_EARLY = ("nd of file", "nd of data", "runcated", "nsufficient", "ncomplete")
_LIMITED = "ecurity limit"
"""Parts of the libraries' messages; the whole sentences differ between versions."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Samples of pillow-heif without transparency; ``note`` states what was left out."""

    samples: Samples
    bits: int
    note: str = ""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn every exception of a decoding library into a DecodeError with a plain message.

    ``what`` names the thing that was being decoded. UnsupportedError where the codec or the
    bit depth is the cause. The library's exception is the error's ``__cause__``, and is logged.
    """
    try:
        yield
    except HeicDepthError:
        raise
    except Exception as error:
        # Hostile bytes make libraries raise some ten kinds, not all of them documented.
        _log.debug("%s: %s: %s", what, type(error).__name__, error)
        raise _translate(what, error) from error


def _translate(what: str, error: Exception) -> DecodeError:
    message = " ".join(str(error).split())
    if _is_out_of_memory(error, message):
        return DecodeError(f"{what} needs more memory than the decoder is allowed")
    if _LIMITED in message:
        return DecodeError(f"{what} cannot be decoded: it is larger than the decoder allows")
    if isinstance(error, NotImplementedError) or any(word in message for word in _UNSUPPORTED):
        return UnsupportedError(f"{what} uses a feature that the decoder does not support")
    if isinstance(error, EOFError) or any(word in message for word in _ENDS_EARLY):
        return DecodeError(f"the data of {what} end too early", hint="copy the file again")
    return DecodeError(f"{what} {_DAMAGED}")


def _is_out_of_memory(error: Exception, message: str) -> bool:
    # libheif reports its own size limits as "Memory allocation error: Security limit exceeded".
    return (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) == errno.ENOMEM
        or ("allocation" in message.lower() and "limit" not in message.lower())
    )


def decode_hevc(data: bytes, what: str) -> Decoded:
    """Return the primary picture of a HEIC, as ``wrap_hevc`` and ``wrap_items`` write it.

    (H, W) for monochrome, (H, W, 3) for colour, uint8, or uint16 with 10- and 12-bit values
    unshifted. Raises DecodeError, UnsupportedError.
    """
    if (limit := thread_limit()) > 0:
        # libheif starts a thread a tile, one after another, for one, and none for 0.
        pillow_heif.options.DECODE_THREADS = 0 if limit == 1 else limit
    with translated(what):
        opened = pillow_heif.open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
        if not len(opened):
            raise DecodeError(f"{what} {_DAMAGED}")
        return _samples(opened[opened.primary_index])


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
