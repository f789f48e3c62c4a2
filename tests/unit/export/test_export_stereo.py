"""Stereo pictures: what two eyes see of a known scene, and what the files say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution, Projection
from heicdepth_tui.errors import ExportError, NoCameraError, NoMetresError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo, read_source
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.export.stereo import anaglyph, stereo_pair, view_size
from heicdepth_tui.heif.facts import StereoPair
from heicdepth_tui.heif.picture_facts import ImageItem, Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.shading import shade
from heicdepth_tui.samples.solids import Floor, Pinhole, Scene, Sphere, Wall
from tests.support.lens import Lens, distorted_photo

Make = Callable[..., ExportSource]
STEREO = ("sbs", "left-right", "anaglyph", "wiggle")
BASELINE, CONVERGENCE = 0.3, 1.5
PHOTO, DEPTH = Size(192, 144), Size(96, 72)
GREY = (0.5, 0.5, 0.5)


def scene_seen_from(x: float) -> Scene:
    """Spheres before a wall of one colour, as an eye sees them that is ``x`` metres to the right.

    Floor and wall look the same from everywhere, so moving the spheres moves the eye.
    """
    spheres = (
        Sphere((-0.25 - x, 0.0, -1.0), 0.15, (0.8, 0.1, 0.1), gloss=0),
        Sphere((0.3 - x, 0.1, -1.6), 0.2, (0.1, 0.6, 0.2), gloss=0),
    )
    return Scene(spheres, Floor(-0.6, (GREY, GREY)), Wall(3.0, (GREY, GREY)), light=(0, 1, 1))


def camera_with(shift: float = 0.0) -> Pinhole:
    camera = Pinhole.of(*PHOTO, 30.0)
    return replace(camera, cx=camera.cx + shift)


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


@pytest.fixture(scope="module")
def spheres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stereo") / "spheres.heic"
    recipe = Recipe(
        scene=scene_seen_from(0.0), camera=camera_with(), size=PHOTO, depth_size=DEPTH, quality=100
    )
    path.write_bytes(make_photo(recipe).data)
    return path


def options(*formats: str, folder: Path = Path(), **others: Any) -> ExportOptions:
    chosen = {"baseline_mm": 1000 * BASELINE, "convergence": CONVERGENCE, **others}
    return ExportOptions(formats, out=folder, **chosen)


@pytest.mark.parametrize("eye", ["left", "right"])
def test_a_view_is_what_a_camera_there_would_see(spheres: Path, eye: str) -> None:
    pair = stereo_pair(read_source(spheres, options("sbs"), decode))
    side = -1 if eye == "left" else 1
    # The eye is half a baseline aside; converging moves its picture back by f B / 2 / Zc.
    shift = side * camera_with().fx * BASELINE / 2 / CONVERGENCE
    want = shade(scene_seen_from(side * BASELINE / 2), camera_with(shift)).astype(int)
    view = pair.stereo.left if eye == "left" else pair.stereo.right
    seen = view.rgb.astype(int)
    wrong = (np.abs(seen - want).max(axis=2) > 24).mean()
    unmoved = (np.abs(shade(scene_seen_from(0), camera_with()) - want).max(axis=2) > 24).mean()
    # Pixels on the outlines differ, by the depth map's coarser grid.
    assert wrong < 0.03
    assert wrong < unmoved / 3


def test_side_by_side_and_two_files_hold_the_same_views(spheres: Path, tmp_path: Path) -> None:
    done = export_photo(spheres, options("sbs", "left-right", folder=tmp_path), decode)
    assert [one.path.name for one in done] == [
        "spheres-sbs.jpg",
        "spheres-left.jpg",
        "spheres-right.jpg",
    ]
    both, left, right = (np.asarray(Image.open(one.path)).astype(int) for one in done)
    assert both.shape == (PHOTO.height, 2 * PHOTO.width, 3)
    # JPEG of quality 95 at most, the seam in the middle aside.
    inside = np.s_[:, 8:-8]
    assert np.abs(both[:, : PHOTO.width][inside] - left[inside]).max() <= 8
    assert np.abs(both[:, PHOTO.width :][inside] - right[inside]).max() <= 8
    assert np.abs(left - right).max() > 100


def test_an_anaglyph_of_equal_greys_is_grey() -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    np.testing.assert_allclose(anaglyph(grey, grey).astype(int), grey.astype(int), atol=1)


def test_an_anaglyph_has_the_left_view_in_red_and_the_right_one_in_cyan() -> None:
    white, black = np.full((2, 2, 3), 255, np.uint8), np.zeros((2, 2, 3), np.uint8)
    red = anaglyph(white, black)[0, 0]
    cyan = anaglyph(black, white)[0, 0]
    # Linear sums of the rows: 1.05, -0.148, -0.115 and -0.05, 1.147, 1.115, clipped.
    assert red.tolist() == [255, 0, 0]
    assert cyan.tolist() == [0, 255, 255]


def test_anaglyph_file(spheres: Path, tmp_path: Path) -> None:
    (done,) = export_photo(spheres, options("anaglyph", folder=tmp_path), decode)
    pair = stereo_pair(read_source(spheres, options("anaglyph"), decode))
    with Image.open(done.path) as image:
        want = anaglyph(pair.stereo.left.rgb, pair.stereo.right.rgb)
        np.testing.assert_array_equal(np.asarray(image), want)


def test_wiggle_goes_to_and_fro_for_ever(spheres: Path, tmp_path: Path) -> None:
    (done,) = export_photo(spheres, options("wiggle", folder=tmp_path), decode)
    with Image.open(done.path) as image:
        frames = [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(image)]
        assert (image.format, image.info["loop"], image.info["duration"]) == ("GIF", 0, 140)
    left, photo, right, again = frames
    np.testing.assert_array_equal(photo, again)
    assert (left != right).any()
    # The near sphere is farther right in the left view; its red is nowhere else.
    middles = [np.nonzero(one[..., 0] > one[..., 1].astype(int) + 60)[1].mean() for one in frames]
    assert middles[0] > middles[1] > middles[2]


def said_by(path: Path) -> str:
    """What a picture says of itself, by Pillow."""
    with Image.open(path) as image:
        if image.format == "GIF":
            comment = image.info["comment"]
            assert isinstance(comment, bytes)
            return comment.decode("ascii")
        if image.format == "PNG":
            return str(image.info["Comment"])
        exif = image.getexif()
        comment = exif.get_ifd(0x8769)[0x9286]
        assert comment.startswith(b"ASCII\0\0\0")
        assert exif[0x010E] in comment[8:].decode("ascii")
        return str(comment[8:].decode("ascii"))


@pytest.mark.parametrize("name", STEREO)
def test_every_picture_says_how_it_was_made_and_how_far_to_trust_it(
    make_source: Make, tmp_path: Path, name: str
) -> None:
    for exported in FORMATS[name].write(make_source(), tmp_path):
        said = said_by(exported.path)
        for words in (
            "63 mm apart",
            "converging at",
            "holes filled from the farther side",
            "pixels without a distance",
            "ratios hold, real distances are not promised",
            "camera from the file",
            "photo: IMG_0412.HEIC",
        ):
            assert words in said
        assert "distances relative" in exported.summary


def test_holes_are_counted_in_the_summary(make_source: Make, tmp_path: Path) -> None:
    # A plane at 1 m that converges at 2 m: f B (1 - 1/2) = 2 pixels of 12, one in each view.
    source = photo_of(make_source(codes=np.full((4, 6), 127.5).round()), Size(12, 8))
    chosen = replace(source.options, baseline_mm=400.0, convergence=2.0)
    (exported,) = FORMATS["sbs"].write(replace(source, options=chosen), tmp_path)
    assert "two views 12×8, 400 mm apart, converging at 2 m" in exported.summary
    assert "8.33 % of the left view, 8.33 % of the right one" in exported.summary


def test_more_than_is_easy_to_see_names_a_baseline_that_is(spheres: Path) -> None:
    source = read_source(spheres, options("sbs", baseline_mm=900.0), decode)
    (hint,) = [one for one in stereo_pair(source).clauses() if "--baseline-mm" in one]
    easier = float(hint.split("--baseline-mm ")[1].split()[0])
    again = read_source(spheres, options("sbs", baseline_mm=easier), decode)
    assert not [one for one in stereo_pair(again).clauses() if "--baseline-mm" in one]


def test_the_views_of_several_formats_are_made_once(make_source: Make, tmp_path: Path) -> None:
    source = make_source()
    asked: list[Size] = []

    def colours(size: Size, stored: bool) -> Any:
        asked.append(size)
        return source.colours(size, stored)

    counting = replace(source, colours=colours)
    for name in STEREO:
        FORMATS[name].write(counting, tmp_path)
    assert asked == [Size(6, 4)]


def photo_of(source: ExportSource, size: Size) -> ExportSource:
    item = ImageItem(1, "hvc1", size, size, (), 8, 3, None, False, 1000)
    return replace(source, header=replace(source.header, primary=item))


def test_views_have_twice_the_sides_of_the_map_or_what_is_requested(make_source: Make) -> None:
    photo = Size(600, 400)
    for resolution, want in (
        (ColorResolution.DEPTH, (12, 8)),
        (ColorResolution.X2, (12, 8)),
        (ColorResolution.X4, (24, 16)),
        (ColorResolution.PHOTO, photo),
    ):
        assert view_size(photo_of(make_source(color_resolution=resolution), photo)) == want
    huge = photo_of(make_source(color_resolution=ColorResolution.PHOTO), Size(12_000, 8_000))
    assert view_size(huge) == (24, 16)


def test_a_file_with_a_second_eye_of_its_own_says_so(make_source: Make, tmp_path: Path) -> None:
    source = make_source()
    spatial = replace(source.header, stereo_pairs=(StereoPair(1, 2),))
    (exported,) = FORMATS["sbs"].write(replace(source, header=spatial), tmp_path)
    assert "the file has a picture for each eye: --format layers" in exported.summary


@pytest.mark.parametrize("name", STEREO)
def test_what_gives_no_distances_is_refused_with_the_reason(
    make_source: Make, tmp_path: Path, name: str
) -> None:
    for source, error, reason in (
        (make_source(projection=Projection.FLAT), ExportError, "two views need distances"),
        (make_source(camera=False), NoCameraError, "neither the file nor EXIF gives a camera"),
        (make_source(metres=False), NoMetresError, "nonuniform disparity"),
        (make_source(codes=np.zeros((4, 6))), ExportError, "no sample of the depth map"),
    ):
        with pytest.raises(error, match=reason):
            FORMATS[name].write(source, tmp_path)
    assert not list(tmp_path.iterdir())


def test_eyes_that_see_less_than_half_of_the_photo_are_refused(spheres: Path) -> None:
    source = read_source(spheres, options("sbs", convergence=0.02), decode)
    with pytest.raises(ExportError, match=r"converge at 0.02 m would see the photo in only 0 %"):
        stereo_pair(source)


def test_rectified_views_are_those_of_the_resampled_photo(tmp_path: Path) -> None:
    path = tmp_path / "wall.heic"
    path.write_bytes(distorted_photo(Lens(k=0.15), depth_quality=-1)[0].data)
    pictures = {}
    for rectify in (True, False):
        chosen = options("sbs", folder=tmp_path, cloud=CloudOptions(rectify=rectify))
        (done,) = export_photo(path, chosen, decode)
        assert ("rectified (experimental)" in done.summary) == rectify
        pictures[rectify] = np.asarray(Image.open(done.path)).astype(int)
    assert (np.abs(pictures[True] - pictures[False]) > 24).mean() > 0.01
