"""Which outbox rows may leave now, and what becomes of them. Knows no target and sends nothing.

A ticket's rows leave in their order: a row is due only when none before it is still pending. A row
that nobody takes is dead after a number of attempts; later rows of its ticket then go on, for
each carries the whole ticket.
"""

from collections.abc import Sequence

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.models import Base
from ari_app.db.rows import OutboxRow

_OUTBOX = Base.metadata.tables["outbox"]
_MOST_ATTEMPTS = 8
_LONGEST_WAIT_S = 300.0


def retry_wait_s(attempts: int) -> float:
    """1 s after the first attempt in vain, doubled each time, at most 5 minutes."""
    return min(2.0 ** (attempts - 1), _LONGEST_WAIT_S)


class Outbox:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due(self, now: float, limit: int = 100) -> list[OutboxRow]:
        """At most one row of each ticket, the longest due first."""
        earlier = _OUTBOX.alias()
        is_blocked = exists().where(
            earlier.c.ticket_id == _OUTBOX.c.ticket_id,
            earlier.c.seq < _OUTBOX.c.seq,
            earlier.c.state == "pending",
        )
        columns = [_OUTBOX.c[name] for name in OutboxRow.__dataclass_fields__]
        chosen = (
            select(*columns)
            .where(_OUTBOX.c.state == "pending", _OUTBOX.c.due_at <= now, ~is_blocked)
            .order_by(_OUTBOX.c.due_at, _OUTBOX.c.seq)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [OutboxRow(**row) for row in (await connection.execute(chosen)).mappings()]

    async def mark_sent(self, seqs: Sequence[int]) -> None:
        done = update(_OUTBOX).where(_OUTBOX.c.seq.in_(seqs)).values(state="sent")
        async with self._engine.begin() as connection:
            await connection.execute(done)

    async def mark_failed(self, row: OutboxRow, now: float, *, wait_s: float | None = None) -> bool:
        """Try again later; true when this was the last attempt and the row is dead."""
        attempts = row.attempts + 1
        is_dead = attempts >= _MOST_ATTEMPTS
        values = {
            "attempts": attempts,
            "state": "dead" if is_dead else "pending",
            "due_at": now + (retry_wait_s(attempts) if wait_s is None else wait_s),
        }
        async with self._engine.begin() as connection:
            await connection.execute(update(_OUTBOX).where(_OUTBOX.c.seq == row.seq).values(values))
        return is_dead
