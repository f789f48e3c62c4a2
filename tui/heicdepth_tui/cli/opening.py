"""Opens the app; kept free of the command-line parser, which plain paths do not need."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.cli.early import early_decoder
from heicdepth_tui.errors import TerminalError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.app import AppOptions
    from heicdepth_tui.ui.start import FirstLook

__all__ = ["check_encoding", "open_app", "tell_crash"]

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

    Raises TerminalError where the terminal cannot carry it.
    """
    _check_terminal()
    if color == "none":
        os.environ["NO_COLOR"] = "1"
    elif color != "auto":
        os.environ["TEXTUAL_COLOR_SYSTEM"] = _COLOURS[color]
        os.environ.pop("NO_COLOR", None)

    # Textual writes changes at most so often: at its 60 a second a picture that is ready waits up
    # to 17 ms, and nothing is written where nothing changes.
    os.environ.setdefault("TEXTUAL_FPS", "120")

    from heicdepth_tui.ui.start import FirstLook

    with (
        FirstLook(paths, recursive=recursive, theme=theme, limits=limits, title=title) as first,
        first.start_decoder(early_decoder()) as decoder,
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
        return _run_app(decoder, first, options)


def _run_app(decoder: Decoder, first: FirstLook, options: AppOptions) -> int:
    from heicdepth_tui.ui.app import HeicDepthApp

    app = HeicDepthApp(decoder, options, first)
    result = app.run()
    if app.crash is not None:
        inspector = app.browse.inspector
        return tell_crash(app.crash, "" if inspector is None else inspector.entry.path)
    return result if isinstance(result, int) else app.return_code or 0


def tell_crash(error: BaseException, photo: str = "") -> int:
    """Report an error of the program on stderr, keep its traceback, and return the exit code."""
    from platformdirs import user_state_path

    from heicdepth_tui.crash import crash_report

    print(crash_report(error, user_state_path("heicdepth-tui"), photo), file=sys.stderr)  # noqa: T201
    return 1


def _check_terminal() -> None:
    if os.environ.get("TERM", "") in ("dumb", ""):
        raise TerminalError(
            "this terminal (TERM=dumb or unset) cannot show a full-screen app",
            hint="use heicdepth-tui info PATH for plain tables",
        )
    check_encoding()
    if not sys.stdin.isatty():
        raise TerminalError(
            "standard input is no terminal, so no key could reach the app",
            hint="use heicdepth-tui info PATH for plain tables",
        )


def check_encoding() -> None:
    """Raise TerminalError where the output stream cannot carry block characters."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "▀▄█".encode(encoding)
    except (UnicodeEncodeError, LookupError) as error:
        raise TerminalError(
            f"this terminal's encoding ({encoding}) cannot carry the block characters of pictures",
            hint="set a UTF-8 locale, e.g. LC_ALL=C.UTF-8, or use heicdepth-tui info PATH",
        ) from error
