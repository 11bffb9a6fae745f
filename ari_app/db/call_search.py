"""Looking for calls, and who may hear them: past and live ones with their ticket and their queue.

Knows SQL. Decides nothing about who sees what. A call's queue and agents stand in the journal, so
that a call which was handed on is found at each of its agents.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ari_app.core.journal_lines import Kind
from ari_app.core.phone_number import one_form
from ari_app.db.models import Base

_TABLES = Base.metadata.tables
_CALLS, _TICKETS, _JOURNAL = _TABLES["calls"], _TABLES["tickets"], _TABLES["journal"]
_COLUMNS = (
    _CALLS.c.call_id, _CALLS.c.arrived_at, _CALLS.c.caller, _CALLS.c.dialled, _CALLS.c.outcome,
    _CALLS.c.ended_at,
    *(_TICKETS.c[name] for name in (
        "ticket_id", "caller_region", "language", "answered_at", "wait_s", "agent_id",
        "case_type", "urgency", "confidential", "recording_ref", "recording_gaps",
    )),
)  # fmt: skip
WHOLE_NUMBER: Final = 11
"""Digits of a number that is looked for as it is; of a shorter one the end has to fit."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for; empty means anything."""

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


@dataclass(slots=True)
class Seen:
    """What the journal says of a call."""

    queue: str = ""
    agents: list[str] = field(default_factory=list)


async def search(engine: AsyncEngine, looked: Looked) -> list[dict[str, Any]]:
    """Newest first; each with ``queue`` and ``agents``. Raises SQLAlchemyError or OSError."""
    async with engine.connect() as connection:
        found = (await connection.execute(_chosen(looked))).mappings().all()
        seen = await _seen(connection, [row["call_id"] for row in found])
    return [_row(row, seen) for row in found]


def _row(row: Mapping[Any, Any], seen: Mapping[str, Seen]) -> dict[str, Any]:
    journaled = seen.get(row["call_id"], Seen())
    agents = journaled.agents or ([row["agent_id"]] if row["agent_id"] else [])
    return {**row, "queue": journaled.queue, "agents": agents}


def _chosen(looked: Looked) -> Select[Any]:
    joined = _CALLS.outerjoin(_TICKETS, _TICKETS.c.call_id == _CALLS.c.call_id)
    return (
        select(*_COLUMNS)
        .select_from(joined)
        .where(*_same(looked), *_period(looked), *_journaled(looked))
        .order_by(_CALLS.c.arrived_at.desc(), _CALLS.c.call_id.desc())
        .limit(looked.limit)
    )


def _same(looked: Looked) -> Iterable[ColumnElement[bool]]:
    wanted = (
        (_CALLS.c.call_id, looked.call_id), (_CALLS.c.outcome, looked.outcome),
        (_CALLS.c.dialled, looked.dialled), (_TICKETS.c.ticket_id, looked.ticket_id),
        (_TICKETS.c.language, looked.language),
    )  # fmt: skip
    yield from (column == value for column, value in wanted if value)
    number = one_form(looked.number)
    if len(number) >= WHOLE_NUMBER:
        yield _TICKETS.c.caller_number == number
    elif number:
        yield _TICKETS.c.caller_number.endswith(number, autoescape=True)


def _period(looked: Looked) -> Iterable[ColumnElement[bool]]:
    if looked.since is not None:
        yield _CALLS.c.arrived_at >= looked.since
    if looked.until is not None:
        yield _CALLS.c.arrived_at < looked.until
    if looked.after is not None:
        at, call_id = looked.after
        same_moment = and_(_CALLS.c.arrived_at == at, _CALLS.c.call_id < call_id)
        yield or_(_CALLS.c.arrived_at < at, same_moment)


def _journaled(looked: Looked) -> Iterable[ColumnElement[bool]]:
    if looked.agent:
        talks = select(_JOURNAL.c.call_id).where(
            _JOURNAL.c.agent_id == looked.agent,
            _JOURNAL.c.kind == Kind.CALL_CONNECTED.value,
            _JOURNAL.c.at >= (looked.since or 0.0),
        )
        yield _CALLS.c.call_id.in_(talks)
    if looked.queue:
        yield exists().where(
            _JOURNAL.c.call_id == _CALLS.c.call_id,
            _JOURNAL.c.kind == Kind.CALL_QUEUED.value,
            _JOURNAL.c.queue == looked.queue,
        )


async def _seen(connection: AsyncConnection, call_ids: list[str]) -> dict[str, Seen]:
    kinds = (Kind.CALL_QUEUED.value, Kind.CALL_CONNECTED.value)
    chosen = (
        select(_JOURNAL.c.call_id, _JOURNAL.c.kind, _JOURNAL.c.queue, _JOURNAL.c.agent_id)
        .where(_JOURNAL.c.call_id.in_(call_ids), _JOURNAL.c.kind.in_(kinds))
        .order_by(_JOURNAL.c.at, _JOURNAL.c.seq)
    )
    found: dict[str, Seen] = {}
    for call_id, kind, queue, agent in await connection.execute(chosen):
        seen = found.setdefault(call_id, Seen())
        if kind == Kind.CALL_QUEUED:
            seen.queue = queue
        elif agent not in seen.agents:
            seen.agents.append(agent)
    return found
