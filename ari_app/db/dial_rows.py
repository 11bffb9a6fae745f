"""What the dial list needs of the database: open entries, past ones, tickets to be visited.

Reads only. Knows no rule of who is called when.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.models import Base

_DIALS, _TICKETS, _JOURNAL = (
    Base.metadata.tables[name] for name in ("dial_list", "tickets", "journal")
)
FINAL = ("done", "given_up", "cancelled")

Row = Mapping[str, Any]


class DialRows:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open_entries(self) -> list[Row]:
        """The snapshots of all entries that are not over."""
        return await self._snapshots(select(_DIALS).where(_DIALS.c.state.not_in(FINAL)))

    async def entries(
        self, kinds: Sequence[str], limit: int, *, ticket_id: str | None = None
    ) -> list[Row]:
        """Snapshots, open and past, the newest first (an id holds the millisecond)."""
        chosen = select(_DIALS).where(_DIALS.c.kind.in_(kinds))
        if ticket_id is not None:
            chosen = chosen.where(_DIALS.c.ticket_id == ticket_id)
        found = await self._snapshots(chosen)
        return sorted(found, key=lambda one: -float(one["created_at"]))[:limit]

    async def tickets(self, ticket_ids: Sequence[str]) -> list[Row]:
        return await self._rows(select(_TICKETS).where(_TICKETS.c.ticket_id.in_(ticket_ids)))

    async def closed_tickets(self, since: float, until: float, limit: int) -> list[Row]:
        """Cases closed in this span that nobody was asked about yet.

        A ticket that was joined to another was closed by that alone; the other one counts. Where
        it names the other, a tree may have written digits that a caller pressed.
        """
        first = _TICKETS.alias("first")
        chosen = (
            select(_TICKETS)
            .where(_TICKETS.c.closed_at >= since, _TICKETS.c.closed_at < until)
            .where(_TICKETS.c.revisit_score.is_(None))
            .where(~exists().where(first.c.ticket_id == _TICKETS.c.repeat_of))
            .order_by(_TICKETS.c.closed_at)
            .limit(limit)
        )
        return await self._rows(chosen)

    async def line(self, since: float, until: float) -> list[Row]:
        """The journal's lines about who waited and who was offered, in their order."""
        kinds = ("call.queued", "call.offered", "offer.ended", "call.connected", "call.ended")
        chosen = (
            select(_JOURNAL)
            .where(_JOURNAL.c.kind.in_(kinds), _JOURNAL.c.at >= since, _JOURNAL.c.at < until)
            .order_by(_JOURNAL.c.at, _JOURNAL.c.seq)
        )
        return await self._rows(chosen)

    async def _snapshots(self, chosen: Select[Any]) -> list[Row]:
        return [row["snapshot"] for row in await self._rows(chosen)]

    async def _rows(self, chosen: Select[Any]) -> list[Row]:
        async with self._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(chosen)).mappings()]
