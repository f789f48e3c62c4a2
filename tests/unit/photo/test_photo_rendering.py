"""Pictures rendered in the decoder process equal those that this process renders."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from photo_requests import listen, request_for

from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.fit import Box, Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import Rendered, RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo import decode
from heicdepth_tui.photo.answer_writer import AnswerWriter
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Layer, Pixels, Request
from heicdepth_tui.photo.protocol import FrameReader, read_answer
from heicdepth_tui.photo.rendering import fit_of, picture_of, render_layer

Write = Callable[..., Path]
Start = Callable[..., Decoder]

ROOM = (37, 11)

SPECS = [
    (DEPTH, RenderSpec(ROOM, tolerance=4, colormap="inferno")),
    (DEPTH, RenderSpec(ROOM, Blocks.QUAD, colormap="viridis")),
    (DEPTH, RenderSpec(ROOM, Blocks.HALF, ColorMode.PALETTE, colormap="turbo")),
    (DEPTH, RenderSpec(ROOM)),
    (PRIMARY, RenderSpec(ROOM, tolerance=4)),
    (PRIMARY, RenderSpec(ROOM, Blocks.QUAD)),
    (PRIMARY, RenderSpec(ROOM, Blocks.QUAD, ColorMode.PALETTE)),
    (PRIMARY, RenderSpec(ROOM, Blocks.HALF, ColorMode.ANSI16)),
    (PRIMARY, RenderSpec(ROOM, Blocks.HALF, ColorMode.GREY, 4)),
    (PRIMARY, RenderSpec((5, 40))),
    (PRIMARY, RenderSpec(ROOM, cell_pixels=(7, 15))),
    (PRIMARY, RenderSpec(ROOM, cell_pixels=(7, 15), cell_aspect=15 / 7)),
    (PRIMARY, RenderSpec(ROOM, cell_aspect=1.5)),
    (DEPTH, RenderSpec(ROOM, colormap="inferno", cell_pixels=(7, 15))),
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


def test_the_decoder_process_renders_as_this_process_does(photo: Write, start: Start) -> None:
    path = photo()
    requests = [
        request_for(path, f"slot {number}", layer, render=spec)
        for number, (layer, spec) in enumerate(SPECS)
    ]
    answers = final(start(), *requests)
    pictures = set()
    for request in requests:
        answer = answers[request.ticket]
        assert answer.pixels is not None
        assert request.render is not None
        assert answer.rendered == render_layer(answer.pixels, request.render), request.render
        pictures.add(answer.rendered)

    assert len(pictures) == len(SPECS)


def test_an_image_covers_its_cells_to_the_pixel_with_the_layers_colours() -> None:
    array = np.zeros((20, 40, 3), dtype=np.uint8)
    array[:, 20:] = (255, 128, 0)
    rendered = render_layer(
        Pixels(array, (20, 40, 3), "uint8", 0, 255, 8),
        RenderSpec((11, 8), cell_pixels=(4, 10), cell_aspect=2.5),
    )
    assert isinstance(rendered, RenderedImage)
    # 11 cells of 4 pixels are 44 across, so 22 down in the aspect of 2:1, in 10s: 2 cells.
    assert rendered.fit == (11, 2, 44, 20)
    pixels = np.frombuffer(rendered.rgb, np.uint8).reshape(20, 44, 3)
    assert (pixels[:, :22] == 0).all()
    assert (pixels[:, 22:] == (255, 128, 0)).all()
    assert rendered.fit.box_in(Box(5, 3, 11, 8)) == (5, 6, 11, 2)


def test_an_image_in_no_cells_is_empty() -> None:
    pixels = Pixels(np.zeros((2, 3), np.uint8), (2, 3), "uint8", 0, 0, 8)
    rendered = render_layer(pixels, RenderSpec((0, 4), cell_pixels=(8, 16)))
    assert rendered == RenderedImage(Fit(0, 0, 0, 0), b"")


@pytest.mark.parametrize("layer", [DEPTH, PRIMARY])
def test_nothing_is_rendered_without_a_render_spec(
    photo: Write, start: Start, layer: Layer
) -> None:
    request = request_for(photo(), layer=layer)
    answer = final(start(), request)[request.ticket]

    assert answer.pixels is not None
    assert answer.rendered is None


def test_a_layer_that_fails_to_decode_is_not_rendered(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "broken.heic"
    path.write_bytes(b"no photo")
    request = request_for(path, render=RenderSpec(ROOM))
    answer = final(start(), request)[request.ticket]

    assert answer.error is not None
    assert answer.rendered is None


def test_partial_pictures_are_rendered_in_the_shape_of_the_whole(
    photo: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "PARTIAL_SECONDS", 0.0)
    spec = RenderSpec(ROOM, tolerance=4)
    path = photo(size=Size(400, 300), tile=128)
    request = request_for(path, fit=(64, 64), partial=True, render=spec)
    parts = [answer for answer in decode.steps(request) if answer is not None]
    assert [answer.final for answer in parts] == [False] * 12 + [True]
    for part in (parts[5], parts[-1]):
        (sent,) = sent_by(lambda writer, part=part: writer.put(part), 1)

        assert part.pixels is not None
        assert sent.rendered == render_layer(part.pixels, spec)
        assert sent.rendered is not None
        assert sent.rendered.fit == fit_cells((400, 300), ROOM)


def test_the_whole_does_not_wait_for_its_parts_and_makes_them_pointless() -> None:
    pixels = Pixels(np.zeros((4, 4), np.uint8), (4, 4), "uint8", 0, 0, 8)
    request = Request(7, "photo", "a", PRIMARY, render=RenderSpec((2, 1)))
    begun, go_on = threading.Event(), threading.Event()

    def render(_: Pixels, __: RenderSpec) -> RenderedRows:
        if threading.current_thread().name == "answers":
            begun.set()
            go_on.wait()
        return RenderedRows(Fit(2, 1, 2, 2), ("▀▀",))

    def talk(writer: AnswerWriter) -> None:
        writer.put(Answer(request, pixels, final=False))
        begun.wait()
        for _ in range(3):
            writer.put(Answer(request, pixels, final=False))
        writer.put(Answer(request, pixels))
        go_on.set()

    first, second = sent_by(talk, 2, render)

    # The part that was being rendered comes last, when nobody waits for it any more.
    assert (first.final, second.final) == (True, False)


def test_an_error_while_rendering_fails_that_request_only() -> None:
    pixels = Pixels(np.zeros((4, 4), np.uint8), (4, 4), "uint8", 0, 0, 8)

    def render(_: Pixels, spec: RenderSpec) -> RenderedRows:
        if spec.cells == (1, 1):
            raise RuntimeError("no ink")
        return RenderedRows(Fit(0, 0, 0, 0), ())

    def talk(writer: AnswerWriter) -> None:
        for cells in ((1, 1), (2, 2)):
            writer.put(Answer(Request(1, "p", "a", PRIMARY, render=RenderSpec(cells)), pixels))

    first, second = sent_by(talk, 2, render)

    assert first.error is not None
    assert "no ink" in first.error.what
    assert second.error is None


def sent_by(
    talk: Callable[[AnswerWriter], object],
    count: int,
    render: Callable[[Pixels, RenderSpec], Rendered] = render_layer,
) -> list[Answer]:
    """Return the first answers that a writer writes while ``talk`` uses it."""
    read, written = os.pipe()
    answers = []
    with os.fdopen(read, "rb", buffering=0) as stream:
        reader = FrameReader(max_raw=1 << 24)
        talker = threading.Thread(target=talk, args=(AnswerWriter(written, render),))
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
    request = request_for(photo(), layer=PRIMARY, fit=(5, 5), render=RenderSpec(ROOM))
    answer = final(start(), request)[request.ticket]

    assert answer.pixels is not None
    assert answer.rendered is not None
    height, width = answer.pixels.shape[:2]
    assert max(answer.pixels.array.shape[:2]) <= 5
    assert answer.rendered.fit == fit_cells((width, height), ROOM)
    assert len(answer.rendered.rows) == answer.rendered.fit.rows


def test_without_room_there_is_a_picture_of_no_rows(photo: Write, start: Start) -> None:
    request = request_for(photo(), layer=PRIMARY)
    pixels = final(start(), request)[request.ticket].pixels
    assert pixels is not None

    assert fit_of(pixels, RenderSpec((0, 5))).rows == 0
    assert render_layer(pixels, RenderSpec((0, 5))).rows == ()


def test_a_colour_map_is_for_depth_only_where_one_is_named(photo: Write, start: Start) -> None:
    request = request_for(photo(), layer=DEPTH)
    pixels = final(start(), request)[request.ticket].pixels
    assert pixels is not None
    colours = {
        name: {
            colour
            for row in range(ROOM[1])
            for _, *pair in picture_of(pixels, RenderSpec(ROOM, colormap=name)).runs(row)
            for colour in pair
            if colour is not None
        }
        for name in ("", "inferno")
    }

    assert all(r == g == b for r, g, b in colours[""])
    assert any(r != b for r, _, b in colours["inferno"])


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_turned_layer_is_drawn_as_the_turned_samples(quarter_turns: int, mirrored: bool) -> None:
    codes = np.arange(24 * 40, dtype=np.uint16).reshape(24, 40).astype(np.uint8)
    turned = np.rot90(codes, quarter_turns)
    turned = np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
    room = (30, 30)

    drawn, expected = (
        render_layer(
            Pixels(array, array.shape, "uint8", 0, 255, 8),
            RenderSpec(room, colormap="viridis", turn=turn),
        )
        for array, turn in ((codes, (quarter_turns, mirrored)), (turned, (0, False)))
    )
    assert drawn == expected


@pytest.mark.parametrize(
    ("scale", "grey"), [((10, 90), 255), ((90, 200), 0), ((10, 90, True), 0), ((90, 91), 0)]
)
def test_the_scale_of_the_request_gives_the_colours(scale: tuple[int, ...], grey: int) -> None:
    codes = np.full((4, 4), 90, dtype=np.uint8)
    pixels = Pixels(codes, codes.shape, "uint8", 90, 90, 8)
    low, high, *far = scale
    spec = RenderSpec(
        (4, 2), colormap="grey", cell_pixels=(1, 2), scale=CodeScale(low, high, bool(far))
    )
    rendered = render_layer(pixels, spec)
    assert isinstance(rendered, RenderedImage)
    assert set(rendered.rgb) == {grey}
