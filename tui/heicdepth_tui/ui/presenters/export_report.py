"""What became of exports, as text for a toast and for the terminal after the app has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.text import printable_path

if TYPE_CHECKING:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.ui.services.events import ExportFinished

__all__ = ["errors_text", "final_report", "written_text"]

_TOAST_ERRORS, _REPORT_ERRORS = 3, 20
"""Errors that are listed; of further ones the number."""


def written_text(job: ExportFinished) -> str:
    """Return what was written where; empty where nothing was."""
    if not job.written:
        return ""
    if job.photos == 1:
        return "\n".join(done.summary for done in job.written)
    folder = printable_path(job.written[0].path.parent.absolute())
    return f"{len(job.written)} files of {job.photos - len(job.errors)} photos in {folder}"


def errors_text(errors: Sequence[HeicDepthError], most: int = _TOAST_ERRORS) -> str:
    """Return the first errors, one a line, and how many more there are."""
    lines = [str(error) for error in errors[:most]]
    if len(errors) > most:
        lines.append(f"… and {len(errors) - most} more")
    return "\n".join(lines)


def final_report(jobs: Sequence[ExportFinished], skipped: int) -> str:
    """Return what is printed when the app was left during exports; empty where there were none."""
    lines = [f"exported: {written_text(job)}" for job in jobs if job.written]
    errors = [error for job in jobs for error in job.errors]
    if errors:
        lines.append(f"not exported, {_photos(len(errors))}:")
        lines.append(errors_text(errors, _REPORT_ERRORS))
    if skipped:
        lines.append(f"not begun, {_photos(skipped)}")
    return "\n".join(lines)


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
