"""Tables and legends of the selected photo: they follow the pictures, and wait for numpy."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from heicdepth_tui.ui.services.messages import TableImportsReady

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.screens.browse import BrowseScreen

__all__ = ["TableUpdates"]


class TableUpdates:
    """Shows the numbers of what is known, once for all that arrives together.

    numpy takes 60 ms to import: the first pictures must not wait for it, so it is imported in a
    thread when they are there.
    """

    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self._is_due = False
        self._is_importing = False
        self._must_wait = "numpy" not in sys.modules

    def import_soon(self) -> None:
        """Import what the numbers are reckoned with, unless it is there or on its way."""
        if self._must_wait and not self._is_importing:
            self._is_importing = True
            threading.Thread(target=self._import, name="numbers", daemon=True).start()

    def _import(self) -> None:
        import heicdepth_tui.depth.camera
        import heicdepth_tui.draw.ramp
        import heicdepth_tui.report.tables

        del heicdepth_tui
        self._screen.app.post_message(TableImportsReady())

    def begin(self) -> None:
        """Show numbers from now on: what they need is imported."""
        self._must_wait = False
        self.update()

    def update(self) -> None:
        """Have the numbers follow soon."""
        if not self._is_due and not self._must_wait:
            self._is_due = True
            self._screen.call_later(self.show)

    def show(self) -> None:
        """Show tables and legends of the selected photo."""
        self._is_due = False
        inspector = self._screen.inspector
        if inspector is not None and inspector.header is not None:
            inspector.build_tables()
            self.show_legends(inspector)
            self._screen.arrays.show_arrays(inspector.rows())
            self._screen.facts.show_facts(inspector.groups())

    def show_legends(self, inspector: PhotoState) -> None:
        """Show what the colours of each pane's depth map mean."""
        panes, name = self._screen.pictures, self._screen.app.colormap
        shown = self._screen.viewer.shown_layer
        panes.photo.legend.show(inspector.depth_map_of(shown), name)
        panes.depth.legend.show(inspector.depth_map, name)
