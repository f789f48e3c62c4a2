"""A view of one layer of a photo, alone or laid over the photo: what is requested, what comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import Layer, LayerKind, eyes_of, layers_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.coverage import Region
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.draw.rendering import Rendered, RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header

__all__ = [
    "WHOLE_VIEW",
    "LabelPlace",
    "LayerView",
    "LayerViewRequest",
    "LayerViewResult",
    "Ramp",
    "ViewKind",
    "ViewPlaces",
    "ViewValues",
    "Window",
    "views_of",
]


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
    if header.stereo_pairs:
        views += (LayerView(ViewKind.LAYER, eye) for eye in eyes_of(header)[:2])
        views.append(LayerView(ViewKind.DIFFERENCE))
    return tuple(views)


MAX_ZOOM = 64.0


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a view that is shown: its left and top, and its sides, as shares of the view."""

    left: float = 0.0
    top: float = 0.0
    side: float = 1.0

    @property
    def zoom(self) -> float:
        """How many times larger the view is than as a whole."""
        return 1 / self.side

    def zoomed(self, factor: float, at: tuple[float, float] = (0.5, 0.5)) -> Window:
        """Return the window ``factor`` times nearer; what is ``at`` (shares of it) stays there."""
        side = min(1.0, max(1 / MAX_ZOOM, self.side / factor))
        gone = self.side - side
        return Window(self.left + gone * at[0], self.top + gone * at[1], side).clamped()

    def moved(self, across: float, down: float) -> Window:
        """Return the window moved by shares of itself, within the view."""
        left, top = self.left + across * self.side, self.top + down * self.side
        return replace(self, left=left, top=top).clamped()

    def clamped(self) -> Window:
        """Return the window moved into the view."""
        room = 1 - self.side
        return Window(min(max(self.left, 0.0), room), min(max(self.top, 0.0), room), self.side)

    def samples(self, width: int, height: int) -> tuple[slice, slice]:
        """Return the (rows, columns) of a view of this size; at least one of each."""
        return _span(self.top, self.side, height), _span(self.left, self.side, width)


def _span(start: float, side: float, count: int) -> slice:
    first = min(count - 1, round(start * count))
    return slice(first, max(first + 1, round((start + side) * count)))


WHOLE_VIEW = Window()


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
    window: Window = WHOLE_VIEW


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """A label on the picture: its text and the cell of the picture that it is about."""

    text: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Ramp:
    """The two ends of the colours of a view, as text: the near, fine or inner one first."""

    first: str
    last: str
    is_far_bright: bool = False
    """Whether the last end is the bright one."""


@dataclass(frozen=True, slots=True, eq=False)
class ViewValues:
    """The values that a view shows, (H, W) or (H, W, 3), and what stands around one of them.

    Of kind METRES and STEP metres; VALIDITY as ``depth.views.Validity`` has them, NORMALS x, y, z,
    EDGE samples, DIFFERENCE levels of 0 .. 255.
    """

    array: NDArray[np.generic]
    unit: str = ""
    """With the words of trust."""
    about: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ViewPlaces:
    """What can be read of a picture of a view."""

    part: Region
    """The part of the view, as shares of its sides, that the picture shows."""
    probe: Probe | None = None
    """Of the photo's own depth map, where the view is of it."""
    values: ViewValues | None = None
    """None of stored layers, which are read elsewhere."""

    def place(self, share: tuple[float, float]) -> tuple[float, float]:
        """Return the share of the view's sides at a share of the picture's."""
        part = self.part
        return part.left + share[0] * part.width, part.top + share[1] * part.height


@dataclass(frozen=True, slots=True)
class LayerViewResult:
    """A drawn view, number ``index`` of those named by ``names``."""

    number: int
    view: LayerView
    index: int
    names: tuple[str, ...]
    is_over: bool
    """Whether it lies over the photo."""
    rendered: Rendered
    caption: str
    places: ViewPlaces
    ramp: Ramp | None = None
    """None where the colours are not those of a colour map."""
    labels: tuple[LabelPlace, ...] = ()
