"""What the tests of the main screen share: the generated photos by kind, and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heicdepth_tui.ui.widgets.tables import TableView

if TYPE_CHECKING:
    from heicdepth_tui.ui.widgets.image_view import ImageView

LANDSCAPE, PORTRAIT, ABSOLUTE = "IMG_0412.HEIC", "IMG_0415.HEIC", "IMG_0418.HEIC"
TYPE_0, MATTE, PLAIN, STRIPPED = (
    "IMG_0421.HEIC",
    "IMG_0423.HEIC",
    "IMG_0424.HEIC",
    "IMG_0427.HEIC",
)


def image(driven: Any, pane: str) -> ImageView:
    found: ImageView = getattr(driven.app.browse.pictures, pane).image
    return found


def facts(driven: Any, name: str) -> str:
    return str(driven.app.browse.query_one(f"#{name}", TableView).plain)
