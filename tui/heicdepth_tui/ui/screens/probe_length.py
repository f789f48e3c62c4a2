"""The known length of the probe: typed by the user, it scales the distances of the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from heicdepth_tui.ui.presenters import probe as texts
from heicdepth_tui.ui.screens.probe_output import ProbeOutput

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.marks import PhotoMarks
    from heicdepth_tui.ui.services.probe_layers import ProbeLayers

__all__ = ["ProbeLength"]


class ProbeLength(ProbeOutput):
    """The field for a length; subclasses set what is drawn, and keep the scale."""

    _drawn: ProbeLayers | None
    _pixel: tuple[int, int]

    def _keep(self, marks: PhotoMarks) -> None:
        raise NotImplementedError

    def action_ask_length(self) -> None:
        """Open the field for a known length."""
        count = len(self.marks.marks)
        what = f"between marks {count - 1} and {count}" if count > 1 else (
            "from camera to mark 1" if count else "from camera to crosshair"
        )  # fmt: skip
        field = self.query_one(Input)
        field.placeholder = f"true length {what}, such as 0.35 m or 35 cm; esc closes"
        field.value = ""
        self.add_class("-asking")
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Scale the photo's distances by the length."""
        from heicdepth_tui.depth.scale import scale_factor

        if self._drawn is None:
            return
        try:
            true = texts.parse_length(event.value)
            length = texts.length_of_file(self._drawn.probe, self.marks.marks, self._pixel)
            factor = scale_factor(true, length)
        except ValueError as error:
            self._tell(str(error), "warning")
            return
        self._close_field()
        self._tell(texts.scale_note(self._drawn.probe, self.marks.marks, self._pixel, factor))
        self._keep(self.marks.scaled_by(factor))

    def _close_field(self) -> None:
        self.remove_class("-asking")
        self.set_focus(None)

    def action_file_scale(self) -> None:
        """Return to the distances of the file."""
        self._keep(self.marks.scaled_by(None))
