"""Paths that standard input lists: one a line for ``-``, ended by NUL with ``-0``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Done, run_command

NAMES = [
    b"plain.heic",
    b"two words.heic",
    b" spaced .heic",
    b"caf\xc3\xa9.heic",
    b"no \xff utf8.heic",
]
LINE_BREAK = b"line\nbreak.heic"


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("photo")
    return Path(shutil.copy(sample_folder / "IMG_0412.HEIC", folder))


def placed(photo: Path, folder: Path, names: list[bytes]) -> list[bytes]:
    """Link the photo under these names, and return their paths."""
    paths = [os.fsencode(folder) + b"/" + name for name in names]
    for path in paths:
        os.link(photo, path)
    return paths


def listed(done: Done) -> list[bytes]:
    assert done.returncode == 0, done.stderr
    return [os.fsencode(json.loads(line)["path"]) for line in done.stdout.splitlines()]


def test_a_dash_reads_one_path_a_line(photo: Path, tmp_path: Path) -> None:
    paths = placed(photo, tmp_path, NAMES)

    done = run_command("info", "--json", "-", stdin=b"\n".join(paths) + b"\n\n")

    assert listed(done) == paths


@pytest.mark.parametrize("arguments", [["-0"], ["-0", "-"], ["-", "-0"]])
def test_paths_that_end_with_nul_may_hold_line_breaks(
    photo: Path, tmp_path: Path, arguments: list[str]
) -> None:
    paths = placed(photo, tmp_path, [*NAMES, LINE_BREAK])

    done = run_command("info", "--json", *arguments, stdin=b"\0".join(paths))

    assert listed(done) == paths


def test_a_list_stands_between_other_paths_and_names_folders_too(
    photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    first, inside, last = placed(photo, tmp_path, [b"z.heic", b"b/y.heic", b"a.heic"])
    before, after = os.fsdecode(first), os.fsdecode(last)

    done = run_command("info", "--json", before, "-", after, stdin=bytes(tmp_path / "b"))

    assert listed(done) == [first, inside, last]


def test_a_file_named_dash_is_given_with_its_folder(photo: Path, tmp_path: Path) -> None:
    placed(photo, tmp_path, [b"-"])

    assert listed(run_command("info", "--json", "./-", cwd=tmp_path)) == [b"-"]


def test_a_path_that_is_missing_fails_as_a_photo_does(photo: Path, tmp_path: Path) -> None:
    lines = b"nowhere.heic\n" + bytes(photo)

    done = run_command("info", "--json", "-", stdin=lines, cwd=tmp_path)

    missing, found = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert missing["path"] == "nowhere.heic"
    assert "does not exist" in missing["error"]["message"]
    assert found["error"] is None


def test_a_missing_path_comes_with_advice(tmp_path: Path) -> None:
    done = run_command("show", "-", stdin=b"nowhere.heic\n", cwd=tmp_path)

    assert done.returncode == 1
    assert "nowhere.heic: the file does not exist (any more); check the path" in done.stderr


@pytest.mark.parametrize("command", [("info",), ("show",), ("browse",), ()])
def test_an_empty_list_matches_nothing(command: tuple[str, ...]) -> None:
    done = run_command(*command, "-")

    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.parametrize("command", ["info", "show", "export", "extract", "strip"])
def test_without_a_path_the_usage_is_wrong(command: str) -> None:
    done = run_command(command)

    assert done.returncode == 2
    assert f"Missing argument '{'FILE' if command == 'show' else 'PATH'}...'" in done.stderr


@pytest.mark.parametrize("command", ["export", "extract", "strip"])
def test_commands_that_write_files_take_lists(command: str, photo: Path, tmp_path: Path) -> None:
    done = run_command(command, "-0", "--out", tmp_path, stdin=bytes(photo) + b"\0")

    assert done.returncode == 0, done.stderr
    assert [Path(line).exists() for line in done.stdout.splitlines()][:1] == [True]


def test_listed_photos_are_shown(photo: Path, tmp_path: Path) -> None:
    paths = placed(photo, tmp_path, [b"one.heic", b"two.heic"])

    done = run_command("show", "-0", "--width", 40, stdin=b"\0".join(paths))

    assert done.returncode == 0, done.stderr
    assert [name in done.stdout for name in ("one.heic", "two.heic")] == [True, True]


def test_listed_photos_are_printed_as_tables_where_there_is_no_terminal(
    photo: Path, tmp_path: Path
) -> None:
    paths = placed(photo, tmp_path, [b"one.heic", b"two.heic"])

    done = run_command("-", stdin=b"\n".join(paths))

    assert done.returncode == 0, done.stderr
    heads = [line for line in done.stdout.splitlines() if line.endswith(".heic")]
    assert [os.fsencode(line) for line in heads] == paths


def test_the_first_photo_is_printed_while_the_list_is_still_written(photo: Path) -> None:
    command = [sys.executable, "-m", "heicdepth_tui", "info", "--json", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(bytes(photo) + b"\n")
        process.stdin.flush()
        first = process.stdout.readline()
        process.stdin.close()

    assert json.loads(first)["path"] == str(photo)
    assert process.returncode == 0


def test_a_pipe_that_is_closed_early_is_no_error(photo: Path) -> None:
    lines = bytes(photo) + b"\n"
    command = [sys.executable, "-m", "heicdepth_tui", "info", "--json", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate(lines)

    assert process.returncode == 0
    assert errors == b""
