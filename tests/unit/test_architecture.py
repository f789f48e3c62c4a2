"""docs/architecture.md names modules, classes and functions that exist."""

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
NAMES = sorted(set(re.findall(r"\b([A-Z][a-z]+[A-Za-z]*)\.([a-z_]+)\b", TEXT)))


@functools.cache
def parsed() -> dict[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text())
        for path in PACKAGE.rglob("*.py")
    }


def classes() -> dict[str, set[str]]:
    """Return the methods and properties of each class, those of bases within the package too."""
    found = {
        node.name: node
        for module in parsed().values()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    return {
        name: {
            member.name
            for member in node.body
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for name, node in found.items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_every_module_exists(module: str) -> None:
    assert any(path == module or path.endswith(f"/{module}") for path in parsed()), module


def test_every_method_exists() -> None:
    known = classes()

    assert {name for name, _ in NAMES} <= known.keys()
    assert [(name, method) for name, method in NAMES if method not in known[name]] == []


def test_something_is_checked() -> None:
    assert len(MODULES) > 25
    assert ("PhotoPanel", "select") in NAMES
