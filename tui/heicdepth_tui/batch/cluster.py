"""Shards on an existing Dask cluster (extra ``cluster``): at most two in flight a worker."""

from __future__ import annotations

import pickle
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from uuid import uuid4

from heicdepth_tui.batch.interrupts import Interrupts
from heicdepth_tui.batch.run import Counts
from heicdepth_tui.batch.shard import ShardWork, run_shard
from heicdepth_tui.errors import ExportError, MissingExtraError, extra_hint

__all__ = ["distributed_package", "run_on_cluster"]

_IN_FLIGHT = 2
_LOOK_SECONDS = 0.2
_RETRIES = 3


def run_on_cluster(
    shards: Iterable[ShardWork],
    address: str,
    *,
    listener: Callable[[str, Counts], object],
    work: Callable[..., Counts] = run_shard,
    interrupts: Interrupts | None = None,
) -> Counts:
    """Run shards on the Dask scheduler at ``address``; return the sum of their counts.

    A shard whose worker was killed is done by another, which skips what its manifest lists as done.
    A photo that ends its worker each time fails alone: after three workers the shard is given up
    and counted as failed, the others go on. ``listener`` is called with a shard's name and counts.
    ``work`` does a shard; with ``interrupts`` it gets a function that returns whether to end: after
    the first signal workers end their photos and no further one is begun.
    Raises MissingExtraError where dask.distributed is not installed, ExportError where no scheduler
    answers.
    """
    distributed = distributed_package()
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise ExportError(
            f"no Dask scheduler answers at {address}: {error}",
            hint="start one, or leave --scheduler out to export on this machine",
        ) from error
    total = Counts()
    with client, _stopping(client, interrupts) as stop:
        waiting = iter(shards)
        running = distributed.as_completed()
        names: dict[str, ShardWork] = {}

        def submit(room: int) -> None:
            for _ in range(room):
                shard = next(waiting, None)
                if shard is None:
                    return
                key = f"shard-{shard.name}"
                future = client.submit(_run, work, _packed(shard), stop, key=key, retries=_RETRIES)
                names[future.key] = shard
                running.add(future)

        submit(max(1, len(client.scheduler_info()["workers"])) * _IN_FLIGHT)
        for future in running:
            shard = names.pop(future.key)
            counts = _counts(future, shard)
            _sum(total, counts)
            listener(shard.name, counts)
            if interrupts is None or interrupts.signal is None:
                submit(1)
    return total


@contextmanager
def _stopping(client: Any, interrupts: Interrupts | None) -> Iterator[str]:
    """Yield the name of an event of the cluster that is set after a signal; empty without."""
    if interrupts is None:
        yield ""
        return
    name = f"heicdepth-stop-{uuid4().hex}"
    event = distributed_package().Event(name, client=client)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_LOOK_SECONDS):
            if interrupts.signal is not None:
                event.set()
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield name
    finally:
        ended.set()
        watcher.join()


def _packed(shard: ShardWork) -> bytes:
    """Return a shard as bytes, a tenth of its size.

    The scheduler keeps its last 1,000 messages to each worker: as objects, the 500 photos of a
    shard take 55 kB there (measured).
    """
    return zlib.compress(pickle.dumps(shard), level=1)


def _run(work: Callable[..., Counts], packed: bytes, stop: str) -> Counts:
    """Do a shard, in a worker; ``stop`` names the event that ends it, if any."""
    shard: ShardWork = pickle.loads(zlib.decompress(packed))  # noqa: S301  as Dask does its tasks
    return work(shard, distributed_package().Event(stop).is_set) if stop else work(shard)


def distributed_package() -> Any:
    """Return the package dask.distributed; raises MissingExtraError without it."""
    try:
        return import_module("distributed")
    except ImportError as error:
        raise MissingExtraError(
            "--scheduler needs dask.distributed",
            hint=extra_hint("cluster"),
        ) from error


def _counts(future: Any, shard: ShardWork) -> Counts:
    error = future.exception()
    if error is None:
        counts: Counts = future.result()
        return counts
    reason = f"shard {shard.name} of {len(shard.jobs)} photos: {error}"
    return Counts(failed=len(shard.jobs), failures=[reason])


def _sum(total: Counts, part: Counts) -> None:
    total.done += part.done
    total.unchanged += part.unchanged
    total.skipped += part.skipped
    total.failed += part.failed
    total.bytes += part.bytes
    total.failures += part.failures
