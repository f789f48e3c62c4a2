"""Maps errors to exit codes and to lines on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["exit_code"]


def exit_code(work: Callable[[], object]) -> int:
    """Call a function and return its exit code: the integer that it returns, else 0.

    2 after an error of ``HeicDepthError``, which becomes one line (a missing extra, a config file
    that cannot be used); 130 after ctrl+c; 1 after an
    error of the program, which is reported with a log file.
    """
    try:
        code = work()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  a defect of this program is reported as one
        from heicdepth_tui.errors import HeicDepthError

        if isinstance(error, HeicDepthError):
            print(f"heicdepth-tui: {error}", file=sys.stderr)  # noqa: T201
            return 2
        from platformdirs import user_state_path

        from heicdepth_tui.crash import crash_report

        print(crash_report(error, user_state_path("heicdepth-tui")), file=sys.stderr)  # noqa: T201
        return 1
    return code if isinstance(code, int) else 0
