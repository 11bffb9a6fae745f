"""Drafts over a real database: two tabs, other agents, the end of a draft."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_app.core.records import OpenCall, SaveCall
from ari_app.db.drafts import KEPT_S
from ari_app.db.work import TicketStore
from ari_app.runtime.ticket_desk import TicketDesk
from ari_app.tickets.case import Editor
from tests.db.databases import NOW, Database
from tests.db.test_ticket_desk import BOSS, LI, WANG, refused, talked
from tests.runtime.fakes import HandClock
from tests.tickets.calendars import CALENDAR, SHIPPED

pytestmark = pytest.mark.asyncio


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest_asyncio.fixture
async def desk(db: Database, clock: HandClock) -> AsyncIterator[TicketDesk]:
    store = TicketStore(db.engine)
    yield TicketDesk(store, SHIPPED.rules, CALENDAR, clock)
    await store.close()


async def test_a_draft_is_found_again_by_its_agent_alone(db: Database, desk):
    ticket = await talked(db)
    assert (await desk.draft(ticket, WANG))["version"] == 0
    kept = await desk.keep_draft(ticket, 0, "a", {"matter_cause": "路灯\x00不亮"}, WANG)
    assert (kept["version"], kept["saved_at"]) == (1, NOW)
    found = await desk.draft(ticket, WANG)
    assert (found["fields"], found["tab"]) == ({"matter_cause": "路灯\ufffd不亮"}, "a")
    assert (await desk.draft(ticket, BOSS))["version"] == 0
    assert (await refused(desk.draft(ticket, LI))).code == "not_yours"
    assert (await refused(desk.keep_draft(ticket, 0, "a", {}, LI))).code == "not_yours"
    assert (await refused(desk.draft("t-none", WANG))).status == 404


async def test_another_tab_does_not_overwrite_what_it_has_not_seen(db: Database, desk):
    ticket = await talked(db)
    await desk.keep_draft(ticket, 0, "a", {"x": "1"}, WANG)
    problem = await refused(desk.keep_draft(ticket, 0, "b", {"x": "2"}, WANG))
    assert (problem.status, problem.code, problem.headers) == (
        409,
        "draft_changed",
        {"ETag": '"1"'},
    )
    assert (await desk.keep_draft(ticket, 1, "b", {"x": "2"}, WANG))["version"] == 2
    # A tab whose answer was lost goes on from what it last heard of.
    assert (await desk.keep_draft(ticket, 1, "b", {"x": "3"}, WANG))["version"] == 3


async def test_a_saved_ticket_ends_its_agents_draft_and_a_late_one_is_refused(db: Database, desk):
    ticket = await talked(db)
    await desk.keep_draft(ticket, 0, "a", {"x": "1"}, WANG)
    await desk.keep_draft(ticket, 0, "b", {"x": "2"}, BOSS)
    await desk.edit(ticket, 0, {"matter_cause": "路灯"}, WANG)
    assert (await desk.draft(ticket, WANG))["version"] == 0
    assert (await desk.draft(ticket, BOSS))["version"] == 1
    late = await refused(desk.keep_draft(ticket, 1, "a", {"x": "1"}, WANG))
    assert late.code == "draft_changed"
    await desk.close(ticket, "当场答复", WANG)
    assert (await desk.draft(ticket, BOSS))["version"] == 0
    assert (await refused(desk.keep_draft(ticket, 0, "a", {}, WANG))).code == "closed"


async def test_a_refused_save_keeps_the_draft(db: Database, desk):
    ticket = await talked(db)
    await desk.keep_draft(ticket, 0, "a", {"urgency": "急"}, WANG)
    await desk.edit(ticket, 0, {"urgency": "普通"}, BOSS)
    assert (await refused(desk.edit(ticket, 0, {"urgency": "急"}, WANG))).code == "changed"
    assert (await desk.draft(ticket, WANG))["version"] == 1


async def test_drafts_that_nobody_came_back_to_are_forgotten(db: Database, desk, clock):
    first, second = await talked(db), await talked(db, "c2")
    await desk.keep_draft(first, 0, "a", {"x": "1"}, WANG)
    clock.time += KEPT_S + 1
    await desk.keep_draft(second, 0, "a", {"x": "1"}, WANG)
    assert (await desk.draft(first, WANG))["version"] == 0
    assert (await desk.draft(second, WANG))["version"] == 1


async def test_the_ticket_in_hand_is_the_live_calls_and_of_a_placed_one_the_earlier(db, desk):
    ticket = await talked(db)
    nothing = await desk.in_hand(Editor("1001", False))
    assert nothing == {"ticket": None, "draft": None}
    await desk.keep_draft(ticket, 0, "a", {"x": "1"}, WANG)
    found = await desk.in_hand(Editor("1001", False, on_call="c1"))
    assert (found["ticket"]["ticket_id"], found["draft"]["fields"]) == (ticket, {"x": "1"})
    await db.recorder.write(OpenCall("cb.1", NOW, "13800138000", "", "", "12345", ticket_id=ticket))
    found = await desk.in_hand(Editor("1002", False, on_call="cb.1"))
    assert (found["ticket"]["ticket_id"], found["draft"]["version"]) == (ticket, 0)


async def test_an_agents_own_calls_come_newest_first(db: Database, desk):
    await talked(db, "c1", at=NOW - 60)
    await talked(db, "c2", at=NOW)
    await talked(db, "c3", agent="1002", at=NOW)
    assert [one["call_id"] for one in await desk.served_by("1001", 10)] == ["c2", "c1"]
    await db.recorder.write(SaveCall("c1", "talking", {}, {"matter_cause": "噪音"}))
    assert (await desk.served_by("1001", 10))[1]["matter_cause"] == "噪音"
