"""Reads one day for ``hotline audit-day``: the calls with their tickets, and the event log's calls.

Knows SQL and the log's file. Decides nothing.
"""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.core.records import Journaled
from ari_app.core.values import is_placed
from ari_app.db.cel import calls_from_cel
from ari_app.db.cel_file import CelFile, CelRow
from ari_app.db.models import Base
from ari_app.db.report_rows import read_into
from ari_app.reports.audit_day import CallRow
from ari_app.reports.facts import CallFacts, Fold
from ari_app.reports.period import Period

_CALLS, _TICKETS = (Base.metadata.tables[name] for name in ("calls", "tickets"))


class _Collecting:
    """The calls of a period as the journal's lines tell them."""

    def __init__(self, period: Period) -> None:
        self.read_since = period.since
        self._fold = Fold(period.since, period.until)
        self.calls: list[CallFacts] = []

    def needs(self, at: float) -> bool:
        return self._fold.needs(at)

    def take(self, line: Journaled) -> None:
        self.calls += self._fold.take(line)

    def finish(self) -> list[CallFacts]:
        self.calls += self._fold.rest()
        return [call for call in self.calls if call.arrived_at is not None]


async def journal_calls(engine: AsyncEngine, period: Period) -> list[CallFacts]:
    collecting = _Collecting(period)
    await read_into(engine, collecting)
    return collecting.finish()


async def call_rows(engine: AsyncEngine, period: Period) -> list[CallRow]:
    chosen = (
        select(
            _CALLS.c.call_id, _CALLS.c.outcome, _TICKETS.c.ticket_id,
            _TICKETS.c.answered_at, _TICKETS.c.wait_s,
        )
        .outerjoin(_TICKETS, _TICKETS.c.call_id == _CALLS.c.call_id)
        .where(_CALLS.c.arrived_at >= period.since, _CALLS.c.arrived_at < period.until)
    )  # fmt: skip
    async with engine.connect() as connection:
        rows = (await connection.execute(chosen)).all()
    return [
        CallRow(call, outcome, is_placed(call), own is not None, at, wait_s)
        for call, outcome, own, at, wait_s in rows
    ]


def logged_calls(path: Path) -> tuple[dict[str, float], float]:
    """The ended calls of the event log and of the one before it, with their arrivals; and when the
    log begins. Blocking. Without a log nothing, and it begins at infinity."""
    rows: list[CelRow] = []
    for file in (path.with_name(f"{path.name}.1"), path):
        if file.exists():
            rows += CelFile(file).read()
    found = {call.call_id: call.arrived_at for call in calls_from_cel(rows)}
    return found, min((row.at for row in rows), default=float("inf"))
