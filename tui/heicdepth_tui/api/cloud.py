"""A point cloud as an object: arrays, files, Open3D."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heicdepth_tui.api.arrays import fixed
from heicdepth_tui.api.options import python_hints
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.registry import FORMATS, Kind
from heicdepth_tui.files import write_new_set

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.cloud import Cloud
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.export.source import ExportSource

__all__ = ["PointCloud"]


class PointCloud:
    """Coloured points in row-major order of the depth map's grid.

    In metres, x right, y up, −z forward, the camera at the origin; with ``axes="opencv"`` x right,
    y down, z forward. A flat cloud has no unit: see ``CloudOptions``. Made by ``Photo.cloud``.
    Its arrays are read-only: change a copy.
    """

    def __init__(self, source: ExportSource, cloud: Cloud) -> None:
        self._source = source
        self._cloud = cloud

    @property
    def xyz(self) -> NDArray[np.float32]:
        """(N, 3)."""
        return fixed(self._cloud.xyz)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(N, 3), sRGB unless ``colours="stored"`` was given."""
        return fixed(self._cloud.rgb)

    @property
    def normals(self) -> NDArray[np.float32] | None:
        """(N, 3) unit vectors towards the camera, 0,0,0 where unknown.

        None without ``normals=True``.
        """
        normals = self._cloud.normals
        return None if normals is None else fixed(normals)

    @property
    def index(self) -> NDArray[np.intp]:
        """(N,) ascending: row · ``grid``'s width + column of each point."""
        return fixed(self._cloud.index)

    @property
    def grid(self) -> tuple[int, int]:
        """Width and height of the grid that the points were taken from, after ``stride``."""
        return self._cloud.grid.width, self._cloud.grid.height

    @property
    def camera(self) -> Camera | None:
        """The camera of the grid before ``stride``; None for a flat cloud."""
        return self._cloud.camera

    @property
    def trust(self) -> Trust:
        """How far its distances can be relied on."""
        return self._cloud.trust

    @property
    def comments(self) -> tuple[str, ...]:
        """Lines of ASCII that a file of it carries: unit, axes, accuracy, camera, what was left."""
        return self._source.cloud_comments()

    def save(self, path: str | os.PathLike[str], *, format: str | None = None) -> Path:  # noqa: A002
        """Write the cloud to a new file and return its path.

        The format follows from the suffix (``.ply``, ``.pcd``, ``.glb``, ``.html`` …) or is one of
        the names that ``heicdepth-tui export --format`` takes for clouds and meshes; then a suffix
        that is missing is added. An OBJ comes with its MTL and JPEG files beside it. The files
        appear whole or not at all. Raises WriteError where a file of this name exists or it cannot
        be written, ExportError for a format that is unknown, holds no cloud or has another suffix.
        """
        path = Path(path)
        name = format or path.suffix.removeprefix(".").lower()
        one = FORMATS.get(name)
        if one is None or one.kind not in (Kind.CLOUD, Kind.MESH):
            known = ", ".join(n for n, f in FORMATS.items() if f.kind in (Kind.CLOUD, Kind.MESH))
            raise ExportError(
                f"no format of clouds is named {name or '(no suffix)'}",
                path=path,
                hint=f"choose from {known}",
            )
        options = replace(self._source.options, formats=(name,))
        source = replace(self._source, options=options)
        with python_hints(self._source.path):
            parts = [(output.suffix, output.write) for output in one.output_files(source)]
        (first, write), *others = parts
        usual = Path(f"x{first}").suffix
        if path.suffix.lower() not in ("", usual):
            raise ExportError(f"a file of {name} ends in {usual}, not {path.suffix}", path=path)
        parts = [(path.suffix or usual, write), *others]
        return write_new_set(path.parent, path.stem, parts, numbered=False)[0]

    def to_open3d(self) -> Any:
        """Return an ``open3d.geometry.PointCloud`` with points, colours and normals.

        Raises ExportError where the package open3d is not installed.
        """
        try:
            open3d = import_module("open3d")
        except ImportError as error:
            raise ExportError(
                "open3d is not installed", hint="install it with: pip install open3d"
            ) from error
        vectors = open3d.utility.Vector3dVector
        made = open3d.geometry.PointCloud(vectors(self.xyz.astype("float64")))
        made.colors = vectors(self.rgb / 255.0)
        if self.normals is not None:
            made.normals = vectors(self.normals.astype("float64"))
        return made

    def __len__(self) -> int:
        return len(self._cloud)

    def __repr__(self) -> str:
        return f"<PointCloud of {len(self):,} points, {self.trust.short}>"

    def _repr_html_(self) -> str:
        from heicdepth_tui.api.notebook import as_html, cloud_picture

        camera, stride = self.camera, self._source.options.cloud.stride
        facts = [
            ("points", f"{len(self):,}"),
            ("dropped", self._cloud.dropped.describe()),
            ("distances", self.trust.sentence),
        ]
        if camera is None:
            return as_html([], facts)
        facts += [("axes", self._cloud.axes.words), ("camera", camera.describe())]
        turned = self._source.opengl_cloud
        picture = ("points, turned by 25°", cloud_picture(turned, camera, stride))
        return as_html([lambda: picture], facts)
