"""The built pages on the disk: are they there, and were they made from the sources beside them.

Decides nothing of what they show. An installed copy has no sources: then what is there is right.
"""

import hashlib
import json
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"
SOURCES = Path(__file__).parent / "desk_ui"
_SINGLE = ("build.mjs", "package-lock.json", "tsconfig.json")


def stamp_of(sources: Path) -> str:
    """What ``desk_ui/build.mjs`` reckons too: a hash of every source's name and content."""
    files = [sources / name for name in _SINGLE]
    files += [path for path in (sources / "src").rglob("*") if path.is_file()]
    named = sorted((path.relative_to(sources).as_posix(), path) for path in files)
    whole = hashlib.sha256()
    for name, path in named:
        whole.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()[:16]


def built_stamp(static: Path) -> str:
    """From which sources the pages were built; empty when they are not built."""
    try:
        return str(json.loads((static / "built.json").read_text(encoding="utf-8"))["stamp"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def checked_stamp(static: Path, sources: Path) -> str:
    """The stamp of what is served; pages that are missing or old are said so once, at start."""
    built = built_stamp(static)
    if not built:
        log.warning("pages.not_built", folder=str(static), hint="run: make setup")
    elif (sources / "src").is_dir() and stamp_of(sources) != built:
        log.warning("pages.old", folder=str(static), hint="run: make setup")
    return built
