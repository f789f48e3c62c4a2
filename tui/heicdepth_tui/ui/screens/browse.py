"""The main screen: the list, the selected photo beside its depth map, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from heicdepth_tui.draw.modes import COLORMAP_NAMES, Blocks, ColorMode
from heicdepth_tui.folder.order import SortKey
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.layout import browse_layout, screen_classes
from heicdepth_tui.ui.screens.photo_presenter import PhotoPresenter
from heicdepth_tui.ui.services.messages import FindClosed, MatchFound
from heicdepth_tui.ui.widgets.containers import (
    PlainContainer,
    PlainHorizontal,
    PlainLines,
    PlainVertical,
)
from heicdepth_tui.ui.widgets.image_panes import ImagePane, ImagePanes
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.photo_list import PhotoList
from heicdepth_tui.ui.widgets.tables import TableView
from heicdepth_tui.ui.widgets.title import TitleBar

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.app import HeicDepthApp
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.widgets.find import FindBar

__all__ = ["BrowseScreen"]

_SORT_ORDER = (SortKey.NAME, SortKey.DATE, SortKey.SIZE, SortKey.DEPTH)


class BrowseScreen(Screen[None], PlainLines):
    """Lays out list, pictures and tables, and does what the keys ask for."""

    app: HeicDepthApp
    photos: PhotoList
    pictures: ImagePanes

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", key_display="?", id="help", tooltip="All keys"),
        Binding("slash", "find", "Find", key_display="/", id="find", tooltip="Find by name"),
        Binding(
            "n", "find_next(1)", "Next match", show=False, id="find.next", tooltip="Next match"
        ),
        Binding(
            "N",
            "find_next(-1)",
            "Previous match",
            show=False,
            id="find.previous",
            tooltip="Previous match",
        ),
        Binding("f", "depth_only", "Depth", id="filter.depth", tooltip="Only photos with depth"),
        Binding("s", "sort", "Sort", id="sort", tooltip="Sort by name, date, size, depth"),
        Binding(
            "right_square_bracket",
            "next_depth(1)",
            "Next depth",
            show=False,
            id="depth.next",
            tooltip="Next photo with depth",
        ),
        Binding(
            "left_square_bracket",
            "next_depth(-1)",
            "Prev depth",
            show=False,
            id="depth.prev",
            tooltip="Previous photo with depth",
        ),
        Binding("space", "mark", "Mark", show=False, id="mark", tooltip="Mark for export"),
        Binding(
            "v",
            "mark_range",
            "Mark range",
            show=False,
            id="mark.range",
            tooltip="Mark from here to the next v",
        ),
        Binding("escape", "stop", "Stop", show=False, id="stop", tooltip="Stop, close, unmark"),
        Binding("b", "blocks", "Blocks", show=False, id="blocks", tooltip="Half or quad blocks"),
        Binding("c", "colours", "Colours", id="colours", tooltip="Next colour map for depth"),
        Binding("tab", "layer(1)", "Layer", id="layer.next", tooltip="Next layer of the photo"),
        Binding(
            "shift+tab",
            "layer(-1)",
            "Previous layer",
            show=False,
            id="layer.previous",
            tooltip="Previous layer of the photo",
        ),
        Binding("t", "tables", "Table", id="tables", tooltip="The other table, where one has room"),
        Binding("i", "metadata", "Info", id="metadata", tooltip="All metadata of the photo"),
        Binding("e", "export", "Export", id="export", tooltip="Export the point cloud (PCD)"),
        Binding(
            "E", "export_as", "Export as", show=False, id="export.as", tooltip="Formats and options"
        ),
        Binding("y", "copy_path", "Copy path", show=False, id="copy", tooltip="By OSC 52"),
        Binding(
            "r",
            "read_again",
            "Read again",
            show=False,
            id="reload",
            tooltip="Read folder and photo again",
        ),
        Binding("q", "app.quit", "Quit", id="quit", tooltip="Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.viewer = PhotoPresenter(self)
        # Kept, since answers may still arrive while the screen is taken down.
        self.title_bar = TitleBar()
        self.arrays = TableView(id="arrays")
        self.facts = TableView(id="facts")
        self._range_from: str | None = None
        self._has_find_bar = False

    def compose(self) -> ComposeResult:
        """Title, list, pictures, tables, keys."""
        app = self.app
        # Before the first layout, so that there is only one.
        self._fold(app.size)
        yield self.title_bar
        with PlainHorizontal(id="body"):
            self.photos = PhotoList(app.library, self._select, id="photos")
            yield self.photos
            with PlainVertical(id="right"):
                self.pictures = ImagePanes(
                    browse_layout(*app.size).pictures,
                    self.is_single,
                    *(
                        ImagePane(app.rows, app.draw_settings, app.flow_control, legend=on, id=name)
                        for name, on in (("photo-pane", False), ("depth-pane", True))
                    ),
                )
                yield self.pictures
                with PlainContainer(id="tables") as tables:
                    self._title_tables(tables)
                    yield self.arrays
                    yield self.facts
        yield KeyBar()

    def on_mount(self) -> None:
        """Put the focus on the list, where it stays, and let the app fill it."""
        self.photos.focus()
        photo, depth = self.pictures.photo, self.pictures.depth
        self.app.output.register(
            self,
            (
                self.photos,
                *(part for pane in (photo, depth) for part in pane.parts),
                self.title_bar,
                self.arrays,
                self.facts,
                self.pictures,
            ),
            throttled=(view.vertical_scrollbar for view in (self.photos, self.arrays, self.facts)),
        )
        self.app.begin()

    @property
    def inspector(self) -> PhotoState | None:
        """What is known of the selected photo."""
        return self.viewer.inspector

    @property
    def is_single(self) -> bool:
        """Whether there is room for one picture only."""
        return self.has_class("-tiny")

    def on_resize(self, event: events.Resize) -> None:
        """Fold what has no room."""
        was_single = self.is_single
        self._fold(event.size)
        if self.is_single != was_single:
            self.viewer.start_over()

    def _fold(self, size: Size) -> None:
        for name, holds in screen_classes(*size).items():
            self.set_class(holds, name)
        for pictures in self.query(ImagePanes):
            pictures.set_class(self.is_single, "-single")
        for tables in self.query("#tables"):
            self._title_tables(tables)

    def _select(self, entry: Entry | None) -> None:
        """Show the photo that the cursor stands on now."""
        self.app.update_place()
        self.viewer.select(entry)
        if self.app.library.waiting:
            self._look_first()

    def _look_first(self) -> None:
        """Have the headers of the photos on the screen read before all others."""
        view = self.app.library.view
        self.app.scanner.look_first([view[row] for row in self.photos.visible_rows])

    # Keys

    def action_layer(self, step: int) -> None:
        """Show the next layer in the photo pane."""
        self.viewer.next_layer(step)

    def action_mark(self) -> None:
        """Mark the photo, or take its mark away, and go on to the next."""
        entry = self.photos.entry
        if entry is not None:
            library = self.app.library
            library.set_marked([entry], not library.is_marked(entry))
            self.photos.refresh()
            self.photos.move_to(self.photos.cursor + 1)
            self.app.update_counts()

    def action_mark_range(self) -> None:
        """Mark everything from the photo where v was pressed before to this one."""
        photos, library = self.photos, self.app.library
        entry = photos.entry
        if entry is None:
            return
        begin = None if self._range_from is None else library.index_of(self._range_from)
        if begin is None:
            self._range_from = entry.path
            self.flash("range begins here: v marks to its end")
            library.set_marked([entry], True)
        else:
            first, last = sorted((begin, photos.cursor))
            library.set_marked(library.view[first : last + 1], True)
            self._range_from = None
        photos.refresh()
        self.app.update_counts()

    def action_stop(self) -> None:
        """Stop the header scan while it runs; else take all marks away."""
        library = self.app.library
        if library.waiting and self.app.scanner.is_scanning:
            self.app.scanner.halt()
        else:
            library.set_marked(library.marked, False)
            self._range_from = None
            self.photos.refresh()
        self.app.update_counts()

    def flash(self, status: str) -> None:
        """Say in the title line what a key just did."""
        self.title_bar.flash(status)

    def action_blocks(self) -> None:
        """Draw pictures with the other block characters."""
        half = self.app.draw_settings.blocks is Blocks.HALF
        self.app.set_blocks(Blocks.QUAD if half else Blocks.HALF)

    def action_colours(self) -> None:
        """Draw depth in the next colour map."""
        names = COLORMAP_NAMES
        self.app.colormap = names[(names.index(self.app.colormap) + 1) % len(names)]
        self.viewer.redraw_depth()
        if self.app.draw_settings.mode in (ColorMode.GREY, ColorMode.NONE):
            self.flash("no colours here: depth is shown in greys")
        else:
            self.flash(f"colour map: {self.app.colormap}")

    def action_tables(self) -> None:
        """Show the other table where only one has room."""
        self.toggle_class("-second-table")
        self._title_tables(self.query_one("#tables"))

    def _title_tables(self, tables: Widget) -> None:
        second = self.has_class("-second-table")
        folded = self.has_class("-folded")
        shown, other = ("metadata", "arrays") if second else ("arrays", "metadata")
        tables.border_title = f"{shown} · t {other}" if folded else None
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that have nothing to do here."""
        if self.app.is_leaving:
            return False
        if action in ("export", "export_as", "copy_path", "metadata") and not self.photos.entry:
            return False
        if action == "tables":
            return self.has_class("-folded") and not self.is_single
        if action == "layer":
            return self.viewer.has_layers
        return True

    def action_metadata(self) -> None:
        """Show all metadata on a screen of its own."""
        from heicdepth_tui.ui.screens.metadata import MetadataScreen

        inspector = self.viewer.inspector
        if inspector is not None and inspector.header is not None:
            name = printable(inspector.entry.name)
            self.app.push_screen(MetadataScreen(name, inspector.rows(), inspector.groups()))

    def action_help(self) -> None:
        """Show all keys."""
        from heicdepth_tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_depth_only(self) -> None:
        """Show only photos with depth, or all again."""
        library = self.app.library
        library.depth_only = not library.depth_only
        self.rebuild_view()

    def action_sort(self) -> None:
        """Sort by the next key."""
        library = self.app.library
        at = _SORT_ORDER.index(library.sort_key)
        library.sort_key = _SORT_ORDER[(at + 1) % len(_SORT_ORDER)]
        self.rebuild_view()
        self.flash(f"sorted by {library.sort_key.value}")

    def rebuild_view(self) -> None:
        """Sort and filter the list anew; the cursor stays on its photo where it can."""
        entry = self.photos.entry
        self.app.library.rebuild()
        self.photos.placeholder = self._empty_text()
        followed = entry.path if entry is not None and self.photos.was_moved else None
        self.photos.view_changed(followed)
        self._look_first()
        self.app.update_counts()

    def _empty_text(self) -> str:
        library = self.app.library
        if not library.depth_only or not len(library):
            return self.app.empty_text
        if library.waiting:
            return "no photo with depth found yet; headers are being read"
        return "no photo with depth here; f shows all"

    def action_next_depth(self, step: int) -> None:
        """Go to the next or previous photo with depth."""
        row = self.app.library.neighbour_with_depth(self.photos.cursor, step)
        if row is None:
            self.flash("no further photo with depth")
        else:
            self.photos.move_to(row)

    async def action_find(self) -> None:
        """Open the find bar."""
        await self._add_find_bar()
        for bar in self.query(".-find"):
            cast("FindBar", bar).open(self.photos.cursor)

    async def _add_find_bar(self) -> None:
        """Make the find bar when it is first asked for: its input costs as much as all the rest."""
        from heicdepth_tui.ui.widgets.find import FindBar

        if not self._has_find_bar:
            self._has_find_bar = True
            await self.mount(FindBar(), after="#body")

    def action_find_next(self, step: int) -> None:
        """Go to the next photo that matches what was looked for."""
        for bar in self.query(".-find"):
            cast("FindBar", bar).go(self.photos.cursor, step)

    @on(MatchFound)
    def _found(self, message: MatchFound) -> None:
        self.photos.move_to(message.row)

    @on(FindClosed)
    def _find_closed(self) -> None:
        self.photos.focus()

    def action_export(self) -> None:
        """Export the point cloud of the selected photo, or of the marked ones."""
        entries = self._chosen()
        if entries:
            self.app.export(entries)

    def _chosen(self) -> list[Entry]:
        entry = self.photos.entry
        return self.app.library.marked or ([] if entry is None else [entry])

    def action_export_as(self) -> None:
        """Choose formats and options first."""
        from heicdepth_tui.ui.screens.export_dialog import ExportDialog

        entries = self._chosen()
        if not entries:
            return
        what = printable(entries[0].name) if len(entries) == 1 else f"{len(entries)} marked photos"

        def chosen(options: ExportOptions | None) -> None:
            if options is not None:
                self.app.export(entries, options)
                self.app.remember(options)

        self.app.push_screen(ExportDialog(what, self.app.remembered), chosen)

    def action_copy_path(self) -> None:
        """Copy the path of the photo to the clipboard of the terminal."""
        entry = self.photos.entry
        if entry is not None:
            self.app.copy_path(entry.path)

    def action_read_again(self) -> None:
        """List the folders and read the photo again."""
        self.app.read_again()
