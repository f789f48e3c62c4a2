"""The least that a Textual app can be: what the first paint is compared with.

``python -m bench.minimal``; ``q`` quits.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

__all__ = ["READY", "Minimal"]

READY = "ready-to-be-seen"


class Minimal(App[None]):
    """One line of text, which ``x`` changes."""

    BINDINGS = [("q", "quit", "Quit"), ("x", "count", "Count")]  # noqa: RUF012  Textual's declaration

    presses = 0

    def compose(self) -> ComposeResult:
        """Hold the line."""
        yield Static(READY)

    def action_count(self) -> None:
        """Change the line, which keeps its size."""
        self.presses += 1
        self.query_one(Static).update(f"{READY} {self.presses}", layout=False)


if __name__ == "__main__":
    Minimal().run()
