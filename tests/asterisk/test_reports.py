"""Figures of real calls: one talks on over a crash of the service, one gives up waiting."""

import time

import pytest

from ari_app.db.day_rows import call_rows, journal_calls, logged_calls
from ari_app.db.engine import open_engine
from ari_app.reports.audit_day import audit
from ari_app.reports.period import Period
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall, eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


async def test_figures_outlive_a_crash_and_agree_with_asterisks_own_log(hall: Hall):
    began = time.time()
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling("13800138061", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        await eventually(lambda: hall.stored("1001", "talking"), within_s=30.0, what="not stored")
        await hall.kill_service()
        await hall.start_service()
        await desk.wait_state("talking", within_s=30.0)
        await citizen.hang_up()
        await desk.wait_state("ready", within_s=60.0)
    await hall.ticket("13800138061")
    await desk.post("/agent/not-ready", {"reason": "meal"})
    async with hall.calling("13800138062", "0") as citizen:
        music = hall.settings.prompts_dir / "music" / "hold.sln"
        await wait_prompt(citizen.rtp, music, within_s=30.0)
        await citizen.hang_up()
    await hall.ticket("13800138062")
    await eventually(lambda: _figures_differ(hall), within_s=60.0, what="the day's figures")
    operator = {"Authorization": f"Bearer {hall.operator()}"}
    answered = await hall.get("/reports/day/calls?figure=answered", operator)
    assert [call["agents"] for call in answered["calls"]] == [["1001"]]
    await eventually(lambda: _sides_differ(hall, began), within_s=60.0, what="the four sides")


async def _figures_differ(hall: Hall) -> object:
    found = await hall.get("/reports/day", {"Authorization": f"Bearer {hall.operator()}"})
    [row] = found["rows"]
    expected = {
        "arrived": 2, "offered": 2, "answered": 1, "abandoned_waiting": 1, "talks": 1,
        "connect_rate": 0.5, "level_audio": 1.0, "level_queue": 0.5, "several_agents": 0,
    }  # fmt: skip
    shown = {name: row[name] for name in expected}
    is_timed = 0 < row["talk_s"] < 120 and row["wrap_up_s"] is not None
    return None if shown == expected and is_timed else row


async def _sides_differ(hall: Hall, began: float) -> object:
    engine, period = open_engine(hall.settings.database_url), Period(began, time.time() + 1)
    try:
        facts, rows = await journal_calls(engine, period), await call_rows(engine, period)
    finally:
        await engine.dispose()
    found = audit(facts, rows, *logged_calls(hall.settings.cel_file), period)
    return None if found.agrees and len(facts) == 2 else found.compared
