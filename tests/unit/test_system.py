"""Linux and macOS: the switch that takes the paths of macOS here, and Windows, which is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from heicdepth_tui import __main__ as program
from heicdepth_tui import system

SHOW = """
from heicdepth_tui import system
print(system.IS_LINUX, system.CAN_FORK, system.CAN_LIMIT_MEMORY, system.HAS_NAMELESS_FILES)
"""
START = """
from heicdepth_tui.ui.startup import prestart
prestart.prestart_decoder()
process = prestart.take_decoder()
print(type(process).__name__)
process.kill()
process.wait()
"""
INTERRUPTED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background of a shell
sys.path.insert(0, sys.argv[1])
from heicdepth_tui.ui.startup import prestart
try:
    prestart.prestart_decoder(with_numpy=True)
except KeyboardInterrupt:
    print(sys.modules["numpy"].is_whole, prestart.take_decoder())
"""
NUMPY = """
import os, signal
os.kill(os.getpid(), signal.SIGINT)
is_whole = True
"""
READ = """
import os, sys
from pathlib import Path
del os.posix_fadvise, os.sched_getaffinity, os.O_TMPFILE
from heicdepth_tui.files import write_new
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY
size = read_header(sys.argv[1]).primary.displayed_size
print(load(sys.argv[1], PRIMARY).shape == (size.height, size.width, 3))
print(write_new(Path(sys.argv[2]), "a.txt", lambda file: file.write(b"a")).read_text())
"""


FORKS = """
import threading
from heicdepth_tui.system import may_fork
print(may_fork(), end=" ")
done = threading.Event()
thread = threading.Thread(target=done.wait)
thread.start()
print(may_fork())
done.set()
"""


@pytest.fixture
def run() -> Callable[..., str]:
    """Return a function that runs a script with or without the switch and returns its output."""

    def run_script(script: str, *arguments: str, platform: str = "") -> str:
        package = str(Path(system.__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": package, "HEICDEPTH_PLATFORM": platform}
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=50,
            check=True,
        ).stdout.strip()

    return run_script


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="compares Linux with macOS")


@needs_linux
def test_one_switch_takes_everything_of_linux_away(run: Callable[..., str]) -> None:
    assert run(SHOW) == "True True True True"
    assert run(SHOW, platform="macos") == "False False False False"


@needs_linux
def test_the_decoder_is_forked_on_linux_and_started_on_macos(run: Callable[..., str]) -> None:
    assert run(START) == "ForkedProcess"
    assert run(START, platform="macos") == "Popen"


@needs_linux
def test_an_interrupt_waits_until_numpy_is_imported(
    run: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "numpy.py").write_text(NUMPY)
    assert run(INTERRUPTED, str(tmp_path)) == "True None"


@needs_linux
def test_photos_are_read_and_files_written_without_what_only_linux_has(
    run: Callable[..., str], sample_folder: Path, tmp_path: Path
) -> None:
    photo = str(sample_folder / "IMG_0418.HEIC")

    assert run(READ, photo, str(tmp_path), platform="macos").split() == ["True", "a"]


def test_cores_are_counted_on_both(monkeypatch: pytest.MonkeyPatch) -> None:
    here = system.cores()
    monkeypatch.setattr(system, "IS_LINUX", False)

    assert 1 <= here <= system.cores() == os.cpu_count()


def test_windows_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "argv", ["heicdepth-tui", "info", "."])

    with pytest.raises(SystemExit) as ended:
        program.main()

    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Linux and macOS" in err
    assert "WSL" in err


@needs_linux
def test_a_process_is_forked_only_while_it_has_one_thread(run: Callable[..., str]) -> None:
    assert run(FORKS) == "True False"
    assert run(FORKS, platform="macos") == "False False"
