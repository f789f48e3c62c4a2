"""The installed size of each dependency: ``python -m bench.weights``.

Sums the files that each distribution records, compiled bytecode left out, and adds what only it
brings with it.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

__all__ = ["brought_along", "megabytes", "weight"]

DIRECT = (
    "textual",
    "rich",
    "pillow-heif",
    "pillow",
    "rich-pixels",
    "numpy",
    "pypcd4",
    "plyfile",
    "click",
    "defusedxml",
    "platformdirs",
)


def weight(name: str) -> int:
    """Return the bytes of one distribution's installed files."""
    files = distribution(name).files or []
    return sum(
        path.stat().st_size
        for path in (Path(str(file.locate())) for file in files if file.suffix != ".pyc")
        if path.is_file()
    )


def brought_along(name: str, seen: set[str]) -> list[str]:
    """Return the distributions that ``name`` requires, and theirs, which are not in ``seen``."""
    found: list[str] = []
    for requirement in distribution(name).requires or []:
        if "extra ==" in requirement:
            continue
        needed = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        if needed in seen:
            continue
        seen.add(needed)
        try:
            further = brought_along(needed, seen)
        except PackageNotFoundError:
            continue  # for another platform or Python
        found += [needed, *further]
    return found


def megabytes(count: int) -> str:
    """Return bytes as megabytes, to a tenth; what would round to less than 0.1 says so."""
    tenths = f"{count / 1e6:.1f} MB"
    return "< 0.1 MB" if count and tenths == "0.0 MB" else tenths


def main() -> None:
    """Print the table."""
    seen = set(DIRECT)
    print("| package | alone | brings | together |\n|---|---|---|---|")
    for name in DIRECT:
        more = brought_along(name, seen)
        alone, together = weight(name), weight(name) + sum(map(weight, more))
        brings = ", ".join(more) or "–"
        print(f"| {name} | {megabytes(alone)} | {brings} | {megabytes(together)} |")


if __name__ == "__main__":
    main()
