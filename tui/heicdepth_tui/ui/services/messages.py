"""What background work tells the app: small frozen values, posted from any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.export.options import Exported
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Brief, Header
    from heicdepth_tui.photo.layers import Answer

__all__ = [
    "BriefsRead",
    "ExportFinished",
    "ExportProgress",
    "FindClosed",
    "HeaderRead",
    "LayerArrived",
    "ListingFinished",
    "MatchFound",
    "PhotosFound",
    "TableImportsReady",
    "WorkFailed",
]


class PhotosFound(Message):
    """A batch of photos was found; ``generation`` tells which listing it belongs to."""

    def __init__(self, generation: int, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.generation = generation
        self.entries = entries


class ListingFinished(Message):
    """The folders were read to their end."""

    def __init__(self, generation: int) -> None:
        super().__init__()
        self.generation = generation


class BriefsRead(Message):
    """Headers of some listed photos were scanned."""

    def __init__(self, generation: int, briefs: Sequence[tuple[Entry, Brief]]) -> None:
        super().__init__()
        self.generation = generation
        self.briefs = briefs


class WorkFailed(Message):
    """A thread met an error of the program, which the app must not hide."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class HeaderRead(Message):
    """The whole header of one photo was read, or could not be."""

    def __init__(
        self, path: str, header: Header | None, error: HeicDepthError | None = None
    ) -> None:
        super().__init__()
        self.path = path
        self.header = header
        self.error = error


class TableImportsReady(Message):
    """What tables and legends are reckoned with is imported."""


class MatchFound(Message):
    """The find bar found a match: the cursor should go to ``row``."""

    def __init__(self, row: int) -> None:
        super().__init__()
        self.row = row


class FindClosed(Message):
    """The find bar was closed."""


class LayerArrived(Message):
    """The decoder answered; the answer carries what was asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class ExportProgress(Message):
    """Another photo of a job is exported, or could not be."""


class ExportFinished(Message):
    """An export ended: what was written, and what went wrong for which photo."""

    def __init__(
        self, photos: int, written: Sequence[Exported], errors: Sequence[HeicDepthError]
    ) -> None:
        super().__init__()
        self.photos = photos
        self.written = written
        self.errors = errors
