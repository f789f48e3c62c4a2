"""Opens the app; imports no command-line parser, which plain paths do not need."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.ui.startup.prestart import take_decoder
from heicdepth_tui.ui.startup.signals import end_on_signals
from heicdepth_tui.ui.terminal.capabilities import check_terminal
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.app import AppOptions
    from heicdepth_tui.ui.startup.bootstrap import Bootstrap

__all__ = ["open_app", "report_crash"]

_COLOURS = {"truecolor": "truecolor", "256": "256", "16": "standard"}


def open_app(
    paths: tuple[Path, ...],
    *,
    recursive: bool = False,
    out: Path = Path(),
    projection: str = "perspective",
    color: str = "auto",
    theme: str = "dark",
    limits: Limits = DEFAULT_LIMITS,
    title: str = "",
) -> int:
    """Open the app on these paths and return its exit code.

    Raises TerminalError where the terminal cannot show it.
    """
    check_terminal()
    if color == "none":
        os.environ["NO_COLOR"] = "1"
    elif color != "auto":
        os.environ["TEXTUAL_COLOR_SYSTEM"] = _COLOURS[color]
        os.environ.pop("NO_COLOR", None)

    # Textual writes changes 60 times a second at most by default: an image then waits up to 17 ms.
    if has("fps"):
        os.environ.setdefault("TEXTUAL_FPS", "120")

    from heicdepth_tui.ui.startup.bootstrap import Bootstrap

    with (
        Bootstrap(paths, recursive=recursive, theme=theme, limits=limits, title=title) as bootstrap,
        bootstrap.start_decoder(take_decoder()) as decoder,
    ):
        from heicdepth_tui.ui.app import AppOptions

        options = AppOptions(
            paths=paths,
            recursive=recursive,
            theme=theme,
            out=out,
            projection=projection,
            limits=limits,
            title=title,
        )
        return _run_app(decoder, bootstrap, options)


def _run_app(decoder: Decoder, bootstrap: Bootstrap, options: AppOptions) -> int:
    from heicdepth_tui.ui.app import HeicDepthApp

    app = HeicDepthApp(decoder, options, bootstrap, lambda app: end_on_signals(app.exit))
    result = app.run()
    if app.crash is not None:
        entry = app.session.entry
        return report_crash(app.crash, "" if entry is None else entry.path)
    return result if isinstance(result, int) else app.return_code or 0


def report_crash(error: BaseException, photo: str = "") -> int:
    """Report an error of the program on stderr, keep its traceback, and return the exit code."""
    from platformdirs import user_state_path

    from heicdepth_tui.crash import crash_report

    print(crash_report(error, user_state_path("heicdepth-tui"), photo), file=sys.stderr)  # noqa: T201
    return 1
