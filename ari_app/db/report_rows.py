"""Reads the journal for reports: line by line in the order of time, never a whole table at once.

Knows SQL and the indices ``at`` and ``agent_id, at``. Decides no figure: a reader says how long it
wants lines.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from typing import Final, Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ari_app.core.journal_lines import Kind
from ari_app.core.records import Journaled
from ari_app.db.models import Base
from ari_app.reports.behind import Behind
from ari_app.reports.facts import READ
from ari_app.reports.figures import AGAIN_S
from ari_app.reports.period import Period
from ari_app.reports.report import Report, Reporter
from ari_app.reports.rolling import LOWEST, RATE, first_hour, last_hours, span_of

_JOURNAL = Base.metadata.tables["journal"]
_COLUMNS = tuple(
    _JOURNAL.c[name] for name in ("key", "at", "kind", "call_id", "agent_id", "queue", "data")
)
ROWS_AT_ONCE: Final = 2000
OVERLAP: Final = 500
"""More lines than transactions beside one another ever write."""


class Reader(Protocol):
    """``needs`` says whether lines from an instant on still matter."""

    read_since: float

    def needs(self, at: float) -> bool: ...

    def take(self, line: Journaled) -> None: ...


async def make_report(engine: AsyncEngine, name: str, period: Period, now: float) -> Report:
    """Raises SQLAlchemyError or OSError when the database is away."""
    states = await states_at(engine, period.since)
    reporter = Reporter(name, period, states, await called_again(engine, period))
    await read_into(engine, reporter)
    return reporter.finish(now)


async def calls_behind(
    engine: AsyncEngine, name: str, period: Period, figure: str, row: str, limit: int
) -> Behind:
    """The calls that a figure of a row counts; an empty ``row`` means all rows."""
    if figure in (RATE, LOWEST):
        hours = await _hours_of(engine, period, figure, row)
        name, period, figure, row = "day", hours, "connect_rate", ""
    again = await called_again(engine, period)
    behind = Behind(name, period, figure, row, again, limit)
    await read_into(engine, behind)
    behind.finish()
    return behind


async def _hours_of(engine: AsyncEngine, period: Period, figure: str, row: str) -> Period:
    """The 24 hours that a rolling rate goes over; none where there is no such row or rate."""
    nothing = Period(period.since, period.since)
    span = span_of(period, row)
    if span is None:
        return nothing
    if figure == LOWEST:
        reporter = Reporter("day", Period(*span), {}, ())
        await read_into(engine, reporter)
        reporter.finish(span[1])
        return reporter.rolling.worst(*span) or nothing
    return last_hours(span[1]) if row else Period(first_hour(span[0]), span[1])


async def read_into(engine: AsyncEngine, reader: Reader) -> None:
    # Whoever needs no more gives the connection back at once.
    async with aclosing(lines(engine, reader.read_since)) as found:
        async for line in found:
            if not reader.needs(line.at):
                return
            reader.take(line)


async def lines(
    engine: AsyncEngine, since: float, kinds: Collection[str] = READ
) -> AsyncGenerator[Journaled]:
    """Those of these kinds from an instant on, in the order of time."""
    chosen = (
        select(*_COLUMNS)
        .where(_JOURNAL.c.at >= since, _JOURNAL.c.kind.in_(sorted(kinds)))
        .order_by(_JOURNAL.c.at, _JOURNAL.c.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    async with engine.connect() as connection:
        async for rows in (await connection.stream(chosen)).partitions():
            for row in rows:
                yield Journaled(*row)


class JournalTail:
    """The lines of a span that goes on: each look brings those that came since, each line once.

    A line with a smaller ``seq`` may show later than one with a greater: so far back it is looked
    for again.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._seq = engine, 0
        self._seen: set[int] = set()

    async def look(self, since: float) -> AsyncIterator[Journaled]:
        chosen = (
            select(_JOURNAL.c.seq, *_COLUMNS)
            .where(
                _JOURNAL.c.seq > self._seq - OVERLAP,
                _JOURNAL.c.at >= since,
                _JOURNAL.c.kind.in_(sorted(READ)),
            )
            .order_by(_JOURNAL.c.at, _JOURNAL.c.seq)
            .execution_options(yield_per=ROWS_AT_ONCE)
        )
        async with self._engine.connect() as connection:
            async for rows in (await connection.stream(chosen)).partitions():
                for seq, *columns in rows:
                    if seq not in self._seen:
                        self._saw(seq)
                        yield Journaled(*columns)
        self._seen = {seq for seq in self._seen if seq > self._seq - OVERLAP}

    def _saw(self, seq: int) -> None:
        self._seen.add(seq)
        self._seq = max(self._seq, seq)


async def states_at(engine: AsyncEngine, instant: float) -> dict[str, str]:
    """Where each agent stood: the last line of each before that moment."""
    found: dict[str, str] = {}
    async with engine.connect() as connection:
        async for agent in _agents(connection):
            last = (
                select(_JOURNAL.c.data)
                .where(
                    _JOURNAL.c.agent_id == agent,
                    _JOURNAL.c.at < instant,
                    _JOURNAL.c.kind == Kind.AGENT_STATE.value,
                )
                .order_by(_JOURNAL.c.at.desc(), _JOURNAL.c.seq.desc())
                .limit(1)
            )
            data = (await connection.execute(last)).scalar()
            if data is not None:
                found[agent] = str(data.get("to", ""))
    return found


async def _agents(connection: AsyncConnection) -> AsyncIterator[str]:
    """Everybody that a line names, from one step of the index to the next: never a whole table."""
    agent: str | None = ""
    while agent is not None:
        following = select(func.min(_JOURNAL.c.agent_id)).where(_JOURNAL.c.agent_id > agent)
        agent = (await connection.execute(following)).scalar()
        if agent is not None:
            yield agent


async def called_again(engine: AsyncEngine, period: Period) -> set[str]:
    """The calls of the period whose caller called once more within seven days."""
    chosen = select(_JOURNAL.c.at, _JOURNAL.c.data).where(
        _JOURNAL.c.kind == Kind.CALL_KNOWN.value,
        _JOURNAL.c.at >= period.since,
        _JOURNAL.c.at < period.until + AGAIN_S,
    )
    found: set[str] = set()
    async with engine.connect() as connection:
        async for at, data in await connection.stream(chosen):
            previous_at = data.get("previous_at")
            if isinstance(previous_at, int | float) and at - previous_at <= AGAIN_S:
                found.add(str(data.get("previous")))
    return found


async def kinds_of(engine: AsyncEngine, call_ids: list[str], kind: Kind) -> set[str]:
    """Which of these calls have a line of this kind."""
    found: set[str] = set()
    async with engine.connect() as connection:
        for first in range(0, len(call_ids), 500):
            chosen = select(_JOURNAL.c.call_id).where(
                _JOURNAL.c.call_id.in_(call_ids[first : first + 500]),
                _JOURNAL.c.kind == kind.value,
            )
            found |= set((await connection.execute(chosen)).scalars())
    return found


async def last_line_at(engine: AsyncEngine) -> float | None:
    async with engine.connect() as connection:
        at = (await connection.execute(select(func.max(_JOURNAL.c.at)))).scalar()
    return None if at is None else float(at)
