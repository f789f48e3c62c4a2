"""Recipes to photos: renders, quantises, turns into the coded frame, encodes and muxes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.quantise import quantise, representation_for
from heicdepth_tui.heif.camera_facts import CameraExtrinsics, CameraIntrinsics
from heicdepth_tui.heif.depth_facts import Calibration, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Rotation, Size
from heicdepth_tui.heif.write.camera import camera_extrinsics, camera_intrinsics
from heicdepth_tui.heif.write.mux import AuxPicture, PhotoSpec, PlainPicture, mux
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.heif.write.xmp import build_calibration, build_description
from heicdepth_tui.photo.encode import SRGB_COLR, encode_grid, encode_hevc
from heicdepth_tui.samples.exif import build_exif
from heicdepth_tui.samples.orient import TRANSFORMS, inverse, turn, turn_camera
from heicdepth_tui.samples.raycast import background_metres, cast
from heicdepth_tui.samples.recipe import AUTO, Auto, GroundTruth, Photo, Recipe, TrueSphere
from heicdepth_tui.samples.shading import shade
from heicdepth_tui.samples.solids import Pinhole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.heif.picture_facts import Transform
    from heicdepth_tui.heif.write.boxes import Property
    from heicdepth_tui.heif.write.mux import CodedPicture, TiledPicture
    from heicdepth_tui.samples.solids import Scene

    Samples = NDArray[np.uint8] | NDArray[np.uint16]

__all__ = ["GAIN_MAP_URN", "MATTE_URN", "make_photo"]

GAIN_MAP_URN = "urn:com:apple:photo:2020:aux:hdrgainmap"
MATTE_URN = "urn:com:apple:photo:2018:aux:portraiteffectsmatte"

_DIAGONAL_35MM = math.hypot(36.0, 24.0)
_SENSOR_WIDTH_MM = 6.4
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def make_photo(recipe: Recipe) -> Photo:
    """Return the photo of ``recipe`` with its ground truth; the same recipe, the same bytes.

    Raises ValueError for what cannot be encoded or quantised.
    """
    recipe = _sized(recipe)
    truth = _ground_truth(recipe)
    transforms = truth.transforms
    rgb = turn(truth.rgb, inverse(transforms))
    colored = _encode(rgb, recipe.quality, recipe.tile)
    exif = None if truth.exif is None else build_exif(truth.exif, size=Size(*rgb.shape[1::-1]))
    crop = () if recipe.photo_crop is None else (recipe.photo_crop,)
    spec = PhotoSpec(
        primary=colored,
        transforms=(*crop, *transforms),
        colr=(SRGB_COLR,),
        auxiliaries=(*_extras(recipe, truth), *_depths(recipe, truth)),
        thumbnails=_thumbnails(recipe, truth),
        exif=exif,
        xmp=recipe.xmp,
        second_view=_second_view(recipe, rgb),
        layout=recipe.layout,
        grid_in_idat=recipe.grid_in_idat,
        first_id=recipe.first_id,
        properties=(
            *_cmin(
                recipe,
                recipe.photo_cmin,
                turn_camera(truth.camera, inverse(transforms)),
                colored.size,
            ),
            *_cmex(recipe, 0),
        ),
    )
    return Photo(mux(spec), truth)


def _sized(recipe: Recipe) -> Recipe:
    """Take the sizes from the arrays that the recipe brings along."""
    if recipe.rgb is not None:
        recipe = replace(recipe, size=Size(recipe.rgb.shape[1], recipe.rgb.shape[0]))
    if recipe.metres is not None:
        recipe = replace(recipe, depth_size=Size(recipe.metres.shape[1], recipe.metres.shape[0]))
    return recipe


def _usual_camera(size: Size) -> Pinhole:
    """Return a camera that is nowhere symmetric, so that a mix-up of its values shows."""
    camera = Pinhole.of(*size, 26.0, pitch=9.0)
    return replace(
        camera,
        fy=camera.fy * 1.01,
        cx=camera.cx - 0.02 * size.width,
        cy=camera.cy + 0.015 * size.height,
    )


def _ground_truth(recipe: Recipe) -> GroundTruth:
    camera = recipe.camera or _usual_camera(recipe.size)
    camera, depth_camera = camera.scaled(*recipe.size), camera.scaled(*recipe.depth_size)
    rgb = shade(recipe.scene, camera) if recipe.rgb is None else recipe.rgb
    metres = cast(recipe.scene, depth_camera) if recipe.metres is None else recipe.metres
    nearest, farthest = recipe.limits or (float(metres.min()), float(metres.max()))
    representation = representation_for(recipe.representation, nearest, farthest)
    transforms, depth_frame = TRANSFORMS[recipe.orientation], _depth_frame(recipe)
    if recipe.depth_crop is not None:
        seen = (*inverse(depth_frame), recipe.depth_crop, *depth_frame)
        metres, depth_camera = turn(metres, seen), turn_camera(depth_camera, seen)
    return GroundTruth(
        scene=recipe.scene,
        camera=camera,
        depth_camera=depth_camera,
        spheres=tuple(
            TrueSphere(camera.to_camera(sphere.centre), sphere.radius)
            for sphere in recipe.scene.spheres
        ),
        rgb=rgb,
        metres=metres,
        codes=quantise(metres, representation, recipe.bits),
        bits=recipe.bits,
        representation=representation,
        calibration=_calibration(recipe, representation, turn_camera(camera, inverse(depth_frame))),
        exif=_exif(recipe, camera),
        transforms=transforms,
    )


def _depth_transforms(recipe: Recipe) -> tuple[Transform, ...]:
    """Return the depth item's own rotation and mirroring."""
    own = recipe.depth_orientation
    return TRANSFORMS[recipe.orientation if own is None else own]


def _depth_frame(recipe: Recipe) -> tuple[Transform, ...]:
    """Return what brings the depth map's coded frame upright, whatever its item says."""
    if recipe.depth_coded_as_photo:
        return TRANSFORMS[recipe.orientation]
    return _depth_transforms(recipe)


def _encode(rgb: NDArray[np.uint8], quality: int, tile: int) -> CodedPicture | TiledPicture:
    if tile:
        return encode_grid(rgb, tile=tile, quality=quality, smooth=True)
    return encode_hevc(rgb, quality=quality)


def _calibration(
    recipe: Recipe, representation: DepthRepresentation, coded: Pinhole
) -> Calibration | None:
    """Apple's values for the coded, unrotated frame; cx and cy count from the corner."""
    if recipe.calibration is not AUTO:
        return recipe.calibration
    scale = 1.0 if recipe.reference_width is None else recipe.reference_width / coded.width
    centre = ((coded.cx + 0.5) * scale, (coded.cy + 0.5) * scale)
    is_depth = representation.type is RepresentationType.UNIFORM_Z
    if representation.d_min is not None or is_depth:
        low, high = representation.d_min or representation.z_near, representation.d_max
        high = high or representation.z_far
    else:
        low, high = 1 / (representation.z_far or 1.0), 1 / (representation.z_near or 1.0)
    return Calibration(
        float_min=low,
        float_max=high,
        native_format=recipe.native_format or ("hdep" if is_depth else "hdis"),
        stored_format=f"L{recipe.bits:03d}",
        accuracy=recipe.accuracy,
        quality="high",
        filtered=True,
        version=65541,
        intrinsics=(coded.fx * scale, 0.0, 0.0, 0.0, coded.fy * scale, 0.0, *centre, 1.0),
        reference_width=coded.width * scale,
        reference_height=coded.height * scale,
        extrinsics=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
        distortion=(0.0,) * 8,
        inverse_distortion=(0.0,) * 8,
        distortion_center=centre,
        pixel_size_mm=_SENSOR_WIDTH_MM / (max(coded.width, coded.height) * scale),
        simulated_aperture=2.8,
        effect_strength=0.5,
        auxiliary_image_type="depth" if is_depth else "disparity",
    )


def _exif(recipe: Recipe, camera: Pinhole) -> Exif | None:
    if recipe.exif is not AUTO:
        return recipe.exif
    equivalent = camera.fx * _DIAGONAL_35MM / math.hypot(camera.width, camera.height)
    return Exif(
        make="heicdepth-tui",
        model="Sample Camera",
        lens=f"Sample Camera {equivalent:.0f}mm f/1.8",
        date=recipe.date,
        orientation=recipe.orientation,
        focal_length=round(camera.fx / max(camera.width, camera.height) * _SENSOR_WIDTH_MM, 3),
        focal_length_35mm=float(round(equivalent)),
        custom_rendered=recipe.custom_rendered,
        has_gps=recipe.gps,
    )


def _depths(recipe: Recipe, truth: GroundTruth) -> list[AuxPicture]:
    if not recipe.depth:
        return []
    subtype = recipe.subtype
    if subtype is None:
        sei = truth.representation if recipe.sei is AUTO else recipe.sei
        subtype = build_depth_representation(sei)
    xmp = recipe.depth_xmp
    if xmp is None and truth.calibration is not None:
        xmp = build_calibration(truth.calibration, bits=recipe.bits)
    codes = _coded_codes(recipe, truth)
    crop = () if recipe.depth_crop is None else (recipe.depth_crop,)
    scene_camera = truth.camera.scaled(*recipe.depth_size)
    camera = turn_camera(scene_camera, inverse(_depth_frame(recipe)))
    pictures = [(2**recipe.bits - 1 - codes).astype(codes.dtype)] * recipe.more_depths
    coded = [
        encode_hevc(picture, quality=recipe.depth_quality, bits=recipe.bits)
        for picture in (*pictures, codes)
    ]
    return [
        AuxPicture(
            picture,
            recipe.urn,
            subtype,
            (*crop, *_depth_transforms(recipe)),
            xmp,
            recipe.hide_auxiliaries,
            _cmin(recipe, recipe.depth_cmin, camera, picture.size),
        )
        for picture in coded
    ]


def _coded_codes(recipe: Recipe, truth: GroundTruth) -> Samples:
    """Codes in the coded frame; what the crop hides is the farthest code."""
    frame = _depth_frame(recipe)
    coded = turn(truth.codes, inverse(frame))
    crop = recipe.depth_crop
    if crop is None:
        return coded
    width, height = recipe.depth_size
    is_across = sum(t.quarter_turns for t in frame if isinstance(t, Rotation)) % 2
    shape = (width, height) if is_across else (height, width)
    whole: Samples = np.zeros(shape, coded.dtype)
    whole[crop.top : crop.top + crop.height, crop.left : crop.left + crop.width] = coded
    return whole


def _extras(recipe: Recipe, truth: GroundTruth) -> list[AuxPicture]:
    """Gain map and portrait matte at half the photo's resolution, as phones write them."""
    extras = []
    hidden = recipe.hide_auxiliaries
    transforms = truth.transforms if recipe.turn_auxiliaries else ()
    undo = inverse(truth.transforms)
    width, height = recipe.size.width // 2, recipe.size.height // 2
    if recipe.gain_map:
        light = truth.rgb[: 2 * height : 2, : 2 * width : 2] @ _GREY
        gain = np.clip((light - 150) * 2.4, 0, 255).astype(np.uint8)
        version = build_description([("HDRGainMap:HDRGainMapVersion", "65536")])
        coded = encode_hevc(turn(gain, undo), quality=recipe.quality)
        extras.append(AuxPicture(coded, GAIN_MAP_URN, b"", transforms, version, hidden))
    if recipe.matte_within is not None:
        matte = _matte(recipe.scene, truth.camera.scaled(width, height), recipe.matte_within)
        kind = build_description([("apdi:AuxiliaryImageType", "depth")])
        coded = encode_hevc(turn(matte, undo), quality=recipe.quality)
        extras.append(AuxPicture(coded, MATTE_URN, b"", transforms, kind, hidden))
    return extras


def _matte(scene: Scene, camera: Pinhole, within: float) -> NDArray[np.uint8]:
    """255 where a solid is seen nearer than ``within`` metres, 0 elsewhere."""
    metres = cast(scene, camera)
    subject = (metres < within) & (metres < background_metres(scene, camera)[:, None])
    return np.where(subject, 255, 0).astype(np.uint8)


def _thumbnails(recipe: Recipe, truth: GroundTruth) -> tuple[PlainPicture, ...]:
    if not recipe.thumbnail:
        return ()
    from PIL import Image

    image = Image.fromarray(truth.rgb)
    share = recipe.thumbnail / max(image.size)
    width, height = (max(1, round(side * share)) for side in image.size)
    small = np.asarray(image.resize((width, height), Image.Resampling.BOX))
    coded = encode_hevc(turn(small, inverse(truth.transforms)), quality=recipe.quality)
    return (PlainPicture(coded, truth.transforms),)


def _second_view(recipe: Recipe, rgb: NDArray[np.uint8]) -> PlainPicture | None:
    if not recipe.second_view:
        return None
    shifted = np.roll(rgb, max(1, rgb.shape[1] // 50), axis=1)
    return PlainPicture(
        encode_hevc(shifted, quality=recipe.quality),
        TRANSFORMS[recipe.orientation],
        _cmex(recipe, round(1000 * (recipe.baseline_mm or 0))),
    )


def _cmin(
    recipe: Recipe, stated: CameraIntrinsics | Auto | None, coded: Pinhole, size: Size
) -> tuple[Property, ...]:
    """Return the camera matrix of a picture of the coded ``size``.

    ``coded`` is the scene's camera in its coded frame, which an encoder may have padded.
    """
    if stated is None:
        return ()
    if isinstance(stated, Auto):
        stated = CameraIntrinsics(
            coded.fx / size.width,
            (coded.cx + 0.5) / size.width,
            (coded.cy + 0.5) / size.height,
            coded.fy / size.height,
        )
    return (camera_intrinsics(stated, is_uuid=recipe.uuid_cameras),)


def _cmex(recipe: Recipe, x_um: int) -> tuple[Property, ...]:
    if recipe.baseline_mm is None:
        return ()
    return (camera_extrinsics(CameraExtrinsics((x_um, 0, 0)), is_uuid=recipe.uuid_cameras),)
