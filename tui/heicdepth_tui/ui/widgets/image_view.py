"""The picture pane: a title, an image in half or quad blocks in its true shape, and a caption."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.draw.drawing import Drawing, Drawn
from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.model.clipping import clip, wrap_cells
from heicdepth_tui.ui.model.settings import PATIENCE, DrawSettings
from heicdepth_tui.ui.services.image_cache import ImageCache, ImageSource
from heicdepth_tui.ui.terminal.internals import EncodedStrip
from heicdepth_tui.ui.terminal.strips import StripEncoder, style_of

if TYPE_CHECKING:
    from textual.timer import Timer

    from heicdepth_tui.draw.cells import Picture
    from heicdepth_tui.ui.app import HeicDepthApp
    from heicdepth_tui.ui.terminal.flow_control import FlowControl

__all__ = ["ImageView"]


class ImageView(Widget):
    """Draws one image, or a message where there is none; never an old image for a new photo."""

    DEFAULT_CSS = """
    ImageView { width: 1fr; height: 1fr; background: $background; color: $foreground 70%; }
    """
    ALLOW_SELECT = False
    app: HeicDepthApp

    def __init__(
        self,
        rows: ImageCache,
        settings: DrawSettings,
        flow_control: FlowControl,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._cache = rows
        self._flow_control = flow_control
        self._settings = settings
        self._source: ImageSource | None = None
        self._message = ""
        self._shape: tuple[int, int] | None = None
        self._promised: tuple[str, tuple[int, int] | None] | None = None
        self._promise_timer: Timer | None = None
        self._drawn: Drawn | None = None
        self._picture: Picture | None = None
        self._pen = StripEncoder(self)

    @property
    def source(self) -> ImageSource | None:
        """The image on show."""
        return self._source

    @property
    def message(self) -> str:
        """The text on show instead of an image; empty where there is an image."""
        return self._message if self._source is None else ""

    def show(self, source: ImageSource) -> None:
        """Draw an image, as soon as the terminal has taken in those before it."""
        if self._source is not None and self._source.key == source.key:
            self._flow_control.cancel(self)
            self._end_promise()
            self._source = source
            return
        self._flow_control.send(self, partial(self._adopt, source))

    def _adopt(self, source: ImageSource) -> None:
        self._end_promise()
        self._source = source
        self._drawn = None
        self.refresh()

    def promise(self, message: str, shape: tuple[int, int] | None = None) -> None:
        """Show a text or plate, but only if no picture comes within moments.

        The picture before may stay that long: one that is followed by a plate for 20 ms flickers.
        """
        self._flow_control.cancel(self)
        if self._source is None:
            self.show_message(message, shape)
            return
        self._promised = (message, shape)
        if self._promise_timer is None:
            self._promise_timer = self.set_timer(PATIENCE, self._keep_promise)

    def _keep_promise(self) -> None:
        """Show the plate; a picture that waits for the terminal still takes its place."""
        self._promise_timer = None
        if self._promised is not None:
            self._say(*self._promised)

    def _end_promise(self) -> None:
        self._promised = None
        if self._promise_timer is not None:
            self._promise_timer.stop()
            self._promise_timer = None

    def show_message(self, message: str, shape: tuple[int, int] | None = None) -> None:
        """Show a text instead; with ``shape`` on a plate of the coming image's (width, height)."""
        self._flow_control.cancel(self)
        self._say(message, shape)

    def _say(self, message: str, shape: tuple[int, int] | None) -> None:
        self._end_promise()
        if self._source is None and (message, shape) == (self._message, self._shape):
            return
        self._source = None
        self._drawn = None
        self._message = message
        self._shape = shape
        self.refresh()

    def set_settings(self, settings: DrawSettings) -> None:
        """Draw with other blocks or colours from now on."""
        if settings != self._settings:
            self._settings = settings
            self._drawn = None
            self.refresh()

    def on_resize(self) -> None:
        """Draw anew at the new size."""
        self._drawn = None

    def redraw(self) -> None:
        """Forget what was drawn (theme or colours changed) and draw again."""
        self._drawn = None
        self.refresh()

    def _draw(self, source: ImageSource) -> Drawn:
        if self._drawn is None:
            self._drawn = self._encoded(source)
            self._picture = None
        return self._drawn

    def _encoded(self, source: ImageSource) -> Drawn:
        """Return the rows of an image: as the decoder process drew them, else drawn here."""
        settings = self._settings
        fit = fit_cells(source.size, (self.size.width, self.size.height), settings.blocks)
        rows = self._cache.get(source, fit, settings)
        if rows is None:
            from heicdepth_tui.photo.drawing import drawn

            rows = drawn(source.pixels, self._drawing(source)).rows
            self._cache.put(source, fit, settings, rows)
        return Drawn(fit, rows)

    def _drawing(self, source: ImageSource) -> Drawing:
        return self._settings.drawing((self.size.width, self.size.height), source.colormap)

    def _segments(self, source: ImageSource, row: int, pads: tuple[Segment, ...]) -> list[Segment]:
        """Return a row as segments, which only overlays and screenshots need."""
        from heicdepth_tui.photo.drawing import picture_of

        if self._picture is None:
            self._picture = picture_of(source.pixels, self._drawing(source))
        left, right = pads
        middle = [
            Segment(text, left.style + style_of(foreground, background) if left.style else None)
            for text, foreground, background in self._picture.runs(row)
        ]
        return [segment for segment in (left, *middle, right) if segment.text]

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of the picture, already encoded, padded to the width of the widget."""
        width, height = self.size
        if not width or not height:
            return []
        base = self.rich_style
        if self._source is None:
            strips = self._message_rows(crop.line_range, base)
        else:
            strips = self._picture_rows(self._source, crop.line_range, base)
        if crop.x or crop.width != width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _picture_rows(self, source: ImageSource, lines: range, base: Style) -> list[Strip]:
        width, height = self.size
        fit, rows = self._draw(source)
        left = (width - fit.cols) // 2
        right = width - left - fit.cols
        top = (height - fit.rows) // 2
        before, after = (self._pen.encode(" " * cells, base) for cells in (left, right))
        pads = Segment(" " * left, base), Segment(" " * right, base)
        blank = self._pen.blank(width, base)
        strips: list[Strip] = []
        for row in range(lines.start - top, lines.stop - top):
            if 0 <= row < len(rows):
                build = partial(self._segments, source, row, pads)
                strips.append(
                    EncodedStrip(before + rows[row] + after, width, build, is_picture=True)
                )
            else:
                strips.append(blank)
        return strips

    def _message_rows(self, lines: range, base: Style) -> list[Strip]:
        """Return the rows of the text on show, on a plate of the coming picture's shape."""
        width, height = self.size
        words = wrap_cells(self._message, max(1, width - 4))[: max(1, height)]
        first = (height - len(words)) // 2
        fit = Fit(0, 0, 0, 0)
        if self._shape is not None:
            fit = fit_cells(self._shape, (width, height), Blocks.HALF)
        top, left = (height - fit.rows) // 2, (width - fit.cols) // 2
        plate = base + Style(bgcolor=self.app.theme_plate)
        blank = self._pen.blank(width, base)
        pieces = [
            (" " * left, base),
            (" " * fit.cols, plate),
            (" " * (width - left - fit.cols), base),
        ]
        bare = self._pen.strip(pieces, width)
        strips: list[Strip] = []
        for y in lines:
            on_plate = top <= y < top + fit.rows
            if 0 <= y - first < len(words):
                text = words[y - first]
                row = clip(" " * ((width - cell_len(text)) // 2) + text, width)
                strips.append(self._written(row, left, fit.cols if on_plate else 0, base, plate))
            else:
                strips.append(bare if on_plate else blank)
        return strips

    def _written(self, row: str, left: int, plate_cells: int, base: Style, plate: Style) -> Strip:
        """Return a row of text, a part of it on the plate."""
        whole = Strip([Segment(row, base)])
        right = left + plate_cells
        parts = ((0, left, base), (left, right, plate), (right, whole.cell_length, base))
        return self._pen.strip(
            [(whole.crop(start, end).text, style) for start, end, style in parts],
            whole.cell_length,
        )
