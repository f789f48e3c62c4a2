"""Take the picture of the exported page: ``python screenshots/page.py``.

Exports a generated photo as HTML and writes page.png beside this file, as headless Chromium shows
the page when it opens.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import ExportOptions
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.samples.write import write_samples
from tests.support.chromium import Chromium, ChromiumError, find_chromium

HERE = Path(__file__).parent
PHOTO = "IMG_0412.HEIC"
WIDTH, HEIGHT, DENSITY = 960, 600, 1.5
"""CSS pixels of the view, and device pixels to one of them."""


def take(page_file: Path) -> bytes:
    """Return the PNG of an exported page as it opens.

    Raises ChromiumError where the page complains or asks the network for anything.
    """
    with Chromium() as chromium:
        page = chromium.page(page_file, width=WIDTH, height=HEIGHT, scale=DENSITY)
        page.wait("document.documentElement.dataset.state === 'ready'")
        picture = page.screenshot()
        asked = [url for url in page.requests if not url.startswith(("file:", "data:"))]
        if page.complaints or asked:
            raise ChromiumError(f"the page is not clean: {[*page.complaints, *asked]}")
        return picture


def main() -> int:
    """Export the photo and take its picture; 1 without Chromium."""
    if find_chromium() is None:
        print(
            "page.png needs Chromium, and none is on the PATH: install it (apt install chromium) "
            "or set CHROMIUM to its path",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory() as scratch, Decoder.start() as decoder:
        folder = Path(scratch)
        [photo] = write_samples(folder, [PHOTO])
        [page] = export_photo(photo, ExportOptions(formats=("html",), out=folder), decoder.get)
        picture = take(page.path)
        print(f"{PHOTO}: {page.points:,} points in {page.path.stat().st_size:,} bytes of HTML")
    (HERE / "page.png").write_bytes(picture)
    print(f"page.png: {len(picture):,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
