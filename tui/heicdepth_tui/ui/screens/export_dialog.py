"""The export dialog: formats, projection and options; ctrl+e exports, esc leaves all as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid, Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, RadioButton, RadioSet, Static

from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
from heicdepth_tui.depth.registration import Frames
from heicdepth_tui.export.options import ColourValues, DepthUnit, ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.ui.widgets.bindings import bind

__all__ = ["ExportDialog"]

_NUMBERS = (
    ("stride", "every N-th sample", "1"),
    ("near", "nearest, m", "all"),
    ("far", "farthest, m", "all"),
)
_SWITCHES = (
    ("drop_flying", "drop flying pixels", "samples hanging between two surfaces, by 2 %"),
    ("smooth", "smooth 8-bit terraces", "by at most half a code"),
    ("normals", "normals", "in PCD, PLY and GLB"),
)


_HINTS = (
    "tab moves · space chooses · ctrl+e exports · esc leaves",
    "ctrl+e exports · esc leaves",
    "ctrl+e exports",
)
"""The longest that has room stands in the frame."""


class Tick(Checkbox):
    """A checkbox whose state can be read without colours."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw the state."""
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()


class Choice(RadioButton):
    """A radio button whose state can be read without colours."""

    BUTTON_INNER = "○"

    def watch_value(self) -> None:
        """Draw the state."""
        self.BUTTON_INNER = "●" if self.value else "○"
        super().watch_value()


class ExportDialog(ModalScreen[ExportOptions | None]):
    """Dismisses with the options chosen, or with None."""

    DEFAULT_CSS = """
    ExportDialog { align: center middle; background: $background 60%; }
    ExportDialog > #frame { width: 78; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 1; }
    ExportDialog #columns { height: auto; layout: grid; grid-size: 2; grid-columns: 30 1fr;
        grid-rows: auto; grid-gutter: 0 2; }
    ExportDialog.-narrow #columns { grid-size: 1; grid-columns: 1fr; }
    ExportDialog.-narrow RadioSet { layout: vertical; height: auto; }
    ExportDialog #columns > Vertical { height: auto; }
    ExportDialog .label { color: $accent; height: 1; }
    ExportDialog .hint { color: $dim; height: 1; width: 1fr; }
    ExportDialog RadioSet { layout: horizontal; width: 1fr; height: 1; background: $surface;
        border: none; padding: 0; }
    ExportDialog RadioButton { width: 9; padding: 0; margin: 0; }
    ExportDialog #projection RadioButton { width: 16; }
    ExportDialog #register { layout: vertical; height: 3; }
    ExportDialog #register RadioButton { width: auto; }
    ExportDialog Checkbox { width: 1fr; height: 1; background: $surface; }
    ExportDialog .number { height: 1; }
    ExportDialog .number Static { width: 20; color: $foreground; }
    ExportDialog .number Input { width: 10; height: 1; }
    ExportDialog #wrong { color: $error; height: auto; }
    ExportDialog #buttons { height: 1; align-horizontal: right; margin-top: 1; }
    ExportDialog #buttons Button { margin-left: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "dismiss", "Cancel", "export.cancel", show=True),
        bind("ctrl+e", "export", "Export", "export.go", show=True, priority=True),
        bind("down", "app.focus_next", "Next", "export.next"),
        bind("up", "app.focus_previous", "Previous", "export.previous"),
    ]

    def __init__(self, what: str, options: ExportOptions) -> None:
        super().__init__()
        self._what = what
        self._options = options

    def compose(self) -> ComposeResult:
        """Put formats on the left, options on the right."""
        options, cloud = self._options, self._options.cloud
        with VerticalScroll(id="frame", can_focus=False) as frame:
            frame.border_title = f"export {self._what}"
            with Grid(id="columns"):
                with Vertical():
                    yield Static("formats", classes="label", markup=False)
                    for name, form in FORMATS.items():
                        chosen = name in options.formats
                        yield Tick(form.label, chosen, compact=True, name=name, classes="format")
                    yield Static("match photo and depth by", classes="label", markup=False)
                    with RadioSet(compact=True, id="register"):
                        for frames in Frames:
                            chosen = frames is options.register
                            yield Choice(
                                frames.value,
                                chosen,
                                compact=True,
                                name=frames.value,
                                tooltip="where photo and depth map are turned differently",
                            )
                with Vertical():
                    yield Static("projection", classes="label", markup=False)
                    with RadioSet(compact=True, id="projection"):
                        for projection in Projection:
                            chosen = projection is cloud.projection
                            yield Choice(
                                projection.value, chosen, compact=True, name=projection.value
                            )
                    yield Static("colours at the resolution of", classes="label", markup=False)
                    with RadioSet(compact=True, id="resolution"):
                        for resolution in ColorResolution:
                            chosen = resolution is cloud.color_resolution
                            yield Choice(
                                resolution.value, chosen, compact=True, name=resolution.value
                            )
                    yield Static("samples", classes="label", markup=False)
                    for name, label, placeholder in _NUMBERS:
                        with Horizontal(classes="number"):
                            yield Static(label, markup=False)
                            yield Input(
                                self._shown(name),
                                placeholder=placeholder,
                                compact=True,
                                type="integer" if name == "stride" else "number",
                                id=name,
                            )
                    for name, label, tip in _SWITCHES:
                        yield Tick(label, getattr(cloud, name), compact=True, id=name, tooltip=tip)
                    yield Tick(
                        "organised PCD (rows and columns kept)",
                        options.organised,
                        compact=True,
                        id="organised",
                        tooltip="WIDTH and HEIGHT of the map; dropped samples are NaN",
                    )
                    yield Tick(
                        "colours in sRGB",
                        options.colours is ColourValues.SRGB,
                        compact=True,
                        id="colours",
                        tooltip="off: as decoded, except in HTML and GLB",
                    )
                    yield Tick(
                        "PNG depth in steps of 0.1 mm",
                        options.png_unit is DepthUnit.TENTH_MILLIMETRE,
                        compact=True,
                        id="png-unit",
                        tooltip="to 6.55 m; off: 1 mm, to 65.5 m",
                    )
            yield Static("", classes="hint", id="hint", markup=False)
            yield Static("", id="wrong", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Cancel", compact=True, id="cancel")
                yield Button("Export", compact=True, variant="primary", id="go")

    def on_mount(self) -> None:
        """Begin at the formats."""
        self.query_one("#wrong").display = False
        self.query(".format").first().focus()

    def on_resize(self, event: events.Resize) -> None:
        """Use one column where two have no room."""
        self.set_class(event.size.width < 78, "-narrow")
        frame = self.query_one("#frame")
        # Corners, and a cell on either side of the text.
        room = min(event.size.width, 78) - 6
        frame.border_subtitle = next((text for text in _HINTS if len(text) <= room), _HINTS[-1])

    def _shown(self, name: str) -> str:
        cloud = self._options.cloud
        value = cloud.farthest if name == "far" else getattr(cloud, name)
        return "" if value in (None, float("inf")) else f"{value:g}"

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the focused choice is about."""
        widget = event.widget
        hint = (
            FORMATS[widget.name].description if widget.has_class("format") and widget.name else ""
        )
        self.query_one("#hint", Static).update(hint or str(widget.tooltip or ""))

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def action_export(self) -> None:
        """Take what is chosen, or say what is wrong with it."""
        try:
            chosen = self._chosen()
        except ValueError as error:
            wrong = self.query_one("#wrong", Static)
            wrong.update(str(error))
            wrong.display = True
            return
        self.dismiss(chosen)

    def _chosen(self) -> ExportOptions:
        formats = {tick.name for tick in self.query(".format").results(Tick) if tick.value}
        if not formats:
            raise ValueError("choose at least one format")
        switches = {name: self.query_one(f"#{name}", Checkbox).value for name, _, _ in _SWITCHES}
        cloud = CloudOptions(
            projection=Projection(self._radio("projection", self._options.cloud.projection.value)),
            color_resolution=ColorResolution(
                self._radio("resolution", self._options.cloud.color_resolution.value)
            ),
            stride=self._stride(),
            near=self._number("near"),
            far=self._number("far"),
            flying_threshold=self._options.cloud.flying_threshold,
            **switches,
        )
        return replace(
            self._options,
            formats=tuple(name for name in FORMATS if name in formats),
            organised=self.query_one("#organised", Checkbox).value,
            colours=(
                ColourValues.SRGB
                if self.query_one("#colours", Checkbox).value
                else ColourValues.STORED
            ),
            png_unit=(
                DepthUnit.TENTH_MILLIMETRE
                if self.query_one("#png-unit", Checkbox).value
                else DepthUnit.MILLIMETRE
            ),
            register=Frames(self._radio("register", self._options.register.value)),
            cloud=cloud,
        )

    def _stride(self) -> int:
        number = self._number("stride")
        if number is not None and not (number.is_integer() and 1 <= number <= 1000):
            raise ValueError("every N-th sample: a whole number from 1 to 1000")
        return 1 if number is None else int(number)

    def _radio(self, name: str, default: str) -> str:
        pressed = self.query_one(f"#{name}", RadioSet).pressed_button
        return default if pressed is None or pressed.name is None else pressed.name

    def _number(self, name: str) -> float | None:
        text = self.query_one(f"#{name}", Input).value.strip()
        if not text:
            return None
        try:
            return float(text)
        except ValueError as error:
            raise ValueError(f"{name}: {text} is no number") from error
