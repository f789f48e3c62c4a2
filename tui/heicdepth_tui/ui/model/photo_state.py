"""What is known of the selected photo so far: header, layers, depth map and camera.

Geometry and tables are imported when there is something to compute, not before the first paint.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from heicdepth_tui.errors import GeometryError, HeicDepthError
from heicdepth_tui.heif.facts import Header, Size
from heicdepth_tui.photo.layers import Layer, LayerKind, Pixels, depth_facts, layers_of

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.report.tables import ArrayRow, FactGroup

__all__ = ["PhotoState", "RecentPhotos"]

_MOST = 5
"""So many photos are remembered: each holds its decoded layers, 1 to 3 MB."""


class PhotoState:
    """Collects what arrives for one photo."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.header: Header | None = None
        self.error: HeicDepthError | None = None
        self.layers: tuple[Layer, ...] = ()
        self.pixels: dict[Layer, Pixels] = {}
        self.errors: dict[Layer, HeicDepthError] = {}
        self._maps: dict[Layer, DepthMap] = {}
        self._camera: Camera | None = None
        self._has_camera = False
        self._numbers: tuple[tuple[ArrayRow, ...], tuple[FactGroup, ...]] | None = None

    def set_header(self, header: Header) -> None:
        """Take in the header: the layers there are."""
        if header is not self.header:
            self.header = header
            self.layers = layers_of(header)
            self._forget_numbers()

    def forget_errors(self) -> None:
        """Have what could not be decoded tried again."""
        if self.errors:
            self.errors.clear()
            self._forget_numbers()

    def set_error(self, error: HeicDepthError) -> None:
        """Take in why the header cannot be read."""
        self.error = error

    def layer(self, kind: LayerKind) -> Layer | None:
        """Return the photo's own layer of a kind, None where it has none.

        Further depth maps, and those of other pictures of the file, are not the photo's own.
        """
        return next(
            (layer for layer in self.layers if layer.kind is kind and layer.is_chosen), None
        )

    def rest(self) -> tuple[Layer, ...]:
        """Return the layers that the panes do not show by themselves, for the tables."""
        own = (LayerKind.PRIMARY, LayerKind.THUMBNAIL, LayerKind.DEPTH)
        shown = [self.layer(kind) for kind in own]
        return tuple(layer for layer in self.layers if layer not in shown)

    def known(self, layer: Layer) -> Layer | None:
        """Return the photo's layer that an answer is about; item 0 means the first of its kind."""
        if layer in self.layers:
            return layer
        return None if layer.item_id else self.layer(layer.kind)

    def set_pixels(self, layer: Layer, pixels: Pixels) -> None:
        """Take in a decoded layer."""
        if self.pixels.get(layer) is pixels:
            return
        self.pixels[layer] = pixels
        self.errors.pop(layer, None)
        self._forget_numbers()
        self._maps.pop(layer, None)
        if layer == self.layer(LayerKind.DEPTH):
            self._camera, self._has_camera = None, False

    def _forget_numbers(self) -> None:
        self._numbers = None

    @property
    def depth_map(self) -> DepthMap | None:
        """The photo's own depth map; None where none is decoded."""
        return self.depth_map_of(self.layer(LayerKind.DEPTH))

    def depth_map_of(self, layer: Layer | None) -> DepthMap | None:
        """Return the depth map of a layer, made when it is first needed.

        None where the layer is no depth map, or is not decoded.
        """
        pixels = None if layer is None else self.pixels.get(layer)
        if layer is None or pixels is None or self.header is None:
            return None
        facts = depth_facts(self.header, layer)
        if layer not in self._maps and facts is not None:
            from heicdepth_tui.depth.depthmap import build_depth_map

            self._maps[layer] = build_depth_map(pixels.array, pixels.bits, facts)
        return self._maps.get(layer)

    @property
    def camera(self) -> Camera | None:
        """The camera of the photo's own depth map; None where neither file nor EXIF tells."""
        depth_map = self.depth_map
        if not self._has_camera and depth_map is not None and self.header is not None:
            from heicdepth_tui.depth.camera import camera_for_depth

            height, width = depth_map.codes.shape
            try:
                self._camera = camera_for_depth(self.header, Size(width, height))
            except GeometryError:
                # The metadata table says why there is none.
                self._camera = None
            self._has_camera = True
        return self._camera

    def set_layer_error(self, layer: Layer, error: HeicDepthError) -> None:
        """Take in why a layer cannot be decoded."""
        self.errors[layer] = error
        self._forget_numbers()

    @property
    def has_tables(self) -> bool:
        """Whether the tables of all that is known are made."""
        return self._numbers is not None

    def build_tables(self) -> None:
        """Make the tables of all that is known."""
        if self._numbers is None:
            self._numbers = (self._rows(), self._groups())

    def rows(self) -> tuple[ArrayRow, ...]:
        """Return the array table of what is decoded so far, in the order of the layers."""
        self.build_tables()
        return self._numbers[0] if self._numbers else ()

    def groups(self) -> tuple[FactGroup, ...]:
        """Return the metadata tables; empty while the header is unknown."""
        self.build_tables()
        return self._numbers[1] if self._numbers else ()

    def _rows(self) -> tuple[ArrayRow, ...]:
        from heicdepth_tui.report.tables import ArrayRow, array_rows

        shown = {layer: self.pixels[layer] for layer in self.layers if layer in self.pixels}
        failed = tuple(
            ArrayRow(layer.label, "none", "", "", "", self.errors[layer].short)
            for layer in self.layers
            if layer in self.errors
        )
        made = ((layer, self.depth_map_of(layer)) for layer in shown)
        depth_maps = {layer: depth_map for layer, depth_map in made if depth_map is not None}
        return array_rows(shown, depth_maps) + failed

    def _groups(self) -> tuple[FactGroup, ...]:
        if self.header is None:
            return ()
        from heicdepth_tui.depth.camera import stored_camera
        from heicdepth_tui.report.tables import fact_groups

        stored = stored_camera(self.header)
        return fact_groups(self.header, depth_map=self.depth_map, stored=stored, camera=self.camera)


class RecentPhotos:
    """Those of the photos seen last and of their neighbours."""

    def __init__(self) -> None:
        self._inspectors: OrderedDict[Entry, PhotoState] = OrderedDict()

    def get(self, entry: Entry) -> PhotoState:
        """Return what is known of a photo, an empty inspector where nothing is."""
        inspector = self._inspectors.get(entry)
        if inspector is None:
            inspector = self._inspectors[entry] = PhotoState(entry)
        self._inspectors.move_to_end(entry)
        while len(self._inspectors) > _MOST:
            self._inspectors.popitem(last=False)
        return inspector

    def forget(self, path: str) -> None:
        """Know nothing more of a photo."""
        for entry in [entry for entry in self._inspectors if entry.path == path]:
            del self._inspectors[entry]
