"""The manual page, from the texts of ``--help``: ``python -m heicdepth_tui.cli.manual``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

import click

from heicdepth_tui._version import __version__
from heicdepth_tui.cli.export import ExportCommand
from heicdepth_tui.cli.main import group

__all__ = ["manual_page"]


def manual_page() -> str:
    """Return the page in roff, section 1 of the manual."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    context = click.Context(group, info_name="heicdepth-tui")
    yield f'.TH HEICDEPTH-TUI 1 "" "heicdepth-tui {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "heicdepth-tui \\- look at the depth maps inside HEIC photos, and export point clouds"
    yield ".SH SYNOPSIS"
    yield ".B heicdepth-tui"
    yield _text("[OPTIONS] [PATH]...")
    for name in group.list_commands(context):
        command = _command(context, name)
        yield ".br"
        yield f".B heicdepth-tui {name}"
        pieces = command.collect_usage_pieces(context)
        yield _text(" ".join(piece for piece in pieces if piece))
    yield ".SH DESCRIPTION"
    yield from _paragraphs(group.help or "")
    for name in group.list_commands(context):
        command = _command(context, name)
        yield f'.SH "{name.upper()}"'
        yield from _paragraphs(command.help or "")
        if isinstance(command, ExportCommand):
            yield '.SS "Formats"'
            yield from _definitions(command.formats())
            yield '.SS "Options"'
        with click.Context(command, info_name=name, parent=context) as inner:
            records = (one.get_help_record(inner) for one in command.get_params(inner))
            yield from _definitions(record for record in records if record is not None)


def _definitions(records: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in records:
        yield ".TP"
        yield f".B {_text(name)}"
        yield _text(text) or "\\&"


def _command(context: click.Context, name: str) -> click.Command:
    command = group.get_command(context, name)
    if command is None:
        raise LookupError(name)
    return command


def _paragraphs(help_text: str) -> Iterator[str]:
    for paragraph in help_text.strip().split("\n\n"):
        yield ".PP"
        keeps_lines = paragraph.lstrip().startswith("\b")
        lines = [line.strip() for line in paragraph.replace("\b", "").strip().splitlines()]
        if keeps_lines:
            for line in lines:
                yield ".br"
                yield _text(line)
        else:
            yield _text(" ".join(lines))


def _text(text: str) -> str:
    """Return text as roff shows it: no control lines, no escapes, hyphens that can be copied."""
    plain = re.sub(r"\s+", " ", text).strip().replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    sys.stdout.write(manual_page())
