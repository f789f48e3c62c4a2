"""All metadata of a photo as a tree to search and copy: boxes, items, EXIF, XMP, calibration."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, Sparkline, Static, Tree
from textual.worker import Worker, WorkerState

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.text import printable
from heicdepth_tui.ui.screens.view import QUIT, STOP_EXPORTS, ViewScreen
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.title import ViewTitle

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.report.tree import Node
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["MetadataTreeScreen"]

_OPEN_LINES = 12
"""Groups of no more lines than this are open from the start."""


class MetadataTreeScreen(ViewScreen):
    """Reads the header of a photo in a thread and shows all of it; closes by esc.

    ``finds`` asks for a text to find at once.
    """

    DEFAULT_CSS = """
    MetadataTreeScreen { background: $background; }
    MetadataTreeScreen > Tree { height: 1fr; background: $background; padding: 0 1;
        scrollbar-size: 1 1; overflow-x: hidden; }
    MetadataTreeScreen > Tree > .tree--cursor, MetadataTreeScreen > Tree:focus > .tree--cursor {
        background: $cursor; color: $cursor-text; text-style: none; }
    MetadataTreeScreen > Sparkline { height: 4; margin: 0 1; display: none; }
    MetadataTreeScreen > #tree-caption { height: auto; min-height: 1; max-height: 4;
        padding: 0 1; color: $foreground 60%; }
    MetadataTreeScreen > Input { height: 1; border: none; padding: 0 1; display: none; }
    MetadataTreeScreen.-plot > Sparkline { display: block; }
    MetadataTreeScreen.-finding > Input { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("slash", "find", "Find", "tree.find", "Find text", show=True, display="/"),
        bind("n", "find_next(1)", "Next", "tree.find.next", "To the next match", show=True),
        bind("N", "find_next(-1)", "Previous", "tree.find.previous", "To the match before"),
        bind("y", "copy", "Copy value", "tree.copy", "Copy the value (OSC 52)", show=True),
        bind("Y", "copy_below", "Copy below", "tree.copy.below", "Copy all below", show=True),
        bind("j", "move('down')", "Down", "tree.down"),
        bind("k", "move('up')", "Up", "tree.up"),
        bind("g", "move('home')", "First", "tree.home"),
        bind("G", "move('end')", "Last", "tree.end"),
        bind("l,right", "open", "Open", "tree.open"),
        bind("h,left", "close", "Close", "tree.close"),
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        bind("escape", "leave", "Back", "tree.leave", "To the photos", show=True, display="esc"),
        STOP_EXPORTS,
        QUIT,
    ]

    def __init__(self, context: Context, entry: Entry, *, finds: bool = False) -> None:
        super().__init__()
        self._app_context = context
        self._begins_to_find = finds
        self._entry = entry
        self.title_bar = ViewTitle(id="tree-title")
        self._root: Node | None = None
        self._wanted = ""
        self.tree_view: Tree[Node] = Tree("reading …")
        self.tree_view.show_root = False
        self.tree_view.guide_depth = 2

    def compose(self) -> ComposeResult:
        """Title, tree, the curve of the line under the cursor, and keys."""
        self.title_bar.place = f"{printable(self._entry.name)} · all metadata"
        yield self.title_bar
        yield self.tree_view
        yield Sparkline()
        yield Static("reading …", id="tree-caption", markup=False)
        yield Input(placeholder="find a label or a value", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the file, in a thread: it may lie on a slow disk."""
        self.tree_view.focus()
        if self._begins_to_find:
            self.action_find()
        read = partial(_read, self._entry.path, self._app_context.options.limits)
        self.run_worker(read, thread=True, exit_on_error=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what was read."""
        if event.state is not WorkerState.SUCCESS:
            return
        result = event.worker.result
        if isinstance(result, HeicDepthError):
            self._caption(str(result))
        elif result is not None:
            self._show(result)

    def _show(self, root: Node) -> None:
        self._root = root
        tree = self.tree_view
        tree.root.data = root
        self._fill(tree.root)
        tree.root.expand()
        for child in tree.root.children:
            if child.data is not None and len(child.data.children) <= _OPEN_LINES:
                self._open_line(child)
        tree.move_cursor(tree.root.children[0])
        self._caption("")
        # Typed before the file was read.
        self.action_find_next(1)

    def _caption(self, text: str) -> None:
        self.query_one("#tree-caption", Static).update(Content(text))

    # Lines are made when they are opened: a photo of 200 megapixels has 5,000.

    def _fill(self, place: TreeNode[Node]) -> None:
        if place.data is None or place.children:
            return
        for node in place.data.children:
            place.add(_label(node), node, allow_expand=bool(node.children))

    def _open_line(self, place: TreeNode[Node]) -> None:
        self._fill(place)
        if place.allow_expand:
            place.expand()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Node]) -> None:
        """Make the lines of a node that the user opens."""
        self._fill(event.node)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Node]) -> None:
        """Show the curve of the line under the cursor, or its whole text where it is cut."""
        node = event.node.data
        plot = () if node is None else node.plot
        self.set_class(bool(plot), "-plot")
        if node is not None and plot:
            self.query_one(Sparkline).data = list(plot)
            self._caption(node.plot_text)
            # The plot takes lines of the tree, that of the cursor among them.
            tree = self.tree_view
            self.call_after_refresh(lambda: tree.scroll_to_line(tree.cursor_line, animate=False))
        elif node is not None:
            self._caption(node.text)

    # Keys

    def action_move(self, where: str) -> None:
        """Move the cursor as an arrow key does."""
        tree = self.tree_view
        if where in ("up", "down"):
            (tree.action_cursor_up if where == "up" else tree.action_cursor_down)()
        else:
            tree.cursor_line = 0 if where == "home" else tree.last_line

    def action_open(self) -> None:
        """Open the line under the cursor."""
        if self.tree_view.cursor_node is not None:
            self._open_line(self.tree_view.cursor_node)

    def action_close(self) -> None:
        """Close the line under the cursor, or go to the one above it."""
        place = self.tree_view.cursor_node
        if place is None:
            return
        if place.is_expanded:
            place.collapse()
        elif place.parent is not None and not place.parent.is_root:
            self.tree_view.move_cursor(place.parent)

    def action_leave(self) -> None:
        """Close the find line, or the screen."""
        if self.has_class("-finding"):
            self._end_find()
        else:
            self.dismiss()

    def action_copy(self) -> None:
        """Copy the value under the cursor; a path while its message is shown, which offers it."""
        node = self._current
        if self._app_context.export_log.message_path:
            self.action_copy_path()
        elif node is not None:
            self._copy(node.value or node.label)

    def action_copy_below(self) -> None:
        """Copy the line under the cursor and all below it."""
        node = self._current
        if node is not None:
            self._copy("\n".join(node.lines()))

    @property
    def _current(self) -> Node | None:
        place = self.tree_view.cursor_node
        return None if place is None else place.data

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        lines = text.count("\n") + 1
        what = text if lines == 1 else f"{lines} lines"
        self.notify(f"{what}\nsent to the terminal's clipboard", timeout=3, markup=False)

    def action_find(self) -> None:
        """Ask for a text to find."""
        self.add_class("-finding")
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the first match."""
        self._wanted = event.value.strip()
        self._end_find()
        self.action_find_next(1)

    def _end_find(self) -> None:
        self.remove_class("-finding")
        self.tree_view.focus()

    def action_find_next(self, step: int) -> None:
        """Go to the next line that contains what was typed, opening what hides it."""
        if self._root is None or not self._wanted:
            return
        paths = list(_paths(self._root))
        matching = [at for at, path in enumerate(paths) if path[-1].matches(self._wanted)]
        if not matching:
            self._caption(f"nothing contains {self._wanted}")
            return
        current = self._current
        here = next((at for at, path in enumerate(paths) if path[-1] is current), -1)
        after = [at for at in matching if (at - here) * step > 0]
        found = (after or matching)[0 if step > 0 else -1]
        self._go_to(paths[found])

    def _go_to(self, path: tuple[Node, ...]) -> None:
        place = self.tree_view.root
        for node in path:
            self._open_line(place)
            place = next(child for child in place.children if child.data is node)
        # Lines that were opened have no number before the tree has counted its lines.
        if self.tree_view.last_line >= 0:
            self.tree_view.move_cursor(place)


def _read(path: str, limits: Limits) -> Node | HeicDepthError:
    from heicdepth_tui.report.tree import metadata_tree

    try:
        return metadata_tree(path, limits=limits)
    except HeicDepthError as error:
        return error


def _label(node: Node) -> Text:
    label = Text(node.label, no_wrap=True, overflow="ellipsis")
    return label.append(f"  {node.value}", "dim") if node.value else label


def _paths(root: Node) -> Iterator[tuple[Node, ...]]:
    """Yield every line below the root, in the order shown, as the lines that lead to it."""
    for child in root.children:
        yield (child,)
        for path in _paths(child):
            yield (child, *path)
