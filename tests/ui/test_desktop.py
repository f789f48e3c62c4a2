"""The system's own program: which one, and what is said where it does not open a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.errors import ExportError
from heicdepth_tui.ui.services.desktop import Desktop, find_desktop, open_with

SSH = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}


def found(name: str) -> str:
    return f"/usr/bin/{name}"


@pytest.mark.parametrize(
    ("environ", "platform", "program"),
    [
        ({"DISPLAY": ":0"}, "linux", "/usr/bin/xdg-open"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", "/usr/bin/xdg-open"),
        ({**SSH, "DISPLAY": "localhost:10.0"}, "linux", "/usr/bin/xdg-open"),
        ({}, "darwin", "/usr/bin/open"),
    ],
)
def test_the_program_of_a_desktop(environ: dict[str, str], platform: str, program: str) -> None:
    assert find_desktop(environ, platform, found) == Desktop(program)


@pytest.mark.parametrize(
    ("environ", "platform", "problem"),
    [
        (SSH, "linux", "no desktop over SSH"),
        ({**SSH, "DISPLAY": ":0"}, "darwin", "no desktop over SSH"),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", "no desktop over SSH"),
        ({}, "linux", "neither DISPLAY nor WAYLAND_DISPLAY"),
    ],
)
def test_no_desktop_says_why(environ: dict[str, str], platform: str, problem: str) -> None:
    desktop = find_desktop(environ, platform, found)
    assert desktop.program == ""
    assert problem in desktop.problem


def test_a_missing_program_is_named_with_its_package() -> None:
    desktop = find_desktop({"DISPLAY": ":0"}, "linux", lambda _: None)
    assert desktop == Desktop(problem="xdg-open is not installed (package xdg-utils)")


def test_wsl_has_a_program_of_its_own() -> None:
    def which(name: str) -> str | None:
        return found(name) if name == "wslview" else None

    assert find_desktop({"DISPLAY": ":0"}, "linux", which).program == "/usr/bin/wslview"


def script(folder: Path, body: str) -> str:
    path = folder / "opener"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_the_path_is_one_argument_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a b; $(touch x) 'photo'.HEIC"
    open_with(script(tmp_path, f'printf %s "$#:$1" > "{tmp_path}/seen"'), str(path))
    assert (tmp_path / "seen").read_text() == f"1:{path}"


@pytest.mark.parametrize(
    ("code", "cause"), [(2, "no longer there"), (3, "no program"), (9, "exit code 9")]
)
def test_an_exit_code_becomes_a_cause(tmp_path: Path, code: int, cause: str) -> None:
    with pytest.raises(ExportError, match=cause) as raised:
        open_with(script(tmp_path, f"exit {code}"), "/photos/a.HEIC")
    assert raised.value.path == Path("/photos/a.HEIC")


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be started"):
        open_with(str(tmp_path / "missing"), "/photos/a.HEIC")
