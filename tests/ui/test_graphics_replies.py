"""The replies of terminals to the query for graphics, as these terminals send them."""

from __future__ import annotations

import pytest

from heicdepth_tui.ui.model.graphics import Graphics, Protocol
from heicdepth_tui.ui.terminal.graphics_replies import ReplySplitter, graphics_of
from heicdepth_tui.ui.terminal.tmux import Tmux

KITTY_026 = "\x1bP>|kitty(0.26.5)\x1b\\\x1b[6;17;8t\x1b[?62;c"
KITTY_028 = "\x1bP>|kitty(0.28.1)\x1b\\\x1b[6;17;8t\x1b[?62;c"
KITTY_035 = "\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;42;20t\x1b[?62;c"
GHOSTTY = "\x1bP>|ghostty 1.0.1\x1b\\\x1b[6;34;17t\x1b[?62;22c"
XTERM = "\x1bP>|XTerm(379)\x1b\\\x1b[6;13;6t\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
WEZTERM = "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\\x1b[6;20;9t\x1b[?65;4;6;18;22c"
ITERM = "\x1bP>|iTerm2 3.5.0\x1b\\\x1b[6;18;8t\x1b[?62;4c"
CODE = "\x1bP>|xterm.js(5.6.0-beta.12)\x1b\\\x1b[?62;4;9;22c"
CODE_WITHOUT = "\x1bP>|xterm.js(5.6.0-beta.12)\x1b\\\x1b[?1;2c"
OLD_TERMINAL = "\x1b[?1;2c"
IN_TMUX = "\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c"

OLD = "kitty is older than 0.28"


def replies_of(text: str) -> ReplySplitter:
    replies = ReplySplitter()
    assert replies.feed(text) == ""
    assert replies.is_done
    return replies


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KITTY_026, OLD),
        (KITTY_028, Graphics(Protocol.KITTY, (8, 17))),
        (KITTY_035, Graphics(Protocol.KITTY, (20, 42))),
        (GHOSTTY, Graphics(Protocol.KITTY, (17, 34))),
        (XTERM, "not known of XTerm(379)"),
        (WEZTERM, Graphics(Protocol.ITERM, (9, 20))),
        (ITERM, Graphics(Protocol.ITERM, (8, 18))),
        (CODE, Graphics(Protocol.ITERM, (10, 20))),
        (
            CODE_WITHOUT,
            "terminal.integrated.enableImages is off",
        ),
        (OLD_TERMINAL, "not known of this terminal"),
    ],
)
def test_terminals_are_known_by_their_names(text: str, found: Graphics | str) -> None:
    assert graphics_of("auto", replies_of(text), None, {}) == found


@pytest.mark.parametrize(
    ("wanted", "text", "found"),
    [
        ("kitty", XTERM, Graphics(Protocol.KITTY, (6, 13))),
        ("iterm", OLD_TERMINAL, Graphics(Protocol.ITERM, (10, 20))),
        ("iterm", GHOSTTY, Graphics(Protocol.ITERM, (17, 34))),
        ("kitty", KITTY_026, OLD),
    ],
)
def test_a_protocol_is_used_as_chosen_but_for_old_kitty(
    wanted: str, text: str, found: Graphics | str
) -> None:
    assert graphics_of(wanted, replies_of(text), None, {}) == found


@pytest.mark.parametrize(
    ("tmux", "found"),
    [
        (Tmux(True, "kitty(0.35.2)"), Graphics(Protocol.KITTY, (10, 20), is_wrapped=True)),
        (
            Tmux(False, "kitty(0.35.2)"),
            "tmux has allow-passthrough off",
        ),
        (Tmux(True, "kitty(0.26.5)"), OLD),
        (Tmux(True, "iTerm2 3.5.0"), "within tmux only by kitty or Ghostty"),
        (Tmux(True, ""), "not known of this terminal"),
    ],
)
def test_within_tmux_the_terminal_around_it_counts(tmux: Tmux, found: Graphics | str) -> None:
    assert graphics_of("auto", replies_of(IN_TMUX), tmux, {"TERM_PROGRAM": "tmux"}) == found


def test_a_terminal_that_gives_no_size_has_the_one_of_its_driver() -> None:
    replies = replies_of(CODE)
    found = graphics_of("auto", replies, None, {}, window_cell=(7, 15))
    assert found == Graphics(Protocol.ITERM, (7, 15))


def test_cells_of_a_fine_screen_are_drawn_coarser_in_their_aspect() -> None:
    replies = replies_of("\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;90;40t\x1b[?62;c")
    assert graphics_of("auto", replies, None, {}) == Graphics(Protocol.KITTY, (20, 45))


@pytest.mark.parametrize("text", [KITTY_035, GHOSTTY, WEZTERM, OLD_TERMINAL])
def test_replies_come_in_any_pieces_and_keys_among_them_are_kept(text: str) -> None:
    whole = replies_of(text)
    for size in (1, 2, 5):
        replies = ReplySplitter()
        typed = "j" + text + "\x1b[Bq\x1b"
        left = "".join(replies.feed(typed[at : at + size]) for at in range(0, len(typed), size))

        assert left == "j\x1b[Bq\x1b"
        assert (replies.version, replies.cell_pixels, replies.attributes) == (
            whole.version,
            whole.cell_pixels,
            whole.attributes,
        )


@pytest.mark.parametrize(
    "keys", ["\x1b[A", "\x1b[?2026;2$y", "\x1b[12;40R", "x\x1b[<64;3;4M", "\x1bx"]
)
def test_what_is_no_reply_is_kept(keys: str) -> None:
    assert ReplySplitter().feed(keys) == keys


def test_the_escape_key_waits_for_no_reply_once_that_is_late() -> None:
    replies = ReplySplitter()
    assert replies.feed("k\x1b") == "k"
    assert replies.end_waiting() == "\x1b"
    assert replies.feed("\x1b") == "\x1b"
    assert replies.feed(KITTY_035[:9]) == ""
    assert replies.feed(KITTY_035[9:] + "j") == "j"
    assert replies.is_done


def test_what_only_begins_like_a_reply_is_kept_once_it_is_too_long() -> None:
    replies = ReplySplitter()
    assert replies.feed("\x1bP>|" + "a" * 100) == ""
    assert replies.feed("b" * 200) == "\x1bP>|" + "a" * 100 + "b" * 200
