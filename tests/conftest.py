"""What tests on several floors share: photos to read, and a terminal to run the command in."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heicdepth_tui.photo import client
from tests.support.decoders import DecoderTemplate
from tests.support.sharing import write_once
from tests.support.terminal import Terminal

_FIRST = frozenset({"cli", "ui", "robust", "export", "photo"})
"""Folders of the files that take longest."""


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes that tests start keep what they compile, as an installed command has it.

    pytest-xdist would begin with the files of the most tests, which are not the longest.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are processors: tests in a terminal wait half of the time."""
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return (processors or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no process is left with one at the end.

    By name, those in terminals, which wait, run beside those of the app, which compute.
    """
    items.sort(key=lambda item: (item.path.parent.name not in _FIRST, item.path.name, item.path))


def pytest_collection_finish() -> None:
    """Collect garbage rarely, and never among the modules and tests that stay to the end.

    With Python's own thresholds a fifth of an app's test is garbage collection. Hypothesis makes
    its generator at the first example and looks for what holds it where the collector looks, so
    that one has to run before.
    """
    if "hypothesis" in sys.modules:
        from hypothesis import find, strategies

        find(strategies.just(0), lambda _: True)
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def _decoder_template() -> Iterator[DecoderTemplate]:
    with DecoderTemplate() as template:
        yield template


@pytest.fixture(scope="module")
def forked_decoders(_decoder_template: DecoderTemplate) -> Iterator[None]:
    """Fork the decoders of a file's tests from one that has imported everything, on Linux only.

    For tests that are about the decoder's answers, not its start. Libraries of other systems do
    not survive a fork.
    """
    with pytest.MonkeyPatch.context() as patch:
        if sys.platform == "linux":
            patch.setattr(client, "launch", _decoder_template.launch)
        yield


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the generated photos, written once per run; tests only read them."""
    from heicdepth_tui.samples.write import write_samples

    return write_once(tmp_path_factory, "samples", write_samples)


@pytest.fixture
def samples(sample_folder: Path, tmp_path: Path) -> Path:
    """A copy of the generated photos that a test may change."""
    folder = tmp_path / "photos"
    shutil.copytree(sample_folder, folder)
    return folder


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of real photos, from HEICDEPTH_PHOTOS."""
    folder = os.environ.get("HEICDEPTH_PHOTOS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HEICDEPTH_PHOTOS names no folder of real photos")
    return Path(folder)


@pytest.fixture
def run_in_terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts the command in a terminal; all are closed after the test."""
    started: list[Terminal] = []

    def start(
        *arguments: str,
        cwd: Path | None = None,
        columns: int = 120,
        rows: int = 40,
        reply_seconds: float | None = 0.0,
        identity: str = "",
        cell: tuple[int, int] = (0, 0),
        **env: str,
    ) -> Terminal:
        terminal = Terminal(
            list(arguments),
            cwd or tmp_path,
            columns,
            rows,
            reply_seconds,
            identity,
            cell,
            **env,
        )
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.close()
