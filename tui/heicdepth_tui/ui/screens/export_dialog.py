"""The export dialog: formats, projection and options; ctrl+e exports, esc leaves all as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid, Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
from heicdepth_tui.depth.registration import Frames
from heicdepth_tui.export.options import ColourValues, DepthUnit, ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.presenters.export_plan import ExportPlan, expectation_text
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.option_group import OptionGroup, OptionRow

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ExportDialog"]

_PROJECTIONS = (
    OptionRow(
        Projection.PERSPECTIVE.value,
        "perspective",
        "metres, by the camera",
        "points in metres where the camera saw them: x right, y up, −z forward",
    ),
    OptionRow(
        Projection.FLAT.value,
        "flat",
        "codes as height, no unit",
        "a relief of the codes without unit: distances and sizes are not to scale",
    ),
)
_RESOLUTIONS = tuple(
    OptionRow(
        one.value,
        one.value,
        help="the grid of the points: the depth map's, or finer ones guided by the photo",
    )
    for one in ColorResolution
)
_FRAMES = (
    OptionRow(
        Frames.AUTO.value,
        "auto",
        "by their shapes",
        "where their frames are turned differently: as their shapes decide",
    ),
    OptionRow(
        Frames.TRANSFORMS.value,
        "transforms",
        "each one's own",
        "where their frames are turned differently: each by its own transforms",
    ),
    OptionRow(
        Frames.CODED.value,
        "coded",
        "as stored",
        "where their frames are turned differently: the coded frames match",
    ),
)
_SWITCHES = (
    OptionRow(
        "drop_flying",
        "drop flying",
        "between two surfaces",
        "drops samples that hang between a near and a far surface; they are counted",
    ),
    OptionRow(
        "smooth",
        "smooth terraces",
        "8-bit steps, ±½ code",
        "evens terraces that 8-bit codes leave on slopes, by at most half a code",
    ),
    OptionRow(
        "normals",
        "normals",
        "PCD, PLY and GLB",
        "adds the direction of the surface to each point of PCD, PLY and GLB",
    ),
    OptionRow(
        "organised",
        "organised PCD",
        "rows and columns",
        "PCD keeps WIDTH and HEIGHT of the map; dropped samples are NaN",
    ),
    OptionRow(
        "colours",
        "sRGB colours",
        "off: as decoded",
        "converts colours to sRGB; off: as decoded, except in HTML and GLB",
    ),
    OptionRow(
        "png-unit",
        "PNG in 0.1 mm",
        "to 6.55 m; off: 1 mm",
        "steps of the depth PNG: 0.1 mm to 6.55 m; off: 1 mm to 65.5 m",
    ),
)
_NUMBERS = (
    ("stride", "every N-th sample", "1", "1 to 1000", "every N-th row and column, 1 to 1000"),
    ("near", "nearest, m", "all", "drops nearer", "points nearer than this are dropped"),
    ("far", "farthest, m", "all", "drops farther", "points farther than this are dropped"),
)
_OUT_HELP = "the folder to write to, made where it is missing; no file is overwritten"
_MAX_STRIDE = 1000

_HINTS = (
    "tab arrows move · space chooses · ctrl+e exports · esc leaves",
    "ctrl+e exports · esc leaves",
    "ctrl+e exports",
)
"""The longest that has room stands in the frame."""
_NARROW, _WIDE = 78, 128
"""Columns of the screen below which there is one column of options; from which notes have room."""


class _WrongError(ValueError):
    """A value that cannot be used; ``fields`` are the ids of its inputs."""

    def __init__(self, text: str, *fields: str) -> None:
        super().__init__(text)
        self.fields = fields


class _Choices(VerticalScroll, inherit_bindings=False):
    """Scrolls with the focus: the arrows move from field to field."""


class ExportDialog(ModalScreen[ExportOptions | None]):
    """Dismisses with the options chosen, or with None."""

    DEFAULT_CSS = """
    ExportDialog { align: center middle; background: $background 60%; }
    ExportDialog > #frame { width: 78; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 1; }
    ExportDialog.-wide > #frame { width: 126; }
    ExportDialog #choices { height: auto; scrollbar-size: 1 1; }
    ExportDialog #columns { height: auto; layout: grid; grid-size: 2; grid-columns: 29 1fr;
        grid-rows: auto; grid-gutter: 0 2; }
    ExportDialog.-wide #columns { grid-columns: 74 1fr; }
    ExportDialog.-narrow #columns { grid-size: 1; grid-columns: 1fr; }
    ExportDialog #columns > Vertical { height: auto; }
    ExportDialog .label { color: $accent; height: 1; }
    ExportDialog .field { height: 1; }
    ExportDialog .field > .name { width: 18; color: $foreground; }
    ExportDialog .field > .note { width: 1fr; color: $dim; padding-left: 1; }
    ExportDialog .field Input { width: 9; height: 1; }
    ExportDialog .field #out { width: 1fr; }
    ExportDialog .field > .short { width: 8; }
    ExportDialog Input.-wrong { color: $error; text-style: bold underline; }
    ExportDialog #help { color: $dim; height: 1; width: 1fr; text-wrap: nowrap;
        text-overflow: ellipsis; }
    ExportDialog.-narrow .field Input { width: 8; }
    ExportDialog.-low #help { display: none; }
    ExportDialog #last { height: 1; }
    ExportDialog #status { width: 1fr; height: 1; color: $foreground; }
    ExportDialog #status.-wrong { color: $error; text-style: bold; }
    ExportDialog #last Button { margin-left: 1; width: 8; min-width: 8; }
    ExportDialog.-narrow #last Button { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "dismiss", "Cancel", "export.cancel", show=True),
        bind("ctrl+e", "export", "Export", "export.go", show=True, priority=True),
        bind("down", "app.focus_next", "Next", "export.next"),
        bind("up", "app.focus_previous", "Previous", "export.previous"),
    ]

    def __init__(self, subject: str, options: ExportOptions, plan: ExportPlan) -> None:
        super().__init__()
        self._subject = subject
        self._options = options
        self._plan = plan
        self._out_shown = printable_path(options.out.absolute())
        self._refused_out: Path | None = None

    def compose(self) -> ComposeResult:
        """Put formats on the left, options on the right, folder and size below."""
        with Vertical(id="frame") as frame:
            frame.border_title = f"export {self._subject}"
            with _Choices(id="choices", can_focus=False):
                with Grid(id="columns"):
                    with Vertical():
                        yield from self._formats()
                    with Vertical():
                        yield from self._cloud_options()
                with Horizontal(classes="field"):
                    yield Static("folder", classes="name short", markup=False)
                    yield Input(self._out_shown, compact=True, id="out", select_on_focus=False)
            yield Static("", id="help", markup=False)
            with Horizontal(id="last"):
                yield Static("", id="status", markup=False)
                for button in (
                    Button("Cancel", compact=True, id="cancel"),
                    Button("Export", compact=True, variant="primary", id="go"),
                ):
                    # For the mouse: two keys do the same.
                    button.can_focus = False
                    yield button

    def _formats(self) -> ComposeResult:
        options = self._options
        yield Static("formats", classes="label", markup=False)
        rows = [
            OptionRow(name, f.label, f.description, f.description) for name, f in FORMATS.items()
        ]
        yield OptionGroup(rows, options.formats, id="formats")
        yield Static("match photo and depth by", classes="label", markup=False)
        yield OptionGroup(_FRAMES, (options.register.value,), id="register", is_exclusive=True)

    def _cloud_options(self) -> ComposeResult:
        cloud = self._options.cloud
        yield Static("projection", classes="label", markup=False)
        chosen = (cloud.projection.value,)
        yield OptionGroup(_PROJECTIONS, chosen, id="projection", is_exclusive=True)
        yield Static("resolution", classes="label", markup=False)
        chosen = (cloud.color_resolution.value,)
        yield OptionGroup(_RESOLUTIONS, chosen, id="resolution", is_exclusive=True, is_inline=True)
        yield Static("samples", classes="label", markup=False)
        for name, label, placeholder, note, _ in _NUMBERS:
            with Horizontal(classes="field"):
                yield Static(label, classes="name", markup=False)
                yield Input(
                    self._shown(name),
                    placeholder=placeholder,
                    compact=True,
                    type="integer" if name == "stride" else "number",
                    id=name,
                )
                yield Static(note, classes="note", markup=False)
        yield Static("options", classes="label", markup=False)
        yield OptionGroup(_SWITCHES, tuple(self._switched_on()), id="switches")

    def _switched_on(self) -> Iterator[str]:
        options = self._options
        for name in ("drop_flying", "smooth", "normals"):
            if getattr(options.cloud, name):
                yield name
        if options.organised:
            yield "organised"
        if options.colours is ColourValues.SRGB:
            yield "colours"
        if options.png_unit is DepthUnit.TENTH_MILLIMETRE:
            yield "png-unit"

    def _shown(self, name: str) -> str:
        cloud = self._options.cloud
        value = cloud.farthest if name == "far" else getattr(cloud, name)
        return "" if value in (None, float("inf")) else f"{value:g}"

    def on_mount(self) -> None:
        """Begin at the formats."""
        self.query_one("#formats").focus()
        self._check()

    def on_resize(self, event: events.Resize) -> None:
        """Use one column where two have no room."""
        columns, rows = event.size
        self.set_class(columns < _NARROW, "-narrow")
        self.set_class(columns >= _WIDE, "-wide")
        self.set_class(rows < 16, "-low")
        frame = self.query_one("#frame")
        # Corners, and a cell on either side of the text.
        room = min(columns, 78) - 6
        frame.border_subtitle = next((text for text in _HINTS if len(text) <= room), _HINTS[-1])
        # Frame, help and the last line stay on the screen.
        self.query_one("#choices").styles.max_height = max(1, rows - (3 if rows < 16 else 4))
        self._check()

    # Help, checks and the size to expect

    def on_option_group_pointed(self, message: OptionGroup.Pointed) -> None:
        """Explain the option under the cursor, and keep its line on the screen."""
        group = message.group
        self.query_one("#help", Static).update(group.row.help)
        body = self.query_one("#choices", VerticalScroll)
        line = group.region.y + group.cursor_line
        view = body.region
        if line < view.y:
            body.scroll_relative(y=line - view.y, animate=False)
        elif line >= view.bottom:
            body.scroll_relative(y=line - view.bottom + 1, animate=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Explain the field that is typed into."""
        if isinstance(event.widget, Input):
            texts = {name: text for name, *_, text in _NUMBERS} | {"out": _OUT_HELP}
            self.query_one("#help", Static).update(texts[event.widget.id or "out"])

    @on(Input.Changed)
    @on(OptionGroup.Changed)
    def _check(self) -> ExportOptions | None:
        """Show the size to expect, or what is wrong; return the options where nothing is."""
        status = self.query_one("#status", Static)
        chosen: ExportOptions | None = None
        wrong: tuple[str, ...] = ()
        try:
            chosen = self._chosen()
            text = expectation_text(self._plan, chosen, status.size.width)
        except _WrongError as error:
            wrong, text = error.fields, str(error)
        status.set_class(chosen is None, "-wrong")
        status.update(text)
        for field in self.query(Input):
            field.set_class(field.id in wrong, "-wrong")
        return chosen

    # Leaving

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def action_export(self) -> None:
        """Take the options, or go to the field that is wrong."""
        chosen = self._check()
        if chosen is not None and chosen.out.exists() and not chosen.out.is_dir():
            self._refused_out = chosen.out
            chosen = self._check()
        if chosen is not None:
            self.dismiss(chosen)
            return
        for field in self.query("Input.-wrong").results(Input):
            field.focus()
            return

    def _chosen(self) -> ExportOptions:
        formats = self.query_one("#formats", OptionGroup).chosen
        if not formats:
            raise _WrongError("choose at least one format")
        stride, near, far = self._stride(), self._metres("near"), self._metres("far")
        if near is not None and far is not None and near > far:
            raise _WrongError(
                f"nearest ({near:g} m) lies beyond farthest ({far:g} m)", "near", "far"
            )
        switches = self.query_one("#switches", OptionGroup).chosen
        cloud = CloudOptions(
            projection=Projection(self._one_of("projection")),
            color_resolution=ColorResolution(self._one_of("resolution")),
            stride=stride,
            near=near,
            far=far,
            flying_threshold=self._options.cloud.flying_threshold,
            drop_flying="drop_flying" in switches,
            smooth="smooth" in switches,
            normals="normals" in switches,
        )
        return replace(
            self._options,
            formats=formats,
            organised="organised" in switches,
            colours=ColourValues.SRGB if "colours" in switches else ColourValues.STORED,
            png_unit=(
                DepthUnit.TENTH_MILLIMETRE if "png-unit" in switches else DepthUnit.MILLIMETRE
            ),
            register=Frames(self._one_of("register")),
            cloud=cloud,
            out=self._out(),
        )

    def _one_of(self, name: str) -> str:
        return self.query_one(f"#{name}", OptionGroup).chosen[0]

    def _out(self) -> Path:
        text = self.query_one("#out", Input).value.strip()
        if not text:
            raise _WrongError("name a folder to write to", "out")
        try:
            folder = self._options.out if text == self._out_shown else Path(text).expanduser()
        except RuntimeError as error:
            raise _WrongError("no home folder is known for ~", "out") from error
        if folder == self._refused_out:
            raise _WrongError("the folder to write to is a file", "out")
        return folder

    def _stride(self) -> int:
        text = self.query_one("#stride", Input).value.strip() or "1"
        if not text.isdecimal() or not 1 <= int(text) <= _MAX_STRIDE:
            raise _WrongError("every N-th sample: a whole number from 1 to 1000", "stride")
        return int(text)

    def _metres(self, name: str) -> float | None:
        text = self.query_one(f"#{name}", Input).value.strip()
        if not text:
            return None
        label = "nearest" if name == "near" else "farthest"
        try:
            value = float(text)
        except ValueError as error:
            raise _WrongError(f"{label}: {text} is no number", name) from error
        if not 0 < value < float("inf"):
            raise _WrongError(f"{label}: a number of metres above 0", name)
        return value
