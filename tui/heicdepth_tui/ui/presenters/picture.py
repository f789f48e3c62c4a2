"""The parts of a saved picture: layers with their headings, marks and legend, and the cloud."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import Layer, LayerKind, Pixels
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.picture_request import CloudPart, LayerPart, LegendTexts, PicturePart
from heicdepth_tui.ui.model.probe_window import share_in
from heicdepth_tui.ui.model.viewport import Window, frame_of
from heicdepth_tui.ui.presenters import picked as picked_point
from heicdepth_tui.ui.presenters.legend import legend_of, note, ramp_ends, ticks
from heicdepth_tui.ui.presenters.spin import heading, points_text, sample_text, scale_length
from heicdepth_tui.ui.presenters.zoom import window_heading

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.cloud_frame import CloudFrame, CloudRequest, CloudSample
    from heicdepth_tui.ui.model.marks import Mark
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.picture_request import Place
    from heicdepth_tui.ui.model.probe_window import Cut
    from heicdepth_tui.ui.model.session import Session
    from heicdepth_tui.ui.model.spin import Spin
    from heicdepth_tui.ui.presenters.legend import LegendView

__all__ = ["cloud_part", "layer_part", "layer_parts", "picture_title", "probe_parts", "window_part"]

_CELLS = 400
"""Room for headings, which a picture has as many lines for as it takes."""
_RAMP_CELLS = 48
"""Room that round distances are chosen for."""
_BAR_CELLS = 100


def picture_title(name: str, view: str) -> str:
    """Return the title of a picture of a photo."""
    return f"{printable(name)} · {view}"


def layer_parts(
    session: Session, state: PhotoState, layers: Sequence[Layer | None]
) -> tuple[PicturePart, ...]:
    """Return the parts of whole layers that can be shown; the photo for its thumbnail."""
    parts = []
    for shown in layers:
        layer = shown
        if layer is not None and layer.kind is LayerKind.THUMBNAIL:
            layer = state.own(LayerKind.PRIMARY)
        part = None if layer is None else layer_part(session, state, layer)
        if part is not None:
            parts.append(part)
    return tuple(parts)


def layer_part(session: Session, state: PhotoState, layer: Layer) -> LayerPart | None:
    """Return the part of a whole layer; None where it is not known or was not decoded."""
    frame = None if state.header is None else frame_of(state.header, layer)
    if frame is None or state.layer(layer).error is not None:
        return None
    heading = f"{printable(layer.label)} {frame.size[0]}×{frame.size[1]}"
    is_depth = layer.kind is LayerKind.DEPTH
    view = _legend_view(session, state, layer)
    return LayerPart(
        heading,
        layer,
        frame.size,
        pixels=state.pixels(layer) if is_depth else None,
        turn=frame.turn,
        colormap=_colormap(session) if is_depth else "",
        scale=session.colour_range.scale_in(state.tables, layer),
        legend=None if view is None else _texts(view),
        cross=_cross(session, state, layer),
    )


def _cross(session: Session, state: PhotoState, layer: Layer) -> Place | None:
    """Return the place of the point that was picked in the cloud."""
    picked = session.picked.get(state.entry)
    if picked is None or state.header is None:
        return None
    return picked_point.share_in(state.header, layer, picked.pixel)


def window_part(session: Session, state: PhotoState, window: Window) -> LayerPart:
    """Return the part of a zoom window."""
    layer, turn = window.frame.layer, window.frame.turn
    view = _legend_view(session, state, layer)
    return LayerPart(
        window_heading(_CELLS, window),
        layer,
        window.frame.size,
        region=window.region,
        turn=turn,
        colormap=_colormap(session) if layer.kind is LayerKind.DEPTH else "",
        scale=session.colour_range.scale_in(state.tables, layer),
        legend=None if view is None else _texts(view),
    )


def probe_parts(
    session: Session,
    state: PhotoState,
    probe: Probe,
    cut: Cut,
    pixel: tuple[int, int],
    marks: Sequence[Mark],
    figures: Sequence[str],
    notes: Sequence[str],
) -> tuple[PicturePart, ...]:
    """Return photo and aligned depth map with crosshair and marks, as much as is in view.

    ``figures`` stand under the photo, ``notes`` under the depth map.
    """
    depth_map = probe.depth_map
    photo, depth = state.own(LayerKind.PRIMARY), state.own(LayerKind.DEPTH)
    if state.header is None or photo is None or depth is None:
        return ()
    full, size = state.header.primary.displayed_size, depth_map.size
    codes = depth_map.codes[cut.depth.rows, cut.depth.columns]
    place = probe.sample_of(*pixel)
    view = _legend_view(session, state, depth)
    return (
        LayerPart(
            f"photo {full}{_part(cut.photo, full)}, crosshair at {pixel[0]}, {pixel[1]}",
            photo,
            full,
            region=cut.photo if _part(cut.photo, full) else None,
            cross=share_in(pixel, cut.photo),
            marks=_labels([mark.pixel for mark in marks], cut.photo),
            notes=tuple(figures),
        ),
        LayerPart(
            f"depth {size}{_part(cut.depth, size)}"
            + ("" if place is None else f", crosshair at {place[0]}, {place[1]}"),
            depth,
            size,
            pixels=Pixels(
                codes, codes.shape, str(codes.dtype), 0, depth_map.max_code, depth_map.bits
            ),
            colormap=_colormap(session),
            scale=session.colour_range.scale_in(state.tables, depth),
            legend=None if view is None else _texts(view),
            cross=None if place is None else share_in(place, cut.depth),
            marks=_labels([mark.sample for mark in marks], cut.depth),
            notes=tuple(notes),
        ),
    )


def cloud_part(
    spin: Spin,
    frame: CloudFrame,
    request: CloudRequest,
    sample: CloudSample | None,
    legend: LegendView | None = None,
) -> CloudPart:
    """Return the part of a frame of the cloud; ``legend`` is that of the colours of depth."""
    trust = frame.shown.cloud.trust
    length, text = scale_length(frame, _BAR_CELLS)
    across = frame.metres_a_cell * max(1, frame.rendered.fit.cols)
    notes = [f"{points_text(frame)} · {trust.short}"]
    if sample is not None:
        notes.append(sample_text(sample, trust))
    return CloudPart(
        heading(spin, frame, _CELLS, legend),
        request,
        (length / across, text),
        notes=tuple(notes),
        legend=None if legend is None else _texts(legend),
    )


def _colormap(session: Session) -> str:
    return session.settings.colormap(session.colormap)


def _legend_view(session: Session, state: PhotoState, layer: Layer) -> LegendView | None:
    return legend_of(state.tables, layer, _colormap(session), session.colour_range)


def _texts(view: LegendView) -> LegendTexts:
    placed = (
        ((column + len(text) // 2) / (_RAMP_CELLS - 1), text)
        for column, text in ticks(view, _RAMP_CELLS)
    )
    return LegendTexts(ramp_ends(view), tuple(placed), note(view, _CELLS))


def _labels(
    places: Sequence[tuple[int, int]], region: SampleRegion
) -> tuple[tuple[Place, str], ...]:
    """Return the marks in a region as shares of it, each with its number."""
    shares = [(share_in(place, region), str(number)) for number, place in enumerate(places, 1)]
    return tuple((share, number) for share, number in shares if share is not None)


def _part(region: SampleRegion, size: tuple[int, int]) -> str:
    """Return the corners of a region; empty where it is all of ``size``."""
    left, top, width, height = region
    if (width, height) == tuple(size):
        return ""
    return f", {left},{top} – {left + width - 1},{top + height - 1}"
