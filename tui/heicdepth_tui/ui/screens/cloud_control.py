"""Turns the cloud of a photo by keys and mouse, and shows the frames that are drawn of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from heicdepth_tui.draw.code_scale import WHOLE_RANGE
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.ui.model.cloud_frame import CloudColours, CloudRequest
from heicdepth_tui.ui.model.marks import NO_MARKS, Mark
from heicdepth_tui.ui.model.spin import Spin
from heicdepth_tui.ui.services.events import CloudFailed, CloudRendered
from heicdepth_tui.ui.terminal.internals import call_in

if TYPE_CHECKING:
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Pixels
    from heicdepth_tui.ui.model.cloud_frame import CloudFrame, CloudSample
    from heicdepth_tui.ui.model.marks import PhotoMarks
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.model.pose import Pose
    from heicdepth_tui.ui.presenters.legend import LegendView
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.widgets.cloud_view import CloudView

__all__ = ["CloudControl"]

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

_numbers = count(1)
"""Of all requests: a frame for the pane is none for the screen that is opened meanwhile."""


class CloudControl:
    """Shows the cloud of a photo in a view; calls ``shown`` after each frame, and after a failure.

    One frame is being drawn or on its way to the terminal at a time. Keys and mouse change the pose
    at once; the next frame shows the newest one. So a slow line has fewer frames, never a queue.
    """

    def __init__(
        self,
        context: Context,
        entry: Entry,
        view: CloudView,
        shown: Callable[[], object],
        spin: Spin | None = None,
    ) -> None:
        self._context = context
        self._session = context.session
        self.entry = entry
        self.view = view
        self._call_shown = shown
        self.spin = replace(spin or Spin(), clip=self._session.clip(entry))
        self.frame: CloudFrame | None = None
        """The frame on show."""
        self.failure: CloudFailed | None = None
        """The reason that there is none."""
        self.sample: CloudSample | None = None
        """The sample of the point that was clicked last."""
        self._limits: tuple[float, float] | None = None
        self._number = 0
        self._requested: CloudRequest | None = None
        self._is_drawing = self._is_stale = self._is_released = self._awaits_layout = False
        self._turned_at = monotonic()

    def begin(self) -> None:
        """Listen for frames, in the place of the view before."""
        self._is_released = self._is_drawing = False
        self._context.clouds.listener = self._take
        self.view.actions = self

    def release(self) -> None:
        """Let go of the cloud, unless another view shows it by now."""
        clouds = self._context.clouds
        self._is_released = True
        if clouds.listener == self._take:
            clouds.listener = None
            clouds.release()

    # Frames

    @property
    def is_up_to_date(self) -> bool:
        """Whether the newest state is on show, or why there is nothing to show."""
        return self._number > 0 and not (self._is_drawing or self._is_stale)

    @property
    def is_clipped_away(self) -> bool:
        """Whether there is a cloud, but nothing of it between the clips."""
        is_failed = self.failure is not None and self._limits is not None
        return is_failed and not self.spin.clip.is_open

    @property
    def has_cloud(self) -> bool:
        """Whether keys have something to change; true while that is not known."""
        return self.failure is None or self.is_clipped_away

    def change(self, spin: Spin) -> None:
        """Show the cloud in another way; its clip is that of the photo from now on."""
        if spin != self.spin:
            self.spin = spin
            self._session.clips[self.entry] = spin.clip
            self.draw()

    def adopt_clip(self) -> None:
        """Show the photo's clip where it was changed elsewhere."""
        clip = self._session.clip(self.entry)
        if clip != self.spin.clip:
            self.spin = replace(self.spin, clip=clip)
            self.draw()

    def _change_pose(self, pose: Pose) -> None:
        self.change(replace(self.spin, pose=pose))

    def draw(self) -> None:
        """Request a frame of the newest state, or have that done when the last one is shown."""
        columns, rows = self.view.size
        is_busy = self._is_drawing or self._awaits_layout
        if is_busy or self._is_released or not columns or not rows:
            self._is_stale = True
            return
        self._is_drawing, self._is_stale = True, False
        self._number = next(_numbers)
        session, spin = self._session, self.spin
        colormap = session.settings.colormap(session.colormap)
        _, background = self.view.background_colors
        self._requested = CloudRequest(
            number=self._number,
            entry=self.entry,
            options=self.options,
            pose=spin.pose,
            spec=replace(
                session.settings.render_spec((columns, rows), colormap), scale=self._code_scale
            ),
            colours=spin.colours,
            is_shaded=spin.is_shaded,
            background=background.rgb,
            decoded=self._decoded,
            picked=None if self._picked is None else self._picked.sample,
        )
        self._context.clouds.request(self._requested)

    @property
    def has_depth_colours(self) -> bool:
        """Whether the points have the colours of their depth."""
        return self.spin.colours is CloudColours.DEPTH

    @property
    def _code_scale(self) -> CodeScale:
        """The codes at the ends of the colour map, as the user chose them for depth maps."""
        state = self._session.photos.get(self.entry)
        layer, colours = state.own(LayerKind.DEPTH), self._session.colour_range
        return WHOLE_RANGE if layer is None else colours.scale_in(state.tables, layer)

    @property
    def sample_line(self) -> str:
        """The sample that was clicked last, in words; empty without one."""
        from heicdepth_tui.ui.presenters.spin import sample_text

        if self.sample is None or self.frame is None:
            return ""
        return sample_text(self.sample, self.frame.shown.cloud.trust)

    @property
    def legend(self) -> LegendView | None:
        """The legend of the colours of depth; None where they are those of the photo."""
        from heicdepth_tui.ui.presenters.legend import legend_of

        session = self._session
        state = session.photos.get(self.entry)
        if not self.has_depth_colours:
            return None
        colormap = session.settings.colormap(session.colormap)
        layer = state.own(LayerKind.DEPTH)
        return legend_of(state.tables, layer, colormap, session.colour_range)

    def recolour(self) -> None:
        """Draw anew where the colours of depth are on show and have changed."""
        if not self.has_depth_colours or self._requested is None:
            return
        session, spec = self._session, self._requested.spec
        colours = session.settings.colormap(session.colormap), self._code_scale
        if (spec.colormap, spec.scale) != colours:
            self.draw()
        elif self.frame is not None:
            # The legend may be known by now.
            self._call_shown()

    def draw_after_layout(self) -> None:
        """Draw for the room that the view has after the next layout."""
        self._is_stale = self._awaits_layout = True

        def laid_out() -> None:
            self._awaits_layout = False
            self.draw()

        self.view.call_after_refresh(laid_out)

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return the cloud in the newest pose, for a picture; nothing while there is none."""
        from heicdepth_tui.ui.presenters.picture import cloud_part

        if self.frame is None or self._requested is None:
            return ()
        return (cloud_part(self.spin, self.frame, self._requested, self.sample, self.legend),)

    @property
    def options(self) -> ExportOptions:
        """The options of an export of what is shown; with the length that the user knows."""
        base, marks = self._context.options.export_options(), self._marks
        cloud = replace(base.cloud, rectify=marks.is_rectified)
        scale = base.scale if marks.factor is None else marks.factor
        return self.spin.options(replace(base, cloud=cloud, scale=scale))

    @property
    def _marks(self) -> PhotoMarks:
        return self._session.marks.get(self.entry, NO_MARKS)

    @property
    def _picked(self) -> Mark | None:
        return self._session.picked.get(self.entry)

    @property
    def can_mark(self) -> bool:
        """Whether the point that was clicked is not the last mark yet."""
        picked = self._picked
        return self.sample is not None and picked is not None and picked not in self._marks.marks

    @property
    def _decoded(self) -> Mapping[LayerKind, Pixels]:
        """The photo's own layers that are decoded whole."""
        state = self._session.photos.get(self.entry)
        found = {
            kind: state.pixels(state.own(kind)) for kind in (LayerKind.PRIMARY, LayerKind.DEPTH)
        }
        return {kind: pixels for kind, pixels in found.items() if pixels is not None}

    def _take(self, event: CloudRendered | CloudFailed) -> None:
        """Have a frame shown once the terminal has taken in the one before."""
        number = event.number if isinstance(event, CloudFailed) else event.frame.number
        if event.entry == self.entry and number == self._number:
            self._context.pictures.add(_SLOT, partial(self._show, event))

    def _show(self, event: CloudRendered | CloudFailed) -> None:
        if self._is_released or not self.view.is_attached:
            return
        if isinstance(event, CloudFailed):
            self.frame, self.failure = None, event
            self.spin = replace(self.spin, is_turning=False)
        else:
            self.frame, self.failure = event.frame, None
            self._limits = event.frame.shown.nearest, event.frame.shown.farthest
            self.sample = event.frame.picked_sample
            self.view.show_picture(event.frame.rendered)
        self._call_shown()
        self._draw_on()

    def _draw_on(self) -> None:
        """Draw the next frame where the state has changed meanwhile, or the turntable runs."""
        self._is_drawing = False
        if self._is_stale:
            self.draw()
        elif self.spin.is_turning:
            elapsed = monotonic() - self._turned_at
            call_in(self.view, max(0.001, _FRAME_SECONDS - elapsed), self._turn_on)

    def _turn_on(self) -> None:
        """Turn the turntable by the time since it was turned last, however many frames that was."""
        if not self.spin.is_turning or self._is_released:
            return
        now = monotonic()
        elapsed, self._turned_at = now - self._turned_at, now
        self._change_pose(self.spin.pose.turned(_TURNTABLE * min(elapsed, 1.0), 0))

    # Mouse

    def drag(self, columns: int, rows: int) -> None:
        """Turn the cloud: across the width by ``_WIDTH_TURN`` degrees."""
        degrees = _WIDTH_TURN / max(1, self.view.size.width)
        aspect = self._session.settings.cell_aspect
        self._change_pose(self.spin.pose.turned(columns * degrees, rows * aspect * degrees))

    def drag_target(self, columns: int, rows: int) -> None:
        """Move the cloud with the pointer, as far as what lies at the distance of the target."""
        if self.frame is not None:
            view, fit = self.frame.view, self.frame.rendered.fit
            across = view.size[0] / fit.cols / view.focal
            down = view.size[1] * view.pixel_aspect / fit.rows / view.focal
            self._change_pose(self.spin.pose.panned(columns * across, -rows * down))

    def wheel(self, steps: int) -> None:
        """Zoom."""
        self._change_pose(self.spin.pose.zoomed(_ZOOM**steps))

    def pick(self, column: int, row: int) -> None:
        """Mark the sample of the point in a cell in photo and depth map; where there is none, none.

        A frame that shows the mark follows.
        """
        if self.frame is None:
            return
        # A frame drawn for another size is centred in the room.
        fit, room = self.frame.rendered.fit, self.view.size
        left, top = (room.width - fit.cols) // 2, (room.height - fit.rows) // 2
        sample = self.sample = self.frame.sample_at(column - left, row - top)
        if sample is None:
            self._session.picked.pop(self.entry, None)
        else:
            self._session.picked[self.entry] = Mark(sample.photo, (sample.column, sample.row))
        self._call_shown()
        self.draw()

    # Keys

    def turn(self, across: int, down: int) -> None:
        """Turn the cloud."""
        self._change_pose(self.spin.pose.turned(across * _TURN, down * _TURN))

    def pan(self, right: int, up: int) -> None:
        """Move the cloud, by the same share of the picture whatever the zoom."""
        pan = _PAN / self.spin.pose.zoom
        self._change_pose(self.spin.pose.panned(right * pan, up * pan))

    def reset(self) -> None:
        """Go back to the photo's own view and stop the turntable."""
        self.change(replace(self.spin, pose=self.spin.pose.at_rest(), is_turning=False))

    def toggle_turntable(self) -> None:
        """Let the cloud turn, or stop it."""
        self._turned_at = monotonic()
        self.change(replace(self.spin, is_turning=not self.spin.is_turning))

    def toggle_projection(self) -> None:
        """Show the cloud with perspective, or without."""
        pose = self.spin.pose
        self._change_pose(replace(pose, is_orthographic=not pose.is_orthographic))

    def move_clip(self, near: int, far: int) -> None:
        """Move the near or the far end of what is shown."""
        if self._limits is not None:
            clip = self.spin.clip.moved(near, far, self._limits)
            self.change(replace(self.spin, clip=clip))

    def toggle_rectified(self) -> str:
        """Correct the lens distortion, or no more; return a message for the user."""
        if self.frame is None:
            return ""
        marks, message = self._marks.toggled(self.frame.shown.cloud.camera)
        self._session.keep_marks(self.entry, marks)
        self.draw()
        return message

    def mark(self) -> int:
        """Mark the sample of the point that was clicked; return the number of marks, 0 for none."""
        picked = self._picked
        if self.sample is None or picked is None:
            return 0
        marks = self._marks.with_mark(picked)
        self._session.keep_marks(self.entry, marks)
        return len(marks.marks)
