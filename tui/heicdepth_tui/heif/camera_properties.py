"""Reads the camera properties ``cmin`` and ``cmex`` (ISO/IEC 23008-12) and their ``uuid`` forms."""

from __future__ import annotations

from math import sqrt
from struct import Struct

from heicdepth_tui.errors import HeaderError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.camera_facts import CameraExtrinsics, CameraIntrinsics, ItemCamera
from heicdepth_tui.heif.items import ItemTable

__all__ = [
    "CMEX_UUID",
    "CMIN_UUID",
    "camera_property",
    "parse_extrinsics",
    "parse_intrinsics",
    "read_camera",
]

CMIN_UUID = bytes.fromhex("22cc04c7d6d94e079d904eb6ecbaf3a3")
CMEX_UUID = bytes.fromhex("4363e9145b7d4aab97aebea69803b434")
"""Types of the ``uuid`` boxes that hold the content of ``cmin`` and ``cmex``; an Apple Vision Pro
wrote them in spatial photos."""

_KINDS = frozenset({b"cmin", b"cmex", b"uuid"})
_FLAGS = Struct(">I").unpack_from
_S32, _U32 = Struct(">i"), Struct(">I")
_SHORT, _LONG = Struct(">hhh"), Struct(">iii")
_IS_FULL = 0x1
_POSITIONS = (0x1, 0x2, 0x4)
_HAS_ORIENTATION, _IS_LONG, _HAS_WORLD = 0x8, 0x10, 0x20
_DEGREE = 65536
_LENGTH_TOLERANCE = 1e-3
"""Components of 16 bits are rounded to 6e-5 each."""


def camera_property(kind: bytes, content: bytes) -> tuple[bytes, bytes] | None:
    """Return ``cmin`` or ``cmex`` and its content, from the box itself or from its uuid form.

    None for any other property.
    """
    if kind == b"uuid":
        known = {CMIN_UUID: b"cmin", CMEX_UUID: b"cmex"}.get(content[:16])
        return None if known is None else (known, content[16:])
    return (kind, content) if kind in (b"cmin", b"cmex") else None


def parse_intrinsics(content: bytes) -> CameraIntrinsics:
    """Return the values of a ``cmin`` property (23008-12 section 6.5.40).

    Bits 8 to 12 of the flags are the binary places of focal length and centre, bits 16 to 20 those
    of the skew. Raises MalformedError where it is cut off, UnsupportedHeaderError for a version
    other than 0.
    """
    flags = _flags(content, "cmin", (0,))
    is_full = bool(flags & _IS_FULL)
    values = _numbers(content, 4, 5 if is_full else 3, "cmin")
    one = 1 << (flags >> 8 & 0x1F)
    focal_x, centre_x, centre_y = (value / one for value in values[:3])
    if not is_full:
        return CameraIntrinsics(focal_x, centre_x, centre_y)
    skew = values[4] / (1 << (flags >> 16 & 0x1F))
    return CameraIntrinsics(focal_x, centre_x, centre_y, values[3] / one, skew)


def parse_extrinsics(content: bytes) -> CameraExtrinsics:
    """Return the values of a ``cmex`` property (23008-12 section 6.5.39).

    Version 0 states the orientation as a quaternion whose w is positive and left out, version 1 as
    yaw, pitch and roll in 65536ths of a degree (ISO/IEC 23090-7). Raises MalformedError where it is
    cut off or the quaternion is longer than 1, UnsupportedHeaderError for another version.
    """
    flags = _flags(content, "cmex", (0, 1))
    at = 4
    position = [0, 0, 0]
    for axis, flag in enumerate(_POSITIONS):
        if flags & flag:
            (position[axis],) = _numbers(content, at, 1, "cmex")
            at += 4
    quaternion = degrees = None
    if flags & _HAS_ORIENTATION:
        is_turn = content[0] == 1
        form = _LONG if is_turn or flags & _IS_LONG else _SHORT
        if len(content) < at + form.size:
            raise MalformedError("its camera position (cmex) is cut off")
        x, y, z = form.unpack_from(content, at)
        at += form.size
        if is_turn:
            degrees = (x / _DEGREE, y / _DEGREE, z / _DEGREE)
        else:
            quaternion = _quaternion(x, y, z, 1 << (30 if form is _LONG else 14))
    world = 0
    if flags & _HAS_WORLD:
        if len(content) < at + 4:
            raise MalformedError("its camera position (cmex) is cut off")
        (world,) = _U32.unpack_from(content, at)
    x, y, z = position
    return CameraExtrinsics((x, y, z), quaternion, degrees, world)


def _quaternion(x: int, y: int, z: int, one: int) -> tuple[float, float, float, float]:
    rest = 1 - (x * x + y * y + z * z) / (one * one)
    if rest < -_LENGTH_TOLERANCE:
        raise MalformedError("the orientation of its camera (cmex) is no unit quaternion")
    return x / one, y / one, z / one, sqrt(max(rest, 0.0))


_NAMES = {"cmin": "its camera matrix (cmin)", "cmex": "its camera position (cmex)"}


def _flags(content: bytes, name: str, versions: tuple[int, ...]) -> int:
    if len(content) < 4:
        raise MalformedError(f"{_NAMES[name]} is cut off")
    if content[0] not in versions:
        raise UnsupportedHeaderError(f"{_NAMES[name]} has version {content[0]}")
    (word,) = _FLAGS(content)
    return int(word) & 0xFFFFFF


def _numbers(content: bytes, at: int, count: int, name: str) -> list[int]:
    if len(content) < at + 4 * count:
        raise MalformedError(f"{_NAMES[name]} is cut off")
    return [_S32.unpack_from(content, at + 4 * index)[0] for index in range(count)]


def read_camera(table: ItemTable, item: int) -> ItemCamera | None:
    """Return the camera properties of an item, None where it has none.

    A broken property is None, with its error in ``problem``. The first of a kind counts. Raises
    HeaderError where the item's properties cannot be listed.
    """
    found: dict[bytes, bytes] = {}
    is_uuid = False
    for kind, content in table.property_boxes(item, _KINDS):
        known = camera_property(kind, content)
        if known is not None and known[0] not in found:
            found[known[0]] = known[1]
            is_uuid = is_uuid or kind == b"uuid"
    if not found:
        return None
    problems: list[str] = []
    intrinsics: CameraIntrinsics | None = None
    extrinsics: CameraExtrinsics | None = None
    try:
        intrinsics = parse_intrinsics(found[b"cmin"]) if b"cmin" in found else None
    except HeaderError as error:
        problems.append(error.what)
    try:
        extrinsics = parse_extrinsics(found[b"cmex"]) if b"cmex" in found else None
    except HeaderError as error:
        problems.append(error.what)
    return ItemCamera(item, intrinsics, extrinsics, is_uuid, "; ".join(problems))
