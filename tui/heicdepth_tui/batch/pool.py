"""Worker processes, each with a decoder of its own; one photo can take down only its own worker."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from heicdepth_tui.batch.interrupts import Interrupts, signals_blocked
from heicdepth_tui.batch.photo import Outcome, export_job
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.records import State
from heicdepth_tui.export.run import LayerDecoder
from heicdepth_tui.photo.client import TIME_LIMIT, Decoder
from heicdepth_tui.system import keep_freed_memory

__all__ = ["Started", "Work", "run_here", "run_in_workers"]

Work = Callable[[Job, LayerDecoder], Outcome]
"""What is done with a photo: a function of a module, so that it can be sent to a process."""

_CONTEXT = multiprocessing.get_context("spawn")
_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Started:
    """A job that a worker was given."""

    job: Job


def run_here(
    jobs: Iterable[Job],
    decode: LayerDecoder | None = None,
    *,
    work: Work = export_job,
    interrupts: Interrupts | None = None,
) -> Generator[Started | Outcome]:
    """Do the jobs in this process, one after another; yields each as it begins, and its outcome.

    ``decode`` is the caller's decoder; without it one is started and ended here. After a signal of
    ``interrupts`` no further job begins.
    """
    decoder: Decoder | None = None
    waiting = iter(jobs)
    try:
        while not _is_interrupted(interrupts) and (job := next(waiting, None)) is not None:
            if decode is None:
                keep_freed_memory()
                decoder = _one_core_decoder(job)
                decode = decoder.get
            yield Started(job)
            yield work(job, decode)
    finally:
        if decoder is not None:
            decoder.close()


def _one_core_decoder(job: Job) -> Decoder:
    """Start the decoder of a worker, which waits while it decodes: together they use one core.

    One thread may take twice as long for a photo as the two at least that a limit is made for.
    """
    limit = job.options.limits.pixels
    with signals_blocked():
        return Decoder.start(time_limit=2 * TIME_LIMIT, limit_pixels=limit, threads=1)


def _is_interrupted(interrupts: Interrupts | None) -> bool:
    return interrupts is not None and interrupts.signal is not None


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: Job | None = None


def run_in_workers(
    jobs: Iterable[Job],
    count: int,
    *,
    work: Work = export_job,
    interrupts: Interrupts | None = None,
) -> Generator[Started | Outcome]:
    """Do the jobs in ``count`` processes; yields each as it begins, and outcomes as they come.

    A job whose worker ends without an answer (killed, out of memory) is done once more when no
    other runs, and fails where that ends the same way. After a signal of ``interrupts`` no further
    job begins, and the outcomes of running ones still come. Closing the iterator lets running jobs
    end; a second interrupt kills them, which leaves no part of a file.
    """
    waiting = iter(jobs)
    suspects: deque[Job] = deque()
    workers: list[_Worker] = []
    try:
        while True:
            while len(_busy(workers)) < count and not _is_interrupted(interrupts):
                job = next(waiting, None)
                if job is None:
                    break
                yield from _give(workers, job, work)
            if not _busy(workers):
                if not suspects or _is_interrupted(interrupts):
                    return
                job = suspects.popleft()
                yield from _give(workers, job, work)
                outcome = _next_outcome(workers)[1]
                yield outcome or _lost(job)
                continue
            if not _wait(workers, interrupts):
                continue
            lost, outcome = _next_outcome(workers)
            if outcome is not None:
                yield outcome
            elif lost is not None:
                suspects.append(lost)
    finally:
        _end(workers, interrupts)


def _busy(workers: list[_Worker]) -> list[_Worker]:
    return [worker for worker in workers if worker.job is not None]


def _give(workers: list[_Worker], job: Job, work: Work) -> Iterator[Started]:
    """Give a job to a worker that is idle, or to a new one."""
    worker = next((one for one in workers if one.job is None and one.process.is_alive()), None)
    if worker is None:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs, work), name="heicdepth-tui export")
        # The tracker unblocks signals when it starts.
        resource_tracker.ensure_running()
        with signals_blocked():
            process.start()
            theirs.close()
            worker = _Worker(process, ours)
            # Before a signal can be raised: who ends the workers must know of this one.
            workers.append(worker)
    worker.job = job
    yield Started(job)
    # One that has just ended is noticed where its answer is awaited.
    with contextlib.suppress(OSError):
        worker.pipe.send(job)


def _wait(workers: list[_Worker], interrupts: Interrupts | None) -> bool:
    """Wait for an answer or the first signal; returns whether an answer has come."""
    pipes = [worker.pipe for worker in _busy(workers)]
    if interrupts is None or _is_interrupted(interrupts):
        return bool(wait(pipes))
    return any(not isinstance(ready, int) for ready in wait([*pipes, interrupts.fileno()]))


def _next_outcome(workers: list[_Worker]) -> tuple[Job | None, Outcome | None]:
    """Wait for an answer; returns the job and its outcome, None where its worker ended."""
    busy = {worker.pipe: worker for worker in _busy(workers)}
    (pipe, *_) = wait(list(busy))
    worker = next(one for one in busy.values() if one.pipe is pipe)
    job, worker.job = worker.job, None
    try:
        return job, worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        worker.pipe.close()
        workers.remove(worker)
        return job, None


def _lost(job: Job) -> Outcome:
    return Outcome(
        job.path,
        State.FAILED,
        reason=f"{job.path}: its worker process was ended twice while it exported this photo",
    )


def _end(workers: list[_Worker], interrupts: Interrupts | None) -> None:
    """Let running jobs end unless ``interrupts`` are urgent, then the processes.

    A worker ends where its pipe is closed, also one that waits for its outcome to be read.
    """
    try:
        if interrupts is not None and interrupts.is_urgent:
            _kill(workers, interrupts)
        for worker in workers:
            worker.pipe.close()
        for worker in workers:
            worker.process.join()
    except (KeyboardInterrupt, SystemExit):
        _kill(workers, interrupts)
        raise


def _kill(workers: list[_Worker], interrupts: Interrupts | None) -> None:
    if interrupts is not None:
        # A further signal would leave some of them running.
        interrupts.begin_ending()
    for worker in workers:
        worker.process.kill()
    for worker in workers:
        worker.process.join(_GRACE_SECONDS)


def _serve(pipe: Connection, work: Work) -> None:
    """Do jobs until the other end is closed."""
    keep_freed_memory()
    decoder: Decoder | None = None
    try:
        while True:
            try:
                job = pipe.recv()
            except (EOFError, OSError):
                return
            if decoder is None:
                decoder = _one_core_decoder(job)
            with contextlib.suppress(OSError):
                pipe.send(work(job, decoder.get))
    finally:
        if decoder is not None:
            decoder.close()
