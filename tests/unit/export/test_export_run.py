"""A photo's export: the decoder's requests, refusals, and the files left behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution, Projection
from heicdepth_tui.errors import (
    DecodeError,
    ExportError,
    NoCameraError,
    NoDepthError,
    NoMetresError,
    WriteError,
)
from heicdepth_tui.export import run
from heicdepth_tui.export.options import ColourValues
from heicdepth_tui.export.registry import FORMATS, Kind
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import ExportOptions, ExportSource
from heicdepth_tui.heif.depth_facts import DepthInfo, DepthStatus
from heicdepth_tui.heif.facts import ColourSpace, Header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import LayerKind, Pixels, Request
from tests.support.formats import WRITABLE

Use = Callable[[Header], None]
# The photo of these tests holds no other pictures, which ``layers`` writes.
ALL_BUT_HTML = tuple(name for name in WRITABLE if name not in ("html", "layers"))
NEEDS_DISTANCES = (Kind.MESH, Kind.STEREO)
FLAT_ALLOWED = tuple(name for name in ALL_BUT_HTML if FORMATS[name].kind not in NEEDS_DISTANCES)
CODES = np.arange(24, dtype=np.uint8).reshape(4, 6) * 11


class FakeDecoder:
    """A decoder that keeps its requests."""

    def __init__(self, *, photo_fails: bool = False, photo: Pixels | None = None) -> None:
        self.requests: list[Request] = []
        self.photo_fails = photo_fails
        self.photo = photo

    def __call__(self, request: Request) -> Pixels:
        self.requests.append(request)
        if request.layer.kind is LayerKind.DEPTH:
            return Pixels(CODES, (4, 6), "uint8", 0, 253, 8)
        if self.photo_fails:
            raise DecodeError("the photo cannot be decoded", path=request.path)
        if self.photo is not None:
            return self.photo
        assert request.exact is not None
        width, height = request.exact
        return Pixels(np.full((height, width, 3), 200, np.uint8), (8, 12, 3), "uint8", 0, 255, 8)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Return a setter of the header that every photo has."""

    def use_header(header: Header) -> None:
        monkeypatch.setattr(run, "read_header", lambda path, **_: replace(header, path=str(path)))

    return use_header


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def cloud(**options: object) -> CloudOptions:
    return CloudOptions(**{"projection": Projection.FLAT, **options})  # type: ignore[arg-type]


def test_depth_is_requested_whole_and_colours_at_its_size(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header(photo=Size(12, 8)))
    decoder = FakeDecoder()
    options = ExportOptions(formats=("pcd", "ply", "npz"), cloud=cloud(), out=tmp_path)
    export_photo("a.heic", options, decoder)
    depth, photo = decoder.requests
    assert (depth.layer.kind, depth.layer.item_id, depth.exact, depth.fit) == (
        LayerKind.DEPTH,
        7,
        None,
        None,
    )
    assert (photo.layer.kind, photo.exact) == (LayerKind.PRIMARY, (6, 4))
    assert all(one.keep and one.slot == "export" and one.path == "a.heic" for one in (depth, photo))
    assert depth.ticket != photo.ticket


def test_a_format_without_colours_does_not_decode_the_photo(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header())
    decoder = FakeDecoder(photo_fails=True)
    export_photo("a.heic", ExportOptions(formats=("tiff",), out=tmp_path), decoder)
    assert [one.layer.kind for one in decoder.requests] == [LayerKind.DEPTH]
    assert names(tmp_path) == ["a.tiff"]


def test_a_stop_lets_the_format_being_written_end_and_begins_no_other(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header())
    options = ExportOptions(formats=("npz", "tiff", "png"), out=tmp_path)
    done = export_photo("a.heic", options, FakeDecoder(), is_stopped=lambda: True)
    assert names(tmp_path) == ["a.npz"]
    assert [one.path.name for one in done] == ["a.npz"]


def test_every_format_reports_what_it_wrote(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header("IMG_0412.HEIC"))
    heard: list[Path] = []
    exported = export_photo(
        tmp_path / "IMG_0412.HEIC",
        ExportOptions(formats=FLAT_ALLOWED, cloud=cloud(), out=tmp_path),
        FakeDecoder(),
        written=lambda one: heard.append(one.path),
    )
    assert heard == [one.path for one in exported]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(heard)
    assert [path.name for path in heard[:4]] == [
        "IMG_0412.pcd",
        "IMG_0412-compressed.pcd",
        "IMG_0412-ascii.pcd",
        "IMG_0412.ply",
    ]
    assert [one.points for one in exported[:4]] == [24] * 4
    assert exported[0].summary.endswith(
        "IMG_0412.pcd: 24 points; dropped nothing; flat projection, not to scale; "
        "colours as decoded, the photo states no colour space"
    )


def test_a_second_export_keeps_the_first(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header())
    options = ExportOptions(formats=("png", "ply"), cloud=cloud(), out=tmp_path)
    first = export_photo("a.heic", options, FakeDecoder())
    before = {one.path: one.path.read_bytes() for one in first}
    second = export_photo("a.heic", options, FakeDecoder())
    assert second[0].path.name == "a-1-photo.png"
    assert {path: path.read_bytes() for path in before} == before
    assert len(names(tmp_path)) == 8


@pytest.mark.parametrize("status", [DepthStatus.ABSENT, DepthStatus.STRIPPED])
def test_a_photo_without_depth_says_why(
    tmp_path: Path, use: Use, make_header: Callable[..., Header], status: DepthStatus
) -> None:
    use(replace(make_header(), depth=DepthInfo(status, "removed when it was shared")))
    decoder = FakeDecoder()
    with pytest.raises(NoDepthError, match=r"a\.heic: removed when it was shared"):
        export_photo("a.heic", ExportOptions(out=tmp_path / "new"), decoder)
    assert decoder.requests == []
    assert names(tmp_path) == []


def test_what_needs_no_metres_is_written_all_the_same(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header(metres=False))
    options = ExportOptions(formats=("pcd", "npz", "tiff", "png"), out=tmp_path)
    heard: list[str] = []
    with pytest.raises(NoMetresError, match=r"a\.heic: "):
        export_photo("a.heic", options, FakeDecoder(), written=lambda one: heard.append(one.format))
    assert heard == ["npz", "png", "png"]
    assert names(tmp_path) == ["a-codes.png", "a-photo.png", "a.npz"]


def test_a_perspective_cloud_without_camera_points_to_the_flat_one(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header(camera=False))  # no intrinsics, no EXIF
    with pytest.raises(NoCameraError, match="flat"):
        export_photo("a.heic", ExportOptions(out=tmp_path), FakeDecoder())
    assert names(tmp_path) == []


def test_a_failing_decoder_passes_through_and_leaves_nothing(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header())
    for name in ("png", "npz", "pcd"):
        options = ExportOptions(formats=(name,), cloud=cloud(), out=tmp_path / "new")
        with pytest.raises(DecodeError, match="cannot be decoded"):
            export_photo("a.heic", options, FakeDecoder(photo_fails=True))
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ALL_BUT_HTML)
def test_a_failing_disk_leaves_nothing_of_the_format(
    tmp_path: Path,
    use: Use,
    make_header: Callable[..., Header],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    use(make_header())
    monkeypatch.setattr(os, "fsync", full)
    projection = Projection.FLAT if name in FLAT_ALLOWED else Projection.PERSPECTIVE
    points = cloud(projection=projection)
    options = ExportOptions(formats=(name, "ply"), cloud=points, out=tmp_path / "new")
    with pytest.raises(WriteError, match="no space left"):
        export_photo("a.heic", options, FakeDecoder())
    assert names(tmp_path) == []


def test_a_cloud_without_points_is_refused(make_source: Callable[..., ExportSource]) -> None:
    source = make_source(near=900.0)
    with pytest.raises(ExportError, match=r"no point is left.*23 clipped, 1 invalid.*--near"):
        _ = source.cloud


def test_finer_colours_are_asked_for_at_their_size(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header(photo=Size(12, 8)))
    decoder = FakeDecoder()
    options = ExportOptions(
        cloud=CloudOptions(color_resolution=ColorResolution.X2),
        formats=("pcd", "npz"),
        out=tmp_path,
    )
    export_photo("a.heic", options, decoder)
    assert [one.exact for one in decoder.requests[1:]] == [(12, 8)]


def test_grey_and_ten_bit_photos_become_rgb(use: Use, make_header: Callable[..., Header]) -> None:
    use(make_header())
    codes = np.tile(np.array([0, 513, 1023], np.uint16), (4, 2))
    decoder = FakeDecoder(photo=Pixels(codes, (4, 6), "uint16", 0, 1023, 10))
    source = run.read_source(Path("a.heic"), ExportOptions(cloud=cloud()), decoder)

    assert source.rgb.shape == (4, 6, 3)
    assert source.rgb[0, :3].tolist() == [[0] * 3, [128] * 3, [255] * 3]


def test_colours_that_do_not_fit_the_depth_are_mentioned(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header(photo=Size(8, 12)))
    options = ExportOptions(cloud=cloud(), out=tmp_path)
    assert "stretched" in export_photo("a.heic", options, FakeDecoder())[0].summary


@pytest.mark.parametrize(
    ("photo", "file"),
    [
        (".hidden.heic", "hidden.pcd"),
        ("a\x1b[31m.heic", "a_[31m.pcd"),
        (os.fsdecode(b"caf\xe9.heic"), "caf_.pcd"),
        ("v1.2.heic", "v1.2.pcd"),
    ],
)
def test_odd_names_give_safe_files_and_safe_summaries(
    tmp_path: Path, use: Use, make_header: Callable[..., Header], photo: str, file: str
) -> None:
    use(make_header())
    options = ExportOptions(cloud=cloud(), out=tmp_path)
    (exported,) = export_photo(tmp_path / photo, options, FakeDecoder())
    assert exported.path.name == file
    assert exported.summary.isprintable()


@pytest.mark.parametrize(("formats", "words"), [(("stl",), "named stl"), ((), "no format")])
def test_unknown_formats_are_refused_before_anything_is_read(
    formats: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ExportError, match=words):
        export_photo("missing.heic", ExportOptions(formats=formats), FakeDecoder())


def test_formats_asked_for_twice_are_written_once(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    use(make_header())
    options = ExportOptions(formats=("ply", "ply"), cloud=cloud(), out=tmp_path)
    assert len(export_photo("a.heic", options, FakeDecoder())) == 1


def test_colours_are_asked_for_as_decoded_where_the_decoder_would_convert_nothing(
    tmp_path: Path, use: Use, make_header: Callable[..., Header]
) -> None:
    def stored(colour: ColourSpace, **options: Any) -> list[bool]:
        use(replace(make_header(), colour=colour))
        decoder = FakeDecoder()
        options_ = ExportOptions(formats=("pcd", "npz"), out=tmp_path, **options)
        export_photo("a.heic", options_, decoder)
        return [one.stored for one in decoder.requests[1:]]

    other = ColourSpace("Adobe RGB (1998)", 560)
    assert stored(ColourSpace("Display P3", 548)) == [True]
    assert stored(other) == [False]
    assert stored(other, colours=ColourValues.STORED) == [True]
    # One picture for the flat cloud, as decoded, and another for the archive.
    assert stored(other, cloud=cloud()) == [True, False]
