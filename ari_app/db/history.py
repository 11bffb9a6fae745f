"""What a caller's number called about before: read once for every call, so it has to be cheap.

Knows SQL. Decides only which columns are worth showing before the answer.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.engine import open_reading_sqlite
from ari_app.db.models import Base
from ari_app.db.transactor import SqliteThread

_TICKETS = Base.metadata.tables["tickets"]
_NAMES = (
    "ticket_id", "call_id", "arrived_at", "outcome", "agent_id", "language", "case_type",
    "urgency", "matter_cause", "closed_at",
)  # fmt: skip
_COLUMNS = tuple(_TICKETS.c[name] for name in _NAMES)


@dataclass(frozen=True, slots=True)
class EarlierTicket:
    """A ticket of the same number. ``closed_at`` is empty while the case is open."""

    ticket_id: str
    call_id: str
    arrived_at: float
    outcome: str | None
    agent_id: str | None
    language: str | None
    case_type: str | None
    urgency: str | None
    matter_cause: str | None
    closed_at: float | None


class HistoryReader:
    """On SQLite one thread of its own: the asynchronous driver changes threads at every step,
    which costs twenty times the query."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        is_local = engine.dialect.name == "sqlite"
        self._thread = (
            SqliteThread(open_reading_sqlite(engine), "sqlite-history") if is_local else None
        )

    async def read(
        self, caller: str, since: float, *, limit: int, limit_s: float
    ) -> list[EarlierTicket]:
        """The latest first. Raises SQLAlchemyError or OSError when the database is away."""

        def work(connection: Connection) -> list[EarlierTicket]:
            chosen = (
                select(*_COLUMNS)
                .where(_TICKETS.c.caller_number == caller, _TICKETS.c.arrived_at >= since)
                .order_by(_TICKETS.c.arrived_at.desc())
                .limit(limit)
            )
            return [EarlierTicket(*row) for row in connection.execute(chosen)]

        if self._thread is not None:
            return await self._thread.run(work, limit_s)
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self._thread is not None:
            await self._thread.close()
