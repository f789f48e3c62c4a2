"""Makes the bindings of widgets and screens, and names their keys for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from textual.binding import Binding, BindingType
from textual.keys import format_key

if TYPE_CHECKING:
    from textual.screen import Screen

__all__ = ["bind", "key_of", "moved_keys", "replace_keys", "shown_keys"]


def bind(
    key: str,
    action: str,
    name: str,
    id: str,
    tooltip: str = "",
    *,
    show: bool = False,
    display: str | None = None,
    priority: bool = False,
) -> Binding:
    """Return a binding; ``show`` puts it in the key bar, ``name`` is its tooltip by default."""
    return Binding(
        key,
        action,
        name,
        show=show,
        key_display=display,
        priority=priority,
        tooltip=tooltip or name,
        id=id,
    )


def shown_keys(keys: str) -> str:
    """Return keys separated by commas as people know them: ``slash,pagedown`` is ``/ pgdn``."""
    return " ".join(map(_shown, keys.split(",")))


def _shown(key: str) -> str:
    modifiers, plus, name = key.rpartition("+")
    # The arrow that Textual shows for enter is missing in some fonts.
    return modifiers + plus + (name if name == "enter" else format_key(name)) if name else key


def key_of(screen: Screen[Any], id: str) -> str:
    """Return the first key of a binding that works on a screen, as shown; empty without one."""
    active = (one.binding for one in screen.active_bindings.values())
    return next((shown_keys(one.key.split(",")[0]) for one in active if one.id == id), "")


def moved_keys(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> dict[str, str]:
    """Return the keys shown that a keymap replaces, and what is shown in their place."""
    return {
        _shown(key.strip()): shown_keys(keymap[str(binding.id)])
        for binding in bindings
        if isinstance(binding, Binding) and binding.id in keymap
        for key in binding.key.split(",")
    }


def replace_keys(keys: str, moved: Mapping[str, str]) -> str:
    """Return a text of keys separated by blanks with those of ``moved`` replaced."""
    parts = [moved.get(key if len(key) == 1 else key.lower(), key) for key in keys.split()]
    return keys if parts == keys.split() else " ".join(dict.fromkeys(parts))
