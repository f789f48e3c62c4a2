"""The decoder process against mutants: what it answers, whether it lives, and what the app gets."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.errors import DecoderStoppedError, HeicDepthError
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.layers import (
    DEPTH,
    PRIMARY,
    THUMBNAIL,
    Answer,
    Layer,
    LayerKind,
    Pixels,
    Request,
    as_rgb8,
)
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import printable
from tests.support.hostile import peak_mb
from tests.support.mutate import Mutator

__all__ = ["DecoderFindings", "fuzz_decoder"]

_LAYERS = (PRIMARY, DEPTH, THUMBNAIL)
_UNDER_WAY = 8
"""Mutants requested of the decoder at a time."""
_SIGN_OF_LIFE = 50
"""Mutants after which a good photo must be answered as ever."""


@dataclass
class DecoderFindings:
    """What became of the mutants; ``failures`` are lines that tell which one to look at."""

    mutants: int = 0
    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    """Why the process had to be replaced."""
    signs_of_life: int = 0
    slowest_s: float = 0.0
    slowest: str = ""
    peak_mb: float = 0.0
    """Of this process, which stands for the app."""
    failures: list[str] = field(default_factory=list)


class _Course:
    """Counts answers as they come, in the decoder's thread."""

    def __init__(self, findings: DecoderFindings) -> None:
        self._findings = findings
        self._asked: dict[int, tuple[str, Path, float]] = {}
        self._open: Counter[Path] = Counter()
        self._changed = threading.Condition()

    def ask(self, decoder: Decoder, path: Path, name: str) -> None:
        """Ask for every layer of a mutant; waits while many are under way."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._open) < _UNDER_WAY, timeout=300):
                raise TimeoutError(f"the request loop stands still before {name}")
            self._open[path] = len(_LAYERS)
        for layer in _LAYERS:
            request = Request(
                next_ticket(), "fuzz", str(path), layer, fit=(128, 128), partial=True, keep=True
            )
            with self._changed:
                self._asked[request.ticket] = name, path, time.monotonic()
            decoder.submit(request)

    def finish(self) -> None:
        """Wait for what is under way."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._open, timeout=300):
                raise TimeoutError("the request loop stands still at the end")

    def take(self, answer: Answer) -> None:
        """Take in an answer."""
        with self._changed:
            name, path, since = self._asked[answer.request.ticket]
        findings = self._findings
        try:
            kind = _use(answer)
        except Exception as error:  # noqa: BLE001  this is what is being looked for
            kind = "failure"
            what = f"{name}, {answer.request.layer.label}: {type(error).__name__}: {error}"
            findings.failures.append(what)
        if not answer.final:
            return
        findings.requests += 1
        findings.outcomes[kind] += 1
        if isinstance(answer.error, DecoderStoppedError):
            findings.stops[_reason(answer.error)] += 1
        took = time.monotonic() - since
        if took > findings.slowest_s:
            findings.slowest_s, findings.slowest = took, name
        with self._changed:
            del self._asked[answer.request.ticket]
            self._open[path] -= 1
            if not self._open[path]:
                del self._open[path]
                path.unlink()
            self._changed.notify_all()


def _reason(error: DecoderStoppedError) -> str:
    return re.sub(r"^.*?: ", "", error.what)


def _use(answer: Answer) -> str:
    """Do with an answer what the app does, and return what it was."""
    if answer.error is not None:
        text = str(answer.error)
        if not isinstance(answer.error, HeicDepthError) or printable(text) != text:
            raise AssertionError(f"not fit to be shown: {text!r}")
        if "unexpected" in text:
            raise AssertionError(text)
        return type(answer.error).__name__
    if answer.pixels is None:
        raise AssertionError("neither pixels nor an error")
    _use_pixels(answer.request, answer.pixels)
    return "pixels with a note" if answer.pixels.note else "pixels"


def _use_pixels(request: Request, pixels: Pixels) -> None:
    if as_rgb8(pixels).shape[2] != 3 or max(pixels.array.shape[:2]) > 128:
        raise AssertionError(f"an array of {pixels.array.shape}")
    if not 0 <= pixels.minimum <= pixels.maximum < 1 << pixels.bits:
        raise AssertionError(f"{pixels.minimum} to {pixels.maximum} in {pixels.bits} bits")
    if request.layer.kind is LayerKind.DEPTH:
        try:
            info = read_header(request.path).depth
        except HeicDepthError:
            # The app never asks for pixels of such a photo.
            return
        build_depth_map(pixels.array, pixels.bits, info)


def fuzz_decoder(
    mutator: Mutator, count: int, scratch: Path, *, first: int = 0, time_limit: float = 5.0
) -> DecoderFindings:
    """Ask a decoder process for photo, depth and thumbnail of ``count`` mutants."""
    findings = DecoderFindings()
    course = _Course(findings)
    good = scratch / "good.heic"
    good.write_bytes(build_photo(depth_size=Size(64, 48)))
    with Decoder.start(time_limit=time_limit) as decoder:
        expected = _good(decoder, good)
        decoder.listen(course.take)
        for number in range(first, first + count):
            specimen = mutator.mutant(number)
            path = scratch / f"{number}.heic"
            path.write_bytes(b"".join(p for p in specimen.pieces if isinstance(p, bytes)))
            course.ask(decoder, path, f"mutant {number} ({specimen.name})")
            findings.mutants += 1
            if findings.mutants % _SIGN_OF_LIFE == 0:
                if not np.array_equal(_good(decoder, good), expected):
                    findings.failures.append(f"after mutant {number} the good photo is another")
                findings.signs_of_life += 1
        course.finish()
    findings.peak_mb = peak_mb()
    return findings


def _good(decoder: Decoder, path: Path) -> np.ndarray:
    """Return the depth codes of the good photo, requested as the app does."""
    request = Request(next_ticket(), "depth", str(path), Layer(LayerKind.DEPTH, 0, "depth"))
    return decoder.get(request).array
