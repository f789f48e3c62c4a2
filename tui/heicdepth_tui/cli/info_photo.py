"""One photo as ``info`` prints it: its header, and its decoded layers where they are requested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.export.record import array_records, photo_record
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.header import read_header

if TYPE_CHECKING:
    from heicdepth_tui.cli.probe import PixelProbe
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.report.tables import FactGroup

__all__ = ["InfoCounts", "InfoPhoto", "InfoReader"]


@dataclass(frozen=True, slots=True)
class InfoPhoto:
    """The header of one photo, and its decoded layers and pixels where they were requested."""

    path: str
    header: Header | None
    error: HeicDepthError | None = None
    decoded: dict[Layer, Pixels] | None = None
    undecoded: dict[Layer, HeicDepthError] = field(default_factory=dict)
    probes: tuple[PixelProbe, ...] | None = None

    @property
    def failed(self) -> bool:
        """Whether the header, or a layer that was to be decoded, could not be read."""
        return self.error is not None or bool(self.undecoded)

    @property
    def problem(self) -> HeicDepthError | None:
        """The first of its errors."""
        return next(iter(self.undecoded.values()), self.error)

    @property
    def has_depth(self) -> bool:
        """Whether the header names a depth map of the photo."""
        return self.header is not None and self.header.depth.status is DepthStatus.PRESENT

    @property
    def depth_maps(self) -> dict[Layer, DepthMap]:
        """The depth maps of all depth layers that were decoded, each by its own mapping."""
        from heicdepth_tui.depth.depthmap import build_depth_map
        from heicdepth_tui.photo.layers import depth_info

        found = {}
        for layer, pixels in (self.decoded or {}).items():
            depth = None if self.header is None else depth_info(self.header, layer)
            if depth is not None:
                found[layer] = build_depth_map(pixels.array, pixels.bits, depth)
        return found

    def record(self) -> dict[str, Any]:
        """Return it as JSON values, by ``info_schema()``."""
        arrays = None
        if self.decoded is not None:
            arrays = array_records(self.decoded, self.depth_maps)
        record = photo_record(self.path, self.header, self.problem, arrays)
        if self.probes is not None:
            record["probes"] = [probe.record() for probe in self.probes]
        return record

    def probe_lines(self) -> Iterator[str]:
        """Yield the pixels that were requested, an empty line before each and after the last."""
        for probe in self.probes or ():
            yield ""
            yield from probe.lines()
        if self.probes:
            yield ""

    def groups(self) -> tuple[FactGroup, ...]:
        """Return the metadata tables; none where the header cannot be read."""
        from heicdepth_tui.depth.camera import aligned_camera, stored_camera
        from heicdepth_tui.photo.layers import own_depth
        from heicdepth_tui.report.tables import fact_groups

        if self.header is None:
            return ()
        own = own_depth(self.header)
        depth_map = None if own is None else self.depth_maps.get(own)
        stored, camera = stored_camera(self.header), aligned_camera(self.header)
        return fact_groups(self.header, depth_map=depth_map, stored=stored, camera=camera)


@dataclass(slots=True)
class InfoCounts:
    """The photos of a run."""

    found: int = 0
    printed: int = 0
    failed: int = 0

    def add(self, photo: InfoPhoto, *, depth_only: bool) -> None:
        """Count a photo that was read."""
        self.found += 1
        self.failed += photo.failed
        self.printed += photo.has_depth or not depth_only

    def __iadd__(self, other: InfoCounts) -> InfoCounts:
        self.found += other.found
        self.printed += other.printed
        self.failed += other.failed
        return self


@dataclass(frozen=True, slots=True)
class InfoReader:
    """Reads photos as one command line requests them; can be sent to another process."""

    limits: Limits
    pixels: tuple[tuple[int, int], ...] = ()
    arrays: bool = False
    in_depth: bool = False
    """Whether ``pixels`` count in the depth map."""
    all_xmp: bool = True
    """Whether the XMP of pictures that are no depth maps is read."""

    def read(self, path: str, decoder: Decoder | None = None) -> InfoPhoto:
        """Read a photo; with a ``decoder`` decode its arrays, and the samples at ``pixels``.

        Raises nothing: errors are part of what is returned.
        """
        try:
            header = read_header(path, limits=self.limits, all_xmp=self.all_xmp)
        except HeicDepthError as error:
            return InfoPhoto(path, None, error.at(path))
        photo = InfoPhoto(path, header)
        if decoder is None:
            return photo
        if self.arrays:
            photo = InfoPhoto(path, header, None, *_decode_all(path, header, decoder))
        if self.pixels:
            from heicdepth_tui.cli.probe import probe_pixels

            probes, undecoded = probe_pixels(
                path, header, self.pixels, decoder, in_depth=self.in_depth
            )
            photo = replace(photo, probes=probes, undecoded={**photo.undecoded, **undecoded})
        return photo


def _decode_all(
    path: str, header: Header, decoder: Decoder
) -> tuple[dict[Layer, Pixels], dict[Layer, HeicDepthError]]:
    from heicdepth_tui.errors import NoDepthError
    from heicdepth_tui.photo.client import next_ticket
    from heicdepth_tui.photo.layers import DEPTH, LayerKind, Request, layers_of, own_depth

    decoded: dict[Layer, Pixels] = {}
    failed: dict[Layer, HeicDepthError] = {}
    if header.depth.status is DepthStatus.UNREADABLE and own_depth(header) is None:
        failed[DEPTH] = NoDepthError(header.depth.reason, path=path)
    for layer in layers_of(header):
        # Statistics describe the whole layer, however small the picture that comes back.
        fit = None if layer.kind is LayerKind.DEPTH else (64, 64)
        request = Request(next_ticket(), "info", path, layer, fit=fit, keep=True)
        try:
            decoded[layer] = decoder.get(request)
        except HeicDepthError as error:
            failed[layer] = error
    return decoded, failed
