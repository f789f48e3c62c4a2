"""Imports in a thread what tables and legends need, once the first pictures are there."""

from __future__ import annotations

import sys

from heicdepth_tui.ui.services.events import ImportsReady, Post, WorkFailed
from heicdepth_tui.ui.services.worker_pool import WorkerPool

__all__ = ["LateImports"]


class LateImports:
    """numpy takes 60 ms to import: neither the first paint nor the first picture waits for it."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._pool = WorkerPool(
            "imports", lambda error: post(WorkFailed(error)), threads=1, waiting=1
        )
        self.are_ready = "numpy" in sys.modules
        """Whether tables can be built without waiting for an import."""

    def begin(self) -> None:
        """Import, unless that is done or under way; then post ImportsReady."""
        if not self.are_ready:
            self._pool.submit("imports", self._import)

    def _import(self) -> None:
        import heicdepth_tui.depth.camera
        import heicdepth_tui.draw.colour_bar
        import heicdepth_tui.report.tables

        del heicdepth_tui
        self._post(ImportsReady())
