"""The departments' figures: from the journal alone, as the tables have them, with real orders."""

import json
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from typer.testing import CliRunner

from ari_app.cli import app
from ari_app.core.records import Journaled
from ari_app.db.report_orders import orders_dispatched
from ari_app.db.schema import upgrade
from ari_app.reports.orders import OrderFold, Orders
from ari_app.reports.period import Period, period
from ari_app.runtime.report_desk import ReportDesk
from ari_app.tickets.unit_figures import unit_figures
from ari_app.tickets.work_order import WorkOrder
from ari_app.web.ports import ReportQuery
from tests.db.databases import Database, open_database
from tests.reports.dispatched import BEGUN, FROM, LATER, TO, work_on

SATISFIED = frozenset({4, 5})
DAY = period(FROM, TO, LATER)
MONTH = period("2026-03-01", "2026-04-01", LATER)
TABLES = (
    f"SELECT {', '.join('o.' + one.name for one in fields(WorkOrder))},"
    " CASE WHEN t.revisit_at >= o.dispatched_at THEN t.revisit_score END"
    " FROM work_orders AS o JOIN tickets AS t ON t.ticket_id = o.ticket_id"
    " WHERE o.dispatched_at >= :since AND o.dispatched_at < :until"
    " ORDER BY o.dispatched_at, o.work_order_id"
)


@pytest_asyncio.fixture
async def worked_on(url: str, tmp_path: Path) -> AsyncIterator[Database]:
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        await work_on(database)
        yield database


async def in_tables(db: Database, span: Period) -> Orders:
    """What people wrote is not in the journal, and no figure needs it."""
    async with db.engine.connect() as connection:
        instants = {"since": span.since, "until": span.until}
        rows = (await connection.execute(text(TABLES), instants)).all()
    found = [(WorkOrder(*row[:-1]), row[-1]) for row in rows]
    return [(replace(one, returned_reason=None, result=None), score) for one, score in found]


@pytest.mark.asyncio
@pytest.mark.parametrize("span", [DAY, MONTH], ids=["day", "month"])
async def test_the_journal_says_of_work_orders_what_the_tables_say(
    worked_on: Database, span: Period
):
    found = await orders_dispatched(worked_on.engine, span)
    assert found == await in_tables(worked_on, span)
    kept = [order for order, _ in found]
    for name in ("sign_by", "due_at", "signed_at", "first_response_at", "extended_to"):
        assert any(getattr(order, name) for order in kept), name
    assert any(order.returned_at for order in kept)
    assert any(order.closed_at for order in kept)
    assert {score for _, score in found} >= {5, 2, None}


@pytest.mark.asyncio
async def test_the_tables_may_be_lost_and_the_figures_stay(worked_on: Database):
    before = await orders_dispatched(worked_on.engine, MONTH)
    async with worked_on.engine.begin() as connection:
        await connection.execute(text("DELETE FROM work_orders"))
        await connection.execute(text("UPDATE tickets SET revisit_score = NULL, revisit_at = NULL"))
    assert await orders_dispatched(worked_on.engine, MONTH) == before


COUNTED = [
    {"unit": "health", "dispatched": 2, "returned": 1, "sign_rate": 1.0, "response_rate": 1.0,
     "close_rate": 1.0, "satisfaction": 1.0, "score": 1.0, "rank": 1},
    {"unit": "housing", "dispatched": 2, "returned": 0, "sign_rate": 0.5, "response_rate": 1.0,
     "close_rate": 1.0, "satisfaction": 0.5, "score": 0.75, "rank": 2},
    {"unit": "urban_management", "dispatched": 1, "returned": 0, "sign_rate": None,
     "response_rate": 0.0, "close_rate": 0.0, "satisfaction": None, "score": 0.0, "rank": 3},
]  # fmt: skip
"""On paper. Housing: one of two signed in time, one closed, marks 5 and 2."""


@pytest.mark.asyncio
async def test_the_apis_process_gives_the_departments_with_their_orders(worked_on: Database):
    desk = ReportDesk(worked_on.url, lambda: LATER, SATISFIED)
    query = ReportQuery("units", FROM, TO)
    assert (await desk.report(query))["rows"] == COUNTED
    behind = await desk.calls(query, "sign_rate", "housing", 10)
    assert behind == {
        "count": 2,
        "calls": [
            {"work_order_id": "t-c1.w1", "ticket_id": "t-c1", "unit": "housing", "counts": True},
            {"work_order_id": "t-c2.w1", "ticket_id": "t-c2", "unit": "housing", "counts": False},
        ],
    }
    returned = (await desk.calls(query, "returned", "", 10))["calls"]
    assert [one["work_order_id"] for one in returned] == ["t-c2.w2"]


@pytest.fixture
def command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs ``hotline report`` on a database file with the orders."""
    import asyncio

    async def fill() -> None:
        await upgrade(sqlite_url)
        async with open_database(sqlite_url, tmp_path / "journal.jsonl") as database:
            await work_on(database)

    asyncio.run(fill())
    monkeypatch.setenv("HOTLINE_DATABASE_URL", sqlite_url)

    def run(*words: str):
        return CliRunner().invoke(app, ["report", *words, "--from", FROM, "--to", TO])

    return run


def test_the_command_prints_the_departments_with_their_orders(command):
    assert json.loads(command("units", "--json").output)["rows"] == COUNTED
    lines = command("units", "--csv").output.splitlines()
    assert lines[2] == "housing,2,0,0.5,1.0,1.0,0.5,0.75,2"
    assert "housing" in command("units").output
    behind = command("calls", "units", "satisfaction", "--row", "housing")
    assert "t-c2.w1" in behind.output
    assert "2 of 2" in behind.output


# --- lines alone -----------------------------------------------------------------------------


def line(kind: str, after_s: float, /, **data: object) -> Journaled:
    values = {"ticket_id": "t-1", "work_order_id": "t-1.w1", **data}
    return Journaled(f"{kind}/{after_s}", BEGUN + after_s, kind, data=values)  # type: ignore[arg-type]


NO_CLOCKS = {"sign_by": None, "respond_by": None, "due_at": None}
STEPS = [
    line("ticket.signed", 10), line("ticket.responded", 20), line("ticket.handled", 30),
    line("dial.closed", 40, kind="visit", score="5"),
]  # fmt: skip


def folded(*lines: Journaled) -> Orders:
    fold = OrderFold(DAY)
    for one in lines:
        fold.take(one)
    return fold.orders()


def test_an_order_whose_line_lacks_the_ends_counts_in_no_rate_of_time():
    sent = line("ticket.dispatched", 0, unit="a", profile="p")
    [found] = unit_figures(folded(sent, *STEPS), SATISFIED, LATER)
    assert (found.dispatched, found.returned, found.satisfaction.value) == (1, 0, 1.0)
    rates = (found.sign_rate, found.response_rate, found.close_rate)
    assert [one.value for one in rates] == [None, None, None]
    [back] = unit_figures(folded(sent, line("ticket.returned", 5)), SATISFIED, LATER)
    assert back.returned == 1


def test_without_a_clock_what_has_happened_counts_as_in_time():
    sent = line("ticket.dispatched", 0, unit="a", profile="p", **NO_CLOCKS)
    [found] = unit_figures(folded(sent, *STEPS), SATISFIED, LATER)
    rates = (found.sign_rate, found.response_rate, found.close_rate)
    assert [one.value for one in rates] == [1.0, 1.0, 1.0]


def test_a_mark_belongs_to_what_was_dispatched_before_it_and_the_last_one_counts():
    sent = {"unit": "a", "profile": "p", **NO_CLOCKS}
    found = folded(
        line("ticket.dispatched", 0, **sent),
        line("dial.closed", 10, kind="visit", score="2"),
        line("ticket.dispatched", 20, **{**sent, "work_order_id": "t-1.w2"}),
        line("dial.closed", 30, kind="visit", score=""),
        line("dial.closed", 40, kind="callback", score="1"),
    )
    assert [score for _, score in found] == [2, None]
    again = folded(
        line("ticket.dispatched", 0, **sent),
        line("dial.closed", 10, kind="visit", score="2"),
        line("dial.closed", 20, kind="visit", score="5"),
    )
    assert [score for _, score in again] == [5]


def test_an_order_of_another_day_is_not_of_this_one_whatever_happens_to_it():
    assert folded(line("ticket.dispatched", -86_400, unit="a"), *STEPS) == []
