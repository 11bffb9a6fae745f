"""Which outbox rows may leave now, and what becomes of them. Knows no target and sends nothing.

A ticket's rows leave in their order: a row is due only when none before it is still pending. A row
that is refused, or that nobody took for days, is dead: people see it and may send it again. Later
rows of its ticket then go on, for each carries the whole ticket. A dead row that a later one has
superseded is never sent again: the receiver would take the older state for the newer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.fields import plain
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


@dataclass(frozen=True, slots=True)
class Revived:
    """How many dead rows are sent again, and how many were superseded and are put away."""

    count: int
    superseded_count: int


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
            "last_error": plain(why),
        }
        async with self._engine.begin() as connection:
            await connection.execute(update(_OUTBOX).where(_OUTBOX.c.seq == row.seq).values(values))
        return is_dead

    async def put_back(self, whys: Mapping[int, str], due_at: float) -> None:
        """These rows wait behind those due before; no attempt is counted."""
        later = (
            update(_OUTBOX)
            .where(_OUTBOX.c.seq == bindparam("key"))
            .values(due_at=due_at, last_error=bindparam("why"))
        )
        rows = [{"key": seq, "why": plain(why)} for seq, why in whys.items()]
        async with self._engine.begin() as connection:
            await connection.execute(later, rows)

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

    async def revive(self, seq: int | None, now: float) -> Revived:
        """Send a dead row again, or all of them, unless a later row of the ticket was or will be.

        Such a row is put away: its state is ``superseded``.
        """
        dead = update(_OUTBOX).where(_OUTBOX.c.state == "dead")
        if seq is not None:
            dead = dead.where(_OUTBOX.c.seq == seq)
        other = _OUTBOX.alias()
        is_superseded = exists().where(
            other.c.ticket_id == _OUTBOX.c.ticket_id,
            other.c.seq > _OUTBOX.c.seq,
            other.c.state.in_(("pending", "sent")),
        )
        away = dead.where(is_superseded).values(state="superseded", due_at=now)
        again = dead.values(state="pending", attempts=0, due_at=now)
        async with self._engine.begin() as connection:
            superseded_count = (await connection.execute(away)).rowcount
            return Revived((await connection.execute(again)).rowcount, superseded_count)

    async def forget_settled(self, before: float) -> int:
        """Remove rows that were taken or superseded and due before an instant; how many.

        By the instant they were due, for the index knows that. What has superseded a dead row
        stays as long as that one.
        """
        other = _OUTBOX.alias()
        supersedes = exists().where(
            other.c.ticket_id == _OUTBOX.c.ticket_id,
            other.c.seq < _OUTBOX.c.seq,
            other.c.state == "dead",
        )
        old = delete(_OUTBOX).where(
            _OUTBOX.c.state.in_(("sent", "superseded")), _OUTBOX.c.due_at < before, ~supersedes
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(old)).rowcount
