"""The list of photos: one line a photo by the line API, quick for any number of them."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from heicdepth_tui.ui.model.clipping import clip, wrap_cells
from heicdepth_tui.ui.presenters.photo_rows import photo_row
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.line_view import LineView

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.library import Library

__all__ = ["PhotoList"]


def _between(some: int, other: int) -> range:
    return range(min(some, other), max(some, other) + 1)


class PhotoList(LineView, can_focus=True):
    """Shows ``library.view``; the cursor is an index into it."""

    DEFAULT_CSS = """
    PhotoList { background: $background; color: $foreground; scrollbar-size: 1 1;
                overflow-x: hidden; overflow-y: auto; }
    PhotoList > .photo-list--cursor { background: $cursor; color: $cursor-text;
        text-style: bold; }
    PhotoList > .photo-list--mark { color: $accent; }
    PhotoList > .photo-list--detail { color: $dim; }
    PhotoList > .photo-list--problem { color: $error; }
    PhotoList > .photo-list--chosen { color: $success; text-style: bold; }
    PhotoList > .photo-list--empty { color: $dim; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "photo-list--cursor",
        "photo-list--mark",
        "photo-list--detail",
        "photo-list--problem",
        "photo-list--chosen",
        "photo-list--empty",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("down,j", "move(1)", "Down", "list.down", "Next photo"),
        bind("up,k", "move(-1)", "Up", "list.up", "Previous photo"),
        bind("pagedown", "page(1)", "Page down", "list.page_down", "A page down"),
        bind("pageup", "page(-1)", "Page up", "list.page_up", "A page up"),
        bind("ctrl+d", "page(0.5)", "Half page down", "list.half_down", "Half a page down"),
        bind("ctrl+u", "page(-0.5)", "Half page up", "list.half_up", "Half a page up"),
        bind("home,g", "edge(False)", "First", "list.first", "First photo"),
        bind("end,G", "edge(True)", "Last", "list.last", "Last photo"),
    ]
    ALLOW_SELECT = False

    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    def __init__(
        self, library: Library, select: Callable[[Entry | None], object], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.library = library
        # Called, not posted: what is known of the photo is painted in the frame of its row.
        self._select = select
        self.placeholder = "reading the folder …"
        self._announced: Entry | None = None
        self.direction = 1
        """Where the reader goes: 1 down, −1 up."""
        self.range_from: str | None = None
        """The path of the photo where a range begins whose end is not chosen yet."""
        self.was_moved = False
        """Whether the reader chose a row; until then the first one is selected."""

    @property
    def entry(self) -> Entry | None:
        """The photo under the cursor."""
        view = self.library.view
        return view[self.cursor] if 0 <= self.cursor < len(view) else None

    def view_changed(self, keep: str | None = None) -> None:
        """Adopt a new ``library.view``; the cursor follows the photo with path ``keep``."""
        view = self.library.view
        self.set_length(max(1, len(view)))
        index = self.library.index_of(keep) if keep is not None else None
        if index is None:
            index = min(max(self.cursor, 0), max(0, len(view) - 1))
        self.set_reactive(PhotoList.cursor, index)
        self._show_cursor()
        self.refresh()
        self._announce()

    def rows_changed(self, paths: Set[str]) -> None:
        """Repaint the rows on the screen whose photos are among ``paths``."""
        for row in self.visible_rows:
            if self.library.view[row].path in paths:
                self.refresh_line(row)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row and show it."""
        self.was_moved = True
        if self.library.view:
            self.cursor = min(max(index, 0), len(self.library.view) - 1)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor inside the list."""
        return min(max(cursor, 0), max(0, len(self.library.view) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Repaint the two rows concerned and say which photo is now selected."""
        self.direction = 1 if new >= old else -1
        if self.range_from is None:
            self.refresh_line(old)
            self.refresh_line(new)
        else:
            self.refresh()
        self._show_cursor()
        self._announce()

    def _announce(self) -> None:
        # Compared with its size and date: a file that changed is another photo to show.
        entry = self.entry
        if entry != self._announced or entry is None:
            self._announced = entry
            self._select(entry)

    def announce_again(self) -> None:
        """Say which photo is selected although it did not change."""
        self._announced = None
        self._announce()

    def _show_cursor(self) -> None:
        self.scroll_to_region(
            Region(0, self.cursor, 1, 1), animate=False, force=True, immediate=True
        )

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + by)

    def action_page(self, pages: float) -> None:
        """Move the cursor by pages."""
        self.move_to(self.cursor + int(pages * max(1, self.size.height - 1)))

    def action_edge(self, last: bool) -> None:
        """Move the cursor to the first or the last photo."""
        self.move_to(len(self.library.view) - 1 if last else 0)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._show_cursor()

    def on_click(self, event: events.Click) -> None:
        """Select the photo under the mouse."""
        row = event.y + self.scroll_offset.y
        if row < len(self.library.view):
            self.move_to(row)

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus while the list is hidden: its keys go on working."""
        event.prevent_default()

    @property
    def chosen_range(self) -> range:
        """The rows from the beginning of a range to the cursor; none where none was begun."""
        begin = None if self.range_from is None else self.library.index_of(self.range_from)
        return range(0) if begin is None else _between(begin, self.cursor)

    def begin_range(self, path: str | None) -> None:
        """Show rows as chosen from the photo of this path to the cursor; None ends that."""
        self.range_from = path
        self.refresh()

    @property
    def visible_rows(self) -> range:
        """The rows of the view that are on the screen."""
        top = self.scroll_offset.y
        return range(top, min(len(self.library.view), top + max(1, self.size.height)))

    def render_line(self, y: int) -> Strip:
        """Render one row; a scrollbar covers the blank at its end."""
        row = y + self.scroll_offset.y
        width, base = self.size.width, self.visual_style.rich_style
        if row < len(self.library.view):
            entry = self.library.view[row]
            if row == self.cursor:
                base += self.part_style("photo-list--cursor")
            library = self.library
            pieces = photo_row(
                entry,
                library.summary(entry),
                library.is_marked(entry),
                width,
                names=library.longest_name,
                folder=library.folder_of(entry),
                is_in_range=row in self.chosen_range,
            )
            segments = [
                Segment(text, self._style(kind, base) if kind else base) for text, kind in pieces
            ]
            return Strip(segments).adjust_cell_length(width, base)
        lines = [] if self.library.view else wrap_cells(self.placeholder, max(1, width - 2))
        if y >= len(lines):
            return Strip.blank(width, base)
        style = base + self.part_style("photo-list--empty")
        return Strip([Segment(clip(f" {lines[y]}", width), style)]).adjust_cell_length(width, base)

    def _style(self, kind: str, base: Style) -> Style:
        part = self.part_style(f"photo-list--{kind}")
        # A cursor row with a text colour of its own shows all of it in that colour.
        colour = part.color if base.color == self.visual_style.rich_style.color else None
        return base + Style(color=colour, bold=part.bold)
