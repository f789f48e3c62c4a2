"""The main screen: the list, the selected photo beside its depth map, and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.geometry import Size

from heicdepth_tui.folder.order import SortKey
from heicdepth_tui.ui.screens.borders import Borders
from heicdepth_tui.ui.screens.depth_colours import DepthColours
from heicdepth_tui.ui.screens.export_panel import ExportPanel
from heicdepth_tui.ui.screens.folder_panel import FolderPanel
from heicdepth_tui.ui.screens.histogram_panel import HistogramPanel
from heicdepth_tui.ui.screens.hovering import Hovering
from heicdepth_tui.ui.screens.outside import OutsideEvents
from heicdepth_tui.ui.screens.photo_panel import PhotoPanel
from heicdepth_tui.ui.screens.resting_pixels import PanePixels, PixelScreen
from heicdepth_tui.ui.screens.view import OPEN_PAGE, QUIT, SAVE_PICTURE, STOP_EXPORTS
from heicdepth_tui.ui.screens.viewing import ViewingScreen
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.image_panes import ImagePanes
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.photo_list import PhotoList
from heicdepth_tui.ui.widgets.tables import TableView
from heicdepth_tui.ui.widgets.title import TitleBar

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.widgets.find import FindBar

__all__ = ["BrowseScreen"]

_SORT_ORDER = (SortKey.NAME, SortKey.DATE, SortKey.SIZE, SortKey.DEPTH)


class BrowseScreen(PixelScreen, ViewingScreen):
    """Lays out list, pictures and tables, and does what the keys ask for."""

    # The key bar drops the last ones where it has no room.
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        bind("slash", "find", "Find", "find", "Find by name", show=True, display="/"),
        bind("enter,z", "zoom", "Zoom", "zoom", "Zoom into photo or depth map", show=True),
        bind("3", "spin", "Spin", "spin", "The cloud: in the pane, then full screen", show=True),
        bind("m", "probe", "Probe", "probe", "Measure: distances, lengths", show=True),
        bind("c", "colours", "Colours", "colours", "Next colour map for depth", show=True),
        bind("e", "export", "Export", "export", "Export the point cloud (PCD)", show=True),
        bind("n", "find_next(1)", "Next match", "find.next", "To the next match"),
        bind("N", "find_next(-1)", "Previous match", "find.previous", "To the match before"),
        bind("f", "depth_only", "Depth", "filter.depth", "Only photos with depth", show=True),
        bind("s", "sort", "Sort", "sort", "Sort by name, date, size, depth", show=True),
        bind("]", "next_depth(1)", "Next depth", "depth.next", "Next photo with depth"),
        bind("[", "next_depth(-1)", "Previous depth", "depth.prev", "Photo with depth before"),
        bind("space", "mark", "Mark", "mark", "Mark for export"),
        bind("v", "mark_range", "Mark range", "mark.range", "Mark from here to the next v"),
        bind("escape", "stop", "Stop", "stop", "Stop, close, unmark"),
        bind("b", "blocks", "Blocks", "blocks", "Half blocks, quad blocks, pixels"),
        bind("C", "reverse_colours", "Bright end", "colours.reverse", "Bright near or bright far"),
        bind("R", "colour_range", "Range", "colours.range", "All codes, 2–98 %, by hand"),
        bind("tab", "layer(1)", "Layer", "layer.next", "Next layer of the photo", show=True),
        bind("shift+tab", "layer(-1)", "Previous layer", "layer.previous", "Layer before"),
        bind("H", "histogram", "Histogram", "histogram", "Histogram of the depth codes"),
        bind("d", "clip", "Clip", "clip", "Near and far clip, for cloud and exports"),
        bind("t", "tables", "Table", "tables", "The other table, where one has room", show=True),
        bind("l", "toggle_list", "List", "list.toggle", "Hide or show the list"),
        bind("T", "toggle_tables", "Tables", "tables.toggle", "Hide or show the tables"),
        bind("<", "widen_list(-1)", "Narrower list", "list.narrower"),
        bind(">", "widen_list(1)", "Wider list", "list.wider"),
        bind("i", "metadata", "Info", "metadata", "All metadata of the photo", show=True),
        bind("I", "metadata_tree", "All metadata", "metadata.tree", "Boxes, items, EXIF, XMP"),
        bind("o", "layers", "Layers", "layers", "All layers, and depth over the photo"),
        bind("E", "export_as", "Export as", "export.as", "Formats and options"),
        STOP_EXPORTS,
        bind("L", "export_report", "Exports", "export.report", "Results of the last exports"),
        bind("y", "copy_path", "Copy", "copy", "What is selected in a table, else the path"),
        SAVE_PICTURE,
        bind("x", "open", "Open", "open", "Photo, folder or last export, outside", show=True),
        OPEN_PAGE,
        bind("r", "read_again", "Read again", "reload", "Read folder and photo again"),
        QUIT,
    ]

    def __init__(self, context: Context, begin: Callable[[], object]) -> None:
        super().__init__()
        self._app_context = context
        self._session = context.session
        self._begin = begin
        self.title_bar = TitleBar()
        self.photos = PhotoList(context.session.library, self._select, id="photos")
        self.pictures = ImagePanes(context.session.settings.mode)
        self.arrays = TableView(id="arrays")
        self.facts = TableView(id="facts")
        self.histogram = HistogramPanel(
            self, context.session, self.ranges_changed, self.show_status
        )
        self._tables = Container(self.arrays, self.facts, self.histogram.view, id="tables")
        self.panel = PhotoPanel(self, context, self.pictures, self.arrays, self.facts)
        self.panel.tables_shown = self.tables_shown
        self.pixels = PanePixels(self, context, self.pictures, self.panel)
        self.exports = ExportPanel(self, context, self.lay_out_again)
        self.folder = FolderPanel(
            self, context, self.photos, self.title_bar, self._reread, self.lay_out_again
        )
        self.borders = Borders(context.session, lambda: self.panel.layout, self.lay_out_again)
        self._colours = DepthColours(self, context.session, self.ranges_changed, self.show_status)
        self.outside = OutsideEvents(self, context)
        self.hovering = Hovering(context, "list", self.read_pointed)
        self._find_bar: FindBar | None = None

    def compose(self) -> ComposeResult:
        """Title, list, pictures, tables, keys."""
        # Before the first layout, so that there is only one.
        self._lay_out(self.app.size)
        yield self.title_bar
        with Horizontal(id="body"):
            yield self.photos
            with Vertical(id="right"):
                yield self.pictures
                yield self._tables
        yield self.exports.bar
        yield KeyBar()

    def on_mount(self) -> None:
        """Put the focus on the list, where it stays, and let the app fill it."""
        self.photos.focus()
        self._begin()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for another size."""
        self._lay_out(event.size)

    def lay_out_again(self) -> None:
        """Lay out for other choices at the same size."""
        self._lay_out(self.size)

    def _lay_out(self, size: Size) -> None:
        bars = 2 + self.has_class("-finding") + self.exports.bar.is_shown
        layout = self.panel.resize(*size, bars=bars)
        self.set_class(layout.is_single, "-tiny")
        self.set_class(layout.is_folded, "-folded")
        self.set_class(layout.is_wide, "-wide")
        self.set_class(not layout.photos.columns, "-no-list")
        self.set_class(not layout.tables.rows, "-no-tables")
        self.histogram.lay_out(layout, size.width)
        self.photos.styles.width = layout.photos.columns
        self._tables.styles.height = layout.tables.rows
        self._title_tables()

    def draw_again(self) -> None:
        """Draw photo, depth map and cloud for cells of another shape."""
        self.panel.update()
        if self.cloud is not None:
            self.cloud.control.draw()

    def _select(self, entry: Entry | None) -> None:
        """Show the photo that the cursor stands on now."""
        self.folder.update_place()
        photos, view = self.photos, self._session.library.view
        rows = (photos.cursor + photos.direction, photos.cursor - photos.direction)
        self.panel.select(entry, [view[row] for row in rows if 0 <= row < len(view)])
        if self.cloud is not None and entry is not None:
            self.cloud.follow(entry)
        if self._session.library.waiting:
            self.folder.look_first()

    def _reread(self) -> None:
        """Read the selected photo again."""
        entry = self.photos.entry
        if entry is not None:
            self.panel.forget(entry)
            self.photos.announce_again()

    @property
    def keymap(self) -> Mapping[str, str]:
        """The keys that replace the defaults, by the ids of their bindings."""
        return self._app_context.options.keymap

    # Keys

    def action_layer(self, step: int) -> None:
        """Show the next layer in the photo pane."""
        self.panel.next_layer(step)

    def action_mark(self) -> None:
        """Mark the photo, or take its mark away, and go on to the next."""
        entry = self.photos.entry
        if entry is not None:
            library = self._session.library
            library.set_marked([entry], not library.is_marked(entry))
            self.photos.refresh()
            self.photos.move_to(self.photos.cursor + 1)
            self.folder.update_counts()

    def action_mark_range(self) -> None:
        """Mark everything from the photo where v was pressed before to this one."""
        photos, library = self.photos, self._session.library
        entry = photos.entry
        if entry is None:
            return
        chosen = photos.chosen_range
        if not chosen:
            photos.begin_range(entry.path)
            self.show_status("range begins here: v marks to its end")
            library.set_marked([entry], True)
        else:
            self._end_range()
        self.folder.update_counts()

    def _end_range(self) -> None:
        """Mark the photos of a range that was begun."""
        photos, library = self.photos, self._session.library
        chosen = photos.chosen_range
        if chosen:
            library.set_marked(library.view[chosen.start : chosen.stop], True)
            photos.begin_range(None)
            self.show_status(f"{library.marked_count:,} marked")
            self.folder.update_counts()

    async def action_stop(self) -> None:
        """Close the cloud; else take its crosshair away, stop the header scan, or unmark photos.

        Not while photos are exported: the marks say which.
        """
        if await self.close_cloud():
            return
        if self._session.entry in self._session.picked:
            del self._session.picked[self._session.entry]
            self.show_picked()
            return
        library = self._session.library
        if library.waiting and self._app_context.scanner.is_scanning:
            self._app_context.scanner.halt()
        elif self._app_context.exporter.left and library.marked_count:
            self.show_status("marks stay while photos are exported; X stops")
        else:
            library.set_marked(library.marked, False)
            self.photos.begin_range(None)
        self.folder.update_counts()

    def action_blocks(self) -> None:
        """Draw pictures with the other block characters, or in pixels."""
        self.show_status(f"pictures in {self.pixels.next_picture(self.panel.update)}")

    def action_colours(self) -> None:
        """Draw depth in the next colour map."""
        self._colours.next_map()

    def use_colormap(self, name: str) -> None:
        """Draw depth in a colour map."""
        self._colours.use_map(name)

    def action_reverse_colours(self) -> None:
        """Make far bright instead of near, or near again."""
        self._colours.reverse()

    def action_colour_range(self) -> None:
        """Spread the colour map over another range of depth."""
        self._colours.next_range()

    def action_tables(self) -> None:
        """Show the other table where only one has room."""
        self.toggle_class("-second-table")
        self._title_tables()

    def _title_tables(self) -> None:
        second = self.has_class("-second-table")
        shown = "metadata · t arrays" if second else "arrays · t metadata"
        is_folded = self.has_class("-folded")
        if self.histogram.is_shown:
            shown = "histogram · H tables"
        self._tables.border_title = shown if is_folded else None
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that have nothing to do here."""
        if self._session.is_leaving:
            return False
        if (
            action
            in (
                "export",
                "export_as",
                "copy_path",
                "metadata",
                "metadata_tree",
                "spin",
                "layers",
                "open",
                "page",
                "save_picture",
            )
            and not self.photos.entry
        ):
            return False
        if action == "tables":
            has_two = self.has_class("-folded") and not self.has_class("-no-tables")
            return has_two and not self.histogram.is_shown
        if action in ("toggle_tables", "histogram"):
            return not self.has_class("-tiny")
        if action == "layer":
            return self.panel.has_layers
        return True

    def action_depth_only(self) -> None:
        """Show only photos with depth, or all again."""
        library = self._session.library
        library.depth_only = not library.depth_only
        self.folder.rebuild()

    def action_sort(self) -> None:
        """Sort by the next key."""
        library = self._session.library
        at = _SORT_ORDER.index(library.sort_key)
        library.sort_key = _SORT_ORDER[(at + 1) % len(_SORT_ORDER)]
        self.folder.rebuild()
        self.show_status(f"sorted by {library.sort_key.value}")

    def action_next_depth(self, step: int) -> None:
        """Go to the next or previous photo with depth."""
        row = self._session.library.neighbour_with_depth(self.photos.cursor, step)
        if row is None:
            self.show_status("no further photo with depth")
        else:
            self.photos.move_to(row)

    async def action_find(self) -> None:
        """Open the find bar."""
        if self._find_bar is None:
            # Mounted at its first use: its input costs as much as the rest of the screen.
            from heicdepth_tui.ui.widgets.find import FindBar

            self._find_bar = FindBar(self._session.library)
            await self.mount(self._find_bar, after="#body")
        # Toasts stand above the bar.
        self.add_class("-finding")
        self._find_bar.open(self.photos.cursor)
        self.lay_out_again()

    def action_find_next(self, step: int) -> None:
        """Go to the next photo that matches what was looked for."""
        if self._find_bar is not None:
            self._find_bar.go(self.photos.cursor, step)

    def on_find_bar_match_found(self, message: FindBar.MatchFound) -> None:
        """Go to the match."""
        self.photos.move_to(message.row)

    def on_find_bar_closed(self) -> None:
        """Give the list its focus back."""
        self.remove_class("-finding")
        self.lay_out_again()
        self.photos.focus()

    def action_export(self) -> None:
        """Export the point cloud of the selected photo, or of the marked ones."""
        self.exports.export(self._chosen())

    def action_export_as(self) -> None:
        """Choose formats and options first."""
        self.exports.choose(self._chosen())

    def exports_changed(self) -> None:
        """Leave the title as it is: exports have a line of their own, above the keys."""

    def action_export_report(self) -> None:
        """Show the results of the last exports."""
        if self._app_context.export_log.jobs:
            self.exports.show_report()
        else:
            self.show_status("nothing was exported yet")

    def _chosen(self) -> list[Entry]:
        """Return the photos to export: the rows shown as chosen are meant, too."""
        self._end_range()
        entry = self.photos.entry
        return self._session.library.marked or ([] if entry is None else [entry])

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return what both panes show, the photo pane alone where there is one."""
        from heicdepth_tui.ui.presenters.picture import layer_parts

        state = self._session.state
        if state is None:
            return ()
        cloud = () if self.cloud is None else self.cloud.control.picture_parts()
        panes = (self.pictures.photo, self.pictures.depth)
        shown = panes[:1] if self.panel.layout.is_single or cloud else panes
        layers = [pane.view.layer for pane in shown]
        return (*layer_parts(self._session, state, layers), *cloud)

    @property
    def copied_row(self) -> str:
        """The row of a table that is chosen, else the point of the cloud."""
        point = "" if self.cloud is None else self.cloud.control.sample_line
        return self.arrays.copied or self.facts.copied or point

    def action_read_again(self) -> None:
        """List the folders and read the photo again."""
        self.folder.read_again()
