"""Writes camera properties: ``cmin`` and ``cmex``, as boxes of their own or as ``uuid`` boxes."""

from __future__ import annotations

import struct

from heicdepth_tui.heif.camera_facts import CameraExtrinsics, CameraIntrinsics
from heicdepth_tui.heif.camera_properties import CMEX_UUID, CMIN_UUID
from heicdepth_tui.heif.write.boxes import Property, box, full_box

__all__ = ["camera_extrinsics", "camera_intrinsics"]

_PLACES = 30
"""Binary places of the written shares, as Apple's files have them; shares of 2 and more have 24."""
_WIDE_PLACES = 24


def camera_intrinsics(intrinsics: CameraIntrinsics, *, is_uuid: bool = False) -> Property:
    """Return ``cmin`` (ISO/IEC 23008-12, 6.5.40), rounded to 2**-30, or 2**-24 from 2 on.

    Raises struct.error for shares of 128 and more.
    """
    full = intrinsics.focal_y is not None or intrinsics.skew != 0
    shares = [intrinsics.focal_x, intrinsics.centre_x, intrinsics.centre_y]
    if full:
        shares.append(intrinsics.focal_x if intrinsics.focal_y is None else intrinsics.focal_y)
    places = _PLACES if max(map(abs, shares)) < 2 else _WIDE_PLACES
    flags = places << 8 | (_WIDE_PLACES << 16 | 1 if full else 0)
    values = [round(share * (1 << places)) for share in shares]
    if full:
        values.append(round(intrinsics.skew * (1 << _WIDE_PLACES)))
    return _property("cmin", CMIN_UUID, 0, flags, struct.pack(f">{len(values)}i", *values), is_uuid)


def camera_extrinsics(extrinsics: CameraExtrinsics, *, is_uuid: bool = False) -> Property:
    """Return ``cmex`` (ISO/IEC 23008-12, 6.5.39); coordinates and an id of 0 are left out.

    A quaternion is written with 32 bits a component and a w that is taken as positive.
    """
    flags, body = 0, b""
    for axis, value in enumerate(extrinsics.position_um):
        if value:
            flags |= 1 << axis
            body += struct.pack(">i", value)
    version = 0
    if extrinsics.quaternion is not None:
        flags |= 0x8 | 0x10
        body += struct.pack(">3i", *(round(part * (1 << 30)) for part in extrinsics.quaternion[:3]))
    elif extrinsics.rotation_degrees is not None:
        version, flags = 1, flags | 0x8
        body += struct.pack(">3i", *(round(part * 65536) for part in extrinsics.rotation_degrees))
    if extrinsics.world:
        flags |= 0x20
        body += struct.pack(">I", extrinsics.world)
    return _property("cmex", CMEX_UUID, version, flags, body, is_uuid)


def _property(
    kind: str, uuid: bytes, version: int, flags: int, body: bytes, is_uuid: bool
) -> Property:
    if is_uuid:
        return Property(box("uuid", uuid, struct.pack(">I", version << 24 | flags), body))
    return Property(full_box(kind, version, flags, body))
