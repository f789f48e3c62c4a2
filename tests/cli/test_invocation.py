"""One decision before the arguments are parsed: which command runs, and whether the app opens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from heicdepth_tui.cli.invocation import Invocation, command_of


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, with a terminal at both ends."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("_HEICDEPTH_TUI_COMPLETE", raising=False)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ("", "browse"),
        ("photos", "browse"),
        ("--theme light photos", "browse"),
        ("browse photos", "browse"),
        ("info photos", "info"),
        ("./info", "browse"),
        ("export --help", "export"),
        ("--help", ""),
        ("-h", ""),
        ("--version", ""),
    ],
)
def test_the_first_argument_decides_the_command(arguments: str, command: str) -> None:
    assert command_of(arguments.split()) == command


@pytest.mark.parametrize(
    ("arguments", "opens_app", "needs_parser"),
    [
        ("", True, False),
        (".", True, False),
        (". missing", True, True),
        ("-r .", True, True),
        ("browse .", True, True),
        ("--limit-pixels 5 .", True, True),
        ("--theme light --help", False, True),
        ("info .", False, True),
        ("config", False, True),
        ("--version", False, True),
    ],
)
def test_the_app_opens_and_only_paths_need_no_parser(
    arguments: str, opens_app: bool, needs_parser: bool
) -> None:
    read = Invocation.read(arguments.split())

    assert read.opens_app is opens_app
    assert read.needs_parser is needs_parser


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_nothing_starts_without_a_terminal(monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    monkeypatch.setattr(getattr(sys, stream), "isatty", lambda: False)

    assert Invocation.read(["."]) == ((".",), False)


def test_nothing_starts_while_a_shell_completes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_HEICDEPTH_TUI_COMPLETE", "bash_source")

    assert Invocation.read([]) == ((), False)


@pytest.mark.parametrize(
    ("arguments", "photo"),
    [
        ("export one.heic", "one.heic"),
        ("export ./one.heic", "./one.heic"),
        ("export --format ply --out folder one.heic", "one.heic"),
        ("export folder/two.heic --projection=flat", "folder/two.heic"),
        ("export one.heic folder/two.heic", ""),
        ("export folder", ""),
        ("export missing.heic", ""),
        ("export", ""),
        ("export one.heic -", ""),
        ("export one.heic -0", ""),
        ("export one.heic --limit-pixels=5", ""),
        ("export --dry-run one.heic", ""),
        ("export one.heic --help", ""),
        ("info one.heic", ""),
        ("one.heic", ""),
    ],
)
def test_the_photo_of_an_export_is_known_where_one_file_is_named(
    tmp_path: Path, arguments: str, photo: str
) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("one.heic", "folder/two.heic"):
        (tmp_path / name).touch()

    assert Invocation.read(arguments.split()).exported_photo == photo


def test_no_export_begins_while_a_shell_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.heic").touch()
    monkeypatch.setenv("_HEICDEPTH_TUI_COMPLETE", "bash_complete")

    assert Invocation.read(["export", "one.heic"]).exported_photo == ""
