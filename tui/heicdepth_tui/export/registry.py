"""The export formats by name, in the order in which they are offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from heicdepth_tui.errors import ExportError
from heicdepth_tui.export import glb, npz, pcd, ply, png, tiff
from heicdepth_tui.export.source import Exported, ExportSource, OutputFile
from heicdepth_tui.files import write_new_set
from heicdepth_tui.text import printable, printable_path

__all__ = ["FORMATS", "Format", "formats_named"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name on the command line, its usual name, and how its files are made."""

    name: str
    label: str
    description: str
    """One line: contents, and programs that read it."""
    output_files: Callable[[ExportSource], Sequence[OutputFile]]
    """Prepares the files; raises GeometryError or ExportError before any file exists."""

    def write(self, source: ExportSource, folder: Path) -> list[Exported]:
        """Write this format's files into ``folder``, all or none, never over another file.

        Raises GeometryError or ExportError where the photo or the options do not allow the format,
        DecodeError from the source's colours, WriteError where the files cannot be written.
        """
        outputs = self.output_files(source)
        paths = write_new_set(
            folder, source.file_stem, [(output.suffix, output.write) for output in outputs]
        )
        return [
            Exported(path, self.name, output.points, _summary_line(path, output))
            for output, path in zip(outputs, paths, strict=True)
        ]


def _summary_line(path: Path, output: OutputFile) -> str:
    return f"{printable_path(path)}: {printable(output.summary)}"


def _html_files(source: ExportSource) -> tuple[OutputFile, ...]:
    from heicdepth_tui.export.html import output_files

    return output_files(source)


_ALL = (
    Format("pcd", "PCD", "coloured points, binary: PCL, Open3D, CloudCompare", pcd.binary_files),
    Format(
        "pcd-compressed",
        "PCD compressed",
        "the same in about a quarter of the space",
        pcd.compressed_files,
    ),
    Format("pcd-ascii", "PCD as text", "the same to read by eye", pcd.ascii_files),
    Format("ply", "PLY", "coloured points: Blender, MeshLab, CloudCompare", ply.output_files),
    Format(
        "npz",
        "NPZ",
        "codes, disparity, metres, colours and camera for numpy",
        npz.output_files,
    ),
    Format("png", "PNG", "photo, codes as stored and depth in millimetres", png.output_files),
    Format("tiff", "TIFF", "metres as one float32 image", tiff.output_files),
    Format("glb", "GLB", "coloured points for browsers and 3D tools (glTF)", glb.output_files),
    Format("html", "HTML", "one page to spin the cloud in a browser", _html_files),
)

FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _ALL})
"""Every format by name."""


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
