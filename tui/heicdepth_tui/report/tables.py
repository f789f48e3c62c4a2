"""The array table and the metadata tables, as text cells for the app and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.heif.colour import DISPLAY_P3, SRGB, UNKNOWN
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation
from heicdepth_tui.photo.layers import LayerKind, derived_label, layers_of
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera, StoredCamera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = [
    "ARRAY_COLUMNS",
    "ArrayRow",
    "Fact",
    "FactGroup",
    "array_rows",
    "fact_groups",
    "number",
]

ARRAY_COLUMNS = ("array", "shape", "dtype", "min", "max", "unit")


@dataclass(frozen=True, slots=True)
class ArrayRow:
    """One row of the array table; every cell is printable text."""

    name: str
    shape: str
    dtype: str
    minimum: str
    maximum: str
    unit: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in the order of ARRAY_COLUMNS."""
        return (self.name, self.shape, self.dtype, self.minimum, self.maximum, self.unit)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a metadata table: a label and its value, with its origin where that matters."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A titled run of facts."""

    title: str
    facts: tuple[Fact, ...]


def number(value: float | None, digits: int = 10) -> str:
    """Return a number as short as it can be without losing it, ``–`` for None."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    return f"{value:.{digits}g}"


def array_rows(
    layers: Mapping[Layer, Pixels], depth_maps: Mapping[Layer, DepthMap]
) -> tuple[ArrayRow, ...]:
    """Return a row for each decoded layer, in the order of ``layers``.

    The arrays made from a depth layer, which has an entry in ``depth_maps``, stand right below it.
    Minimum and maximum are those of the stored samples; for disparity and metres, of the valid
    samples.
    """
    rows: list[ArrayRow] = []
    for layer, pixels in layers.items():
        is_depth = layer.kind is LayerKind.DEPTH
        rows.append(
            ArrayRow(
                printable(layer.label),
                str(pixels.shape),
                pixels.dtype,
                str(pixels.minimum),
                str(pixels.maximum),
                f"{pixels.bits}-bit codes" if is_depth and pixels.bits != 8 else "",
            )
        )
        if layer in depth_maps:
            rows.extend(_derived_rows(layer, depth_maps[layer]))
    return tuple(rows)


def _derived_rows(layer: Layer, depth_map: DepthMap) -> Iterable[ArrayRow]:
    metres_name = printable(derived_label("metres", layer))
    if depth_map.reason:
        yield ArrayRow(metres_name, "none", "", "", "", printable(depth_map.reason))
        return
    import numpy as np

    # The codes that occur give the range of every table without computing a distance a sample.
    occurs = np.bincount(depth_map.codes.ravel(), minlength=depth_map.max_code + 1) > 0
    tables = depth_map.tables
    valid = occurs & tables.valid
    shape = str(tuple(depth_map.codes.shape))
    trust = depth_map.trust
    for name, unit, by_code in (
        (printable(derived_label("disparity", layer)), trust.disparity_label, tables.disparity),
        (f"{metres_name} {trust.about}".strip(), trust.unit_label, tables.metres),
    ):
        values = by_code[valid].astype(np.float32)
        low = high = "none valid"
        if values.size:
            low, high = f"{float(values.min()):.4g}", f"{float(values.max()):.4g}"
        yield ArrayRow(name, shape, "float32", low, high, unit)


def fact_groups(
    header: Header,
    *,
    depth_map: DepthMap | None = None,
    stored: StoredCamera | None = None,
    camera: Camera | None = None,
) -> tuple[FactGroup, ...]:
    """Return the metadata tables: depth, intrinsics, photo, file and lens.

    ``depth_map`` adds what needs the decoded map (metres of one code), ``stored`` the
    intrinsics as stored, ``camera`` those used for the upright map.
    """
    groups = [
        FactGroup("depth", tuple(_depth_facts(header, depth_map))),
        FactGroup("intrinsics", tuple(_camera_facts(header, stored, camera))),
        FactGroup("photo", tuple(_photo_facts(header))),
        FactGroup("file", tuple(_file_facts(header))),
        FactGroup("lens, shown but not applied", tuple(_lens_facts(header, camera))),
    ]
    return tuple(group for group in groups if group.facts)


def _depth_facts(header: Header, depth_map: DepthMap | None) -> Iterable[Fact]:
    from heicdepth_tui.depth.quantization import decide
    from heicdepth_tui.depth.registration import register
    from heicdepth_tui.depth.trust import trust_of

    depth = header.depth
    if depth.item is None:
        is_stripped = depth.status is DepthStatus.STRIPPED
        yield Fact("depth", "probably stripped" if is_stripped else depth.status.value)
        if depth.reason:
            yield Fact("why", printable(depth.reason))
        return
    problem = depth.reason or depth.undecodable_reason.removeprefix("the depth map is ")
    if problem:
        link = ": " if depth.reason else ", but "
        yield Fact("depth", printable(f"{depth.status.value}{link}{problem}"))
    rep, decision = depth.representation, decide(depth)
    if rep is None:
        yield Fact("representation", f"unknown: {printable(depth.representation_problem)}")
    else:
        yield Fact("representation", f"{rep.type.label} (type {int(rep.type)})")
        yield Fact("d_min, d_max", _pair(rep.d_min, rep.d_max, decision.disparity_unit))
        yield Fact("z_near, z_far", _pair(rep.z_near, rep.z_far, decision.distance_unit))
        yield Fact("reference view", number(rep.reference_view))
    registration = register(header.primary, depth.item).sentence
    if registration:
        yield Fact("registration", printable(registration))
    cal = depth.calibration
    if cal is not None:
        yield Fact("accuracy", trust_of(depth).stated)
        filtered = {None: "–", True: "yes", False: "no"}[cal.filtered]
        yield Fact("quality", f"{printable(cal.quality or '–')}, filtered {filtered}")
        native, stored = (printable(x or "–") for x in (cal.native_format, cal.stored_format))
        yield Fact("format", f"native {native}, stored {stored}")
        if cal.float_min is not None or cal.float_max is not None:
            yield Fact("XMP min, max", _pair(cal.float_min, cal.float_max, decision.xmp_unit))
    elif depth.calibration_problem:
        yield Fact("calibration", printable(depth.calibration_problem))
    else:
        yield Fact("accuracy", trust_of(depth).stated)
    if decision.quantization is None:
        yield Fact("metres", printable(f"none: {decision.reason}"))
    elif depth_map is not None and not depth_map.reason:
        yield Fact("one code", _step_text(depth_map))
    for note in decision.notes:
        yield Fact("note", printable(note))


def _pair(low: float | None, high: float | None, unit: str) -> str:
    known = unit if low is not None or high is not None else ""
    return f"{number(low)}, {number(high)} {known}".rstrip()


def _step_text(depth_map: DepthMap) -> str:
    """Return the depth resolution at the two ends of the valid codes, with its trust."""
    tables = depth_map.tables
    metres, step = tables.metres[tables.valid], tables.depth_resolution[tables.valid]
    near, far = (_length(float(step[at])) for at in (metres.argmin(), metres.argmax()))
    trust = depth_map.trust
    return f"{near} near, {far} far" + ("" if trust.is_metric else f" ({trust.short})")


def _length(metres: float) -> str:
    """Return a length as text: hundredths of a millimetre where small, else three digits."""
    if metres >= 1:
        return f"{metres:.3g} m"
    millimetres = metres * 1000
    return f"{millimetres:.2f} mm" if 0.1 <= millimetres < 10 else f"{millimetres:.3g} mm"


def _camera_facts(
    header: Header, stored: StoredCamera | None, camera: Camera | None
) -> Iterable[Fact]:
    from heicdepth_tui.depth.camera import CameraOrigin
    from heicdepth_tui.depth.trust import trust_of

    if header.depth.item is None:
        yield from _property_facts(header)
        return
    if stored is None:
        yield Fact("intrinsics", printable(_no_camera_text(header)))
    else:
        reference = f"{number(stored.reference_width)}×{number(stored.reference_height)}"
        origin_text = stored.origin.label.removeprefix("camera ")
        if camera is not None:
            label = trust_of(header.depth).with_camera(camera).camera_label
            origin_text = label.removeprefix("camera ")
        yield Fact("intrinsics", origin_text)
        yield Fact("fx, fy", f"{number(stored.fx, 7)}, {number(stored.fy, 7)} at {reference}")
        yield Fact("cx, cy", f"{number(stored.cx, 7)}, {number(stored.cy, 7)} at {reference}")
    if camera is not None:
        yield Fact(
            "for the map",
            f"fx {camera.fx:.2f} fy {camera.fy:.2f} cx {camera.cx:.2f} cy {camera.cy:.2f}"
            f" at {camera.width}×{camera.height}{_alignment_text(header)}",
        )
        if camera.estimated:
            label = "estimated" if camera.origin is CameraOrigin.EXIF else "fitted"
            yield Fact(label, printable(", ".join(camera.estimated)))
        if camera.note:
            yield Fact("note", printable(camera.note))
    cal = header.depth.calibration
    if cal is None:
        return
    if cal.simulated_aperture is not None:
        yield Fact("aperture", f"f/{number(cal.simulated_aperture, 4)} (simulated)")
    if cal.pixel_size_mm is not None:
        yield Fact("pixel size", f"{number(cal.pixel_size_mm, 5)} mm")
    for problem in cal.problems:
        yield Fact("refused", printable(problem))


def _property_facts(header: Header) -> Iterable[Fact]:
    """Yield the camera properties of a photo without depth, e.g. of a spatial photo."""
    photo = header.camera_of(header.primary.id)
    if photo is not None and photo.intrinsics is not None:
        stated, (width, height) = photo.intrinsics, header.primary.coded
        focal = stated.focal_x * width
        high = focal if stated.focal_y is None else stated.focal_y * height
        yield Fact("intrinsics", "from the file (cmin of the photo)")
        yield Fact("fx, fy", f"{number(focal, 7)}, {number(high, 7)} at {width}×{height}")
        x, y = stated.centre_x * width, stated.centre_y * height
        yield Fact("cx, cy", f"{number(x, 7)}, {number(y, 7)} at {width}×{height}")


def _alignment_text(header: Header) -> str:
    """Return the steps that align the depth map with the photo; empty where there are none."""
    from heicdepth_tui.depth.registration import register

    item = header.depth.item
    found = None if item is None else register(header.primary, item)
    if found is None or not found.transforms:
        return ""
    crop = found.coverage.crop
    steps = ["turned"] * bool(found.turn) + ["cropped"] * (crop is not None)
    return f", {' and '.join(steps)} as the photo is"


def _no_camera_text(header: Header) -> str:
    from heicdepth_tui.depth.camera import intrinsics_problem

    cal = header.depth.calibration
    if cal is None or cal.intrinsics is None:
        return "none: neither in the file nor from EXIF"
    why = intrinsics_problem(cal) or "those of the file do not fit the map"
    return f"none: {why}; EXIF gives none either"


def _lens_facts(header: Header, camera: Camera | None) -> Iterable[Fact]:
    cal = header.depth.calibration
    if cal is None:
        return
    if cal.distortion_center is not None:
        x, y = cal.distortion_center
        yield Fact("distortion centre", f"{number(x, 7)}, {number(y, 7)}")
    if camera is not None and camera.lens is not None:
        lens = camera.lens
        shift = f"{lens.figures}; --rectify corrects it" if lens.shift_px else "none"
        yield Fact("shift by the lens", shift)
        if lens.shift_px:
            yield Fact("forward, inverse", f"agree to {lens.residual_px:.2f} px")
    elif camera is not None and cal.distortion is not None:
        yield Fact("rectification", printable(f"refused: {camera.lens_problem}"))
    for label, values in (
        ("distortion", cal.distortion),
        ("inverse distortion", cal.inverse_distortion),
        ("extrinsics", cal.extrinsics),
    ):
        if values is not None:
            yield Fact(label, " ".join(number(value, 5) for value in values))


def _shot_facts(header: Header) -> Iterable[Fact]:
    exif = header.exif
    if header.camera_name:
        yield Fact("camera", printable(header.camera_name))
    if exif.lens:
        yield Fact("lens", printable(exif.lens))
    if exif.date:
        yield Fact("date", printable(exif.date))
    if exif.focal_length is not None:
        equivalent = (
            ""
            if exif.focal_length_35mm is None
            else f" ({number(exif.focal_length_35mm, 4)} mm at 35 mm film)"
        )
        yield Fact("focal length", f"{number(exif.focal_length, 4)} mm{equivalent}")


def _colours_text(header: Header) -> str:
    """Return the colour space of the photo and the one it is shown in."""
    colour = header.colour
    if colour.name == UNKNOWN:
        return "no colour space stated, taken for sRGB"
    name = printable(colour.name)
    if colour.name == SRGB:
        return name
    is_converted = colour.name == DISPLAY_P3 or colour.profile_bytes
    return f"{name}, shown as sRGB" if is_converted else f"{name}, not converted: taken for sRGB"


def _photo_facts(header: Header) -> Iterable[Fact]:
    yield from _shot_facts(header)
    primary = header.primary
    coded = "" if primary.coded == primary.displayed_size else f" (coded {primary.coded})"
    yield Fact("size", f"{primary.displayed_size}{coded}")
    if primary.undecodable_reason:
        yield Fact("coding", printable(primary.undecodable_reason))
    yield Fact("colours", _colours_text(header))
    turned = orientation_text(header)
    if turned:
        yield Fact("orientation", turned)
    if primary.grid is not None:
        grid = primary.grid
        yield Fact("grid", f"{grid.columns}×{grid.rows} tiles")
    labels = {layer.item_id: layer.label for layer in layers_of(header)}
    for aux in header.auxiliaries:
        label = labels.get(aux.item.id, aux.name)
        if header.depth.item is None or aux.item.id != header.depth.item.id:
            how = f", {aux.undecodable_reason}" if aux.undecodable_reason else ""
            yield Fact(printable(label), printable(f"{aux.item.displayed_size}{how}"))
        if aux.problem:
            yield Fact("problem", printable(f"{label}: {aux.problem}"))
    for other in header.depth.elsewhere:
        if other.depth.item is not None:
            label = labels.get(other.depth.item.id, "depth")
            yield Fact(printable(label), f"{other.depth.item.displayed_size}")
    for thumbnail in header.thumbnails:
        yield Fact("thumbnail", str(thumbnail.displayed_size))
    if header.stereo_pairs:
        yield Fact("stereo pairs", str(len(header.stereo_pairs)))
    if header.baseline_mm is not None:
        yield Fact("baseline", f"{number(header.baseline_mm, 4)} mm between the two cameras")


def orientation_text(header: Header) -> str:
    """Return the transforms that turn the stored photo upright; empty where there are none."""
    steps = []
    for step in header.primary.transforms:
        if isinstance(step, Rotation):
            steps.append(f"rotated {step.quarter_turns * 90}° counter-clockwise")
        elif isinstance(step, Mirror):
            steps.append("mirrored " + ("top ↔ bottom" if step.axis == 0 else "left ↔ right"))
        elif isinstance(step, Crop):
            steps.append(f"cropped to {step.width}×{step.height}")
    return ", ".join(steps)


def _file_facts(header: Header) -> Iterable[Fact]:
    yield Fact("format", printable(f"{header.format} ({header.brand}, {header.primary.type})"))
    yield Fact("bytes", f"{header.file_size:,}")
    if header.truncated:
        yield Fact("cut short", printable(header.truncated))
    if header.exif_problem:
        yield Fact("EXIF", printable(header.exif_problem))
    for problem in header.problems:
        yield Fact("problem", printable(problem))
    if header.is_sequence:
        yield Fact("sequence", "the file also holds an image sequence")
