"""Generated photos whose depth item is turned otherwise: points take the colours of their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.depth.camera import aligned_camera, stored_camera
from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution
from heicdepth_tui.depth.coverage import Coverage
from heicdepth_tui.depth.registration import Basis, Frames, Registration, register
from heicdepth_tui.export.npz import npz_metadata
from heicdepth_tui.export.png import output_files as png_parts
from heicdepth_tui.export.record import photo_record
from heicdepth_tui.export.run import read_source
from heicdepth_tui.export.source import ExportOptions, ExportSource
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Crop, Rotation, Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.report.tables import fact_groups
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.orient import TRANSFORMS, inverse, turn
from heicdepth_tui.samples.recipe import GroundTruth, Recipe
from heicdepth_tui.ui.presenters.labels import caption
from tests.support.records import check_record


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def made(
    folder: Path, recipe: Recipe, frames: Frames = Frames.AUTO
) -> tuple[ExportSource, GroundTruth]:
    photo = make_photo(recipe)
    (folder / "a.heic").write_bytes(photo.data)
    return read(folder, frames), photo.ground_truth


def read(folder: Path, frames: Frames = Frames.AUTO) -> ExportSource:
    """Return the photo that ``made`` has written, its depth map registered another way."""
    return read_source(folder / "a.heic", ExportOptions(register=frames), decode)


def check(source: ExportSource, truth: GroundTruth) -> None:
    """Codes, camera and colours are those of the upright photo."""
    assert np.array_equal(source.depth_map.codes, truth.codes)
    camera, true = source.camera, truth.depth_camera
    assert camera is not None
    # The XMP holds the intrinsics in decimal digits of float32 at least.
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx(
        (true.fx, true.fy, true.cx, true.cy), rel=1e-5, abs=1e-4
    )


def difference(source: ExportSource, truth: GroundTruth) -> float:
    picture = Image.fromarray(truth.rgb).resize(source.size, Image.Resampling.BOX)
    return float(np.abs(source.rgb.astype(float) - np.asarray(picture, float)).mean())


@pytest.mark.parametrize("coded_as_photo", [True, False])
@pytest.mark.parametrize("own", range(1, 9))
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_pair_of_orientations(
    tmp_path: Path, orientation: int, own: int, coded_as_photo: bool
) -> None:
    recipe = Recipe(
        orientation=orientation, depth_orientation=own, depth_coded_as_photo=coded_as_photo
    )
    frames = Frames.CODED if coded_as_photo else Frames.TRANSFORMS
    source, truth = made(tmp_path, recipe, frames)
    check(source, truth)
    # Coding costs 2 levels, a wrong orientation 20 and more.
    assert difference(source, truth) < 4

    automatic = read(tmp_path)
    found = register(source.header.primary, source.header.depth.item)  # type: ignore[arg-type]
    if found.basis is not Basis.UNDECIDED:
        check(automatic, truth)
        assert difference(automatic, truth) < 4
    else:
        # A pair that differs by a half turn or a mirroring: the file does not say it.
        assert (orientation > 4) is (own > 4)
        assert any("--register" in note for note in automatic.notes)


@pytest.mark.parametrize(("orientation", "own"), [(6, 1), (3, 1), (1, 8), (5, 2)])
def test_a_cropped_map_is_cut_from_the_turned_photo(
    tmp_path: Path, orientation: int, own: int
) -> None:
    crop = Crop(20, 10, 30, 24)
    recipe = Recipe(
        size=Size(192, 144),
        orientation=orientation,
        depth_orientation=own,
        depth_coded_as_photo=True,
        depth_crop=crop,
    )
    source, truth = made(tmp_path, recipe, Frames.CODED)
    check(source, truth)
    region = source.region
    height, width = truth.rgb.shape[:2]
    left, top = round(region.left * width), round(region.top * height)
    part = truth.rgb[
        top : top + round(region.height * height), left : left + round(region.width * width)
    ]
    picture = Image.fromarray(part).resize(source.size, Image.Resampling.BOX)
    assert np.abs(source.rgb.astype(float) - np.asarray(picture, float)).mean() < 4


PHOTO_CROP = Crop(40, 20, 110, 96)
"""Of a coded frame of 192x144; no multiple of the map's samples, which are 2 pixels wide."""


@pytest.mark.parametrize("depth_crop", [None, Crop(8, 12, 60, 50)], ids=["whole", "cropped"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_points_lie_inside_the_photos_crop_and_have_its_colours(
    tmp_path: Path, orientation: int, depth_crop: Crop | None
) -> None:
    size, depth_size = Size(192, 144), Size(96, 72)
    transforms = TRANSFORMS[orientation]
    if orientation > 4:
        # The coded frame lies across, so the crops are those of a coded 192x144.
        size, depth_size = Size(144, 192), Size(72, 96)
    recipe = Recipe(
        size=size,
        depth_size=depth_size,
        orientation=orientation,
        photo_crop=PHOTO_CROP,
        depth_crop=depth_crop,
    )
    source, truth = made(tmp_path, recipe)

    # Brute force: the number of the map's sample that each coded photo pixel lies in.
    numbers = np.arange(72 * 96).reshape(72, 96)
    of_pixel = numbers.repeat(2, 0).repeat(2, 1)
    seen = turn(of_pixel, (PHOTO_CROP, *transforms))
    decoded = turn(numbers, (*([depth_crop] if depth_crop else []), *transforms))
    common = np.isin(decoded, seen)
    rows, columns = np.flatnonzero(common.any(1)), np.flatnonzero(common.any(0))
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert np.array_equal(source.depth_map.codes, truth.codes[window])
    colour = turn(truth.rgb, inverse(transforms)).astype(float)
    cells = colour.reshape(72, 2, 96, 2, 3).mean((1, 3)).reshape(-1, 3)
    expected = cells[decoded[window]]
    # Coding costs 2 levels, a wrong place 12 and more.
    assert np.abs(source.rgb - expected).mean() < 4
    assert np.abs(source.rgb[::-1] - expected).mean() > 12
    # A whole map's camera, seen from another corner.
    camera, true = source.camera, truth.depth_camera
    assert camera is not None
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx(
        (true.fx, true.fy, true.cx - columns[0], true.cy - rows[0]), rel=1e-5, abs=1e-4
    )
    left_out = decoded.size - int(common.sum())
    note = f"{left_out:,} of {decoded.size:,} depth samples lie outside the photo's crop"
    assert any(note in text for text in source.notes)
    assert any(note in line for line in (*source.cloud_comments(), *source.depth_comments()))
    assert not any("stretched" in text for text in source.notes)
    found = photo_record("a.heic", source.header, None)
    check_record(found)
    assert found["registration"]["outside_photo"] == left_out
    assert found["registration"]["depth_crop"] == [
        columns[0],
        rows[0],
        len(columns),
        len(rows),
    ]


CROPPED = Recipe(size=Size(192, 144), photo_crop=PHOTO_CROP)


@pytest.mark.parametrize("intrinsics", [True, False], ids=["file", "exif"])
@pytest.mark.parametrize(
    ("recipe", "frames"),
    [
        (Recipe(orientation=6, depth_orientation=1, depth_coded_as_photo=True), Frames.AUTO),
        (Recipe(orientation=3, depth_orientation=1, depth_coded_as_photo=True), Frames.AUTO),
        (Recipe(orientation=3, depth_orientation=1), Frames.TRANSFORMS),
        (CROPPED, Frames.AUTO),
    ],
    ids=["turned", "undecided", "chosen", "cropped"],
)
def test_all_cameras_of_an_archive_are_that_of_its_arrays(
    tmp_path: Path, recipe: Recipe, frames: Frames, intrinsics: bool
) -> None:
    source, _ = made(tmp_path, recipe if intrinsics else replace(recipe, calibration=None), frames)
    camera, stated = source.camera, npz_metadata(source)
    assert camera is not None
    expected = {name: getattr(camera, name) for name in ("fx", "fy", "cx", "cy")}
    height, width = source.depth_map.codes.shape
    assert stated["depth_camera"] == {**expected, "width": width, "height": height}
    check_record({k: v for k, v in stated.items() if k != "export"})


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(orientation=6, depth_orientation=1, depth_coded_as_photo=True, calibration=None),
        replace(CROPPED, calibration=None),
        replace(CROPPED, calibration=None, depth_crop=Crop(8, 12, 60, 50)),
    ],
    ids=["turned", "cropped", "both cropped"],
)
def test_info_has_the_camera_of_the_exports(tmp_path: Path, recipe: Recipe) -> None:
    source, _ = made(tmp_path, recipe)
    camera = aligned_camera(source.header)
    assert camera is not None
    assert camera == source.camera
    # What the items' own turns and crops explain is no oddity of the photo.
    assert camera.note == ""
    groups = fact_groups(source.header, stored=stored_camera(source.header), camera=camera)
    stated = {fact.label: fact.value for group in groups for fact in group.facts}
    assert f"at {source.size}" in stated["for the map"]
    assert ("as the photo is" in stated["for the map"]) is bool(source.registration.transforms)  # type: ignore[union-attr]
    assert "principal point assumed in the middle" in stated["estimated"]


def test_a_finer_cloud_stays_inside_the_photos_crop(tmp_path: Path) -> None:
    recipe = Recipe(size=Size(192, 144), photo_crop=PHOTO_CROP)
    (tmp_path / "a.heic").write_bytes(make_photo(recipe).data)
    cloud = CloudOptions(color_resolution=ColorResolution.PHOTO, drop_flying=False)
    source = read_source(tmp_path / "a.heic", ExportOptions(cloud=cloud), decode)
    assert source.cloud.grid == (110, 96)
    truth = make_photo(recipe).ground_truth.rgb[20:116, 40:150].reshape(-1, 3).astype(float)
    assert np.abs(source.cloud.rgb - truth[source.cloud.index]).mean() < 6


def test_a_crop_that_cannot_be_matched_is_stated_everywhere(tmp_path: Path) -> None:
    recipe = Recipe(depth_size=Size(72, 72), photo_crop=Crop(0, 0, 96, 24))
    source, _ = made(tmp_path, recipe)
    words = "differ in shape both with and without their crops"
    assert source.size == (72, 72)
    assert any(words in line for line in source.depth_comments())
    found = photo_record("a.heic", source.header, None)["registration"]
    assert found["basis"] == "undecided"
    assert words in found["sentence"]
    info = {fact.label: fact.value for fact in fact_groups(source.header)[0].facts}
    assert words in info["registration"]
    assert "undecided" in caption(60, source.header, is_single=True)


def test_every_file_of_png_says_how_the_map_was_turned(tmp_path: Path) -> None:
    source, _ = made(
        tmp_path, Recipe(orientation=3, depth_orientation=1, depth_coded_as_photo=True)
    )
    stated = [part.summary for part in png_parts(source)[1:]]
    assert len(stated) == 2
    assert all("shapes do not decide" in text for text in stated)


@pytest.mark.parametrize("basis", Basis)
def test_captions_fit_the_narrowest_pane(basis: Basis) -> None:
    turned = [Registration(basis, Frames.CODED, (Rotation(2),), Coverage(), "turned")]
    cropped = Registration(
        basis, Frames.CODED, (), Coverage(is_sure=basis is not Basis.UNDECIDED, sentence="cropped")
    )
    for one in [cropped, *(turned if basis is not Basis.SAME else [])]:
        # 24 cells at 80x24.
        assert 0 < len(one.short) <= 24
        assert ("undecided" in one.short) is (basis is Basis.UNDECIDED)


def test_info_says_what_is_undecided(tmp_path: Path) -> None:
    photo = make_photo(Recipe(orientation=3, depth_orientation=1, depth_coded_as_photo=True))
    (tmp_path / "a.heic").write_bytes(photo.data)
    header = read_header(tmp_path / "a.heic")
    stated = photo_record("a.heic", header, None)["registration"]
    assert (stated["basis"], stated["frames"], stated["rotation"]) == ("undecided", "coded", 180)
    info = {fact.label: fact.value for fact in fact_groups(header)[0].facts}
    assert "shapes do not decide" in info["registration"]
    # The option is one of export alone.
    assert "choose with export --register" in info["registration"]
    alike = make_photo(Recipe(orientation=3))
    (tmp_path / "b.heic").write_bytes(alike.data)
    header = read_header(tmp_path / "b.heic")
    assert photo_record("b.heic", header, None)["registration"]["basis"] == "same orientation"
    assert "registration" not in {fact.label for fact in fact_groups(header)[0].facts}


@pytest.mark.parametrize(("name", "basis"), [("90", Basis.CODED), ("180", Basis.UNDECIDED)])
def test_photos_turned_without_their_depth_item(photos: Path, name: str, basis: Basis) -> None:
    header = read_header(photos / "odd" / f"made__photo_turned_{name}_depth_not.heic")
    assert header.depth.item is not None
    found = register(header.primary, header.depth.item)
    assert (found.basis, found.frames) == (basis, Frames.CODED)
