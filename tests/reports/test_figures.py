"""Figures counted on paper, and the same figures twice: by the program and by SQL alone."""

import datetime
import json
import math
import sqlite3

import pytest

from ari_app.core.records import Journaled, Json
from ari_app.reports.facts import Fold, folded
from ari_app.reports.figures import AGAIN_S, COUNTS, MEANS, OTHERS, SHARES, TALK_MEANS, definition
from ari_app.reports.period import Period
from ari_app.reports.report import FIGURES, NAMES, NONE, Report, Reporter
from ivr.calendar import SHANGHAI
from tests.reports.golden import MIDNIGHT, at_random, by_hand
from tests.reports.sql_figures import SqlFigures

DAY = Period(MIDNIGHT, MIDNIGHT + 86_400)
LATER = MIDNIGHT + 30 * 86_400


def again(lines: list[Journaled]) -> set[str]:
    return {
        str(one.data["previous"])
        for one in lines
        if one.kind == "call.known" and one.at - float(str(one.data["previous_at"])) <= AGAIN_S
    }


def made(lines: list[Journaled], name: str, period: Period = DAY) -> Report:
    reporter = Reporter(name, period, {}, again(lines))
    for one in lines:
        if one.at >= reporter.read_since:
            if not reporter.needs(one.at):
                break
            reporter.take(one)
    return reporter.finish(LATER)


def written(database: sqlite3.Connection, lines: list[Journaled]) -> None:
    """A key that is there already is a repetition, as for the recorder."""
    database.executemany(
        "INSERT OR IGNORE INTO journal (key, at, kind, call_id, agent_id, queue, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (one.key, one.at, one.kind, one.call_id, one.agent_id, one.queue,
             json.dumps(dict(one.data)))
            for one in lines
        ],
    )  # fmt: skip


def row(report: Report, name: str = "") -> dict[str, object]:
    [found] = [one for one in report.rows if not name or name in one.values()]
    return dict(found)


def test_the_day_that_was_counted_on_paper():
    total = row(made(by_hand().in_order(), "day"))
    assert {name: total[name] for name in (
        "arrived", "placed", "offered", "answered", "abandoned", "abandoned_short",
        "abandoned_waiting", "abandoned_in_flow", "refused", "callback_promised", "other",
        "under_way", "talks", "several_agents", "offers", "offers_missed",
    )} == {
        "arrived": 9, "placed": 1, "offered": 8, "answered": 4, "abandoned": 3,
        "abandoned_short": 2, "abandoned_waiting": 2, "abandoned_in_flow": 1, "refused": 1,
        "callback_promised": 1, "other": 0, "under_way": 0, "talks": 5, "several_agents": 1,
        "offers": 3, "offers_missed": 1,
    }  # fmt: skip
    assert total["connect_rate"] == 0.5
    assert total["level_audio"] == 1.0
    assert total["level_arrival"] == 0.375  # 3 of 8: the second call waited 30 s
    assert total["level_queue"] == 0.375
    assert total["asa_s"] == pytest.approx((3 + 28 + 10 + 10) / 4)
    assert total["first_contact"] == 0.75  # the first one called again
    assert total["aht_s"] == pytest.approx((80 + 70 + 130 + 60 + 90) / 5)
    assert total["hold_s"] == pytest.approx(10 / 5)


def test_a_call_with_two_agents_is_one_answered_call_and_two_talks():
    agents = made(by_hand().in_order(), "agents")
    assert (row(agents, "wang")["talks"], row(agents, "li")["talks"]) == (3, 1)
    queues = made(by_hand().in_order(), "queues")
    assert (row(queues, "water")["answered"], row(queues, "water")["talks"]) == (1, 2)


def test_a_call_over_midnight_belongs_to_the_day_it_came():
    lines = by_hand().in_order()
    next_day = Period(MIDNIGHT + 86_400, MIDNIGHT + 2 * 86_400)
    assert row(made(lines, "day", next_day))["offered"] == 0
    assert row(made(lines, "day"))["answered"] == 4
    # Its agent worked on the next day, once, though the service began anew meanwhile.
    assert row(made(lines, "agents", next_day), "wang")["talks"] == 1


def test_an_agents_time_is_cut_at_the_periods_ends():
    seconds = row(made(by_hand().in_order(), "agents"), "wang")["signed_in_s"]
    assert seconds == 86_400 - 3600


def test_a_day_without_calls_has_no_rates_and_one_row():
    empty = row(made([], "day"))
    assert (empty["offered"], empty["connect_rate"], empty["asa_s"]) == (0, None, None)
    assert made([], "queues").rows == []


def test_hours_have_the_rate_of_the_24_hours_before():
    hours = made(by_hand().in_order(), "hours", Period(DAY.since, DAY.until, "hour"))
    assert len(hours.rows) == 24
    assert [one["connect_rate_24h"] for one in hours.rows[:3]] == [None, 0.4, 0.4286]
    assert row(made(by_hand().in_order(), "day"))["connect_rate_24h_lowest"] == 0.4


def test_a_call_that_is_still_waiting_is_under_way():
    lines = [one for one in by_hand().in_order() if one.at < MIDNIGHT + 5010]
    total = row(made(lines, "day"))
    assert (total["offered"], total["answered"], total["under_way"]) == (2, 1, 1)
    assert total["level_queue"] == 1.0  # who still waits is not counted as late


NOTHING = {"talks": 0, "offers": 0, "offers_missed": 0} | dict.fromkeys(TALK_MEANS)
"""What a row without talks and offers says of them."""
TIMES = {"occupancy", "signed_in_s"}
ROLLING = {"connect_rate_24h", "connect_rate_24h_lowest"}


def compare(found: dict[str, Json], expected: dict[str, object], figures: set[str]) -> None:
    """Each of these figures is among the expected ones, and the same."""
    assert figures <= set(expected), figures - set(expected)
    for figure in figures:
        assert same(found[figure], expected[figure]), (figure, found, expected[figure])


def a_day(seed: int) -> list[Journaled]:
    return (by_hand() if seed == 0 else at_random(seed, 400)).in_order()


def test_the_days_have_something_of_everything_that_is_compared():
    days = [row(made(a_day(seed), "day")) for seed in range(5)]
    for figure in set(FIGURES["day"]):
        assert any(day[figure] for day in days), figure
    assert any(one["paused_s"] for one in made(a_day(1), "agents").rows)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("name", "key"),
    [("queues", "queue"), ("numbers", "dialled"), ("topics", "topic"), ("day", "'all'")],
)
def test_sql_alone_finds_the_same_figures_of_calls(seed: int, name: str, key: str):
    lines = a_day(seed)
    sql = SqlFigures(lines, DAY.since, DAY.until)
    key = f"coalesce(nullif({key}, ''), '{NONE}')"
    calls, talks, offers = sql.calls_by(key), sql.talks_by(key), sql.offers_by(key)
    times = sql.times_by("'all'") if name == "day" else {}
    report = made(lines, name)
    found = {str(one.get(report.keys[0]) if report.keys else "all"): one for one in report.rows}
    assert set(found) == set(calls)
    for group, counted in calls.items():
        expected = {**NOTHING, **counted}
        for part in (talks, offers, times):
            expected |= part.get(group, {})
        compare(found[group], expected, set(FIGURES[name]) - ROLLING)


@pytest.mark.parametrize("seed", range(5))
def test_sql_alone_finds_the_same_figures_of_agents(seed: int):
    lines = a_day(seed)
    sql = SqlFigures(lines, DAY.since, DAY.until)
    found = {str(one["agent"]): one for one in made(lines, "agents").rows}
    talks, offers, times = sql.talks_by_agent(), sql.offers_by_agent(), sql.times_by("agent_id")
    assert set(found) == {*talks, *offers, *times}
    for agent, row in found.items():
        expected = {**NOTHING, **talks.get(agent, {}), **offers.get(agent, {}), **times[agent]}
        compare(row, expected, set(FIGURES["agents"]))


def test_sql_alone_finds_the_same_figures_of_each_hour():
    lines = at_random(6, 400).in_order()
    for row in made(lines, "hours", Period(DAY.since, DAY.until, "hour")).rows:
        begins = datetime.datetime.fromisoformat(str(row["from"])).replace(tzinfo=SHANGHAI)
        since = begins.timestamp()
        sql = SqlFigures(lines, since, since + 3600.0)
        expected = dict(NOTHING)
        for part in (sql.calls_by, sql.talks_by, sql.offers_by, sql.times_by):
            expected |= part("'all'").get("all", {})
        if expected.get("arrived"):
            compare(row, expected, set(FIGURES["hours"]) - ROLLING)
        else:
            assert not row["arrived"]
            compare(row, expected, TIMES)


@pytest.mark.parametrize("seed", [1, 2])
def test_sql_alone_finds_the_same_rates_of_24_hours(seed: int):
    lines = at_random(seed, 900).in_order()
    day = Period(DAY.until, DAY.until + 86_400.0)
    rates = SqlFigures(lines, day.since - 23 * 3600.0, day.until).rolling()
    hours = made(lines, "hours", Period(day.since, day.until, "hour")).rows
    assert len(rates) == len(hours) == 24
    for found, expected in zip(hours, rates.values(), strict=True):
        assert same(found["connect_rate_24h"], expected)
    [total] = made(lines, "day", day).rows
    assert same(total["connect_rate_24h_lowest"], min(map(float, rates.values())))  # type: ignore[arg-type]


def same(one: object, other: object) -> bool:
    """To the last digit but one that is shown: both round sums of the same numbers."""
    if one is None or other is None:
        return one is other
    return math.isclose(float(str(one)), float(str(other)), abs_tol=0.011)


def test_lines_that_come_twice_or_out_of_order_within_a_moment_change_nothing():
    lines = by_hand().in_order()
    lines.reverse()
    shuffled = sorted(lines, key=lambda one: one.at)
    assert made(shuffled, "day").rows == made(by_hand().in_order(), "day").rows


def test_memory_holds_the_calls_under_way_and_no_more():
    fold, most = Fold(DAY.since, DAY.until), 0
    for one in at_random(7, 400).in_order():
        list(fold.take(one))
        most = max(most, len(fold._calls))
    assert most < 30


def test_every_figure_is_defined_and_every_definition_used():
    used = {name for names in FIGURES.values() for name in names}
    for name in used:
        label, says = definition(name)
        assert label
        assert says.endswith("。") or says
    behind = {share.part for share in SHARES.values()} | {share.whole for share in SHARES.values()}
    assert used | behind >= {*COUNTS, *SHARES, *MEANS, *TALK_MEANS, *OTHERS}
    assert set(NAMES) == set(FIGURES)


def test_a_complete_call_is_told_once():
    lines = by_hand().in_order()
    told = [call.call_id for call in folded(lines, DAY.since, DAY.until)]
    assert len(told) == len(set(told)) == 10
