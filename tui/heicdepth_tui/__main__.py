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
    from heicdepth_tui.ui.startup.prestart import end_unused_decoder, prestart_decoder

    prestart_decoder(sys.argv[1:])
    try:
        from heicdepth_tui.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    finally:
        end_unused_decoder()
    sys.exit(code)


if __name__ == "__main__":
    main()
