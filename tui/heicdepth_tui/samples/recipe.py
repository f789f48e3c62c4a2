"""Recipes of generated photos, and the ground truth that they are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.heif.camera_facts import CameraIntrinsics
from heicdepth_tui.heif.depth_facts import (
    AUX_DEPTH_URNS,
    Accuracy,
    Calibration,
    DepthRepresentation,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.heif.write.boxes import Layout
from heicdepth_tui.samples.gallery import MARBLES
from heicdepth_tui.samples.solids import Pinhole, Scene, Vec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.picture_facts import Transform

__all__ = ["AUTO", "Auto", "GroundTruth", "Photo", "Recipe", "TrueSphere"]

_SMALL = Size(96, 72)


class Auto(Enum):
    """Stands for the value of the scene, where None already means "leave it out"."""

    AUTO = "auto"


AUTO = Auto.AUTO


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recipe:
    """A generated photo. As it stands: a small upright photo with an 8-bit disparity map.

    Sizes are those of the upright picture, whatever the orientation. ``depth=False`` is a photo
    without a depth map; with ``custom_rendered=8`` as well it is one whose map was stripped.
    """

    scene: Scene = MARBLES
    camera: Pinhole | None = None
    """Of the upright picture, any resolution; None: about 26 mm, off centre, looking 9° down."""
    size: Size = _SMALL
    depth_size: Size = _SMALL
    rgb: NDArray[np.uint8] | None = None
    """(H, W, 3) instead of the rendered picture, upright; gives ``size``."""
    metres: NDArray[np.float64] | None = None
    """(H, W) instead of the rendered depth, upright, finite and positive; gives ``depth_size``."""
    orientation: int = 1
    """EXIF orientation 1 .. 8: irot and imir on primary, depth, thumbnail and auxiliary images."""
    photo_crop: Crop | None = None
    """``clap`` on the photo alone, in its coded frame."""
    turn_auxiliaries: bool = True
    """False leaves matte and gain map without irot and imir, as Samsung does."""

    depth: bool = True
    representation: RepresentationType = RepresentationType.UNIFORM_DISPARITY
    """The mapping from metres to codes; see ``quantise``."""
    bits: int = 8
    limits: tuple[float, float] | None = None
    """Nearest and farthest metres of the code range; None: those of the scene."""
    sei: DepthRepresentation | Auto = AUTO
    """Content of the SEI instead of the ground truth."""
    subtype: bytes | None = None
    """Raw aux_subtype instead of a well-formed SEI; ``b""`` leaves it out."""
    urn: str = AUX_DEPTH_URNS[0]
    depth_quality: int = -1
    depth_orientation: int | None = None
    """EXIF orientation that the depth item's own irot and imir stand for; None: the photo's."""
    depth_coded_as_photo: bool = False
    """With ``depth_orientation``: True codes the map in the photo's coded frame, so that its own
    irot and imir turn it wrongly; False codes it so that they bring it upright."""
    depth_crop: Crop | None = None
    """``clap`` on the depth item, in its coded frame."""
    more_depths: int = 0
    """Further depth items with lower ids and inverted codes."""

    accuracy: Accuracy = Accuracy.RELATIVE
    native_format: str | None = None
    calibration: Calibration | Auto | None = AUTO
    depth_xmp: bytes | None = None
    """Raw XMP of the depth item instead of the calibration."""
    reference_width: float | None = None
    """Width that the intrinsics refer to, coded frame; None: the coded photo's own."""
    photo_cmin: CameraIntrinsics | Auto | None = None
    """Camera matrix as a property of the photo; AUTO: that of the scene's camera."""
    depth_cmin: CameraIntrinsics | Auto | None = None
    """Camera matrix as a property of the depth item; AUTO: that of the scene's camera."""
    uuid_cameras: bool = False
    """Camera properties in ``uuid`` boxes, as older files of Apple have them."""
    baseline_mm: float | None = None
    """With ``second_view``: distance of the two cameras, in a ``cmex`` property of both views."""

    quality: int = 80
    tile: int = 0
    """Side of the primary grid's tiles; 0: a single picture."""
    thumbnail: int = 0
    """Long side of an embedded thumbnail; 0: none."""
    matte_within: float | None = None
    """Portrait matte of every solid nearer than this, in metres; None: no matte."""
    gain_map: bool = False
    hide_auxiliaries: bool = True
    """The hidden flag of depth, matte and gain map."""
    second_view: bool = False
    """A stereo pair: a second top-level image in a ``ster`` group."""
    exif: Exif | Auto | None = AUTO
    custom_rendered: int | None = None
    """For the automatic EXIF: 8 Portrait, 7 Portrait HDR."""
    date: str = "2024-05-18 10:30:00"
    gps: bool = False
    xmp: bytes | None = None
    """XMP of the primary image."""
    layout: Layout = field(default_factory=Layout)
    first_id: int = 1
    grid_in_idat: bool = True


@dataclass(frozen=True, slots=True)
class TrueSphere:
    """A sphere in the frame of the exported clouds: x right, y up, −z forward, metres."""

    centre: Vec
    radius: float


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """The ground truth of a generated photo, for the upright picture in every orientation."""

    scene: Scene
    camera: Pinhole
    """Of the upright photo, pixel-centre coordinates."""
    depth_camera: Pinhole
    """Of the upright depth map, after its crop."""
    spheres: tuple[TrueSphere, ...]
    rgb: NDArray[np.uint8]
    """(H, W, 3) before coding, upright, before the photo's crop."""
    metres: NDArray[np.float64]
    """(h, w) before quantisation, upright, after the crop."""
    codes: NDArray[np.uint8] | NDArray[np.uint16]
    """(h, w) as written, upright, after the crop."""
    bits: int
    representation: DepthRepresentation
    """Of the codes; the SEI states the same unless the recipe sets another one."""
    calibration: Calibration | None
    exif: Exif | None
    transforms: tuple[Transform, ...]
    """Of the primary image, without its crop."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A generated photo and its ground truth."""

    data: bytes
    ground_truth: GroundTruth
