"""The thread that writes to the terminal outlives the terminal."""

from __future__ import annotations

import io

from textual.drivers import linux_driver

from heicdepth_tui.ui.terminal.closable_output import ClosableOutput


class Closed(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_a_closed_terminal_does_not_block_what_is_written() -> None:
    writer = linux_driver.WriterThread(ClosableOutput(Closed()))  # type: ignore[arg-type]
    writer.start()

    # The queue has room for 30: without a thread that empties it the next would wait for ever.
    for _ in range(100):
        writer.write("x")
    writer.stop()

    assert not writer.is_alive()


def test_an_open_terminal_gets_everything() -> None:
    file = io.StringIO()
    output = ClosableOutput(file)

    assert output.write("abc") == 3
    output.flush()

    assert file.getvalue() == "abc"
    assert output.readable()
