"""Opens the app; imports no command-line parser, which plain paths do not need."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.model.options import AppOptions
from heicdepth_tui.ui.startup.prestart import end_unused_decoder, take_decoder
from heicdepth_tui.ui.terminal.capabilities import check_terminal, terminal_descriptor
from heicdepth_tui.ui.terminal.cell_size import cell_aspect_of
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from heicdepth_tui.ui.app import HeicDepthApp

__all__ = ["open_app"]

_COLOUR_SYSTEMS = {"truecolor": "truecolor", "256": "256", "16": "standard"}


def open_app(options: AppOptions, color: str = "auto") -> int:
    """Open the app and return its exit code.

    ``color`` is ``auto``, ``truecolor``, ``256``, ``16`` or ``none``. Raises TerminalError where
    the terminal cannot show the app, ConfigError where the keymap is wrong, and the error that
    made the app crash.
    """
    check_terminal()
    if color == "none":
        os.environ["NO_COLOR"] = "1"
    elif color != "auto":
        os.environ["TEXTUAL_COLOR_SYSTEM"] = _COLOUR_SYSTEMS[color]
        os.environ.pop("NO_COLOR", None)

    if options.limits != DEFAULT_LIMITS:
        # A decoder has its limits from its start on.
        end_unused_decoder()

    queried = None
    if options.graphics != "blocks":
        from heicdepth_tui.ui.startup.terminal_query import query_graphics

        queried = query_graphics(options.graphics)

    from heicdepth_tui.ui.startup.bootstrap import Bootstrap

    replied = None if queried is None else queried.cell
    aspect = cell_aspect_of(terminal_descriptor(), options.cell_aspect, replied)
    with (
        Bootstrap(options, aspect) as bootstrap,
        bootstrap.start_decoder(take_decoder()) as decoder,
    ):
        if options.keymap:
            from heicdepth_tui.ui.startup.keymap import check_keymap

            check_keymap(options.keymap)
        from heicdepth_tui.ui.app import HeicDepthApp

        app = HeicDepthApp(decoder, options, bootstrap, _begin, queried)
        result = app.run()
        if app.crash is not None:
            if app.session.entry is not None:
                app.crash.add_note(f"the photo shown: {printable_path(app.session.entry.path)}")
            raise app.crash
        return result if isinstance(result, int) else app.return_code or 0


def _begin(app: HeicDepthApp) -> None:
    """Do what has to wait until the app runs."""
    from heicdepth_tui.ui.startup.signals import end_on_signals

    end_on_signals(app.exit)
    if has("gc"):
        # What was imported and made so far lives as long as the app. A full collection of it stops
        # the event loop for 40 to 100 ms while a key is held, one of 5,000 new objects for 1 to 2
        # (20,000: 6 to 8), one of those that outlived it for 15 to 20.
        gc.freeze()
        gc.set_threshold(5_000, 200, 50)
