"""The table of an ablation says what a person would notice, and replaces an older one."""

from __future__ import annotations

from pathlib import Path

from bench.__main__ import write_ablation
from bench.ablate import AGAIN, ALL, COLUMNS, NOT_QUIET, WHOLE, Costs, table


def costs(**changed: float) -> Costs:
    """Return 100 ms in every column but those given."""
    made = Costs()
    for column in COLUMNS:
        seconds = changed.get(column.replace(" ", "_").replace(":", ""), 0.1)
        for spread in (-0.01, 0.0, 0.01):
            made.add(column, seconds + spread)
    return made


def noticed(cost: Costs) -> str:
    line = table({WHOLE: costs(), ALL: cost})[-1]
    return line.split("|")[-2].strip()


def test_30_ms_at_the_start_are_noticed() -> None:
    assert noticed(costs(first_paint=0.131, photo=0.129)) == "first paint"
    assert noticed(costs(depth_map=0.5, photo=0.5)) == "depth map, photo"
    assert noticed(costs(slow_photo=0.131)) == "slow: photo"


def test_a_third_of_a_step_on_the_slow_line_is_noticed() -> None:
    assert noticed(costs(slow_key_step=0.134)) == "slow: key step"
    assert noticed(costs(slow_cursor_step=0.133)) == "no"


def test_a_step_on_the_fast_line_is_not() -> None:
    assert noticed(costs(key_step=0.3)) == "no"


def test_the_table_shows_median_and_difference() -> None:
    lines = table({WHOLE: costs(), "fork": costs(photo=0.15)})

    assert lines[2].startswith("| nothing: the app | 100 ms |")
    assert "| fork: the decoder process is forked, not started | 100 ms (+0 ms) |" in lines[3]
    assert "| 150 ms (+50 ms) |" in lines[3]


def test_a_run_in_which_the_app_differs_from_itself_says_so() -> None:
    quiet = table({WHOLE: costs(), AGAIN: costs(photo=0.129)})
    slower = table({WHOLE: costs(), AGAIN: costs(photo=0.131)})
    faster = table({WHOLE: costs(photo=0.131), AGAIN: costs()})

    assert NOT_QUIET not in quiet
    assert slower[-1] == faster[-1] == NOT_QUIET


def test_a_table_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    report = tmp_path / "bench.md"
    report.write_text("# What it costs\n\nrows\n", encoding="utf-8")
    write_ablation(report, ["older"])
    write_ablation(report, ["newer"])
    text = report.read_text(encoding="utf-8")

    assert text.startswith("# What it costs\n\nrows\n")
    assert text.count("## Without each piece") == 1
    assert "older" not in text
    assert text.endswith("newer\n")
