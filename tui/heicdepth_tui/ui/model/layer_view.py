"""A view of one layer of a photo, alone or laid over the photo: what is requested, what comes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import Layer, LayerKind, layers_of

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import Rendered, RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header

__all__ = ["LabelPlace", "LayerView", "LayerViewRequest", "LayerViewResult", "ViewKind", "views_of"]


class ViewKind(Enum):
    """Kinds of views; the value is the name on the screen."""

    LAYER = "layer"
    DISPARITY = "disparity"
    METRES = "metres"
    VALIDITY = "validity"
    STEP = "metres per code"
    EDGE = "edge distance"
    NORMALS = "normals"
    DIFFERENCE = "eyes, difference"


_OF_DEPTH = (
    ViewKind.DISPARITY,
    ViewKind.METRES,
    ViewKind.VALIDITY,
    ViewKind.STEP,
    ViewKind.EDGE,
    ViewKind.NORMALS,
)


@dataclass(frozen=True, slots=True)
class LayerView:
    """A stored layer, or an image that follows from the depth map or from both eyes."""

    kind: ViewKind
    layer: Layer | None = None
    """Of kind LAYER."""

    @property
    def name(self) -> str:
        """Its name in headings."""
        if self.layer is None:
            return self.kind.value
        return "depth codes" if self.layer.label == "depth" else self.layer.label


def views_of(header: Header) -> tuple[LayerView, ...]:
    """Return the views of a photo: its layers, those that follow from depth behind its codes."""
    views: list[LayerView] = []
    for layer in layers_of(header):
        views.append(LayerView(ViewKind.LAYER, layer))
        if layer.kind is LayerKind.DEPTH and layer.is_chosen:
            views += map(LayerView, _OF_DEPTH)
    for pair in header.stereo_pairs[:1]:
        eyes = (("left eye", pair.left), ("right eye", pair.right))
        for name, item in eyes:
            # The decoder reads every picture of the file under the photo's kind.
            views.append(LayerView(ViewKind.LAYER, Layer(LayerKind.PRIMARY, item, name)))
        views.append(LayerView(ViewKind.DIFFERENCE))
    return tuple(views)


@dataclass(frozen=True, slots=True)
class LayerViewRequest:
    """View number ``index`` of a photo, drawn as ``spec`` states.

    With ``cell_pixels`` of 1 x 1 the result is an image of the view's own samples, each repeated
    as often as ``cells`` allow.
    """

    number: int
    entry: Entry
    spec: RenderSpec
    index: int | None = None
    """Into ``views_of``, counted round; None: the depth map's codes, else the photo."""
    blend: float | None = None
    """Share of the view over the photo, 0 .. 1; None shows the view alone."""
    has_contours: bool = False


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """A label on the picture: its text and the cell of the picture that it is about."""

    text: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class LayerViewResult:
    """A drawn view."""

    number: int
    view: LayerView
    index: int
    count: int
    rendered: Rendered
    caption: str
    labels: tuple[LabelPlace, ...] = ()
