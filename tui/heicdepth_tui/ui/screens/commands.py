"""The command palette: every key of the main screen by name, themes and colour maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Protocol, TypeAlias, cast, runtime_checkable

from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider

from heicdepth_tui.draw.modes import COLORMAP_NAMES
from heicdepth_tui.ui.terminal.themes import THEME_NAMES
from heicdepth_tui.ui.widgets.bindings import shown_keys

__all__ = ["PhotoCommands"]

_Command: TypeAlias = tuple[str, str, Callable[[], object]]


class _MainScreen(Protocol):
    @property
    def keymap(self) -> Mapping[str, str]: ...


class _Screen(Protocol):
    BINDINGS: list[BindingType]


@runtime_checkable
class _Coloured(Protocol):
    def use_colormap(self, name: str) -> None: ...


class PhotoCommands(Provider):
    """Commands of the screen that is shown."""

    def _commands(self) -> Iterator[_Command]:
        screen, app = self.screen, self.app
        shown = cast("_Screen", screen)
        keymap = cast("_MainScreen", app.screen_stack[0]).keymap
        for binding in shown.BINDINGS:
            if isinstance(binding, Binding):
                action = partial(app.run_action, binding.action, screen)
                tip = binding.tooltip or binding.description
                key = shown_keys(keymap.get(str(binding.id), binding.key))
                yield f"{binding.description} ({key})", tip, action
        if isinstance(screen, _Coloured):
            for name in COLORMAP_NAMES:
                use = partial(screen.use_colormap, name)
                yield f"Colour map: {name}", "Colours of the depth map", use
        for word, name in THEME_NAMES.items():
            yield f"Theme: {word}", "Colours of the app", partial(setattr, app, "theme", name)

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
