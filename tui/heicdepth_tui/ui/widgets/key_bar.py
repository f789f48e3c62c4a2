"""The bottom line: the keys that work here, each of them to be clicked as well."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.widgets.bindings import shown_keys

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

__all__ = ["KeyBar"]

_FIRST = ("help", "find", "export", "quit")
"""Ids of the keys that stay when there is no room for all."""
_LEAST = 3
"""Keys of which one can still leave: the first and the last stay."""


class KeyBar(Widget):
    """Draws the shown bindings by the line API: a widget for each costs ten times the start-up."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $surface; color: $dim; }
    KeyBar > .key-bar--key { color: $accent; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key"}
    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Follow what the screen offers."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and screen.is_current:
            self.refresh()

    @property
    def _is_typing(self) -> bool:
        """Whether a field for text has the focus; its module is not imported before one is made."""
        fields = sys.modules.get("textual.widgets._input")
        return fields is not None and isinstance(self.screen.focused, fields.Input)

    def _shown(self) -> list[ActiveBinding]:
        """Return one active binding for each id, in the order to show, as many as there is room."""
        by_id: dict[str, ActiveBinding] = {}
        typing = self._is_typing
        for active in self.screen.active_bindings.values():
            # While a name is typed, the keys of the screen are letters.
            is_letter = typing and active.node is self.screen
            if active.binding.show and active.binding.id and not is_letter:
                by_id.setdefault(active.binding.id, active)
        layer = by_id.pop("layer.next", None)
        first = [by_id.pop("help")] if "help" in by_id else []
        last = [by_id.pop("quit")] if "quit" in by_id else []
        # Not every photo has further layers: last, so that the other keys keep their places.
        shown = [*first, *by_id.values(), *([layer] if layer else []), *last]
        while sum(map(_cells, shown)) + 1 > self.size.width:
            dispensable = [active for active in shown if active.binding.id not in _FIRST]
            # Below 34 columns help alone is sure of its place, and quit is the last to leave it.
            if not dispensable and len(shown) < _LEAST:
                break
            shown.remove(dispensable[-1] if dispensable else shown[-2])
        return shown

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        base = self.visual_style.rich_style
        key_style = self.get_component_rich_style("key-bar--key", partial=True)
        segments = [Segment(" ", base)]
        for active in self._shown():
            binding = active.binding
            link = Style(meta={"@click": f"app.press({binding.key.split(',')[0]!r})"})
            key = base + Style(color=key_style.color, bold=True) + link
            segments.append(Segment(_key(active), key))
            segments.append(Segment(f" {binding.description}", base + link))
            segments.append(Segment("  ", base))
        return Strip(segments).adjust_cell_length(self.size.width, base)


def _key(active: ActiveBinding) -> str:
    return active.binding.key_display or shown_keys(active.binding.key.split(",")[0])


def _cells(active: ActiveBinding) -> int:
    return len(_key(active)) + len(active.binding.description) + 3
