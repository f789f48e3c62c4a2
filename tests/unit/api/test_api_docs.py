"""The examples of docs/api.md run, and give what their comments say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
SHAPE = re.compile(r"\(\d+(?:, \d+)*(?:, 3)?\)")


def test_examples_run_in_their_order(
    sample_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("IMG_0412.HEIC", "IMG_0424.HEIC"):
        shutil.copy(sample_folder / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    compared = 0

    for block in BLOCKS:
        exec(block, names)  # noqa: S102  the page is our own
        for line in block.splitlines():
            compared += _compare(line, names)

    assert compared > 12
    assert "IMG_0424.HEIC" in capsys.readouterr().out
    assert (tmp_path / "cloud.ply").is_file()


def _compare(line: str, names: dict[str, object]) -> int:
    """Compare the value of ``expression   # expected, …`` with its comment; 1 where it could be."""
    code, mark, comment = line.partition("  # ")
    code, comment = code.strip(), comment.strip()
    if not mark or "save(" in code or "=" in code.split("(")[0]:
        return 0
    value = eval(code, names)  # noqa: S307  the page is our own
    if hasattr(value, "shape"):
        shape = SHAPE.match(comment)
        if shape is not None:
            assert str(value.shape) == shape.group(), line
            return 1
        return 0
    if re.match(r"[('\dTF]", comment):
        assert comment.startswith((repr(value), str(value))), (line, value)
        return 1
    return 0
