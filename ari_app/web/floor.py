"""What supervisors' pages need from the rest: the boards, the search for calls, the recordings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ari_app.core.values import AgentId
from ari_app.web.boards import Boards
from ari_app.web.ports import Row


@dataclass(frozen=True, slots=True)
class CallQuery:
    """What is looked for; empty means anything. Instants are epoch seconds, ``until`` excluded.

    ``after`` is the place of the last row of the page before: its instant and its call.
    """

    number: str = ""
    ticket_id: str = ""
    call_id: str = ""
    agent: str = ""
    queue: str = ""
    outcome: str = ""
    dialled: str = ""
    language: str = ""
    since: float | None = None
    until: float | None = None
    after: tuple[float, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call as far as its recordings go. ``agents`` talked to the caller."""

    call_id: str
    is_over: bool
    agents: tuple[AgentId, ...]
    is_confidential: bool
    files: tuple[str, ...]
    gaps: Sequence[Mapping[str, Any]]


class CallSearch(Protocol):
    """Raises ``ports.Unavailable`` while the database is away."""

    async def search(self, query: CallQuery) -> list[Row]:
        """Newest first, one more than ``limit`` when there are more."""
        ...

    async def recorded(self, call_id: str) -> Recorded | None: ...


class Recordings(Protocol):
    """Files of the recordings' folder and of no other."""

    def path(self, file: str) -> Path | None:
        """Where the file lies; None when there is none, or when its name leads elsewhere."""
        ...

    async def waveform(self, path: Path, bars: int) -> Row:
        """``duration_s`` and, for each channel, the loudest sample of each bar, 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Floor:
    boards: Boards
    calls: CallSearch
    recordings: Recordings
