"""Keys of widgets and screens, one a line."""

from __future__ import annotations

from textual.binding import Binding

__all__ = ["bind"]


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
