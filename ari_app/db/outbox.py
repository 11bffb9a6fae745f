"""Which outbox rows may leave now, and what becomes of them. Knows no target and sends nothing.

A ticket's rows leave in their order: a row is due only when none before it is still pending. A row
that is refused, or that nobody took for days, is dead: people see it and may send it again. Later
rows of its ticket then go on, for each carries the whole ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.models import Base
from ari_app.db.rows import OutboxRow

_OUTBOX = Base.metadata.tables["outbox"]
_COLUMNS = [_OUTBOX.c[name] for name in OutboxRow.__dataclass_fields__]
_LONGEST_WAIT_S = 300.0
MOST_ATTEMPTS = 900
"""Three days of them: longer than a weekend on which nobody looks at the receiver."""


def retry_wait_s(attempts: int) -> float:
    """1 s after the first attempt in vain, doubled each time, at most 5 minutes."""
    return min(2.0 ** min(attempts - 1, 30), _LONGEST_WAIT_S)


@dataclass(frozen=True, slots=True)
class Backlog:
    """``oldest_at`` (epoch seconds) is when the longest pending row was made."""

    pending_count: int
    dead_count: int
    oldest_at: float | None


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
        chosen = (
            select(*_COLUMNS)
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

    async def mark_failed(
        self,
        row: OutboxRow,
        now: float,
        why: str,
        *,
        is_final: bool = False,
        wait_s: float | None = None,
    ) -> bool:
        """Try again later; true when it was tried for too long, or is final, and is dead."""
        attempts = row.attempts + 1
        is_dead = is_final or attempts >= MOST_ATTEMPTS
        values = {
            "attempts": attempts,
            "state": "dead" if is_dead else "pending",
            "due_at": now + max(retry_wait_s(attempts), wait_s or 0.0),
            "last_error": why,
        }
        async with self._engine.begin() as connection:
            await connection.execute(update(_OUTBOX).where(_OUTBOX.c.seq == row.seq).values(values))
        return is_dead

    async def backlog(self) -> Backlog:
        pending, dead = _OUTBOX.c.state == "pending", _OUTBOX.c.state == "dead"
        chosen = select(
            func.count().filter(pending),
            func.count().filter(dead),
            func.min(_OUTBOX.c.created_at).filter(pending),
        ).where(pending | dead)
        async with self._engine.connect() as connection:
            return Backlog(*(await connection.execute(chosen)).one())

    async def dead(self, limit: int) -> list[OutboxRow]:
        """The latest first."""
        chosen = (
            select(*_COLUMNS)
            .where(_OUTBOX.c.state == "dead")
            .order_by(_OUTBOX.c.seq.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [OutboxRow(**row) for row in (await connection.execute(chosen)).mappings()]

    async def revive(self, seq: int | None, now: float) -> int:
        """Send a dead row again, or all of them; how many there were."""
        chosen = update(_OUTBOX).where(_OUTBOX.c.state == "dead")
        if seq is not None:
            chosen = chosen.where(_OUTBOX.c.seq == seq)
        values = {"state": "pending", "attempts": 0, "due_at": now}
        async with self._engine.begin() as connection:
            return (await connection.execute(chosen.values(values))).rowcount

    async def forget_sent(self, before: float) -> int:
        """Remove rows that were taken and due before an instant, as the index is; how many."""
        old = delete(_OUTBOX).where(_OUTBOX.c.state == "sent", _OUTBOX.c.due_at < before)
        async with self._engine.begin() as connection:
            return (await connection.execute(old)).rowcount
