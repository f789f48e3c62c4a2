"""Stereo pictures of a photo: side by side, two files, anaglyph and wiggle."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from heicdepth_tui.depth.cloud import build_cloud
from heicdepth_tui.depth.jumps import jump_rule
from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection, color_size
from heicdepth_tui.depth.stereo import Stereo, View, stereo_views
from heicdepth_tui.depth.trust import distortion_sentence
from heicdepth_tui.errors import ExportError, NoCameraError
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.source import ExportSource, OutputFile, ascii_line
from heicdepth_tui.heif.colour import SRGB
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.colour import coded_levels, linear_from_coded

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Rgb = NDArray[np.uint8]

__all__ = ["Pair", "anaglyph", "stereo_pair", "view_size"]

_LARGEST = 1 << 24
"""Pixels of a view: of larger photos a view has four times the sides of the depth map."""
_QUALITY = 95
_WIGGLE_SIDE = 1024
"""Longest side of the animation: GIF is coded without loss, and grows with each pixel."""
_WIGGLE_MS = 140
_WIGGLE_COLOURS = 256
_SEAM = 2.5
"""Samples of the depth map by which edges in photo and map are apart; seen on real photos."""
_MOST_HOLES = 0.5
"""Share of a view that may be filled: beyond it, the view shows less of the photo than of holes."""
_COMFORT = 1 / 30
"""Share of the width by which views may differ, nearest to farthest, to be fused at ease."""

_DUBOIS_LEFT = ((0.437, 0.449, 0.164), (-0.062, -0.062, -0.024), (-0.048, -0.050, -0.017))
_DUBOIS_RIGHT = ((-0.011, -0.032, -0.007), (0.377, 0.761, 0.009), (-0.026, -0.093, 1.234))
"""Least squares for red and cyan glasses, rows red, green, blue, of linear colours.

E. Dubois, Conversion of a stereo pair to anaglyph with the least-squares projection method, 2009.
"""

_IMAGE_DESCRIPTION, _SOFTWARE, _EXIF_IFD, _USER_COMMENT = 270, 305, 34665, 37510


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two views of a photo, and the photo as it lies between them."""

    stereo: Stereo
    photo: Coloured

    @property
    def size(self) -> Size:
        """Size of a view."""
        height, width = self.photo.rgb.shape[:2]
        return Size(width, height)

    @property
    def spread(self) -> float:
        """The shift of the nearest sample against the farthest one, as a share of the width."""
        stereo = self.stereo
        return (stereo.shift(stereo.nearest) - stereo.shift(stereo.farthest)) / self.size.width

    def clauses(self) -> Iterator[str]:
        """Yield size, baseline, convergence, holes, and a remedy for too much depth, as clauses."""
        stereo = self.stereo
        yield (
            f"two views {self.size}, {1000 * stereo.baseline:g} mm apart, converging at "
            f"{stereo.convergence:.3g} m"
        )
        left, right = stereo.left.hole_share, stereo.right.hole_share
        yield (
            f"holes filled from the farther side: {100 * left:.2f} % of the left view, "
            f"{100 * right:.2f} % of the right one"
        )
        if self.spread > _COMFORT:
            easy = _rounded_down(1000 * stereo.baseline * _COMFORT / self.spread)
            yield (
                f"shifts span {100 * self.spread:.1f} % of the width, --baseline-mm {easy:g} gives "
                f"{100 * _COMFORT:.1f} %, which is easy to fuse"
            )

    def details(self) -> Iterator[str]:
        """Yield the shifts of the nearest and the farthest sample, and samples without distance."""
        stereo = self.stereo
        near, far = stereo.shift(stereo.nearest), stereo.shift(stereo.farthest)
        yield (
            f"shifts of {near:+.1f} px at {stereo.nearest:.3g} m to {far:+.1f} px at "
            f"{stereo.farthest:.3g} m, {100 * self.spread:.1f} % of the width"
        )
        if stereo.invalid:
            yield (
                f"{stereo.invalid:,} pixels without a distance shown as far away as their "
                "farther neighbour"
            )


def _rounded_down(value: float) -> float:
    """Return a positive number cut to two digits, so that it stays on its side of a limit."""
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.floor(value / step) * step)


def stereo_pair(source: ExportSource) -> Pair:
    """Return the views of a source by ``options.baseline_mm`` and ``options.convergence``.

    Depth is raised to the size of the views. Raises NoMetresError and NoCameraError as a cloud
    does, ExportError for the flat projection, where no sample has a distance, and where eyes so
    far apart see less than half of the photo.
    """
    options = source.options
    if options.cloud.projection is Projection.FLAT:
        raise ExportError(
            "two views need distances, which the flat projection does not have",
            path=source.path,
            hint="use the perspective projection",
        )
    if source.camera is None:
        raise NoCameraError(
            "neither the file nor EXIF gives a camera", hint="two views need its focal length"
        )
    resolution, size = _resolution(source)
    photo = source.colours(size, False)
    cloud_options = CloudOptions(
        drop_flying=options.cloud.drop_flying,
        flying_threshold=options.cloud.flying_threshold,
        smooth=options.cloud.smooth,
        color_resolution=resolution,
    )
    cloud = build_cloud(source.depth_map, source.camera, photo.rgb, cloud_options)
    if not len(cloud):
        raise ExportError(
            "no sample of the depth map has a distance",
            path=source.path,
            hint="nothing can be seen from two eyes",
        )
    rule = jump_rule(
        source.depth_map,
        cloud.camera or source.camera,
        threshold=options.cloud.flying_threshold,
    )
    stereo = stereo_views(
        cloud,
        photo.rgb,
        rule,
        baseline=options.baseline_mm / 1000,
        convergence=options.convergence,
        seam=math.ceil(_SEAM * size.width / source.size.width),
    )
    pair = Pair(stereo, photo)
    holes = max(stereo.left.hole_share, stereo.right.hole_share)
    if holes > _MOST_HOLES:
        raise ExportError(
            f"eyes {options.baseline_mm:g} mm apart that converge at {stereo.convergence:.3g} m "
            f"would see the photo in only {100 * (1 - holes):.0f} % of a view",
            path=source.path,
            hint=f"its distances are {stereo.nearest:.3g} to {stereo.farthest:.3g} m: converge "
            "within them, or use a smaller baseline",
        )
    return pair


def view_size(source: ExportSource) -> Size:
    """Return the size of a view: twice the depth map's sides, or more where options request it."""
    return _resolution(source)[1]


def _resolution(source: ExportSource) -> tuple[ColorResolution, Size]:
    photo = source.region.size_in(source.header.primary.displayed_size)
    resolution = source.options.cloud.color_resolution
    if resolution is ColorResolution.DEPTH:
        resolution = ColorResolution.X2
    size = color_size(source.size, photo, resolution)
    if size.width * size.height > _LARGEST and resolution is ColorResolution.PHOTO:
        resolution = ColorResolution.X4
        size = color_size(source.size, photo, resolution)
    return resolution, size


def side_by_side(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``sbs``: the left view on the left, for parallel viewing and headsets."""
    pair = source.once(stereo_pair)
    both = np.concatenate((pair.stereo.left.rgb, pair.stereo.right.rgb), axis=1)
    text = _text(source, pair, "left view on the left")
    return (OutputFile("-sbs.jpg", partial(_write_jpeg, both, pair, source, text), text),)


def left_and_right(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the files of ``left-right``."""
    pair = source.once(stereo_pair)

    def one(name: str, view: View) -> OutputFile:
        text = _text(source, pair, f"the {name} view")
        return OutputFile(f"-{name}.jpg", partial(_write_jpeg, view.rgb, pair, source, text), text)

    return (one("left", pair.stereo.left), one("right", pair.stereo.right))


def red_and_cyan(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``anaglyph``."""
    pair = source.once(stereo_pair)
    text = _text(source, pair, "anaglyph for glasses with red on the left, by Dubois")
    return (OutputFile("-anaglyph.png", partial(_write_anaglyph, pair, source, text), text),)


def wiggle(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``wiggle``."""
    pair = source.once(stereo_pair)
    what = f"left view, photo, right view, photo, in turn; at most {_WIGGLE_SIDE} pixels a side"
    text = _text(source, pair, what)
    return (OutputFile("-wiggle.gif", partial(_write_wiggle, pair, source, text), text),)


def _text(source: ExportSource, pair: Pair, what: str) -> str:
    notes = list(source.notes)
    if source.header.stereo_pairs:
        notes.append(
            "made from the depth map, although the file has a picture for each eye: "
            "--format layers writes them"
        )
    clauses = (what, *pair.clauses(), source.trust.long, pair.photo.short, *notes)
    return "; ".join(clauses)


def _comment(source: ExportSource, pair: Pair, text: str) -> str:
    lines = [*pair.details(), source.trust.sentence, *source.depth_map.notes]
    if source.camera is not None:
        lines += [source.camera.describe(), distortion_sentence(source.camera)]
    return "; ".join([ascii_line(text), *map(ascii_line, lines), *source.comments()])


def anaglyph(left: Rgb, right: Rgb) -> Rgb:
    """Return sRGB views (H, W, 3) as one picture for red and cyan glasses, red on the left eye."""
    mixed = np.empty_like(left)
    linear = linear_from_coded()
    for start in range(0, len(left), 64):
        rows = slice(start, start + 64)
        one, other = linear[left[rows]], linear[right[rows]]
        for channel in range(3):
            value = np.zeros(one.shape[:2], dtype=np.float32)
            for eye, matrix in ((one, _DUBOIS_LEFT), (other, _DUBOIS_RIGHT)):
                for part, factor in enumerate(matrix[channel]):
                    value += np.float32(factor) * eye[..., part]
            mixed[rows, :, channel] = coded_levels(value)
    return mixed


def _write_jpeg(rgb: Rgb, pair: Pair, source: ExportSource, text: str, file: BinaryIO) -> None:
    """Write a JPEG; the summary is in ImageDescription, trust and camera in UserComment."""
    from PIL import Image

    exif = Image.Exif()
    exif[_IMAGE_DESCRIPTION] = ascii_line(text)
    exif[_SOFTWARE] = "heicdepth-tui"
    # The first eight bytes name the coding of the others (Exif 3.0, UserComment).
    comment = b"ASCII\0\0\0" + _comment(source, pair, text).encode("ascii")
    exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = comment
    # Pillow writes to a real file behind Python's back and forgets the cause of a failure.
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(
        buffer, "JPEG", quality=_QUALITY, subsampling=0, exif=exif
    )
    file.write(buffer.getbuffer())


def _write_anaglyph(pair: Pair, source: ExportSource, text: str, file: BinaryIO) -> None:
    from PIL import Image, PngImagePlugin

    about = PngImagePlugin.PngInfo()
    about.add_text("Description", ascii_line(text))
    about.add_text("Comment", _comment(source, pair, text))
    if pair.photo.space == SRGB:
        about.add(b"sRGB", b"\1")
    buffer = io.BytesIO()
    mixed = anaglyph(pair.stereo.left.rgb, pair.stereo.right.rgb)
    Image.fromarray(mixed).save(buffer, "PNG", pnginfo=about)
    file.write(buffer.getbuffer())


def _write_wiggle(pair: Pair, source: ExportSource, text: str, file: BinaryIO) -> None:
    """Write an endless animation of left view, photo, right view, photo, in one palette."""
    from PIL import Image

    pictures = (pair.stereo.left.rgb, pair.photo.rgb, pair.stereo.right.rgb)
    small = [_shrunk(Image.fromarray(np.ascontiguousarray(rgb))) for rgb in pictures]
    palette = small[1].quantize(_WIGGLE_COLOURS, Image.Quantize.FASTOCTREE)
    left, middle, right = (
        one.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for one in small
    )
    buffer = io.BytesIO()
    left.save(
        buffer,
        "GIF",
        save_all=True,
        append_images=[middle, right, middle],
        duration=_WIGGLE_MS,
        loop=0,
        comment=_comment(source, pair, text).encode("ascii"),
    )
    file.write(buffer.getbuffer())


def _shrunk(image: Image.Image) -> Image.Image:
    from PIL import Image

    share = min(1.0, _WIGGLE_SIDE / max(image.size))
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image if size == image.size else image.resize(size, Image.Resampling.BOX)
