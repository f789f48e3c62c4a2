"""The command palette: every key of a view by name, themes and colour maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Protocol, TypeAlias, cast, runtime_checkable

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.widget import Widget

from heicdepth_tui.draw.modes import COLORMAP_NAMES
from heicdepth_tui.ui.terminal.themes import THEME_NAMES
from heicdepth_tui.ui.widgets.bindings import shown_keys

__all__ = ["PhotoCommands"]

_Command: TypeAlias = tuple[str, str, Callable[[], object]]


class _MainScreen(Protocol):
    @property
    def keymap(self) -> Mapping[str, str]: ...


@runtime_checkable
class _Coloured(Protocol):
    def use_colormap(self, name: str) -> None: ...


def _named(node: DOMNode) -> Iterator[Binding]:
    """Yield the bindings of a node that are of this app: Textual's own have no id."""
    return (one for one in node.BINDINGS if isinstance(one, Binding) and one.id is not None)


class PhotoCommands(Provider):
    """Commands of the screen that is shown, and of its widget with the focus."""

    def _commands(self) -> Iterator[_Command]:
        screen, app = self.screen, self.app
        for node, binding, keys in self._bindings():
            action = partial(app.run_action, binding.action, node)
            tip = binding.tooltip or binding.description
            yield f"{binding.description} ({shown_keys(','.join(keys))})", tip, action
        if isinstance(screen, _Coloured):
            for name in COLORMAP_NAMES:
                use = partial(screen.use_colormap, name)
                yield f"Colour map: {name}", "Colours of the depth map", use
        for word, name in THEME_NAMES.items():
            yield f"Theme: {word}", "Colours of the app", partial(setattr, app, "theme", name)

    def _bindings(self) -> Iterator[tuple[DOMNode, Binding, list[str]]]:
        """Yield bindings with their keys in force: of the screen, then of what has the focus.

        Keys of the screen that the widget takes are left out.
        """
        keymap = cast("_MainScreen", self.app.screen_stack[0]).keymap
        focused = self.focused
        around = [] if focused is None else focused.ancestors_with_self
        own = [
            (node, one, keymap.get(str(one.id), one.key).split(","))
            for node in around
            if isinstance(node, Widget) and node is not self.screen
            for one in _named(node)
        ]
        taken = {key for _, _, keys in own for key in keys}
        for one in _named(self.screen):
            keys = keymap.get(str(one.id), one.key).split(",")
            left = [key for key in keys if key not in taken]
            if left:
                yield self.screen, one, left
        yield from own

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
