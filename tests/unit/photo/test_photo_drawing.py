"""Pictures drawn in the decoder process are those that this process would draw."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from photo_asking import listen, request_for

from heicdepth_tui.draw.drawing import Drawing, Drawn
from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.heif.facts import Size
from heicdepth_tui.photo import decode
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.drawing import drawn, fit_of, picture_of
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Layer, Pixels, Request
from heicdepth_tui.photo.outbox import Outbox
from heicdepth_tui.photo.protocol import FrameReader, read_answer

Write = Callable[..., Path]
Start = Callable[..., Decoder]

ROOM = (37, 11)

DRAWINGS = [
    (DEPTH, Drawing(ROOM, tolerance=4, colormap="inferno")),
    (DEPTH, Drawing(ROOM, Blocks.QUAD, colormap="viridis")),
    (DEPTH, Drawing(ROOM, Blocks.HALF, ColorMode.PALETTE, colormap="turbo")),
    (DEPTH, Drawing(ROOM)),
    (PRIMARY, Drawing(ROOM, tolerance=4)),
    (PRIMARY, Drawing(ROOM, Blocks.QUAD)),
    (PRIMARY, Drawing(ROOM, Blocks.QUAD, ColorMode.PALETTE)),
    (PRIMARY, Drawing(ROOM, Blocks.HALF, ColorMode.ANSI16)),
    (PRIMARY, Drawing(ROOM, Blocks.HALF, ColorMode.GREY, 4)),
    (PRIMARY, Drawing((5, 40))),
]


def final(decoder: Decoder, *requests: Request) -> dict[int, Answer]:
    """Return the last answers to some requests, by their tickets."""
    answers = listen(decoder)
    found: dict[int, Answer] = {}
    for request in requests:
        decoder.submit(request)
    while len(found) < len(requests):
        answer = answers.get(timeout=20)
        if answer.final:
            found[answer.request.ticket] = answer
    return found


def test_the_decoder_process_draws_what_this_process_would(photo: Write, start: Start) -> None:
    path = photo()
    requests = [
        request_for(path, f"pane {number}", layer, drawing=drawing)
        for number, (layer, drawing) in enumerate(DRAWINGS)
    ]
    answers = final(start(), *requests)
    pictures = set()
    for request in requests:
        answer = answers[request.ticket]
        assert answer.pixels is not None
        assert request.drawing is not None
        assert answer.drawn == drawn(answer.pixels, request.drawing), request.drawing
        pictures.add(answer.drawn)

    assert len(pictures) == len(DRAWINGS)


@pytest.mark.parametrize("layer", [DEPTH, PRIMARY])
def test_nothing_is_drawn_unless_asked_for(photo: Write, start: Start, layer: Layer) -> None:
    request = request_for(photo(), layer=layer)
    answer = final(start(), request)[request.ticket]

    assert answer.pixels is not None
    assert answer.drawn is None


def test_what_cannot_be_decoded_is_not_drawn(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "broken.heic"
    path.write_bytes(b"no photo")
    request = request_for(path, drawing=Drawing(ROOM))
    answer = final(start(), request)[request.ticket]

    assert answer.error is not None
    assert answer.drawn is None


def test_parts_of_a_photo_are_drawn_too_in_the_shape_of_the_whole(
    photo: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "PARTIAL_SECONDS", 0.0)
    drawing = Drawing(ROOM, tolerance=4)
    path = photo(size=Size(400, 300), tile=128)
    request = request_for(path, fit=(64, 64), partial=True, drawing=drawing)
    parts = [answer for answer in decode.steps(request) if answer is not None]
    assert [answer.final for answer in parts] == [False] * 12 + [True]
    for part in (parts[5], parts[-1]):
        (sent,) = sent_by(lambda outbox, part=part: outbox.put(part), 1)

        assert part.pixels is not None
        assert sent.drawn == drawn(part.pixels, drawing)
        assert sent.drawn is not None
        assert sent.drawn.fit == fit_cells((400, 300), ROOM)


def test_the_whole_does_not_wait_for_its_parts_and_makes_them_pointless() -> None:
    pixels = Pixels(np.zeros((4, 4), np.uint8), (4, 4), "uint8", 0, 0, 8)
    request = Request(7, "photo", "a", PRIMARY, drawing=Drawing((2, 1)))
    begun, go_on = threading.Event(), threading.Event()

    def draw(_: Pixels, __: Drawing) -> Drawn:
        if threading.current_thread().name == "outbox":
            begun.set()
            go_on.wait()
        return Drawn(Fit(2, 1, 2, 2), ("▀▀",))

    def talk(outbox: Outbox) -> None:
        outbox.put(Answer(request, pixels, final=False))
        begun.wait()
        for _ in range(3):
            outbox.put(Answer(request, pixels, final=False))
        outbox.put(Answer(request, pixels))
        go_on.set()

    first, second = sent_by(talk, 2, draw)

    # The part that was being drawn comes last, when nobody waits for it any more.
    assert (first.final, second.final) == (True, False)


def test_what_cannot_be_drawn_costs_its_own_photo_only() -> None:
    pixels = Pixels(np.zeros((4, 4), np.uint8), (4, 4), "uint8", 0, 0, 8)

    def draw(_: Pixels, drawing: Drawing) -> Drawn:
        if drawing.cells == (1, 1):
            raise RuntimeError("no ink")
        return Drawn(Fit(0, 0, 0, 0), ())

    def talk(outbox: Outbox) -> None:
        for cells in ((1, 1), (2, 2)):
            outbox.put(Answer(Request(1, "p", "a", PRIMARY, drawing=Drawing(cells)), pixels))

    first, second = sent_by(talk, 2, draw)

    assert first.error is not None
    assert "no ink" in first.error.what
    assert second.error is None


def sent_by(
    talk: Callable[[Outbox], object],
    count: int,
    draw: Callable[[Pixels, Drawing], Drawn] = drawn,
) -> list[Answer]:
    """Return the first answers that an outbox writes while it is talked to."""
    read, written = os.pipe()
    answers = []
    with os.fdopen(read, "rb", buffering=0) as stream:
        reader = FrameReader(max_raw=1 << 24)
        talker = threading.Thread(target=talk, args=(Outbox(written, draw),))
        talker.start()
        while len(answers) < count:
            frame = reader.read(stream.readinto)
            assert frame is not None
            answers.append(read_answer(Request(frame.head["ticket"], "p", "a", PRIMARY), frame))
        talker.join()
    os.close(written)
    return answers


def test_a_picture_has_the_shape_of_the_whole_layer_not_of_what_it_was_shrunk_to(
    photo: Write, start: Start
) -> None:
    request = request_for(photo(), layer=PRIMARY, fit=(5, 5), drawing=Drawing(ROOM))
    answer = final(start(), request)[request.ticket]

    assert answer.pixels is not None
    assert answer.drawn is not None
    height, width = answer.pixels.shape[:2]
    assert max(answer.pixels.array.shape[:2]) <= 5
    assert answer.drawn.fit == fit_cells((width, height), ROOM)
    assert len(answer.drawn.rows) == answer.drawn.fit.rows


def test_without_room_there_is_a_picture_of_no_rows(photo: Write, start: Start) -> None:
    request = request_for(photo(), layer=PRIMARY)
    pixels = final(start(), request)[request.ticket].pixels
    assert pixels is not None

    assert fit_of(pixels, Drawing((0, 5))).rows == 0
    assert drawn(pixels, Drawing((0, 5))).rows == ()


def test_a_colour_map_is_for_depth_only_where_one_is_named(photo: Write, start: Start) -> None:
    request = request_for(photo(), layer=DEPTH)
    pixels = final(start(), request)[request.ticket].pixels
    assert pixels is not None
    colours = {
        name: {
            colour
            for row in range(ROOM[1])
            for _, *pair in picture_of(pixels, Drawing(ROOM, colormap=name)).runs(row)
            for colour in pair
            if colour is not None
        }
        for name in ("", "inferno")
    }

    assert all(r == g == b for r, g, b in colours[""])
    assert any(r != b for r, _, b in colours["inferno"])
