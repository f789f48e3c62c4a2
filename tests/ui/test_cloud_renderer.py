"""The renderer of clouds: what the export would write, drawn from the newest pose."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyte
import pytest
from PIL import Image
from pyte.screens import Char

from heicdepth_tui.depth.points import CloudOptions
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.raster import SAME_SURFACE
from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.errors import NoCameraError, NoDepthError, NoMetresError
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.run import read_source
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.depth_facts import RepresentationType
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.photo.decode import decode
from heicdepth_tui.photo.layers import LayerKind, Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Photo, Recipe
from heicdepth_tui.samples.solids import Pinhole
from heicdepth_tui.ui.model.cloud_frame import CloudColours, CloudFrame, CloudRequest
from heicdepth_tui.ui.model.picture_request import CloudPart, PictureRequest
from heicdepth_tui.ui.model.pose import Pose
from heicdepth_tui.ui.services.cloud_renderer import CloudRenderer, draw_frame
from heicdepth_tui.ui.services.events import CloudFailed, CloudRendered, Event
from heicdepth_tui.ui.services.open_cloud import open_cloud
from heicdepth_tui.ui.services.saved_picture import save_picture

GROUND = (16, 18, 22)
SPEC = RenderSpec((64, 24), colormap="inferno")
SCENE = Recipe(
    camera=Pinhole.of(256, 192, 26.0, pitch=9.0),
    size=Size(256, 192),
    depth_size=Size(256, 192),
    bits=10,
    quality=-1,
)


def decoded(request: Request) -> Pixels:
    *_, answer = decode(request)
    if answer.error is not None:
        raise answer.error
    assert answer.pixels is not None
    return answer.pixels


def refused(request: Request) -> Pixels:
    raise AssertionError(f"decoded again: {request.layer}")


Write = Callable[[Recipe], tuple[Photo, CloudRequest]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a photo and returns it with a request for its cloud."""

    def written(recipe: Recipe) -> tuple[Photo, CloudRequest]:
        photo = make_photo(recipe)
        path = tmp_path / "photo.heic"
        path.write_bytes(photo.data)
        entry = Entry(str(path), path.name, len(photo.data), 0)
        return photo, CloudRequest(1, entry, ExportOptions(), Pose(), SPEC, background=GROUND)

    return written


def frame_of(request: CloudRequest) -> CloudFrame:
    return draw_frame(open_cloud(request, decoded), request)


def picture_of(frame: CloudFrame) -> np.ndarray:
    """The colours of the frame's half blocks, two rows a cell, from its own encoded rows."""
    fit = frame.rendered.fit
    screen = pyte.Screen(fit.cols, fit.rows)
    pyte.Stream(screen).feed("\r\n".join(frame.rendered.rows))
    rgb = np.zeros((2 * fit.rows, fit.cols, 3), np.uint8)
    for y in range(fit.rows):
        for x in range(fit.cols):
            cell = screen.buffer[y][x]
            front, back = (bytes.fromhex(colour) for colour in _colours(cell))
            upper, lower = {"▀": (front, back), "▄": (back, front), "█": (front, front)}.get(
                cell.data, (back, back)
            )
            rgb[2 * y, x], rgb[2 * y + 1, x] = list(upper), list(lower)
    return rgb


def _colours(cell: Char) -> tuple[str, str]:
    front, back = ("000000" if name == "default" else name for name in (cell.fg, cell.bg))
    return front, back


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / error))


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_at_rest_it_is_the_photo_s_own_view(write: Write, orientation: int) -> None:
    photo, request = write(replace(SCENE, orientation=orientation))
    truth = photo.ground_truth

    frame = frame_of(request)

    height, width = truth.rgb.shape[:2]
    scale = min(64 / width, 48 / height)
    columns, rows = round(width * scale), round(height * scale)
    left, top = (64 - columns) // 2, (48 - rows) // 2
    inside = np.s_[top : top + rows, left : left + columns]
    assert np.count_nonzero(frame.index[inside] >= 0) > 0.98 * columns * rows
    shrunk = truth.rgb.reshape(rows, height // rows, columns, width // columns, 3).mean((1, 3))
    # But for the frame cross in the corner.
    shown, expected = (picture[:, 12:] for picture in (picture_of(frame)[inside], shrunk))
    # Where two surfaces meet in a pixel the photo mixes them, and the cloud shows the nearer one.
    assert psnr(shown, expected) > 26
    blocks = truth.metres.reshape(rows, height // rows, columns, width // columns)
    steps = (abs(np.diff(blocks, axis=axis)).max((1, 3)) for axis in (1, 3))
    on_one = (np.maximum(*steps) < blocks.min((1, 3)) * SAME_SURFACE)[:, 12:]
    assert on_one.mean() > 0.8
    assert psnr(shown[on_one], expected[on_one]) > 45


@pytest.mark.parametrize(("aspect", "columns", "rows"), [(1.5, 48, 48), (2.4, 64, 40)])
def test_at_rest_it_has_the_photo_s_shape_in_cells_of_any(
    write: Write, aspect: float, columns: int, rows: int
) -> None:
    photo, request = write(SCENE)
    truth = photo.ground_truth

    frame = frame_of(replace(request, spec=replace(SPEC, cell_aspect=aspect)))

    left, top = (64 - columns) // 2, (48 - rows) // 2
    inside = np.s_[top : top + rows, left : left + columns]
    shown = picture_of(frame)[inside][:, 16:]
    assert psnr(shown, shrink(truth.rgb, (columns, rows))[:, 16:]) > 25
    assert np.count_nonzero(frame.index[inside] >= 0) > 0.98 * columns * rows
    sample = frame.sample_at(left + columns // 4, (top + rows // 4) // 2)
    assert sample is not None
    assert abs(sample.column - 256 / 4) <= 256 / columns
    assert abs(sample.row - 192 / 4) <= 2 * 192 / rows


def test_a_saved_cloud_has_square_pixels_whatever_the_shape_of_cells(write: Write) -> None:
    _, request = write(SCENE)
    folder = Path(request.entry.path).parent
    # The photo leaves room at two sides, which has the ground.
    ground, spec = (250, 10, 240), replace(SPEC, cell_aspect=1.5)
    part = CloudPart("cloud", replace(request, spec=spec, background=ground), (0.1, "1 m"))
    saved = PictureRequest(request.entry, "spin", "cloud", (part,), folder)
    with Image.open(save_picture(saved, decoded)) as image:
        rows, columns = (np.asarray(image) == ground).all(axis=2).nonzero()

    # A cell is 24 pixels wide.
    size = columns.max() - columns.min() + 1, rows.max() - rows.min() + 1
    assert size == (64 * 24, 24 * 24 * 1.5)


def test_the_points_are_those_that_the_export_writes(write: Write, tmp_path: Path) -> None:
    _, request = write(SCENE)
    options = ExportOptions(cloud=CloudOptions(near=0.8, far=2.5))
    path = Path(request.entry.path)

    frame = frame_of(replace(request, options=options))

    written = read_source(path, options, decoded).cloud
    assert np.array_equal(frame.shown.cloud.xyz, written.xyz)
    assert np.array_equal(frame.shown.cloud.rgb, written.rgb)
    assert frame.shown.cloud.dropped == written.dropped
    assert written.dropped.clipped > 0


def test_the_limits_are_those_of_the_whole_map(write: Write) -> None:
    photo, request = write(SCENE)
    options = ExportOptions(cloud=CloudOptions(near=0.8, far=2.5))

    shown = frame_of(replace(request, options=options)).shown

    metres = photo.ground_truth.metres
    step = 0.02  # of 10-bit disparity at 4 m: 16 / 1023 · 1.5
    assert shown.nearest == pytest.approx(metres.min(), abs=step)
    assert shown.farthest == pytest.approx(metres.max(), abs=step)


def test_a_sphere_s_pole_is_picked_at_its_distance(write: Write) -> None:
    photo, request = write(SCENE)
    truth = photo.ground_truth
    sphere = truth.spheres[0]
    frame = frame_of(request)
    x, y, z = sphere.centre
    # The cell where the sphere's centre is seen: 4 samples a cell across, 8 down.
    u = truth.depth_camera.cx - truth.depth_camera.fx * x / z
    v = truth.depth_camera.cy + truth.depth_camera.fy * y / z

    sample = frame.sample_at(int(u / 4), int(v / 8))

    assert sample is not None
    assert abs(sample.column - u) <= 4
    assert abs(sample.row - v) <= 8
    assert sample.metres == pytest.approx(truth.metres[sample.row, sample.column], abs=0.02)
    assert sample.photo == (sample.column, sample.row)
    # On the near half of the sphere.
    distance = np.linalg.norm(np.subtract(sample.point, sphere.centre))
    assert distance == pytest.approx(sphere.radius, abs=0.02)


def test_turned_round_the_same_sample_is_picked_where_its_point_falls(write: Write) -> None:
    _, request = write(SCENE)
    opened = open_cloud(request, decoded)
    turned = draw_frame(opened, replace(request, pose=Pose(25, 10)))
    right, up, back = np.asarray(turned.view.rotation)

    samples = [turned.sample_at(x, y) for x in range(0, 64, 4) for y in range(0, 24, 3)]

    cells = [(x, y) for x in range(0, 64, 4) for y in range(0, 24, 3)]
    assert sum(sample is not None for sample in samples) > 60
    for (column, row), sample in zip(cells, samples, strict=True):
        if sample is None:
            continue
        local = np.subtract(sample.point, turned.view.target)
        scale = turned.view.focal / (turned.view.distance - back @ local)
        across = turned.view.centre[0] + right @ local * scale
        down = turned.view.centre[1] - up @ local * scale
        # Within the cell of 1x2 pixels, or a pixel beside it: near points fill squares of 2x2.
        assert abs(across - column) <= 1.5
        assert abs(down - (2 * row + 0.5)) <= 2


def test_outside_of_the_cloud_nothing_is_picked(write: Write) -> None:
    _, request = write(SCENE)
    far_out = frame_of(replace(request, pose=Pose(zoom=1 / 8)))

    assert far_out.sample_at(1, 1) is None
    assert far_out.sample_at(-1, 0) is None
    assert far_out.sample_at(0, 24) is None


def test_a_cropped_map_picks_the_photo_s_pixel(write: Write) -> None:
    _, request = write(replace(SCENE, depth_crop=Crop(128, 0, 128, 192)))

    sample = frame_of(request).sample_at(32, 12)

    assert sample is not None
    assert sample.photo == (sample.column + 128, sample.row)


def test_depth_colours_show_the_codes(write: Write) -> None:
    photo, request = write(replace(SCENE, bits=8))
    frame = frame_of(replace(request, colours=CloudColours.DEPTH))

    codes = photo.ground_truth.codes.reshape(48, 4, 64, 4)
    # Where a pixel's samples are alike, the colour is that of their code.
    even = (codes.max((1, 3)) == codes.min((1, 3))) & (frame.index >= 0)
    even[:, :12] = False
    expected = colorize(codes[:, 0, :, 0], 255, "inferno")
    assert even.sum() > 300
    assert (picture_of(frame)[even] == expected[even]).all()


def test_shading_changes_colours_only(write: Write) -> None:
    _, request = write(SCENE)
    opened = open_cloud(request, decoded)

    plain, shaded = (
        draw_frame(opened, replace(request, is_shaded=is_shaded)) for is_shaded in (False, True)
    )

    assert np.array_equal(plain.index, shaded.index)
    assert plain.rendered.rows != shaded.rendered.rows


def test_decoded_layers_serve_again(write: Write) -> None:
    _, request = write(SCENE)
    path = request.entry.path
    layers: dict[LayerKind, Pixels] = {}

    def noting(wanted: Request) -> Pixels:
        pixels = decoded(replace(wanted, exact=None))
        layers[wanted.layer.kind] = pixels
        return pixels if wanted.exact is None else decoded(wanted)

    expected = draw_frame(open_cloud(request, noting), request)
    assert set(layers) == {LayerKind.DEPTH, LayerKind.PRIMARY}

    again = draw_frame(open_cloud(replace(request, decoded=layers), refused), request)

    assert Path(path).is_file()
    assert again.rendered == expected.rendered


def test_a_preview_smaller_than_the_map_is_not_used(write: Write) -> None:
    _, request = write(SCENE)
    pixels = Pixels(np.zeros((10, 10, 3), np.uint8), (192, 256, 3), "uint8", 0, 0, 8)

    frame = frame_of(replace(request, decoded={LayerKind.PRIMARY: pixels}))

    assert frame.rendered == frame_of(request).rendered


@pytest.mark.parametrize(
    ("recipe", "error"),
    [
        (replace(SCENE, depth=False), NoDepthError),
        (
            replace(SCENE, bits=8, representation=RepresentationType.NONUNIFORM_DISPARITY),
            NoMetresError,
        ),
        (replace(SCENE, bits=8, calibration=None, exif=None), NoCameraError),
    ],
)
def test_photos_without_a_cloud_say_why(
    write: Write, recipe: Recipe, error: type[Exception]
) -> None:
    _, request = write(recipe)
    with pytest.raises(error):
        frame_of(request)


@pytest.mark.parametrize("blocks", Blocks)
@pytest.mark.parametrize("mode", ColorMode)
def test_every_mode_and_block_fills_the_room(write: Write, blocks: Blocks, mode: ColorMode) -> None:
    _, request = write(replace(SCENE, bits=8))
    spec = replace(SPEC, blocks=blocks, mode=mode)

    frame = frame_of(replace(request, spec=spec))

    assert (frame.rendered.fit.cols, frame.rendered.fit.rows) == SPEC.cells
    assert len(frame.rendered.rows) == 24


class Posted:
    """The events of a renderer, in their order."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue()

    def post(self, event: Event) -> None:
        self._events.put(event)

    def next(self) -> CloudRendered | CloudFailed:
        event = self._events.get(timeout=20)
        assert isinstance(event, CloudRendered | CloudFailed), event
        return event


def test_only_the_newest_request_that_waits_is_drawn(write: Write) -> None:
    _, request = write(SCENE)
    posted = Posted()
    requests = queue.SimpleQueue[CloudRequest]()

    def decode_then_request(wanted: Request) -> Pixels:
        # While the first frame is being made, three more are requested.
        while not requests.empty():
            renderer.request(requests.get())
        return decoded(wanted)

    renderer = CloudRenderer(decode_then_request, posted.post)
    for number in (2, 3, 4):
        requests.put(replace(request, number=number, pose=Pose(number)))
    renderer.request(request)

    first, last = posted.next(), posted.next()

    assert isinstance(first, CloudRendered)
    assert isinstance(last, CloudRendered)
    assert (first.frame.number, last.frame.number) == (1, 4)
    assert last.frame.pose == Pose(4)


def test_a_failure_is_posted_with_its_number(write: Write) -> None:
    _, request = write(replace(SCENE, depth=False))
    posted = Posted()
    renderer = CloudRenderer(decoded, posted.post)

    renderer.request(replace(request, number=7))

    event = posted.next()
    assert isinstance(event, CloudFailed)
    assert (event.entry, event.number) == (request.entry, 7)
    assert isinstance(event.error, NoDepthError)


def test_the_listener_gets_events(write: Write) -> None:
    _, request = write(SCENE)
    posted = Posted()
    renderer = CloudRenderer(decoded, posted.post)
    renderer.request(request)
    event = posted.next()
    renderer.deliver(event)
    heard: list[object] = []
    renderer.listener = heard.append

    renderer.deliver(event)

    assert heard == [event]
