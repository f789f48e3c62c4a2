"""WebDataset: tar shards with photo, distances and record of each photo, for training.

A sample is three files with one key: ``KEY.photo.jpg`` (sRGB), ``KEY.depth.tiff`` (metres, float32,
NaN where invalid) and ``KEY.json``. The same photos give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from heicdepth_tui.errors import HeicDepthError, NoDepthError, WriteError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.record import json_line, photo_record
from heicdepth_tui.export.run import LayerDecoder, read_source
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.export.tiff import write_tiff
from heicdepth_tui.files import write_new_set

__all__ = [
    "PHOTOS_A_SHARD",
    "Sample",
    "Shard",
    "export_shard",
    "make_sample",
    "sample_key",
    "shard_name",
    "write_shard",
]

PHOTOS_A_SHARD = 1000
_JPEG_QUALITY = 95
_STEM_LENGTH = 40
_DIGEST_LENGTH = 16
_TAKEN_HINT = "choose another name or folder"


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo of a data set: its key, and the bytes of its files by their extensions."""

    key: str
    files: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class Shard:
    """A shard that was written: its path, None where no photo had distances, and the counts."""

    path: Path | None = None
    samples: int = 0
    without_depth: int = 0
    failures: list[str] = field(default_factory=list)
    """One line for each photo that failed, with its path."""


def shard_name(stem: str, number: int) -> str:
    """Return the name of a shard without its suffix: ``depth-000012``."""
    return f"{stem}-{number:06d}"


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
    file only, for privacy. Raises NoMetresError where the codes have no distances, and DecodeError.
    """
    tiff = io.BytesIO()
    write_tiff(source, tiff)
    record = photo_record(source.path.name, source.header, None, registration=source.registration)
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
        "notes": [*source.raster.short, *source.notes],
    }


def write_shard(folder: Path, name: str, samples: Callable[[], Iterable[Sample]]) -> Path | None:
    """Write ``name.tar`` with the samples, whole or not at all; None where there are none.

    One sample is in memory at a time. ``samples`` is called again where the folder turns out to
    have no hard links. Times and owners are zero. Raises WriteError where the name is taken or the
    file cannot be written; errors of ``samples`` pass.
    """
    target = folder / f"{name}.tar"
    if os.path.lexists(target):  # before minutes of decoding; write_new_set decides
        raise WriteError("the shard exists already", path=target, hint=_TAKEN_HINT)

    def write(file: BinaryIO) -> None:
        if not _write_tar(file, samples()):
            raise _EmptyShardError

    try:
        return write_new_set(folder, name, [(".tar", write)], numbered=False)[0]
    except _EmptyShardError:
        return None


class _EmptyShardError(Exception):
    """No sample was made, so that the draft is dropped."""


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


def export_shard(
    paths: Sequence[str],
    folder: Path,
    name: str,
    options: ExportOptions,
    decode: LayerDecoder,
    done: Callable[[str], object] = lambda _: None,
) -> Shard:
    """Write the photos of ``paths`` as one shard, and return it with what could not be done.

    A function of its arguments alone: any number of processes may write shards of one folder. A
    photo without depth is counted, one that fails is reported, and neither costs the others.
    ``done`` is called with the path of each photo. Raises WriteError as ``write_shard`` does.
    """
    shard = Shard()

    def samples() -> Iterator[Sample]:
        shard.samples = shard.without_depth = 0
        shard.failures.clear()
        for path in paths:
            try:
                sample = make_sample(read_source(Path(path), options, decode))
            except NoDepthError as error:
                if error.is_absent:
                    shard.without_depth += 1
                else:
                    shard.failures.append(str(error.at(path)))
            except HeicDepthError as error:
                shard.failures.append(str(error.at(path)))
            else:
                shard.samples += 1
                yield sample
            done(path)

    shard.path = write_shard(folder, name, samples)
    return shard
