"""The cloud of a photo as a page in the user's cache, for the browser; runs in a thread."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui._version import __version__
from heicdepth_tui.errors import GeometryError, WriteError
from heicdepth_tui.export.html import write_html
from heicdepth_tui.export.run import read_source
from heicdepth_tui.files import replace_own, safe_name

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Pixels, Request

__all__ = ["write_page"]

_KEPT = 20
"""Pages that stay in the cache, the newest."""
_STEM = 80
"""Characters of the photo's name in that of its page."""


def write_page(
    entry: Entry,
    options: ExportOptions,
    decode: Callable[[Request], Pixels],
    folder: Path | None = None,
) -> Path:
    """Return the absolute path of the page of a photo; written where the cache does not have it.

    ``folder`` None: the user's cache folder, or a new temporary one where that cannot be written.
    Raises what reading the photo and building the cloud raise, and WriteError.
    """
    options = replace(options, formats=("html",), organised=False)
    content = (__version__, entry.path, entry.size, entry.mtime_ns, options)
    digest = hashlib.sha256(repr(content).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    name = f"{safe_name(Path(entry.path).stem)[:_STEM]}-{digest}.html"
    folder = folder or _cache_folder()
    path = folder / name
    if path.is_file():
        with contextlib.suppress(OSError):
            os.utime(path)
        return path.absolute()
    source = read_source(Path(entry.path), options, decode)
    buffer = io.BytesIO()
    try:
        write_html(source, buffer)
    except GeometryError as error:
        raise error.at(source.path) from error
    return _write(folder, name, buffer.getvalue()).absolute()


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("heicdepth-tui") / "pages"


def _write(folder: Path, name: str, data: bytes) -> Path:
    try:
        with contextlib.suppress(OSError):
            # Photos are private: no other user of the machine reads their pages.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = replace_own(folder, name, data)
    except WriteError:
        path = replace_own(Path(tempfile.mkdtemp(prefix="heicdepth-tui-")), name, data)
    else:
        _prune(folder)
    return path


def _prune(folder: Path) -> None:
    """Remove all pages but the newest."""
    with contextlib.suppress(OSError):
        pages = sorted(folder.glob("*.html"), key=lambda page: page.stat().st_mtime)
        for page in pages[:-_KEPT]:
            page.unlink(missing_ok=True)
