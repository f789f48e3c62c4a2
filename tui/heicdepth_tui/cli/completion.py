"""``heicdepth-tui completion``: prints the script with which a shell completes the commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from heicdepth_tui.cli.invocation import COMPLETION
from heicdepth_tui.cli.shells import add_shells

__all__ = ["completion"]

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash 4.4 or later, in ~/.bashrc:  eval "$(heicdepth-tui completion bash)"
    zsh, in ~/.zshrc after compinit:  eval "$(heicdepth-tui completion zsh)"
    fish:  heicdepth-tui completion fish > ~/.config/fish/completions/heicdepth-tui.fish
    """  # noqa: D301  the backspace keeps click from wrapping the paragraph
    add_shells()
    found = get_completion_class(shell)
    if found is None:  # pragma: no cover  click has all three
        raise click.UsageError(f"this version of click completes nothing in {shell}")
    group = context.find_root().command
    click.echo(found(group, {}, "heicdepth-tui", COMPLETION).source(), nl=False)
