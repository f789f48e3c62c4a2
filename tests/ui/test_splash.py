"""The first frame shows what Textual then paints, in the same places, and leaves no trace."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from cells_shown import Cells, differences, fresh, use_true_colours

from heicdepth_tui.draw.fit import Box
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import Answer, LayerKind
from heicdepth_tui.ui.model.layout import Shapes, browse_layout, panes_of, shapes_of
from heicdepth_tui.ui.model.library import longest_name
from heicdepth_tui.ui.model.palettes import PALETTES
from heicdepth_tui.ui.model.settings import RenderSettings
from heicdepth_tui.ui.services.scanner import Scanner
from heicdepth_tui.ui.startup.first_photo import first_entries, first_requests
from heicdepth_tui.ui.startup.splash import SplashFrame

Open = Callable[..., AbstractAsyncContextManager[Any]]
Size = tuple[int, int]


class Painted:
    """A first frame that paints into a file, and the answers that it was given."""

    def __init__(
        self,
        file: Path,
        size: Size,
        theme: str = "dark",
        names: int = 13,
        cell_aspect: float = 2.0,
    ) -> None:
        self._file = file
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        self.size = size
        palette = PALETTES[theme, ColorMode.TRUECOLOR]
        self.frame = SplashFrame(self._descriptor, *size, palette, names, cell_aspect)
        self._settings = RenderSettings.chosen(ColorMode.TRUECOLOR, None, cell_aspect=cell_aspect)
        self.answers: list[Answer] = []

    def close(self) -> None:
        os.close(self._descriptor)

    @property
    def raw(self) -> bytes:
        return self._file.read_bytes()

    @property
    def cells(self) -> Cells:
        cells = Cells(*self.size)
        cells.feed(self.raw.decode())
        return cells

    def show_all(self, folder: Path, decoder: Decoder) -> None:
        """Paint everything there is for the first photo, as the start does."""
        entries = first_entries([folder], self.size[1], seconds=20)
        self.frame.show_list(entries[0].path, entries)
        header = read_header(entries[0].path)
        shapes = shapes_of(header)
        self.frame.show_header(header, shapes)
        requests = first_requests(entries[0], shapes, *self.size, self._settings, "inferno")
        answers: Queue[Answer] = Queue()
        decoder.listen(answers.put)
        for request in requests:
            decoder.submit(request)
        left = len(requests)
        while left:
            answer = answers.get(timeout=20)
            self.answers.append(answer)
            self.frame.answered(answer)
            left -= answer.final


@pytest.fixture
def paint(tmp_path: Path) -> Iterator[Callable[..., Painted]]:
    """Return a function that opens a first frame on a file."""
    made: list[Painted] = []

    def begin(
        size: Size = (140, 45), theme: str = "dark", names: int = 13, cell_aspect: float = 2.0
    ) -> Painted:
        file = tmp_path / f"frame-{len(made)}"
        painted = Painted(file, size, theme, names, cell_aspect)
        made.append(painted)
        painted.frame.open()
        return painted

    yield begin
    for painted in made:
        painted.close()


@pytest.fixture
def decoder(decoders: list[Decoder]) -> Decoder:
    started = Decoder.start()
    decoders.append(started)
    return started


@pytest.fixture
def unscanned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app in true colours, knowing no more of the listed photos than the first frame does."""
    use_true_colours(monkeypatch)
    monkeypatch.setattr(Scanner, "scan", lambda *_: None)


def one(folder: Path, tmp_path: Path, name: str) -> Path:
    """Return a folder that begins with this photo."""
    for path in sorted(folder.iterdir()):
        if path.name >= name:
            target = tmp_path / "photos" / path.name
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(path)
    return tmp_path / "photos"


@pytest.mark.usefixtures("unscanned")
@pytest.mark.parametrize(
    ("name", "size", "theme"),
    [
        ("IMG_0412.HEIC", (120, 36), "dark"),
        ("IMG_0423.HEIC", (150, 36), "light"),
        ("IMG_0415.HEIC", (113, 35), "dark"),
        ("IMG_0424.HEIC", (112, 34), "light"),
        ("IMG_0412.HEIC", (60, 20), "dark"),
        ("IMG_0423.HEIC", (140, 36), "dark"),
        ("IMG_0415.HEIC", (80, 24), "dark"),
    ],
    ids=[
        "landscape",
        "with thumbnail",
        "portrait",
        "without depth",
        "room for one",
        "with layers to count",
        "with a caption to cut",
    ],
)
async def test_textual_paints_over_it_what_is_there_already(
    open_app: Open,
    paint: Callable[..., Painted],
    decoder: Decoder,
    sample_folder: Path,
    tmp_path: Path,
    name: str,
    size: Size,
    theme: str,
) -> None:
    folder = one(sample_folder, tmp_path, name)
    painted = paint(size, theme)
    painted.show_all(folder, decoder)
    frame = painted.cells
    async with open_app(folder, size=size, theme=theme) as driven:
        await driven.settled()
        app = fresh(driven.app)

    assert frame.lines[0].rstrip().endswith(name)
    for what, box in places(read_header(folder / name), size).items():
        # "1 of 3": left to the test of just that.
        is_known = what == "heading" and size == (150, 36)
        # Textual's themes go through other colour spaces and come back a level off.
        found = [] if is_known else differences(frame.box(*box), app.box(*box), levels=2)
        assert (what, found[:5], len(found)) == (what, [], 0)


def places(header: Header, size: Size) -> dict[str, Box]:
    """Return what the first frame shows of a photo, and where."""
    layout = browse_layout(*size)
    panes = panes_of(shapes_of(header), layout.pictures, layout.is_single)
    found = {
        "name of the program": Box(0, 0, 16, 1),
        "list and its rule": layout.photos._replace(columns=layout.photos.columns + 1),
        "picture": panes.photo,
    }
    if layout.is_single:
        return found
    if header.depth.item is not None:
        found["depth map"] = panes.depth
    return found | {
        "heading": _line(panes.photo, -1),
        "heading of depth": _line(panes.depth, -1),
        "caption": _line(panes.photo, panes.photo.rows),
        "second line": _line(panes.photo, panes.photo.rows + 1),
    }


def _line(canvas: Box, row: int) -> Box:
    """Return a line over or under a canvas."""
    return Box(canvas.column, canvas.row + row, canvas.columns, 1)


@pytest.mark.usefixtures("unscanned")
@pytest.mark.parametrize(("size", "aspect"), [((120, 36), 2.2), ((101, 51), 1.7)])
async def test_textual_paints_over_it_in_cells_of_any_shape(
    open_app: Open,
    paint: Callable[..., Painted],
    decoder: Decoder,
    sample_folder: Path,
    size: Size,
    aspect: float,
) -> None:
    painted = paint(size, cell_aspect=aspect)
    painted.show_all(sample_folder, decoder)
    async with open_app(sample_folder, size=size, cell_aspect=aspect) as driven:
        await driven.settled()
        app, pictures = fresh(driven.app), driven.app.browse.pictures
        for pane in (pictures.photo, pictures.depth):
            box = Box(*pane.image.region)
            assert not differences(painted.cells.box(*box), app.box(*box), levels=2)


@pytest.mark.usefixtures("unscanned")
async def test_a_list_longer_than_the_screen_is_listed_as_the_app_does(
    open_app: Open, paint: Callable[..., Painted], sample_folder: Path, tmp_path: Path
) -> None:
    for number in range(40):
        (tmp_path / f"a rather long name {number}.heic").symlink_to(sample_folder / "IMG_0427.HEIC")
    size = (80, 24)
    entries = first_entries([tmp_path], size[1], 20)
    names = longest_name(entries)
    painted = paint(size, names=names)
    painted.frame.show_list(entries[0].path, entries)
    async with open_app(tmp_path, size=size) as driven:
        await driven.settled()
        app = fresh(driven.app)

    box = browse_layout(*size, names=names).photos
    for row in range(box.row, box.row + box.rows):
        assert painted.cells.line(row, 0, box.columns - 1) == app.line(row, 0, box.columns - 1)


@pytest.mark.parametrize("aspect", [2.0, 2.2])
def test_placeholders_stand_where_the_images_come(
    paint: Callable[..., Painted], decoder: Decoder, sample_folder: Path, aspect: float
) -> None:
    painted = paint(cell_aspect=aspect)
    entry = first_entries([sample_folder], 1, 20)[0]
    header = read_header(entry.path)
    painted.frame.show_list(entry.path, [entry])
    painted.frame.show_header(header, shapes_of(header))
    plates = _filled(painted.cells, "16191f")
    painted.show_all(sample_folder, decoder)
    pictures = painted.cells

    assert len(plates) > 1000
    assert all(pictures.box(x, y, 1, 1)[0][0][2] != "16191f" for x, y in plates)
    assert {(x, y) for x, y in _filled(pictures, "▀")} <= plates


def _filled(cells: Cells, what: str) -> set[tuple[int, int]]:
    """Return the cells of a character or a background, but for the bottom line."""
    return {
        (x, y)
        for y, row in enumerate(cells.all[:-1])
        for x, (char, _, ground, _) in enumerate(row)
        if what in (char, ground)
    }


def test_a_whole_thumbnail_is_not_followed_by_a_part_of_the_photo(
    paint: Callable[..., Painted], decoder: Decoder, sample_folder: Path, tmp_path: Path
) -> None:
    painted = paint()
    painted.show_all(one(sample_folder, tmp_path, "IMG_0423.HEIC"), decoder)
    thumbnail, photo = (
        next(a for a in painted.answers if a.final and a.request.layer.kind is kind)
        for kind in (LayerKind.THUMBNAIL, LayerKind.PRIMARY)
    )
    part = Answer(photo.request, photo.pixels, final=False, rendered=photo.rendered)
    painted.frame.answered(thumbnail)
    before = painted.raw
    painted.frame.answered(part)
    assert painted.raw == before

    painted.frame.answered(photo)
    assert len(painted.raw) > len(before)


def test_late_answers_go_to_who_took_over_and_paint_nothing(
    paint: Callable[..., Painted], decoder: Decoder, sample_folder: Path
) -> None:
    painted = paint()
    painted.show_all(sample_folder, decoder)
    late: list[Answer] = []
    before = painted.raw

    assert painted.frame.hand_over(late.append) == painted.answers
    for answer in painted.answers:
        painted.frame.answered(answer)
    header = read_header(sample_folder / "IMG_0415.HEIC")
    painted.frame.show_header(header, Shapes((4, 3), (4, 3)))
    painted.frame.close()

    assert late == painted.answers
    assert painted.raw == before
    assert painted.frame.hand_over(late.append) == []


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (9, 4), (20, 6)])
def test_a_tiny_terminal_is_painted_within_its_edges(
    paint: Callable[..., Painted], sample_folder: Path, size: Size
) -> None:
    painted = paint(size)
    entries = first_entries([sample_folder], size[1], 20)
    painted.frame.show_list(entries[0].path, entries)
    painted.frame.show_header(read_header(entries[0].path), Shapes((4, 3), (4, 3)))

    assert b"\x1b[0;" in painted.raw
    assert b";0H" not in painted.raw
    assert b"[0;1H" not in painted.raw
