"""Each figure of each row of each report leads to the calls that it counts."""

import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.core.records import Journaled, Json
from ari_app.db.engine import open_engine
from ari_app.db.report_rows import calls_behind, make_report
from ari_app.db.schema import upgrade
from ari_app.reports.behind import WITHOUT_CALLS, Behind
from ari_app.reports.figures import COUNTS, MISSED, SHARES, TALK_MEANS
from ari_app.reports.period import By, Period, period
from ari_app.reports.report import COLUMN, FIGURES, NAMES
from ari_app.reports.show import as_json
from ari_app.settings import PROJECT_DIR
from tests.reports.golden import MIDNIGHT, at_random, by_hand
from tests.reports.test_figures import DAY, LATER, again, made, written

ALL = 10_000
TABLE = PROJECT_DIR / "ari_app" / "web" / "desk_ui" / "src" / "reports" / "table.tsx"
ROLLING = ("connect_rate_24h", "connect_rate_24h_lowest")
OF_MEANS = {"asa_s": "answered", "abandon_s": "abandoned"}
Calls = list[dict[str, Json]]


def behind(
    lines: list[Journaled], name: str, figure: str, row: str, period: Period = DAY
) -> Behind:
    found = Behind(name, period, figure, row, again(lines), ALL)
    for one in lines:
        found.take(one)
    found.finish()
    return found


def offers(lines: list[Journaled], figure: str) -> Counter[tuple[str, str]]:
    """Ended offers by call and agent, from the lines themselves."""
    return Counter(
        (one.call_id, one.agent_id)
        for one in lines
        if one.kind == "offer.ended" and (figure == "offers" or one.data["reason"] in MISSED)
    )


def recount(figure: str, calls: Calls, agent: str, lines: list[Journaled]) -> int:
    """How much of the figure the calls account for; each of them for something."""
    if figure.startswith("offers"):
        ended = offers(lines, figure)
        by_call = [
            sum(n for (call, who), n in ended.items()
                if call == one["call_id"] and agent in ("", who))
            for one in calls
        ]  # fmt: skip
    else:
        by_call = [sum(agent in ("", who) for who in one["agents"]) for one in calls]  # type: ignore[union-attr,misc]
    assert all(by_call)
    return sum(by_call)


@pytest.mark.parametrize("by", ["", "day", "hour"])
@pytest.mark.parametrize("name", NAMES)
def test_each_figure_of_each_row_leads_to_the_calls_that_it_counts(name: str, by: By):
    lines = at_random(4, 60 if by == "hour" else 120).in_order()
    period = Period(DAY.since, DAY.until, by)
    report = made(lines, name, period)
    assert len(report.rows) > (name in COLUMN)
    for row in report.rows:
        named = " ".join(str(row[key]) for key in report.keys)
        agent = str(row["agent"]) if name == "agents" else ""
        for figure in set(FIGURES[name]) - WITHOUT_CALLS - set(ROLLING):
            found = behind(lines, name, figure, named, period)
            assert found.count == len(found.calls)
            check(figure, row, found.calls, agent, lines)


def check(
    figure: str, row: dict[str, Json], calls: Calls, agent: str, lines: list[Journaled]
) -> None:
    """A count is as many calls; a share is the part of them that counts; a mean goes over them."""
    said = (figure, row)
    if figure in COUNTS:
        assert len(calls) == row[figure], said
    elif figure in SHARES:
        assert share(calls) == row[figure], said
    elif figure in OF_MEANS:
        assert len(calls) == row[OF_MEANS[figure]], said
        assert (row[figure] is None) == (not calls), said
    elif figure in TALK_MEANS:
        assert recount(figure, calls, agent, lines) == row["talks"], said
        assert (row[figure] is None) == (not calls), said
    else:
        assert recount(figure, calls, agent, lines) == row[figure], said


def share(calls: Calls) -> float | None:
    good = sum(bool(one["counts"]) for one in calls)
    return round(good / len(calls), 4) if calls else None


def test_a_call_of_the_last_part_of_a_second_is_behind_its_figure_too():
    lines = by_hand().in_order()
    begun = max(one.at for one in lines if one.kind == "call.arrived")
    told = as_json(made(lines, "day", Period(DAY.since, begun + 0.25)))
    asked = period(str(told["from"]), str(told["to"]), LATER)
    assert asked.until == begun + 0.25
    [total] = told["rows"]
    assert len(behind(lines, "day", "arrived", "", asked).calls) == total["arrived"]


@pytest_asyncio.fixture
async def engine(tmp_path: Path):
    """A database with a random day and a half."""
    file = tmp_path / "hotline.sqlite3"
    await upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as database:
        written(database, at_random(4, 700).in_order())
    found = open_engine(f"sqlite:///{file}")
    yield found
    await found.dispose()


@pytest.mark.asyncio
@pytest.mark.parametrize("since", [DAY.until, DAY.until + 1800.0], ids=["midnight", "half past"])
async def test_a_rolling_rate_leads_to_the_calls_of_its_24_hours(engine: AsyncEngine, since: float):
    period = Period(since, since + 4 * 3600.0, "hour")
    report = await make_report(engine, "hours", period, LATER)
    assert len(report.rows) >= 4
    for row in report.rows:
        found = await calls_behind(engine, "hours", period, ROLLING[0], str(row["from"]), ALL)
        assert share(found.calls) == row[ROLLING[0]]
        assert found.count > 200
    [day] = (await make_report(engine, "day", Period(since, period.until), LATER)).rows
    lowest = await calls_behind(engine, "day", Period(since, period.until), ROLLING[1], "", ALL)
    assert share(lowest.calls) == day[ROLLING[1]] == min(row[ROLLING[0]] for row in report.rows)  # type: ignore[type-var]
    assert lowest.count > 200


@pytest.mark.asyncio
async def test_a_row_or_rate_that_is_not_there_has_no_calls(engine: AsyncEngine):
    period = Period(DAY.since, DAY.until, "hour")
    assert (await calls_behind(engine, "hours", period, ROLLING[0], "yesterday", ALL)).count == 0
    long_ago = Period(MIDNIGHT - 9 * 86_400, MIDNIGHT - 8 * 86_400)
    assert (await calls_behind(engine, "day", long_ago, ROLLING[1], "", ALL)).count == 0


def test_the_page_opens_every_figure_but_those_without_calls():
    [names] = re.findall(r"WITHOUT_CALLS = new Set\(\[([^\]]*)\]\)", TABLE.read_text("utf-8"))
    of_units = {"score", "rank"}
    assert set(re.findall(r'"(\w+)"', names)) == WITHOUT_CALLS | of_units
    assert set().union(*FIGURES.values()) >= WITHOUT_CALLS


def test_a_row_may_be_named_by_its_span_and_its_group():
    lines = by_hand().in_order()
    period = Period(DAY.since, DAY.until, "hour")
    for row, calls in {
        "general": 5, "2025-11-24 01:00": 6, "2025-11-24 01:00 general": 4, "2025-11-24 02:00 x": 0,
    }.items():  # fmt: skip
        assert behind(lines, "queues", "arrived", row, period).count == calls, row
