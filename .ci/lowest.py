"""Print the lowest versions that pyproject.toml allows, one ``name==version`` per line, for pip -c.

``python .ci/lowest.py [EXTRA]...`` reads the dependencies and those of the extras named. Exit code
1 where a dependency has no lower bound.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
_BOUND = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*>=\s*(?P<version>[^,;\s]+)")


def lowest(requirements: Sequence[str]) -> list[str]:
    """Return ``name==version`` for each requirement; raises ValueError without a lower bound."""
    found = []
    for requirement in requirements:
        bound = _BOUND.match(requirement)
        if bound is None:
            raise ValueError(f"pyproject.toml: {requirement!r} has no lower bound (name>=version)")
        found.append(f"{bound['name']}=={bound['version']}")
    return found


def main(extras: Sequence[str]) -> int:
    """Print the pins; the exit code is 1 where one cannot be made."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    requirements = list(project["dependencies"])
    for extra in extras:
        requirements += project["optional-dependencies"][extra]
    try:
        print("\n".join(lowest(requirements)))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
