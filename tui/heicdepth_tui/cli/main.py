"""The group of commands; ``browse`` is run where the first argument names no command."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from heicdepth_tui._version import __version__
from heicdepth_tui.cli.invocation import COMMANDS, COMPLETION, DEFAULT_COMMAND, command_of
from heicdepth_tui.cli.written import silence_stdout

__all__ = ["group", "run_command"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _DefaultGroup(click.Group):
    """A group that runs ``browse`` where no command is named.

    A command is imported when it runs or is listed, from the module of its name: all of them take
    longer to import than click.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Completion parses the words before the one at the cursor: the first may name a command.
        completes_first = ctx.resilient_parsing and not args
        command = command_of(args)
        if command not in ("", *args[:1]) and not completes_first:
            args = [command, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return commands and paths, or the options of ``browse`` and of the group."""
        found = super().shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            # First: bash drops what stands before it, and completes paths where no command matches.
            return [CompletionItem(incomplete, type="file"), *found]
        names = {item.value for item in found}
        command = _command(DEFAULT_COMMAND)
        with command.make_context(
            DEFAULT_COMMAND, [], parent=ctx, resilient_parsing=True
        ) as context:
            options = command.shell_complete(context, incomplete)
        return [*(item for item in options if item.value not in names), *found]

    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            # Written here, where an error of it has an exit code.
            sys.stdout.flush()
        except BrokenPipeError:
            # A closed pipe is no error; else Python reports it again when it flushes at exit.
            silence_stdout()
            return 0
        except OSError as error:
            # Only a stream has no name: files are written by files.py, which names them.
            if error.errno not in _FULL or error.filename is not None:
                raise
            silence_stdout()
            click.echo(
                f"heicdepth-tui: standard output cannot be written: {error.strerror}; "
                "free some space, or redirect it elsewhere",
                err=True,
            )
            return 1
        return result

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS] [PATH]... | COMMAND [ARGS]..."]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        command = _command(DEFAULT_COMMAND)
        with click.Context(command, info_name=ctx.info_name, parent=ctx) as browse_context:
            rows = [
                record
                for param in command.get_params(browse_context)
                if isinstance(param, click.Option)
                and "--help" not in param.opts
                and (record := param.get_help_record(browse_context)) is not None
            ]
        rows.append(("--version", "Show the version and exit."))
        rows.append(("-h, --help", "Show this message and exit."))
        with formatter.section("Options"):
            formatter.write_dl(rows)
        self.format_commands(ctx, formatter)


@click.group(
    cls=_DefaultGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="heicdepth-tui")
def group() -> None:
    """Look at the depth maps inside HEIC photos, and export point clouds from them.

    PATH is any number of folders and files; the default is the current folder. Photos are
    recognised by their content, not by their name. Write ./info for a folder named like a command.
    When standard output is not a terminal, the tables are printed as plain text.

    \b
    Exit codes: 0 all good, 1 some photo failed, 2 wrong usage or a missing extra,
    3 nothing matched.
    """  # noqa: D301  the backspace keeps click from wrapping the paragraph


def _command(name: str) -> click.Command:
    command: click.Command = getattr(import_module(f"heicdepth_tui.cli.{name}"), name)
    return command


def run_command(arguments: Sequence[str]) -> object:
    """Run one command line and return what its command returned, an exit code or None.

    Prints errors in the command line and returns their exit code; raises those of the command.
    """
    if os.environ.get(COMPLETION):
        from heicdepth_tui.cli.shells import add_shells

        add_shells()
    try:
        return group.main(list(arguments), prog_name="heicdepth-tui", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        raise KeyboardInterrupt from error
