"""``python -m heicdepth_tui`` and the ``heicdepth-tui`` command."""

from __future__ import annotations

import sys

WINDOWS = (
    "heicdepth-tui: it runs on Linux and macOS; on Windows install and start it in WSL "
    "(https://learn.microsoft.com/windows/wsl)"
)


def main() -> None:
    """Run the command line and exit with its code; with 2 on Windows, where nothing works."""
    system: str = sys.platform
    if system == "win32":
        sys.stderr.write(f"{WINDOWS}\n")
        sys.exit(2)
    from heicdepth_tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
