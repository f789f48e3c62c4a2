"""A photo as an object: its header at once, pixels when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heicdepth_tui.api.arrays import own
from heicdepth_tui.errors import MissingLayerError, NoDepthError
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.api.cloud import PointCloud
    from heicdepth_tui.api.decoding import Kept
    from heicdepth_tui.api.depth import Depth
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.export.source import ExportSource
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.layers import Layer

__all__ = ["Photo", "open"]


def open(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Photo:  # noqa: A001
    """Return the photo at ``path``; reads its header and closes the file again.

    Of the photo ``size``, ``layers``, ``has_depth`` and ``camera`` need nothing else; ``rgb()``,
    ``depth.metres``, ``layer(name)`` and ``cloud()`` decode what they return.
    ``limits`` bound what a hostile file may cost, by default those of the command: see
    ``heicdepth_tui.heif.limits``.
    Raises FileAccessError and HeaderError, which name the file and the cause.
    """
    limits = DEFAULT_LIMITS if limits is None else limits
    header = read_header(Path(path), limits=limits)
    return Photo(Path(path), header, limits)


class Photo:
    """A HEIC photo, made by ``open``. Pixels are decoded in this process when they are needed.

    The depth map and colours of its size are kept, larger pictures are decoded again. All arrays
    are upright: rotation, mirroring and crop that the file states are applied.
    """

    def __init__(self, path: Path, header: Header, limits: Limits) -> None:
        self.path = path
        self.header = header
        """Everything that the file states without its pixels."""
        self._limits = limits

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright photo in pixels."""
        size = self.header.primary.displayed_size
        return size.width, size.height

    @property
    def has_depth(self) -> bool:
        """Whether the photo has a depth map that can be decoded."""
        return self.header.depth.decodable

    @property
    def layers(self) -> tuple[str, ...]:
        """The names that ``layer`` takes: ``photo``, ``depth``, ``gain map``, ``left eye`` …."""
        return tuple(layer.label for layer in self._layers())

    def _layers(self) -> tuple[Layer, ...]:
        from heicdepth_tui.photo.layers import eyes_of, layers_of

        return (*layers_of(self.header), *eyes_of(self.header))

    @cached_property
    def depth(self) -> Depth:
        """The photo's depth map; raises NoDepthError, which says why there is none."""
        from heicdepth_tui.api.depth import Depth

        info = self.header.depth
        if info.status is not DepthStatus.PRESENT:
            raise NoDepthError(
                info.reason or "the photo has no depth map",
                path=self.path,
                is_absent=info.status in (DepthStatus.ABSENT, DepthStatus.STRIPPED),
            )
        return Depth(info, self._depth_size(), lambda: self.source().depth_map)

    def _depth_size(self) -> Size:
        """Return the size of the depth map in the orientation of the photo."""
        from heicdepth_tui.depth.registration import register
        from heicdepth_tui.photo.transforms import place

        item = self.header.depth.item
        assert item is not None  # noqa: S101  a depth map that is present has one
        turn = register(self.header.primary, item).transforms
        height, width = place(item.displayed_size, turn).shape
        return Size(width, height)

    @cached_property
    def camera(self) -> Camera | None:
        """The pinhole camera of the depth map, for its pixel centres; None where none is known.

        ``camera.K`` is (3, 3) float64. ``camera.origin`` says whether the file states it or EXIF
        gave an estimate. ``camera.resized`` gives the one of another resolution.
        """
        from heicdepth_tui.depth.camera import aligned_camera

        return aligned_camera(self.header)

    def rgb(
        self, size: str | int | tuple[int, int] = "photo", *, stored: bool = False
    ) -> NDArray[np.uint8]:
        """Return the photo's colours, (H, W, 3) uint8.

        ``size`` is ``photo`` for all its pixels, ``depth`` for one pixel a depth sample (the part
        of the photo that the depth map covers), a number for the longer side of the whole photo, or
        (width, height), to which the photo is stretched. The values are sRGB where the photo's
        colour space is known, as decoded with ``stored``. Smaller sizes are averages by area.
        Raises DecodeError; NoDepthError for ``depth`` without one; ValueError for another size.
        """
        if isinstance(size, str) and size == "depth":
            source = self.source()
            return own(source.colours(source.size, stored).rgb)
        from heicdepth_tui.api.decoding import colours

        wanted = self._size_of(size)
        return own(colours(self.path, self.header, wanted, self._pixels, stored=stored))

    def _size_of(self, size: str | int | tuple[int, int]) -> Size:
        width, height = self.size
        if isinstance(size, str) and size == "photo":
            return Size(width, height)
        sides: list[int] = []
        with suppress(TypeError):
            numbers: Iterable[Any] = size if isinstance(size, Iterable) else (size,)
            sides = [index(side) for side in numbers]
        if len(sides) not in (1, 2) or min(sides) < 1:
            raise ValueError(
                'size is "photo", "depth", the longer side or (width, height) in pixels, '
                f"not {size!r}"
            )
        if len(sides) == 2:
            return Size(*sides)
        scale = sides[0] / max(width, height)
        return Size(max(1, round(width * scale)), max(1, round(height * scale)))

    def layer(self, name: str) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """Return a layer by its name, as stored: (H, W), or (H, W, 3) for colours.

        Values of 10- and 12-bit layers are 0 .. 2**bits − 1 in uint16. ``layers`` lists the names.
        Raises MissingLayerError for a name that the photo does not have, and DecodeError.
        """
        from heicdepth_tui.photo.layers import Request

        for layer in self._layers():
            if layer.label == name:
                request = Request(0, "api", str(self.path), layer, keep=True, stored=True)
                return own(self._pixels(request).array)
        raise MissingLayerError(
            f"the photo has no layer {name}",
            path=self.path,
            hint=f"it has {', '.join(self.layers)}",
        )

    def cloud(self, **options: Any) -> PointCloud:
        """Return the coloured point cloud; ``options`` are those of ``heicdepth-tui export``.

        For points ``stride=2``, ``near=0.3``, ``far=2.0``, ``drop_flying=False``, ``smooth=True``,
        ``rectify=True``, ``color_resolution="4x"``, ``projection="flat"``, ``normals=True``,
        ``axes="opencv"``, ``scale=1.02``, ``colours="stored"``, and ``only="portrait"`` or
        ``without=("sky", "hair")`` for those of a matte; ``fields=("step",)`` and
        ``organised=True`` for files.
        Raises NoDepthError, NoMetresError, NoCameraError, DecodeError, ExportError where no point
        is left, and ValueError or TypeError for options that do not exist or are out of range.
        """
        from heicdepth_tui.api.cloud import PointCloud
        from heicdepth_tui.api.options import options_of, python_hints

        source = self.source(**options_of(options))
        with python_hints(self.path):
            return PointCloud(source, source.cloud)

    def source(self, **options: Any) -> ExportSource:
        """Return what the export formats write, by the fields of ``ExportOptions``."""
        from heicdepth_tui.api.decoding import read
        from heicdepth_tui.api.options import python_hints

        with python_hints(self.path):
            return read(self.path, self._limits, options, self._pixels)

    @cached_property
    def _pixels(self) -> Kept:
        from heicdepth_tui.api.decoding import Kept

        return Kept(self._limits)

    def __repr__(self) -> str:
        width, height = self.size
        size = "no depth" if self.header.depth.item is None else f"depth {self._depth_size()}"
        return f"<Photo {self.path.name}: {width}×{height}, {size}>"

    def _repr_html_(self) -> str:
        from heicdepth_tui.api.notebook import as_html, fitted

        width, height = self.size
        facts = [("file", self.path.name), ("photo", f"{width} × {height}")]
        facts.append(("camera", self.header.camera_name))
        pictures = [lambda: ("photo", self.rgb(fitted(width, height)))]
        depth = self.header.depth
        if self.has_depth:
            facts += self.depth.facts()
            pictures.append(lambda: ("depth, near is bright", self.depth.picture()))
        else:
            reason = "" if depth.item is None else depth.item.undecodable_reason
            facts.append(("depth", reason or depth.reason or "none"))
        baseline = self.header.baseline_mm
        if self.header.stereo_pairs:
            apart = "distance not stated" if baseline is None else f"{baseline:.1f} mm apart"
            facts.append(("two eyes", apart))
        facts.append(("layers", ", ".join(self.layers)))
        return as_html(pictures, facts)
