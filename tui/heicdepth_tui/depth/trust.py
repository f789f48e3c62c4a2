"""The trust in the numbers of a depth map, and of a cloud made of it, as text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heicdepth_tui.depth.camera import CameraOrigin
from heicdepth_tui.depth.quantization import decide
from heicdepth_tui.heif.depth_facts import Accuracy

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.quantization import Decision
    from heicdepth_tui.heif.depth_facts import DepthInfo

__all__ = ["Trust", "distortion_sentence", "trust_of"]

_DISTORTION = (
    "photo and depth map are stored as the lens distorted them (Apple: depth maps are distorted to "
    "match the picture); neither lens distortion nor extrinsics are applied"
)
_SHORT = {
    Accuracy.ABSOLUTE: "absolute",
    Accuracy.RELATIVE: "relative",
    Accuracy.UNKNOWN: "accuracy unknown",
}
_LONG = {
    Accuracy.ABSOLUTE: "distances absolute",
    Accuracy.RELATIVE: "distances relative",
    Accuracy.UNKNOWN: "accuracy of distances unknown",
}
_MEANING = {
    Accuracy.ABSOLUTE: "the file promises real distances",
    Accuracy.RELATIVE: "ratios hold, real distances are not promised",
    Accuracy.UNKNOWN: "the file does not say whether distances are real",
}
_ASSUMED_MEANING = {
    Accuracy.ABSOLUTE: "real distances are not promised",
    Accuracy.RELATIVE: "neither ratios nor real distances are promised",
    Accuracy.UNKNOWN: "neither ratios nor real distances are promised",
}


@dataclass(frozen=True, slots=True)
class Trust:
    """Reliability of distances and points, and all texts that state it.

    All texts are plain ASCII unless ``no_metres`` or ``estimated`` are not; texts of a file may
    stand in ``no_metres``, so escape with ``printable`` where a terminal shows it.
    """

    accuracy: Accuracy = Accuracy.UNKNOWN
    """As the file states it."""
    is_unit_known: bool = False
    """True where the file states the unit of its distances or disparities."""
    assumed: tuple[str, ...] = ()
    """Assumptions about distances that the file does not state, as clauses."""
    no_metres: str = ""
    """The reason that codes mean no distance; empty where they do."""
    camera: CameraOrigin | None = None
    """The origin of the camera; None where no camera is concerned (distances alone)."""
    estimated: tuple[str, ...] = ()
    """Parts of the camera that were estimated or fitted, as clauses."""
    is_flat: bool = False
    """True where it describes points of the flat projection, which are not to scale."""
    scale: float | None = None
    """The factor by which the user multiplied all distances; None where they are the file's."""

    @property
    def is_assumed(self) -> bool:
        """True where the mapping from codes to metres is an assumption."""
        return bool(self.assumed)

    @property
    def is_metric(self) -> bool:
        """True where the file promises real distances along the optical axis, in metres."""
        return (
            self.accuracy is Accuracy.ABSOLUTE
            and not self.assumed
            and not self.no_metres
            and not self.is_flat
            and self.scale is None
        )

    @property
    def about(self) -> str:
        """The sign to put before a figure in metres: empty where it is promised, else ``≈``."""
        return "" if self.is_metric else "≈"

    @property
    def unit_label(self) -> str:
        """The unit with its caveat: ``m``, ``m, relative``, ``m, relative, assumed`` …."""
        if self.no_metres or self.is_flat:
            return ""
        return "m" if self.is_metric else f"m, {self.short}"

    @property
    def disparity_label(self) -> str:
        """The unit of disparity with its caveat: ``1/m``, ``1/m, assumed`` ….

        Of a map that the user scaled, whose disparities are divided by the factor:
        ``1/m, scaled by the user: 1.13``.
        """
        if self.no_metres or self.is_flat:
            return ""
        caveats = ("assumed" if self.assumed else "", "" if self.scale is None else self._scaled)
        return ", ".join(filter(None, ("1/m", *caveats)))

    @property
    def short(self) -> str:
        """One to five words: ``absolute``, ``relative, assumed``, ``no metres``, ``flat`` ….

        Of distances that the user scaled: ``scaled by the user: 1.13``.
        """
        if self.is_flat:
            return "flat"
        if self.no_metres:
            return "no metres"
        if self.scale is not None:
            return self._scaled
        if not self.assumed:
            return _SHORT[self.accuracy]
        # Assumed distances are not absolute, whatever accuracy the file states.
        if self.accuracy is Accuracy.ABSOLUTE:
            return "assumed"
        return f"{_SHORT[self.accuracy]}, assumed"

    @property
    def meaning(self) -> str:
        """The meaning of ``short``, as a clause: ``ratios hold, …``."""
        if self.is_flat:
            return "shapes, distances and their ratios are not real"
        if self.no_metres:
            return self.no_metres
        if self.scale is not None:
            return f"all distances are the file's times {self.scale:.6g}, by a length the user knew"
        if not self.assumed:
            return _MEANING[self.accuracy]
        unstated = " and that ".join(self.assumed)
        return f"the file does not state that {unstated}; {_ASSUMED_MEANING[self.accuracy]}"

    @property
    def stated(self) -> str:
        """The accuracy as the file states it, and what it means: ``relative: ratios of …``."""
        if self.no_metres:
            return self.accuracy.value
        assumed = ", assumed" if self.assumed else ""
        scaled = f", {self._scaled}" if self.scale is not None else ""
        return f"{self.accuracy.value}{assumed}{scaled}: {self.meaning}"

    @property
    def long(self) -> str:
        """A clause for summaries: ``distances relative; camera from the file``."""
        if self.is_flat:
            return "flat projection, not to scale"
        texts = [f"no metres: {self.no_metres}" if self.no_metres else self._distances()]
        if self.camera is not None:
            texts.append(self.camera_label)
        return "; ".join(texts)

    @property
    def _scaled(self) -> str:
        return f"scaled by the user: {self.scale:.4g}"

    def _distances(self) -> str:
        if self.scale is not None:
            return f"distances {self._scaled}"
        if not self.assumed:
            return _LONG[self.accuracy]
        absolute = self.accuracy is Accuracy.ABSOLUTE
        distances = "distances not promised" if absolute else _LONG[self.accuracy]
        return f"{distances}, assumed that {' and that '.join(self.assumed)}"

    @property
    def camera_label(self) -> str:
        """The origin of the camera: ``camera from the file`` …; empty where none is concerned."""
        if self.camera is None:
            return ""
        is_fitted = self.camera is not CameraOrigin.EXIF and self.estimated
        return f"{self.camera.label}, fitted" if is_fitted else self.camera.label

    @property
    def sentence(self) -> str:
        """All of it in one line, for a file's comments."""
        if self.is_flat:
            return f"flat projection: {self.meaning}"
        texts = [f"no metres: {self.no_metres}" if self.no_metres else f"accuracy {self.stated}"]
        if self.camera is not None:
            # A camera from the file has no comment of its own unless it was fitted.
            texts.append(": ".join(filter(None, (self.camera_label, ", ".join(self.estimated)))))
        return "; ".join(texts)

    def with_camera(self, camera: Camera | None) -> Trust:
        """Return the trust of what is made with a camera, None where nothing says what it was."""
        origin = CameraOrigin.NONE if camera is None else camera.origin
        return Trust(
            self.accuracy,
            self.is_unit_known,
            self.assumed,
            self.no_metres,
            origin,
            () if camera is None else camera.estimated,
            self.is_flat,
            self.scale,
        )

    def as_flat(self) -> Trust:
        """Return the trust of the flat projection of the same map."""
        return replace(self, camera=None, estimated=(), is_flat=True)

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values: what the texts are made of, and the texts."""
        return {
            "accuracy": self.accuracy.value,
            "metric": self.is_metric,
            "unit": None if self.no_metres or self.is_flat else self._unit(),
            "assumed": list(self.assumed),
            "camera": None if self.camera is None else self.camera.value,
            "estimated": list(self.estimated),
            "scale": self.scale,
            "short": self.short,
            "sentence": self.sentence,
        }

    def _unit(self) -> str:
        return "known" if self.is_unit_known else "assumed"


def trust_of(info: DepthInfo, decision: Decision | None = None) -> Trust:
    """Return the trust in the distances of a photo's depth map, by its header alone.

    ``decision`` is what ``decide`` returns for it, None to call it here.
    """
    if decision is None:
        decision = decide(info)
    return Trust(
        accuracy=info.accuracy,
        is_unit_known=decision.is_unit_known,
        assumed=decision.assumed,
        no_metres=decision.reason,
    )


def distortion_sentence(camera: Camera) -> str:
    """Return what a file of this camera's points or maps says of lens distortion; ASCII."""
    lens = camera.lens
    if lens is None:
        return f"{_DISTORTION}; {camera.lens_problem}"
    if not lens.shift_px:
        return "by the file's coefficients the lens shifts nothing; extrinsics are not applied"
    if camera.is_rectified or camera.is_resampled:
        return (
            "rectified (experimental: the form of the file's distortion coefficients is not "
            f"documented): the lens had shifted samples by {lens.figures}; forward and inverse "
            f"coefficients agree to {lens.residual_px:.2f} px; extrinsics are not applied"
        )
    return (
        f"{_DISTORTION}: points are not rectified, the lens shifts them by {lens.figures} "
        "(--rectify corrects it)"
    )
