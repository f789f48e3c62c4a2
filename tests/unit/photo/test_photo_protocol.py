"""Frames between app and decoder process: what goes in comes out, nonsense is refused."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.errors import (
    DecodeError,
    FileAccessError,
    HeicDepthError,
    LimitError,
    NotHeifError,
)
from heicdepth_tui.heif.source import RefusedFileError
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Layer, LayerKind, Pixels, Request
from heicdepth_tui.photo.protocol import (
    MAX_HEAD,
    Frame,
    FrameReader,
    ProtocolError,
    pack,
    pack_answer,
    read_answer,
    request_from_head,
    request_to_head,
)
from heicdepth_tui.photo.region import SampleRegion

REQUEST = Request(7, "photo", "a.heic", PRIMARY)


def _frames(data: bytes, *, chunk: int = 1 << 20, max_raw: int = 1 << 20) -> list[Frame]:
    stream = io.BytesIO(data)
    reader = FrameReader(max_raw=max_raw)
    frames = []
    try:
        while (frame := reader.read(lambda view: stream.readinto(view[:chunk]))) is not None:
            frames.append(frame)
    except EOFError:
        return frames
    raise AssertionError("a stream in memory never blocks")


def _round_trip(answer: Answer) -> Answer:
    head, raw, rows = pack_answer(answer)
    (frame,) = _frames(head + bytes(raw) + rows)
    return read_answer(answer.request, frame)


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST,
        Request(8, "prefetch 1", "b\udcff\n.heic", Layer(LayerKind.AUXILIARY, 52, "gain map")),
        Request(9, "x", "c", DEPTH, fit=(120, 90), partial=True),
        Request(10, "x", "c", DEPTH, exact=(768, 576), keep=True),
        Request(13, "x", "c", PRIMARY, region=SampleRegion(-3, 5, 640, 480), level=3),
        Request(11, "x", "c", DEPTH, render=RenderSpec((60, 40), colormap="inferno")),
        Request(
            15,
            "x",
            "c",
            DEPTH,
            render=RenderSpec((9, 4), colormap="grey", scale=CodeScale(7, None, True)),
        ),
        Request(
            12,
            "x",
            "c",
            PRIMARY,
            render=RenderSpec((9, 4), cell_pixels=(8, 17), turn=(3, True), cell_aspect=17 / 8),
        ),
        Request(
            14,
            "x",
            "c",
            PRIMARY,
            render=RenderSpec((9, 4), Blocks.QUAD, ColorMode.PALETTE, tolerance=4),
        ),
    ],
)
def test_requests_come_out_as_they_went_in(request_: Request) -> None:
    (frame,) = _frames(pack(request_to_head(request_)))
    assert request_from_head(frame.head) == request_


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_frames_are_put_together_from_pieces(chunk: int) -> None:
    data = pack({"n": 1}) + pack({"n": 2}, 5) + b"hello" + pack({"n": 3})
    frames = _frames(data, chunk=chunk)
    assert [frame.head["n"] for frame in frames] == [1, 2, 3]
    assert [bytes(frame.raw) for frame in frames] == [b"", b"hello", b""]


def test_a_stream_that_would_block_is_taken_up_where_it_was_left() -> None:
    data = pack({"n": 1}, 4) + b"abcd"
    parts: list[bytes | None] = [data[:9], None, data[9:20], None, data[20:]]
    reader = FrameReader(max_raw=10)

    def readinto(view: memoryview) -> int | None:
        if not parts or parts[0] is None:
            parts[:1] = []
            return None
        part = parts[0]
        count = min(len(view), len(part))
        view[:count] = part[:count]
        parts[0] = part[count:]
        if not parts[0]:
            parts.pop(0)
        return count

    assert reader.read(readinto) is None
    assert reader.read(readinto) is None
    frame = reader.read(readinto)
    assert frame is not None
    assert bytes(frame.raw) == b"abcd"


@pytest.mark.parametrize(
    "data",
    [
        b"hdt0" + bytes(12),
        b"hdt1" + bytes(12),
        b"hdt1" + (MAX_HEAD + 1).to_bytes(4, "big") + bytes(8),
        pack({"n": 1}, (1 << 20) + 1),
        b"hdt1" + (3).to_bytes(4, "big") + bytes(8) + b"{{{",
        b"hdt1" + (2).to_bytes(4, "big") + bytes(8) + b"[]",
        b"hdt1" + (2).to_bytes(4, "big") + bytes(8) + b"\xff\xff",
    ],
)
def test_bytes_that_are_no_frame_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        _frames(data)


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pixels_come_out_as_they_went_in(shape: tuple[int, ...], dtype: Any) -> None:
    array = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    counts = tuple(range(1024))
    pixels = Pixels(array, (30, 50), "uint16", 3, 900, 10, "2 tiles missing", counts=counts)
    answer = _round_trip(Answer(REQUEST, pixels=pixels, final=False))
    assert answer.request is REQUEST
    assert not answer.final
    assert answer.pixels is not None
    assert answer.pixels.array.dtype == dtype
    assert np.array_equal(answer.pixels.array, array)
    assert (answer.pixels.shape, answer.pixels.note) == ((30, 50), "2 tiles missing")
    assert answer.pixels.counts == counts
    assert (answer.pixels.minimum, answer.pixels.maximum, answer.pixels.bits) == (3, 900, 10)


def test_a_view_is_sent_in_the_order_in_which_it_is_seen() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    answer = _round_trip(Answer(REQUEST, pixels=Pixels(np.rot90(array), (3, 2), "uint8", 0, 5, 8)))
    assert answer.pixels is not None
    assert answer.pixels.array.tolist() == [[2, 5], [1, 4], [0, 3]]


def test_a_picture_in_cells_travels_behind_the_samples() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    picture = RenderedRows(Fit(3, 2, 3, 4), ("\x1b[38;2;1;2;3m▀▄█\x1b[0m", "   "))
    sent = Answer(REQUEST, pixels=Pixels(array, (2, 3), "uint8", 0, 5, 8), rendered=picture)
    answer = _round_trip(sent)
    assert answer.rendered == picture
    assert answer.pixels is not None
    assert answer.pixels.array.tolist() == array.tolist()


def test_an_image_travels_behind_the_samples() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    image = RenderedImage(Fit(1, 1, 2, 1), b"\0\x80\xff\n12")
    sent = Answer(REQUEST, pixels=Pixels(array, (2, 3), "uint8", 0, 5, 8), rendered=image)
    answer = _round_trip(sent)
    assert answer.rendered == image
    assert answer.pixels is not None
    assert answer.pixels.array.tolist() == array.tolist()


@pytest.mark.parametrize("image", [[1, 1, 2, 1], [1, 1, -1, -1], [1, 1, 1], "no"])
def test_an_image_that_is_not_what_its_head_says_is_refused(image: object) -> None:
    head = {"type": "answer", "ticket": REQUEST.ticket, "final": True, "image": image}
    with pytest.raises(ProtocolError):
        read_answer(REQUEST, Frame(head, bytearray(b"abc")))


@pytest.mark.parametrize("rendered", [[1, 2, 1, 4, 3], [1, 1, 1, 2, 99], [1, 1, 1, 2], "no"])
def test_a_picture_that_is_not_what_its_head_says_is_refused(rendered: object) -> None:
    head = {"type": "answer", "ticket": REQUEST.ticket, "final": True, "rendered": rendered}
    with pytest.raises(ProtocolError):
        read_answer(REQUEST, Frame(head, bytearray(b"abc")))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (DecodeError("it broke", path="a\udcff.heic", hint="try again"), DecodeError),
        (LimitError("too large"), LimitError),
        (NotHeifError("it is a JPEG", kind="JPEG", path="a"), NotHeifError),
        (RefusedFileError("it is a pipe", label="a pipe", path="a"), FileAccessError),
    ],
)
def test_errors_come_out_as_the_class_that_errors_py_knows(
    error: HeicDepthError, kind: type[HeicDepthError]
) -> None:
    result = _round_trip(Answer(REQUEST, error=error)).error
    assert type(result) is kind
    assert (result.what, result.hint, result.path) == (error.what, error.hint, error.path)
    if isinstance(result, NotHeifError):
        assert result.kind == "JPEG"


@pytest.mark.parametrize(
    ("change", "raw"),
    [
        ({"array_shape": [2, 3]}, 5),
        ({"array_shape": [2, -3]}, 6),
        ({"array_shape": []}, 0),
        ({"array_shape": [1, 1, 1, 6]}, 6),
        ({"array_shape": [2, 3], "array_dtype": "object"}, 6),
        ({"array_shape": "2x"}, 6),
        ({"bits": None}, 6),
    ],
)
def test_pixels_that_contradict_their_head_are_refused(change: dict[str, Any], raw: int) -> None:
    pixels: dict[str, Any] = {
        "array_shape": [2, 3],
        "array_dtype": "uint8",
        "shape": [2, 3],
        "dtype": "uint8",
        "minimum": 0,
        "maximum": 1,
        "bits": 8,
        "note": "",
    }
    head = {"type": "answer", "ticket": 7, "final": True, "pixels": pixels | change}
    with pytest.raises(ProtocolError):
        read_answer(REQUEST, Frame(json.loads(json.dumps(head)), bytearray(raw)))


@pytest.mark.parametrize("name", ["Exception", "Path", "printable", "annotations", ""])
def test_only_our_own_errors_can_be_named(name: str) -> None:
    head = {"final": True, "error": {"class": name, "what": "", "hint": "", "path": None}}
    with pytest.raises(ProtocolError):
        read_answer(REQUEST, Frame(head, bytearray()))
