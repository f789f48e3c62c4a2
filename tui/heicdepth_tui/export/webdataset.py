"""WebDataset: tar shards with photo, distances and record of each photo, for training.

A sample is three files with one key: ``KEY.photo.jpg`` (sRGB), ``KEY.depth.tiff`` (metres, float32,
NaN where invalid) and ``KEY.json``. The same photos give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from heicdepth_tui.errors import WriteError
from heicdepth_tui.export.pinhole import as_pinhole
from heicdepth_tui.export.record import json_line, photo_record
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.export.tiff import write_tiff
from heicdepth_tui.files import write_new_set

__all__ = ["Sample", "Sealed", "check_free", "make_sample", "sample_key", "write_shard"]

_JPEG_QUALITY = 95
_STEM_LENGTH = 40
_DIGEST_LENGTH = 16
_TAKEN_HINT = "finish it with the same photos and options, or choose another --name or folder"


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo of a data set: its key, and the bytes of its files by their extensions."""

    key: str
    files: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A shard whose bytes are all on the disk, before it gets its name."""

    path: Path
    bytes: int
    sha256: str


def sample_key(path: str) -> str:
    """Return the key of a photo: the start of its name and a digest of its path, in ASCII.

    The same path has the same key in every run, and two paths never share one. A key holds no dot:
    the extension of a file in a shard starts at the first.
    """
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(path).stem)[:_STEM_LENGTH]
    return f"{stem}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:_DIGEST_LENGTH]}"


def make_sample(source: ExportSource) -> Sample:
    """Return the sample of a photo, at the size that ``source.options`` gives its depth raster.

    The record is that of ``info --json`` with a further key ``sample``. Its path is the name of the
    file only, for privacy. Raises NoMetresError where the codes have no distances, NoCameraError
    and RectifyError where the lens is to be corrected and cannot be, and DecodeError.
    """
    record = photo_record(source.path.name, source.header, None, registration=source.registration)
    if source.options.cloud.rectify:
        source = source.once(as_pinhole)
    tiff = io.BytesIO()
    write_tiff(source, tiff)
    record["sample"] = _sample_record(source)
    return Sample(
        sample_key(str(source.path)),
        (
            ("photo.jpg", _jpeg(source)),
            ("depth.tiff", tiff.getvalue()),
            ("json", f"{json_line(record)}\n".encode()),
        ),
    )


def _jpeg(source: ExportSource) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.fromarray(source.raster_photo.rgb)
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def _sample_record(source: ExportSource) -> dict[str, Any]:
    """Return what the files of the sample are: size, unit, colours, K and caveats."""
    camera = source.raster_camera
    return {
        "width": source.raster_size.width,
        "height": source.raster_size.height,
        "unit": source.trust.unit_label,
        "accuracy": source.trust.long,
        "colours": source.raster_photo.long,
        "intrinsics": None if camera is None else camera.K.tolist(),
        "is_rectified": source.options.cloud.rectify,
        "notes": [*source.raster.short, *source.notes],
    }


def check_free(folder: Path, name: str) -> None:
    """Raise WriteError where ``name.tar`` exists: before minutes of decoding."""
    target = folder / f"{name}.tar"
    if os.path.lexists(target):
        raise WriteError("the shard exists already", path=target, hint=_TAKEN_HINT)


def write_shard(
    folder: Path,
    name: str,
    samples: Iterable[Sample],
    *,
    sealed: Callable[[Sealed], object] = lambda _: None,
) -> Sealed | None:
    """Write ``name.tar`` with the samples, whole or not at all; None where there are none.

    One sample is in memory at a time. ``sealed`` is called with what was written before the file
    has its name. Times and owners are zero. Raises WriteError where the name is taken or the file
    cannot be written; errors of ``samples`` pass.
    """
    check_free(folder, name)
    tar = _Tar(folder / f"{name}.tar", samples, sealed)
    with ExitStack() as stack:
        try:
            write_new_set(
                folder, name, [(".tar", lambda file: tar.write(file, stack))], numbered=False
            )
        except _EmptyShardError:
            return None
    return tar.done


class _EmptyShardError(Exception):
    """No sample was made, so that the draft is dropped."""


@dataclass(slots=True)
class _Tar:
    """Writes samples into a tar, once; a second file gets the bytes of the first."""

    target: Path
    samples: Iterable[Sample]
    sealed: Callable[[Sealed], object]
    done: Sealed | None = None
    _first: BinaryIO | None = None

    def write(self, file: BinaryIO, stack: ExitStack) -> None:
        """Fill a file; ``stack`` closes what is kept of the first."""
        if self._first is not None:
            # Where a folder has no hard links, a second draft is requested: the samples are gone.
            self._first.seek(0)
            shutil.copyfileobj(self._first, file)
            return
        hashed = _Hashed(file)
        if not _write_tar(cast("BinaryIO", hashed), self.samples):
            raise _EmptyShardError
        file.flush()
        self._first = stack.enter_context(os.fdopen(os.dup(file.fileno()), "rb"))
        self.done = Sealed(self.target, hashed.bytes, hashed.digest.hexdigest())
        self.sealed(self.done)


class _Hashed:
    """A binary file to write to that keeps the SHA-256 of its bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.bytes += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self.bytes


def _write_tar(file: BinaryIO, samples: Iterable[Sample]) -> int:
    count = 0
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for sample in samples:
            count += 1
            for extension, data in sample.files:
                member = tarfile.TarInfo(f"{sample.key}.{extension}")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return count
