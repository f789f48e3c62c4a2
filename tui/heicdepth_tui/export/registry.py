"""The formats a photo can be exported to, by name, in the order they are offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from heicdepth_tui.errors import ExportError
from heicdepth_tui.export import glb, npz, pcd, ply, png, tiff
from heicdepth_tui.export.subject import Exported, Part, Subject
from heicdepth_tui.files import write_new_set
from heicdepth_tui.text import printable, printable_path

__all__ = ["FORMATS", "Format", "formats_named"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on the command line, what people call it, and how it is written."""

    name: str
    suffix: str
    """Of the files it writes, e.g. ``.pcd``."""
    label: str
    description: str
    """One line: what is in it and who reads it."""
    parts: Callable[[Subject], Sequence[Part]]
    """Makes ready what will be written; raises what stands in the way before any file exists."""

    def write(self, subject: Subject, folder: Path) -> list[Exported]:
        """Write this format's files into ``folder``, all or none, never over another file.

        Raises GeometryError or ExportError where the photo or the options do not allow the format,
        DecodeError from the subject's colours, WriteError where the folder does not take the files.
        """
        parts = self.parts(subject)
        paths = write_new_set(
            folder, subject.file_stem, [(part.tail, part.write) for part in parts]
        )
        return [
            Exported(
                path, self.name, part.points, f"{printable_path(path)}: {printable(part.told)}"
            )
            for part, path in zip(parts, paths, strict=True)
        ]


def _html_parts(subject: Subject) -> tuple[Part, ...]:
    from heicdepth_tui.export.html import parts

    return parts(subject)


_ALL = (
    Format(
        "pcd", ".pcd", "PCD", "coloured points, binary: PCL, Open3D, CloudCompare", pcd.binary_parts
    ),
    Format(
        "pcd-compressed",
        ".pcd",
        "PCD compressed",
        "the same in about a quarter of the space",
        pcd.compressed_parts,
    ),
    Format("pcd-ascii", ".pcd", "PCD as text", "the same to read by eye", pcd.ascii_parts),
    Format("ply", ".ply", "PLY", "coloured points: Blender, MeshLab, CloudCompare", ply.parts),
    Format(
        "npz", ".npz", "NPZ", "codes, disparity, metres, colours and camera for numpy", npz.parts
    ),
    Format("png", ".png", "PNG", "photo, codes as stored and depth in millimetres", png.parts),
    Format("tiff", ".tiff", "TIFF", "metres as one float32 image", tiff.parts),
    Format("glb", ".glb", "GLB", "coloured points for browsers and 3D tools (glTF)", glb.parts),
    Format("html", ".html", "HTML", "one page to spin the cloud in a browser", _html_parts),
)

FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _ALL})
"""Every format by name."""


def formats_named(names: Iterable[str]) -> list[Format]:
    """Return the formats of these names, each once, in the order given.

    Raises ExportError for a name that is none, or for no name at all.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in FORMATS:
            raise ExportError(
                f"no format is named {name}", hint=f"choose from {', '.join(FORMATS)}"
            )
    if not wanted:
        raise ExportError("no format was chosen", hint=f"choose from {', '.join(FORMATS)}")
    return [FORMATS[name] for name in wanted]
