"""The question before an export that takes much of the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from heicdepth_tui.text import printable_path, size_text
from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from heicdepth_tui.ui.services.events import ExportNeedsSpace

__all__ = ["ExportConsent"]


class ExportConsent(ModalScreen[bool]):
    """Dismisses with True to export, with False not to."""

    DEFAULT_CSS = """
    ExportConsent { align: center middle; background: $background 60%; }
    ExportConsent > #frame { width: 70; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 1; }
    ExportConsent Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("y,enter", "agree(True)", "Export", "consent.export", show=True),
        bind("n,escape,q", "agree(False)", "Cancel", "consent.cancel", show=True),
    ]

    def __init__(self, event: ExportNeedsSpace) -> None:
        super().__init__()
        self._event = event

    def compose(self) -> ComposeResult:
        """Size, free space, folder, and the keys."""
        event = self._event
        photos = "1 photo" if event.photos == 1 else f"{event.photos:,} photos"
        needs = "needs" if event.photos == 1 else "need"
        only = "only " if event.needed > event.free else ""
        with Vertical(id="frame") as frame:
            frame.border_title = "export needs much space"
            frame.border_subtitle = "y exports · esc cancels"
            yield Static(
                f"{photos} {needs} about {size_text(event.needed)}.\n"
                f"{only}{size_text(event.free)} free in "
                f"{printable_path(event.folder)}",
                markup=False,
            )

    def action_agree(self, is_agreed: bool) -> None:
        """Close with the answer."""
        self.dismiss(is_agreed)
