"""What can be opened outside of the app, and the messages about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.ui.presenters.export_report import copied_path

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.services.events import ExportFinished

__all__ = ["Choice", "choices"]


class Choice(NamedTuple):
    """A file or folder; ``path`` is absolute and not escaped."""

    name: str
    path: str


def choices(
    entry: Entry, jobs: Sequence[ExportFinished], picture: Path | None
) -> tuple[Choice, ...]:
    """Return the photo, its folder, the picture saved last, the last export and its folder."""
    photo = Path(entry.path).absolute()
    found = [Choice("the photo", str(photo)), Choice("its folder", str(photo.parent))]
    if picture is not None:
        found.append(Choice("the last picture", str(picture)))
    last = next(filter(None, map(copied_path, jobs)), "")
    if last:
        job = next(job for job in jobs if job.written)
        folder = last if len(job.written) > 1 else str(Path(last).parent)
        if last != folder:
            found.append(Choice("the last export", last))
        found.append(Choice("the last export's folder", folder))
    return tuple(found)
