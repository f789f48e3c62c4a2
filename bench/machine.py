"""The machine and the versions of a run; no names, no paths."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

__all__ = ["describe"]

_LIBRARIES = ("numpy", "pillow", "pillow-heif", "textual", "rich-pixels", "pypcd4", "plyfile")
_PROGRAMS = {
    "timg": ["timg", "--version"],
    "chafa": ["chafa", "--version"],
    "exiftool": ["exiftool", "-ver"],
    "heif-info": ["heif-info", "--version"],
}


def describe() -> list[str]:
    """Return the lines above the table: date, machine, versions."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    machine = (_cpu(), f"{_cores()} cores", _memory(), system, f"load before the run {load:.1f}")
    versions = (f"{name} {version(name)}" for name in _LIBRARIES)
    python = (f"Python {platform.python_version()}", *versions, f"libheif {_libheif()}")
    return [
        f"- {datetime.now(UTC):%Y-%m-%d}, " + ", ".join(machine),
        "- " + ", ".join(python),
        "- " + ", ".join(_programs()),
    ]


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    except (ValueError, OSError, AttributeError):
        return "memory unknown"


def _libheif() -> str:
    import pillow_heif

    return str(pillow_heif.libheif_version())


def _programs() -> list[str]:
    versions = []
    for name, command in _PROGRAMS.items():
        if shutil.which(name) is None:
            versions.append(f"{name} not installed")
            continue
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.\d+(\.\d+)*", done.stdout + done.stderr)
        versions.append(f"{name} {found.group() if found else 'of unknown version'}")
    return versions
