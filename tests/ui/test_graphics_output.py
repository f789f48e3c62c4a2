"""Images on their way to the terminal: one piece at a time, and none left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from PIL import Image

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.image_files import as_png
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import RenderedImage, RenderedRows
from heicdepth_tui.ui.model.graphics import EncodedImage, Graphics, Protocol
from heicdepth_tui.ui.terminal.flow_control import FlowControl
from heicdepth_tui.ui.terminal.graphics_output import PIECE, GraphicsOutput
from tests.support.graphics import KittyReader

SLOW, FAST = 0.3, 0.002


class Line:
    """A terminal that replies when told to; keeps what it is sent."""

    def __init__(self, *, in_tmux: bool = False) -> None:
        self.reader = KittyReader(is_in_tmux=in_tmux)
        self.now = 100.0
        self.queries = 0
        self.writes: list[str] = []
        self._written: list[Callable[[], object]] = []
        self.flow_control = FlowControl(
            self._query, self.after_flush, lambda *_: None, clock=lambda: self.now
        )
        graphics = Graphics(Protocol.KITTY, (10, 20), in_tmux)
        # An Output for what GraphicsOutput uses of it.
        self.graphics = GraphicsOutput(graphics, cast("Any", self), self.flow_control)
        self.shown: list[RenderedRows | None] = []

    def _query(self, _: int) -> None:
        self.queries += 1

    def write_graphics(self, commands: str) -> None:
        self.writes.append(commands)
        assert self.reader.feed(commands.encode()) == b""

    def after_flush(self, callback: Callable[[], object]) -> None:
        self._written.append(callback)

    def flush(self) -> None:
        """Write the screen, and what follows it."""
        while self._written:
            self._written.pop(0)()

    def reply(self, seconds: float = FAST) -> None:
        self.now += seconds
        self.flow_control.acknowledge()
        self.flush()

    def show(self, slot: str = "photo") -> None:
        self.graphics.show(slot, IMAGE, self.shown.append)
        self.flush()

    def finish(self) -> None:
        """Reply until nothing more comes."""
        queries = -1
        while queries != self.queries:
            queries = self.queries
            self.reply()

    @property
    def held(self) -> set[int]:
        """The ids of the images that the terminal holds."""
        return set(self.reader.images)


def _image() -> EncodedImage:
    fit = Fit(20, 10, 200, 200)
    noise = Image.effect_noise((fit.width, fit.height), 90).convert("RGB").tobytes()
    return EncodedImage(fit, as_png(RenderedImage(fit, noise), ColorMode.TRUECOLOR))


IMAGE = _image()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.mark.parametrize("in_tmux", [False, True])
def test_pieces_wait_for_the_reply_to_the_one_before(in_tmux: bool) -> None:
    line = Line(in_tmux=in_tmux)
    line.show()
    assert (len(line.writes), line.queries) == (1, 1)
    assert line.reader.is_receiving
    line.flush()
    assert len(line.writes) == 1

    line.reply()
    assert (len(line.writes), line.queries) == (2, 2)
    line.finish()
    assert line.reader.sent == list(line.held)
    assert [cells and len(cells.rows) for cells in line.shown] == [10]
    assert max(map(len, line.writes)) < PIECE * 4300


def test_pictures_of_keys_go_between_the_pieces(line: Line) -> None:
    line.show()
    painted: list[str] = []
    line.flow_control.send("panes", lambda: painted.append("blocks"))
    assert painted == []

    line.reply()
    assert painted == ["blocks"]
    assert len(line.writes) == 1
    line.finish()
    assert len(line.shown) == 1


def test_two_ids_take_turns_and_the_image_before_is_freed(line: Line) -> None:
    held: list[set[int]] = []
    for _ in range(4):
        line.show()
        line.finish()
        held.append(line.held)

    assert [len(ids) for ids in held] == [1] * 4
    assert held[0] == held[2]
    assert held[1] == held[3]
    assert held[0] != held[1]


def test_panes_have_ids_of_their_own_and_are_sent_one_after_the_other(line: Line) -> None:
    line.show("photo")
    line.show("depth")
    line.finish()

    assert len(line.held) == 2
    assert len(line.shown) == 2


def test_the_image_before_is_held_until_the_next_is_whole(line: Line) -> None:
    line.show()
    line.finish()
    (first,) = line.held
    line.show()
    assert line.held == {first}
    line.reply()
    assert line.held >= {first}
    line.finish()
    assert first not in line.held


def test_what_is_cancelled_is_ended_and_not_shown(line: Line) -> None:
    line.show()
    line.graphics.cancel("photo")
    line.finish()

    assert not line.reader.is_receiving
    assert (line.held, line.shown, len(line.reader.broken)) == (set(), [], 1)
    line.show()
    line.finish()
    assert (len(line.held), len(line.shown)) == (1, 1)


def test_a_newer_image_of_a_pane_takes_the_place_of_one_on_its_way(line: Line) -> None:
    line.show()
    line.show()
    line.finish()

    assert (len(line.held), len(line.shown), len(line.reader.broken)) == (1, 1, 1)


def test_a_line_that_turns_out_to_be_slow_gets_no_further_piece(line: Line) -> None:
    line.show()
    line.reply(SLOW)
    line.reply(SLOW)

    assert not line.reader.is_receiving
    assert (line.held, line.shown) == (set(), [None])


def test_nothing_is_sent_on_a_slow_line(line: Line) -> None:
    line.flow_control.send("panes", lambda: None)
    line.flush()
    line.reply(SLOW)
    line.now += 10
    line.show()
    line.finish()

    assert (line.writes, line.shown) == ([], [None])


def test_leaving_the_terminal_frees_all_that_it_holds(line: Line) -> None:
    line.show("photo")
    line.finish()
    line.show("depth")
    assert line.reader.is_receiving
    line.reader.feed(line.graphics.forget().encode())

    assert not line.reader.is_receiving
    assert line.held == set()
    line.finish()
    assert line.graphics.forget() == ""


def test_a_pane_that_shows_blocks_again_frees_its_image(line: Line) -> None:
    line.show()
    line.finish()
    line.graphics.free("photo")
    line.flush()

    assert line.held == set()


def test_an_image_of_more_cells_than_can_be_numbered_is_not_sent(line: Line) -> None:
    wide = EncodedImage(Fit(298, 1, 298, 2), b"")
    line.graphics.show("photo", wide, line.shown.append)
    line.finish()

    assert line.writes == []
