"""Writes the EXIF block of a generated photo with Pillow."""

from __future__ import annotations

from fractions import Fraction

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif as PillowExif
from PIL.TiffImagePlugin import IFDRational

from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Size

__all__ = ["build_exif"]

_MARKER = b"Exif\0\0"


class _Utf8(str):
    """Text of TIFF type ASCII, written as UTF-8: Pillow would replace other characters."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return UTF-8, whatever the encoding that Pillow requests."""
        return super().encode("utf-8")


def build_exif(exif: Exif, *, size: Size | None = None, big_endian: bool = True) -> bytes:
    """Return a TIFF block (EXIF 2.32) with the values of ``exif`` that are not None.

    ``size`` fills PixelXDimension and PixelYDimension. ``has_gps`` writes a GPS directory with a
    position in the middle of the Atlantic (0° N, 30° W). Text is written as UTF-8, dates in EXIF's
    own form. At least one value must be given: a TIFF directory has at least one entry.
    """
    date = None if exif.date is None else exif.date.replace("-", ":")
    focal_35mm = exif.focal_length_35mm
    block = PillowExif()
    block.endian = ">" if big_endian else "<"
    main: dict[int, object] = {
        Base.Make: _text(exif.make),
        Base.Model: _text(exif.model),
        Base.Orientation: exif.orientation,
        Base.DateTime: _text(date),
    }
    detail: dict[int, object] = {
        Base.DateTimeOriginal: _text(date),
        Base.FocalLength: None if exif.focal_length is None else _rational(exif.focal_length),
        Base.ExifImageWidth: None if size is None else size.width,
        Base.ExifImageHeight: None if size is None else size.height,
        Base.CustomRendered: exif.custom_rendered,
        Base.FocalLengthIn35mmFilm: None if focal_35mm is None else round(focal_35mm),
        Base.LensModel: _text(exif.lens),
    }
    block.update({tag: value for tag, value in main.items() if value is not None})
    detail = {tag: value for tag, value in detail.items() if value is not None}
    if detail:
        block.get_ifd(IFD.Exif).update({Base.ExifVersion: b"0232", **detail})
    if exif.has_gps:
        block.get_ifd(IFD.GPSInfo).update(
            {
                GPS.GPSLatitudeRef: "N",
                GPS.GPSLatitude: (_rational(0), _rational(0), _rational(0)),
                GPS.GPSLongitudeRef: "W",
                GPS.GPSLongitude: (_rational(30), _rational(0), _rational(0)),
            }
        )
    return block.tobytes().removeprefix(_MARKER)


def _text(value: str | None) -> _Utf8 | None:
    return None if value is None else _Utf8(value)


def _rational(value: float) -> IFDRational:
    ratio = Fraction(value).limit_denominator(1_000_000)
    return IFDRational(ratio.numerator, ratio.denominator)
