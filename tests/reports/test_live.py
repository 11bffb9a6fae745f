"""The figures of the day while it goes on are those that the day's report has at its end."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import insert

from ari_app.core.board_view import Sections
from ari_app.core.records import Journaled
from ari_app.db.engine import open_engine
from ari_app.db.models import Base
from ari_app.db.report_rows import JournalTail
from ari_app.reports.live import TODAY, LiveDay
from ari_app.runtime.day_process import look
from tests.reports.golden import MIDNIGHT, at_random, by_hand
from tests.reports.test_figures import made, row

EVENING = MIDNIGHT + 86_399.0


def live(lines: Iterable[Journaled], now: float = EVENING) -> Sections:
    day = LiveDay()
    for line in lines:
        day.take(line)
    return day.sections(now)


def figures(sections: Sections, name: str) -> dict[str, object]:
    found = sections["figures"][name]
    assert isinstance(found, dict)
    return dict(found)


def same_as_the_report(sections: Sections, lines: list[Journaled]) -> None:
    report, today = row(made(lines, "day")), figures(sections, "today")
    assert {name: today[name] for name in TODAY} == {name: report[name] for name in TODAY}


def test_the_day_that_was_counted_on_paper() -> None:
    lines = by_hand().in_order()
    sections = live(lines)
    same_as_the_report(sections, lines)
    assert figures(sections, "today")["connect_rate"] == 0.5
    assert figures(sections, "last_24h")["offered"] == 8


@pytest.mark.parametrize("seed", range(5))
def test_a_day_by_chance_in_any_pieces(seed: int) -> None:
    lines = at_random(seed, 150).in_order()
    day = LiveDay()
    for number, line in enumerate(lines):
        day.take(line)
        if number % 97 == 0:
            day.sections(min(line.at, EVENING))  # to look changes nothing
    sections = day.sections(EVENING)
    same_as_the_report(sections, lines)
    quarters = [one for one in sections["quarters"].values() if isinstance(one, dict)]
    total = figures(sections, "today")
    assert sum(int(str(one["arrived"])) for one in quarters) == total["arrived"]


def test_yesterday_counts_for_24_hours_and_not_for_today() -> None:
    lines = by_hand().in_order()
    sections = live(lines, MIDNIGHT + 86_400 + 60)
    assert figures(sections, "today")["offered"] == 0
    assert figures(sections, "last_24h")["offered"] == 8
    assert figures(live(lines, MIDNIGHT + 3 * 86_400), "last_24h")["offered"] == 0


@pytest.mark.asyncio
async def test_a_tail_brings_each_line_once_however_often_it_looks(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'h.db'}")
    lines, tail, day = by_hand().in_order(), JournalTail(engine), LiveDay()
    journal = Base.metadata.tables["journal"]
    try:
        assert "away" in json.loads(await look(tail, day, EVENING))  # no table yet
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        for begin in range(0, len(lines), 7):
            rows = [
                {"key": one.key, "at": one.at, "kind": one.kind, "call_id": one.call_id,
                 "agent_id": one.agent_id, "queue": one.queue, "data": dict(one.data)}
                for one in lines[begin : begin + 7]
            ]  # fmt: skip
            async with engine.begin() as connection:
                await connection.execute(insert(journal), rows)
            said = json.loads(await look(tail, day, EVENING))
        same_as_the_report(said, lines)
    finally:
        await engine.dispose()
