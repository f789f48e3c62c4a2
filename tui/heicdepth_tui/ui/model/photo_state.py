"""The state of one photo: loading, failed, or ready with the state of each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import Layer, LayerKind, layers_of

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import Rendered, RenderSpec
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.layers import Pixels
    from heicdepth_tui.ui.model.tables import Tables

__all__ = ["PENDING", "LayerState", "LayerStatus", "PhotoState"]

_RENDERINGS = 4
"""Pictures kept of a layer: the newest sizes, colour maps and block modes."""


class LayerStatus(Enum):
    """How far a layer is decoded."""

    PENDING = "pending"
    PARTIAL = "partial"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class LayerState:
    """A layer: its samples where PARTIAL or DONE, its error where FAILED.

    ``pictures`` holds the samples drawn in cells, by size, blocks and colours.
    """

    status: LayerStatus = LayerStatus.PENDING
    pixels: Pixels | None = None
    error: HeicDepthError | None = None
    pictures: Mapping[RenderSpec, Rendered] = field(default_factory=dict)

    def with_picture(self, spec: RenderSpec, rendered: Rendered) -> LayerState:
        """Return the state with another picture; only the newest ``_RENDERINGS`` are kept."""
        others = [(key, kept) for key, kept in self.pictures.items() if key != spec]
        return replace(self, pictures=dict([*others[1 - _RENDERINGS :], (spec, rendered)]))

    @property
    def nbytes(self) -> int:
        """Bytes that samples and pictures take."""
        samples = 0 if self.pixels is None else self.pixels.nbytes
        return samples + sum(rendered.nbytes for rendered in self.pictures.values())


PENDING = LayerState()


@dataclass(frozen=True, slots=True, eq=False)
class PhotoState:
    """What is known of one photo; loading while it has neither header nor error.

    ``layers`` has a state for every layer that is not pending. Before the header is known a layer
    stands there under item 0, the item that the decoder chooses for its kind.
    """

    entry: Entry
    header: Header | None = None
    error: HeicDepthError | None = None
    layers: Mapping[Layer, LayerState] = field(default_factory=dict)
    all_layers: tuple[Layer, ...] = ()
    """The layers of the photo in the order they are shown; none before the header is known."""
    tables: Tables | None = None
    """The tables built last, which may lack the newest layers; see ``content``."""
    factor: float | None = None
    """The scale of the user for the photo's own depth map; None as the file gives distances."""

    @property
    def content(self) -> tuple[object, ...]:
        """What tables are built from; pictures and parts of a layer change nothing of it."""
        layers = [self.layer(layer) for layer in self.all_layers]
        samples = (found.pixels if found.status is LayerStatus.DONE else None for found in layers)
        return (self.header, self.factor, *samples, *(found.error for found in layers))

    @property
    def is_loading(self) -> bool:
        """Whether the header is still to be read."""
        return self.header is None and self.error is None

    def own(self, kind: LayerKind) -> Layer | None:
        """Return the photo's own layer of a kind, None where it has none.

        Further depth maps, and those of other pictures of the file, are not the photo's own.
        """
        return next(
            (layer for layer in self.all_layers if layer.kind is kind and layer.is_chosen), None
        )

    def resolve(self, layer: Layer) -> Layer | None:
        """Return the photo's layer that a request was about; item 0 means its own of that kind.

        Before the header is known every layer is taken as it is.
        """
        if self.header is None or layer in self.all_layers:
            return layer
        return None if layer.item_id else self.own(layer.kind)

    @property
    def rest(self) -> tuple[Layer, ...]:
        """The layers that the panes do not show by themselves, for the tables."""
        kinds = (LayerKind.PRIMARY, LayerKind.THUMBNAIL, LayerKind.DEPTH)
        own = [self.own(kind) for kind in kinds]
        return tuple(layer for layer in self.all_layers if layer not in own)

    def layer(self, layer: Layer | None) -> LayerState:
        """Return the state of a layer."""
        return PENDING if layer is None else self.layers.get(layer, PENDING)

    def pixels(self, layer: Layer | None) -> Pixels | None:
        """Return the samples of a layer, None while it is not decoded whole."""
        state = self.layer(layer)
        return state.pixels if state.status is LayerStatus.DONE else None

    def is_settled(self, layer: Layer) -> bool:
        """Whether nothing more will come of a layer: it is decoded, or cannot be."""
        return self.layer(layer).status in (LayerStatus.DONE, LayerStatus.FAILED)

    def with_header(self, header: Header) -> PhotoState:
        """Return the state with its header; layers that came before get the items they are of."""
        found = replace(self, header=header, error=None, layers={}, all_layers=layers_of(header))
        known = ((found.resolve(layer), state) for layer, state in self.layers.items())
        return replace(found, layers={layer: state for layer, state in known if layer is not None})

    def with_error(self, error: HeicDepthError) -> PhotoState:
        """Return the state of a photo whose header cannot be read."""
        return replace(self, error=error)

    def with_layer(self, layer: Layer, state: LayerState) -> PhotoState:
        """Return the state with another state of one layer."""
        return replace(self, layers={**self.layers, layer: state})

    def without_errors(self) -> PhotoState:
        """Return the state in which whatever failed is to be tried again."""
        failed = [layer for layer, state in self.layers.items() if state.error is not None]
        if self.error is None and not failed:
            return self
        kept = {layer: state for layer, state in self.layers.items() if layer not in failed}
        return replace(self, error=None, layers=kept)

    def without_pixels(self) -> PhotoState:
        """Return the state with nothing decoded, to save memory."""
        return replace(self, layers={}, tables=None)

    @property
    def nbytes(self) -> int:
        """Bytes that decoded layers and their pictures take."""
        return sum(state.nbytes for state in self.layers.values())
