"""The help screen: every key that works, what the numbers mean, what they do not promise."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

__all__ = ["HelpScreen"]

_KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "move",
        (
            ("j k ↓ ↑", "next, previous photo"),
            ("ctrl+d ctrl+u  PgDn PgUp", "half a page, a page"),
            ("g G  Home End", "first, last photo"),
            ("] [", "next, previous photo with depth"),
            ("/  n N", "find by name; next, previous match"),
        ),
    ),
    (
        "list",
        (
            ("f", "only photos with depth, or all"),
            ("s", "sort by name, date, size, depth"),
            ("r", "read the folder and the photo again"),
            ("y", "copy the path (OSC 52)"),
        ),
    ),
    (
        "picture",
        (
            ("tab", "next layer: photo, gain map, mattes …"),
            ("c", "next colour map for depth"),
            ("t", "next table, where they are folded"),
            ("i", "metadata in full"),
        ),
    ),
    (
        "export and more",
        (
            ("e", "point cloud of this photo as PCD"),
            ("E", "choose formats and options"),
            ("ctrl+p", "command palette"),
            ("?  F1", "this help"),
            ("esc", "close what is open"),
            ("q  ctrl+c", "quit"),
        ),
    ),
)

_MARKS = (
    ("●", "has a depth map"),
    ("○", "portrait photo whose depth was stripped"),
    ("!", "cannot be read as it should; the row says why"),
    ("·", "header not read yet"),
)

_DISPARITY = (
    "A depth map holds codes. Most iPhone photos store disparity, the inverse of distance: "
    "code 255 is nearest, and one step is fine near and coarse far away. d_min and d_max say what "
    "the ends of the code range mean."
)
_ACCURACY = (
    "accuracy absolute (TrueDepth camera): metres are measured. accuracy relative (two rear "
    "cameras): ratios of distances hold, but metres (≈) are not promised. The word stands with "
    "every figure in metres, here and in exported files."
)


def _content() -> Content:
    parts: list[str | tuple[str, str]] = []
    for title, keys in _KEYS:
        parts.append((f"{title}\n", "bold $accent"))
        for key, what in keys:
            parts.extend(((f"  {key:<26}", "$foreground"), (f"{what}\n", "$foreground 70%")))
        parts.append("\n")
    parts.append(("marks\n", "bold $accent"))
    for mark, what in _MARKS:
        parts.extend(((f"  {mark:<26}", "$foreground"), (f"{what}\n", "$foreground 70%")))
    parts.append(("\nwhat the numbers mean\n", "bold $accent"))
    parts.append((f"{_DISPARITY}\n\n{_ACCURACY}\n", "$foreground 70%"))
    return Content.assemble(*parts)


class HelpScreen(ModalScreen[None]):
    """Closes by esc, ?, F1 or q."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll { width: 74; max-width: 96%; height: auto; max-height: 92%;
        background: $surface; border: round $accent 60%; border-title-color: $accent; padding: 1 2;
        scrollbar-size: 1 1; }
    HelpScreen Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q", "dismiss", "Close", id="help.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="help.up"),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll() as page:
            page.border_title = "help"
            page.border_subtitle = "esc closes"
            yield Static(_content(), markup=False)

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
