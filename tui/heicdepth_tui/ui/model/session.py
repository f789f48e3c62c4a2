"""What the app shows: library, selected photo, and how pictures are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import DEFAULT_COLORMAP
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.photo.layers import Layer
from heicdepth_tui.ui.model.clip import NO_CLIP, Clip
from heicdepth_tui.ui.model.colour_range import WHOLE_FILE
from heicdepth_tui.ui.model.idle import Idle
from heicdepth_tui.ui.model.layout import DEFAULT_ARRANGEMENT
from heicdepth_tui.ui.model.library import Library
from heicdepth_tui.ui.model.marks import NO_MARKS
from heicdepth_tui.ui.model.photo_state import LayerState, LayerStatus
from heicdepth_tui.ui.model.photo_store import PhotoStore

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import Rendered, RenderSpec
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Answer, Pixels
    from heicdepth_tui.ui.model.marks import Mark, PhotoMarks
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.settings import RenderSettings
    from heicdepth_tui.ui.model.tables import Tables

__all__ = ["Session"]


class Session:
    """The state of the app; changed in the app's thread only.

    Nothing of a photo is held anywhere else: who shows it asks for its state.
    """

    def __init__(self, settings: RenderSettings, roots: Sequence[str] = ()) -> None:
        self.idle = Idle()
        """Set while nothing is pending."""
        self.library = Library(roots)
        self.photos = PhotoStore()
        self.settings = settings
        self.colormap = DEFAULT_COLORMAP
        self.colour_range = WHOLE_FILE
        self.arrangement = DEFAULT_ARRANGEMENT
        self.entry: Entry | None = None
        """The selected photo."""
        self.layer: Layer | None = None
        """The layer chosen for the photo pane; None: the first."""
        self.marks: dict[Entry, PhotoMarks] = {}
        """Marks and scale of photos, for as long as the app runs."""
        self.clips: dict[Entry, Clip] = {}
        """Near and far clip of photos, for as long as the app runs; see ``clip``."""
        self.picked: dict[Entry, Mark] = {}
        """The point of a photo's cloud that was clicked last, until esc takes it away."""
        self.is_leaving = False
        """Whether the app is about to end: keys do nothing more."""

    @property
    def state(self) -> PhotoState | None:
        """The state of the selected photo."""
        return None if self.entry is None else self.photos.get(self.entry)

    def select(self, entry: Entry | None) -> None:
        """Select a photo; what failed before is tried again."""
        self.entry = entry
        self.layer = None
        if entry is not None:
            state = self.photos.use(entry).without_errors()
            self.photos.put(replace(state, factor=self.marks.get(entry, NO_MARKS).factor))

    @property
    def scales(self) -> dict[str, float]:
        """Factor of the distances of each photo that the user scaled, by path."""
        return {
            entry.path: marks.factor
            for entry, marks in self.marks.items()
            if marks.factor is not None
        }

    def clip(self, entry: Entry) -> Clip:
        """Return the near and the far clip of a photo, for the cloud on show and for exports."""
        return self.clips.get(entry, NO_CLIP)

    @property
    def clips_in_force(self) -> dict[str, Clip]:
        """Near and far clip of each photo of which something is cut off, by path."""
        return {entry.path: clip for entry, clip in self.clips.items() if not clip.is_open}

    @property
    def clip_texts(self) -> dict[str, str]:
        """The clips in force in words, by path."""
        return {entry.path: clip.text(self.about(entry)) for entry, clip in self.clips.items()}

    def about(self, entry: Entry) -> str:
        """Return the sign before metres of a photo: ``≈`` unless its file promises them."""
        from heicdepth_tui.depth.trust import trust_of

        state = self.photos.get(entry)
        if state.header is None or state.factor is not None:
            return "≈"
        return trust_of(state.header.depth).about

    def keep_marks(self, entry: Entry, marks: PhotoMarks) -> None:
        """Take in the marks and the scale of a photo."""
        self.marks[entry] = marks
        state = self.photos.get(entry)
        if state.factor != marks.factor:
            self.photos.put(replace(state, factor=marks.factor))

    def take_header(self, entry: Entry, result: Header | HeicDepthError) -> None:
        """Take in what came of reading a header."""
        state = self.photos.get(entry)
        if isinstance(result, Header):
            self.photos.put(state.with_header(result))
        else:
            self.photos.put(state.with_error(result))

    def take_answer(self, entry: Entry, answer: Answer) -> Layer | None:
        """Take in an answer of the decoder; return the layer that it changed."""
        state = self.photos.get(entry)
        layer = state.resolve(answer.request.layer)
        if layer is None or (not answer.final and state.is_settled(layer)):
            return None
        if answer.error is not None:
            new = LayerState(LayerStatus.FAILED, error=answer.error)
        elif answer.pixels is not None:
            status = LayerStatus.DONE if answer.final else LayerStatus.PARTIAL
            new = LayerState(status, answer.pixels)
            if answer.rendered is not None and answer.request.render is not None:
                new = new.with_picture(answer.request.render, answer.rendered)
        else:
            return None
        self.photos.put(state.with_layer(layer, new))
        return layer

    def add_picture(
        self, entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec, rendered: Rendered
    ) -> None:
        """Take in a picture of ``pixels``, unless the layer has other samples by now."""
        state = self.photos.get(entry)
        known = state.layer(layer)
        if known.pixels is pixels:
            self.photos.put(state.with_layer(layer, known.with_picture(spec, rendered)))

    def take_tables(self, entry: Entry, tables: Tables) -> None:
        """Take in tables, unless the photo was forgotten meanwhile."""
        state = self.photos.get(entry)
        if state.header is not None:
            self.photos.put(replace(state, tables=tables))
