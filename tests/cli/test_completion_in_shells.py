"""Completion as bash, zsh and fish do it, with the script that the command prints."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

START = {
    "bash": ("bash", "--noprofile", "--rcfile", "bashrc", "-i"),
    "zsh": ("zsh", "-i"),
    "fish": ("fish", "-i"),
}
FILES = {
    "bashrc": 'PS1="ready> "\neval "$(heicdepth-tui completion bash)"\n',
    ".zshrc": 'PS1="ready> "\nautoload -Uz compinit\ncompinit -u\n'
    'eval "$(heicdepth-tui completion zsh)"\n',
    "fish/config.fish": "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n"
    'function fish_prompt\n    echo "ready> "\nend\nheicdepth-tui completion fish | source\n',
}


@pytest.fixture(scope="module", params=START)
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    """Return a shell that has the script, in a folder with a folder ``my photos``."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    home = tmp_path_factory.mktemp(request.param)
    for name, text in FILES.items():
        path = home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    program = home / "bin" / "heicdepth-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m heicdepth_tui "$@"\n')
    program.chmod(0o755)
    (home / "my photos").mkdir()

    class Shell(Terminal):
        command = START[request.param]

    terminal = Shell(
        [], home, 120, 40,
        HOME=str(home), ZDOTDIR=str(home), XDG_CONFIG_HOME=str(home), XDG_DATA_HOME=str(home),
        PATH=f"{program.parent}:/usr/bin:/bin:{Path(shutil.which(request.param) or '').parent}",
    )  # fmt: skip
    terminal.wait_text("ready>")
    yield terminal
    terminal.close()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("exp", "export "),
        ("export --format pcd,pl", "export --format pcd,ply "),
        ("export --format=pcd,pl", "export --format=pcd,ply "),
        ("export --without skin,ha", "export --without skin,hair "),
        ("info --select path,camera.ori", "info --select path,camera.origin "),
        ("--the", "--theme "),
        ("--theme=d", "--theme=dark "),
        ("export my", r"export my\ photos/"),
        ("export --out=my", r"export --out=my\ photos/"),
    ],
)
def test_a_tab_completes_the_last_word(shell: Terminal, typed: str, completed: str) -> None:
    shell.send(f"heicdepth-tui {typed}\t")
    shell.wait_text(f"ready> heicdepth-tui {completed}")
    shell.send("\x15\x0c")  # an empty line at the top of an empty screen
    shell.wait(lambda: shell.text.split() == ["ready>"], "an empty line")
