"""An animated picture: frames with the time that each is shown, written as GIF."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

__all__ = ["LARGEST", "Film"]

LARGEST = 2_000_000
"""Bytes of a file; the README loads it."""


class Film:
    """Collects frames and writes them."""

    def __init__(self) -> None:
        self._frames: list[Image.Image] = []
        self._milliseconds: list[int] = []

    def add(self, frame: Image.Image, milliseconds: int) -> None:
        """Append a frame; colours beyond 256 are merged."""
        self._frames.append(frame.quantize(256, dither=Image.Dither.NONE))
        self._milliseconds.append(milliseconds)

    def save(self, path: Path) -> None:
        """Write the frames in a loop; exits where the file is larger than LARGEST."""
        first, *others = self._frames
        first.save(path, save_all=True, append_images=others, duration=self._milliseconds, loop=0)
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{path} takes {path.stat().st_size:,} bytes")
        print(path.name)
