"""The app as the command starts it, with a heartbeat in its event loop that writes down its gaps.

``python -m bench.hosted TARGET [PATH]...`` runs heicdepth-tui; without PATH the minimal app. At the
end TARGET holds a JSON list of [time.monotonic(), seconds late].
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from textual.app import App

__all__ = ["PERIOD"]

PERIOD = 0.002
"""Seconds between two beats."""


async def _beat(late: list[tuple[float, float]]) -> None:
    last = time.monotonic()
    while True:
        await asyncio.sleep(PERIOD)
        now = time.monotonic()
        late.append((now, now - last - PERIOD))
        last = now


def _with_heartbeat(late: list[tuple[float, float]]) -> None:
    run = App.run_async

    async def run_async(self: App[Any], **options: Any) -> Any:
        task = asyncio.create_task(_beat(late))
        try:
            return await run(self, **options)
        finally:
            task.cancel()

    App.run_async = run_async  # type: ignore[method-assign]


def main(target: Path, arguments: list[str]) -> None:
    """Run one of the two apps and write what the heart missed."""
    late: list[tuple[float, float]] = []
    _with_heartbeat(late)
    try:
        if arguments:
            from heicdepth_tui.__main__ import main as command

            sys.argv[1:] = arguments
            command()
        else:
            from bench.minimal import Minimal

            Minimal().run()
    finally:
        target.write_text(json.dumps(late))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
