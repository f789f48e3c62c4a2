"""The command line without a terminal: plain tables, JSON, exports, exit codes.

``run`` starts the real command, for what a process adds: exit code, streams, imports. What is
printed and written is tested in this process by ``run_command``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from pypcd4 import PointCloud

from heicdepth_tui import __version__
from tests.support.cli import run_command
from tests.support.records import check_record

OPTION_TABLE = "heicdepth_tui.export.option_table"


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "heicdepth_tui", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=50,
    )


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"heicdepth-tui, version {__version__}")


def test_help_names_every_command_and_option() -> None:
    text = run_command("--help").stdout
    for word in ("browse", "info", "show", "export", "sample", "--demo", "--out", "-r", "--color"):
        assert word in text


def test_help_says_which_formats_always_show_true_colours() -> None:
    told = " ".join(run_command("export", "--help").stdout.split())
    assert "HTML and GLB always show true colours" in told


def test_without_a_terminal_the_tables_come_as_text(sample_folder: Path) -> None:
    done = run(sample_folder)

    assert done.returncode == 0
    blocks = done.stdout.split("\n\n")
    assert len(blocks) == 7
    assert "depth      (576, 768)       uint8" in blocks[0]
    assert "uniform disparity (type 1)" in blocks[0]
    assert "probably stripped" in blocks[6]
    assert "\x1b" not in done.stdout


def test_info_reads_headers_only(sample_folder: Path) -> None:
    done = run_command("info", sample_folder / "IMG_0412.HEIC")
    assert done.returncode == 0
    assert "uniform disparity" in done.stdout
    assert "uint8" not in done.stdout


def test_info_json_is_valid_by_the_schema(sample_folder: Path) -> None:
    done = run_command("info", "--json", "--arrays", sample_folder)
    records = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0
    for record in records:
        check_record(record)
    statuses = [record["depth"]["status"] for record in records]
    assert statuses == ["present"] * 5 + ["absent", "stripped"]
    arrays = {array["name"]: array for array in records[0]["arrays"]}
    assert arrays["photo"]["shape"] == [1152, 1536, 3]


def test_export_prints_paths_and_never_overwrites(sample_folder: Path, tmp_path: Path) -> None:
    photo = sample_folder / "IMG_0412.HEIC"
    first = run_command("export", "--format", "pcd", "--format", "ply", "--out", tmp_path, photo)
    second = run_command("export", "--step", 4, "--out", tmp_path, photo)

    assert first.stdout.splitlines() == [str(tmp_path / f"IMG_0412.{s}") for s in ("pcd", "ply")]
    assert second.stdout.splitlines() == [str(tmp_path / "IMG_0412-1.pcd")]
    assert "points" in first.stderr
    few = PointCloud.from_path(tmp_path / "IMG_0412-1.pcd").points
    many = PointCloud.from_path(tmp_path / "IMG_0412.pcd").points
    assert 10 < many / few < 20


def test_one_photo_that_fails_does_not_stop_the_others(sample_folder: Path, tmp_path: Path) -> None:
    done = run("export", "--out", tmp_path, *sorted(sample_folder.iterdir()))

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 5
    assert done.stderr.count("IMG_0424.HEIC") == 1
    assert done.stderr.count("IMG_0427.HEIC") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("info", "nowhere"), 2, "nowhere: there is no such file or folder; check the path"),
        (("nowhere",), 2, "nowhere"),
        (("info",), 2, "PATH"),
        (("info", "."), 3, "no HEIC photo"),
        (("export", "."), 3, "no HEIC photo"),
        (("export", "--step", "0", "."), 2, "step"),
        (("export", "--near", "0", "."), 2, "near"),
        (("export", "--near", "3", "--far", "2", "."), 2, "near"),
        (("export", "--projection", "flat", "--smooth", "."), 3, "--smooth ignored"),
        (("export", "--format", "tiff", "--step", "2", "."), 3, "--step ignored"),
        (("export", "--format", "ply", "--organised", "."), 3, "--organised ignored"),
        (
            ("export", "--camera-file", "ros,metashape", "."),
            2,
            "'metashape' is not one of 'open3d',",
        ),
        (("export", "--camera-file", "ros", "--projection", "flat", "."), 2, "no camera saw"),
        (("export", "--frame", "opencv", "--projection", "flat", "."), 2, "axes of its own"),
        (("show", "broken.heic"), 1, "broken.heic"),
        (("info", "broken.heic"), 1, ""),
        (("info", "--parquet", "broken.heic", "."), 2, "exists already; choose another name"),
    ],
)
def test_exit_codes(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    if "broken.heic" in arguments:
        (tmp_path / "broken.heic").write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 60)
    done = run_command(*arguments, cwd=tmp_path)

    assert done.returncode == code, done
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_show_prints_pictures(sample_folder: Path) -> None:
    done = run_command("show", "--width", 60, sample_folder / "IMG_0412.HEIC")

    assert done.returncode == 0
    assert sum(done.stdout.count(shade) for shade in "░▒▓█") > 300
    assert "\x1b" not in done.stdout
    assert "relative" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("info", "--csv"), ("export", "--step", "50", "--out")])
def test_a_full_disk_below_standard_output_is_one_line(
    sample_folder: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    out = (tmp_path,) if "--out" in arguments else ()
    command = (sys.executable, "-m", "heicdepth_tui", *arguments, *out)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command, sample_folder / "IMG_0412.HEIC"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    (line,) = (one for one in done.stderr.splitlines() if "points" not in one)
    assert line.startswith("heicdepth-tui: standard output cannot be written: No space left")


def test_a_closed_pipe_is_no_error(sample_folder: Path) -> None:
    photos = [str(sample_folder / "IMG_0412.HEIC")] * 40
    with subprocess.Popen(
        [sys.executable, "-m", "heicdepth_tui", "info", *photos],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        told = command.stderr.read()

    assert command.returncode == 0
    assert told == b""


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--version"], {"textual", "numpy", "PIL", "pypcd4", OPTION_TABLE}),
        (["info", "x"], {"textual", "pypcd4", "pillow_heif", OPTION_TABLE}),
        (["export", "x"], {"textual", "rich", "pypcd4", "pydantic", "pillow_heif"}),
    ],
)
def test_nothing_heavy_is_imported_early(
    sample_folder: Path, tmp_path: Path, arguments: list[str], forbidden: set[str]
) -> None:
    words = [str(sample_folder / "IMG_0412.HEIC") if a == "x" else a for a in arguments]
    code = (
        "import sys, contextlib, io\n"
        "from heicdepth_tui.cli import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    run({words!r})\n"
        "print(','.join(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert not forbidden & set(done.stdout.strip().split(","))


@pytest.mark.parametrize("command", [("info",), ("info", "--arrays"), ("show",), ("export",)])
def test_a_photo_over_the_limit_is_refused_with_the_numbers(
    sample_folder: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    photo = sample_folder / "IMG_0412.HEIC"
    done = run_command(*command, "--limit-pixels", 1_000_000, photo, cwd=tmp_path)

    assert done.returncode == 1
    assert "1,000,000" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_position_is_written_only_when_asked_for(tmp_path: Path) -> None:
    from heicdepth_tui.samples.write import build_photo

    photo = tmp_path / "IMG_1.HEIC"
    photo.write_bytes(build_photo(gps=True))
    formats = [word for name in ("pcd", "ply", "npz", "glb") for word in ("--format", name)]
    run_command("export", *formats, "--out", tmp_path / "plain", photo)
    run_command("export", *formats, "--with-gps", "--out", tmp_path / "gps", photo)

    for name in ("pcd", "ply", "glb"):
        assert b"-30.000000" not in (tmp_path / "plain" / f"IMG_1.{name}").read_bytes()
        assert b"0.000000, -30.000000" in (tmp_path / "gps" / f"IMG_1.{name}").read_bytes()


def test_info_tells_from_the_header_why_there_are_no_metres(tmp_path: Path) -> None:
    from heicdepth_tui.heif.depth_facts import RepresentationType
    from heicdepth_tui.samples.write import build_photo

    photo = tmp_path / "IMG_1.HEIC"
    photo.write_bytes(build_photo(representation=RepresentationType.NONUNIFORM_DISPARITY))
    plain = run_command("info", photo)
    record = json.loads(run_command("info", "--json", photo).stdout)

    reason = "nonuniform disparity (type 3) needs a curve that decoders do not give"
    assert f"none: {reason}" in plain.stdout
    assert record["depth"]["metres"]["reason"] == reason


def test_info_tells_of_a_photo_that_is_cut_short(tmp_path: Path) -> None:
    from heicdepth_tui.samples.write import build_photo

    photo = tmp_path / "IMG_1.HEIC"
    data = build_photo()
    photo.write_bytes(data[: len(data) // 2])
    done = run_command("info", "--json", photo)
    record = json.loads(done.stdout)

    check_record(record)
    assert done.returncode == 0
    assert record["truncated"]
    assert record["error"] is None


def test_names_written_out_to_save_imports_are_those_of_commands() -> None:
    from heicdepth_tui.cli.invocation import COMMANDS
    from heicdepth_tui.cli.main import group

    assert sorted(COMMANDS) == group.list_commands(click.Context(group))


def test_a_known_length_scales_an_export_and_two_scales_are_refused(
    sample_folder: Path, tmp_path: Path
) -> None:
    photo = min(sample_folder.iterdir())
    done = run_command(
        "export", photo, "--format", "ply", "--scale-to", "40,40=1.5", "--out", tmp_path
    )
    assert done.returncode == 0
    assert "scaled by the user: " in done.stderr
    refused = run_command("export", photo, "--scale-to", "40,40=1", "--scale", "2")
    assert refused.returncode == 2
    assert "either --scale or --scale-to" in refused.stderr
    wrong = run_command("export", photo, "--scale-to", "40=1")
    assert wrong.returncode == 2
    assert "X,Y=METRES" in wrong.stderr


def test_camera_files_are_given_in_lists_and_one_by_one(
    sample_folder: Path, tmp_path: Path
) -> None:
    photo = sample_folder / "IMG_0412.HEIC"
    tools = ("--camera-file", "ros,open3d", "--camera-file", "colmap")
    done = run_command("export", "--format", "png", *tools, "--out", tmp_path, photo)
    assert done.returncode == 0, done
    written = [Path(line).relative_to(tmp_path).as_posix() for line in done.stdout.splitlines()]
    assert written[3:] == [
        "IMG_0412-open3d.json",
        "IMG_0412-colmap/cameras.txt",
        "IMG_0412-colmap/images.txt",
        "IMG_0412-colmap/points3D.txt",
        "IMG_0412-ros.yaml",
    ]
    assert "names NAME-photo.png" not in done.stderr


def test_the_help_of_export_lists_every_format() -> None:
    from heicdepth_tui.export.registry import FORMATS

    listed = run_command("export", "--help").stdout.partition("Formats:")[2].partition("Options:")
    assert [line.split()[0] for line in listed[0].splitlines() if line.strip()] == list(FORMATS)
    refused = run_command("export", "--format", "ply2", ".")
    assert refused.returncode == 2
    assert all(name in refused.stderr for name in ("'ply2'", "'pcd-ascii'", "'wiggle'"))
