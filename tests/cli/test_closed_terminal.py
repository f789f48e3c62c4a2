"""A terminal that is closed without SIGHUP: the app is not the foreground of its session."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

ALTERNATE_SCREEN = b"\x1b[?1049h"
SECONDS = 30


def test_a_terminal_closed_without_a_signal_ends_the_app(sample_folder: Path) -> None:
    ours, theirs = pty.openpty()
    # A session of its own whose terminal was opened before: it is nobody's controlling terminal.
    app = subprocess.Popen(
        [sys.executable, "-m", "heicdepth_tui", str(sample_folder)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=dict(os.environ, TERM="xterm-256color"),
    )
    os.close(theirs)
    try:
        seen = b""
        while ALTERNATE_SCREEN not in seen or b"metadata" not in seen:
            assert select.select([ours], [], [], SECONDS)[0], "the app paints its screen"
            seen += os.read(ours, 65536)
    finally:
        os.close(ours)
    try:
        assert app.wait(SECONDS) == 128 + signal.SIGHUP
    finally:
        app.kill()
