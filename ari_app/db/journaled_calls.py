"""The calls of a span of time with what their trees heard.

Knows SQL; decides nothing. Rows come one after another, so that a day needs no memory.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.models import Base

_CALLS, _TICKETS = Base.metadata.tables["calls"], Base.metadata.tables["tickets"]


@dataclass(frozen=True, slots=True)
class JournaledCall:
    """One ended call that a tree served; ``journal`` is as it was kept."""

    call_id: str
    arrived_at: float
    caller: str
    region: str
    dialled: str
    outcome: str
    tree_version: str
    journal: list[Any]


async def journaled_calls(
    engine: AsyncEngine, since: float, until: float
) -> AsyncIterator[JournaledCall]:
    """Oldest first; instants are epoch seconds, ``until`` is not included."""
    chosen = (
        select(
            _CALLS.c.call_id, _CALLS.c.arrived_at, _CALLS.c.caller, _TICKETS.c.caller_region,
            _CALLS.c.dialled, _CALLS.c.outcome, _TICKETS.c.tree_version, _CALLS.c.ivr_journal,
        )
        .outerjoin(_TICKETS, _TICKETS.c.call_id == _CALLS.c.call_id)
        .where(
            _CALLS.c.arrived_at >= since, _CALLS.c.arrived_at < until,
            _CALLS.c.ivr_journal.is_not(None), _CALLS.c.outcome.is_not(None),
        )
        .order_by(_CALLS.c.arrived_at, _CALLS.c.call_id)
    )  # fmt: skip
    async with engine.connect() as connection:
        async for row in await connection.stream(chosen):
            yield JournaledCall(
                row.call_id, row.arrived_at, row.caller, row.caller_region or "", row.dialled,
                row.outcome, row.tree_version or "", row.ivr_journal,
            )  # fmt: skip
