"""Photos of derived pictures (identity, overlay), which the muxer of the program does not write."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Size, Transform
from heicdepth_tui.heif.write.boxes import (
    Item,
    ItemReference,
    Property,
    assemble,
    auxiliary_type,
    decoder_configuration,
    pixel_information,
    spatial_extent,
    transform_properties,
)
from heicdepth_tui.heif.write.mux import CodedPicture
from heicdepth_tui.heif.write.sei import build_depth_representation

__all__ = ["Builder"]


@dataclass
class Builder:
    """Items and references that are put together by hand; ids count up from 1."""

    items: list[Item] = field(default_factory=list)
    references: list[ItemReference] = field(default_factory=list)

    def add(
        self,
        kind: str,
        payload: bytes,
        properties: Sequence[Property] = (),
        *,
        content_type: str = "",
    ) -> int:
        """Add an item and return its id."""
        number = len(self.items) + 1
        in_idat = kind in ("grid", "iovl")
        item = Item(
            number,
            kind,
            payload,
            tuple(properties),
            content_type=content_type,
            in_idat=in_idat,
        )
        self.items.append(item)
        return number

    def picture(
        self,
        picture: CodedPicture,
        *extra: Property,
        transforms: tuple[Transform, ...] = (),
    ) -> int:
        """Add a coded picture that needs no crop."""
        assert picture.visible is None
        properties = (
            decoder_configuration(picture.configuration, picture.coding),
            spatial_extent(picture.size),
            pixel_information(picture.pixi),
            *extra,
            *transform_properties(transforms, picture.size),
        )
        return self.add(picture.coding, picture.payload, properties)

    def identity(
        self, source: int, size: Size, *extra: Property, transforms: tuple[Transform, ...] = ()
    ) -> int:
        """Add an ``iden`` item (ISO/IEC 23008-12, 6.6.2.1); ``size`` is before its transforms."""
        properties = (spatial_extent(size), *extra, *transform_properties(transforms, size))
        number = self.add("iden", b"", properties)
        self.refer("dimg", number, source)
        return number

    def overlay(
        self, size: Size, *placed: tuple[int, int, int], extra: Sequence[Property] = ()
    ) -> int:
        """Add an ``iovl`` item (6.6.2.2): (picture, left, top) on black."""
        offsets = b"".join(struct.pack(">hh", left, top) for _, left, top in placed)
        payload = bytes(2) + struct.pack(">4HHH", 0, 0, 0, 0xFFFF, *size) + offsets
        number = self.add("iovl", payload, (spatial_extent(size), *extra))
        self.refer("dimg", number, *(picture for picture, _, _ in placed))
        return number

    def refer(self, kind: str, source: int, *targets: int) -> None:
        """Add an item reference."""
        self.references.append(ItemReference(kind, source, targets))

    def build(self, primary: int) -> bytes:
        """Return the file."""
        return assemble(self.items, self.references, primary_id=primary)

    @staticmethod
    def depth_property(d_max: float = 2.0) -> Property:
        """Return the ``auxC`` of a depth map of uniform disparity from 0.5."""
        representation = DepthRepresentation(
            RepresentationType.UNIFORM_DISPARITY, d_min=0.5, d_max=d_max
        )
        return auxiliary_type(AUX_DEPTH_URNS[0], build_depth_representation(representation))
