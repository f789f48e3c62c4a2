"""The tables of ``info`` in a terminal: whole texts at every width, no markup read from them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from heicdepth_tui.report.rich_tables import print_photo
from heicdepth_tui.report.tables import Fact, FactGroup

GROUPS = [
    FactGroup("depth", (Fact("d_min, d_max", "1.498046875, 4.3828125 1/m"),)),
    FactGroup("photo", (Fact("camera", "Apple [red]iPhone[/red] [/b]"), Fact("empty", ""))),
    FactGroup("nothing", ()),
]
ARRAY = ("depth", "(576, 768)", "uint8", "0", "255", "")
NOTE = "  tiles 3 and 4 are missing"


def printed(width: int, **console: bool) -> str:
    file = io.StringIO()
    made = Console(file=file, width=width, highlight=False, **console)  # type: ignore[arg-type]
    print_photo("photos/IMG [/b] 1.heic", "", [ARRAY], [NOTE], GROUPS, made)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_text_is_lost_at_any_width(width: int) -> None:
    text = printed(width)

    assert max(map(len, text.splitlines())) <= width
    letters = "".join(text.split())
    for part in ("photos/IMG [/b] 1.heic", NOTE, "d_min, d_max", "depth", "photo"):
        assert "".join(part.split()) in letters
    for word in " ".join(ARRAY).split():
        assert word in text
    values = "".join(line[24:].strip() for line in text.splitlines() if line[:2] == "  ")
    for word in ("1.498046875,", "4.3828125", "[red]iPhone[/red]", "[/b]"):
        assert word in values
    assert "nothing" not in text


def test_an_error_stands_alone_below_the_path() -> None:
    file = io.StringIO()

    print_photo("a.heic", "it is a JPEG", [], [], [], Console(file=file, width=80))

    assert [line.rstrip() for line in file.getvalue().splitlines()] == [
        "a.heic",
        "  error: it is a JPEG",
    ]


def test_colours_are_left_out_where_the_console_has_none() -> None:
    assert "\x1b" not in printed(80)
    assert "\x1b[" in printed(80, force_terminal=True)
    assert "\x1b[3" not in printed(80, force_terminal=True, no_color=True)
