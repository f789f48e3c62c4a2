"""Tables of the colour maps; code 255 is nearest and has the brightest, warmest colour."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import DEFAULT_COLORMAP

__all__ = ["COLORMAPS", "DEFAULT_COLORMAP", "GREY", "ORDERED_COLORMAPS"]

# Knots ``code:rrggbb``: linear interpolation in sRGB between them is within one level of the
# published 256-entry tables. inferno, viridis and magma: N. Smith and S. van der Walt, CC0;
# cividis: Nuñez, Anderton and Renslow, PLoS ONE 13(7), 2018; turbo: A. Mikhailov, Google, 2019.
_KNOTS = {
    "inferno": """
        00:000004 07:030210 16:120a32 23:260c51 2d:380962 3a:4d0d6c 51:721a6e 69:982766 80:bc3754
        97:da4e3c ac:ef6c23 c1:fa9008 c7:fb9b06 ce:fca80d d9:fbbe23 e5:f6d543 ee:f2e661 f6:f2f482
        fe:fafda1 ff:fcffa4""",
    "viridis": """
        00:440154 14:481d6f 23:46307e 3a:3e4c8a 5e:2d718e 84:1f948c 93:1fa287 a2:2ab07f b3:44bf70
        c6:6ccd5a df:aadc32 ed:d0e11c f4:e2e418 fd:f8e621 ff:fde725""",
    "magma": """
        00:000004 07:03030f 14:0e0b2b 25:241253 30:36106b 3a:471078 4b:621980 68:902a81 83:bc3978
        97:db476a a8:ef5d5e b6:f8765c c4:fc9065 d8:feb67c f4:fde9aa ff:fcfdbf""",
    "cividis": """
        00:00224e 14:003070 17:013271 1c:123570 27:263d6e 3c:3f4c6c 61:62656f 86:828079 ab:a69c74
        cc:c8b866 e5:e4ce53 f6:f7de3e fb:fde334 ff:fee838""",
    "turbo": """
        00:30123b 08:392a73 10:4040a2 18:4456c7 1f:4669e0 26:477bf2 2c:458afc 32:4099ff 3a:33adf7
        42:25c0e7 4a:1ad2d2 52:18e0bd 59:20eaac 62:38f491 71:71fe5f 7b:96fe44 84:affa37 8d:c6f034
        9b:e5d938 a6:f6c33a b0:fdac34 bc:fd8a26 ca:f26014 d5:e4450a e4:c82803 f3:a11201
        ff:7a0403""",
    "grey": "00:000000 ff:ffffff",
}

GREY = "grey"
"""The map for mattes and gain maps, and for terminals without colour."""


def _table(knots: str) -> NDArray[np.uint8]:
    pairs = [knot.split(":") for knot in knots.split()]
    codes = [int(code, 16) for code, _ in pairs]
    colours = np.array([tuple(bytes.fromhex(colour)) for _, colour in pairs], dtype=np.float64)
    everywhere = np.arange(256)
    columns = [np.interp(everywhere, codes, colours[:, channel]) for channel in range(3)]
    table = np.rint(np.stack(columns, axis=1)).astype(np.uint8)
    table.flags.writeable = False
    return table


COLORMAPS: Mapping[str, NDArray[np.uint8]] = MappingProxyType(
    {name: _table(knots) for name, knots in _KNOTS.items()}
)
"""Name → (256, 3) uint8 sRGB table, entry 255 nearest, in the order in which ``c`` cycles."""

ORDERED_COLORMAPS = tuple(name for name in COLORMAPS if name != "turbo")
"""The maps whose lightness never falls as the code rises: nearer is never darker."""
