"""The file name of a call's recording.

Decides which call ids may become a file name. Knows no folder layout beyond one root.
"""

import re
from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}", re.ASCII)


class BadName(ValueError):
    """An id that must not become part of a path."""


def file_name(call_id: str, suffix: str = "wav") -> str:
    """``<call id>.<suffix>``. Raises BadName for anything but letters, digits, dot and hyphen."""
    for part in (call_id, suffix):
        if not _PLAIN.fullmatch(part) or ".." in part or part.endswith("."):
            raise BadName(
                f"{part[:40]!r} cannot name a recording: use 1 to 100 letters, digits, single "
                "dots and hyphens, beginning with a letter or digit."
            )
    return f"{call_id}.{suffix}"


def path_in(root: Path, call_id: str, suffix: str = "wav") -> Path:
    """Where a call's recording lies; a link that leads out of ``root`` is refused too."""
    path = root / file_name(call_id, suffix)
    if path.resolve().parent != root.resolve():
        raise BadName(f"{path.name} leads out of {root}: remove the link.")
    return path
