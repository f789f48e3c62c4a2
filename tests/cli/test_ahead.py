"""The decoder that begins before the export asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.cli.ahead import DecoderAhead
from heicdepth_tui.errors import NotHeifError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Request
from heicdepth_tui.samples.write import build_photo


@pytest.fixture
def ahead() -> Iterator[DecoderAhead]:
    decoder = DecoderAhead(None, DEFAULT_LIMITS)
    yield decoder
    decoder.close()


def test_an_export_is_the_same_whether_or_not_it_was_begun(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    photo = tmp_path / "photo.heic"
    photo.write_bytes(build_photo())
    ahead.begin(str(photo))
    formats = ("pcd", "png")

    export_photo(photo, ExportOptions(formats, out=tmp_path / "one"), ahead.get)
    with Decoder.start() as decoder:
        export_photo(photo, ExportOptions(formats, out=tmp_path / "two"), decoder.get)

    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_layer_that_was_not_begun_is_decoded_when_asked_for(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    photo = tmp_path / "photo.heic"
    photo.write_bytes(build_photo())
    ahead.begin(str(photo))

    whole = ahead.get(Request(1, "test", str(photo), PRIMARY, keep=True))
    first = ahead.get(Request(2, "test", str(photo), DEPTH, keep=True))
    again = ahead.get(Request(3, "test", str(photo), DEPTH, keep=True))

    assert whole.array.ndim == 3
    assert np.array_equal(first.array, again.array)


def test_a_photo_that_cannot_be_read_is_left_to_the_export(
    tmp_path: Path, ahead: DecoderAhead
) -> None:
    broken = tmp_path / "broken.heic"
    broken.write_bytes(b"no photo")

    ahead.begin(str(broken))
    ahead.begin(str(tmp_path / "none.heic"))

    with pytest.raises(NotHeifError, match=r"broken\.heic"):
        ahead.get(Request(1, "test", str(broken), DEPTH, keep=True))
