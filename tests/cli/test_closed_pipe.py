"""Commands that write files, where the reader of their paths leaves: ``export … | head -1``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.batches import COUNT, names


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("export", "--jobs", "1"), COUNT // 2),
        (("export", "--jobs", "2"), COUNT // 2),
        (("dataset", "--shard-size", "2", "--jobs", "1"), COUNT // 4),
        (("extract",), COUNT),
        (("strip",), COUNT // 2),
    ],
)
def test_all_files_are_written(
    tmp_path: Path, batch_folder: Path, words: tuple[str, ...], files: int
) -> None:
    command = [sys.executable, "-m", "heicdepth_tui", *words, "--out", "out", batch_folder / "a"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("out/")
        process.stdout.close()
        _, errors = process.communicate()

    assert process.returncode == 0, errors
    assert len(names(tmp_path / "out")) == files
    assert "Traceback" not in errors
