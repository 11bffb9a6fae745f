"""CPU time and memory of a process and all its children, from /proc.

It must not know what the processes are for.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / (1 << 20)
# Fields of /proc/<pid>/stat counted behind the program's name, which may hold blanks.
_PARENT, _USER, _SYSTEM, _DEAD_USER, _DEAD_SYSTEM, _RSS = 1, 11, 12, 13, 14, 21


@dataclass(frozen=True, slots=True)
class Usage:
    cpu_ms: float = 0.0
    rss_mb: float = 0.0


def usage(pid: int | None) -> Usage:
    """Of the process, its threads and its children, the ended and awaited ones included."""
    if pid is None:
        return Usage()
    stats = _all_stats()
    ticks, pages = 0, 0
    for member in _family(pid, stats):
        fields = stats[member]
        ticks += sum(int(fields[n]) for n in (_USER, _SYSTEM, _DEAD_USER, _DEAD_SYSTEM))
        pages += int(fields[_RSS])
    return Usage(ticks * _TICK_MS, round(pages * _PAGE_MB, 1))


def _all_stats() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        found[int(file.parent.name)] = text.rpartition(")")[2].split()
    return found


def _family(pid: int, stats: dict[int, list[str]]) -> list[int]:
    members = [pid] if pid in stats else []
    for member in members:  # grows while it is walked
        members += [child for child, fields in stats.items() if int(fields[_PARENT]) == member]
    return members
