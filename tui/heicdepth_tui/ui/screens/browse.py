"""The main screen: the list, the selected photo beside its depth map, and its numbers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from heicdepth_tui.draw.modes import COLORMAP_NAMES, Blocks
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.folder.order import SortKey
from heicdepth_tui.heif.facts import DepthStatus, Header
from heicdepth_tui.photo.layers import Answer, Layer, LayerKind, Pixels
from heicdepth_tui.photo.schedule import PREFETCH
from heicdepth_tui.text import printable
from heicdepth_tui.ui.inspector import Inspector
from heicdepth_tui.ui.messages import FindClosed, HeaderRead, LayerArrived, MatchFound
from heicdepth_tui.ui.previews import preview_fit
from heicdepth_tui.ui.sources import depth_source, layer_source
from heicdepth_tui.ui.widgets.facts import FactsPane
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.panes import PicturePane, Pictures
from heicdepth_tui.ui.widgets.photo_list import PhotoList
from heicdepth_tui.ui.widgets.title import TitleBar

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.app import HeicDepthApp
    from heicdepth_tui.ui.widgets.find import FindBar
    from heicdepth_tui.ui.widgets.picture import ImageSource

__all__ = ["BrowseScreen"]

STILL_WAITING = 2.0
"""Seconds without a header after which the pane says that it still waits."""

_SORT_ORDER = (SortKey.NAME, SortKey.DATE, SortKey.SIZE, SortKey.DEPTH)


class BrowseScreen(Screen[None]):
    """Shows the library; asks the store for what it needs and draws what arrives."""

    app: HeicDepthApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", key_display="?", id="help", tooltip="All keys"),
        Binding("slash", "find", "Find", key_display="/", id="find", tooltip="Find by name"),
        Binding("n", "find_next(1)", "Next match", show=False, id="find.next"),
        Binding("N", "find_next(-1)", "Previous match", show=False, id="find.previous"),
        Binding("f", "depth_only", "Depth", id="filter.depth", tooltip="Only photos with depth"),
        Binding("s", "sort", "Sort", id="sort", tooltip="Sort by name, date, size, depth"),
        Binding("right_square_bracket", "next_depth(1)", "Next depth", show=False, id="depth.next"),
        Binding("left_square_bracket", "next_depth(-1)", "Prev depth", show=False, id="depth.prev"),
        Binding("space", "mark", "Mark", show=False, id="mark", tooltip="Mark for export"),
        Binding("v", "mark_range", "Mark range", show=False, id="mark.range"),
        Binding("escape", "stop", "Stop", show=False, id="stop", tooltip="Stop, close, unmark"),
        Binding("b", "blocks", "Blocks", show=False, id="blocks", tooltip="Half or quad blocks"),
        Binding("c", "colours", "Colours", id="colours", tooltip="Next colour map for depth"),
        Binding("tab", "layer(1)", "Layer", id="layer.next", tooltip="Next layer of the photo"),
        Binding("shift+tab", "layer(-1)", "Previous layer", show=False, id="layer.previous"),
        Binding("t", "tables", "Table", id="tables", tooltip="The other table, where one has room"),
        Binding("i", "metadata", "Info", id="metadata", tooltip="All metadata of the photo"),
        Binding("e", "export", "Export", id="export", tooltip="Export the point cloud (PCD)"),
        Binding(
            "E", "export_as", "Export as", show=False, id="export.as", tooltip="Formats and options"
        ),
        Binding("y", "copy_path", "Copy path", show=False, id="copy", tooltip="By OSC 52"),
        Binding("r", "read_again", "Read again", show=False, id="reload"),
        Binding("q", "app.quit", "Quit", id="quit", tooltip="Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.inspector: Inspector | None = None
        self.shown_layer: Layer | None = None
        self._range_from: int | None = None
        self._find_bar: FindBar | None = None

    def compose(self) -> ComposeResult:
        """Title, list, pictures, tables, keys."""
        app = self.app
        # Before the first layout, so that there is only one.
        self._fold(app.size)
        yield TitleBar()
        with Horizontal(id="body"):
            yield PhotoList(app.library, id="photos")
            with Vertical(id="right"):
                yield Pictures(
                    self.is_single,
                    *(
                        PicturePane(app.rows, app.draw_settings, app.pacer, legend=on, id=name)
                        for name, on in (("photo-pane", False), ("depth-pane", True))
                    ),
                )
                with Container(id="tables") as tables:
                    self._title_tables(tables)
                    yield FactsPane(id="arrays")
                    yield FactsPane(id="facts")
        yield KeyBar()

    def on_mount(self) -> None:
        """Put the focus on the list, where it stays, and let the app fill it."""
        self.photos.focus()
        self.app.begin()

    @property
    def photos(self) -> PhotoList:
        """The list."""
        return self.query_one("#photos", PhotoList)

    @property
    def pictures(self) -> Pictures:
        """Both panes."""
        return self.query_one(Pictures)

    @property
    def is_single(self) -> bool:
        """Whether there is room for one picture only."""
        return self.has_class("-tiny")

    def on_resize(self, event: events.Resize) -> None:
        """Fold what has no room."""
        was_single = self.is_single
        self._fold(event.size)
        inspector = self.inspector
        if self.is_single != was_single and inspector is not None and inspector.header is not None:
            self.shown_layer = None
            self._show_layers(inspector)

    def _fold(self, size: Size) -> None:
        width, height = size
        tiny = width < 70 or height < 18
        self.set_class(tiny, "-tiny")
        self.set_class(width < 110 or height < 34, "-folded")
        self.set_class(width >= 170, "-wide")
        self.set_class(width >= 125, "-roomy")
        for pictures in self.query(Pictures):
            pictures.set_class(tiny, "-single")
        for tables in self.query("#tables"):
            self._title_tables(tables)

    # What is selected

    @on(PhotoList.Highlighted)
    def _select(self, message: PhotoList.Highlighted) -> None:
        self.select(message.entry)

    def select(self, entry: Entry | None) -> None:
        """Show a photo; nothing of the one before stays on the screen."""
        self.shown_layer = None
        self.app.prefetcher.stop()
        if entry is None:
            self.inspector = None
            self._clear("no photo selected" if len(self.app.library) else "no photos here")
            return
        self.inspector = Inspector(entry)
        if entry.problem:
            self._clear(printable(f"{entry.name}\n{entry.problem}"))
            return
        found = self.app.store.header(entry)
        if found is None:
            self._clear("")
            self.set_timer(STILL_WAITING, partial(self._still_waiting, self.inspector))
        else:
            self._take_header(self.inspector, found)

    def _still_waiting(self, inspector: Inspector) -> None:
        """Say that the disk or the network has not answered yet."""
        if inspector is self.inspector and inspector.header is None and inspector.error is None:
            self.pictures.photo.canvas.show_message(
                "still waiting for the file\nthe disk or network does not answer; other photos work"
            )

    def _clear(self, message: str) -> None:
        for pane in (self.pictures.photo, self.pictures.depth):
            pane.heading.update("")
            pane.caption.update("")
            pane.legend.show(None, self.app.colormap)
            pane.canvas.show_message("")
        self.pictures.photo.canvas.show_message(message)
        self.query_one("#arrays", FactsPane).show_arrays(())
        self.query_one("#facts", FactsPane).show_facts(())

    def header_read(self, message: HeaderRead) -> None:
        """Take in a header, unless another photo is selected by now."""
        inspector = self.inspector
        self.app.prefetcher.header_read(message.path, message.header)
        if inspector is None or inspector.entry.path != message.path or inspector.header:
            return
        found = message.header if message.error is None else message.error
        if found is not None:
            self._take_header(inspector, found)

    def _take_header(self, inspector: Inspector, found: Header | HeicDepthError) -> None:
        if isinstance(found, HeicDepthError):
            inspector.set_error(found)
            self._clear(printable(inspector.entry.name) + "\n" + found.short)
            return
        inspector.set_header(found)
        self.refresh_bindings()
        self.query_one("#arrays", FactsPane).show_arrays(())
        self.call_after_refresh(self._show_facts, inspector)
        depth = found.depth.item
        self.pictures.set_shapes(found.primary.upright, None if depth is None else depth.upright)
        self._show_captions(found)
        self._show_layers(inspector)

    def _show_facts(self, inspector: Inspector) -> None:
        if inspector is self.inspector:
            self.query_one("#facts", FactsPane).show_facts(inspector.groups())

    def _show_captions(self, header: Header) -> None:
        pane = self.pictures.photo
        second = (header.exif.date or "")[:16]
        if header.truncated:
            second = f"cut short: {header.truncated}"
        pane.caption.update(f"{printable(header.camera_name)}\n{printable(second)}")

    def _show_layers(self, inspector: Inspector) -> None:
        """Draw what is known of both panes and ask for the rest, depth first."""
        header = inspector.header
        if header is None:
            return
        depth = inspector.layer(LayerKind.DEPTH)
        self._show_depth_pane(inspector, header)
        if depth is not None:
            self._want(depth, "depth")
        self._start_photo_pane(inspector, header)

    def _show_depth_pane(self, inspector: Inspector, header: Header) -> None:
        pane = self.pictures.depth
        facts = header.depth
        if facts.item is None:
            pane.heading.update("depth")
            pane.legend.show(None, self.app.colormap)
            pane.canvas.show_message(_why_no_depth(header))
            return
        kind = "" if facts.representation is None else f"  {facts.representation.type.label}"
        pane.heading.update(f"depth {facts.item.upright}{kind}")
        if inspector.layer(LayerKind.DEPTH) not in inspector.pixels:
            pane.legend.show(None, self.app.colormap)
            pane.canvas.show_message("decoding …", facts.item.upright)

    def _start_photo_pane(self, inspector: Inspector, header: Header) -> None:
        if self.shown_layer is None:
            self.shown_layer = self._cycle(inspector)[0]
        layer = self.shown_layer
        self._show_photo_heading(inspector, header, layer)
        pixels = inspector.pixels.get(layer)
        if pixels is not None:
            self._draw_photo_pane(inspector, layer, pixels)
            return
        if layer in inspector.errors:
            self.pictures.photo.canvas.show_message(inspector.errors[layer].short)
            return
        if layer.kind is not LayerKind.PRIMARY:
            self.pictures.photo.canvas.show_message("decoding …")
            self._want(layer, "photo", fit=None if layer.kind is LayerKind.DEPTH else self._fit)
            return
        self.pictures.photo.canvas.show_message("decoding …", header.primary.upright)
        thumbnail = inspector.layer(LayerKind.THUMBNAIL)
        if thumbnail is not None:
            self._want(thumbnail, "thumbnail")
        self._want(layer, "photo", fit=self._fit, partial=True)

    def _show_photo_heading(self, inspector: Inspector, header: Header, layer: Layer) -> None:
        pane = self.pictures.photo
        is_depth = layer.kind is LayerKind.DEPTH
        pane.use_legend(is_depth)
        size: object = header.primary.upright
        for aux in header.auxiliaries:
            if aux.item.id == layer.item_id:
                size = aux.item.upright
        cycle = self._cycle(inspector)
        place = f"  {cycle.index(layer) + 1} of {len(cycle)}" if len(cycle) > 1 else ""
        blocks = self.app.draw_settings.blocks
        place += "  ▚ quad blocks" if blocks is Blocks.QUAD else ""
        pane.heading.update(f"{printable(layer.label)} {size}{place}")
        if is_depth:
            pane.legend.show(inspector.depth_map, self.app.colormap)

    def _cycle(self, inspector: Inspector) -> tuple[Layer, ...]:
        """Return the layers that tab goes through in the photo pane."""
        layers = tuple(x for x in inspector.layers if x.kind is not LayerKind.THUMBNAIL)
        depth = tuple(x for x in layers if x.kind is LayerKind.DEPTH)
        rest = tuple(x for x in layers if x.kind is not LayerKind.DEPTH)
        return (*depth, *rest) if self.is_single else rest

    @property
    def _fit(self) -> tuple[int, int]:
        """The size that photos are decoded to for this screen."""
        return preview_fit(self.size.width, self.size.height)

    def _want(
        self, layer: Layer, pane: str, *, fit: tuple[int, int] | None = None, partial: bool = False
    ) -> None:
        inspector = self.inspector
        if inspector is None:
            return
        found = self.app.store.layer(inspector.entry, layer, pane, fit=fit, partial=partial)
        if found is not None:
            self._take_layer(inspector, layer, found)

    # What arrives

    def layer_arrived(self, message: LayerArrived) -> None:
        """Take in what the decoder answered, unless another photo is selected by now."""
        answer: Answer = message.answer
        inspector = self.inspector
        if inspector is None or inspector.entry.path != answer.request.path:
            return
        layer = inspector.known(answer.request.layer)
        if layer is None or answer.request.pane.startswith(PREFETCH):
            return
        if not answer.final:
            if answer.pixels is not None:
                self._draw_partial(inspector, layer, answer.pixels)
            return
        found = answer.pixels if answer.error is None else answer.error
        if found is not None:
            self._take_layer(inspector, layer, found)

    def _draw_partial(self, inspector: Inspector, layer: Layer, pixels: Pixels) -> None:
        thumbnail = inspector.layer(LayerKind.THUMBNAIL)
        if layer == self.shown_layer and thumbnail not in inspector.pixels:
            source = layer_source(inspector.entry, layer, pixels, self.app.draw_settings, "partial")
            self.pictures.photo.canvas.show(source)

    def _take_layer(
        self, inspector: Inspector, layer: Layer, found: Pixels | HeicDepthError
    ) -> None:
        if isinstance(found, HeicDepthError):
            inspector.set_layer_error(layer, found)
            self._show_layer_error(inspector, layer, found)
        else:
            inspector.set_pixels(layer, found)
            self._draw_layer(inspector, layer, found)
        self._update_tables(inspector)
        if layer.kind is LayerKind.PRIMARY:
            self._want_rest(inspector)

    def _show_layer_error(self, inspector: Inspector, layer: Layer, error: HeicDepthError) -> None:
        if layer.kind is LayerKind.DEPTH:
            self.pictures.depth.canvas.show_message("depth map unreadable\n" + error.short)
        if layer != self.shown_layer:
            return
        thumbnail = inspector.layer(LayerKind.THUMBNAIL)
        if layer.kind is LayerKind.PRIMARY and thumbnail in inspector.pixels:
            self.pictures.photo.caption.update("the embedded thumbnail; the photo: " + error.short)
        else:
            self.pictures.photo.canvas.show_message(error.short)

    def _draw_layer(self, inspector: Inspector, layer: Layer, pixels: Pixels) -> None:
        if layer.kind is LayerKind.DEPTH:
            self._draw_depth(inspector, pixels)
        if layer == self.shown_layer:
            self._draw_photo_pane(inspector, layer, pixels)
        elif (
            layer.kind is LayerKind.THUMBNAIL
            and self.shown_layer is not None
            and self.shown_layer.kind is LayerKind.PRIMARY
            and self.shown_layer not in inspector.pixels
        ):
            source = layer_source(inspector.entry, layer, pixels, self.app.draw_settings)
            self.pictures.photo.canvas.show(source)

    def _draw_photo_pane(self, inspector: Inspector, layer: Layer, pixels: Pixels) -> None:
        pane = self.pictures.photo
        if layer.kind is LayerKind.DEPTH and inspector.depth_map is not None:
            pane.legend.show(inspector.depth_map, self.app.colormap)
            pane.canvas.show(self._depth_source(inspector, pixels))
        else:
            pane.canvas.show(layer_source(inspector.entry, layer, pixels, self.app.draw_settings))

    def _draw_depth(self, inspector: Inspector, pixels: Pixels) -> None:
        pane = self.pictures.depth
        pane.legend.show(inspector.depth_map, self.app.colormap)
        pane.canvas.show(self._depth_source(inspector, pixels))

    def _depth_source(self, inspector: Inspector, pixels: Pixels) -> ImageSource:
        return depth_source(inspector.entry, pixels, self.app.colormap, self.app.draw_settings)

    def _want_rest(self, inspector: Inspector) -> None:
        """Decode the other layers once the photo is there, then the neighbours."""
        for layer in inspector.layers:
            if layer.kind is LayerKind.AUXILIARY and layer not in inspector.pixels:
                self._want(layer, f"table-{layer.item_id}", fit=self._fit)
        photos, view = self.photos, self.app.library.view
        rows = (photos.cursor + photos.direction, photos.cursor - photos.direction)
        self.app.prefetcher.aim([view[row] for row in rows if 0 <= row < len(view)], self._fit)

    def _update_tables(self, inspector: Inspector) -> None:
        self.query_one("#arrays", FactsPane).show_arrays(inspector.rows())
        if inspector.depth_map is not None:
            self._show_facts(inspector)

    # Keys

    def action_layer(self, step: int) -> None:
        """Show the next layer in the photo pane."""
        inspector = self.inspector
        if inspector is None or inspector.header is None:
            return
        cycle = self._cycle(inspector)
        at = cycle.index(self.shown_layer) if self.shown_layer in cycle else 0
        self.shown_layer = cycle[(at + step) % len(cycle)]
        self._start_photo_pane(inspector, inspector.header)

    def action_mark(self) -> None:
        """Mark the photo, or take its mark away, and go on to the next."""
        entry = self.photos.entry
        if entry is not None:
            library = self.app.library
            self._range_from = self.photos.cursor
            library.set_marked([entry], not library.is_marked(entry))
            self.photos.refresh()
            self.photos.move_to(self.photos.cursor + 1)
            self.app.update_counts()

    def action_mark_range(self) -> None:
        """Mark everything from where v or space was pressed before to here."""
        photos = self.photos
        if photos.entry is None:
            return
        if self._range_from is None:
            self._range_from = photos.cursor
            self.notify("range begins here; v at its end marks it", timeout=3, markup=False)
            self.app.library.set_marked([photos.entry], True)
        else:
            first, last = sorted((self._range_from, photos.cursor))
            self.app.library.set_marked(self.app.library.view[first : last + 1], True)
            self._range_from = None
        photos.refresh()
        self.app.update_counts()

    def action_stop(self) -> None:
        """Stop the header scan while it runs; else take all marks away."""
        library = self.app.library
        if library.waiting and self.app.scanner.is_scanning:
            self.app.scanner.halt()
            self.notify("header scan stopped; r goes on", timeout=3, markup=False)
        else:
            library.set_marked(library.marked, False)
            self._range_from = None
            self.photos.refresh()
        self.app.update_counts()

    def action_blocks(self) -> None:
        """Draw pictures with the other block characters."""
        half = self.app.draw_settings.blocks is Blocks.HALF
        self.app.set_blocks(Blocks.QUAD if half else Blocks.HALF)

    def action_colours(self) -> None:
        """Draw depth in the next colour map."""
        names = COLORMAP_NAMES
        self.app.colormap = names[(names.index(self.app.colormap) + 1) % len(names)]
        self.redraw_depth()
        self.notify(f"colour map: {self.app.colormap}", timeout=2, markup=False)

    def redraw_depth(self) -> None:
        """Draw depth again, in the colour map chosen now."""
        inspector = self.inspector
        if inspector is None:
            return
        depth = inspector.layer(LayerKind.DEPTH)
        pixels = None if depth is None else inspector.pixels.get(depth)
        if depth is not None and pixels is not None:
            self._draw_layer(inspector, depth, pixels)

    def redraw_all(self) -> None:
        """Draw both pictures again with the settings of now."""
        for pane in (self.pictures.photo, self.pictures.depth):
            pane.canvas.set_settings(self.app.draw_settings)
            pane.canvas.redraw()
        if self.inspector is not None and self.inspector.header is not None:
            self.redraw_depth()
            self._start_photo_pane(self.inspector, self.inspector.header)

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
        if action == "tables":
            return self.has_class("-folded") and not self.is_single
        if action == "layer":
            return self.inspector is not None and len(self._cycle(self.inspector)) > 1
        return True

    def action_metadata(self) -> None:
        """Show all metadata on a screen of its own."""
        from heicdepth_tui.ui.screens.metadata import MetadataScreen

        if self.inspector is not None and self.inspector.header is not None:
            self.app.push_screen(
                MetadataScreen(
                    printable(self.inspector.entry.name),
                    self.inspector.rows(),
                    self.inspector.groups(),
                )
            )

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
        self.notify(f"sorted by {library.sort_key.value}", timeout=2, markup=False)

    def rebuild_view(self) -> None:
        """Sort and filter the list anew; the cursor stays on its photo where it can."""
        entry = self.photos.entry
        self.app.library.rebuild()
        self.photos.placeholder = (
            "no photo with depth here; f shows all"
            if self.app.library.depth_only and len(self.app.library)
            else self.app.empty_text
        )
        followed = entry.path if entry is not None and self.photos.was_moved else None
        self.photos.view_changed(followed)
        self.app.scanner.look_first(
            [self.app.library.view[row] for row in self.photos.visible_rows]
        )
        self.app.update_counts()

    def action_next_depth(self, step: int) -> None:
        """Go to the next or previous photo with depth."""
        row = self.app.library.neighbour_with_depth(self.photos.cursor, step)
        if row is None:
            self.notify("no further photo with depth", timeout=2, markup=False)
        else:
            self.photos.move_to(row)

    def action_find(self) -> None:
        """Open the find bar."""
        from heicdepth_tui.ui.widgets.find import FindBar

        if self._find_bar is None:
            # Made when first wanted: its input costs more than the rest of the screen together.
            self._find_bar = FindBar()
            self.mount(self._find_bar)
            self.call_after_refresh(self.action_find)
        else:
            self._find_bar.open(self.photos.cursor)

    def action_find_next(self, step: int) -> None:
        """Go to the next photo that matches what was looked for."""
        if self._find_bar is None:
            self.notify("nothing to find yet: / starts a search", timeout=2, markup=False)
        else:
            self._find_bar.go(self.photos.cursor, step)

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


def _why_no_depth(header: Header) -> str:
    facts = header.depth
    title = {
        DepthStatus.ABSENT: "no depth map",
        DepthStatus.STRIPPED: "depth map stripped",
        DepthStatus.UNREADABLE: "depth map unreadable",
        DepthStatus.PRESENT: "",
    }[facts.status]
    return f"{title}\n{printable(facts.reason)}"
