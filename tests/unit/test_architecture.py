"""docs/architecture.md names modules, classes and functions that exist, each in its module."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tui" / "heicdepth_tui"
TEXT = (ROOT / "docs" / "architecture.md").read_text()

MODULES = sorted(set(re.findall(r"[a-z_]+(?:/[a-z_]+)*\.py", TEXT)))
PLACES = sorted(
    set(re.findall(r"([a-z_/]+\.py) +([A-Za-z_]+)", TEXT))
    | set(re.findall(r"([a-z_/]+\.py)`\s+([A-Z][A-Za-z]+|[a-z]+(?:_[a-z]+)+)\b", TEXT))
)
"""Names that follow their module."""
NAMES = sorted(set(re.findall(r"\b([A-Z][a-z]+[A-Za-z]*)\.([a-z_]+)\b", TEXT)))


@functools.cache
def parsed() -> dict[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text())
        for path in PACKAGE.rglob("*.py")
    }


def classes() -> dict[str, set[str]]:
    """Return the methods and properties by the name of their class, of all classes of a name."""
    found: dict[str, set[str]] = {}
    for module in parsed().values():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(
                    member.name
                    for member in node.body
                    if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
                )
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_module_exists(module: str) -> None:
    assert any(path == module or path.endswith(f"/{module}") for path in parsed()), module


@pytest.mark.parametrize(("module", "name"), PLACES)
def test_every_name_is_in_the_module_before_it(module: str, name: str) -> None:
    defined = {
        node.name
        for path, tree in parsed().items()
        if path == module or path.endswith(f"/{module}")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert name in defined


def test_every_method_exists() -> None:
    known = classes()

    assert {name for name, _ in NAMES} <= known.keys()
    assert [(name, method) for name, method in NAMES if method not in known[name]] == []


def test_something_is_checked() -> None:
    assert len(MODULES) > 25
    assert len(PLACES) > 25
    assert ("PhotoPanel", "select") in NAMES
