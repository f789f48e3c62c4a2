"""The manual page names every command and every option, by the texts of ``--help``."""

from __future__ import annotations

import shutil
import subprocess
import sys

import click
import pytest

from heicdepth_tui.cli.main import group
from heicdepth_tui.cli.manual import manual_page
from heicdepth_tui.export.registry import FORMATS


def test_every_option_of_every_command_is_in_the_page() -> None:
    page = manual_page().replace("\\-", "-")
    context = click.Context(group)
    options = 0

    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert f'.SH "{name.upper()}"' in page
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                options += 1
                assert max(parameter.opts, key=len) in page

    assert options > 30
    for one in FORMATS.values():
        assert f".TP\n.B {one.name}\n{one.description}\n" in page


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_the_page_can_be_formatted() -> None:
    done = subprocess.run(
        ["man", "--warnings", "-l", "-"],
        input=manual_page(),
        capture_output=True,
        text=True,
        env={"MANROFFOPT": "", "MANWIDTH": "100", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "--format" in done.stdout


def test_the_page_is_made_with_click_alone() -> None:
    # The build has nothing else installed: hatch_build.py makes the page for the wheel.
    program = (
        "import sys; from heicdepth_tui.cli.manual import manual_page; manual_page();"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )

    loaded = set(done.stdout.split())
    assert "click" in loaded
    assert not loaded & {"numpy", "PIL", "pillow_heif", "rich", "textual", "platformdirs"}
