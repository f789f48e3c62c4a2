"""What the two panes show of a photo: heading, caption or legend, and a picture or a message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heicdepth_tui.draw.fit import CELL_ASPECT
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.errors import UnsupportedError
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import Layer, LayerKind, depth_info
from heicdepth_tui.ui.model.layout import shapes_of
from heicdepth_tui.ui.model.photo_state import LayerStatus, PhotoState
from heicdepth_tui.ui.presenters.labels import (
    caption,
    depth_heading,
    layer_cycle,
    photo_heading,
    why_no_depth,
)

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.ui.model.requests import View

__all__ = ["PaneView", "depth_view", "layer_choices", "message_view", "photo_view", "shown_layer"]

_DECODING = "decoding …"


@dataclass(frozen=True, slots=True)
class PaneView:
    """One pane: its lines of text, and in its middle a picture, or a message.

    ``layer`` is the layer of the picture. Where ``is_pending`` the picture is still to come: until
    then the message stands on a placeholder of its ``shape`` (width, height), in cells of
    ``cell_aspect``.
    """

    entry: Entry | None = None
    heading: str = ""
    caption: str = ""
    has_legend: bool = False
    layer: Layer | None = None
    picture: RenderedRows | None = None
    message: str = ""
    shape: tuple[int, int] | None = None
    is_pending: bool = False
    cell_aspect: float = CELL_ASPECT


def message_view(entry: Entry | None, message: str = "", *, has_legend: bool = False) -> PaneView:
    """Return a pane with nothing but a message."""
    return PaneView(entry, has_legend=has_legend, message=message)


def layer_choices(state: PhotoState, is_single: bool) -> tuple[Layer, ...]:
    """Return the layers that ``tab`` goes through in the photo pane."""
    return layer_cycle(state.all_layers, is_single)


def shown_layer(state: PhotoState, chosen: Layer | None, is_single: bool) -> Layer:
    """Return the layer of the photo pane: the one chosen, else the first."""
    choices = layer_choices(state, is_single)
    return chosen if chosen in choices and chosen is not None else choices[0]


def photo_view(state: PhotoState, header: Header, chosen: Layer | None, view: View) -> PaneView:
    """Return the photo pane of a photo whose header is known."""
    is_single = view.layout.is_single
    layer = shown_layer(state, chosen, is_single)
    cells = view.panes(shapes_of(header)).photo.columns - 2
    choices = layer_choices(state, is_single)
    heading = photo_heading(
        cells,
        layer.label,
        _size_of(header, layer),
        choices.index(layer) + 1,
        len(choices),
        view.settings.blocks,
    )
    found, drawn_layer, problem = state.layer(layer), layer, ""
    if layer.kind is LayerKind.PRIMARY:
        thumbnail = state.own(LayerKind.THUMBNAIL)
        if thumbnail is not None and state.pixels(thumbnail) is not None:
            # Small but whole: better than a part of the photo, or than none.
            if found.error is not None:
                problem = "the embedded thumbnail; the photo: " + found.error.short
            if found.status is not LayerStatus.DONE:
                found, drawn_layer = state.layer(thumbnail), thumbnail
    lines = problem or caption(cells, header, is_single)
    pane = PaneView(
        state.entry,
        heading,
        lines,
        layer.kind is LayerKind.DEPTH,
        drawn_layer,
        message=_DECODING,
        cell_aspect=view.settings.cell_aspect,
    )
    if found.error is not None:
        return replace(pane, message=found.error.short)
    if found.pixels is None:
        shape = header.primary.displayed_size if layer.kind is LayerKind.PRIMARY else None
        return replace(pane, is_pending=True, shape=shape)
    return _drawn(pane, state, header, view)


def depth_view(state: PhotoState, header: Header, view: View) -> PaneView:
    """Return the depth pane of a photo whose header is known."""
    shapes = shapes_of(header)
    cells = view.panes(shapes).depth.columns - 2
    layer, item = state.own(LayerKind.DEPTH), header.depth.item
    heading = depth_heading(cells, header, shapes.depth)
    aspect = view.settings.cell_aspect
    pane = PaneView(state.entry, heading, has_legend=True, layer=layer, cell_aspect=aspect)
    if layer is None or item is None:
        return replace(pane, message=why_no_depth(header))
    found = state.layer(layer)
    if found.error is not None:
        is_known = isinstance(found.error, UnsupportedError)
        title = "depth map present, not decodable" if is_known else "depth map unreadable"
        return replace(pane, message=f"{title}\n{found.error.short}")
    if found.pixels is None:
        return replace(pane, message=_DECODING, shape=shapes.depth, is_pending=True)
    return _drawn(pane, state, header, view)


def _drawn(pane: PaneView, state: PhotoState, header: Header, view: View) -> PaneView:
    """Return a pane with the picture of its layer, pending while that is drawn for this screen."""
    layer = pane.layer
    if layer is None:
        return pane
    found = state.layer(layer)
    spec = view.render_spec(shapes_of(header), layer, state.tables)
    picture = found.pictures.get(spec)
    if isinstance(picture, RenderedRows):
        return replace(pane, picture=picture, message="")
    pixels = found.pixels
    shape = None if pixels is None else spec.turned((pixels.shape[1], pixels.shape[0]))
    return replace(pane, message="", shape=shape, is_pending=True)


def _size_of(header: Header, layer: Layer) -> Size:
    """Return the size of a layer as shown."""
    if layer.kind is LayerKind.DEPTH and layer.is_chosen:
        return Size(*shapes_of(header).depth)
    items = [aux.item for aux in header.auxiliaries]
    info = depth_info(header, layer)
    if info is not None and info.item is not None:
        items.append(info.item)
    for item in items:
        if item.id == layer.item_id:
            return item.displayed_size
    return header.primary.displayed_size
