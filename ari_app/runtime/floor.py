"""What supervisors' pages read: calls from the database, recordings from their folder.

Implements the protocols of ``web.floor``. Decides nothing about who may.
"""

import asyncio
import re
from collections.abc import Awaitable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.core.values import AgentId
from ari_app.db.call_search import Looked, search
from ari_app.web.floor import CallQuery, Recorded
from ari_app.web.ports import Row, Unavailable
from ari_app.web.problems import Problem
from recordings.names import BadName, path_in
from recordings.wav import NotWav
from recordings.waveform import waveform

T = TypeVar("T")

LIMIT_S: Final = 10.0
KEPT: Final = 200
_FILE = re.compile(r"(?P<name>.+)\.wav", re.ASCII)
_UNREADABLE = Problem(404, "no_recording", "录音文件无法读取。")


class CallBook:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def search(self, query: CallQuery) -> list[Row]:
        looked = Looked(**{**asdict(query), "after": query.after, "limit": query.limit + 1})
        return [_row(found) for found in await _reached(search(self._engine, looked))]

    async def recorded(self, call_id: str) -> Recorded | None:
        found = await _reached(search(self._engine, Looked(call_id=call_id, limit=1)))
        return _recorded(found[0]) if found else None


def _row(found: Mapping[str, Any]) -> Row:
    return {
        **{name: found[name] for name in (
            "call_id", "arrived_at", "answered_at", "ended_at", "wait_s", "caller", "dialled",
            "language", "queue", "outcome", "ticket_id", "case_type", "urgency",
        )},
        "region": found["caller_region"] or "",
        "agents": [*found["agents"]],
        "is_confidential": bool(found["confidential"]),
        "recordings": [*(found["recording_ref"] or ())],
        "gaps": [*(found["recording_gaps"] or ())],
    }  # fmt: skip


def _recorded(found: Mapping[str, Any]) -> Recorded:
    files = [one.get("file") for one in found["recording_ref"] or () if isinstance(one, dict)]
    return Recorded(
        call_id=found["call_id"],
        is_over=found["outcome"] is not None,
        agents=tuple(AgentId(one) for one in found["agents"]),
        is_confidential=bool(found["confidential"]),
        files=tuple(one for one in files if isinstance(one, str)),
        gaps=[*(found["recording_gaps"] or ())],
    )


class RecordingFiles:
    """Shapes are kept for a while: a page asks for them again and again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shapes: dict[tuple[Path, int, int, int], Row] = {}
        self._one_at_a_time = asyncio.Lock()

    def path(self, file: str) -> Path | None:
        named = _FILE.fullmatch(file)
        try:
            path = path_in(self._folder, named["name"]) if named else None
        except BadName:
            return None
        return path if path is not None and path.is_file() else None

    async def waveform(self, path: Path, bars: int) -> Row:
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(self._shape, path, bars)
        except (OSError, NotWav) as error:
            raise _UNREADABLE from error

    def _shape(self, path: Path, bars: int) -> Row:
        status = path.stat()
        key = (path, bars, status.st_size, status.st_mtime_ns)
        shape = self._shapes.pop(key, None)
        if shape is None:
            found = waveform(path, bars)
            shape = {"duration_s": found.duration_s, "channels": [[*one] for one in found.channels]}
        self._shapes[key] = shape
        while len(self._shapes) > KEPT:
            del self._shapes[next(iter(self._shapes))]
        return shape


async def _reached(reading: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await reading
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable(type(error).__name__) from error
