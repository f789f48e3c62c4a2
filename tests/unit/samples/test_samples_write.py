"""The demo photos: what they are for, and that writing them harms nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from heicdepth_tui.errors import WriteError
from heicdepth_tui.heif.depth_facts import Accuracy, DepthStatus, RepresentationType
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Rotation
from heicdepth_tui.samples import write
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import SAMPLES, write_samples


@pytest.fixture(scope="module")
def headers(sample_folder: Path) -> list[Header]:
    return [read_header(sample_folder / name) for name in SAMPLES]


def test_the_whole_set_is_written(sample_folder: Path) -> None:
    assert sorted(path.name for path in sample_folder.iterdir()) == sorted(SAMPLES)


def test_the_set_shows_every_kind_of_photo(headers: list[Header]) -> None:
    status = [header.depth.status for header in headers]
    assert status.count(DepthStatus.PRESENT) == 5
    assert status.count(DepthStatus.ABSENT) == 1
    assert status.count(DepthStatus.STRIPPED) == 1
    assert {header.depth.accuracy for header in headers} >= {Accuracy.ABSOLUTE, Accuracy.RELATIVE}
    assert {h.depth.representation.type for h in headers if h.depth.representation} == {
        RepresentationType.UNIFORM_DISPARITY,
        RepresentationType.UNIFORM_INVERSE_Z,
    }
    assert {h.depth.item.bits for h in headers if h.depth.item} == {8, 10}
    assert {header.primary.transforms for header in headers} == {
        (),
        (Rotation(2),),
        (Rotation(3),),
    }
    names = {aux.name for header in headers for aux in header.auxiliaries}
    assert names == {"depth", "gain map", "portrait matte"}


def test_every_sample_is_a_grid_with_a_camera_and_nothing_wrong(headers: list[Header]) -> None:
    for header in headers:
        assert header.primary.grid is not None
        assert max(header.primary.displayed_size) == 1536
        assert not header.exif_problem
        assert not header.truncated
        if header.depth.item is not None:
            assert header.depth.calibration is not None
            assert header.depth.calibration.intrinsics is not None
            assert not header.depth.calibration.problems


def test_exif_dates_differ_and_orientations_follow_the_rotation(headers: list[Header]) -> None:
    assert len({header.exif.date for header in headers}) == len(headers)
    orientation = {(): 1, (Rotation(2),): 3, (Rotation(3),): 6}
    for header in headers:
        assert header.exif.orientation == orientation[header.primary.transforms]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> str:
    """Put a small photo in the place of one demo photo."""
    name = "IMG_0427.HEIC"
    monkeypatch.setattr(write, "SAMPLES", {name: partial(make_photo, Recipe(depth=False))})
    return name


def test_a_folder_that_is_missing_is_made(tmp_path: Path, small: str) -> None:
    folder = tmp_path / "new" / "folder"
    assert write_samples(folder, [small]) == [folder / small]


def test_writing_again_leaves_the_file_alone(tmp_path: Path, small: str) -> None:
    assert write_samples(tmp_path, [small]) == [tmp_path / small]
    before = (tmp_path / small).stat()
    assert write_samples(tmp_path, [small]) == [tmp_path / small]
    after = (tmp_path / small).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [path.name for path in tmp_path.iterdir()] == [small]


def test_a_file_of_that_name_is_never_replaced(tmp_path: Path, small: str) -> None:
    (tmp_path / small).write_bytes(b"mine")
    (tmp_path / "IMG_0427-1.HEIC").mkdir()
    (path,) = write_samples(tmp_path, [small])
    assert path == tmp_path / "IMG_0427-2.HEIC"
    assert (tmp_path / small).read_bytes() == b"mine"
    assert read_header(path).depth.status is DepthStatus.ABSENT
    assert write_samples(tmp_path, [small]) == [path]


def test_trust_takes_what_is_there_by_name_and_makes_only_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = partial(make_photo, Recipe(depth=False))
    monkeypatch.setattr(write, "SAMPLES", {"A.HEIC": build, "B.HEIC": build})
    (tmp_path / "A.HEIC").write_bytes(b"from last time")
    paths = write_samples(tmp_path, ["A.HEIC", "B.HEIC"], trust=True)
    assert paths == [tmp_path / "A.HEIC", tmp_path / "B.HEIC"]
    assert paths[0].read_bytes() == b"from last time"
    assert paths[1].read_bytes() == build().data


def test_a_link_is_neither_followed_nor_replaced(tmp_path: Path, small: str) -> None:
    (tmp_path / small).symlink_to(tmp_path / "elsewhere")
    assert write_samples(tmp_path, [small]) == [tmp_path / "IMG_0427-1.HEIC"]
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_a_file_is_an_error_of_ours(tmp_path: Path, small: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"")
    with pytest.raises(WriteError):
        write_samples(blocked, [small])
    assert blocked.read_bytes() == b""
