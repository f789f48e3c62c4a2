"""The least that a Textual app can be: what the first paint is compared with.

``python -m bench.minimal``; ``q`` quits.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

__all__ = ["READY", "Minimal"]

READY = "ready-to-be-seen"


class Minimal(App[None]):
    """One line of text."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012  Textual's declaration

    def compose(self) -> ComposeResult:
        """Hold the line."""
        yield Static(READY)


if __name__ == "__main__":
    Minimal().run()
