"""How far a batch is, on stderr: a bar, lines, or JSON Lines."""

from __future__ import annotations

import json
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.written import print_path
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from heicdepth_tui.batch.photo import Outcome
    from heicdepth_tui.batch.plan import Job

__all__ = ["MODES", "Reporter"]

MODES = ("auto", "plain", "json")


class Reporter:
    """Prints paths on stdout and, on stderr, what happens to each photo; use it in a ``with``.

    ``auto`` shows a bar with rate, time left and the current name where stderr is a terminal and
    there are several photos, else the lines of ``plain``; ``json`` prints an object a photo.
    """

    def __init__(self, mode: str, total: int | None) -> None:
        self._mode = mode
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._begun = time.monotonic()
        self._ended = 0
        if mode == "auto" and sys.stderr.isatty() and (total is None or total > 1):
            self._make_bar(total)

    def _make_bar(self, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[name]}", markup=False),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, name="", rate="")

    def __enter__(self) -> Reporter:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begun(self, job: Job) -> None:
        """Show the name of a photo that a worker has begun."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, name=printable(job.path))

    def ended(self, outcome: Outcome, *, photos: int = 1) -> None:
        """Print the files of a photo, or why there are none; count ``photos`` as ended.

        With a bar the summaries of files that hold many photos (``photos`` is 0) are printed too.
        """
        self._ended += photos
        lines = [printable_summary for one in outcome.written if (printable_summary := one.summary)]
        if outcome.state.value == "failed":
            lines.append(f"heicdepth-tui: {printable(outcome.reason)}")
        if self._mode == "json":
            self._json(outcome)
            lines = []
        bar = self._bar
        if bar is not None and self._task is not None:
            rate = self._ended / max(0.001, time.monotonic() - self._begun)
            bar.update(self._task, advance=photos, rate=f"{rate:.1f}/s")
            # The bar is drawn on the last line of the terminal: lines go above it.
            if photos:
                lines = [line for line in lines if line.startswith("heicdepth-tui:")]
            for line in lines:
                bar.console.print(line, markup=False, soft_wrap=True)
            if sys.stdout.isatty():
                return
        for one in outcome.written:
            print_path(one.path)
        if bar is None:
            for line in lines:
                click.echo(line, err=True)

    def _json(self, outcome: Outcome) -> None:
        record = {
            "source": outcome.source,
            "state": outcome.state.value,
            "outputs": [str(one.path.absolute()) for one in outcome.written],
            "reason": outcome.reason,
            "ended": self._ended,
        }
        click.echo(json.dumps(record), err=True)
