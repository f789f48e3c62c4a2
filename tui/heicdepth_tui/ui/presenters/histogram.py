"""The words under the histogram of codes, distances of a part of it, and codes of distances."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.ui.presenters.legend import round_distances

if TYPE_CHECKING:
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.ui.model.clip import Clip

__all__ = ["choice_line", "clip_codes", "distances_of", "histogram_ends", "limits_of", "range_text"]

_DIGITS = 3


def distances_of(histogram: CodeHistogram, low: int, high: int) -> tuple[float, float] | None:
    """Return the nearest and the farthest distance of the codes ``low`` .. ``high``, m.

    Rounded outwards to three digits, so that both codes lie inside. The codes themselves where
    codes have no distance at all; None where these codes have none.
    """
    import numpy as np

    if histogram.metres is None:
        return float(low), float(high)
    metres = histogram.metres[low : high + 1]
    metres = metres[np.isfinite(metres)]
    if not metres.size:
        return None
    near, far = float(metres.min()), float(metres.max())
    down, up = math.floor(near / _unit(near)), math.ceil(far / _unit(far))
    return float(f"{down * _unit(near):.6g}"), float(f"{up * _unit(far):.6g}")


def _unit(metres: float) -> float:
    """Return the last of three digits."""
    return 10.0 ** (math.floor(math.log10(metres)) - _DIGITS + 1)


def limits_of(histogram: CodeHistogram) -> tuple[float, float] | None:
    """Return the distances of the nearest and the farthest sample, m; None without any."""
    import numpy as np

    if histogram.metres is None:
        return None
    metres = histogram.metres[(histogram.counts > 0) & np.isfinite(histogram.metres)]
    return (float(metres.min()), float(metres.max())) if metres.size else None


def clip_codes(histogram: CodeHistogram, clip: Clip) -> tuple[int | None, int | None]:
    """Return the smallest and the largest code that a clip keeps; None where it cuts none off."""
    import numpy as np

    metres = histogram.metres
    if metres is None or (clip.near is None and clip.far is None):
        return None, None
    near, far = clip.near or 0.0, math.inf if clip.far is None else clip.far
    with np.errstate(invalid="ignore"):
        kept = np.flatnonzero((metres >= near) & (metres <= far))
    if not kept.size:
        return None, None
    # The smallest code is the farthest one.
    low = None if clip.far is None else int(kept[0])
    return low, None if clip.near is None else int(kept[-1])


def histogram_ends(histogram: CodeHistogram, trust: Trust, width: int) -> list[str]:
    """Return three lines under a histogram: codes with their distances, quantiles, mean.

    The first has the ends of the code range, and round distances where their codes stand; the last
    the number of samples without a distance, where there are any.
    """
    import numpy as np

    ends = []
    for code in (0, histogram.counts.size - 1):
        metres = None if histogram.metres is None else float(histogram.metres[code])
        known = metres is not None and metres == metres
        ends.append(f"{code}" + (f" · {trust.about}{metres:.2f} m" if known else ""))
    used = cell_len(ends[0]), cell_len(ends[1])
    first = f"{ends[0]}{_between(histogram, used, width) or ' '}{ends[1]}"
    unused = f"{histogram.unused} codes unused"
    quantiles = [histogram.metres_quantile(share) for share in (0.05, 0.5, 0.95)]
    mean = histogram.mean_metres
    if mean is None or histogram.metres is None:
        return [first, f"mean code {histogram.mean_code:.1f}", unused]
    valid = int(histogram.counts[np.isfinite(histogram.metres)].sum())
    invalid = f", {histogram.total - valid:,} invalid" if valid < histogram.total else ""
    low, middle, high = (f"{value:.2f}" for value in quantiles if value is not None)
    second = f"5 50 95 %: {trust.about}{low} {middle} {high} m"
    with_caveat = f"{second.removesuffix('m')}{trust.unit_label}"
    second = with_caveat if cell_len(with_caveat) <= width else second
    mean_text = f"mean {trust.about}{mean:.2f} m"
    forms = (f"{mean_text}, {unused}{invalid}", f"{mean_text}{invalid or f', {unused}'}")
    return [first, second, next((form for form in forms if cell_len(form) <= width), forms[-1])]


def range_text(histogram: CodeHistogram, trust: Trust, low: int, high: int) -> str:
    """Return the distances of the codes ``low`` .. ``high``, the codes where they have none."""
    ends = None if histogram.metres is None else distances_of(histogram, low, high)
    if ends is None:
        return f"codes {low} to {high}"
    return f"{trust.about}{ends[0]:g} to {ends[1]:g} m"


def choice_line(
    histogram: CodeHistogram, text: str, low: int | None, high: int | None, width: int
) -> str:
    """Return a choice of codes in a line: ``text``, then how many samples it holds.

    ``low`` or ``high`` None are the smallest and the largest code; samples without a distance are
    in no choice of distances.
    """
    import numpy as np

    counts = histogram.counts
    if histogram.metres is not None:
        counts = np.where(np.isfinite(histogram.metres), counts, 0)
    kept = int(counts[low : None if high is None else high + 1].sum())
    forms = (
        f"{text} · {kept:,} of {histogram.total:,} samples",
        f"{text} · {kept:,} samples",
        text,
    )
    return next((form for form in forms if cell_len(form) <= width), text)


def _between(histogram: CodeHistogram, used: tuple[int, int], width: int) -> str:
    """Return round distances where their codes stand, for the line of the ends.

    ``used`` are the cells of the texts at both ends.
    """
    import numpy as np

    from heicdepth_tui.draw.histogram import column_of

    if histogram.metres is None or sum(used) + 2 > width:
        return " " * max(0, width - sum(used))
    # The largest code is the nearest one.
    codes = np.flatnonzero(np.isfinite(histogram.metres))[::-1]
    taken = [False] * width
    for cells in (slice(0, used[0] + 1), slice(width - used[1] - 1, width)):
        taken[cells] = [True] * len(taken[cells])
    count = histogram.counts.size
    placed = round_distances(
        histogram.metres[codes],
        lambda index: column_of(int(codes[min(index, len(codes) - 1)]), count, width),
        taken,
    )
    line = " " * used[0]
    for start, text in placed:
        line += " " * (start - len(line)) + text
    return line[used[0] :].ljust(width - sum(used))
