"""The decoder process: requests from stdin, pixels to stdout, the most urgent first."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from heicdepth_tui.draw.rendering import Rendered, RenderSpec
from heicdepth_tui.errors import DecodeError
from heicdepth_tui.photo.answer_writer import AnswerWriter, report
from heicdepth_tui.photo.layers import Answer, Pixels, Request
from heicdepth_tui.photo.protocol import (
    FrameReader,
    request_from_head,
)
from heicdepth_tui.photo.schedule import Job, JobQueue
from heicdepth_tui.photo.threads import limit_threads
from heicdepth_tui.system import (
    CAN_LIMIT_MEMORY,
    IS_LINUX,
    keep_freed_memory,
    set_malloc_option,
)

__all__ = ["main", "serve", "work"]

_PIPE_SIZE = 1 << 20
_M_ARENA_MAX, _ARENAS = -8, 2
"""glibc's malloc.h."""


def main() -> None:
    """Run the decoder process.

    Its arguments are the memory cap in bytes (0: none), the limit of pixels (0: the default), and
    how many threads decode at a time (0: by the number of cores).
    """
    memory_cap, limit_pixels, threads = (*map(int, sys.argv[1:4]), 0, 0, 0)[:3]
    work(memory_cap, limit_pixels, threads)


def work(memory_cap: int, limit_pixels: int, threads: int = 0) -> None:
    """Run as the decoder process; the arguments are those of ``main``.

    Ends when stdin does: the app has ended.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Collecting garbage among the imported modules would only delay the first picture.
    gc.disable()
    sys.setswitchinterval(0.001)
    _limit_resources(memory_cap)
    limit_threads(threads)
    if threads:
        keep_freed_memory()
    output = _take_stdout()
    jobs = JobQueue()
    threading.Thread(target=_listen, args=(jobs,), name="requests", daemon=True).start()
    serve(jobs, output, limit_pixels)


def serve(jobs: JobQueue, output: int, limit_pixels: int = 0) -> None:
    """Run the jobs without end, writing frames to the file descriptor ``output``.

    A job gives up the processor between tiles: a more urgent one goes first, a dropped one ends.
    """
    # Requests are being read meanwhile; numpy and pillow-heif take 90 ms to import.
    from heicdepth_tui.heif.limits import DEFAULT_LIMITS
    from heicdepth_tui.photo.decode import steps
    from heicdepth_tui.photo.decoded_cache import DecodedCache

    limits = replace(DEFAULT_LIMITS, pixels=limit_pixels) if limit_pixels else DEFAULT_LIMITS
    _limit_arenas()
    gc.freeze()
    gc.enable()
    writer = AnswerWriter(output, _render)
    writer.send_message({"type": "ready"})
    cache = DecodedCache()
    last: Job | None = None
    while True:
        job = jobs.choose()
        if jobs.is_dropped(job):
            _close(job)
            jobs.finish(job)
            writer.send_message({"type": "dropped", "ticket": job.request.ticket})
            continue
        if job is not last:
            writer.send_message({"type": "started", "ticket": job.request.ticket})
            last = job
        if job.steps is None:
            job.steps = _guarded(job.request, steps(job.request, limits=limits, cache=cache))
        answer = next(job.steps)
        if answer is None or (not answer.final and jobs.is_dropped(job)):
            continue
        if answer.final:
            _close(job)
            jobs.finish(job)
        writer.put(answer)


def _render(pixels: Pixels, spec: RenderSpec) -> Rendered:
    # Imported by the first request of the app; those of exports render nothing.
    from heicdepth_tui.photo.rendering import render_layer

    return render_layer(pixels, spec)


def _close(job: Job) -> None:
    if job.steps is not None:
        job.steps.close()
        job.steps = None


def _guarded(request: Request, steps: Generator[Answer | None]) -> Generator[Answer | None]:
    """Pass the steps on; an exception becomes the answer of its photo."""
    try:
        yield from steps
    except Exception as error:  # noqa: BLE001  a defect of ours must cost one photo, not all of them
        report()
        what = f"an unexpected {type(error).__name__} while decoding: {error}"
        yield Answer(request, error=DecodeError(what, path=request.path))


def _listen(jobs: JobQueue) -> None:
    """Fill the jobs from stdin; end the process when stdin ends."""
    reader = FrameReader(max_raw=0)
    stdin = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115  kept open
    try:
        while True:
            frame = reader.read(stdin.readinto)
            if frame is not None:
                _take(jobs, frame.head)
    except EOFError:
        os._exit(0)
    except BaseException:  # noqa: BLE001  without requests the process cannot go on
        report()
        os._exit(1)


def _take(jobs: JobQueue, head: Mapping[str, Any]) -> None:
    if head["type"] == "cancel":
        jobs.cancel(head["tickets"])
    else:
        jobs.add(request_from_head(head))


def _take_stdout() -> int:
    """Keep stdout for frames: what a library prints goes to stderr."""
    output = os.dup(1)
    os.dup2(2, 1)
    if IS_LINUX:
        # Larger pipes mean fewer switches between the two processes; macOS cannot.
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    return output


def _limit_arenas() -> None:
    """Hold less memory in reserve for every thread, as launch has it of the environment."""
    if IS_LINUX and "MALLOC_ARENA_MAX" not in os.environ:
        set_malloc_option(_M_ARENA_MAX, _ARENAS)


def _limit_resources(memory_cap: int) -> None:
    """Leave no core dump, and cap the address space where the system can."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_cap > 0 and CAN_LIMIT_MEMORY:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        cap = memory_cap if hard == resource.RLIM_INFINITY else min(memory_cap, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (cap, hard))


if __name__ == "__main__":
    main()
