"""Depth written into photos, taken out and removed: read back by our reader and by others."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.picture_facts import Size
from tests.support.cli import Done, run_command
from tests.support.embedding import H, W, codes_at, depth_of, photo_at


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Done]:
    def run(*arguments: str | Path) -> Done:
        return run_command(*map(str, arguments), cwd=tmp_path)

    return run


def others(path: Path, *, without: Header) -> dict[object, bytes]:
    """Return the payloads of all items but those of the depth map, by type and place."""
    depth = without.depth.item
    with read_items(path) as table:
        gone = set() if depth is None else {depth.id, *table.referrers(b"cdsc", depth.id)}
        return {
            item: table.payload(item)
            for item in table.types
            if item not in gone and table.extents(item)
        }


@pytest.mark.parametrize("orientation", range(1, 9))
def test_codes_land_where_the_photo_shows_them(
    tmp_path: Path, run: Callable[..., Done], orientation: int
) -> None:
    photo = photo_at(tmp_path, orientation=orientation, gain_map=True, thumbnail=64)
    path, codes = codes_at(tmp_path)

    done = run("embed", photo, path, "--d-min", "0.5", "--d-max", "2.5", "-o", "out.heic")

    out = tmp_path / "out.heic"
    assert (done.returncode, done.stdout) == (0, "out.heic\n"), done.stderr
    header = read_header(out)
    assert header.depth.representation is not None
    assert (header.depth.representation.d_min, header.depth.representation.d_max) == (0.5, 2.5)
    assert np.array_equal(depth_of(out), codes)
    before = read_header(photo)
    assert others(out, without=header) == others(photo, without=before)
    assert np.array_equal(
        np.asarray(pillow_heif.open_heif(out)), np.asarray(pillow_heif.open_heif(photo))
    )


@pytest.mark.parametrize(("bits", "highest"), [(8, 255), (10, 1023), (12, 4095)])
@pytest.mark.parametrize("kind", ["disparity", "inverse-z", "z"])
def test_what_was_embedded_is_extracted_again(
    tmp_path: Path, run: Callable[..., Done], bits: int, highest: int, kind: str
) -> None:
    photo = photo_at(tmp_path, orientation=6, size=Size(4 * H, 4 * W), depth_size=Size(H, W))
    path, codes = codes_at(tmp_path, highest)
    Image.fromarray(np.ascontiguousarray(codes.T)).save(path)
    ends = ("4", "0.5") if kind == "z" else ("0.25", "2")
    camera = tmp_path / "k.json"
    k = [[70.0, 0, 22.5], [0, 71.0, 33.25], [0, 0, 1]]
    camera.write_text(json.dumps({"K": k, "width": H, "height": W, "accuracy": "absolute"}))

    first = run(
        "embed", photo, path, "--representation", kind, "--d-min", ends[0], "--d-max", ends[1],
        "--camera", camera, "--max-code", str(highest), "-o", "one.heic",
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    assert run("extract", "one.heic").returncode == 0
    record = json.loads((tmp_path / "one-depth.json").read_text())
    second = run(
        "embed", photo, "one-depth.png", "--camera", "one-depth.json",
        "-o", "two.heic",
    )  # fmt: skip

    assert second.returncode == 0, second.stderr
    assert record["bits"] == bits
    assert record["accuracy"] == "absolute"
    assert np.allclose(record["K"], k, rtol=1e-9)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "one-depth.png")), codes.T)
    assert np.array_equal(depth_of(tmp_path / "two.heic"), codes.T)
    one, two = (read_header(tmp_path / f"{name}.heic").depth for name in ("one", "two"))
    assert one.representation == two.representation
    assert one.calibration == two.calibration


@pytest.mark.parametrize("form", ["npy", "npz", "tiff", "exr", "png"])
def test_distances_come_back_within_half_a_step(
    tmp_path: Path, run: Callable[..., Done], form: str
) -> None:
    photo = photo_at(tmp_path)
    v, u = np.mgrid[0:H, 0:W]
    metres = (0.5 + 0.02 * u + 0.005 * v).astype(np.float32)
    path = tmp_path / f"depth.{form}"
    options = []
    match form:
        case "npy":
            np.save(path, metres)
        case "npz":
            np.savez(path, other=np.zeros(3), metres=metres)
        case "tiff":
            tifffile.imwrite(path, metres)
        case "exr":
            openexr = pytest.importorskip("OpenEXR")
            openexr.File({}, {"Z": metres}).write(str(path))
        case "png":
            Image.fromarray(np.rint(metres * 1000).astype(np.uint16)).save(path)
            options = ["--metres", "0.001"]

    done = run("embed", photo, path, *options, "--bits", "12", "-o", "out.heic")
    assert done.returncode == 0, done.stderr
    run("export", "out.heic", "--format", "npz")

    with np.load(tmp_path / "out.npz") as archive:
        found = archive["metres"]
    # Half of the largest of 4,095 steps of disparity at 2 m, and half a millimetre of the PNG.
    step = 2.0**2 * (1 / 0.5 - 1 / 2.0) / 4095
    assert np.abs(found - metres).max() <= 0.51 * step + (0.0005 if form == "png" else 1e-5)


def test_samples_without_a_distance_are_counted(tmp_path: Path, run: Callable[..., Done]) -> None:
    photo = photo_at(tmp_path)
    metres = np.full((H, W), 2.0)
    metres[:, : W // 2] = 1.0
    metres[0, :5] = [np.nan, np.inf, -np.inf, 0, -1]
    np.save(tmp_path / "depth.npy", metres)

    done = run("embed", photo, "depth.npy", "-o", "out.heic")

    assert done.returncode == 0
    assert "5 samples without a distance have the farthest code" in done.stderr
    codes = depth_of(tmp_path / "out.heic")
    assert (codes[0, :5] == codes.min()).all()


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.webp"])
def test_other_photos_are_coded_with_their_exif_and_profile(
    tmp_path: Path, run: Callable[..., Done], name: str
) -> None:
    from PIL import ImageCms

    rgb = np.zeros((4 * H, 4 * W, 3), np.uint8)
    rgb[:, : W * 2] = (200, 120, 40)
    image = Image.fromarray(rgb).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0110] = "Test Camera"
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(tmp_path / name, exif=exif, icc_profile=profile)
    path, codes = codes_at(tmp_path)

    done = run("embed", name, path, "--d-min", "1", "--d-max", "2", "-o", "out.heic")

    out = tmp_path / "out.heic"
    assert done.returncode == 0, done.stderr
    assert "photo coded anew" in done.stderr
    assert np.array_equal(depth_of(out), codes)
    header = read_header(out)
    assert header.exif.model == "Test Camera"
    assert header.exif.orientation in (None, 1)
    opened = pillow_heif.open_heif(out)
    assert opened.info["icc_profile"] == profile
    assert np.abs(np.asarray(opened)[H, W].astype(int) - (200, 120, 40)).max() < 12


def test_a_photo_without_exif_gets_none(tmp_path: Path, run: Callable[..., Done]) -> None:
    Image.fromarray(np.full((H, W, 3), 90, np.uint8)).save(tmp_path / "photo.png")
    np.save(tmp_path / "depth.npy", np.ones((H, W)))

    done = run("embed", "photo.png", "depth.npy", "-o", "out.heic")

    assert done.returncode == 0, done.stderr
    with read_items(tmp_path / "out.heic") as table:
        assert b"Exif" not in table.types.values()


@pytest.mark.parametrize(
    ("arguments", "farthest"),
    [([], 4.0), (["--metres", "0.5"], 2.0), (["--d-min", "0.5", "--d-max", "1"], 1 / 0.5)],
)
def test_an_archive_of_codes_and_metres_is_read_by_what_is_known_of_it(
    tmp_path: Path, run: Callable[..., Done], arguments: list[str], farthest: float
) -> None:
    photo_at(tmp_path)
    metres = np.full((H, W), 4.0)
    metres[0] = 1.0
    np.savez(tmp_path / "both.npz", codes=np.uint8(metres < 2) * np.uint8(255), metres=metres)

    done = run("embed", "photo.heic", "both.npz", *arguments, "-o", "out.heic")

    assert done.returncode == 0, done.stderr
    found = read_header(tmp_path / "out.heic").depth.representation
    assert found is not None
    assert found.d_min == pytest.approx(1 / farthest)


def test_a_depth_map_that_is_there_is_replaced_only_when_asked(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    photo = photo_at(tmp_path, depth=True, matte_within=1.5, depth_size=Size(128, 96))
    path, codes = codes_at(tmp_path)
    codes = codes.repeat(2, axis=0).repeat(2, axis=1)
    Image.fromarray(codes).save(path)
    before = photo.read_bytes()

    refused = run("embed", photo, path, "--from", photo, "-o", "out.heic")
    done = run("embed", photo, path, "--from", photo, "-o", "out.heic", "--replace")
    again = run("embed", photo, path, "--from", photo, "-o", "out.heic", "--replace")

    assert refused.returncode == 1
    assert "photo.heic: it has a depth map; give --replace" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert np.array_equal(depth_of(tmp_path / "out.heic"), codes)
    assert again.returncode == 1
    assert "out.heic: cannot be written: the name is taken" in again.stderr
    assert photo.read_bytes() == before
    assert (
        read_header(photo).depth.calibration == read_header(tmp_path / "out.heic").depth.calibration
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["codes.png", "out.heic", "photo.heic"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["codes.png"], "nothing says what its codes mean"),
        (["codes.png", "--d-min", "2", "--d-max", "1"], "disparity must rise"),
        (["codes.png", "--representation", "z", "--d-min", "1", "--d-max", "2"], "Z must fall"),
        (["wide.npy", "--d-min", "1", "--d-max", "2"], "which code has the value of --d-max"),
        (["more.png", "--d-min", "1", "--d-max", "2"], "which code has the value of --d-max"),
        (["more.png", "--camera", "codes.json"], "its largest code is 300, more than 255"),
        (["more.png", "--d-min", "1", "--d-max", "2", "--bits", "8"], "is 300, more than 255"),
        (["more.png", "--d-min", "1", "--d-max", "2", "--max-code", "299"], "more than 299"),
        (["codes.png", "--d-min", "1", "--d-max", "2", "--bits", "8"], ""),
        (["square.npy"], "differ in aspect; resize the depth map"),
        (["tall.npy"], "differ in aspect; turn the depth map by 90 degrees"),
        (["two.npz"], "several arrays (H, W): left, right; name the depth map metres or codes"),
        (["nothing.npy"], "no sample is finite and positive"),
        (["colour.png"], "not one number each"),
        (["text.npy"], "cannot be read as a depth map"),
        (["cube.npy"], "a depth map is (H, W)"),
        (["codes.png", "--camera", "text.npy", "--d-min", "1", "--d-max", "2"], "read as JSON"),
        (["codes.png", "--camera", "k.json", "--d-min", "1", "--d-max", "2"], "aspects differ"),
    ],
)
def test_maps_that_do_not_fit_are_refused_and_nothing_is_written(
    tmp_path: Path, run: Callable[..., Done], arguments: list[str], words: str
) -> None:
    photo_at(tmp_path)
    codes_at(tmp_path)
    np.save(tmp_path / "wide.npy", np.full((H, W), 1 << 16))
    stated = {"type": "disparity", "at_code_0": 0.5, "at_max_code": 4}
    (tmp_path / "codes.json").write_text(json.dumps({"representation": stated, "bits": 8}))
    Image.fromarray(np.full((H, W), 300, np.uint16)).save(tmp_path / "more.png")
    Image.fromarray(np.zeros((H, W, 3), np.uint8)).save(tmp_path / "colour.png")
    np.save(tmp_path / "square.npy", np.ones((H, H)))
    np.save(tmp_path / "tall.npy", np.ones((W, H)))
    np.savez(tmp_path / "two.npz", left=np.ones((H, W)), right=np.ones((H, W)))
    np.save(tmp_path / "nothing.npy", np.zeros((H, W)))
    np.save(tmp_path / "cube.npy", np.ones((2, H, W)))
    (tmp_path / "text.npy").write_text("no array")
    (tmp_path / "k.json").write_text('{"K": [[9,0,1],[0,9,1],[0,0,1]], "width": 10, "height": 10}')

    done = run("embed", "photo.heic", *arguments, "-o", "out.heic")

    if not words:
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.heic").exists()


def test_strip_removes_depth_mattes_and_gain_map_and_says_so(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    photo = photo_at(tmp_path, depth=True, matte_within=1.5, gain_map=True, thumbnail=64)

    done = run("strip", photo, "--out", "new")
    kept = run("strip", photo, "--keep", "gain-map", "--keep", "matte", "--out", "kept")
    nothing = run("strip", "new/photo-stripped.heic")

    assert (done.returncode, done.stdout) == (0, "new/photo-stripped.heic\n")
    for name in ("depth (", "metadata of depth (", "portrait matte (", "gain map ("):
        assert name in done.stderr
    header = read_header(tmp_path / "new" / "photo-stripped.heic")
    assert header.auxiliaries == ()
    assert len(header.thumbnails) == 1
    assert np.array_equal(
        np.asarray(pillow_heif.open_heif(photo)),
        np.asarray(pillow_heif.open_heif(tmp_path / "new" / "photo-stripped.heic")),
    )
    assert "kept " in kept.stderr
    names = {aux.name for aux in read_header(tmp_path / "kept/photo-stripped.heic").auxiliaries}
    assert names == {"gain map", "portrait matte"}
    assert nothing.returncode == 1
    assert "it has no depth, matte or gain map to remove" in nothing.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [("strip", "1 with nothing to remove, not copied"), ("extract", "1 without depth")],
)
def test_photos_of_a_folder_without_depth_are_counted(
    tmp_path: Path, run: Callable[..., Done], command: str, words: str
) -> None:
    (tmp_path / "photos").mkdir()
    photo_at(tmp_path / "photos", "with.heic", depth=True)
    photo_at(tmp_path / "photos", "without.heic")

    folder = run(command, "photos", "--out", "new")
    named = run(command, "photos/without.heic", "--out", "new")

    assert folder.returncode == 0
    assert folder.stdout.startswith("new/with-")
    assert words in folder.stderr
    assert named.returncode == 1
    assert "without.heic: " in named.stderr


@pytest.mark.skipif(
    shutil.which("heif-info") is None or shutil.which("exiftool") is None,
    reason="heif-info and exiftool are not installed",
)
def test_other_programs_read_what_was_embedded(tmp_path: Path, run: Callable[..., Done]) -> None:
    photo_at(tmp_path, orientation=6, size=Size(4 * H, 4 * W), depth_size=Size(H, W))
    np.save(tmp_path / "depth.npy", np.linspace(0.5, 2, H * W).reshape(W, H))

    done = run("embed", "photo.heic", "depth.npy", "--accuracy", "absolute", "-o", "out.heic")

    assert done.returncode == 0, done.stderr
    out = tmp_path / "out.heic"
    info = subprocess.run(["heif-info", out], capture_output=True, text=True, check=True).stdout
    assert "depth channel: yes" in info
    assert "d-min:  0.5" in info
    tags = subprocess.run(["exiftool", out], capture_output=True, text=True, check=True).stdout
    assert "Accuracy                        : absolute" in tags


def test_real_photos_keep_every_other_item(
    photos: Path, tmp_path: Path, run: Callable[..., Done]
) -> None:
    for name in ("pug.heic", "IMG_5622.HEIC"):
        photo = photos / "real" / name
        before = read_header(photo)
        assert run("extract", photo).returncode == 0
        done = run(
            "embed", photo, f"{photo.stem}-depth.png", "--from", photo, "--replace", "-o", name
        )
        assert done.returncode == 0, done.stderr
        after = read_header(tmp_path / name)
        assert others(tmp_path / name, without=after) == others(photo, without=before)
        assert np.array_equal(depth_of(tmp_path / name), depth_of(photo))
        assert after.depth.representation == before.depth.representation
        assert after.depth.calibration == before.depth.calibration


def test_tiles_of_a_gain_map_are_counted_with_it(
    photos: Path, tmp_path: Path, run: Callable[..., Done]
) -> None:
    photo = photos / "real" / "samsung_s25.heic"
    with read_items(photo) as table:
        (grid,) = (one for one in table.types if (table.aux_urn(one) or "").endswith("hdrgainmap"))
        parts = (grid, *table.references[b"dimg"][grid])
        size = sum(table.length(part) for part in parts)

    done = run("strip", photo)

    assert len(parts) > 1
    assert f"removed gain map ({size:,} bytes), picture made with gain map (" in done.stderr
    assert " item " not in done.stderr
