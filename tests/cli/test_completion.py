"""Completion as the scripts of the shells ask for it: COMP_WORDS, COMP_CWORD and one variable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heicdepth_tui.cli.invocation import COMMANDS
from tests.support.cli import run_command
from tests.support.terminal import Terminal

VARIABLE = "_HEICDEPTH_TUI_COMPLETE"


def run(instruction: str, **variables: str) -> str:
    done = run_command(**{VARIABLE: instruction}, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def complete(*words: str) -> list[str]:
    """Return what bash is offered for the last of the words, as ``type,value``."""
    line = " ".join(("heicdepth-tui", *words))
    return run("bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words))).split()


def test_the_first_word_is_a_command_or_a_path() -> None:
    # The path comes first: bash drops what stands before it.
    assert complete("") == ["file,", *(f"plain,{name}" for name in sorted(COMMANDS))]
    assert complete("exp") == ["file,exp", "plain,export"]
    assert complete("./in") == ["file,./in"]


@pytest.mark.parametrize(
    "words",
    [
        ("info", "pho"),
        ("show", "pho"),
        ("export", "--format", "ply", "pho"),
        ("sample", "pho"),
        ("browse", "pho"),
        ("a.heic", "pho"),
        ("-r", "pho"),
        ("info", "a.heic", "pho"),
    ],
)
def test_arguments_are_paths(words: tuple[str, ...]) -> None:
    assert complete(*words) == ["file,pho"]


def test_options_of_the_app_are_completed_without_its_name() -> None:
    assert complete("--the") == ["plain,--theme"]
    assert complete("a.heic", "--the") == ["plain,--theme"]
    offered = complete("--")
    assert {"plain,--recursive", "plain,--color", "plain,--version", "plain,--help"} <= {*offered}
    assert len(offered) == len(set(offered))


def test_the_last_word_of_a_list_is_completed() -> None:
    assert complete("export", "--camera-file", "c") == ["plain,colmap"]
    assert complete("export", "--camera-file", "ros,o") == ["plain,ros,open3d"]
    assert complete("export", "--format", "pcd,pl") == ["plain,pcd,ply"]
    assert complete("export", "--only", "ski") == ["plain,skin"]
    assert complete("export", "--without", "skin,h") == ["plain,skin,hair"]
    assert complete("export", "--fields", "step,v") == ["plain,step,valid"]
    assert complete("strip", "--keep", "depth,m") == ["plain,depth,matte"]
    assert complete("info", "--select", "path,depth.d_") == [
        "plain,path,depth.d_min",
        "plain,path,depth.d_max",
    ]


def test_a_word_of_a_list_is_offered_once() -> None:
    assert "plain,ply,ply" not in complete("export", "--format", "ply,p")
    assert complete("export", "--format", "ply,pl") == []


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("export", "--format", "=", "pcd,pl"), ["plain,pcd,ply"]),
        (("export", "--camera-file", "=", "ros,o"), ["plain,ros,open3d"]),
        (("export", "--format", "=", "ply", "--png-unit", "=", "0"), ["plain,0.1mm"]),
        (("--theme", "="), ["plain,dark", "plain,light"]),
        (("--theme", "=", "d"), ["plain,dark"]),
        (("--theme", "=", "dark", "pho"), ["file,pho"]),
        (("export", "--out", "=", "my"), ["file,my"]),
    ],
)
def test_bash_splits_an_option_from_its_value(words: tuple[str, ...], offered: list[str]) -> None:
    found = complete(*words)
    # A folder is of another type than a file.
    assert [one.replace("dir,", "file,") for one in found] == offered


def test_options_and_their_values_are_completed() -> None:
    assert complete("info", "--js") == ["plain,--json"]
    assert complete("export", "--format", "p") == [
        "plain,pcd",
        "plain,pcd-compressed",
        "plain,pcd-ascii",
        "plain,ply",
        "plain,png",
    ]
    assert complete("--color", "2") == ["plain,256"]


def test_zsh_and_fish_are_offered_the_same() -> None:
    zsh = run("zsh_complete", COMP_WORDS="heicdepth-tui exp", COMP_CWORD="1").splitlines()
    assert zsh[:2] == ["file", "exp"]
    assert zsh[3:5] == ["plain", "export"]
    fish = run("fish_complete", COMP_WORDS="heicdepth-tui exp", COMP_CWORD="exp").splitlines()
    assert fish[0] == "file,exp"
    assert fish[1].startswith("plain,export\t")


def test_zsh_and_fish_are_offered_values_without_the_option_before_them() -> None:
    """Their scripts keep ``--option=``, and show what each word of a list means."""
    words = "heicdepth-tui export --format=pcd,pl"
    zsh = run("zsh_complete", COMP_WORDS=words, COMP_CWORD="2").splitlines()
    fish = run("fish_complete", COMP_WORDS=words, COMP_CWORD="--format=pcd,pl").splitlines()

    meaning = "coloured points: Blender, MeshLab, CloudCompare"
    assert zsh == ["plain", "pcd,ply", meaning]
    assert fish == [f"plain,pcd,ply\t{meaning}"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed_in_a_terminal_too(
    run_in_terminal: Callable[..., Terminal], shell: str
) -> None:
    script = run(f"{shell}_source")
    assert f"{VARIABLE}={shell}_complete" in script

    terminal = run_in_terminal(**{VARIABLE: f"{shell}_source"})
    assert terminal.end() == 0
    assert terminal.raw.decode().replace("\r\n", "\n") == script


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_command_prints_the_script_of_the_variable(shell: str) -> None:
    done = run_command("completion", shell)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == run(f"{shell}_source").strip()
