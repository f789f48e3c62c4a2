"""``heicdepth-tui sample DIR``: writes generated photos of known geometry."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["sample"]


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def sample(folder: Path) -> int:
    """Write generated photos with depth of known geometry to DIR.

    Spheres and boxes with exact depth: landscape and portrait, relative and absolute, without
    depth, and with depth stripped. Existing files are never overwritten.
    """
    from heicdepth_tui.samples.write import write_samples

    for path in write_samples(folder):
        click.echo(str(path))
    return 0
