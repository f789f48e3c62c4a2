"""What the probe reads, taken along: copied as text or JSON, and marks written as CSV."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.presenters import probe as texts
from heicdepth_tui.ui.screens.view import ViewScreen
from heicdepth_tui.ui.services.probe_layers import write_marks

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from heicdepth_tui.depth.measure import Probe, Sample
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.marks import Mark, PhotoMarks
    from heicdepth_tui.ui.presenters.probe import Measured, Reading

__all__ = ["ProbeOutput"]

_PATH_SECONDS = 8
"""Seconds that the path of a written file is shown."""


class ProbeOutput(ViewScreen):
    """The keys that copy and write; subclasses set the photo, and read and measure."""

    _entry: Entry
    _probe: Probe | None

    @property
    def marks(self) -> PhotoMarks:
        """Marks and scale of the photo."""
        raise NotImplementedError

    def _reading(self, probe: Probe, mark: Mark | None = None) -> Reading:
        """Read the pixel of a mark, None for the crosshair."""
        raise NotImplementedError

    def _measured(self, probe: Probe, cursor: Sample | None) -> Measured:
        """Return the list of marks, and the measurement of two of them."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """Copy read-out, marks and measurement as text; the path while its message is shown."""
        if self._app_context.export_log.message_path:
            self.action_copy_path()
        elif self._probe is not None:
            probe, reading = self._probe, self._reading(self._probe)
            measured = self._measured(probe, reading.sample)
            trust = probe.depth_map.trust.with_camera(probe.camera)
            self._copy(texts.as_text(self._entry.name, reading, trust, measured), "text")

    def action_copy_json(self) -> None:
        """Copy read-out, marks and measurements as JSON."""
        if self._probe is not None:
            probe = self._probe
            readings = [self._reading(probe, mark) for mark in self.marks.marks]
            name = self._entry.name
            self._copy(texts.as_json(name, probe, self._reading(probe), readings), "JSON")

    def _copy(self, text: str, form: str) -> None:
        self.app.copy_to_clipboard(text)
        self._tell(f"{form} sent to the terminal's clipboard")

    def action_write(self) -> None:
        """Write the marks as CSV into the folder of exports, in a thread."""
        probe, marks = self._probe, self.marks.marks
        if probe is None:
            return
        if not marks:
            self._tell("no marks to write: space sets one", "warning")
            return
        data = texts.csv_bytes(probe, [self._reading(probe, mark) for mark in marks])
        write = partial(write_marks, self._app_context.options.out, self._entry.name, data)
        self.run_worker(write, thread=True)

    def _tell(self, message: str, severity: SeverityLevel = "information") -> None:
        self.notify(message, severity=severity, timeout=4, markup=False)

    def _tell_path(self, path: str) -> None:
        """State where the marks were written, for as long as ``y`` copies the path."""
        self.app.clear_notifications()
        text = f"marks written to {printable_path(path)}\ny copies the path"
        self.notify(text, timeout=_PATH_SECONDS, markup=False)
        self._app_context.export_log.message_shown(path, _PATH_SECONDS)
