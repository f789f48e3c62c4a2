"""The results of exports as text: for a toast, the report, and the terminal after the app."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.text import printable_path, size_text
from heicdepth_tui.ui.presenters.export_progress import duration_text

if TYPE_CHECKING:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.export.options import Exported
    from heicdepth_tui.ui.services.events import ExportFinished

__all__ = [
    "ReportLine",
    "clips_text",
    "copied_path",
    "counts_text",
    "errors_text",
    "final_report",
    "report_lines",
    "written_text",
]

_TOAST_ERRORS, _REPORT_ERRORS = 3, 20
"""Errors that are listed; of further ones the number."""
_MAX_FILES = 1000
"""Files and errors of a job that the report lists."""


class ReportLine(NamedTuple):
    """A line of the report."""

    text: str
    style: str
    """``title``, ``error``, ``plain`` or ``dim``."""
    copied: str
    """The text that ``y`` copies: the path of the file in question, unescaped."""


def written_text(job: ExportFinished) -> str:
    """Return the files written with their full path; empty where there are none."""
    if not job.written:
        return ""
    if job.photos == 1 or len(job.written) == 1:
        return "\n".join(_summary(file) for file in job.written)
    folder = printable_path(_folder_of(job.written))
    return f"{len(job.written):,} files of {_photos(job.exported)} in {folder}"


def _summary(file: Exported) -> str:
    """Return a file's summary with its path in full."""
    rest = file.summary.removeprefix(printable_path(file.path))
    return f"{printable_path(file.path.absolute())}{rest}"


def copied_path(job: ExportFinished) -> str:
    """Return the absolute path of the file of a job, or of their folder; unescaped."""
    if not job.written:
        return ""
    if len(job.written) == 1:
        return str(job.written[0].path.absolute())
    return str(_folder_of(job.written))


def _folder_of(files: Sequence[Exported]) -> Path:
    """Return the folder that holds all of these files, some of which are in folders of sets."""
    return Path(os.path.commonpath([file.path.parent.absolute() for file in files]))


def counts_text(job: ExportFinished) -> str:
    """Return the photos of a job that were not exported and did not fail; empty for none."""
    counts = []
    if job.without_depth:
        counts.append(f"{job.without_depth} without depth")
    if job.not_begun:
        counts.append(f"stopped, {job.not_begun} not exported")
    return " · ".join(counts)


def clips_text(job: ExportFinished) -> str:
    """Return the near and far clips that photos of a job have of their own; empty for none."""
    if not job.clips:
        return ""
    clips = dict.fromkeys(job.clips)
    if len(clips) == 1 and len(job.clips) == job.photos:
        return f"clipped: {next(iter(clips))}"
    return f"{_photos(len(job.clips))} clipped: {', '.join(clips)}"


def errors_text(errors: Sequence[HeicDepthError], limit: int = _TOAST_ERRORS) -> str:
    """Return the first errors, one a line, and the number of further ones."""
    lines = [str(error) for error in errors[:limit]]
    if len(errors) > limit:
        lines.append(f"… and {len(errors) - limit} more")
    return "\n".join(lines)


def report_lines(jobs: Sequence[ExportFinished]) -> Iterator[ReportLine]:
    """Yield the report of jobs, newest first: failures, then counts, then the files."""
    for number, job in enumerate(jobs):
        if number:
            yield ReportLine("", "dim", "")
        folder = copied_path(job)
        facts = [f"{job.exported} of {_photos(job.photos)} exported"]
        if job.written:
            facts += [size_text(job.bytes), duration_text(job.seconds)]
        yield ReportLine(" · ".join(facts), "title", folder)
        for error in job.errors[:_MAX_FILES]:
            yield ReportLine(str(error), "error", str(error.path or ""))
        for text in filter(None, (counts_text(job), clips_text(job))):
            yield ReportLine(text, "dim", folder)
        for file in job.written[:_MAX_FILES]:
            yield ReportLine(_summary(file), "plain", str(file.path.absolute()))
        for items, noun in ((job.errors, "errors"), (job.written, "files")):
            if len(items) > _MAX_FILES:
                yield ReportLine(f"… and {len(items) - _MAX_FILES:,} more {noun}", "dim", folder)


def final_report(jobs: Sequence[ExportFinished], left: int) -> str:
    """Return the text printed after leaving during exports; empty where there were none.

    ``left`` counts the photos of jobs that have not ended.
    """
    lines = [f"exported: {written_text(job)}" for job in jobs if job.written]
    errors = [error for job in jobs for error in job.errors]
    if errors:
        lines.append(f"not exported, {_photos(len(errors))}:")
        lines.append(errors_text(errors, _REPORT_ERRORS))
    without_depth = sum(job.without_depth for job in jobs)
    if without_depth:
        lines.append(f"without depth, {_photos(without_depth)}")
    not_begun = left + sum(job.not_begun for job in jobs)
    if not_begun:
        lines.append(f"not begun, {_photos(not_begun)}")
    return "\n".join(lines)


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"
