"""A photo of which some files are there already: those are found, the others are written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from heicdepth_tui.batch.manifest import State
from heicdepth_tui.batch.photo import export_job
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.export.options import CameraFile, ExportOptions
from heicdepth_tui.photo.client import Decoder
from tests.support.batches import contents, names


def test_a_set_that_is_there_already_is_found_whole(tmp_path: Path, batch_folder: Path) -> None:

    photo = batch_folder / "a" / "IMG 01.HEIC"
    options = ExportOptions(("obj", "rgbd", "png"), out=tmp_path / "out")
    job = Job(str(photo), 1, 1, options, may_have_files=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "IMG 01-codes.png").write_text("another's")
    with Decoder.start() as decoder:
        first = export_job(job, decoder.get)
        before = contents(tmp_path / "out")
        again = export_job(job, decoder.get)

    assert contents(tmp_path / "out") == before
    assert first.state is again.state is State.DONE
    assert {one.path for one in first.outputs} == {one.path for one in again.outputs}
    assert any("IMG 01-1-codes.png" in name or "codes-1" in name for name in before)


@pytest.mark.parametrize(
    "removed",
    ["IMG 01-transforms.json", "IMG 01-colmap/*", "IMG 01-1.*", "IMG 01-1-*.png", "IMG 01.npz"],
)
def test_only_what_is_missing_is_written_and_names_what_is_there(
    tmp_path: Path, batch_folder: Path, removed: str
) -> None:

    out = tmp_path / "out"
    out.mkdir()
    for taken in ("IMG 01-codes.png", "IMG 01.mtl"):
        (out / taken).write_text("another's")
    cameras = (CameraFile.NERFSTUDIO, CameraFile.COLMAP)
    options = ExportOptions(("obj", "png", "npz"), camera_files=cameras, out=out)
    job = Job(str(batch_folder / "a" / "IMG 01.HEIC"), 1, 1, options)
    with Decoder.start() as decoder:
        first = export_job(job, decoder.get)
        before, written = contents(out), identities(out)
        gone = [str(path.relative_to(out)) for path in out.glob(removed)]
        for name in gone:
            (out / name).unlink()
        if "/" in removed:
            (out / removed).parent.rmdir()
        again = export_job(replace(job, may_have_files=True), decoder.get)

    assert b"IMG 01-1-photo.png" in before["IMG 01-transforms.json"]
    assert b"IMG 01-1.mtl" in before["IMG 01-1.obj"]
    assert gone
    assert contents(out) == before
    kept = identities(out)
    assert all(kept[name] == written[name] for name in written if name not in gone)
    assert {one.path for one in again.outputs} == {one.path for one in first.outputs}
    assert again.state is State.DONE


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Return which file each name is, and when it was last changed."""
    found = {name: (folder / name).stat() for name in names(folder)}
    return {name: (status.st_ino, status.st_mtime_ns) for name, status in found.items()}
