"""The ticket desk over a real database: who may, what is refused, what others changed meanwhile."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from ari_app.core.records import OpenCall, SaveCall
from ari_app.db.work import TicketStore
from ari_app.runtime.ticket_desk import TicketDesk
from ari_app.tickets.case import Editor
from ari_app.tickets.work_order import Asked, Step
from ari_app.web.problems import Problem
from tests.db.databases import NOW, Database
from tests.runtime.fakes import HandClock
from tests.tickets.calendars import CALENDAR, SHIPPED

pytestmark = pytest.mark.asyncio

WANG, LI, BOSS = Editor("1001", False), Editor("1002", False), Editor("2001", True)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest_asyncio.fixture
async def desk(db: Database, clock: HandClock) -> AsyncIterator[TicketDesk]:
    store = TicketStore(db.engine)
    yield TicketDesk(store, SHIPPED.rules, CALENDAR, clock)
    await store.close()


async def talked(db: Database, call: str = "c1", agent: str = "1001", at: float = NOW) -> str:
    await db.recorder.write(OpenCall(call, at, "13800138000", "王小明", "", "12345"))
    await db.recorder.write(SaveCall(call, "talking", {}, {"agent_id": agent}))
    return f"t-{call}"


async def refused(asking: Awaitable[Any]) -> Problem:
    with pytest.raises(Problem) as found:
        await asking
    return found.value


async def test_two_people_who_fill_in_different_fields_both_succeed(db: Database, desk):
    ticket = await talked(db)
    await desk.edit(ticket, 0, {"case_type": "投诉"}, WANG)
    row = await desk.edit(ticket, 0, {"urgency": "急"}, BOSS)
    assert (row["version"], row["case_type"], row["urgency"]) == (2, "投诉", "急")


async def test_who_would_overwrite_another_is_told_what_changed(db: Database, desk):
    ticket = await talked(db)
    await desk.edit(ticket, 0, {"urgency": "急"}, BOSS)
    problem = await refused(desk.edit(ticket, 0, {"urgency": "紧急", "case_type": "投诉"}, WANG))
    assert (problem.status, problem.code, problem.headers) == (409, "changed", {"ETag": '"1"'})
    assert problem.errors == [{"field": "urgency", "message": "2001 已改为“急”"}]
    row = await desk.find(ticket, WANG)
    assert (row["urgency"], row["case_type"]) == ("急", None)
    # Having seen it, or on purpose: then it counts.
    assert (await desk.edit(ticket, 1, {"urgency": "紧急"}, WANG))["urgency"] == "紧急"
    assert (await desk.edit(ticket, None, {"urgency": "普通"}, BOSS))["urgency"] == "普通"


async def test_another_agents_ticket_is_left_alone_unless_one_talks_to_its_citizen(db, desk):
    ticket = await talked(db)
    problem = await refused(desk.edit(ticket, 0, {"urgency": "急"}, LI))
    assert (problem.status, problem.code) == (403, "not_yours")
    placed = OpenCall("cb.1", NOW, "13800138000", "", "", "12345", ticket_id=ticket)
    await db.recorder.write(placed)
    talking = Editor("1002", False, on_call="cb.1")
    assert (await desk.edit(ticket, 0, {"urgency": "急"}, talking))["urgency"] == "急"


async def test_a_ticket_goes_through_its_units_to_its_end(db: Database, desk, clock: HandClock):
    ticket = await talked(db)
    await desk.edit(ticket, 0, {"matter_cause": "路灯不亮", "disposition": "专班协调"}, WANG)
    row = await desk.dispatch(ticket, ["housing", "health"], "shandong_2020", WANG)
    assert [one["unit_label"] for one in row["work_orders"]] == [
        "市住房和城乡建设局（示例）",
        "市卫生健康委员会（示例）",
    ]
    first, second = (one["work_order_id"] for one in row["work_orders"])
    problem = await refused(desk.step(first, Asked(Step.CLOSE, "已修复"), "city"))
    assert (problem.status, problem.code) == (409, "out_of_turn")
    assert (await desk.step(first, Asked(Step.SIGN), "city"))["state"] == "signed"
    assert (await refused(desk.close(ticket, None, WANG))).code == "units_at_work"
    await desk.step(second, Asked(Step.RETURN, "不属于本单位职责"), "city")
    clock.time = row["work_orders"][0]["ends_at"] + 60.0
    [late] = await desk.work_orders(None, 10)
    assert (late["work_order_id"], late["card"]) == (first, "red")
    await desk.step(first, Asked(Step.CLOSE, "已修复"), "city")
    row = await desk.close(ticket, None, WANG)
    assert (row["closed_at"], row["card"]) == (clock.time, "red")
    assert (await desk.reopen(ticket, "市民反映未解决", BOSS))["closed_at"] is None
    assert row["audit"][-1]["what"] == "ticket.closed"
    assert (await refused(desk.step("t-0.w9", Asked(Step.SIGN), "city"))).status == 404


async def test_a_citizen_who_is_written_in_another_way_is_the_same_citizen(db: Database, desk):
    first = await talked(db, "c1", at=NOW - 3600)
    said = {"caller_number": "+8613800138000", "matter_cause": "噪音"}
    made = await desk.take_in("wechat", "m-1", NOW - 60, said)
    found = await desk.repeats(made["ticket_id"])
    assert [one["ticket_id"] for one in found["repeats"]] == [first]
    row = await desk.find(made["ticket_id"], WANG)
    assert (row["caller_number"], row["repeat_count_30d"]) == ("13800138000", 1)
    assert not (await desk.take_in("wechat", "m-1", NOW - 60, said))["created"]


async def test_what_lies_undispatched_shows_until_when_and_its_card(db, desk, clock: HandClock):
    ticket = await talked(db)
    sla = replace(SHIPPED.rules.sla, default="beijing_draft_2021")
    desk.change(replace(SHIPPED.rules, sla=sla), CALENDAR)
    row = await desk.edit(ticket, 0, {"urgency": "紧急", "matter_cause": "燃气泄漏"}, WANG)
    assert (row["dispatch_by"], row["card"]) == (NOW + 3600, None)
    clock.time = NOW + 3601
    assert (await desk.find(ticket, BOSS))["card"] == "red"
    row = await desk.dispatch(ticket, ["housing"], "", WANG)
    assert (row["dispatch_by"], row["card"]) == (None, None)


async def test_a_repeat_is_found_and_joined(db: Database, desk):
    first = await talked(db, "c1", at=NOW - 3600)
    second = await talked(db, "c2", at=NOW)
    for number, ticket in enumerate((first, second)):
        matter = {"matter_cause": "解放路路灯不亮", "category_code": "0102"}
        await desk.edit(ticket, 0, matter if number else {**matter, "urgency": "普通"}, WANG)
    found = await desk.repeats(second)
    assert (found["count"], found["repeats"][0]["ticket_id"]) == (1, first)
    assert found["repeats"][0]["score"] == 1.0
    row = await desk.join(second, first, WANG)
    assert (row["repeat_of"], row["closed_at"]) == (first, NOW)
    third = await talked(db, "c3", at=NOW + 1)
    await desk.join(third, first, WANG)
    assert (await desk.find(first, WANG))["urgency"] == "急"
    assert (await refused(desk.join(first, "t-none", WANG))).status == 404


async def test_a_ticket_that_took_another_in_brings_it_along_when_it_is_joined(db: Database, desk):
    """C to B, then B to A: three tickets on one matter, as if all had been joined to A."""
    a, b, c = [await talked(db, name, at=NOW + n) for n, name in enumerate(("a", "b", "c"))]
    await desk.edit(a, 0, {"urgency": "普通"}, WANG)
    await desk.join(c, b, WANG)
    await desk.join(b, a, WANG)
    row = await desk.find(a, WANG)
    assert (row["urgency"], row["closed_at"]) == ("急", None)
    assert await db.column("select count(*) from journal where kind = 'ticket.repeated'") == [2]
    fourth = await talked(db, "d", at=NOW + 9)
    await desk.join(fourth, a, WANG)
    assert (await desk.find(a, WANG))["urgency"] == "紧急"


async def test_who_called_about_a_confidential_matter_is_shown_only_to_who_works_on_it(db, desk):
    ticket = await talked(db)
    row = await desk.edit(ticket, 0, {"confidential": True}, WANG)
    assert row["caller_number"] == "13800138000"
    assert (await desk.find(ticket, BOSS))["caller_name"] == "王小明"
    seen = await desk.find(ticket, LI)
    assert (seen["caller_number"], seen["caller_name"]) == ("138****8000", "王**")


async def test_another_channel_brings_a_message_once(desk, clock: HandClock):
    fields = {"caller_number": "057188880001", "matter_cause": "噪音"}
    made = await desk.take_in("wechat", "m-1", None, fields)
    clock.time += 60
    assert await desk.take_in("wechat", "m-1", None, fields) == {**made, "created": False}
    problem = await refused(desk.take_in("wechat", "m-1", None, {"matter_cause": "别的"}))
    assert (problem.status, problem.code) == (409, "key_used")
    row = await desk.find(made["ticket_id"], LI)
    assert (row["channel"], row["caller_region"], row["arrived_at"]) == (
        "wechat",
        "浙江省杭州市",
        NOW,
    )
    other = await desk.take_in("sms", "m-1", NOW - 5, fields)
    assert other["ticket_id"] != made["ticket_id"]
    assert (await refused(desk.take_in("sms", "m-2", NOW + 9e9, fields))).status == 422
