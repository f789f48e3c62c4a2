"""Asks for the two ends of the colour range."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from heicdepth_tui.ui.widgets.bindings import bind

__all__ = ["RangePrompt"]

_HELP = "two distances in metres, as 0.5 2; codes where a photo has no metres"


class RangePrompt(ModalScreen[tuple[float, float] | None]):
    """Returns the ends, or None where esc leaves the range to the file."""

    DEFAULT_CSS = """
    RangePrompt { align: center middle; background: $background 60%; }
    RangePrompt > Vertical { width: 60; max-width: 96%; height: auto; background: $surface;
        border: round $accent 60%; border-title-color: $accent; border-subtitle-color: $dim;
        padding: 0 2; }
    RangePrompt Input, RangePrompt Input:focus { border: none; height: 1; padding: 0;
        background: $panel; }
    RangePrompt .prompt--help { color: $dim; }
    RangePrompt .prompt--problem { color: $error; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "dismiss(None)", "Close", "range.close", show=True)
    ]

    def __init__(self, near: float, far: float) -> None:
        super().__init__()
        self._text = f"{near:g} {far:g}" if far > near else ""

    def compose(self) -> ComposeResult:
        """Hold the field, what it takes, and what is wrong with it."""
        with Vertical() as box:
            box.border_title = "colours from near to far"
            box.border_subtitle = "enter takes · esc all codes"
            yield Static(_HELP, classes="prompt--help", markup=False)
            yield Input(self._text, placeholder="0.5 2")
            yield Static("", classes="prompt--problem", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the ends, or say what is wrong with them."""
        ends = _ends(event.value)
        if ends is None:
            text = "two numbers, the first smaller and none below 0: 0.5 2"
            self.query_one(".prompt--problem", Static).update(text)
        else:
            self.dismiss(ends)


def _ends(text: str) -> tuple[float, float] | None:
    words = text.replace("m", " ").replace("–", " ").replace(",", " ").split()
    try:
        near, far = map(float, words)
    except ValueError:
        return None
    return (near, far) if 0 <= near < far and math.isfinite(far) else None
