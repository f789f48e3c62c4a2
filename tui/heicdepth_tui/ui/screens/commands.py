"""The command palette: every key of the main screen by name, themes and colour maps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from heicdepth_tui.draw.modes import COLORMAP_NAMES
from heicdepth_tui.ui.themes import THEMES

if TYPE_CHECKING:
    from heicdepth_tui.ui.app import HeicDepthApp

__all__ = ["PhotoCommands"]

_Command = tuple[str, str, Any]


class PhotoCommands(Provider):
    """Commands of the browse screen."""

    def _commands(self) -> Iterator[_Command]:
        app: HeicDepthApp = self.app  # type: ignore[assignment]
        screen = app.browse
        for binding in screen.BINDINGS:
            action = partial(app.run_action, binding.action, screen)  # type: ignore[union-attr]
            tip = binding.tooltip or binding.description  # type: ignore[union-attr]
            yield f"{binding.description} ({_key(binding)})", tip, action  # type: ignore[union-attr]
        for name in COLORMAP_NAMES:
            yield f"Colour map: {name}", "Colours of the depth map", partial(self._colormap, name)
        for word, theme in THEMES.items():
            yield f"Theme: {word}", "Colours of the app", partial(setattr, app, "theme", theme.name)

    def _colormap(self, name: str) -> None:
        app: HeicDepthApp = self.app  # type: ignore[assignment]
        app.colormap = name
        app.browse.viewer.redraw_depth()

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        for name, tip, action in self._commands():
            yield DiscoveryHit(name, action, help=tip)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for name, tip, action in self._commands():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), action, help=tip)


def _key(binding: Any) -> str:
    return str(binding.key_display or binding.key.split(",")[0])
