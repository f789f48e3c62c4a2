"""One decode in a process of its own: ``python -m bench.decoding ours|libheif PHOTO``.

Prints the seconds of the decode and the peak of the process's memory in bytes as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

__all__ = ["main"]


def main(how: str, photo: Path) -> None:
    """Decode and print what it took; imports are not counted as time."""
    import numpy as np
    import pillow_heif

    from heicdepth_tui.photo import grid_assembly, tiles  # noqa: F401  the decoder imports them late
    from heicdepth_tui.photo.decode import load
    from heicdepth_tui.photo.layers import PRIMARY

    start = time.perf_counter()
    if how == "ours":
        load(photo, PRIMARY, fit=(512, 512))
    else:
        np.asarray(pillow_heif.open_heif(photo))
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak": _peak()}))


def _peak() -> int:
    # ru_maxrss starts at the memory of the parent that forked, VmHWM at our own.
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
