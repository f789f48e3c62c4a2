"""What errors say about extras is true of an installed package and of a clone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from heicdepth_tui.errors import Extra, extra_hint

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.mark.parametrize("extra", get_args(Extra))
def test_each_extra_that_errors_ask_for_can_be_installed(extra: Extra) -> None:
    project = tomllib.loads(PROJECT.read_text())["project"]

    assert extra in project["optional-dependencies"]
    hint = extra_hint(extra)
    assert f"pip install '{project['name']}[{extra}]'" in hint
    assert f"in a clone: pip install '.[{extra}]'" in hint
