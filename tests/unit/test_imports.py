"""Which code may import which, beyond what import-linter proves of the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imported(source: str) -> Iterator[str]:
    """Yield the first part of every module that ``source`` imports or starts with ``-m``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                yield from (name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case ast.List(elts=elements):
                words = [element.value for element in elements if isinstance(element, ast.Constant)]
                yield from (
                    str(after).partition(".")[0]
                    for before, after in pairwise(words)
                    if before == "-m"
                )


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [("tests", {"bench", "screenshots"}), ("tui", {"bench", "screenshots", "tests"})],
)
def test_nothing_is_imported_from_upper_folders(folder: str, forbidden: set[str]) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    wrong = [
        (str(file.relative_to(ROOT)), name)
        for file in files
        for name in imported(file.read_text(encoding="utf-8"))
        if name in forbidden
    ]

    assert len(files) > 60
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "import bench.bombs",
        "from bench import bombs",
        "def f():\n    from bench.bombs import BOMBS",
        "run(['python', '-m', 'bench.hostile'])",
    ],
)
def test_every_way_of_importing_is_seen(line: str) -> None:
    assert list(imported(line)) == ["bench"]
