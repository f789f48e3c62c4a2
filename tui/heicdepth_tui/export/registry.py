"""The export formats by name, in the order in which they are offered.

To add a format, write a module of this package with a function ``(ExportSource) -> sequence of
OutputFile`` and add an entry to ``_ALL`` that names both. Command line, dialog, saved options and
the size to expect follow from the entry. Importing this module imports no format and no numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.options import FORMAT_FIELD, Exported, ExportOptions, format_stem
from heicdepth_tui.text import printable, printable_path

if TYPE_CHECKING:
    from heicdepth_tui.export.source import OutputFile, PhotoSource

__all__ = ["FORMATS", "Bytes", "Format", "Kind", "formats_named", "planned", "write_outputs"]


class Kind(Enum):
    """The contents of a format: they decide which options have an effect on it."""

    CLOUD = "cloud"
    """Points by ``ExportOptions.cloud``."""
    MESH = "mesh"
    """A surface through the samples that a cloud would have."""
    STEREO = "stereo"
    """The photo as two eyes see it, by the distances of the depth map."""
    RASTER = "raster"
    """Samples of the depth map in rows and columns."""
    PICTURE = "picture"
    """Pictures that hold no distances."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """The bytes of a format's files to expect, exact where binary, else measured on two photos."""

    a_point: float = 0
    a_normal: float = 0
    """Further bytes a point where the cloud has normals."""
    a_sample: float = 0
    """For each sample of the depth map as stored."""
    a_pixel_of_grid: float = 0
    """For each sample of the depth raster, which may be raised."""
    a_pixel: float = 0
    """For each pixel of the photo."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name on the command line, its usual name, and how its files are made."""

    name: str
    label: str
    description: str
    """One line: contents, and programs that read it."""
    maker: str
    """``module.function`` in this package: prepares the files from an ExportSource.

    Raises GeometryError or ExportError before any file exists."""
    kind: Kind
    bytes: Bytes
    package: str = ""
    """The package that writes it and is imported late, e.g. ``pypcd4.pypcd4``."""
    requirement: str = ""
    """``module.function`` in this package: raises MissingExtraError where the package is not
    installed. Empty for packages that are always there."""
    needs_depth: bool = True
    """False: the maker takes a PhotoSource, of a photo with or without a depth map."""

    def load(self) -> None:
        """Import the module that makes the files and its package, where that is installed.

        Otherwise both are imported when the files are made.
        """
        import_module(f"heicdepth_tui.export.{self.maker.partition('.')[0]}")
        if self.package:
            with suppress(ImportError):
                import_module(self.package)

    def require(self) -> None:
        """Raise MissingExtraError where a package that makes the files is not installed."""
        if self.requirement:
            _named(self.requirement)()

    def output_files(self, source: PhotoSource) -> Sequence[OutputFile]:
        """Prepare the files; raises GeometryError or ExportError before any file exists."""
        made: Sequence[OutputFile] = _named(self.maker)(source)
        return made

    def write(self, source: PhotoSource, folder: Path) -> list[Exported]:
        """Write this format's files into ``folder``, all or none, never over another file.

        Raises GeometryError or ExportError where the photo or the options do not allow the format,
        DecodeError from the source's colours, WriteError where the files cannot be written.
        """
        return write_outputs(self.output_files(source), self.name, source.file_stem, folder)


def _named(name: str) -> Callable[..., Any]:
    """Return a function of this package by ``module.function``."""
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"heicdepth_tui.export.{module}"), function)
    return found


def write_outputs(
    outputs: Sequence[OutputFile], name: str, stem: str, folder: Path
) -> list[Exported]:
    """Write the files of one format, or the new folder that holds all of them; all or none.

    ``name`` is the format's, or a camera file's as in ``Exported``; it takes the place of
    ``{format}`` in ``stem``, and is not repeated by the suffix. Raises WriteError where they cannot
    be written.
    """
    from heicdepth_tui.files import write_new_folder, write_new_set

    repeated = (
        _repeated(name, [output.suffix for output in outputs]) if FORMAT_FIELD in stem else ""
    )
    stem = format_stem(stem, name)
    parts = [(output.suffix.removeprefix(repeated), output.write) for output in outputs]
    directory, has_folder, _ = parts[0][0].partition("/")
    if has_folder:
        inside = [(suffix.removeprefix(f"{directory}/"), write) for suffix, write in parts]
        paths = write_new_folder(folder, stem, directory, inside)
    else:
        paths = write_new_set(folder, stem, parts)
    return [
        Exported(path, name, output.points, _summary_line(path, output))
        for output, path in zip(outputs, paths, strict=True)
    ]


def _repeated(name: str, suffixes: Sequence[str]) -> str:
    """Return the start of all suffixes that says what the name's end says, e.g. ``-compressed``."""
    word = f"-{name.rpartition('-')[2]}"
    ends = (f"{word}.", f"{word}/")
    return word if all(suffix.startswith(ends) for suffix in suffixes) else ""


def _summary_line(path: Path, output: OutputFile) -> str:
    return f"{printable_path(path)}: {printable(output.summary)}"


_ALL = (
    Format(
        "pcd",
        "PCD",
        "coloured points, binary: PCL, Open3D, CloudCompare",
        "pcd.binary_files",
        Kind.CLOUD,
        Bytes(a_point=16, a_normal=12),
    ),
    Format(
        "pcd-compressed",
        "PCD compressed",
        "the same in about a quarter of the space",
        "pcd.compressed_files",
        Kind.CLOUD,
        Bytes(a_point=5.2, a_normal=3.6),
        package="pypcd4.pypcd4",
    ),
    Format(
        "pcd-ascii",
        "PCD as text",
        "the same to read by eye",
        "pcd.ascii_files",
        Kind.CLOUD,
        Bytes(a_point=50, a_normal=40),
        package="pypcd4.pypcd4",
    ),
    Format(
        "ply",
        "PLY",
        "coloured points: Blender, MeshLab, CloudCompare",
        "ply.output_files",
        Kind.CLOUD,
        Bytes(a_point=15, a_normal=12),
        package="plyfile",
    ),
    Format(
        "npz",
        "NPZ",
        "codes, disparity, metres, colours and camera for numpy",
        "npz.output_files",
        Kind.RASTER,
        Bytes(a_sample=11.1, a_pixel_of_grid=11),
    ),
    Format(
        "png",
        "PNG",
        "photo, codes as stored and depth in millimetres",
        "png.output_files",
        Kind.RASTER,
        Bytes(a_sample=0.2, a_pixel_of_grid=1.8),
    ),
    Format(
        "tiff",
        "TIFF",
        "metres as one float32 image",
        "tiff.output_files",
        Kind.RASTER,
        Bytes(a_pixel_of_grid=4.1),
    ),
    Format(
        "exr",
        "EXR",
        "linear colours, Z, disparity and mattes; extra [exr]",
        "exr.output_files",
        Kind.RASTER,
        Bytes(a_pixel_of_grid=9.5),
        package="OpenEXR",
        requirement="exr.openexr",
    ),
    Format(
        "layers",
        "other pictures",
        "mattes, gain map, thumbnails and both eyes as PNG",
        "layers_png.output_files",
        Kind.PICTURE,
        Bytes(a_pixel=0.1),
        needs_depth=False,
    ),
    Format(
        "rgbd",
        "RGBD folder",
        "colour, depth in mm and camera: Open3D, nerfstudio",
        "rgbd.output_files",
        Kind.RASTER,
        Bytes(a_pixel_of_grid=2.9),
    ),
    Format(
        "glb",
        "GLB",
        "coloured points for browsers and 3D tools (glTF)",
        "glb.output_files",
        Kind.CLOUD,
        Bytes(a_point=24, a_normal=12),
    ),
    Format(
        "html",
        "HTML",
        "one page to spin the cloud in a browser",
        "html.output_files",
        Kind.CLOUD,
        Bytes(a_point=1.7),
    ),
    Format(
        "glb-mesh",
        "GLB mesh",
        "surface with the photo on it: Blender, browsers (glTF)",
        "mesh.glb_files",
        Kind.MESH,
        Bytes(a_point=44.7, a_normal=12, a_pixel=0.04),
    ),
    Format(
        "obj",
        "OBJ",
        "surface with the photo on it: mesh, material and JPEG",
        "obj.output_files",
        Kind.MESH,
        Bytes(a_point=136, a_normal=67, a_pixel=0.04),
    ),
    Format(
        "sbs",
        "side by side",
        "two eyes in one picture: headsets, stereo viewers",
        "stereo.side_by_side",
        Kind.STEREO,
        Bytes(a_sample=1.9),
    ),
    Format(
        "left-right",
        "left and right",
        "two eyes as two pictures",
        "stereo.left_and_right",
        Kind.STEREO,
        Bytes(a_sample=1.9),
    ),
    Format(
        "anaglyph",
        "anaglyph",
        "two eyes in one picture for red and cyan glasses",
        "stereo.red_and_cyan",
        Kind.STEREO,
        Bytes(a_sample=4.9),
    ),
    Format(
        "wiggle",
        "wiggle",
        "animated GIF that goes to and fro between two eyes",
        "stereo.wiggle",
        Kind.STEREO,
        Bytes(a_sample=4),
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _ALL})
"""Every format by name."""


def planned(options: ExportOptions) -> set[str]:
    """Return the names that the files of an export have as ``Exported.format``."""
    return {*options.formats, *(f"camera-{tool.value}" for tool in options.camera_files)}


def formats_named(names: Iterable[str]) -> list[Format]:
    """Return the formats of these names, each once, in the order given.

    Raises ExportError for an unknown name, and where ``names`` is empty.
    """
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        if name not in FORMATS:
            raise ExportError(
                f"no format is named {name}", hint=f"choose from {', '.join(FORMATS)}"
            )
    if not chosen:
        raise ExportError("no format was chosen", hint=f"choose from {', '.join(FORMATS)}")
    return [FORMATS[name] for name in chosen]
