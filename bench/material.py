"""The material of runs: real photos, turned copies of them, folders of hard links, programs."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.figures import SkippedError

__all__ = ["Material", "environment", "program"]

_LINKS_A_FILE = 20_000
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
_XMP_END = b"</x:xmpmeta>"
_FRACTION = re.compile(rb"<rdf:li>-?\d+\.(\d{4,})(?=[<e])")
_TIME = re.compile(rb"\d{4}:\d\d:\d\d (\d\d:\d\d:\d\d)")
_IROT = b"\x00\x00\x00\x09irot"


@dataclass(frozen=True)
class Material:
    """Real photos by name, a scratch folder that is removed after the run, and how long to take."""

    scratch: Path
    quick: bool

    def repetitions(self, count: int) -> int:
        """Return how often to repeat what is repeated ``count`` times in a full run."""
        return max(3, count // 3) if self.quick else count

    @cached_property
    def _real(self) -> Path | None:
        folder = os.environ.get("HEICDEPTH_PHOTOS", "")
        return Path(folder) / "real" if folder else None

    def photo(self, name: str) -> Path:
        """Return a copy of a real photo in the scratch folder; SkippedError where it is missing."""
        source = None if self._real is None else self._real / name
        if source is None or not source.is_file():
            raise SkippedError(f"{name} is not there (HEICDEPTH_PHOTOS names the real photos)")
        copy = self.scratch / "photos" / name
        if not copy.is_file():
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, copy)
        return copy

    def turned(self, name: str) -> Path:
        """Return a copy of a photo whose picture and depth map stand on their heads.

        Phones let all pictures of a file share one ``irot`` property: two quarter turns are added
        to its one byte, so that size, layout and decoding time stay the same.
        """
        source = self.photo(name)
        copy = source.with_name(f"turned-{name}")
        if not copy.is_file():
            data = bytearray(source.read_bytes())
            at = data.find(_IROT)
            if at < 0 or data.find(_IROT, at + 1) >= 0:
                raise SkippedError(f"{name} does not share one rotation among its pictures")
            data[at + 8] ^= 2
            copy.write_bytes(data)
        return copy

    def any_photo(self) -> Path:
        """Return pug.heic, or a generated photo with depth where there is none."""
        try:
            return self.photo("pug.heic")
        except SkippedError:
            return self.generated()

    def generated(self) -> Path:
        """Return a generated photo with depth."""
        folder = self.scratch / "generated"
        if not folder.is_dir():
            from heicdepth_tui.samples.write import write_samples

            write_samples(folder)
        return folder / "IMG_0412.HEIC"

    def variants(self, photo: Path, count: int) -> list[Path]:
        """Return photos like ``photo``, each with other numbers in its lists and another time.

        Photos of one phone differ in them: what is kept of one photo must not serve for all. Behind
        their headers they are holes in the file.
        """
        data = photo.read_bytes()
        end = data.rfind(_XMP_END) + len(_XMP_END)
        if end < len(_XMP_END):
            raise SkippedError(f"{photo.name} holds no XMP")
        folder = photo.with_name(f"{photo.stem}-variants")
        folder.mkdir(exist_ok=True)
        files = [folder / f"{number:04}.heic" for number in range(count)]
        for number, file in enumerate(files):
            if not file.is_file():
                with file.open("wb") as stream:
                    stream.write(_varied(data[:end], number))
                    stream.truncate(len(data))
        return files

    def folder(self, count: int, sources: Sequence[Path]) -> Path:
        """Return a folder of ``count`` hard links IMG_000000.HEIC …, ``sources`` taking turns."""
        key = "-".join(source.stem for source in sources[:4]) + f"-of-{len(sources)}"
        folder = self.scratch / f"{count}-{key}"
        if not folder.is_dir():
            folder.mkdir()
            bases = list(sources)
            for index in range(count):
                turn, place = divmod(index, len(bases))
                if turn and turn % _LINKS_A_FILE == 0:
                    # File systems limit the number of links to a file (ext4: 65,000).
                    bases[place] = self._another(sources[place], turn // _LINKS_A_FILE)
                (folder / f"IMG_{index:06}.HEIC").hardlink_to(bases[place])
        return folder

    def _another(self, source: Path, number: int) -> Path:
        copy = source.with_name(f"{number}-{source.name}")
        if not copy.is_file():
            shutil.copyfile(source, copy)
        return copy


def _varied(header: bytes, number: int) -> bytes:
    """Return a header of the same length with other digits."""
    draw, varied = random.Random(number), bytearray(header)
    for match in _FRACTION.finditer(header):
        varied[match.end(1) - 4 : match.end(1)] = b"%04d" % draw.randrange(10_000)
    for match in _TIME.finditer(header):
        hour, minute, second = draw.randrange(24), draw.randrange(60), draw.randrange(60)
        varied[match.start(1) : match.end(1)] = b"%02d:%02d:%02d" % (hour, minute, second)
    return bytes(varied)


def program(name: str) -> str:
    """Return the name of an outside program; SkippedError where it is not installed."""
    if shutil.which(name) is None:
        raise SkippedError(f"{name} is not installed")
    return name


def environment(scratch: Path, **more: str) -> dict[str, str]:
    """Return the environment of a truecolor terminal in which the package can be imported.

    Compiled modules are kept in ``scratch``, as an installation keeps them beside the sources,
    whatever the settings here: the first start compiles, and is a warm-up.
    """
    import heicdepth_tui

    hidden = {"NO_COLOR", "FORCE_COLOR", "TEXTUAL", "CI", "LINES", "COLUMNS", _NO_BYTECODE}
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    roots = (Path(heicdepth_tui.__file__).parent.parent, Path(__file__).parent.parent)
    paths = [*map(str, roots), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return kept | {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONPYCACHEPREFIX": str(scratch / "compiled"),
        **more,
    }
