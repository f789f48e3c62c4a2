"""What the tests of the record share: headers made by hand, and the schema's judgement."""

from __future__ import annotations

import json
from typing import Any

from heicdepth_tui.heif.depth_facts import DepthInfo, DepthStatus
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.picture_facts import ImageItem, Size, Transform
from tests.support.records import check_record

Record = dict[str, Any]


def valid(record: Record) -> Record:
    """Return the record as a reader of its JSON gets it; fail where the schema is broken."""
    read = json.loads(json.dumps(record, allow_nan=False))
    check_record(read)
    assert isinstance(read, dict)
    return read


def item(transforms: tuple[Transform, ...] = ()) -> ImageItem:
    return ImageItem(1, "hvc1", Size(4, 3), Size(4, 3), transforms, 8, 1, None, False, 100)


def header(**changes: Any) -> Header:
    depth = DepthInfo(DepthStatus.ABSENT, "the file holds no depth map")
    return Header(
        **{
            "path": "a.heic",
            "file_size": 10,
            "brand": "heic",
            "compatible_brands": ("mif1",),
            "primary": item(),
            "depth": depth,
            **changes,
        }
    )
