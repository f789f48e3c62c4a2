"""The config file: what it sets, what it refuses, and what ``heicdepth-tui config`` prints."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from heicdepth_tui.cli import browse
from heicdepth_tui.config import Config, as_toml, default_path, read_config
from heicdepth_tui.errors import ConfigError
from tests.support.cli import run_command
from tests.support.terminal import Terminal

ALL = """
theme = "light"
color = "256"
colormap = "turbo"
blocks = "quad"
graphics = "kitty"
cell-aspect = 2.2
projection = "flat"
out = "clouds"
limit-pixels = 1_000_000
[keymap]
find = "J"
"filter.depth" = "K, F"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a config file."""

    def write_config(text: str) -> Path:
        path = tmp_path / "my.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_config


@pytest.fixture(autouse=True)
def user_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Use an empty folder for the user's config."""
    folder = tmp_path / "user"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


def test_every_key_is_read(write: Callable[[str], Path]) -> None:
    path = write(ALL)

    assert read_config(path) == Config(
        theme="light",
        color="256",
        colormap="turbo",
        blocks="quad",
        graphics="kitty",
        cell_aspect=2.2,
        projection="flat",
        out=Path("clouds"),
        limit_pixels=1_000_000,
        keymap={"find": "J", "filter.depth": "K,F"},
    )
    assert read_config(path).path == path


def test_an_id_needs_no_quotes_and_a_folder_may_be_in_the_home(
    write: Callable[[str], Path],
) -> None:
    config = read_config(write('out = "~/clouds"\nkeymap.filter.depth = "d"'))

    assert config.out == Path.home() / "clouds"
    assert config.keymap == {"filter.depth": "d"}


def test_without_a_file_everything_is_default() -> None:
    assert read_config() == Config()
    assert read_config().path is None


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is that of Linux")
def test_the_users_own_file_is_read(user_folder: Path) -> None:
    path = user_folder / "heicdepth-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('theme = "light"')

    assert default_path() == path
    assert read_config() == Config(theme="light")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('graphics = "sixel"', 'graphics = "sixel" is not allowed'),
        ('themes = "dark"', 'unknown key "themes"; the keys are theme, color, colormap, blocks, '),
        ('theme = "drak"', 'theme = "drak" is not allowed; use one of "dark", "light"'),
        ("colormap = 3", "colormap = 3 is not allowed; use one of "),
        ("cell-aspect = 3.5", 'cell-aspect = 3.5 is not allowed; use "auto" or a number from 1 '),
        ("cell-aspect = true", "cell-aspect = true is not allowed; use "),
        ('cell-aspect = "2"', 'cell-aspect = "2" is not allowed; use '),
        ("cell-aspect = nan", "cell-aspect = nan is not allowed; use "),
        ("limit-pixels = true", "limit-pixels = true is not allowed; use a whole number"),
        ("limit-pixels = 0", "limit-pixels = 0 is not allowed; use a whole number"),
        ("limit_pixels = 5", 'unknown key "limit_pixels"; the keys are '),
        ('out = ""', 'out = "" is not allowed; use the path of a folder'),
        ('out = "~nobody-of-this-name/a"', "there is no such home folder"),
        ('keymap = "w"', 'keymap = "w" is not allowed; use a table'),
        ("keymap.find = 3", '[keymap] "find" = 3 is not allowed; use keys separated by commas'),
        ('keymap.find = "w,"', '[keymap] "find" = "w," is not allowed; use keys'),
        ('theme = "dark', "the config file is not TOML: "),
        ('theme = "\\u001b[31m"', 'theme = "\\U0000001B[31m" is not allowed'),
    ],
)
def test_a_wrong_key_or_value_names_file_key_and_what_is_allowed(
    write: Callable[[str], Path], text: str, message: str
) -> None:
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        read_config(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"missing\.toml: the config file cannot be read: No such"
    ):
        read_config(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b'out = "\xe9"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_config(tmp_path / "latin.toml")


def test_what_is_printed_is_read_back(write: Callable[[str], Path], tmp_path: Path) -> None:
    config = Config(
        out=Path('a "folder" \\ é \x7f\x1b'), keymap={"find": "J"}, limit_pixels=5, blocks="quad"
    )
    text = as_toml(config, [("find", "slash", "Find"), ("sort", "s", "Sort")])

    assert all(char.isprintable() or char == "\n" for char in text)
    assert read_config(write(text)) == config


def test_the_command_prints_the_defaults_as_a_file_of_its_own(
    write: Callable[[str], Path],
) -> None:
    done = run_command("config")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"# These are the defaults: there is no {default_path()}.\n")
    assert read_config(write(done.stdout)) == Config()
    keymap = tomllib.loads(done.stdout.replace('# "', '"'))["keymap"]
    assert keymap["find"] == "slash"
    assert keymap["list.down"] == "down,j"
    assert {"app.quit", "help.close", "export.as", "find.keep"} <= keymap.keys()


def test_all_the_printed_bindings_can_be_set_to_their_defaults(
    write: Callable[[str], Path],
) -> None:
    printed = run_command("config").stdout
    keymap = printed.partition("[keymap]\n")[2].split("\n", 1)[1].replace('# "', '"')
    path = write(f"[keymap]\n{keymap}")

    done = run_command("config", "--config", path)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(read_config(path).keymap) == done.stdout.count('\n"') > 40


def test_the_command_prints_what_a_file_sets(write: Callable[[str], Path]) -> None:
    path = write(ALL)
    done = run_command("config", "--config", path)

    assert done.returncode == 0
    assert done.stdout.startswith(f"# As read from {path}.\n")
    assert '\n"find" = "J"  # Find by name\n' in done.stdout
    assert '\n# "sort" = "s"' in done.stdout


@pytest.mark.parametrize(
    ("keymap", "message"),
    [
        (
            'fnid = "w"',
            '"fnid" is the id of no binding; the nearest is "find"; heicdepth-tui config',
        ),
        ('find = "ctlr+w"', '"find": there is no key "ctlr+w"'),
        ('find = "pagedwon"', '"find": there is no key "pagedwon"'),
        ('find = "s"', '"find": "s" is a key of "sort" as well; give "sort" another key'),
        ('sort = "?"', '"sort": "question_mark" is a key of "help" as well'),
        ('find = "j"', '"find": "j" is a key of "list.down" as well'),
        ('"list.up" = "s"', '"list.up": "s" is a key of "sort" as well'),
        ('"help.up" = "ctrl+c"', '"help.up": "ctrl+c" is a key of "app.quit" as well'),
        ('find = "w"\nsort = "w"', '"w" is a key of "sort" as well'),
    ],
)
def test_a_keymap_is_checked_against_the_bindings(
    write: Callable[[str], Path], keymap: str, message: str
) -> None:
    path = write(f"[keymap]\n{keymap}")
    done = run_command("config", "--config", path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"heicdepth-tui: {path}: [keymap] ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "keymap",
    ['find = "?"\nhelp = "f1"', 'find = "s"\nsort = "slash"', '"list.down" = "ctrl+j,è, +,f5"'],
)
def test_keys_may_be_exchanged(write: Callable[[str], Path], keymap: str) -> None:
    assert run_command("config", "--config", write(f"[keymap]\n{keymap}")).returncode == 0


def test_a_wrong_file_ends_the_app_before_it_opens(
    write: Callable[[str], Path], tmp_path: Path
) -> None:
    path = write('theme = "blue"')
    done = run_command("--config", path, tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f'heicdepth-tui: {path}: theme = "blue" is not allowed; use one of "dark", "light"\n'
    )


def test_help_and_version_do_not_read_the_file(user_folder: Path) -> None:
    path = user_folder / "heicdepth-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("nonsense")

    for option in ("--help", "--version"):
        assert run_command(option).returncode == 0


class TestInTheApp:
    """Options of the app from file and command line."""

    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[Config]:
        """The configs that the app is opened with."""
        configs: list[Config] = []
        monkeypatch.setattr(
            browse, "open_with_config", lambda config, *_, **__: configs.append(config)
        )
        monkeypatch.setattr(browse, "writes_to_terminal", lambda: False)
        return configs

    def test_the_command_line_wins_over_the_file(
        self, write: Callable[[str], Path], opened: list[Config]
    ) -> None:
        path = write(ALL)
        run_command("--config", path, "--theme", "dark", "--limit-pixels", 7, "--out", "there")
        run_command("--config", path)

        first, second = opened
        assert (first.theme, first.limit_pixels, first.out) == ("dark", 7, Path("there"))
        assert (first.colormap, first.blocks, first.keymap) == ("turbo", "quad", second.keymap)
        assert second == read_config(path)

    def test_the_file_sets_the_app(
        self, write: Callable[[str], Path], opened: list[Config]
    ) -> None:
        options = ("--colormap", "viridis", "--blocks", "quad", "--cell-aspect", 2.1)
        assert run_command(*options).returncode == 0
        run_command("--config", write("cell-aspect = 2"), "--colormap", "viridis")

        assert opened[0] == Config(colormap="viridis", blocks="quad", cell_aspect=2.1)
        assert (opened[1].colormap, opened[1].cell_aspect) == ("viridis", 2.0)


def test_a_wrong_keymap_gives_the_terminal_back_and_one_line(
    run_in_terminal: Callable[..., Terminal], sample_folder: Path, write: Callable[[str], Path]
) -> None:
    path = write('[keymap]\nfnid = "w"')
    terminal = run_in_terminal("--config", str(path), str(sample_folder))

    assert terminal.end() == 2
    tail = terminal.raw.decode().rpartition("\x1b[?1049l")[2]
    assert tail.strip().startswith(
        f'heicdepth-tui: {path}: [keymap] "fnid" is the id of no binding'
    )


def test_reading_the_file_imports_neither_textual_nor_numpy(write: Callable[[str], Path]) -> None:
    script = (
        "import sys; from pathlib import Path; from heicdepth_tui.config import read_config;"
        "read_config(Path(sys.argv[1]));"
        "print({'textual', 'numpy', 'click', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(write(ALL))],
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
    )

    assert done.stdout == "set()\n"
