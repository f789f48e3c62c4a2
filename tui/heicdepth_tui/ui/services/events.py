"""Events that services post to the app, from any thread.

Each names the photo by its entry (path, size, modification time) and carries the number of what it
answers: the listing or the request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import Rendered, RenderSpec
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.export.options import Exported
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header, HeaderSummary
    from heicdepth_tui.photo.layers import Answer, Layer
    from heicdepth_tui.ui.model.tables import Tables

__all__ = [
    "Event",
    "ExportFinished",
    "ExportProgress",
    "HeaderRead",
    "LayerArrived",
    "ListingFinished",
    "PhotosFound",
    "PictureRendered",
    "Post",
    "SummariesRead",
    "TablesBuilt",
    "WorkFailed",
]


@dataclass(frozen=True, slots=True)
class PhotosFound:
    """A batch of photos was found by listing ``generation``."""

    generation: int
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class ListingFinished:
    """Listing ``generation`` has read the folders to their end."""

    generation: int


@dataclass(frozen=True, slots=True)
class SummariesRead:
    """Headers of some photos of listing ``generation`` were scanned."""

    generation: int
    summaries: Sequence[tuple[Entry, HeaderSummary]]


@dataclass(frozen=True, slots=True)
class HeaderRead:
    """The whole header of a photo was read, or could not be."""

    entry: Entry
    result: Header | HeicDepthError


@dataclass(frozen=True, slots=True)
class LayerArrived:
    """The decoder answered; ``answer.request.ticket`` is the number of the request."""

    entry: Entry
    answer: Answer


@dataclass(frozen=True, slots=True)
class PictureRendered:
    """A decoded layer was drawn in cells."""

    entry: Entry
    layer: Layer
    spec: RenderSpec
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class TablesBuilt:
    """The tables of a photo were built from what was known of it."""

    entry: Entry
    tables: Tables


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Another photo of a job is exported, or could not be."""


@dataclass(frozen=True, slots=True)
class ExportFinished:
    """A job ended: how many photos it was given, what was written, and what failed."""

    photos: int
    written: Sequence[Exported]
    errors: Sequence[HeicDepthError]


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """A thread met an error of the program: the app ends with a crash report."""

    error: Exception


Event: TypeAlias = (
    PhotosFound
    | ListingFinished
    | SummariesRead
    | HeaderRead
    | LayerArrived
    | PictureRendered
    | TablesBuilt
    | ExportProgress
    | ExportFinished
    | WorkFailed
)

Post: TypeAlias = Callable[[Event], object]
"""Hands an event to the app; may be called in any thread."""
