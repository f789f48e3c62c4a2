"""The spin screen: the cloud of a photo, turned by keys and mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from heicdepth_tui.draw.frame_cross import AXIS_COLOURS
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.cloud_frame import CloudRequest
from heicdepth_tui.ui.model.marks import NO_MARKS, Mark
from heicdepth_tui.ui.model.spin import Clip, Spin
from heicdepth_tui.ui.presenters.spin import (
    Caption,
    caption,
    failure_text,
    heading,
    points_text,
    sample_text,
)
from heicdepth_tui.ui.screens.commands import PhotoCommands
from heicdepth_tui.ui.screens.view import COPY_PATH, OPEN_PAGE, SAVE_PICTURE, ViewScreen
from heicdepth_tui.ui.services.events import CloudFailed, CloudRendered
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.cloud_view import CloudView
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.title import TitleBar

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Pixels
    from heicdepth_tui.ui.model.cloud_frame import CloudFrame, CloudSample
    from heicdepth_tui.ui.model.marks import PhotoMarks
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.model.pose import Pose
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["SpinScreen"]

_TURN = 5.0
"""Degrees of a key press."""
_ZOOM = 1.25
_PAN = 0.05
"""Share of the focal length at rest that a key press moves the picture by."""
_WIDTH_TURN = 180.0
"""Degrees of a drag across the whole width."""
_TURNTABLE = 30.0
"""Degrees a second of the turntable."""
_FRAME_SECONDS = 1 / 30
"""Least time between frames of the turntable."""
_SLOT = "spin"

Export = Callable[["list[Entry]", "ExportOptions"], object]


class SpinScreen(ViewScreen):
    """Shows a photo's cloud; ``export`` exports photos with given options.

    One frame is being drawn or on its way to the terminal at a time. Keys and mouse change the pose
    at once; the next frame shows the newest one. So a slow line has fewer frames, never a queue.
    """

    DEFAULT_CSS = """
    SpinScreen { layout: vertical; background: $background; }
    SpinScreen > .spin--line { height: 1; width: 1fr; padding: 0 1; color: $foreground 70%;
        text-wrap: nowrap; text-overflow: ellipsis; }
    """
    COMMANDS: ClassVar[set[object]] = {PhotoCommands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        bind("escape,3,q", "dismiss", "Back", "spin.close", "Close", show=True, display="esc"),
        bind("left,h", "turn(-1, 0)", "Turn left", "spin.left", display="hjkl"),
        bind("right,l", "turn(1, 0)", "Turn right", "spin.right"),
        bind("up,k", "turn(0, -1)", "Turn up", "spin.up"),
        bind("down,j", "turn(0, 1)", "Turn down", "spin.down"),
        bind("shift+left,H", "pan(-1, 0)", "Move left", "spin.pan_left"),
        bind("shift+right,L", "pan(1, 0)", "Move right", "spin.pan_right"),
        bind("shift+up,K", "pan(0, 1)", "Move up", "spin.pan_up"),
        bind("shift+down,J", "pan(0, -1)", "Move down", "spin.pan_down"),
        bind("plus,equals_sign", "zoom(1)", "Zoom in", "spin.in", display="+"),
        bind("minus", "zoom(-1)", "Zoom out", "spin.out", display="-"),
        bind("R,enter", "reset", "Reset", "spin.reset", "The photo's own view", show=True),
        bind("t", "turntable", "Turntable", "spin.turntable", show=True),
        bind("p", "projection", "Projection", "spin.projection", "With perspective or without"),
        bind("c", "colours", "Colours", "spin.colours", "Colours by photo or depth", show=True),
        bind("f", "flying", "Flying", "spin.flying", "Flying points on or off", show=True),
        bind("n", "normals", "Normals", "spin.normals", "Shade by the surface", show=True),
        bind("]", "clip(1, 0)", "Near clip in", "spin.near_in", "Cut off more of what is near"),
        bind("[", "clip(-1, 0)", "Near clip out", "spin.near_out", "Cut off less of it"),
        bind("{", "clip(0, 1)", "Far clip in", "spin.far_in", "Cut off more of what is far"),
        bind("}", "clip(0, -1)", "Far clip out", "spin.far_out", "Cut off less of it"),
        bind("m", "mark", "Mark", "spin.mark", "Mark the clicked point for the probe", show=True),
        bind("b", "blocks", "Blocks", "blocks", "Half or quad blocks"),
        SAVE_PICTURE,
        OPEN_PAGE,
        COPY_PATH,
        bind("e", "export", "Export", "export", "Export the points shown (PCD)", show=True),
    ]

    def __init__(self, context: Context, entry: Entry, export: Export) -> None:
        super().__init__()
        self._app_context = context
        self._session = context.session
        self._entry = entry
        self._export = export
        self._title = TitleBar()
        self._heading = Static("", classes="spin--line", id="heading", markup=False)
        self._caption = Static("", classes="spin--line", id="caption", markup=False)
        self.view = CloudView(self, id="cloud")
        self.spin = Spin()
        self.frame: CloudFrame | None = None
        """The frame on show."""
        self.sample: CloudSample | None = None
        """The sample of the point that was clicked last."""
        self._limits: tuple[float, float] | None = None
        """The distances of the nearest and the farthest sample of the map, m."""
        self._has_no_cloud = False
        self._number = 0
        self._requested: CloudRequest | None = None
        self._is_drawing = self._is_stale = False
        self._turned_at = 0.0

    def compose(self) -> ComposeResult:
        """Title, heading, cloud, caption, keys."""
        yield self._title
        yield self._heading
        yield self.view
        yield self._caption
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to listen for frames."""
        self._app_context.clouds.listener = self._take
        self._title.place = printable(self._entry.name)
        self.view.show_placeholder("building the cloud …")

    def on_unmount(self) -> None:
        """Let go of the cloud."""
        clouds = self._app_context.clouds
        clouds.listener = None
        clouds.release()

    def on_resize(self, _: events.Resize) -> None:
        """Draw for another size, once the picture has it."""
        self.call_after_refresh(self._draw)

    # Frames

    @property
    def is_up_to_date(self) -> bool:
        """Whether the newest state is on show, or why there is nothing to show."""
        return self._number > 0 and not (self._is_drawing or self._is_stale)

    def _change(self, spin: Spin) -> None:
        """Show the cloud in another way."""
        if spin != self.spin:
            self.spin = spin
            self._draw()

    def _change_pose(self, pose: Pose) -> None:
        self._change(replace(self.spin, pose=pose))

    def _draw(self) -> None:
        """Request a frame of the newest state, or have that done when the last one is shown."""
        columns, rows = self.view.size
        if self._is_drawing or not columns or not rows:
            self._is_stale = True
            return
        self._is_drawing, self._is_stale = True, False
        self._number += 1
        session, spin = self._session, self.spin
        colormap = session.settings.colormap(session.colormap)
        _, background = self.view.background_colors
        self._requested = CloudRequest(
            number=self._number,
            entry=self._entry,
            options=self._options,
            pose=spin.pose,
            spec=session.settings.render_spec((columns, rows), colormap),
            colours=spin.colours,
            is_shaded=spin.is_shaded,
            background=background.rgb,
            decoded=self._decoded,
        )
        self._app_context.clouds.request(self._requested)

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return the cloud in the newest pose."""
        from heicdepth_tui.ui.presenters.picture import cloud_part

        if self.frame is None or self._requested is None:
            return ()
        return (cloud_part(self.spin, self.frame, self._requested, self.sample),)

    @property
    def page_options(self) -> ExportOptions:
        """The options of the points on show."""
        return self._options

    @property
    def _options(self) -> ExportOptions:
        """The options of an export of what is shown; with the length that the user knows."""
        base = self._app_context.options.export_options()
        factor = self._marks.factor
        return self.spin.options(base if factor is None else replace(base, scale=factor))

    @property
    def _marks(self) -> PhotoMarks:
        return self._session.marks.get(self._entry, NO_MARKS)

    @property
    def _decoded(self) -> Mapping[LayerKind, Pixels]:
        """The photo's own layers that are decoded whole."""
        state = self._session.photos.get(self._entry)
        found = {
            kind: state.pixels(state.own(kind)) for kind in (LayerKind.PRIMARY, LayerKind.DEPTH)
        }
        return {kind: pixels for kind, pixels in found.items() if pixels is not None}

    def _take(self, event: CloudRendered | CloudFailed) -> None:
        """Have a frame shown once the terminal has taken in the one before."""
        if event.entry != self._entry:
            return
        if isinstance(event, CloudFailed):
            show = partial(self._show_failure, event)
        else:
            show = partial(self._show, event.frame)
        self._app_context.pictures.add(_SLOT, show)

    def _show(self, frame: CloudFrame) -> None:
        if not self.is_attached:
            return
        self.frame = frame
        self._limits = frame.shown.nearest, frame.shown.farthest
        self.view.show_picture(frame.rendered)
        self._title.counts = points_text(frame)
        self._show_lines()
        self._shown()

    def _show_failure(self, event: CloudFailed) -> None:
        if not self.is_attached:
            return
        self.frame = None
        self.spin = replace(self.spin, is_turning=False)
        is_clipped = self._limits is not None and self.spin.clip != Clip()
        self.view.show_message(failure_text(event.error, is_clipped))
        self._has_no_cloud = not is_clipped
        self.refresh_bindings()
        self._title.counts = ""
        self._heading.update("", layout=False)
        self._caption.update("", layout=False)
        self._shown()

    def _show_lines(self) -> None:
        frame = self.frame
        if frame is None:
            return
        cells = self.size.width - 2
        self._heading.update(heading(self.spin, frame, cells), layout=False)
        line = caption(frame, self.sample, cells)
        mode = self._session.settings.mode
        self._caption.update(_content(line, cells, mode), layout=False)

    def _shown(self) -> None:
        """Draw the next frame where the state has changed meanwhile, or the turntable runs."""
        self._is_drawing = False
        if self._is_stale:
            self._draw()
        elif self.spin.is_turning:
            elapsed = monotonic() - self._turned_at
            self.set_timer(max(0.001, _FRAME_SECONDS - elapsed), self._turn_on)

    def _turn_on(self) -> None:
        """Turn the turntable by the time since it was turned last, however many frames that was."""
        if not self.spin.is_turning:
            return
        now = monotonic()
        elapsed, self._turned_at = now - self._turned_at, now
        self._change_pose(self.spin.pose.turned(_TURNTABLE * min(elapsed, 1.0), 0))

    # Mouse

    def drag(self, columns: int, rows: int) -> None:
        """Turn the cloud: across the width by ``_WIDTH_TURN`` degrees."""
        degrees = _WIDTH_TURN / max(1, self.view.size.width)
        # A cell is twice as high as wide.
        self._change_pose(self.spin.pose.turned(columns * degrees, 2 * rows * degrees))

    def drag_target(self, columns: int, rows: int) -> None:
        """Move the cloud with the pointer, as far as what lies at the distance of the target."""
        if self.frame is not None:
            view, fit = self.frame.view, self.frame.rendered.fit
            across = view.size[0] / fit.cols / view.focal
            down = view.size[1] / fit.rows / view.focal
            self._change_pose(self.spin.pose.panned(columns * across, -rows * down))

    def wheel(self, steps: int) -> None:
        """Zoom."""
        self.action_zoom(steps)

    def pick(self, column: int, row: int) -> None:
        """Show the sample of the point in a cell; where there is none, none."""
        if self.frame is None:
            return
        # A frame drawn for another size is centred in the room.
        fit, room = self.frame.rendered.fit, self.view.size
        left, top = (room.width - fit.cols) // 2, (room.height - fit.rows) // 2
        self.sample = self.frame.sample_at(column - left, row - top)
        self._show_lines()
        self.refresh_bindings()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys of the cloud where there is none."""
        if self._session.is_leaving:
            return False
        if action == "mark" and self.sample is None:
            return False
        return not self._has_no_cloud or action in ("help", "dismiss") or "." in action

    def action_turn(self, across: int, down: int) -> None:
        """Turn the cloud."""
        self._change_pose(self.spin.pose.turned(across * _TURN, down * _TURN))

    def action_pan(self, right: int, up: int) -> None:
        """Move the cloud, by the same share of the picture whatever the zoom."""
        pan = _PAN / self.spin.pose.zoom
        self._change_pose(self.spin.pose.panned(right * pan, up * pan))

    def action_zoom(self, steps: int) -> None:
        """Go nearer or farther."""
        self._change_pose(self.spin.pose.zoomed(_ZOOM**steps))

    def action_reset(self) -> None:
        """Go back to the photo's own view and stop the turntable."""
        pose = self.spin.pose.at_rest()
        self._change(replace(self.spin, pose=pose, is_turning=False))

    def action_turntable(self) -> None:
        """Let the cloud turn, or stop it."""
        self._turned_at = monotonic()
        self._change(replace(self.spin, is_turning=not self.spin.is_turning))

    def action_projection(self) -> None:
        """Show the cloud with perspective, or without."""
        pose = self.spin.pose
        self._change_pose(replace(pose, is_orthographic=not pose.is_orthographic))

    def action_colours(self) -> None:
        """Colour the points by the photo, or by depth."""
        self._change(replace(self.spin, colours=self.spin.next_colours))

    def use_colormap(self, name: str) -> None:
        """Colour depth by a colour map."""
        self._session.colormap = name
        self._draw()

    def action_flying(self) -> None:
        """Show flying points, or drop them."""
        self._change(replace(self.spin, shows_flying=not self.spin.shows_flying))

    def action_normals(self) -> None:
        """Shade the surface by its normals, or not."""
        self._change(replace(self.spin, is_shaded=not self.spin.is_shaded))

    def action_clip(self, near: int, far: int) -> None:
        """Move the near or the far end of what is shown."""
        if self._limits is not None:
            clip = self.spin.clip.moved(near, far, self._limits)
            self._change(replace(self.spin, clip=clip))

    def action_blocks(self) -> None:
        """Draw with the other block characters."""
        settings = self._session.settings
        blocks = Blocks.QUAD if settings.blocks is Blocks.HALF else Blocks.HALF
        self._session.settings = replace(settings, blocks=blocks)
        self._draw()

    def action_export(self) -> None:
        """Export the points that are shown, with the same clip."""
        self._export([self._entry], self._options)

    def action_mark(self) -> None:
        """Mark the sample of the point that was clicked, for the probe."""
        if self.sample is not None:
            place = self.sample.column, self.sample.row
            marks = self._marks.with_mark(Mark(self.sample.photo, place))
            self._session.marks[self._entry] = marks
            count = len(marks.marks)
            self._title.show_status(f"mark {count} is set: the probe (m in the list) measures it")

    @property
    def sample_line(self) -> str:
        """The sample that was clicked last, in words; empty without one."""
        if self.sample is None or self.frame is None:
            return ""
        return sample_text(self.sample, self.frame.shown.cloud.trust)


def _content(line: Caption, cells: int, mode: ColorMode) -> Content:
    """Return a caption; the names of the axes have the colours of the frame cross."""
    if line.names_axes and line.left and mode not in (ColorMode.GREY, ColorMode.NONE):
        names: list[str | tuple[str, str]] = []
        for name, (red, green, blue) in zip("xyz", AXIS_COLOURS, strict=True):
            names.extend(((name, f"rgb({red},{green},{blue})"), " "))
        left = Content.assemble(*names[:-1])
    else:
        left = Content(line.left)
    gap = max(1, cells - left.cell_length - Content(line.bar).cell_length)
    return Content.assemble(left, " " * gap, line.bar)
