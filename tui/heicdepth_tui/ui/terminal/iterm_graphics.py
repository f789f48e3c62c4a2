"""iTerm2's protocol for inline images, which WezTerm and xterm.js (VS Code) know as well."""

from __future__ import annotations

from base64 import b64encode

from heicdepth_tui.ui.model.graphics import EncodedImage

__all__ = ["inline_image"]


def inline_image(image: EncodedImage, column: int, row: int) -> str:
    """Return the sequence that draws an image over the cells from (column, row) on, from 0.

    The cursor goes back to where it was.
    """
    size = f"width={image.fit.cols};height={image.fit.rows};preserveAspectRatio=0"
    payload = b64encode(image.data).decode("ascii")
    file = f"inline=1;size={len(image.data)};{size};doNotMoveCursor=1:{payload}"
    return f"\x1b7\x1b[{row + 1};{column + 1}H\x1b]1337;File={file}\x07\x1b8"
