"""``dataset``: tar shards that any reader of tar, TIFF, JPEG and JSON takes, in metres."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

import heicdepth_tui as hd
from heicdepth_tui.batch.manifest import NAME
from heicdepth_tui.export.record import info_schema
from heicdepth_tui.export.webdataset import Sample, Sealed, sample_key, write_shard
from tests.support.cli import Done, run_command

PARTS = {"photo.jpg", "depth.tiff", "json"}


def dataset(*arguments: object) -> Done:
    """Run the command in this process, with one job."""
    return run_command("dataset", "--jobs", 1, *arguments)


def files_in(folder: Path) -> list[str]:
    """Return the names in a folder but manifests."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(NAME))


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("photo")
    return Path(shutil.copy(sample_folder / "IMG_0412.HEIC", folder))


@pytest.fixture
def copies(photo: Path, tmp_path: Path) -> Path:
    """Five photos with depth, one of a name with dots, in two folders."""
    folder = tmp_path / "photos"
    for name in ("a.heic", "b.v2.heic", "c.heic", "sub/a.heic", "sub/d é.heic"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(photo)
    return folder


def samples_of(shard: Path) -> dict[str, dict[str, bytes]]:
    """Return the files of a shard by key and extension; files of a key follow each other."""
    found: dict[str, dict[str, bytes]] = {}
    last = ""
    with tarfile.open(shard) as tar:
        for member in tar:
            assert (member.mtime, member.uid, member.gid) == (0, 0, 0)
            assert (member.uname, member.gname) == ("", "")
            key, _, extension = member.name.partition(".")
            assert key == last or key not in found
            last = key
            file = tar.extractfile(member)
            assert file is not None
            found.setdefault(key, {})[extension] = file.read()
    return found


def test_a_sample_has_photo_metres_and_record(photo: Path, tmp_path: Path) -> None:
    done = dataset("--out", tmp_path / "set", photo)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path}/set/depth-000000.tar\n"
    ((key, files),) = samples_of(tmp_path / "set" / "depth-000000.tar").items()
    assert key.startswith("IMG_0412-")
    assert files.keys() == PARTS
    opened = hd.open(photo)
    depth = Image.open(io.BytesIO(files["depth.tiff"]))
    assert depth.mode == "F"
    np.testing.assert_array_equal(np.asarray(depth), opened.depth.metres)
    picture = Image.open(io.BytesIO(files["photo.jpg"]))
    assert (picture.mode, picture.size) == ("RGB", depth.size)
    difference = np.asarray(picture).astype(int) - opened.rgb(size="depth").astype(int)
    assert np.abs(difference).mean() < 2  # levels: JPEG of quality 95
    record = json.loads(files["json"])
    sample = record.pop("sample")
    jsonschema.validate(record, info_schema())
    assert record["path"] == photo.name
    assert record["trust"]["accuracy"] == "relative"
    assert (sample["width"], sample["height"]) == depth.size
    assert opened.camera is not None
    np.testing.assert_allclose(sample["intrinsics"], opened.camera.K)


def test_a_larger_size_scales_both_pictures_and_intrinsics(photo: Path, tmp_path: Path) -> None:
    assert dataset("--resolution", "2x", "--out", tmp_path, photo).returncode == 0

    ((_, files),) = samples_of(tmp_path / "depth-000000.tar").items()
    depth = Image.open(io.BytesIO(files["depth.tiff"]))
    height, width = hd.open(photo).depth.codes.shape
    sample = json.loads(files["json"])["sample"]
    camera = hd.open(photo).camera
    assert camera is not None
    assert depth.size == (2 * width, 2 * height)
    assert Image.open(io.BytesIO(files["photo.jpg"])).size == depth.size
    assert sample["intrinsics"][0][0] == pytest.approx(2 * camera.fx)
    assert any("raised" in note for note in sample["notes"])


def test_options_of_an_export_change_the_distances(photos: Path, tmp_path: Path) -> None:
    photo = photos / "real" / "pug.heic"
    found: dict[str, tuple[np.ndarray[Any, Any], dict[str, Any]]] = {}
    for flags in ("", "--scale 2", "--smooth", "--rectify"):
        out = tmp_path / flags.replace(" ", "-")
        assert dataset("--out", out, *flags.split(), photo).returncode == 0
        ((_, files),) = samples_of(out / "depth-000000.tar").items()
        depth = np.asarray(Image.open(io.BytesIO(files["depth.tiff"])))
        found[flags] = depth, json.loads(files["json"])["sample"]

    metres, sample = found[""]
    doubled, scaled = found["--scale 2"]
    smooth = found["--smooth"][0]
    rectified, pinhole = found["--rectify"]
    np.testing.assert_allclose(doubled, 2 * metres, rtol=1e-6)
    assert "scaled by the user" in scaled["accuracy"]
    step = hd.open(photo).depth.step
    # A sample moves by at most half a code.
    assert np.nanmax(np.abs(smooth - metres) / step) < 0.52
    assert not np.array_equal(smooth, metres, equal_nan=True)
    assert (sample["is_rectified"], pinhole["is_rectified"]) == (False, True)
    # The lens shifts the corners of this map by 7 samples, its middle by none.
    assert np.isnan(rectified).sum() > np.isnan(metres).sum()
    middle = np.s_[280:296, 376:392]
    np.testing.assert_allclose(rectified[middle], metres[middle], rtol=0.01)


def test_photos_of_another_accuracy_are_counted(photo: Path, tmp_path: Path) -> None:
    done = dataset("--accuracy", "absolute", "--out", tmp_path / "set", photo)

    assert done.returncode == 3
    assert "1 of accuracy relative" in done.stderr
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize("formats", ["webdataset", "ply,webdataset"])
def test_export_names_the_command_for_shards(photo: Path, tmp_path: Path, formats: str) -> None:
    done = run_command("export", "--format", formats, "--out", tmp_path / "set", photo)

    assert done.returncode == 2
    assert "heicdepth-tui dataset --out DIR PATH" in done.stderr
    assert not (tmp_path / "set").exists()


def test_shards_are_full_numbered_and_the_same_each_time(copies: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"

    for out in (one, two):
        done = dataset("-r", "--shard-size", 2, "--out", out, copies)
        assert done.returncode == 0, done.stderr

    shards = sorted(one.glob("*.tar"))
    assert [shard.name for shard in shards] == [f"depth-00000{n}.tar" for n in range(3)]
    assert [len(samples_of(shard)) for shard in shards] == [2, 2, 1]
    keys = [key for shard in shards for key in samples_of(shard)]
    assert len(set(keys)) == 5
    assert all(key.isascii() and "." not in key for key in keys)
    assert [shard.read_bytes() for shard in shards] == [
        (two / shard.name).read_bytes() for shard in shards
    ]


def test_photos_without_depth_are_counted_and_broken_ones_cost_no_other(
    copies: Path, sample_folder: Path, tmp_path: Path
) -> None:
    (copies / "broken.heic").write_bytes(b"\xff\xd8\xff\xe0 a JPEG, more or less")
    flat = run_command("info", "--json", "--select", "depth.status", sample_folder).stdout
    absent = [
        row["path"] for row in map(json.loads, flat.splitlines()) if row["depth.status"] == "absent"
    ]
    shutil.copy(absent[0], copies / "flat.heic")

    done = dataset("--out", tmp_path / "set", copies)

    assert done.returncode == 1
    assert "broken.heic" in done.stderr
    assert done.stderr.splitlines()[-1] == "heicdepth-tui: 3 exported, 1 without depth, 1 failed"
    assert len(samples_of(tmp_path / "set" / "depth-000000.tar")) == 3


def test_a_shard_is_never_replaced(photo: Path, tmp_path: Path) -> None:
    mine = tmp_path / "depth-000000.tar"
    mine.write_bytes(b"mine")

    done = dataset("--out", tmp_path, photo)
    other = dataset("--out", tmp_path, "--name", "more", photo)

    assert (done.returncode, done.stdout) == (1, "")
    assert str(mine) in done.stderr
    assert mine.read_bytes() == b"mine"
    assert other.stdout == f"{tmp_path}/more-000000.tar\n"
    assert files_in(tmp_path) == ["depth-000000.tar", "more-000000.tar"]


@pytest.mark.parametrize("name", ["", "a/b", "a.b", ".."])
def test_names_of_shards_are_plain(name: str, photo: Path, tmp_path: Path) -> None:
    done = dataset("--out", tmp_path, "--name", name, photo)

    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_nothing_with_depth_writes_nothing(tmp_path: Path) -> None:
    done = dataset("--out", tmp_path / "set", tmp_path)

    assert done.returncode == 3
    assert not (tmp_path / "set").exists()


def test_an_error_in_the_middle_leaves_no_part_of_a_shard(tmp_path: Path) -> None:
    def samples() -> Any:
        yield Sample("one", (("json", b"{}"),))
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write_shard(tmp_path / "set", "depth-000000", samples())

    assert list(tmp_path.iterdir()) == []


def test_a_shard_without_a_sample_is_not_written(tmp_path: Path) -> None:
    assert write_shard(tmp_path / "set", "depth-000000", []) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_hard_links_gets_the_samples_that_were_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    samples = [Sample("one", (("json", b"{}"),)), Sample("two", (("json", b"[]"),))]
    expected = write_shard(tmp_path / "links", "depth-000000", samples)
    monkeypatch.setattr(os, "link", refuse)
    sealed: list[Sealed] = []

    done = write_shard(tmp_path / "none", "depth-000000", iter(samples), sealed=sealed.append)

    assert done is not None
    assert expected is not None
    assert sealed == [done]
    assert (done.bytes, done.sha256) == (expected.bytes, expected.sha256)
    assert done.path.read_bytes() == expected.path.read_bytes()
    assert hashlib.sha256(done.path.read_bytes()).hexdigest() == done.sha256
    assert done.path.stat().st_size == done.bytes
    assert files_in(tmp_path / "none") == ["depth-000000.tar"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/x.heic", "b/x.heic"),
        ("x.heic", "x.HEIC"),
        ("a b.heic", "a_b.heic"),
        ("\udcff", "\udcfe"),
    ],
)
def test_keys_of_paths_differ(one: str, other: str) -> None:
    assert sample_key(one) != sample_key(other)
    assert sample_key(one) == sample_key(one)
