"""The pins by which .ci/run installs the lowest versions that pyproject.toml allows."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "lowest.py"

pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="not part of the source archive")


def test_a_requirement_becomes_its_lower_bound() -> None:
    lowest = runpy.run_path(str(SCRIPT))["lowest"]

    assert lowest(["numpy>=2.0", "textual >= 8.2 , <8.3"]) == ["numpy==2.0", "textual==8.2"]
    with pytest.raises(ValueError, match="'rich<15' has no lower bound"):
        lowest(["rich<15"])


def test_every_dependency_is_pinned_and_extras_only_when_named() -> None:
    pins = [
        subprocess.check_output([sys.executable, SCRIPT, *extras], text=True).split()
        for extras in ([], ["test"])
    ]

    assert {"numpy", "pillow", "pillow-heif", "textual"} <= {pin.split("==")[0] for pin in pins[0]}
    assert set(pins[0]) < set(pins[1])
    assert any(pin.startswith("pytest==") for pin in pins[1])
