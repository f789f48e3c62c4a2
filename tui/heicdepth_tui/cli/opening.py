"""Opens the app with the values of the config file; imports no command-line parser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from heicdepth_tui.config import Config
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.errors import ConfigError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.ui.model.options import AppOptions
from heicdepth_tui.ui.startup.launch import open_app

__all__ = ["open_with_config"]


def open_with_config(
    config: Config, paths: tuple[Path, ...], *, recursive: bool = False, title: str = ""
) -> int:
    """Open the app and return its exit code; no path means the current folder.

    Raises the errors of ``open_app``, and ConfigError where the keymap is wrong.
    """
    options = AppOptions(
        paths or (Path(),),
        recursive=recursive,
        theme=config.theme,
        colormap=config.colormap,
        blocks=None if config.blocks == "auto" else Blocks(config.blocks),
        graphics=config.graphics,
        cell_aspect=None if isinstance(config.cell_aspect, str) else config.cell_aspect,
        out=config.out,
        projection=config.projection,
        limits=replace(DEFAULT_LIMITS, pixels=config.limit_pixels),
        keymap=config.keymap,
        title=title,
    )
    try:
        return open_app(options, config.color)
    except ConfigError as error:
        raise error.at(config.path or "") from None
