"""The help screen: every key, and what the numbers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from heicdepth_tui.draw.modes import COLORMAP_NAMES
from heicdepth_tui.ui.model.clipping import wrap_cells
from heicdepth_tui.ui.widgets.bindings import bind, moved_keys, replace_keys

__all__ = ["HelpScreen"]

_Group = tuple[str, tuple[tuple[str, str], ...]]

_KEYS: tuple[_Group, ...] = (
    (
        "move",
        (
            ("j k ↓ ↑", "next, previous photo"),
            ("PgDn PgUp", "a page down, up"),
            ("ctrl+d ctrl+u", "half a page down, up"),
            ("g G Home End", "first, last photo"),
            ("] [", "next, previous photo with depth"),
            ("/  n N", "find by name; next, previous match"),
        ),
    ),
    (
        "list",
        (
            ("f", "only photos with depth, or all"),
            ("s", "sort by name, date, size, depth"),
            ("space  v", "mark; mark a range"),
            ("r", "read the folder and the photo again"),
            ("y", "copy the path, or the row or text selected in a table"),
        ),
    ),
    (
        "picture",
        (
            ("tab", "next layer: photo, gain map, mattes …"),
            ("enter z", "zoom; or a double click on a picture"),
            ("c", f"next colour map for depth: {', '.join(COLORMAP_NAMES)}"),
            ("C  R", "bright near or far; range: file, 2–98 %, by hand"),
            ("b", "half blocks, quad blocks, pixels with --graphics"),
            ("t", "next table, where they are folded"),
            ("l  T", "hide or show the list, the tables"),
            ("<  >", "narrower, wider list; rules can be dragged"),
            ("o", "layers, depth or a matte over the photo, contours"),
            ("H  d", "histogram; near and far clip"),
            ("i", "tables in full: mean, quantiles; j k h l row, y copies, I / tree"),
            ("I", "all metadata as a tree: boxes, items, EXIF, XMP"),
            ("3", "the cloud in place of the depth map; again: full screen"),
            ("m", "probe: distance, step, point, lengths between marks"),
            ("mouse", "over a picture: the sample under it is read, in the heading"),
        ),
    ),
    (
        "probe (m)",
        (
            ("arrows h j k l", "move by a sample; shift+arrows by ten; mouse"),
            ("+ -  0  wheel", "enlarge about the crosshair or the mouse; all of it"),
            ("space  u", "set a mark; remove the last one; or a click, right click"),
            ("PgUp PgDn", "scroll the list of marks; or the wheel"),
            ("s  S", "scale by a known length; back to the file's"),
            ("H  d", "histogram of the codes; near and far clip"),
            ("c  C  R", "colour map; bright near or far; range of the codes"),
            ("drag", "on the histogram: range of colours; ctrl: clip; click: all"),
            ("y  Y  w", "copy as text, as JSON; write the marks as CSV"),
            ("D", "correct the lens distortion (experimental)"),
        ),
    ),
    (
        "spin (3)",
        (
            ("3  enter", "from the pane to the full screen; esc back"),
            ("h j k l arrows", "turn; or drag"),
            ("H J K L", "move, in the pane too; shift+arrows, ctrl-drag, middle drag"),
            ("+ -  wheel", "nearer, farther"),
            ("R  enter", "back to the photo's own view"),
            ("t  p", "turntable; perspective or orthographic"),
            ("c  C  r", "colours by photo or depth; bright near or far; their range"),
            ("f  n", "flying points; shading by the surface"),
            ("[ ]  { }", "near and far clip, which e exports with"),
            ("click  m", "a point in cloud, photo, depth map; mark it for the probe"),
            ("D", "correct the lens distortion (experimental)"),
        ),
    ),
    (
        "zoom",
        (
            ("+ -  wheel", "nearer, farther; 0 the whole layer, 1 a sample a dot"),
            ("arrows h j k l", "move the window; or drag the picture"),
            ("tab  2", "next layer; photo and depth map together"),
            ("n p", "next, previous photo at the same window; esc back"),
            ("m", "probe from the pixel under the mouse, or the middle"),
            ("c  C  R", "colour map; bright near or far; range of the window"),
        ),
    ),
    (
        "layers (o)",
        (
            ("tab  1 – 9", "next layer; by its number (12: 1 2), or a click"),
            ("o  [ ]", "over the photo or alone; less, more of it"),
            ("l", "lines of equal distance"),
            ("c  C  R", "colour map; bright near or far; range of the codes"),
            ("+ - 0 arrows", "nearer, farther, all; move; or wheel and drag"),
            ("enter z", "zoom into the stored layer, tile by tile"),
            ("mouse", "reads the value under it, with its unit"),
        ),
    ),
    (
        "metadata tree (I)",
        (
            ("j k h l arrows", "up, down; close, open a group; g G first, last"),
            ("/  n N", "find a label or a value; next, previous match"),
            ("y  Y", "copy the value; copy it and all below it"),
        ),
    ),
    (
        "export and more",
        (
            ("e", "point cloud (PCD); in the list, of the marked photos"),
            ("E", "choose formats and options"),
            ("X  L", "stop exports, in every view; in the list, their report"),
            ("P", "save the view as PNG, drawn from the samples"),
            ("w", "the cloud as a page in the browser"),
            ("x", "open the photo, its folder, the last picture or export"),
            ("ctrl+p", "command palette"),
            ("?  F1", "this help"),
            ("esc", "back; close what is open; unmark"),
            ("q  ctrl+c", "quit; q closes a dialog"),
            ("ctrl+z", "suspend"),
        ),
    ),
)

_MARKS = (
    ("●", "has a depth map"),
    ("○", "portrait photo whose depth was probably stripped"),
    ("!", "cannot be read as it should; the row says why"),
    ("·", "header not read yet"),
)

_DISPARITY = (
    "A depth map holds codes. Most iPhone photos store disparity, the inverse of distance: "
    "code 255 is nearest, and one step is fine near and coarse far away. d_min and d_max say what "
    "the ends of the code range mean."
)
_ACCURACY = (
    "accuracy absolute (TrueDepth camera): the file promises metres. accuracy relative (two rear "
    "cameras): ratios hold, but metres (≈) are not promised. The word stands with "
    "every figure in metres, here and in exported files."
)
_MEASURES = (
    "A length lies between two samples as the photo's camera sees them; its ± is the rounding to "
    "codes alone. A sample that hangs between a near and a far surface is flying. The bars of a "
    "histogram are as high as the square root of the number of samples, so that rare codes show."
)


_KEY_CELLS = 15

_ARROWS = "← ↓ ↑ →"


class _MainScreen(Protocol):
    @property
    def keymap(self) -> Mapping[str, str]: ...
    def view_bindings(self) -> Mapping[str, Sequence[BindingType]]: ...


def _in_force(keys: str, moved: Mapping[str, str]) -> str:
    """Return the keys of a row with those that are moved in their places."""
    if not moved.keys().isdisjoint(_ARROWS.split()):
        keys = keys.replace("arrows", _ARROWS)
    return replace_keys(keys, moved)


class _Keys(Static):
    """Groups of keys; what has no room in a line goes on below the text, not below the key."""

    def __init__(self, groups: Sequence[_Group]) -> None:
        super().__init__(markup=False)
        self._groups = groups

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the texts for the width."""
        self.update(_keys(self._groups, event.size.width))


def _keys(groups: Sequence[_Group], width: int) -> Content:
    parts: list[str | tuple[str, str]] = []
    indent = "\n" + " " * _KEY_CELLS
    for title, keys in groups:
        parts.append((f"{title}\n", "bold $accent"))
        for key, text in keys:
            wrapped = indent.join(wrap_cells(text, max(8, width - _KEY_CELLS)))
            # Keys of a keymap may need a line of their own.
            gap = " " * (_KEY_CELLS - len(key)) if len(key) < _KEY_CELLS else indent
            parts.extend(((key + gap, "$foreground"), (f"{wrapped}\n", "$dim")))
        parts.append("\n")
    return Content.assemble(*parts)


def _numbers() -> Content:
    return Content.assemble(
        ("what the numbers mean\n", "bold $accent"),
        ("\n\n".join((_DISPARITY, _ACCURACY, _MEASURES)), "$dim"),
    )


class HelpScreen(ModalScreen[None]):
    """Closes by esc, ?, F1 or q; shows the keys in force of the main screen and of each view."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll { width: 124; max-width: 98%; height: auto; max-height: 96%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 2; scrollbar-size: 1 1; }
    HelpScreen Grid { grid-size: 2; grid-gutter: 0 2; grid-rows: auto; height: auto; }
    HelpScreen.-narrow Grid { grid-size: 1; }
    HelpScreen Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,question_mark,f1,q", "dismiss", "Close", "help.close", show=True),
        bind("j,down", "scroll(1)", "Down", "help.down"),
        bind("k,up", "scroll(-1)", "Up", "help.up"),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        main = self.app.screen_stack[0]
        screen = cast("_MainScreen", main)
        keymap = screen.keymap
        everywhere = tuple(self.app.BINDINGS)
        nodes = (main, *main.walk_children())
        of_main = moved_keys(
            (*everywhere, *(one for node in nodes for one in node.BINDINGS)), keymap
        )
        modes = {
            name: moved_keys((*everywhere, *bindings), keymap)
            for name, bindings in (screen.view_bindings() if keymap else {}).items()
        }
        groups = []
        for title, rows in _KEYS:
            moved = modes.get(title.split()[0], of_main)
            groups.append((title, tuple((_in_force(keys, moved), text) for keys, text in rows)))
        with VerticalScroll() as page:
            page.border_title = "help"
            page.border_subtitle = "esc closes"
            with Grid():
                yield _Keys((*groups[:2], *groups[3:-1]))
                yield _Keys((groups[2], groups[-1], ("marks in the list", _MARKS)))
            yield Static(_numbers(), markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Use one column where two have no room."""
        self.set_class(event.size.width < 112, "-narrow")

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
