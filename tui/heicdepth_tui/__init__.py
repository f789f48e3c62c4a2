"""Look at the depth maps inside HEIC photos in the terminal, and export point clouds from them."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
