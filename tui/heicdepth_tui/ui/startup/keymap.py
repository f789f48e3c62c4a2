"""The bindings of all screens, and the check of the keymap of a config file against them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from itertools import combinations
from pkgutil import iter_modules

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, Keys, key_to_character

from heicdepth_tui.errors import ConfigError
from heicdepth_tui.ui import screens, widgets
from heicdepth_tui.ui.app import HeicDepthApp
from heicdepth_tui.ui.screens.browse import BrowseScreen
from heicdepth_tui.ui.widgets.photo_list import PhotoList

__all__ = ["all_bindings", "check_keymap"]

_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NAMED_KEYS = frozenset(str(key.value).rpartition("+")[2] for key in Keys)
_EVERYWHERE: tuple[type[DOMNode], ...] = (HeicDepthApp,)
_MAIN_SCREEN: tuple[type[DOMNode], ...] = (BrowseScreen, PhotoList)


def all_bindings() -> list[Binding]:
    """Return the bindings of all screens that have an id, those of the main screen first."""
    by_id: dict[str, Binding] = {}
    for node in (*_MAIN_SCREEN, *_EVERYWHERE, *_other_nodes()):
        for binding in _bindings_of(node):
            by_id.setdefault(str(binding.id), binding)
    return list(by_id.values())


def check_keymap(keymap: Mapping[str, str]) -> None:
    """Raise ConfigError where an id or a key does not exist, or a key would have two meanings."""
    known = [str(binding.id) for binding in all_bindings()]
    for name, keys in keymap.items():
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f'the nearest is "{close[0]}"; ' if close else ""
            raise ConfigError(
                f'[keymap] "{name}" is the id of no binding',
                hint=f"{hint}heicdepth-tui config lists them",
            )
        for key in keys.split(","):
            if not _exists(key):
                raise ConfigError(
                    f'[keymap] "{name}": there is no key "{key}"',
                    hint='use a character, or a name as in "ctrl+x", "f5", "pagedown", "comma"',
                )
    for nodes in (_MAIN_SCREEN, *((node,) for node in _other_nodes())):
        _check_clashes(nodes, keymap)


def _check_clashes(nodes: tuple[type[DOMNode], ...], keymap: Mapping[str, str]) -> None:
    """Raise ConfigError where the keymap gives two bindings that work together the same key."""
    bindings = [binding for node in (*nodes, *_EVERYWHERE) for binding in _bindings_of(node)]
    for one, other in combinations(bindings, 2):
        if one.id == other.id or keymap.keys().isdisjoint({one.id, other.id}):
            continue
        for key in _keys_of(one, keymap) & _keys_of(other, keymap):
            moved, fixed = (one, other) if one.id in keymap else (other, one)
            raise ConfigError(
                f'[keymap] "{moved.id}": "{key}" is a key of "{fixed.id}" as well',
                hint=f'give "{fixed.id}" another key in [keymap]',
            )


def _keys_of(binding: Binding, keymap: Mapping[str, str]) -> set[str]:
    keys = keymap.get(str(binding.id), binding.key)
    return {expanded.key for expanded in Binding.make_bindings([binding.with_key(keys)])}


def _exists(key: str) -> bool:
    *modifiers, name = key.split("+") if key != "+" else [key]
    if not _MODIFIERS.issuperset(modifiers):
        return False
    return (
        (len(name) == 1 and unicodedata.category(name)[0] != "C")
        or name in _NAMED_KEYS
        or key_to_character(REPLACED_KEYS.get(name, name)) is not None
    )


def _bindings_of(node: type[DOMNode]) -> Iterator[Binding]:
    for binding in vars(node).get("BINDINGS", ()):
        if isinstance(binding, Binding) and binding.id:
            yield binding


def _other_nodes() -> list[type[DOMNode]]:
    """Return the screens and widgets beside the main screen that have bindings."""
    found: dict[str, type[DOMNode]] = {}
    for package in (screens, widgets):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            for node in vars(import_module(module.name)).values():
                is_ours = isinstance(node, type) and node.__module__ == module.name
                if is_ours and issubclass(node, DOMNode) and node not in _MAIN_SCREEN:
                    found[node.__qualname__] = node
    return [node for node in found.values() if any(_bindings_of(node))]
