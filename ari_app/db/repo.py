"""What others ask the database, and the few things written beside the recorder.

Knows SQL; decides nothing about calls. Rows go out as plain values, newest first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, RowMapping, Select, Update, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.dml import Insert

from ari_app.db.models import Base
from ari_app.db.rows import (
    CelPosition,
    Counts,
    StoredAgent,
    StoredCall,
    StoredSession,
    StoredTicket,
)

_TABLES = Base.metadata.tables
_CALLS, _TICKETS, _OUTBOX = _TABLES["calls"], _TABLES["tickets"], _TABLES["outbox"]
_AGENTS, _SESSIONS, _CEL = _TABLES["agents"], _TABLES["sessions"], _TABLES["cel_position"]
_ORDERS = _TABLES["orders"]
_IDS_AT_ONCE = 500


class Repo:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    async def open_calls(self) -> list[StoredCall]:
        """Calls that have not ended, oldest first, with what to restore them from."""
        chosen = select(_CALLS).where(_CALLS.c.outcome.is_(None)).order_by(_CALLS.c.arrived_at)
        return [_call(row) for row in await self._rows(chosen)]

    async def calls(
        self, limit: int = 50, *, before: float | None = None, outcome: str | None = None
    ) -> list[StoredCall]:
        """Calls that arrived before an instant, for going back page by page."""
        chosen = select(_CALLS).order_by(_CALLS.c.arrived_at.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(_CALLS.c.arrived_at < before)
        if outcome is not None:
            chosen = chosen.where(_CALLS.c.outcome == outcome)
        return [_call(row) for row in await self._rows(chosen)]

    async def call(self, call_id: str) -> StoredCall | None:
        rows = await self._rows(select(_CALLS).where(_CALLS.c.call_id == call_id))
        return _call(rows[0]) if rows else None

    async def closed_calls(self, call_ids: Sequence[str]) -> set[str]:
        """Those of these calls that are written down with their end."""
        closed: set[str] = set()
        for at in range(0, len(call_ids), _IDS_AT_ONCE):
            some = call_ids[at : at + _IDS_AT_ONCE]
            chosen = select(_CALLS.c.call_id).where(
                _CALLS.c.call_id.in_(some), _CALLS.c.outcome.is_not(None)
            )
            closed |= {row["call_id"] for row in await self._rows(chosen)}
        return closed

    async def agents_of_calls(self, call_ids: Sequence[str]) -> dict[str, str]:
        """Whose ticket each of these calls became; nobody's are left out."""
        chosen = select(_TICKETS.c.call_id, _TICKETS.c.agent_id).where(
            _TICKETS.c.call_id.in_(call_ids[:_IDS_AT_ONCE]), _TICKETS.c.agent_id.is_not(None)
        )
        return {row["call_id"]: row["agent_id"] for row in await self._rows(chosen)}

    async def tickets(self, limit: int = 50, *, before: float | None = None) -> list[StoredTicket]:
        chosen = select(_TICKETS).order_by(_TICKETS.c.arrived_at.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(_TICKETS.c.arrived_at < before)
        return [_ticket(row) for row in await self._rows(chosen)]

    async def ticket(self, ticket_id: str) -> StoredTicket | None:
        rows = await self._rows(select(_TICKETS).where(_TICKETS.c.ticket_id == ticket_id))
        return _ticket(rows[0]) if rows else None

    async def recent_tickets(
        self, caller: str, since: float, *, limit: int = 20, is_open: bool | None = None
    ) -> list[StoredTicket]:
        """What this number called about since then. A hidden number is nobody's."""
        if not caller:
            return []
        chosen = (
            select(_TICKETS)
            .where(_TICKETS.c.caller_number == caller, _TICKETS.c.arrived_at >= since)
            .order_by(_TICKETS.c.arrived_at.desc())
            .limit(limit)
        )
        if is_open is not None:
            closed_at = _TICKETS.c.closed_at
            chosen = chosen.where(closed_at.is_(None) if is_open else closed_at.is_not(None))
        return [_ticket(row) for row in await self._rows(chosen)]

    async def agents(self) -> list[StoredAgent]:
        rows = await self._rows(select(_AGENTS).order_by(_AGENTS.c.agent_id))
        return [StoredAgent(**{**row, "snapshot": row["snapshot"] or {}}) for row in rows]

    async def orders(self) -> dict[str, Any]:
        """Supervisors' standing orders, by key; those that were taken back are none."""
        rows = await self._rows(select(_ORDERS).where(_ORDERS.c.value.is_not(None)))
        return {row["key"]: row["value"] for row in rows}

    async def counts(self) -> Counts:
        def count(table: Any, *where: Any) -> Any:
            return select(func.count()).select_from(table).where(*where).scalar_subquery()

        row = await self._rows(
            select(
                count(_CALLS).label("call_count"),
                count(_CALLS, _CALLS.c.outcome.is_(None)).label("open_call_count"),
                count(_TICKETS).label("ticket_count"),
                count(_OUTBOX, _OUTBOX.c.state == "pending").label("outbox_pending_count"),
                count(_OUTBOX, _OUTBOX.c.state == "dead").label("outbox_dead_count"),
            )
        )
        return Counts(**row[0])

    async def add_session(self, session: StoredSession) -> None:
        row = {
            "token_hash": session.token_hash,
            "agent_id": session.agent_id,
            "expires_at": session.expires_at,
        }
        await self._write(
            self._insert(_SESSIONS)
            .values(row)
            .on_conflict_do_update(index_elements=[_SESSIONS.c.token_hash], set_=row)
        )

    async def session(self, token_hash: str, now: float) -> StoredSession | None:
        """The session, unless it has run out."""
        chosen = select(_SESSIONS).where(
            _SESSIONS.c.token_hash == token_hash, _SESSIONS.c.expires_at > now
        )
        rows = await self._rows(chosen)
        return StoredSession(**rows[0]) if rows else None

    async def delete_session(self, token_hash: str) -> None:
        await self._write(delete(_SESSIONS).where(_SESSIONS.c.token_hash == token_hash))

    async def delete_sessions_of(self, agent_id: str) -> None:
        await self._write(delete(_SESSIONS).where(_SESSIONS.c.agent_id == agent_id))

    async def delete_expired_sessions(self, now: float) -> None:
        await self._write(delete(_SESSIONS).where(_SESSIONS.c.expires_at <= now))

    async def cel_position(self, path: str) -> CelPosition | None:
        rows = await self._rows(select(_CEL).where(_CEL.c.path == path))
        return CelPosition(rows[0]["identity"], rows[0]["offset"]) if rows else None

    async def save_cel_position(self, path: str, position: CelPosition) -> None:
        row = {"path": path, "identity": position.identity, "offset": position.offset}
        await self._write(
            self._insert(_CEL)
            .values(row)
            .on_conflict_do_update(index_elements=[_CEL.c.path], set_=row)
        )

    async def _rows(self, chosen: Select[Any]) -> list[RowMapping]:
        async with self._engine.connect() as connection:
            return list((await connection.execute(chosen)).mappings())

    async def _write(self, statement: Insert | Update | Delete) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(statement)


def _call(row: Mapping[Any, Any]) -> StoredCall:
    return StoredCall(**row)


def _ticket(row: Mapping[Any, Any]) -> StoredTicket:
    return StoredTicket(
        ticket_id=row["ticket_id"],
        call_id=row["call_id"],
        arrived_at=row["arrived_at"],
        caller_number=row["caller_number"] or "",
        language=row["language"],
        outcome=row["outcome"],
        agent_id=row["agent_id"],
        disposition=row["disposition"],
        closed_at=row["closed_at"],
        fields=dict(row),
    )
