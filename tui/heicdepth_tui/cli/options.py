"""Arguments and options that several commands share; ``info`` and ``show`` use them as well."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from heicdepth_tui.config import PROJECTIONS, Config, read_config
from heicdepth_tui.draw.fit import LEAST_CELL_ASPECT, MOST_CELL_ASPECT
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "cell_aspect_option",
    "config_option",
    "limit_option",
    "limits_of",
    "out_option",
    "projection_option",
    "recursive_option",
]

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _read_config(context: click.Context, _: click.Parameter, path: Path | None) -> Config:
    """Read the config file and let its values be the defaults of the command's options."""
    if context.resilient_parsing:
        return Config()
    config = read_config(path)
    if config.path is not None:
        names = {param.name for param in context.command.params}
        given = {entry.name: getattr(config, entry.name) for entry in fields(config)}
        context.default_map = {name: given[name] for name in names & given.keys() - {"path"}}
    return config


class _CellAspect(click.FloatRange):
    """A number within limits, or ``auto``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "auto":
            return value
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


cell_aspect_option: _Decorator = click.option(
    "--cell-aspect",
    type=_CellAspect(LEAST_CELL_ASPECT, MOST_CELL_ASPECT),
    default="auto",
    show_default=True,
    metavar="auto|NUMBER",
    help="Height of a cell over its width; auto: as the terminal states it, else 2.",
)

config_option: _Decorator = click.option(
    "--config",
    type=click.Path(path_type=Path),
    is_eager=True,
    callback=_read_config,
    metavar="FILE",
    help="Config file (default: the user's own; heicdepth-tui config prints it).",
)

limit_option: _Decorator = click.option(
    "--limit-pixels",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.pixels,
    show_default=True,
    metavar="N",
    help="Refuse photos with more pixels than this, before decoding.",
)

out_option: _Decorator = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Folder for exported files (default: the current folder).",
)

projection_option: _Decorator = click.option(
    "--projection",
    type=click.Choice(PROJECTIONS),
    default="perspective",
    show_default=True,
    help="Projection of clouds: perspective with the camera, or a flat relief (not to scale).",
)

recursive_option: _Decorator = click.option(
    "-r", "--recursive", is_flag=True, help="Include sub-folders."
)


def limits_of(limit_pixels: int) -> Limits:
    """Return the limits with the value of ``--limit-pixels``."""
    return replace(DEFAULT_LIMITS, pixels=limit_pixels)
