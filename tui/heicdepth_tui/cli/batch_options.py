"""The options of ``export`` that are about many photos."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

from heicdepth_tui.cli.progress import MODES
from heicdepth_tui.system import cores

if TYPE_CHECKING:
    from heicdepth_tui.batch.plan import Shard

__all__ = [
    "SHARD_SIZE",
    "BatchOptions",
    "accuracy_option",
    "batch_options",
    "jobs_option",
    "progress_option",
    "shard_option",
]

_Command = Callable[..., Any]


class ShardType(click.ParamType["Shard"]):
    """``I/N``: part I of N, counted from 1."""

    name = "I/N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Shard:
        """Return the shard, or fail."""
        from heicdepth_tui.batch.plan import Shard

        if isinstance(value, Shard):
            return value
        index, slash, count = str(value).partition("/")
        numbers = index.isdecimal() and count.isdecimal()
        if not slash or not numbers or not 1 <= int(index) <= int(count):
            self.fail(f"{value!r} is no part such as 3/16", param, ctx)
        return Shard(int(index), int(count))


class Since(click.ParamType[int]):
    """A date or a time, ISO 8601, as nanoseconds since 1970."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the nanoseconds, or fail."""
        if isinstance(value, int):
            return value
        try:
            moment = datetime.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date such as 2024-05-11 or 2024-05-11T10:22", param, ctx)
        return int(moment.timestamp() * 1e9)


SHARD_SIZE = 500
"""Photos of one task on a cluster, where no number is given."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """The values of these options."""

    jobs: int = 1
    template: str = "{stem}"
    keep_tree: bool = False
    spread: bool = False
    overwrite: bool = False
    dry_run: bool = False
    depth_only: bool = False
    since_ns: int = 0
    accuracy: str | None = None
    shard: Shard | None = None
    scheduler: str | None = None
    shard_size: int | None = None
    retry_failed: bool = False
    status: bool = False
    progress: str = "auto"

    @classmethod
    def of(cls, given: dict[str, Any]) -> BatchOptions:
        """Take the values out of what click parsed."""
        return cls(**{one.name: given.pop(one.name) for one in fields(cls)})


def batch_options(command: _Command) -> _Command:
    """Add the options to a command, which receives them by the names of ``BatchOptions``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _check_template(_: click.Context, __: click.Parameter, value: str) -> str:
    from heicdepth_tui.batch.plan import template_problem

    problem = template_problem(value)
    if problem:
        raise click.BadParameter(problem)
    return value


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=cores,
    metavar="N",
    help="Photos at a time, each of which uses one core (default: all cores).",
)

accuracy_option = click.option(
    "--accuracy",
    type=click.Choice(["absolute", "relative", "unknown"]),
    help="Only photos whose file states this accuracy of distances.",
)

shard_option = click.option(
    "--shard",
    type=ShardType(),
    help="Only part I of N of the photos, by a hash of their paths.",
)

progress_option = click.option(
    "--progress",
    type=click.Choice(MODES),
    default="auto",
    show_default=True,
    help="On stderr: a bar where it is a terminal, lines, or JSON Lines.",
)

_OPTIONS: tuple[Callable[[_Command], _Command], ...] = (
    jobs_option,
    click.option(
        "--template",
        default="{stem}",
        show_default=True,
        callback=_check_template,
        metavar="TEXT",
        help="Names of files without their suffix, from {stem}, {format} and {parent}.",
    ),
    click.option("--keep-tree", is_flag=True, help="Repeat the photos' folders below --out."),
    click.option("--spread", is_flag=True, help="Spread files over 256 folders by a hash."),
    click.option("--overwrite", is_flag=True, help="Replace files of the same names, each whole."),
    click.option(
        "--dry-run",
        is_flag=True,
        help="List the photos that would be exported, by manifests and headers; write nothing.",
    ),
    click.option(
        "--depth-only",
        is_flag=True,
        help="Skip files without depth also where they are named one by one.",
    ),
    click.option(
        "--since",
        "since_ns",
        type=Since(),
        default=0,
        help="Only photos changed since then: 2024-05-11, or 2024-05-11T10:22 (local time).",
    ),
    accuracy_option,
    shard_option,
    click.option(
        "--scheduler", metavar="ADDRESS", help="Export on a Dask cluster (extra [cluster])."
    ),
    click.option(
        "--shard-size",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help=f"Photos of one task of --scheduler.  [default: {SHARD_SIZE}]",
    ),
    click.option("--retry-failed", is_flag=True, help="Only photos that failed before."),
    click.option("--status", is_flag=True, help="Print what the manifests in --out say, and end."),
    progress_option,
)
