"""Reports from a real database: read by the command, by the API's process, on both databases."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from ari_app.cli import app
from ari_app.db.engine import open_engine
from ari_app.db.report_rows import make_report
from ari_app.db.schema import upgrade
from ari_app.reports.period import period
from ari_app.runtime.report_desk import ReportDesk
from ari_app.web.ports import ReportQuery
from ari_app.web.problems import Problem
from tests.db.databases import open_database
from tests.reports.golden import MIDNIGHT, by_hand
from tests.reports.test_figures import DAY, made, written

LATER = MIDNIGHT + 30 * 86_400.0
FROM, TO = "2025-11-24", "2025-11-25"


@pytest_asyncio.fixture
async def filled(url: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database with the day that was written by hand."""
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        for one in by_hand().in_order():
            database.recorder.put(one)
        await database.recorder.caught_up()
    yield url


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["day", "hours", "agents", "queues", "numbers", "topics"])
async def test_the_database_gives_the_same_report_as_its_lines(filled: str, name: str) -> None:
    engine = open_engine(filled)
    try:
        found = await make_report(engine, name, period(FROM, TO, LATER), LATER)
    finally:
        await engine.dispose()
    assert found.rows == made(by_hand().in_order(), name, DAY).rows


@pytest.mark.asyncio
async def test_an_agents_state_of_the_day_before_counts_from_midnight(filled: str) -> None:
    engine = open_engine(filled)
    try:
        span = period(TO, "2025-11-26", LATER)
        [row] = [
            one
            for one in (await make_report(engine, "agents", span, LATER)).rows
            if one["agent"] == "li"
        ]
    finally:
        await engine.dispose()
    assert row["signed_in_s"] == 86_400.0


@pytest.mark.asyncio
async def test_the_apis_process_answers_and_names_what_there_is_not(filled: str) -> None:
    desk = ReportDesk(filled, lambda: LATER, frozenset({1, 2}))
    found = await desk.report(ReportQuery("queues", FROM, TO))
    assert [row["queue"] for row in found["rows"]] == ["(none)", "general", "water"]
    calls = await desk.calls(ReportQuery("day", FROM, TO), "refused", "", 10)
    assert [call["call_id"] for call in calls["calls"]] == ["h-8.1"]
    for query, said in (
        (ReportQuery("nothing"), "没有报表 nothing"),
        (ReportQuery("day", "yesterday"), "yesterday"),
        (ReportQuery("day", TO, FROM), "later instant"),
    ):
        with pytest.raises(Problem, match=said):
            await desk.report(query)
    with pytest.raises(Problem, match="没有指标 nothing"):
        await desk.calls(ReportQuery("day", FROM, TO), "nothing", "", 10)


# --- the command -----------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs ``hotline report`` on a database file with the day by hand."""
    import asyncio

    file = tmp_path / "hotline.sqlite3"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    with sqlite3.connect(file) as database:
        written(database, by_hand().in_order())
    monkeypatch.setenv("HOTLINE_DATABASE_URL", f"sqlite:///{file}")

    def run(*words: str):
        return CliRunner().invoke(app, ["report", *words, "--from", FROM, "--to", TO])

    return run


def test_the_command_prints_a_table_with_definitions(command) -> None:
    answer = command("queues")
    assert answer.exit_code == 0
    assert "general" in answer.output
    assert "接通率：人工接通 ÷ 请求人工" in answer.output


def test_the_command_prints_json_and_csv_with_every_figure(command) -> None:
    found = json.loads(command("day", "--json").output)
    [row] = found["rows"]
    assert row["connect_rate"] == 0.5
    assert {one["name"] for one in found["figures"]} == set(row)
    lines = command("topics", "--csv").output.splitlines()
    assert lines[0].startswith("topic,arrived,placed,offered,")
    assert [line.split(",")[0] for line in lines[1:]] == ["(none)", "'=road", "road", "water"]


def test_the_command_lists_the_calls_behind_a_figure(command) -> None:
    answer = command("calls", "numbers", "abandoned_short", "--row", "96123")
    assert answer.exit_code == 0
    assert "h-4.1" in answer.output
    assert "1 of 1" in answer.output
    assert command("calls", "day", "nothing").exit_code == 2
