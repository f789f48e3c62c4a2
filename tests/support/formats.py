"""The export formats that this installation can write."""

from __future__ import annotations

from importlib.util import find_spec

from heicdepth_tui.export.registry import FORMATS

WRITABLE = tuple(name for name in FORMATS if name != "exr" or find_spec("OpenEXR") is not None)
"""All of them where the extra [exr] is installed."""
