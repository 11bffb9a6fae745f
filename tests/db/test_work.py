"""Tickets changed by people while calls go on, on both databases: all of a change or nothing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from ari_app.core.records import CloseCall, OpenCall, SaveCall, SaveTicket
from ari_app.db import work
from ari_app.db.outbox import Outbox
from ari_app.tickets.case import Case, Centre, dispatched, edited, joined, stepped
from ari_app.tickets.skeleton import skeleton
from ari_app.tickets.work_order import Asked, Step
from tests.db.databases import NOW, Database
from tests.tickets.calendars import OFFICE, SHIPPED

pytestmark = pytest.mark.asyncio

CENTRE = Centre(SHIPPED.rules, OFFICE, NOW)
LIMIT_S = 10.0


@pytest_asyncio.fixture
async def store(db: Database) -> AsyncIterator[work.TicketStore]:
    found = work.TicketStore(db.engine)
    yield found
    await found.close()


async def opened(
    db: Database, call: str = "c1", caller: str = "13800138000", at: float = NOW
) -> str:
    record = OpenCall(call, at, caller, "", "", "12345")
    await db.recorder.write(record)
    return f"t-{call}"


async def change(store: work.TicketStore, ticket: str, decide: Any, now: float = NOW) -> Case:
    def do(connection: Any) -> Case:
        case = work.load(connection, [ticket])[ticket]
        return work.apply(connection, case, decide(case), "1001", now)

    return await store.run(do, LIMIT_S)


async def edit(store: work.TicketStore, ticket: str, now: float = NOW, **fields: Any) -> Case:
    return await change(store, ticket, lambda case: edited(case, fields), now)


async def events(db: Database) -> list[tuple[Any, ...]]:
    async with db.engine.connect() as connection:
        sql = "select kind, state, due_at from outbox order by seq"
        return [tuple(row) for row in await connection.execute(text(sql))]


async def payloads(db: Database) -> list[dict[str, Any]]:
    outbox = work._OUTBOX
    async with db.engine.connect() as connection:
        rows = await connection.execute(outbox.select().order_by(outbox.c.seq))
        return [dict(row._mapping["payload"]) for row in rows]


async def test_an_edit_is_told_and_journaled_and_counts_a_version(db: Database, store):
    ticket = await opened(db)
    found = await edit(store, ticket, matter_cause="路灯不亮", topic_tags=["路灯"])
    assert found.ticket["version"] == 1
    assert await db.column("select version from tickets") == [1]
    assert await events(db) == [
        ("ticket.created", "pending", NOW),
        ("ticket.updated", "pending", NOW + 10),
    ]
    told = (await payloads(db))[-1]
    assert (told["matter_cause"], told["topic_tags"], told["version"]) == ("路灯不亮", ["路灯"], 1)
    assert "audit" not in told
    assert "edited" not in told
    assert await db.column("select kind from journal where kind like 'ticket.%'") == [
        "ticket.edited"
    ]
    assert "路灯" not in str(await db.column("select data from journal"))


async def test_what_a_desk_saves_while_somebody_types_leaves_as_one_event(db: Database, store):
    ticket = await opened(db)
    for second in range(8):
        await edit(store, ticket, NOW + second, matter_course="路" * (second + 1))
    assert len(await events(db)) == 2
    assert (await payloads(db))[-1]["matter_course"] == "路" * 8
    # Another one begins when the first may be on its way.
    await edit(store, ticket, NOW + 9.5, matter_course="完")
    assert [event[2] for event in await events(db)] == [NOW, NOW + 10, NOW + 19.5]


async def test_an_edit_after_another_event_is_the_last_that_leaves(db: Database, store):
    ticket = await opened(db)
    await edit(store, ticket, NOW, matter_cause="路灯")
    await db.recorder.write(CloseCall("c1", NOW + 5, "answered"))
    await edit(store, ticket, NOW + 8, matter_cause="路灯不亮")
    kinds = [event[0] for event in await events(db)]
    assert kinds == ["ticket.created", "ticket.updated", "ticket.closed", "ticket.updated"]
    told = await payloads(db)
    assert [one.get("matter_cause") for one in told] == [None, "路灯", "路灯", "路灯不亮"]
    assert told[-1]["outcome"] == "answered"
    # The newest may still be brought up to date.
    await edit(store, ticket, NOW + 9, matter_cause="路灯全不亮")
    assert [one.get("matter_cause") for one in (await payloads(db))[1:]] == [
        "路灯",
        "路灯",
        "路灯全不亮",
    ]


async def test_an_event_that_was_tried_once_is_not_changed_any_more(db: Database, store):
    ticket = await opened(db)
    await edit(store, ticket, NOW, matter_cause="路灯")
    outbox = Outbox(db.engine)
    [first] = await outbox.due(NOW)
    await outbox.mark_sent([first.seq])
    # The receiver may have it, though its answer did not come: the same number is the same event.
    await outbox.put_back({first.seq + 1: "no answer"}, NOW + 60)
    await edit(store, ticket, NOW + 11, matter_cause="路灯不亮")
    assert [one.get("matter_cause") for one in (await payloads(db))[1:]] == ["路灯", "路灯不亮"]


async def test_what_a_call_adds_is_told_with_the_work_orders(db: Database, store):
    ticket = await opened(db)
    await edit(store, ticket, matter_cause="路灯不亮")
    await change(
        store, ticket, lambda case: dispatched(case, ["housing", "health"], "shandong_2020", CENTRE)
    )
    orders = (await payloads(db))[-1]["work_orders"]
    recording = [{"file": "a.wav", "duration_s": 9.0, "problem": None, "kind": "talk"}]
    await db.recorder.write(CloseCall("c1", NOW + 5, "answered"))
    await db.recorder.write(SaveTicket("c1", {"recording_ref": recording}))
    back = OpenCall("callback-7.1", NOW + 60, "138", "", "", "12345", ticket_id=ticket)
    await db.recorder.write(back)
    await db.recorder.write(CloseCall(back.call_id, NOW + 90, "answered", {"agent_id": "1002"}))
    told = (await payloads(db))[-3:]
    assert [event[0] for event in (await events(db))[-3:]] == [
        "ticket.closed", "ticket.updated", "ticket.updated",
    ]  # fmt: skip
    assert [one["work_orders"] for one in told] == [orders] * 3
    assert told[-1]["agent_id"] == "1002"


async def test_a_dispatch_does_not_wait_for_the_typing(db: Database, store):
    ticket = await opened(db)
    await edit(store, ticket, matter_cause="路灯不亮", case_type="求助")
    found = await change(
        store, ticket, lambda case: dispatched(case, ["housing", "health"], "shandong_2020", CENTRE)
    )
    assert [event[2] for event in await events(db)] == [NOW, NOW]
    told = (await payloads(db))[-1]
    assert [one["unit"] for one in told["work_orders"]] == ["housing", "health"]
    assert told["work_orders"][0]["state"] == "dispatched"
    first = found.orders[0].work_order_id
    found = await change(store, ticket, lambda case: stepped(case, first, Asked(Step.SIGN), CENTRE))
    assert await db.column("select signed_at from work_orders order by work_order_id") == [
        NOW,
        None,
    ]
    kinds = await db.column("select kind from journal where kind like 'ticket.%' order by seq")
    assert kinds == ["ticket.edited", "ticket.dispatched", "ticket.dispatched", "ticket.signed"]


async def test_a_call_does_not_overwrite_what_an_agent_filled_in(db: Database, store):
    ticket = await opened(db)
    said = {"urgency": "普通", "language": "en"}
    await db.recorder.write(SaveCall("c1", "queued", {}, said))
    await edit(store, ticket, urgency="急", case_type="投诉")
    await db.recorder.write(SaveCall("c1", "talking", {}, {**said, "agent_id": "1001"}))
    assert await db.column("select urgency from tickets") == ["急"]
    assert await db.column("select agent_id from tickets") == ["1001"]
    # Marked during the talk: the call says something new.
    await db.recorder.write(SaveCall("c1", "talking", {}, {**said, "urgency": "紧急"}))
    assert await db.column("select urgency from tickets") == ["紧急"]
    await edit(store, ticket, urgency="急")
    await db.recorder.write(CloseCall("c1", NOW + 60, "answered", {**said, "urgency": "紧急"}))
    assert await db.column("select urgency from tickets") == ["急"]
    assert (await payloads(db))[-1]["urgency"] == "急"
    assert (await payloads(db))[-1]["outcome"] == "answered"


async def test_edits_at_the_same_time_are_all_kept(db: Database, store):
    ticket = await opened(db)
    fields = ("matter_cause", "matter_course", "caller_name", "caller_address", "matter_address")
    await asyncio.gather(*(edit(store, ticket, **{name: name}) for name in fields))
    row = (await db.repo.ticket(ticket)).fields
    assert [row[name] for name in fields] == list(fields)
    assert row["version"] == len(fields)


async def test_another_channels_message_makes_the_same_skeleton_once(db: Database, store):
    await opened(db, at=NOW - 5)
    row = skeleton("wechat", "m-17", NOW, {"caller_number": "13800138000", "matter_cause": "噪音"})

    def do(connection: Any) -> tuple[Case, bool]:
        return work.take_in(connection, row, "hash", "intake", NOW)

    case, is_new = await store.run(do, LIMIT_S)
    assert is_new
    assert (case.ticket["channel"], case.ticket["call_id"]) == ("wechat", None)
    assert case.ticket["repeat_count_30d"] == 1
    again, is_new = await store.run(do, LIMIT_S)
    assert not is_new
    assert again.ticket["ticket_id"] == case.ticket["ticket_id"]
    assert work.is_same_message(again, "hash")
    assert not work.is_same_message(again, "another")
    assert [event[0] for event in await events(db)] == ["ticket.created", "ticket.created"]
    assert (await payloads(db))[-1]["repeat_count_30d"] == 1
    assert await db.column("select kind from journal where kind like 'ticket.%'") == [
        "ticket.taken_in"
    ]


async def test_a_number_that_called_before_is_counted_back_for_thirty_days(db: Database):
    day = 86400.0
    for number, at in enumerate((NOW - 31 * day, NOW - 29 * day, NOW - day, NOW)):
        await opened(db, f"c{number}", at=at)
    await opened(db, "other", "13900139000", NOW)
    await opened(db, "hidden1", "", NOW)
    await opened(db, "hidden2", "", NOW + 1)
    counts = await db.column("select repeat_count_30d from tickets order by ticket_id")
    assert counts == [None, 1, 2, 2, None, None, None]
    assert [one.get("repeat_count_30d") for one in await payloads(db)][:4] == [None, 1, 2, 2]


async def test_two_tickets_are_joined_in_one_step(db: Database, store):
    first, second = await opened(db, "c1", at=NOW - 9), await opened(db, "c2")

    def do(connection: Any) -> tuple[Case, Case]:
        cases = work.load(connection, [second, first])
        count = work.joined_count(connection, first)
        one, other = joined(cases[second], cases[first], count, CENTRE)  # type: ignore[misc]
        return (
            work.apply(connection, cases[second], one, "1001", NOW),
            work.apply(connection, cases[first], other, "1001", NOW),
        )

    done, _ = await store.run(do, LIMIT_S)
    assert (done.ticket["repeat_of"], done.ticket["closed_at"]) == (first, NOW)
    assert await store.run(lambda one: work.joined_count(one, first), LIMIT_S) == 1
    earlier = await store.run(lambda one: work.earlier_of(one, done.ticket, 86400.0), LIMIT_S)
    assert [row["ticket_id"] for row in earlier] == [first]


async def test_what_units_work_on_is_listed_with_what_is_due_first(db: Database, store):
    ticket = await opened(db)
    await edit(store, ticket, matter_cause="噪音")
    slow, fast = "guangdong_2022", "shandong_2020"
    await change(store, ticket, lambda case: dispatched(case, ["housing"], slow, CENTRE))
    await change(store, ticket, lambda case: dispatched(case, ["health"], fast, CENTRE))
    live = await store.run(lambda one: work.live_orders(one, None, 10), LIMIT_S)
    assert [order.unit for order in live] == ["health", "housing"]
    await change(
        store, ticket, lambda case: stepped(case, f"{ticket}.w2", Asked(Step.RETURN, "x"), CENTRE)
    )
    live = await store.run(lambda one: work.live_orders(one, None, 10), LIMIT_S)
    assert [order.unit for order in live] == ["housing"]
    assert await store.run(lambda one: work.find_order(one, f"{ticket}.w2"), LIMIT_S) == ticket
    assert await store.run(lambda one: work.ticket_of_call(one, "c1"), LIMIT_S) == ticket
