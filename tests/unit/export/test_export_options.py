"""One table declares the options: every use of it agrees, and what contradicts is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import click
import pytest

from heicdepth_tui.cli.export import export as export_command
from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.points import CloudOptions, ColorResolution, Projection
from heicdepth_tui.depth.scale import KnownLength
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.option_kinds import Choice, Number, Option, Several, Switch
from heicdepth_tui.export.option_table import OPTIONS, SECTIONS, option
from heicdepth_tui.export.options import (
    CameraFile,
    ColourValues,
    DepthUnit,
    ExportOptions,
    Matte,
    PointField,
)
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.rules import REFUSALS, refusals, unused_reason, warnings, with_values
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.ui.services.saved_options import SavedOptions

FLAT = CloudOptions(projection=Projection.FLAT)
CHANGED = ExportOptions(
    ("ply", "npz"),
    CloudOptions(
        stride=3,
        near=0.5,
        far=2.25,
        drop_flying=False,
        smooth=True,
        color_resolution=ColorResolution.X2,
        normals=True,
    ),
    organised=True,
    colours=ColourValues.STORED,
    png_unit=DepthUnit.TENTH_MILLIMETRE,
    axes=Axes.OPENCV,
    camera_files=(CameraFile.COLMAP, CameraFile.ROS),
)


def another_value(one: Option) -> object:
    """Return a value of an option that is not its default."""
    match one:
        case Switch():
            return not one.default
        case Choice():
            return next(value.value for value in one.values if value.value is not one.default)
        case Several():
            return one.named([one.values[-1].name])
        case Number():
            return int(one.minimum) + 2 if one.is_whole else one.minimum + 0.5
    raise AssertionError(one)


@pytest.mark.parametrize("one", OPTIONS, ids=lambda one: one.field)
def test_every_option_is_a_field_that_can_be_set_and_kept(one: Option) -> None:
    value = another_value(one)
    options = with_values(ExportOptions(), {one.field: value})
    assert one.value_in(options) == value
    assert one.from_json(json.loads(json.dumps(one.to_json(value)))) == value
    assert option(one.field) is one


@pytest.mark.parametrize("one", OPTIONS, ids=lambda one: one.field)
def test_every_option_is_explained_on_the_command_line_and_in_the_dialog(one: Option) -> None:
    (found,) = [param for param in export_command.params if param.name == one.name]
    assert isinstance(found, click.Option)
    assert set(found.opts) == set(one.flags)
    assert found.help
    if one.label:
        values = one.values if isinstance(one, Choice | Several) else ()
        lines = [value.explanation or one.explanation for value in values] or [one.explanation]
        # One line of the dialog at 80 columns.
        assert all(0 < len(line) <= 74 for line in lines)


def test_ids_of_the_dialog_are_unique() -> None:
    names = [one.name for one in OPTIONS] + [section.name for section in SECTIONS] + ["formats"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_the_function_that_makes_it(name: str) -> None:
    module, _, function = FORMATS[name].maker.partition(".")
    assert callable(getattr(__import__(f"heicdepth_tui.export.{module}", fromlist="_"), function))
    # Label and description in the left column of a wide dialog, 74 cells.
    widest = max(len(one.label) for one in FORMATS.values())
    assert 2 + widest + 2 + len(FORMATS[name].description) <= 74


def test_the_dialogs_choice_is_kept_but_not_what_belongs_to_a_photo(tmp_path: Path) -> None:
    SavedOptions(ExportOptions, tmp_path).save(
        replace(CHANGED, scale=2.0, with_gps=True, out=tmp_path)
    )
    found = SavedOptions(ExportOptions, tmp_path).options
    assert found == CHANGED


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"formats": ["ply"], "cloud": {"stride": 4}}, ("ply", 4)),
        ({"formats": ["gone"], "cloud": {"stride": 4}}, ("pcd", 4)),
        ({"formats": ["ply"], "cloud": {"stride": 0}}, ("pcd", 1)),
        ({"formats": ["ply"], "cloud": {"stride": 2.5}}, ("pcd", 1)),
        ({"formats": ["ply"], "cloud": {}, "axes": "up"}, ("pcd", 1)),
        ({"formats": ["ply"], "cloud": {}, "camera_files": "ros"}, ("pcd", 1)),
        ({"formats": ["ply"], "cloud": {"near": 3.0, "far": 2.0}}, ("pcd", 1)),
    ],
)
def test_saved_options_of_other_versions_and_damaged_ones(
    tmp_path: Path, stored: object, expected: tuple[str, int]
) -> None:
    (tmp_path / "export.json").write_text(json.dumps(stored))
    found = SavedOptions(ExportOptions, tmp_path).options
    assert ((*found.formats, found.cloud.stride)) == expected


def test_options_without_effect_are_named_with_the_reason() -> None:
    raster = ExportOptions(("tiff", "npz"), CloudOptions(stride=2, near=1.0), organised=True)
    assert list(warnings(raster)) == [
        "--step, --near ignored: no cloud in tiff, npz",
        "--organised ignored: only PCD keeps rows and columns",
    ]
    flat = ExportOptions(("ply",), replace(FLAT, smooth=True, stride=2), scale=2.0)
    assert list(warnings(flat)) == [
        "--scale ignored: the flat projection is not to scale",
        "--smooth ignored: a flat cloud keeps every sample and its code",
    ]
    known = ExportOptions(("layers",), scale=KnownLength(1.0, (4, 4)))
    assert list(warnings(known)) == ["--scale-to ignored: no distances in layers"]
    assert list(warnings(ExportOptions(("glb",), axes=Axes.OPENCV))) == [
        "--frame ignored: only PCD and PLY leave the axes open"
    ]
    assert list(warnings(CHANGED)) == [
        "--organised ignored: only PCD keeps rows and columns",
        "--png-unit ignored: no PNG is written",
        "--camera-file colmap names NAME-photo.png, which --format png writes",
    ]


def test_a_raster_uses_the_resolution_that_a_flat_cloud_beside_it_does_not() -> None:
    raised = replace(FLAT, smooth=True, color_resolution=ColorResolution.X2)
    assert list(warnings(ExportOptions(("pcd", "tiff"), raised))) == []
    assert list(warnings(ExportOptions(("pcd", "layers"), raised))) == [
        "--resolution, --smooth ignored: a flat cloud keeps every sample and its code"
    ]
    assert list(warnings(ExportOptions(("layers",), CloudOptions(smooth=True)))) == [
        "--smooth ignored: no distances in layers"
    ]


def test_camera_files_use_what_the_formats_beside_them_do_not() -> None:
    points = CloudOptions(rectify=True, color_resolution=ColorResolution.X2, smooth=True)
    options = ExportOptions(("layers",), points, camera_files=(CameraFile.ROS,))
    assert list(warnings(options)) == ["--smooth ignored: no distances in layers"]
    assert list(warnings(replace(options, camera_files=()))) == [
        "--resolution, --smooth ignored: no distances in layers",
        "--rectify ignored: no depth in layers",
    ]


def test_fields_and_mattes_are_without_effect_on_rasters() -> None:
    chosen = ExportOptions(("png",), fields=(PointField.STEP,), only=(Matte.SKY,))
    assert list(warnings(chosen)) == [
        "--fields ignored: only PCD and PLY take further fields",
        "--only ignored: no cloud in png",
    ]


def test_an_option_is_without_effect_whatever_its_value() -> None:
    assert unused_reason(option("png_unit"), ExportOptions(("pcd",))) == "no PNG is written"
    assert unused_reason(option("png_unit"), ExportOptions(("pcd", "png"))) == ""


def test_the_dialog_names_formats_by_their_labels() -> None:
    layers = ExportOptions(("layers",))
    assert (
        unused_reason(option("cloud.rectify"), layers, by_label=True)
        == "no depth in other pictures"
    )


REFUSED = [
    ExportOptions(("pcd",), FLAT, axes=Axes.OPENCV),
    ExportOptions(("ply", "npz"), FLAT, camera_files=(CameraFile.ROS,)),
    ExportOptions(("ply",), only=(Matte.SKIN,), without=(Matte.SKIN, Matte.HAIR)),
    ExportOptions(("obj",), FLAT),
    ExportOptions(("npz", "anaglyph"), FLAT),
]


@pytest.mark.parametrize("options", REFUSED)
def test_what_contradicts_itself_is_refused_before_a_photo_is_read(options: ExportOptions) -> None:
    (refusal,) = refusals(options)
    assert all(option(field) for field in refusal.fields)
    with pytest.raises(ExportError, match=re.escape(refusal.reason)):
        export_photo("missing.heic", options, lambda _: pytest.fail("nothing is decoded"))


def test_every_refusal_is_met_by_one_of_these_and_not_by_the_defaults() -> None:
    met = {refusal.reason for options in REFUSED for refusal in refusals(options)}
    assert met == {refusal.reason for refusal in REFUSALS}
    assert not list(refusals(ExportOptions(tuple(FORMATS))))


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("cloud.stride", "", 1),
        ("cloud.stride", " 12 ", 12),
        ("cloud.near", "", None),
        ("cloud.near", "0.25", 0.25),
    ],
)
def test_numbers_of_the_dialog(field: str, text: str, expected: float | None) -> None:
    one = option(field)
    assert isinstance(one, Number)
    assert one.parse(text) == expected


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("cloud.stride", "1.5", "every N-th sample: a whole number from 1 to 1000"),
        ("cloud.stride", "1001", "every N-th sample: a whole number from 1 to 1000"),
        ("cloud.stride", "x", "every N-th sample: a whole number from 1 to 1000"),
        ("cloud.near", "0", "nearest: a number of metres above 0"),
        ("cloud.near", "inf", "nearest: a number of metres above 0"),
        ("cloud.far", "two", "farthest: two is no number"),
    ],
)
def test_numbers_that_the_dialog_refuses(field: str, text: str, message: str) -> None:
    one = option(field)
    assert isinstance(one, Number)
    with pytest.raises(ValueError, match=f"^{message}$"):
        one.parse(text)
