"""Asks for two distances: the ends of the colour range, or the near and the far clip."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.clip import Clip

__all__ = ["ClipPrompt", "RangePrompt"]


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

    heading = "colours from near to far"
    hint = "enter takes · esc all codes"
    explanation = "two distances in metres, as 0.5 2; codes where a photo has no metres"
    problem = "two numbers, the first smaller and none below 0: 0.5 2"

    def __init__(self, near: float, far: float) -> None:
        super().__init__()
        self._text = f"{near:g} {far:g}" if far > near else ""

    def compose(self) -> ComposeResult:
        """Hold the field, what it takes, and what is wrong with it."""
        with Vertical() as box:
            box.border_title = self.heading
            box.border_subtitle = self.hint
            yield Static(self.explanation, classes="prompt--help", markup=False)
            yield Input(self._text, placeholder="0.5 2")
            yield Static("", classes="prompt--problem", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the ends, or say what is wrong with them."""
        ends = self.ends(event.value)
        if ends is None:
            self.query_one(".prompt--problem", Static).update(self.problem)
        else:
            self.dismiss(ends)

    def ends(self, text: str) -> tuple[float, float] | None:
        """Return the distances of a text; None where it is wrong."""
        return _ends(text)


class ClipPrompt(RangePrompt):
    """Returns near and far, 0 and infinity for ends that are open, or None for esc."""

    heading = "near and far clip"
    hint = "enter takes · esc leaves it as it is"
    explanation = "two distances in metres, as 0.5 2; - leaves an end open, nothing both"
    problem = "two numbers or -, the first smaller and none below 0: 0.5 2, - 2"

    def __init__(self, clip: Clip) -> None:
        super().__init__(0, 0)
        if not clip.is_open:
            ends = ("-" if end is None else f"{end:g}" for end in (clip.near, clip.far))
            self._text = " ".join(ends)

    def ends(self, text: str) -> tuple[float, float] | None:
        """Return the distances of a text; None where it is wrong."""
        words = text.split() or ["-", "-"]
        if "-" not in words:
            return _ends(text)
        if len(words) != len(_OPEN):
            return None
        filled = [str(end) if word == "-" else word for word, end in zip(words, _OPEN, strict=True)]
        try:
            near, far = (float(word.removesuffix("m")) for word in filled)
        except ValueError:
            return None
        return (near, far) if 0 <= near < far else None


_OPEN = (0.0, math.inf)


def _ends(text: str) -> tuple[float, float] | None:
    words = text.replace("m", " ").replace("–", " ").replace(",", " ").split()
    try:
        near, far = map(float, words)
    except ValueError:
        return None
    return (near, far) if 0 <= near < far and math.isfinite(far) else None
