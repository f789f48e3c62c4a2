"""``heicdepth-tui config``: prints the config in force, as a config file with comments."""

from __future__ import annotations

import click

from heicdepth_tui.cli.options import config_option
from heicdepth_tui.config import Config, as_toml
from heicdepth_tui.errors import ConfigError

__all__ = ["config"]


@click.command()
@config_option
def config(config: Config) -> int:
    """Print the config in force, as a config file with comments.

    The first line names the file. Save the output under that name to begin one of your own.
    """
    from heicdepth_tui.ui.startup.keymap import all_bindings, check_keymap

    try:
        check_keymap(config.keymap)
    except ConfigError as error:
        raise error.at(config.path or "") from None
    bindings = [(str(b.id), b.key, b.tooltip or b.description) for b in all_bindings()]
    click.echo(as_toml(config, bindings), nl=False)
    return 0
