"""A missing extra: one line that names it, exit code 2, and no photo is touched."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.cli import run_command


@pytest.mark.parametrize(
    ("package", "extra", "words"),
    [
        ("pyarrow", "dataset", ("info", "--parquet", "out/table.parquet")),
        ("distributed", "cluster", ("export", "--out", "out", "--scheduler", "tcp://127.0.0.1:1")),
        ("OpenEXR", "exr", ("export", "--out", "out", "--format", "pcd,exr")),
        ("OpenEXR", "exr", ("export", "--out", "out", "--format", "exr", "--dry-run")),
    ],
)
@pytest.mark.parametrize("is_folder", [True, False])
def test_a_missing_extra_is_no_failure_of_a_photo(
    tmp_path: Path,
    batch_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    extra: str,
    words: tuple[str, ...],
    is_folder: bool,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    source = batch_folder / "a" if is_folder else batch_folder / "a" / "IMG 01.HEIC"

    done = run_command(*words, source, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("heicdepth-tui: ")
    assert len(done.stderr.splitlines()) == 1
    assert f"pip install 'heicdepth-tui[{extra}]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_old_openexr_is_a_missing_extra(
    tmp_path: Path, batch_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", object())  # type: ignore[arg-type]

    done = run_command("export", "--format", "exr", batch_folder / "a", cwd=tmp_path)

    assert done.returncode == 2
    assert "older than 3.3" in done.stderr


def test_a_depth_map_as_exr_needs_the_extra(
    tmp_path: Path, batch_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    (tmp_path / "depth.exr").write_bytes(bytes(np.zeros(8, np.uint8)))

    photo = batch_folder / "none.HEIC"
    done = run_command("embed", photo, "depth.exr", "-o", "out.heic", cwd=tmp_path)

    assert done.returncode == 2
    assert "pip install 'heicdepth-tui[exr]'" in done.stderr
    assert not (tmp_path / "out.heic").exists()
