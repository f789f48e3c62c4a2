"""``info`` as CSV, Parquet and selected values: the same values as its JSON, in flat columns."""

from __future__ import annotations

import builtins
import csv
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from heicdepth_tui.export.record import info_schema
from heicdepth_tui.report.columns import all_columns, column_at, text_of, value_at
from tests.support.cli import Done, run_command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("columns") / "photos"
    shutil.copytree(sample_folder, folder)
    (folder / "broken.heic").write_bytes(b"\xff\xd8\xff\xe0 a JPEG, more or less")
    return folder


@pytest.fixture(scope="module")
def records(folder: Path) -> list[dict[str, Any]]:
    lines = run_command("info", "--json", folder).stdout.splitlines()
    return [json.loads(line) for line in lines]


def rows(done: Done) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done.stdout, newline="")))


def test_every_record_is_whole_by_the_columns(records: list[dict[str, Any]]) -> None:
    """Taken apart and put together again, a record is what it was, and valid."""
    with_depth = [record for record in records if record["depth_camera"]]

    assert with_depth
    for record in with_depth:
        again: dict[str, Any] = {}
        for column in all_columns():
            *parents, last = column.path.split(".")
            at = again
            for parent in parents:
                at = at.setdefault(parent, {})
            at[last] = value_at(record, column.path)
        for name in ("error", "stereo", "lens"):
            again[name] = record[name] and again[name]
        jsonschema.validate(again, info_schema())
        assert again == record


def test_csv_has_the_values_of_the_json(folder: Path, records: list[dict[str, Any]]) -> None:
    done = run_command("info", "--csv", folder)

    found = rows(done)
    assert done.returncode == 1  # the JPEG
    assert done.stderr == ""  # its error has columns
    assert list(found[0]) == [column.path for column in all_columns()]
    assert found == [
        {column.path: text_of(value_at(record, column.path)) for column in all_columns()}
        for record in records
    ]


def test_selected_values_have_the_order_given_after_the_path(
    folder: Path, records: list[dict[str, Any]]
) -> None:
    keys = ["camera.fx", "depth.d_min", "thumbnails.0.width", "exif"]
    arguments = ("info", "--select", "camera.fx,depth.d_min", "--select", ",".join(keys[2:]))

    as_json = run_command(*arguments, "--json", folder)
    as_csv = run_command(*arguments, "--csv", folder)
    plain = run_command(*arguments, folder / "IMG_0412.HEIC")

    expected = [{key: value_at(record, key) for key in ["path", *keys]} for record in records]
    lines = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert lines == expected
    assert [list(line) for line in lines[:1]] == [["path", *keys]]
    assert rows(as_csv) == [{key: text_of(row[key]) for key in row} for row in expected]
    assert "broken.heic" in as_json.stderr  # no column has its error
    one = next(row for row in expected if row["path"].endswith("IMG_0412.HEIC"))
    assert plain.stdout.splitlines()[0] == one["path"]
    assert plain.stdout.splitlines()[1].split() == ["camera.fx", str(one["camera.fx"])]


def test_the_path_is_printed_once_where_it_is_selected(folder: Path) -> None:
    done = run_command("info", "--select", "bytes,path", "--json", folder / "IMG_0412.HEIC")

    assert list(json.loads(done.stdout)) == ["bytes", "path"]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("d_min", "depth.d_min"),
        ("dept.d_min", "depth.d_min"),
        ("depth.d_mim", "depth.d_min"),
        ("xyzzy.qqq", "--json"),
        ("depth.d_min.0", "depth.d_min"),
        ("thumbnails.x.width", "thumbnails"),
    ],
)
def test_an_unknown_path_is_refused_with_the_nearest(folder: Path, key: str, near: str) -> None:
    done = run_command("info", "--select", key, folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert key in done.stderr
    assert near in done.stderr


@pytest.mark.parametrize(("key", "option"), [("arrays.0.max", "--arrays"), ("probes", "--at")])
def test_values_of_decoded_layers_name_the_option_they_need(
    folder: Path, key: str, option: str
) -> None:
    done = run_command("info", "--select", key, folder)

    assert done.returncode == 2
    assert option in done.stderr


def test_decoded_layers_have_a_column_where_they_are_requested(folder: Path) -> None:
    photo = folder / "IMG_0412.HEIC"

    table = rows(run_command("info", "--csv", "--arrays", "--at", "0,0", photo))
    selected = run_command("info", "--json", "--arrays", "--select", "arrays.0.name", photo)

    assert json.loads(table[0]["arrays"])[0]["name"] == "photo"
    assert json.loads(table[0]["probes"])[0]["x"] == 0
    assert json.loads(selected.stdout)["arrays.0.name"] == "photo"


def test_only_photos_with_depth_are_left(folder: Path, records: list[dict[str, Any]]) -> None:
    done = run_command("info", "--depth-only", "--json", folder)

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines == [
        record for record in records if record["depth"] and record["depth"]["status"] == "present"
    ]
    assert 0 < len(lines) < len(records)
    assert done.returncode == 1
    assert "broken.heic" in done.stderr


def test_no_photo_with_depth_matches_nothing(
    tmp_path: Path, folder: Path, records: list[dict[str, Any]]
) -> None:
    flat = next(
        record["path"]
        for record in records
        if record["depth"] and record["depth"]["status"] == "absent"
    )

    done = run_command("info", "--depth-only", flat)

    assert (done.returncode, done.stdout) == (3, "")
    assert "depth map" in done.stderr


def test_names_that_are_no_text_keep_their_bytes_in_csv(folder: Path, tmp_path: Path) -> None:
    name = b'a "b",\n\xff.heic'
    shutil.copy(folder / "IMG_0412.HEIC", os.fsencode(tmp_path) + b"/" + name)
    written: list[bytes] = []

    from click.testing import CliRunner

    from heicdepth_tui import cli

    with CliRunner().isolation() as (stdout, _, _):
        assert cli.run(["info", "--csv", "--select", "path", str(tmp_path)]) == 0
        written.append(stdout.getvalue())

    text = written[0].decode("utf-8", "surrogateescape")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert os.fsencode(row["path"]) == os.fsencode(tmp_path) + b"/" + name


def test_parquet_has_a_row_a_photo_with_typed_columns(
    folder: Path, tmp_path: Path, records: list[dict[str, Any]]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "new" / "photos.parquet"

    done = run_command("info", "--parquet", file, folder)

    table = parquet.read_table(file)
    assert done.returncode == 1
    assert done.stdout == f"{file}\n"
    assert table.column_names == [column.path for column in all_columns()]
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert kinds["bytes"] == "int64"
    assert kinds["depth.d_min"] == "double"
    assert kinds["primary.mirror"] == "bool"
    assert kinds["depth.calibration.intrinsics"] == "list<element: double>"
    assert kinds["layers"] == "string"
    for row, record in zip(table.to_pylist(), records, strict=True):
        for column in all_columns():
            value = value_at(record, column.path)
            if column.kind is column_at("layers").kind:
                value = None if value is None else json.dumps(value)
            assert row[column.path] == value, column.path


def test_parquet_takes_names_that_are_no_text(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    shutil.copy(folder / "IMG_0412.HEIC", os.fsencode(tmp_path) + b"/\xff.heic")
    file = tmp_path / "photos.parquet"

    done = run_command("info", "--select", "path,depth.bits", "--parquet", file, tmp_path)

    assert done.returncode == 0, done.stderr
    assert parquet.read_table(file).to_pylist() == [
        {"path": f"{tmp_path}/\\xff.heic", "depth.bits": 8}
    ]


def test_parquet_never_replaces_a_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "photos.parquet"
    file.write_bytes(b"mine")

    done = run_command("info", "--parquet", file, folder)

    assert done.returncode == 2
    assert "exists" in done.stderr
    assert file.read_bytes() == b"mine"


def test_without_pyarrow_the_extra_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return imported(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)

    done = run_command("info", "--parquet", tmp_path / "photos.parquet", folder)

    assert done.returncode == 2
    assert "heicdepth-tui[dataset]" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options", [("--json", "--csv"), ("--csv", "--parquet", "x"), ("--json", "--parquet", "x")]
)
def test_forms_exclude_each_other(folder: Path, options: tuple[str, ...]) -> None:
    assert run_command("info", *options, folder).returncode == 2
