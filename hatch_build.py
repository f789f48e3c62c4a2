"""Hatchling's build hook: adds the manual page, made from the texts of ``--help``, to the wheel."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANUAL_IN_WHEEL = "share/man/man1/heicdepth-tui.1"


class ManualPageHook(BuildHookInterface[Any]):
    """Writes the page to a scratch folder for the time of the build.

    Imports the command line, which needs click and nothing else.
    """

    PLUGIN_NAME = "custom"
    _scratch: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the page and name it among the data files of the wheel."""
        self._scratch = tempfile.TemporaryDirectory()
        page = Path(self._scratch.name) / "heicdepth-tui.1"
        page.write_text(self._manual_page(), encoding="utf-8")
        build_data["shared_data"][str(page)] = MANUAL_IN_WHEEL

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            self._scratch.cleanup()

    def _manual_page(self) -> str:
        sources = str(Path(self.root) / "tui")
        writes_bytecode = not sys.dont_write_bytecode
        sys.path.insert(0, sources)
        sys.dont_write_bytecode = True
        try:
            from heicdepth_tui.cli.manual import manual_page

            return manual_page()
        finally:
            sys.path.remove(sources)
            sys.dont_write_bytecode = not writes_bytecode
