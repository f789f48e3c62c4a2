"""The photo pixels that the samples of a layer lie on, where the file decides that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import Layer, LayerKind
from heicdepth_tui.ui.model.viewport import LayerFrame, frame_of, item_of, registered_frame

if TYPE_CHECKING:
    from heicdepth_tui.heif.facts import Header

__all__ = ["PhotoPlace", "photo_place"]

_ASPECT_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where a layer, turned upright by its own item, lies in the upright photo."""

    photo: tuple[int, int]
    """Width and height of the photo."""
    frame: LayerFrame | None = None
    """Of the layer after its ``turn``; None where the file does not decide it."""
    reason: str = ""
    """Why it is not decided, in at most 17 cells."""

    def pixel(self, share: tuple[float, float]) -> tuple[int, int] | None:
        """Return the photo pixel at a share of the layer's width and height, as decoded.

        None where it is not decided, and outside of the photo.
        """
        if self.frame is None:
            return None
        x, y = share
        quarters, is_mirrored = self.frame.turn
        for _ in range(quarters):
            x, y = y, 1 - x
        if is_mirrored:
            x = 1 - x
        width, height = self.frame.size
        column, row = self.frame.pixel_of((x * width, y * height))
        is_inside = 0 <= column < self.photo[0] and 0 <= row < self.photo[1]
        return (column, row) if is_inside else None


def photo_place(header: Header, layer: Layer) -> PhotoPlace:
    """Return where a layer lies in the photo.

    Turns and crops of the two items are matched by ``register``: half turns, mirrorings and
    squares, which shapes do not tell apart, are not decided, and neither are other shapes.
    """
    # Imported here: the app starts without it.
    from heicdepth_tui.depth.registration import register

    item, size = item_of(header, layer), header.primary.displayed_size
    photo = size.width, size.height
    if layer.kind is LayerKind.PRIMARY and (item is None or item.id == header.primary.id):
        return PhotoPlace(photo, frame_of(header, layer))
    elsewhere = {other.depth.item.id for other in header.depth.elsewhere if other.depth.item}
    own = {info.item.id for info in (header.depth, *header.depth.others) if info.item}
    is_other = layer.kind is LayerKind.PRIMARY or layer.item_id in elsewhere - own
    if item is None or is_other:
        return PhotoPlace(photo, reason="of another image")
    found = register(header.primary, item)
    if not found.is_sure:
        how = "turned" if found.turn_sentence else "cropped"
        return PhotoPlace(photo, reason=f"{how} otherwise")
    frame = registered_frame(header, layer, item, found)
    if abs(frame.scale[0] / frame.scale[1] - 1) > _ASPECT_TOLERANCE:
        return PhotoPlace(photo, reason="of another shape")
    return PhotoPlace(photo, frame)
