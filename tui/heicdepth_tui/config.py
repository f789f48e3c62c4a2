"""The config file of the app: read, checked, and printed with comments.

TOML in the user's config folder. Every key has a default, and the file may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from heicdepth_tui.draw.fit import LEAST_CELL_ASPECT, MOST_CELL_ASPECT
from heicdepth_tui.draw.modes import COLORMAP_NAMES, DEFAULT_COLORMAP, Blocks
from heicdepth_tui.errors import ConfigError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.text import printable_path

__all__ = [
    "BLOCKS",
    "COLORS",
    "GRAPHICS",
    "PROJECTIONS",
    "THEMES",
    "Config",
    "as_toml",
    "default_path",
    "read_config",
]

THEMES = ("dark", "light")
COLORS = ("auto", "truecolor", "256", "16", "none")
PROJECTIONS = ("perspective", "flat")
GRAPHICS = ("blocks", "auto", "kitty", "iterm")
BLOCKS = ("auto", *(blocks.value for blocks in Blocks))


@dataclass(frozen=True, slots=True)
class Config:
    """The values of a config file; those that it does not give are the defaults."""

    theme: str = "dark"
    color: str = "auto"
    colormap: str = DEFAULT_COLORMAP
    blocks: str = "auto"
    graphics: str = "blocks"
    cell_aspect: str | float = "auto"
    """A cell's height over its width; ``auto``: as the terminal states it, else 2."""
    projection: str = "perspective"
    out: Path = Path()
    """The folder for exported files; relative to the current folder."""
    limit_pixels: int = DEFAULT_LIMITS.pixels
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of their binding, separated by commas; neither ids nor keys are checked."""
    path: Path | None = field(default=None, compare=False)
    """The file; None where there is none."""


_CHOICES: Mapping[str, Sequence[str]] = {
    "theme": THEMES,
    "color": COLORS,
    "colormap": COLORMAP_NAMES,
    "blocks": BLOCKS,
    "graphics": GRAPHICS,
    "projection": PROJECTIONS,
}
_COMMENTS = {
    "theme": "Colours of the app",
    "color": "Number of colours; auto uses COLORTERM, which ssh often drops (then 256)",
    "colormap": "Colour map of depth",
    "blocks": "Block characters of pictures; quad has finer edges, auto takes it for depth maps",
    "graphics": "Pixels in place of blocks; auto where the terminal is known to show them",
    "cell_aspect": "Height of a cell over its width, 1 to 3; auto asks the terminal, else 2",
    "projection": "Projection of exported clouds; flat is a relief, not to scale",
    "out": "Folder for exported files; . is the current folder, ~ your home",
    "limit_pixels": "Photos with more pixels are refused before decoding",
}
_KEYMAP = "keymap"


def default_path() -> Path:
    """Return the path of the user's config file, which need not exist."""
    from platformdirs import user_config_path

    return user_config_path("heicdepth-tui") / "config.toml"


def read_config(path: Path | None = None) -> Config:
    """Return the values of a config file; of the user's own, if there is one, for None.

    Raises ConfigError, which names the file, the key and the values allowed.
    """
    file = path or default_path()
    if path is None and not file.exists():
        return Config()
    try:
        return _checked(_load(file), file)
    except ConfigError as error:
        raise error.at(file) from None


def _load(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_bytes().decode())
    except OSError as error:
        raise ConfigError(f"the config file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError("the config file is not UTF-8, as TOML has to be") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the config file is not TOML: {error}") from error


def _checked(found: dict[str, Any], file: Path) -> Config:
    names = {name.replace("_", "-"): name for name in (*_COMMENTS, _KEYMAP)}
    values: dict[str, Any] = {}
    for key, value in found.items():
        if key not in names:
            allowed = ", ".join(names)
            raise ConfigError(f"unknown key {_toml(key)}", hint=f"the keys are {allowed}")
        name = names[key]
        check: Callable[[str, object], object] = {
            "out": _folder,
            "limit_pixels": _limit,
            "cell_aspect": _aspect,
            _KEYMAP: _keymap,
        }.get(name, _choice)
        values[name] = check(name, value)
    return Config(**values, path=file)


def _choice(name: str, value: object) -> str:
    if isinstance(value, str) and value in _CHOICES[name]:
        return value
    raise _refused(name, value, f"use one of {', '.join(map(_toml, _CHOICES[name]))}")


def _folder(name: str, value: object) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise _refused(name, value, 'use the path of a folder, as in "~/clouds"')
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise _refused(name, value, "there is no such home folder") from error


def _limit(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise _refused(name, value, "use a whole number of pixels from 1")


def _aspect(name: str, value: object) -> str | float:
    if value == "auto":
        return "auto"
    least, most = LEAST_CELL_ASPECT, MOST_CELL_ASPECT
    # True is a number to Python.
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    raise _refused(name, value, f'use "auto" or a number from {least:g} to {most:g}')


def _keymap(_: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _refused(_KEYMAP, value, 'use a table, as in [keymap] and then "find" = "slash,w"')
    # Without quotes, TOML makes a table of each part of a dotted id.
    keys = dict(_flat(value))
    for name, given in keys.items():
        if not isinstance(given, str) or not all(key.strip() for key in given.split(",")):
            raise ConfigError(
                f"[keymap] {_toml(name)} = {_toml(given)} is not allowed",
                hint='use keys separated by commas, as in "slash,w"',
            )
    return {name: ",".join(map(str.strip, given.split(","))) for name, given in keys.items()}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _refused(name: str, value: object, hint: str) -> ConfigError:
    return ConfigError(f"{name.replace('_', '-')} = {_toml(value)} is not allowed", hint=hint)


def as_toml(config: Config, bindings: Sequence[tuple[str, str, str]]) -> str:
    """Return the text of a config file with these values and comments.

    ``bindings`` has id, default keys and description of each binding; those that the config's
    keymap does not change are comments.
    """
    file = default_path() if config.path is None else config.path
    origin = f"# These are the defaults: there is no {printable_path(file)}."
    lines = [origin if config.path is None else f"# As read from {printable_path(file)}."]
    for entry in fields(config):
        if entry.name in _COMMENTS:
            allowed = " | ".join(map(_toml, _CHOICES.get(entry.name, ())))
            comment = ": ".join(filter(None, (_COMMENTS[entry.name], allowed)))
            value = _toml(getattr(config, entry.name))
            lines += ["", f"# {comment}", f"{entry.name.replace('_', '-')} = {value}"]
    lines += ["", "[keymap]", "# Keys by binding, separated by commas. Remove the # to change one."]
    for name, keys, description in bindings:
        line = f"{_toml(name)} = {_toml(config.keymap.get(name, keys))}  # {description}"
        lines.append(line if name in config.keymap else f"# {line}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """Return a value as TOML, printable; values of other types only for messages."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Path):
        escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
    return str(value)
