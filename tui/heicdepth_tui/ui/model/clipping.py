"""Text cut or broken to a number of cells; nothing of Textual."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

__all__ = ["clip", "clip_end", "wrap_cells"]


def clip(text: str, cells: int) -> str:
    """Return ``text`` exactly ``cells`` wide: padded, or cut in the middle with an ellipsis."""
    width = cell_len(text)
    if width <= cells:
        return text + " " * (cells - width)
    if cells <= 1:
        return "…"[:cells]
    tail = min(len(text), (cells - 1) // 2)
    end = text[-tail:] if tail else ""
    while cell_len(end) > (cells - 1) // 2:
        end = end[1:]
    return set_cell_size(text, cells - 1 - cell_len(end)) + "…" + end


def clip_end(text: str, cells: int) -> str:
    """Return ``text`` exactly ``cells`` wide: padded, or its end cut off with an ellipsis."""
    if cell_len(text) > cells > 0:
        text = set_cell_size(text, cells - 1).rstrip() + "…"
    return set_cell_size(text, cells)


def wrap_cells(text: str, cells: int) -> list[str]:
    """Return ``text`` in lines of at most ``cells`` cells, broken at blanks where it can be."""
    lines = []
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            joined = f"{line} {word}" if line else word
            if cell_len(joined) <= cells:
                line = joined
                continue
            if line:
                lines.append(line)
            line = word
            while cell_len(line) > cells:
                head = set_cell_size(line, cells).rstrip() or line[:1]
                lines.append(head)
                line = line[len(head) :]
        lines.append(line)
    return lines
