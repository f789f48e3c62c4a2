"""The README's table holds the rows of docs/bench.md that have a goal, and is written whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import README, REPORT, Run, write_readme
from bench.figures import Figure


def test_the_readme_says_what_the_report_says() -> None:
    report = set(REPORT.read_text(encoding="utf-8").splitlines())
    text = README.read_text(encoding="utf-8")
    table = text.partition("<!-- bench: begin -->")[2].partition("<!-- bench: end -->")[0]
    rows = [line for line in table.splitlines() if line]

    assert len(rows) > 15
    assert [row for row in rows if row not in report] == []


def test_only_rows_with_a_goal_are_written_between_the_marks(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nb\n", encoding="utf-8")
    figures = [Figure("one", "1 ms", goal="≤ 2 ms", reached=True), Figure("two", "3 ms")]

    write_readme(readme, ["- a machine"], Run(figures))

    text = readme.read_text(encoding="utf-8")
    assert text.startswith("a\n<!-- bench: begin -->\n|")
    assert text.endswith("- a machine\n<!-- bench: end -->\nb\n")
    assert "one" in text
    assert "two" not in text
    assert "old" not in text


def test_a_readme_without_marks_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("a\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"README\.md"):
        write_readme(readme, [], Run())

    assert readme.read_text(encoding="utf-8") == "a\n"
