"""Generated photos whose depth item is turned otherwise: points take the colours of their place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.depth.registration import Basis, Frames, register
from heicdepth_tui.export.record import photo_record
from heicdepth_tui.export.run import read_subject
from heicdepth_tui.export.subject import ExportOptions, Subject
from heicdepth_tui.heif.facts import Crop, Size
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.report.tables import fact_groups
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe, Truth


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def made(folder: Path, recipe: Recipe, frames: Frames = Frames.AUTO) -> tuple[Subject, Truth]:
    photo = make_photo(recipe)
    (folder / "a.heic").write_bytes(photo.data)
    options = ExportOptions(register=frames)
    return read_subject(folder / "a.heic", options, decode), photo.truth


def check(subject: Subject, truth: Truth) -> None:
    """Codes, camera and colours are those of the upright photo."""
    assert np.array_equal(subject.depth_map.codes, truth.codes)
    camera, true = subject.camera, truth.depth_camera
    assert camera is not None
    # The XMP holds the intrinsics in decimal digits of float32 at least.
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx(
        (true.fx, true.fy, true.cx, true.cy), rel=1e-5, abs=1e-4
    )


def difference(subject: Subject, truth: Truth) -> float:
    picture = Image.fromarray(truth.rgb).resize(subject.size, Image.Resampling.BOX)
    return float(np.abs(subject.rgb.astype(float) - np.asarray(picture, float)).mean())


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
    subject, truth = made(tmp_path, recipe, frames)
    check(subject, truth)
    # Coding costs 2 levels, a wrong orientation 20 and more.
    assert difference(subject, truth) < 4

    automatic, _ = made(tmp_path, recipe)
    found = register(subject.header.primary, subject.header.depth.item)  # type: ignore[arg-type]
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
    subject, truth = made(tmp_path, recipe, Frames.CODED)
    check(subject, truth)
    region = subject.region
    height, width = truth.rgb.shape[:2]
    left, top = round(region.left * width), round(region.top * height)
    part = truth.rgb[
        top : top + round(region.height * height), left : left + round(region.width * width)
    ]
    picture = Image.fromarray(part).resize(subject.size, Image.Resampling.BOX)
    assert np.abs(subject.rgb.astype(float) - np.asarray(picture, float)).mean() < 4


def test_info_says_what_is_undecided(tmp_path: Path) -> None:
    photo = make_photo(Recipe(orientation=3, depth_orientation=1, depth_coded_as_photo=True))
    (tmp_path / "a.heic").write_bytes(photo.data)
    header = read_header(tmp_path / "a.heic")
    told = photo_record("a.heic", header, None)["registration"]
    assert (told["basis"], told["frames"], told["rotation"]) == ("undecided", "coded", 180)
    facts = {fact.label: fact.value for fact in fact_groups(header)[0].facts}
    assert "shapes do not decide" in facts["registration"]
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
