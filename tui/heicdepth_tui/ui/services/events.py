"""Events that services post to the app, from any thread.

Each names the photo by its entry (path, size, modification time) and carries the number of what it
answers: the listing or the request. Events are compared by identity: generating comparisons for all
takes 7 ms at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from heicdepth_tui.draw.rendering import Rendered, RenderSpec
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.export.options import Exported
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header, HeaderSummary
    from heicdepth_tui.photo.layers import Answer, Layer, Pixels
    from heicdepth_tui.ui.model.cloud_frame import CloudFrame
    from heicdepth_tui.ui.model.graphics import EncodedImage
    from heicdepth_tui.ui.model.layer_view import LayerViewResult
    from heicdepth_tui.ui.model.moved_window import MovedPicture, MoveRequest
    from heicdepth_tui.ui.model.tables import Tables

__all__ = [
    "CloudFailed",
    "CloudRendered",
    "Event",
    "ExportFinished",
    "ExportNeedsSpace",
    "ExportProgress",
    "HeaderRead",
    "ImageDrawn",
    "JobEnded",
    "LayerArrived",
    "LayerViewDrawn",
    "LayerViewFailed",
    "ListingFinished",
    "OutsideFailed",
    "PageWritten",
    "PhotosFound",
    "PictureRendered",
    "PictureSaved",
    "Post",
    "RegionArrived",
    "SummariesRead",
    "TablesBuilt",
    "WindowMoved",
    "WorkFailed",
]


@dataclass(frozen=True, slots=True, eq=False)
class PhotosFound:
    """A batch of photos was found by listing ``generation``."""

    generation: int
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, eq=False)
class ListingFinished:
    """Listing ``generation`` has read the folders to their end."""

    generation: int


@dataclass(frozen=True, slots=True, eq=False)
class SummariesRead:
    """Headers of some photos of listing ``generation`` were scanned."""

    generation: int
    summaries: Sequence[tuple[Entry, HeaderSummary]]


@dataclass(frozen=True, slots=True, eq=False)
class HeaderRead:
    """The whole header of a photo was read, or could not be."""

    entry: Entry
    result: Header | HeicDepthError


@dataclass(frozen=True, slots=True, eq=False)
class LayerArrived:
    """The decoder answered; ``answer.request.ticket`` is the number of the request."""

    entry: Entry
    answer: Answer


@dataclass(frozen=True, slots=True, eq=False)
class RegionArrived:
    """The decoder answered a request for a region of a layer."""

    entry: Entry
    answer: Answer


@dataclass(frozen=True, slots=True, eq=False)
class PictureRendered:
    """A decoded layer was drawn in cells."""

    entry: Entry
    layer: Layer
    pixels: Pixels
    """What was drawn."""
    spec: RenderSpec
    rendered: Rendered


@dataclass(frozen=True, slots=True, eq=False)
class WindowMoved:
    """The windows of a screen were drawn from the samples of those before."""

    drawn: tuple[tuple[MoveRequest, MovedPicture | None], ...]
    """Each request with its picture; None where the samples cover nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageDrawn:
    """The image of a pane was drawn and encoded; ``number`` is the number of the request."""

    entry: Entry
    number: int
    slot: str
    image: EncodedImage


@dataclass(frozen=True, slots=True, eq=False)
class CloudRendered:
    """A frame of a photo's cloud was drawn; ``frame.number`` is the number of the request."""

    entry: Entry
    frame: CloudFrame


@dataclass(frozen=True, slots=True, eq=False)
class CloudFailed:
    """A photo has no cloud, or request ``number`` leaves nothing of it."""

    entry: Entry
    number: int
    error: HeicDepthError


@dataclass(frozen=True, slots=True, eq=False)
class LayerViewDrawn:
    """A view of a layer was drawn; ``result.number`` is the number of the request."""

    entry: Entry
    result: LayerViewResult


@dataclass(frozen=True, slots=True, eq=False)
class LayerViewFailed:
    """View ``index`` of those named by ``names`` cannot be drawn; of none without a header."""

    entry: Entry
    number: int
    index: int
    names: tuple[str, ...]
    error: HeicDepthError


@dataclass(frozen=True, slots=True, eq=False)
class TablesBuilt:
    """The tables of a photo were built from what was known of it."""

    entry: Entry
    tables: Tables


@dataclass(frozen=True, slots=True, eq=False)
class ExportProgress:
    """The state of all exports since the exporter was last idle."""

    done: int
    """Photos that are written, failed or have no depth map."""
    total: int
    bytes: int
    """Of the files written so far."""
    seconds: float
    """Since the first of these photos was begun."""
    name: str = ""
    """The photo being exported."""
    is_stopping: bool = False
    """True where no further photo is begun."""


@dataclass(frozen=True, slots=True, eq=False)
class ExportNeedsSpace:
    """A job would take much of the disk: it waits for ``Exporter.proceed`` or ``Exporter.cancel``.

    ``needed`` is an estimate in bytes, ``free`` the free space of the disk of ``folder``.
    """

    photos: int
    needed: int
    free: int
    folder: Path


@dataclass(frozen=True, slots=True, eq=False)
class ExportFinished:
    """A job ended; every photo is written, in ``errors``, without depth, or not begun."""

    photos: int
    """Photos of the job."""
    written: Sequence[Exported]
    errors: Sequence[HeicDepthError]
    without_depth: int = 0
    not_begun: int = 0
    """Photos that were not exported in full because the job was stopped."""
    bytes: int = 0
    """Of the files written."""
    seconds: float = 0.0
    clips: Sequence[str] = ()
    """The near and far clip of each photo that has one of its own, in words."""

    @property
    def exported(self) -> int:
        """Photos of which every requested format is written."""
        return self.photos - len(self.errors) - self.without_depth - self.not_begun


@dataclass(frozen=True, slots=True, eq=False)
class PictureSaved:
    """What a screen showed was saved as a picture; ``path`` is absolute."""

    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class PageWritten:
    """The cloud of a photo was written as a page for the browser; ``path`` is absolute."""

    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class OutsideFailed:
    """A picture or a page was not written, or the system's program did not open a file."""

    title: str
    error: HeicDepthError


@dataclass(frozen=True, slots=True, eq=False)
class JobEnded:
    """A job of a thread ended, and nothing came of it."""


@dataclass(frozen=True, slots=True, eq=False)
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
    | ImageDrawn
    | RegionArrived
    | WindowMoved
    | TablesBuilt
    | ExportNeedsSpace
    | LayerViewDrawn
    | LayerViewFailed
    | CloudRendered
    | CloudFailed
    | ExportProgress
    | ExportFinished
    | PictureSaved
    | PageWritten
    | OutsideFailed
    | JobEnded
    | WorkFailed
)

Post: TypeAlias = Callable[[Event], object]
"""Hands an event to the app; may be called in any thread."""
