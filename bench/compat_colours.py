"""The colours other programs show for a photo in Display P3, beside its own numbers as sRGB."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.export.options import ColourValues
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.heif.colour import DISPLAY_P3
from tests.support import colour as by_hand
from tests.support.chromium import Chromium, ChromiumError, find_chromium

__all__ = ["ColourReport", "compare_pictures", "srgb8"]

Array = NDArray[Any]

_FARTHEST = 1.0
"""Levels between what a program shows and the conversion by hand: rounding here and there."""


def srgb8(linear: Array) -> Array:
    """Return linear colours 0..1 as sRGB 0..255 (IEC 61966-2-1)."""
    low, high = 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    return np.asarray(np.rint(255 * np.where(linear <= 0.0031308, low, high)), np.int64)


def as_srgb(stored: Array) -> Array:
    """Return Display P3 levels (N, 3) as sRGB levels, not rounded: float64, exact matrix."""
    return by_hand.converted_by_hand(stored, by_hand.DISPLAY_P3, by_hand.srgb_linear)


@dataclass
class ColourReport:
    """Lines of the table; none for a photo that is not in Display P3."""

    source: ExportSource
    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    good: bool = True

    def __post_init__(self) -> None:
        """Convert the cloud's colours by hand and choose the point that this changes most."""
        source = self.source
        photo = source.colours(source.cloud_size, True)
        self.is_p3 = photo.space == DISPLAY_P3
        self.stored = photo.rgb.reshape(-1, 3)[source.cloud.index].astype(np.int64)
        self.true = as_srgb(self.stored)
        changes = np.abs(self.true - self.stored).max(axis=1)
        self.point = int(changes.argmax())

    def compare(self, what: str, reader: str, colours: Array, *, is_linear: bool = False) -> None:
        """Add a line for the colours (N, 3) 0..255 of all points as somebody reads them.

        ``is_linear`` says that they are 8 bits of linear light.
        """
        if not self.is_p3 or colours.shape != self.stored.shape:
            return
        true, stored, read = self.true, self.stored, np.asarray(colours, float)
        if is_linear:
            true, stored = (255 * by_hand.srgb_linear(one / 255) for one in (true, stored))
        shown = read[self.point]
        if is_linear:
            shown = srgb8(shown / 255)
        off, beside = np.abs(read - true), np.abs(read - stored)
        self.good &= bool(off.max() <= _FARTHEST + 0.5)
        unit = " of linear light" if is_linear else ""
        self.rows.append(
            (
                what,
                reader,
                " ".join(str(int(level)) for level in shown),
                f"{off.max():.2f}{unit}",
                f"{beside.max():.0f}{unit}",
            )
        )

    def lines(self) -> Iterator[str]:
        """Yield the Markdown lines of the table and what it means."""
        if not self.rows:
            return
        stored, true = self.stored[self.point], np.rint(self.true[self.point]).astype(int)
        yield "## Colours of a photo in Display P3"
        yield ""
        yield (
            "The photo's own numbers were converted to sRGB by hand, in float64 with the exact "
            "matrix. Of each program: the colour of the point that the conversion changes most "
            f"({' '.join(map(str, stored))} in Display P3, {' '.join(map(str, true))} in sRGB), "
            "and the largest difference of all points, in levels of 255, from the conversion by "
            "hand and from the numbers as decoded."
        )
        yield ""
        yield "| what | read by | that point | from sRGB by hand | from the numbers as decoded |"
        yield "|---|---|---:|---:|---:|"
        for row in self.rows:
            yield f"| {' | '.join(row)} |"


def compare_pictures(report: ColourReport, folder: Path, skipped: list[str]) -> None:
    """Have Chromium draw the photo's PNG and exiftool say which colour space it states.

    Both the PNG in sRGB and that with the numbers as decoded and the photo's profile.
    """
    if not report.is_p3:
        return
    source = report.source
    stored = replace(source, options=replace(source.options, colours=ColourValues.STORED))
    paths = {
        "PNG": FORMATS["png"].write(source, folder / "png")[0].path,
        "PNG, `--colors stored`": FORMATS["png"].write(stored, folder / "png-stored")[0].path,
    }
    if find_chromium() is None:
        skipped.append("Chromium: not installed")
    else:
        try:
            _draw(report, paths)
        except ChromiumError as error:
            skipped.append(f"Chromium: {error}")
    if shutil.which("exiftool") is None:
        skipped.append("exiftool: not installed")
        return
    version = _exiftool("-ver").strip()
    for what, path in paths.items():
        tags = json.loads(_exiftool("-json", "-SRGBRendering", "-ProfileDescription", str(path)))[0]
        tags.pop("SourceFile")
        said = "; ".join(f"{name}: {value}" for name, value in tags.items()) or "nothing"
        report.rows.append((what, f"exiftool {version}", said, "–", "–"))


def _draw(report: ColourReport, paths: dict[str, Path]) -> None:
    index, size = report.source.cloud.index, report.source.size
    if report.source.cloud_size != size or report.source.cloud.grid != size:
        return
    with Chromium() as browser:
        page = browser.page("about:blank")
        for what, path in paths.items():
            data = base64.b64encode(path.read_bytes()).decode()
            drawn = page.evaluate(
                f"""(async () => {{
                  const image = new Image();
                  image.src = 'data:image/png;base64,{data}';
                  await image.decode();
                  const canvas = new OffscreenCanvas({size.width}, {size.height});
                  const context = canvas.getContext('2d');
                  context.drawImage(image, 0, 0);
                  const {{ data }} = context.getImageData(0, 0, {size.width}, {size.height});
                  let text = '';
                  for (let at = 0; at < data.length; at += 4096)
                    text += String.fromCharCode(...data.subarray(at, at + 4096));
                  return btoa(text);
                }})()"""
            )
            pixels = np.frombuffer(base64.b64decode(drawn), np.uint8).reshape(-1, 4)
            report.compare(what, f"{browser.version}, sRGB canvas", pixels[index, :3])


def _exiftool(*arguments: str) -> str:
    done = subprocess.run(
        ["exiftool", *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout
