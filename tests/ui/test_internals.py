"""The private names of Textual that the package uses are there, and used in one module only."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from textual.app import App
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

import heicdepth_tui
from heicdepth_tui.ui.terminal import internals
from heicdepth_tui.ui.terminal.internals import PRIVATE_NAMES, ChopsUpdate, LayoutUpdate

ROOT = Path(heicdepth_tui.__file__).parent
TESTS = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for folder in (ROOT, TESTS)
    for path in folder.rglob("*.py")
    if path != Path(str(internals.__file__))
)


@cache
def classes_of(module: str) -> dict[str, ast.ClassDef]:
    """Return the classes of an imported module by name, outer ones before nested ones."""
    found: dict[str, ast.ClassDef] = {}
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, node)
    return found


def tree_of(owner: type) -> ast.ClassDef:
    """Return the source of a class; ``inspect.getsource`` parses the module for each."""
    return classes_of(owner.__module__)[owner.__name__]


@cache
def private_names(owner: type) -> frozenset[str]:
    """Return the private names that a class of Textual defines or sets on its instances."""
    names = {name for name in dir(owner) if is_private(name)}
    for base in owner.__mro__:
        if base.__module__.startswith("textual"):
            names |= set(private_attributes(tree_of(base), "self"))
    return frozenset(names)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def private_attributes(tree: ast.AST, owner: str = "") -> Iterator[str]:
    """Yield the private attributes that are read or set, of one name only where it is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            if not owner or of == owner:
                yield node.attr


@pytest.mark.parametrize("owner", PRIVATE_NAMES, ids=lambda owner: owner.__name__)
def test_the_listed_names_are_there(owner: type) -> None:
    assert set(PRIVATE_NAMES[owner]) <= private_names(owner)


def test_what_is_listed_behaves_as_expected() -> None:
    widget, app, screen, strip = Widget(), App[None](), Screen[None](), Strip([])
    assert widget._repaint_required is False
    assert widget._layout_required is False
    widget.refresh(layout=True)
    assert (widget._repaint_required, widget._layout_required) == (True, True)
    assert not widget._exchange_repaint_regions()
    widget._styles_cache.clear()
    assert screen._dirty_widgets == set()
    assert screen._layout_required is False
    assert (app._driver, app._exception, app._sync_available, app._batch_count) == (
        None,
        None,
        False,
        0,
    )
    assert list(app._notifications) == []
    assert Timer(widget, 1.0)._skip is True
    assert inspect.iscoroutinefunction(MessagePump._dispatch_message)
    assert (strip._render_cache, strip._segments) == (None, [])
    for method, parameters in (
        (App._check_bindings, ["self", "key", "priority"]),
        (App._display, ["self", "screen", "renderable"]),
        (App._handle_exception, ["self", "error"]),
        (App._fatal_error, ["self"]),
        (App._close_messages_no_wait, ["self"]),
    ):
        assert list(inspect.signature(method).parameters) == parameters
    update = LayoutUpdate([[strip]], Region(0, 0, 1, 1))
    assert (update.strips, update.region) == ([[strip]], Region(0, 0, 1, 1))
    chops = ChopsUpdate([{0: strip}], [(0, 0, 1)], [[1]])
    assert (chops.chops, chops.spans, chops.chop_ends) == ([{0: strip}], [(0, 0, 1)], [[1]])


def test_every_listed_name_is_used() -> None:
    used = set(private_attributes(ast.parse(inspect.getsource(internals))))
    defined = {
        node.name
        for node in ast.walk(ast.parse(inspect.getsource(internals)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name for names in PRIVATE_NAMES.values() for name in names} <= used | defined


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_other_module_reads_a_private_name_of_textual(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path == Path(__file__):
        return
    of_textual = {name for owner in PRIVATE_NAMES for name in private_names(owner)}
    foreign = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and is_private(node.attr)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os"))
    }
    imported = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and "._" in f".{node.module}"
    }

    assert foreign & of_textual == set()
    assert {module for module in imported if module.startswith("textual")} == set()


def modules_of_the_app() -> list[str]:
    return sorted(
        ".".join(("heicdepth_tui", *path.relative_to(ROOT).with_suffix("").parts))
        for path in (ROOT / "ui").rglob("*.py")
        if path.name != "__init__.py"
    )


@pytest.mark.parametrize("name", modules_of_the_app())
def test_no_class_of_the_app_shadows_a_private_name_of_textual(name: str) -> None:
    if name == internals.__name__:
        return
    for owner in vars(import_module(name)).values():
        if not inspect.isclass(owner) or owner.__module__ != name:
            continue
        bases = [base for base in owner.__mro__[1:] if base.__module__.startswith("textual")]
        if not bases or not issubclass(owner, DOMNode | Strip):
            continue
        tree = tree_of(owner)
        ours = set(private_attributes(tree, "self"))
        ours |= {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        theirs = frozenset().union(*map(private_names, bases))

        assert (owner.__name__, ours & theirs) == (owner.__name__, set())
