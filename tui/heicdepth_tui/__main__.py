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
    import gc

    from heicdepth_tui.cli import run

    code = run(sys.argv[1:])
    # The collections at the end of Python skip what lives until then: 15 ms after an export.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
