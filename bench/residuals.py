"""``python -m bench.residuals [--write] [FOLDER]...``: how far distortion coefficients agree.

A row for each photo of the folders (default: all folders in HEICDEPTH_PHOTOS) whose depth map
states lens distortion; photos of equal coefficients share one. ``--write`` puts the table between
the marks of docs/accuracy.md. Exits with 1 where no photo states any.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from math import hypot
from pathlib import Path

from heicdepth_tui.depth.distortion import lens_frame, lens_of, lens_problem, radius_after
from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.depth_facts import Calibration
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.text import printable

__all__ = ["rows", "table"]

PAGE = Path(__file__).parent.parent / "docs" / "accuracy.md"
BEGIN, END = "<!-- residuals: begin -->", "<!-- residuals: end -->"
HEADINGS = (
    "photo (camera)", "largest shift, px", "shift in the farthest corner", "residual, largest",
    "residual at 0.8 of the way to it", "the same, multiplying", "rectified?",
)  # fmt: skip


def rows(paths: list[Path]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each photo whose depth map states lens distortion."""
    seen: set[tuple[object, ...]] = set()
    for path in paths:
        try:
            header = read_header(path)
        except HeaderError:
            continue
        calibration = header.depth.calibration
        if calibration is None or calibration.distortion is None:
            continue
        key = (calibration.distortion, calibration.inverse_distortion, calibration.pixel_size_mm)
        if key not in seen:
            seen.add(key)
            yield printable(f"{path.name} ({header.camera_name})"), *_cells(calibration)


def _cells(calibration: Calibration) -> tuple[str, ...]:
    problem = lens_problem(calibration)
    if problem:
        return ("–",) * 5 + (f"no: {problem}",)
    lens = lens_of(calibration, lens_frame(calibration))
    x, y, pixel = lens.cx + 0.5, lens.cy + 0.5, lens.mm_x
    height = calibration.reference_height or 0.0
    corner = hypot(max(x, lens.reference_width - x), max(y, height - y))
    inner = 0.8 * corner
    away = radius_after(inner, lens.distorting, pixel)
    multiplied = _times(_times(inner, lens.distorting, pixel), lens.rectifying, pixel)
    return (
        f"{lens.shift_px:.2f}",
        f"{abs(radius_after(corner, lens.rectifying, pixel) - corner):.2f}",
        f"{lens.residual_px:.3f}",
        f"{abs(radius_after(away, lens.rectifying, pixel) - inner):.3f}",
        f"{abs(multiplied - inner):.3f}",
        "yes",
    )


def _times(radius: float, coefficients: tuple[float, ...], pixel_mm: float) -> float:
    """Return a radius moved by the form that multiplies, for comparison."""
    return radius * radius / radius_after(radius, coefficients, pixel_mm) if radius else 0.0


def table(paths: list[Path]) -> list[str]:
    """Return the lines of the Markdown table."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    return lines + ["| " + " | ".join(cells) + " |" for cells in rows(paths)]


def main() -> int:
    """Print the table, and write it where that is requested."""
    parser = argparse.ArgumentParser(prog="bench.residuals", description=(__doc__ or "")[:90])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md")
    options = parser.parse_args()
    photos = Path(os.environ.get("HEICDEPTH_PHOTOS", "."))
    folders = options.folders or [one for one in sorted(photos.iterdir()) if one.is_dir()]
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]
    lines = table(paths)
    print("\n".join(lines))
    if len(lines) == 2:
        print("no photo states lens distortion", file=sys.stderr)
        return 1
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        text = "\n".join([BEGIN, *lines, END])
        PAGE.write_text(before + text + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
