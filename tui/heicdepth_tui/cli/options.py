"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

__all__ = ["limit_option", "limits_of", "projection_option"]


def limit_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--limit-pixels``."""
    return click.option(
        "--limit-pixels",
        type=click.IntRange(min=1),
        default=DEFAULT_LIMITS.pixels,
        show_default=True,
        metavar="N",
        help="Refuse photos with more pixels than this, before decoding.",
    )(command)


def limits_of(limit_pixels: int) -> Limits:
    """Return the limits with the value of ``--limit-pixels``."""
    return replace(DEFAULT_LIMITS, pixels=limit_pixels)


def projection_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--projection``."""
    return click.option(
        "--projection",
        type=click.Choice(["perspective", "flat"]),
        default="perspective",
        show_default=True,
        help="Projection of clouds: perspective with the camera, or a flat relief (not to scale).",
    )(command)
