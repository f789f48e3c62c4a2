"""Records where the event loop's time goes, from the start or from a key, by the app's methods.

``python -m bench.timeline [--key KEY] [--least MS] PATH...`` runs the real command in a
pseudo-terminal with every method of heicdepth_tui.ui, the heavy ones of Textual and the collector
of cycles timed, and prints those that took longer than ``--least``, nested, in ms since the key or
the start, and when bytes were seen. Timing costs something, and Textual is imported before
the command begins: compare parts, not totals.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import inspect
import json
import pkgutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.starting import open_app
from bench.terminal import Chunk

__all__ = ["main"]

_TEXTUAL = {
    "textual.screen.Screen": ("_refresh_layout", "_compositor_refresh", "_on_timer_update"),
    "textual._compositor.Compositor": ("reflow", "render_update"),
    "textual.css.stylesheet.Stylesheet": ("parse", "update_nodes"),
    "textual.app.App": ("_display", "_load_event"),
    "textual.widgets.Footer": ("compose", "bindings_changed"),
    "textual.drivers.linux_driver.LinuxDriver": ("write", "start_application_mode"),
}
_BURST_GAP = 0.004

Event = tuple[float, float, str]
"""Start (``time.monotonic``), seconds, what."""


def _timed(events: list[Event], owner: type, name: str) -> None:
    function = vars(owner).get(name) or getattr(owner, name, None)
    if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
        return

    @functools.wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        start = time.monotonic()
        try:
            return function(*arguments, **named)
        finally:
            events.append((start, time.monotonic() - start, f"{owner.__name__}.{name}"))

    # Messages find their handlers by what @on has left on the function.
    setattr(owner, name, run)


def _time_everything(events: list[Event]) -> None:
    import heicdepth_tui.ui

    start = time.monotonic()
    for module in pkgutil.walk_packages(heicdepth_tui.ui.__path__, "heicdepth_tui.ui."):
        found = importlib.import_module(module.name)
        for owner in vars(found).values():
            if inspect.isclass(owner) and owner.__module__ == module.name:
                for name in list(vars(owner)):
                    if not name.startswith("__"):
                        _timed(events, owner, name)
    for path, names in _TEXTUAL.items():
        place, _, owner_name = path.rpartition(".")
        owner = getattr(importlib.import_module(place), owner_name)
        for name in names:
            _timed(events, owner, name)
    events.append((start, time.monotonic() - start, "(imports, and putting the timers in)"))
    began = [0.0]

    def collected(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            began[0] = time.monotonic()
        else:
            what = f"collector, generation {info['generation']}: {info['collected']} objects"
            events.append((began[0], time.monotonic() - began[0], what))

    gc.callbacks.append(collected)


def _host(target: Path, arguments: list[str]) -> None:
    from textual.app import App

    from heicdepth_tui.__main__ import main as command

    events: list[Event] = []
    run = App.run

    def traced(self: App[Any], **options: Any) -> Any:
        _time_everything(events)
        return run(self, **options)

    App.run = traced  # type: ignore[method-assign]
    sys.argv[1:] = arguments
    try:
        command()
    finally:
        target.write_text(json.dumps(events))


def _print(events: list[Event], since: float, until: float, least: float) -> None:
    """Print what took ``least`` seconds or more, and every event without a duration, nested."""
    open_until: list[float] = []
    for start, seconds, what in sorted(events):
        if not since - 0.002 <= start <= until or 0 < seconds < least:
            continue
        while open_until and open_until[-1] < start:
            open_until.pop()
        took = f"{seconds * 1000:+8.1f}" if seconds else " " * 8
        print(f"{(start - since) * 1000:8.1f} {took}  {'  ' * len(open_until)}{what}")
        if seconds:
            open_until.append(start + seconds)


def _bursts(chunks: list[Chunk]) -> list[Event]:
    """Return the ends of what was written without a pause, as events without a duration."""
    ends: list[Event] = []
    size = 0
    for index, (seen, data) in enumerate(chunks):
        size += len(data)
        if index + 1 == len(chunks) or chunks[index + 1][0] - seen > _BURST_GAP:
            ends.append((seen, 0.0, f"── {size:,} bytes seen"))
            size = 0
    return ends


def main() -> None:
    """Trace the command and print the timeline."""
    if sys.argv[1:2] == ["--host"]:
        _host(Path(sys.argv[2]), sys.argv[3:])
        return
    parser = argparse.ArgumentParser(
        prog="bench.timeline", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--key", help="from the fourth press of this key instead of the start")
    parser.add_argument("--least", type=float, default=2.0, metavar="MS")
    parser.add_argument("paths", nargs="+", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heicdepth-timeline-") as name:
        scratch = Path(name)
        target = scratch / "events.json"
        command = (sys.executable, "-m", "bench.timeline", "--host", str(target))
        paths = [path.absolute() for path in options.paths]
        for turn in range(2):  # the first one compiles
            with open_app(*paths, scratch=scratch, command=command) as terminal:
                since = terminal.started
                terminal.settle(limit=120)
                for _ in range(4 if options.key and turn else 0):
                    terminal.chunks.clear()
                    since = terminal.send(options.key.encode())
                    terminal.settle()
                chunks, until = list(terminal.chunks), terminal.last_byte
                terminal.send(b"q")
                terminal.wait_end(60)
        events: list[Event] = [tuple(event) for event in json.loads(target.read_text())]
    _print(events + _bursts(chunks), since, until + 0.01, options.least / 1000)


if __name__ == "__main__":
    main()
