"""Further fields of the points of PLY and PCD: step, validity, flying, distance to an edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heicdepth_tui.depth.fields import EDGE_REACH, sample_fields, sampled_at
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.export.options import PointField

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.export.source import ExportSource

__all__ = ["field_comments", "grid_fields", "with_fields"]

_MEANINGS = {
    PointField.STEP: "metres that one code more or less makes at this sample (float32)",
    PointField.VALID: "1 where the sample has a distance, else 0 (uint8)",
    PointField.FLYING: "1 for a sample alone between two surfaces, 2 for one of a ramp (uint8)",
    PointField.EDGE: (
        f"samples of the depth map to the nearest edge, {EDGE_REACH} where farther (float32)"
    ),
}


def grid_fields(source: ExportSource) -> dict[str, NDArray[Any]]:
    """Return the fields of ``options.fields`` for every sample of the cloud's grid, flat, by name.

    Those of the point i of the cloud are at ``cloud.index[i]``. On a raised grid a sample has the
    fields of the depth sample in whose cell it lies. Raises NoMetresError where codes have no
    distance.
    """
    chosen = source.options.fields
    if not chosen:
        return {}
    _check(source)
    options = source.options.cloud
    fields = sample_fields(source.depth_map, source.camera, options.flying_threshold)
    return {
        one.value: sampled_at(getattr(fields, one.value), source.cloud_size, options.stride)
        for one in PointField
        if one in chosen
    }


def with_fields(source: ExportSource, summary: str) -> str:
    """Return a summary with the fields of ``options.fields``.

    Raises NoMetresError as ``grid_fields``, before any file exists.
    """
    names = ", ".join(one.value for one in PointField if one in source.options.fields)
    _check(source)
    return f"{summary}; fields {names}" if names else summary


def field_comments(source: ExportSource) -> tuple[str, ...]:
    """Return the meaning of each field of ``options.fields``; ASCII."""
    return tuple(
        f"{one.value}: {_MEANINGS[one]}" for one in PointField if one in source.options.fields
    )


def _check(source: ExportSource) -> None:
    if source.options.fields and source.depth_map.reason:
        raise NoMetresError(
            f"fields of points need metres: {source.depth_map.reason}", hint="leave --fields out"
        )
