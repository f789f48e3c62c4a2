"""The keys of a cloud, on its own screen and in the pane of the main screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.binding import BindingType

from heicdepth_tui.ui.model.cloud_frame import CloudColours
from heicdepth_tui.ui.screens.rectifying import RECTIFY
from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from heicdepth_tui.ui.screens.cloud_control import CloudControl
    from heicdepth_tui.ui.screens.depth_colours import DepthColours

__all__ = ["CLOUD_BINDINGS", "MORE_CLOUD_BINDINGS", "CloudActions"]

CLOUD_BINDINGS: list[BindingType] = [
    bind("left,h", "turn(-1, 0)", "Turn", "spin.left", "Turn left", show=True, display="hjkl"),
    bind("right,l", "turn(1, 0)", "Turn right", "spin.right"),
    bind("up,k", "turn(0, -1)", "Turn up", "spin.up"),
    bind("down,j", "turn(0, 1)", "Turn down", "spin.down"),
    bind("t", "turntable", "Turntable", "spin.turntable", show=True),
    bind("c", "cloud_colours", "Colours", "spin.colours", "Colours by photo or depth", show=True),
    bind(
        "r",
        "colour_range",
        "Range",
        "spin.range",
        "Colours of depth: all codes, 2–98 %, by hand",
        show=True,
    ),
    bind("f", "flying", "Flying", "spin.flying", "Flying points on or off", show=True),
    bind("n", "normals", "Normals", "spin.normals", "Shade by the surface", show=True),
    bind(
        "m", "mark_sample", "Mark", "spin.mark", "Mark the clicked point for the probe", show=True
    ),
]
MORE_CLOUD_BINDINGS: list[BindingType] = [
    bind("plus,equals_sign", "zoom_cloud(1)", "Nearer", "spin.in", show=True, display="+"),
    bind("minus", "zoom_cloud(-1)", "Farther", "spin.out", show=True, display="−"),
    bind("p", "projection", "Projection", "spin.projection", "With perspective or without",
         show=True),
    bind("]", "clip(1, 0)", "Near clip in", "spin.near_in", "Cut off more of what is near",
         show=True),
    bind("[", "clip(-1, 0)", "Near clip out", "spin.near_out", "Cut off less of it"),
    bind("{", "clip(0, 1)", "Far clip in", "spin.far_in", "Cut off more of what is far",
         show=True),
    bind("}", "clip(0, -1)", "Far clip out", "spin.far_out", "Cut off less of it"),
    bind("shift+left,H", "pan(-1, 0)", "Move", "spin.pan_left", "Move left", show=True,
         display="HJKL"),
    bind("shift+right,L", "pan(1, 0)", "Move right", "spin.pan_right"),
    bind("shift+up,K", "pan(0, 1)", "Move up", "spin.pan_up"),
    bind("shift+down,J", "pan(0, -1)", "Move down", "spin.pan_down"),
    bind("C", "reverse_colours", "Bright end", "spin.reverse", "Bright near or bright far"),
    RECTIFY,
]  # fmt: skip
"""Keys for the end of the key bar, which drops the last ones where it has no room."""


class CloudActions:
    """What the keys of a cloud do; for the screen or widget that has them."""

    control: CloudControl
    colours: DepthColours
    measured_by = "the probe (m in the list) measures it"
    """The way to the probe from here."""

    def show_status(self, status: str) -> None:
        """State what a key just did; for subclasses to override."""

    def action_turn(self, across: int, down: int) -> None:
        """Turn the cloud."""
        self.control.turn(across, down)

    def action_pan(self, right: int, up: int) -> None:
        """Move the cloud."""
        self.control.pan(right, up)

    def action_zoom_cloud(self, steps: int) -> None:
        """Go nearer or farther."""
        self.control.wheel(steps)

    def action_reset(self) -> None:
        """Go back to the photo's own view and stop the turntable."""
        self.control.reset()

    def action_turntable(self) -> None:
        """Let the cloud turn, or stop it."""
        self.control.toggle_turntable()

    def action_projection(self) -> None:
        """Show the cloud with perspective, or without."""
        self.control.toggle_projection()

    def action_cloud_colours(self) -> None:
        """Colour the points by the photo, or by depth."""
        spin = self.control.spin
        self.control.change(replace(spin, colours=spin.next_colours))

    def action_reverse_colours(self) -> None:
        """Make far bright instead of near, or near again."""
        self.colours.reverse()

    def action_colour_range(self) -> None:
        """Spread the colours of depth over another range, and show them where the photo's are."""
        self.colours.next_range()
        if not self.control.has_depth_colours:
            self.control.change(replace(self.control.spin, colours=CloudColours.DEPTH))

    def action_flying(self) -> None:
        """Show flying points, or drop them."""
        spin = self.control.spin
        self.control.change(replace(spin, shows_flying=not spin.shows_flying))

    def action_normals(self) -> None:
        """Shade the surface by its normals, or not."""
        spin = self.control.spin
        self.control.change(replace(spin, is_shaded=not spin.is_shaded))

    def action_rectify(self) -> None:
        """Show points with the lens distortion corrected, or as the lens shifted them."""
        self.show_status(self.control.toggle_rectified())

    def action_clip(self, near: int, far: int) -> None:
        """Move the near or the far end of what is shown."""
        self.control.move_clip(near, far)

    def action_mark_sample(self) -> None:
        """Mark the sample of the point that was clicked, for the probe."""
        count = self.control.mark()
        if count:
            self.show_status(f"mark {count} is set: {self.measured_by}")
