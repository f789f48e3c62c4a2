"""The exception family: every error a user can meet, each naming the file, the cause and a remedy.

::

    HeicDepthError
    ├── FileAccessError       the file cannot be opened, is no regular file, vanished or shrank
    ├── HeaderError           the bytes do not hold a HEIF photo that can be read
    │   ├── NotHeifError      it is something else (``kind`` names it: JPEG, PNG, empty …)
    │   ├── TruncatedError    the file is cut short: boxes or extents reach past its end
    │   ├── MalformedError    boxes contradict the standard or each other
    │   ├── UnsupportedHeaderError  valid, but uses a feature that this program does not read
    │   └── LimitError        larger than the limits allow; the numbers are in the message
    ├── DecodeError           a layer cannot be turned into pixels
    │   ├── MissingLayerError the photo has no such layer
    │   ├── UnsupportedError  the codec or bit depth is not supported by the decoder
    │   └── DecoderStoppedError  the decoder process died, hung or outgrew its cap on this photo
    ├── GeometryError         codes cannot become metres or points
    │   ├── NoDepthError      the photo has no depth map (absent, stripped or unreadable)
    │   ├── NoMetresError     the metadata does not state what a code means in metres
    │   ├── NoCameraError     neither the file nor EXIF describes the camera
    │   └── RectifyError      the file's lens distortion is missing or cannot be relied on
    ├── ExportError           the requested export cannot be made
    │   ├── WriteError        the file cannot be written (disk full, permission, name too long …)
    │   └── MissingExtraError a package of an extra is missing, or too old
    ├── ConfigError           the config file cannot be read, or a key of it has a wrong value
    └── TerminalError         this terminal or stream cannot show the requested output
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from heicdepth_tui.text import printable

__all__ = [
    "ConfigError",
    "DecodeError",
    "DecoderStoppedError",
    "ExportError",
    "Extra",
    "FileAccessError",
    "GeometryError",
    "HeaderError",
    "HeicDepthError",
    "LimitError",
    "MalformedError",
    "MissingExtraError",
    "MissingLayerError",
    "NoCameraError",
    "NoDepthError",
    "NoMetresError",
    "NotHeifError",
    "RectifyError",
    "TerminalError",
    "TruncatedError",
    "UnsupportedError",
    "UnsupportedHeaderError",
    "WriteError",
    "extra_hint",
]

Extra = Literal["cluster", "dataset", "exr"]
"""The optional dependencies that errors ask for, by their names in pyproject.toml."""


def extra_hint(extra: Extra) -> str:
    """Return how to install an extra, for an installed package and for a clone, as a hint."""
    return (
        f"install the extra [{extra}]: pip install 'heicdepth-tui[{extra}]', "
        f"in a clone: pip install '.[{extra}]'"
    )


class HeicDepthError(Exception):
    """An error with a file, a cause and a remedy; ``str()`` gives one printable line.

    ``what`` states the problem, ``hint`` the remedy (may be empty), ``path`` the file (None where
    there is none). All three are escaped for the terminal by
    ``str()``; the attributes stay raw.
    """

    def __init__(self, what: str, *, path: Path | str | None = None, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.path = None if path is None else Path(path)
        self.hint = hint

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}: "
        remedy = f"; {self.hint}" if self.hint else ""
        return printable(f"{where}{self.what}{remedy}")

    @property
    def short(self) -> str:
        """The problem and the remedy without the file's name, printable."""
        return printable(f"{self.what}; {self.hint}" if self.hint else self.what)

    def at(self, path: Path | str) -> HeicDepthError:
        """Return this error with ``path`` filled in where it had none."""
        if self.path is None:
            self.path = Path(path)
        return self


class FileAccessError(HeicDepthError):
    """The file cannot be opened, is no regular file, vanished or shrank while it was read."""


class HeaderError(HeicDepthError):
    """The bytes do not hold a HEIF photo that can be read."""


class NotHeifError(HeaderError):
    """The file is something else; ``kind`` names it (``JPEG``, ``PNG``, ``empty file`` …)."""

    def __init__(
        self, what: str, *, kind: str, path: Path | str | None = None, hint: str = ""
    ) -> None:
        super().__init__(what, path=path, hint=hint)
        self.kind = kind


class TruncatedError(HeaderError):
    """The file is cut short: a box or an extent reaches past its end."""


class MalformedError(HeaderError):
    """Boxes contradict the standard or each other."""


class UnsupportedHeaderError(HeaderError):
    """The header is valid, but uses a feature that this program does not read."""


class LimitError(HeaderError):
    """The photo is larger than the limits allow; the message carries the numbers."""


class DecodeError(HeicDepthError):
    """A layer cannot be turned into pixels."""


class MissingLayerError(DecodeError):
    """The photo has no such layer."""


class UnsupportedError(DecodeError):
    """The decoder does not support this codec, bit depth or chroma format."""


class DecoderStoppedError(DecodeError):
    """The decoder process died, hung or outgrew its memory cap on this photo."""


class GeometryError(HeicDepthError):
    """Codes cannot become metres, or metres cannot become points."""


class NoDepthError(GeometryError):
    """The photo has no depth map: absent, stripped or unreadable; the message states which.

    ``is_absent`` is False where there is one that cannot be read.
    """

    def __init__(
        self,
        what: str,
        *,
        path: Path | str | None = None,
        hint: str = "",
        is_absent: bool = True,
    ) -> None:
        super().__init__(what, path=path, hint=hint)
        self.is_absent = is_absent


class NoMetresError(GeometryError):
    """The metadata does not state what a code means in metres; the message gives the reason."""


class NoCameraError(GeometryError):
    """Neither the depth item's XMP nor EXIF describes the camera."""


class RectifyError(GeometryError):
    """The file states no lens distortion, or one that does not invert, which the message gives."""


class ExportError(HeicDepthError):
    """The requested export cannot be made."""


class WriteError(ExportError):
    """The file cannot be written; nothing was left behind and nothing was overwritten."""


class MissingExtraError(ExportError):
    """A package that an extra installs is missing, or too old; no photo was touched."""


class ConfigError(HeicDepthError):
    """The config file cannot be read, has an unknown key, or a value that is not allowed."""


class TerminalError(HeicDepthError):
    """This terminal or stream cannot show the requested output."""
