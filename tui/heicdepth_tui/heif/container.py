"""Find ``ftyp`` and ``meta`` in a file by hopping over its top-level boxes, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from heicdepth_tui.errors import (
    HeaderError,
    MalformedError,
    NotHeifError,
    TruncatedError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.sniff import Kind, sniff
from heicdepth_tui.heif.source import Source

__all__ = ["Container", "find_meta", "has_sequence", "top_level_boxes"]

_HEADER = Struct(">I4s").unpack_from
_LARGE_SIZE = Struct(">Q").unpack_from
_MAX_TOP_LEVEL = 256
_SEQUENCE_BRANDS = frozenset({"msf1", "hevc", "hevx", "hevm", "hevs", "avis"})


class Container(NamedTuple):
    """Location of the header of a file; for a ``mini`` box, the meta box that it stands for.

    ``data[start:end]`` is the content of the meta box (its version and flags skipped), ``base``
    the file offset of ``data[0]``. ``saw_moov``: a ``moov`` box came before it.
    """

    brand: str
    compatible_brands: tuple[str, ...]
    data: bytes
    base: int
    start: int
    end: int
    saw_moov: bool


def find_meta(source: Source) -> Container:
    """Return the container of a HEIF file.

    Raises NotHeifError when the file is something else, TruncatedError when it ends before its
    meta box does, UnsupportedHeaderError when it holds a sequence without a still image,
    MalformedError for sizes that make no sense.
    """
    head = source.head
    kind = sniff(head)
    if not kind.is_heif:
        raise _not_heif(kind, source.path)
    size, _ = _HEADER(head, 0) if len(head) >= 8 else (0, b"")
    if size > source.size:
        raise TruncatedError("the file ends in its first box", hint="copy it again")
    if size < 16:
        raise MalformedError(f"its ftyp box states {size:,} bytes")
    brand = four_cc(head[8:12])
    # Bounded to 64 brands, for hostile files that list thousands.
    last = min(size - 19, 4 * 64)
    listed = head[16:size].decode("latin-1")
    compatible = tuple([listed[at : at + 4] for at in range(0, last, 4)])
    return _hop_to_meta(source, size, brand, compatible)


def _hop_to_meta(
    source: Source, position: int, brand: str, compatible: tuple[str, ...]
) -> Container:
    saw_moov = saw_data = False
    head, file_size = source.head, source.size
    for _ in range(_MAX_TOP_LEVEL):
        if position + 8 > file_size:
            break
        size, kind, body = _box_header(source, position)
        if kind == b"meta":
            end = position + size
            if end > file_size:
                raise TruncatedError(
                    f"the file ends at byte {file_size:,}, inside its header, which reaches to "
                    f"byte {end:,}",
                    hint="it is cut short: copy it again",
                )
            if size < 12:
                raise MalformedError("its meta box is empty")
            if end <= len(head):
                return Container(brand, compatible, head, 0, body + 4, end, saw_moov)
            data = source.read(position, size)
            return Container(brand, compatible, data, position, body - position + 4, size, saw_moov)
        if kind == b"mini":
            # Imported late: few photos have such a header.
            from heicdepth_tui.heif.mini import read_mini

            end = position + size
            data = bytes(4) + read_mini(source, body, end, head[12:16])
            length = len(data)
            return Container(brand, compatible, data, end - length, 4, length, saw_moov)
        saw_moov = saw_moov or kind == b"moov"
        saw_data = saw_data or kind == b"mdat"
        position += size
    raise _no_meta(source, position, brand, compatible, saw_moov, saw_data)


def _box_header(source: Source, position: int) -> tuple[int, bytes, int]:
    """Return size, type and content offset of the top-level box at ``position``."""
    head = source.head
    data, at = (head, position) if position + 16 <= len(head) else (
        source.read(position, min(16, source.size - position)), 0)  # fmt: skip
    size, kind = _HEADER(data, at)
    body = position + 8
    if size == 1:
        if at + 16 > len(data):
            raise TruncatedError("the file ends in the header of a box", hint="copy it again")
        (size,) = _LARGE_SIZE(data, at + 8)
        body += 8
    elif size == 0:
        size = source.size - position
    if position + size < body:
        raise MalformedError(f"the box {four_cc(kind)} at byte {position:,} states {size:,} bytes")
    return size, kind, body


def _no_meta(
    source: Source,
    position: int,
    brand: str,
    compatible: tuple[str, ...],
    saw_moov: bool,
    saw_data: bool,
) -> HeaderError:
    if position > source.size:
        return TruncatedError(
            f"the file ends at byte {source.size:,}, but its boxes reach to byte {position:,}",
            hint="it is cut short: copy it again",
        )
    if saw_moov:
        return UnsupportedHeaderError(
            "it is an image sequence without a still picture", hint="open it with a video player"
        )
    if brand in _SEQUENCE_BRANDS and _SEQUENCE_BRANDS.issuperset(compatible) and saw_data:
        return MalformedError("it is an image sequence whose index is missing")
    if position + 8 > source.size:
        return TruncatedError(
            f"the file ends at byte {source.size:,} without a header (meta box)",
            hint="it is cut short or was never a photo: copy it again",
        )
    return MalformedError(f"no header (meta box) among its first {_MAX_TOP_LEVEL} boxes")


def has_sequence(source: Source, container: Container) -> bool:
    """Return whether the file also holds an image sequence (a ``moov`` box).

    What follows the meta box may be anything (maker's trailers, zeros): the search ends at the
    first bytes that are no box, without an error.
    """
    if container.saw_moov:
        return True
    position = container.base + container.end
    for _ in range(_MAX_TOP_LEVEL):
        if position + 16 > source.size:
            return False
        try:
            size, kind, _ = _box_header(source, position)
        except HeaderError:
            return False
        if kind == b"moov":
            return True
        position += size
    return False


def top_level_boxes(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, offset and size in bytes of the boxes of a file, 256 at most.

    Ends without an error at the first bytes that are no box.
    """
    position = 0
    for _ in range(_MAX_TOP_LEVEL):
        if position + 8 > source.size:
            return
        try:
            size, kind, _ = _box_header(source, position)
        except HeaderError:
            return
        yield kind, position, size
        position += size


def _not_heif(kind: Kind, path: str) -> NotHeifError:
    what, hint = {
        Kind.EMPTY: ("it is empty", "download it again: a cloud folder may hold a placeholder"),
        Kind.ZEROS: ("it starts with zeros only", "copy it again"),
        Kind.LFS_POINTER: ("it is a git-lfs pointer, not the photo", "run git lfs pull"),
        Kind.APPLE_DOUBLE: ("it is a macOS sidecar file, not the photo", "the photo lies beside"),
        Kind.UNKNOWN: ("it is not a HEIF file", ""),
        Kind.JPEG: (
            "it is a JPEG file, whatever its name says; this program reads HEIF files only",
            "phones also write depth maps into JPEG files, which other programs read",
        ),
    }.get(
        kind,
        (f"it is a {kind.label} file, whatever its name says; this program reads HEIF only", ""),
    )
    return NotHeifError(what, kind=kind.label, path=path, hint=hint)
