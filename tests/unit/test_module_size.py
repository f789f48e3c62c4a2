"""No module has more lines than a person reads at once."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 450
MODULES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("tui", "tests", "bench", "screenshots")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@pytest.mark.parametrize("folder", ["tui/", "tests/", "bench/", "screenshots/"])
def test_modules_have_at_most_450_lines(folder: str) -> None:
    lines = {
        name: len((ROOT / name).read_text().splitlines())
        for name in MODULES
        if name.startswith(folder)
    }

    assert lines
    assert {name: count for name, count in lines.items() if count > MOST} == {}
