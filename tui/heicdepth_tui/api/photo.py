"""A photo as an object: its header at once, pixels when they are asked for."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heicdepth_tui.errors import MissingLayerError, NoDepthError
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.api.cloud import PointCloud
    from heicdepth_tui.api.depth import Depth
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.export.source import ExportSource
    from heicdepth_tui.heif.facts import Header

__all__ = ["Photo", "open"]


def open(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Photo:  # noqa: A001
    """Return the photo at ``path``; reads its header and closes the file again.

    ``limits`` bound what a hostile file may cost, see ``heif.limits``.
    Raises FileAccessError and HeaderError, which name the file and the cause.
    """
    header = read_header(Path(path), limits=limits)
    return Photo(Path(path), header, limits)


class Photo:
    """A HEIC photo. Pixels are decoded in this process when they are first asked for, and kept.

    All arrays are upright: rotation, mirroring and crop that the file states are applied.
    """

    def __init__(self, path: Path, header: Header, limits: Limits = DEFAULT_LIMITS) -> None:
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
        """The names that ``layer`` takes: ``photo``, ``depth``, ``thumbnail``, mattes …."""
        from heicdepth_tui.photo.layers import layers_of

        return tuple(layer.label for layer in layers_of(self.header))

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
        return Depth(info, lambda: self.source().depth_map)

    @cached_property
    def camera(self) -> Camera | None:
        """The pinhole camera of the depth map, for its pixel centres; None where none is known.

        ``camera.K`` is (3, 3) float64. ``camera.origin`` says whether the file states it or EXIF
        gave an estimate. ``camera.resized`` gives the one of another resolution.
        """
        from heicdepth_tui.depth.camera import aligned_camera

        return aligned_camera(self.header)

    def rgb(
        self, size: str | tuple[int, int] = "photo", *, stored: bool = False
    ) -> NDArray[np.uint8]:
        """Return the photo's colours, (H, W, 3) uint8.

        ``size`` is ``photo`` for all its pixels, ``depth`` for one pixel a depth sample (the part
        of the photo that the depth map covers), or (width, height) of the whole photo. The values
        are sRGB where the photo's colour space is known, as decoded with ``stored``. Smaller sizes
        are averages by area.
        Raises DecodeError; NoDepthError for ``depth`` without one; ValueError for another text.
        """
        if size == "depth":
            source = self.source()
            return source.colours(source.size, stored).rgb
        from heicdepth_tui.api.decoding import colours

        if isinstance(size, str):
            if size != "photo":
                raise ValueError(f'size is "photo", "depth" or (width, height), not {size!r}')
            size = self.size
        return colours(self.path, self.header, Size(*size), self._limits, stored=stored)

    def layer(self, name: str) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """Return a layer by its name, as stored: (H, W), or (H, W, 3) for colours.

        Values of 10- and 12-bit layers are 0 .. 2**bits − 1 in uint16. ``layers`` lists the names.
        Raises MissingLayerError for a name that the photo does not have, and DecodeError.
        """
        from heicdepth_tui.api.decoding import decoded
        from heicdepth_tui.photo.layers import Request, layers_of

        for layer in layers_of(self.header):
            if layer.label == name:
                request = Request(0, "api", str(self.path), layer, keep=True, stored=True)
                return decoded(request, self._limits).array
        raise MissingLayerError(
            f"the photo has no layer {name}",
            path=self.path,
            hint=f"it has {', '.join(self.layers)}",
        )

    def cloud(self, **options: Any) -> PointCloud:
        """Return the coloured point cloud; ``options`` are the fields of ``CloudOptions``.

        For instance ``stride=2``, ``near=0.3``, ``far=2.0``, ``smooth=True``, ``normals=True``,
        and ``colours="stored"`` for colours as decoded.
        Raises NoDepthError, NoMetresError, NoCameraError, DecodeError, ExportError where no point
        is left, and ValueError or TypeError for options that do not exist or are out of range.
        """
        from heicdepth_tui.api.cloud import PointCloud, options_of

        source = self.source(**options_of(options))
        return PointCloud(source, source.cloud)

    def source(self, **options: Any) -> ExportSource:
        """Return what the export formats write, by the fields of ``ExportOptions``."""
        from heicdepth_tui.api.decoding import read

        return read(self.path, self._limits, options)

    def __repr__(self) -> str:
        width, height = self.size
        depth = self.header.depth.item
        size = "no depth" if depth is None else f"depth {depth.displayed_size}"
        return f"<Photo {self.path.name}: {width}×{height}, {size}>"

    def _repr_html_(self) -> str:
        from heicdepth_tui.api.notebook import as_html, fitted

        width, height = self.size
        facts = [("file", self.path.name), ("photo", f"{width} × {height}")]
        facts.append(("camera", self.header.camera_name))
        pictures = [lambda: ("photo", self.rgb(fitted(width, height)))]
        if self.has_depth:
            facts += self.depth.facts()
            pictures.append(lambda: ("depth, near is bright", self.depth.picture()))
        else:
            facts.append(("depth", self.header.depth.reason or "none"))
        return as_html(pictures, facts)
