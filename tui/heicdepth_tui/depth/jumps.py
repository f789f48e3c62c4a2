"""Jumps: neighbouring samples between which one surface ends and another begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heicdepth_tui.depth.flying import GRAZING
from heicdepth_tui.errors import NoMetresError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.points import Cloud

    F32 = NDArray[np.float32]

__all__ = ["JumpRule", "cloud_disparity", "joined", "jump_rule"]

_ROUNDING = 1.001
"""Disparities of points were rounded to float32: one code must not count as more than one."""


class JumpRule(NamedTuple):
    """The steps between two neighbours of a grid that part one surface from another.

    A step counts where the farther distance exceeds the nearer one by more than the share
    ``threshold``, and the disparities differ by more than one code, which rounding alone makes of a
    slope. It is a jump where the distance grows by more than the share ``grazing``, steeper than
    surfaces are seen, or where it is more than twice the step beyond either end, and one code: on a
    steep surface a step and the ones beyond it are alike.
    """

    threshold: float
    grazing: float
    code: float
    """One code of the depth map: 1/m, or metres with ``is_depth``."""
    is_depth: bool = False


def jump_rule(
    depth_map: DepthMap, camera: Camera, *, threshold: float, stride: int = 1
) -> JumpRule:
    """Return the rule for a grid of every ``stride``-th sample of the view of ``camera``.

    ``depth_map`` gives the size of a code; raises NoMetresError where codes mean no distance.
    """
    quantization = depth_map.quantization
    if quantization is None:
        raise NoMetresError(depth_map.reason)
    span = abs(quantization.value_at_max_code - quantization.value_at_code_0)
    grazing = GRAZING * stride / min(camera.fx, camera.fy)
    code = span / depth_map.max_code * _ROUNDING
    return JumpRule(threshold, grazing, code, quantization.is_depth)


def cloud_disparity(cloud: Cloud) -> F32:
    """Return 1/Z at each place of a perspective cloud's grid, (H, W) float32, NaN without a point.

    1/m, along the optical axis.
    """
    disparity = np.full(cloud.grid.width * cloud.grid.height, np.nan, dtype=np.float32)
    disparity[cloud.index] = np.float32(-1) / cloud.xyz[:, 2]
    return disparity.reshape(cloud.grid.height, cloud.grid.width)


def joined(disparity: F32, rule: JumpRule, axis: int) -> NDArray[np.bool_]:
    """Return where neighbours along ``axis`` lie on one surface.

    ``disparity`` is (H, W) float32, 1/m, NaN where there is no sample. The result is (H − 1, W) for
    axis 0 and (H, W − 1) for axis 1; False as well where one of the two is no sample. A step beyond
    that leads out of the grid or to no sample counts as none.
    """
    ends = (np.s_[:-1, :], np.s_[1:, :]) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
    before, after = disparity[ends[0]], disparity[ends[1]]
    step = after - before
    size = np.abs(step)
    farther = np.minimum(before, after)
    # False as well where there is no sample.
    whole: NDArray[np.bool_] = size <= farther * np.float32(rule.threshold)
    rough = np.flatnonzero(~whole & ~np.isnan(size))
    if rough.size:
        far, near = farther.reshape(-1)[rough], np.maximum(before, after).reshape(-1)[rough]
        code = far * near * np.float32(rule.code) if rule.is_depth else np.float32(rule.code)
        big = size.reshape(-1)[rough]
        beyond = _steps_beyond(step, rough, axis)
        is_jump = (big > far * np.float32(rule.grazing)) | (big > 2 * beyond + code)
        whole.reshape(-1)[rough] = ~(is_jump & (big > code))
    return whole


def _steps_beyond(step: F32, at: NDArray[np.intp], axis: int) -> F32:
    """Return the larger of the two steps beside each, in its own direction; at least 0."""
    flat, stride = step.reshape(-1), (step.shape[1], 1)[axis]
    place, last = at // stride % step.shape[axis], step.shape[axis] - 1
    back = np.where(place > 0, flat[np.maximum(at - stride, 0)], np.float32(0))
    ahead = np.where(place < last, flat[np.minimum(at + stride, flat.size - 1)], np.float32(0))
    falls = flat[at] < 0
    for one in (back, ahead):
        np.negative(one, out=one, where=falls)
    # fmax: a step to no sample is NaN and counts as none.
    return np.fmax(np.fmax(back, ahead), np.float32(0))
