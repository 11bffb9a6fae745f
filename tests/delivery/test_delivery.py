"""From the outbox to the example receiver, for real: in order, at least once, kept once."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event, text

from ari_app.core.records import CloseCall, OpenCall, SaveTicket
from ari_app.db.outbox import MOST_ATTEMPTS, Outbox
from ari_app.db.schema import upgrade
from ari_app.delivery.signature import PREFIX, key_of
from ari_app.delivery.webhook import Answer, Event, Receiver, Verdict, Webhook, open_client
from ari_app.metrics import Metrics
from ari_app.runtime.clock import Clock
from ari_app.runtime.delivery import (
    IDLE_S,
    LONGEST_PAUSE_S,
    NO_OUTBOX_S,
    Delivery,
    Send,
)
from tests.db.conftest import db, postgres, sqlite_url, url  # noqa: F401
from tests.db.databases import NOW, Database, open_database
from tests.delivery.receiver import Program
from tests.runtime.fakes import HandClock

pytestmark = pytest.mark.asyncio

SECRET = PREFIX + base64.b64encode(bytes(32)).decode()


@pytest_asyncio.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path / "events.jsonl", SECRET)
    await program.start()
    yield program
    await program.kill()


async def some_tickets(db: Database, count: int) -> None:  # noqa: F811
    for number in range(count):
        call = f"c-{number}.1"
        await db.recorder.write(OpenCall(call, 1000.0 + number, "13800138000", "", "", "12345"))
        await db.recorder.write(CloseCall(call, 1060.0 + number, "answered"))
        await db.recorder.write(SaveTicket(call, {"case_type": "投诉"}))


def delivery(db: Database, clock: Clock | None = None) -> Delivery:  # noqa: F811
    return Delivery(Outbox(db.engine), None, clock or Clock(), Metrics())


async def some_rounds(one: Delivery, send: Send, clock: HandClock, count: int) -> list[float]:
    """The pauses between them, which pass at once."""
    pauses = []
    for _ in range(count):
        pauses.append(await one.round(send))
        clock.time += pauses[-1]
    return pauses


async def drained(one: Delivery, program: Program) -> None:
    async with open_client() as client:
        send = Webhook(client, Receiver(program.url, key_of(SECRET))).send
        while await one.round(send) != IDLE_S:
            assert one.component() == "ok"


ORDER = ["ticket.created", "ticket.closed", "ticket.updated"]


async def test_each_tickets_events_arrive_once_and_in_their_order(
    db: Database,  # noqa: F811
    receiver: Program,
) -> None:
    await some_tickets(db, 20)
    await drained(delivery(db), receiver)
    kept = receiver.kept()
    assert len(kept) == 60
    for number in range(20):
        assert [kind for ticket, kind in kept if ticket == f"t-c-{number}.1"] == ORDER


async def test_what_was_sent_but_not_ticked_off_is_sent_again_and_kept_once(
    db: Database,  # noqa: F811
    receiver: Program,
) -> None:
    await some_tickets(db, 1)
    one = delivery(db)

    class Killed(BaseException):
        pass

    async with open_client() as client:
        webhook = Webhook(client, Receiver(receiver.url, key_of(SECRET)))

        async def send_and_die(event: Event, now: float) -> Answer:
            assert (await webhook.send(event, now)).verdict is Verdict.TAKEN
            raise Killed

        with pytest.raises(BaseExceptionGroup):
            await one.round(send_and_die)
    assert receiver.kept() == [("t-c-0.1", "ticket.created")]
    await drained(one, receiver)
    assert [kind for _, kind in receiver.kept()] == ORDER


async def test_a_receiver_that_is_away_loses_nothing_and_is_asked_ever_more_seldom(
    db: Database,  # noqa: F811
    receiver: Program,
) -> None:
    await some_tickets(db, 3)
    clock = HandClock(NOW + 100)
    one = delivery(db, clock)
    await receiver.kill()
    async with open_client() as client:
        send = Webhook(client, Receiver(receiver.url, key_of(SECRET))).send
        pauses = await some_rounds(one, send, clock, 9)
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert "ConnectError" in one.component()
    await receiver.start()
    assert await db.column("select max(attempts) from outbox") == [0]
    clock.time = Clock().now()  # the receiver heeds when an event was signed
    async with open_client() as client:
        send = Webhook(client, Receiver(receiver.url, key_of(SECRET))).send
        while await one.round(send) != IDLE_S:
            pass
    assert one.component() == "ok"
    assert len(receiver.kept()) == 9
    shown = await one.shown(10)
    assert (shown["pending"], shown["dead"]) == (0, 0)


async def test_one_ticket_that_a_firewall_refuses_holds_up_nobody_and_is_given_up_at_last(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 3)
    clock = HandClock(NOW + 100)
    one, taken = delivery(db, clock), []

    async def send(event: Event, now: float) -> Answer:
        if event.event_id.startswith("t-c-0.1") and event.kind == ORDER[0]:
            return Answer(Verdict.AWAY, "HTTP 403")
        taken.append(event.event_id)
        return Answer(Verdict.TAKEN)

    await some_rounds(one, send, clock, 20)
    assert len(taken) == 6
    assert one.component() == "ok"
    [attempts] = await db.column("select max(attempts) from outbox")
    assert attempts > 1  # type: ignore[operator]
    async with db.engine.begin() as connection:
        almost = text("update outbox set attempts = :count, due_at = 0 where attempts > 0")
        await connection.execute(almost, {"count": MOST_ATTEMPTS - 1})
    await some_rounds(one, send, clock, 20)
    [dead] = (await one.shown(10))["dead_events"]  # type: ignore[misc]
    assert (dead["kind"], dead["problem"]) == (ORDER[0], "HTTP 403")  # type: ignore
    assert len(taken) == 8


async def test_a_refused_event_that_is_alone_lets_the_next_one_ask(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 1)
    clock = HandClock(NOW + 100)
    one, asked = delivery(db, clock), []

    async def send(event: Event, now: float) -> Answer:
        asked.append(event.event_id)
        is_refused = event.event_id.startswith("t-c-0.1")
        return Answer(Verdict.AWAY, "HTTP 403") if is_refused else Answer(Verdict.TAKEN)

    await some_rounds(one, send, clock, 9)
    assert one.component() == "HTTP 403"
    assert await db.column("select max(attempts) from outbox") == [0]
    await db.recorder.write(OpenCall("c-9.1", NOW, "138", "", "", "12345"))
    assert await one.round(send) == 0.0
    assert asked[-1].startswith("t-c-9.1")
    assert one.component() == "ok"


async def test_while_nothing_is_taken_nothing_is_counted_of_an_event_refused_before(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 2)
    clock = HandClock(NOW + 100)
    one, is_away = delivery(db, clock), False

    async def send(event: Event, now: float) -> Answer:
        is_refused = is_away or event.event_id.startswith("t-c-0.1")
        return Answer(Verdict.AWAY, "HTTP 403") if is_refused else Answer(Verdict.TAKEN)

    await some_rounds(one, send, clock, 20)
    counted = await db.column("select max(attempts) from outbox")
    assert counted > [1]
    is_away = True
    await db.recorder.write(OpenCall("c-9.1", NOW, "138", "", "", "12345"))
    await some_rounds(one, send, clock, 40)
    assert one.component() == "HTTP 403"
    assert await db.column("select max(attempts) from outbox") in (counted, [counted[0] + 1])  # type: ignore


async def test_an_event_that_brings_out_a_bug_ends_nothing_and_is_tried_again(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 2)
    one, taken = delivery(db), []

    async def send(event: Event, now: float) -> Answer:
        if event.event_id.startswith("t-c-0.1"):
            raise ValueError("a bug")
        taken.append(event.kind)
        return Answer(Verdict.TAKEN)

    while await one.round(send) != IDLE_S:
        pass
    assert taken == ORDER
    found = await db.column("select last_error from outbox where attempts = 1")
    assert found == ["could not be sent (ValueError)"]


async def test_an_outbox_that_cannot_be_read_ends_nothing(sqlite_url: str, tmp_path: Path) -> None:  # noqa: F811
    await upgrade(sqlite_url)

    class Over(Exception):
        pass

    async def pause(seconds: float) -> None:
        assert seconds == NO_OUTBOX_S
        raise Over

    async with open_database(sqlite_url, tmp_path / "journal.jsonl") as db:  # noqa: F811
        await some_tickets(db, 1)
        async with db.engine.begin() as connection:
            await connection.execute(text("update outbox set payload = '{'"))
        receiver = Receiver("http://127.0.0.1:9/", key_of(SECRET))
        one = Delivery(Outbox(db.engine), receiver, Clock(), Metrics(), pause=pause)
        with pytest.raises(Over):
            await one.run()


async def test_words_that_a_database_does_not_take_hold_up_nothing(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 1)
    one = delivery(db)
    for verdict in (Verdict.AWAY, Verdict.LATER):

        async def send(event: Event, now: float, verdict: Verdict = verdict) -> Answer:
            return Answer(verdict, "no\0")

        async with db.engine.begin() as connection:
            await connection.execute(text("update outbox set due_at = 0"))
        await one.round(send)
        [said] = await db.column("select last_error from outbox where last_error is not null")
        assert said == "no\ufffd"


async def test_a_refused_event_is_shown_to_people_and_the_tickets_later_ones_go_on(
    db: Database,  # noqa: F811
    receiver: Program,
) -> None:
    await some_tickets(db, 1)
    one = delivery(db)

    async def refuse(event: Event, now: float) -> Answer:
        return Answer(Verdict.REFUSED, "HTTP 422: no such category")

    await one.round(refuse)
    await drained(one, receiver)
    assert [kind for _, kind in receiver.kept()] == ORDER[1:]
    shown = await one.shown(10)
    [dead] = shown["dead_events"]  # type: ignore[misc]
    assert (dead["kind"], dead["problem"]) == (ORDER[0], "HTTP 422: no such category")  # type: ignore
    # The receiver has the newer state: the older one must not come after it.
    assert await one.retry(dead["number"]) == {"retried": 0, "superseded": 1}  # type: ignore
    await drained(one, receiver)
    assert [kind for _, kind in receiver.kept()] == ORDER[1:]
    assert (await one.shown(10))["dead"] == 0
    assert await one.retry(None) == {"retried": 0, "superseded": 0}


async def test_refused_events_that_nothing_superseded_are_sent_again_in_their_order(
    db: Database,  # noqa: F811
    receiver: Program,
) -> None:
    await some_tickets(db, 2)
    one = delivery(db)

    async def refuse(event: Event, now: float) -> Answer:
        is_first = event.event_id.startswith("t-c-0.1")
        is_refused = is_first or event.kind == ORDER[0]
        return Answer(Verdict.REFUSED, "HTTP 422") if is_refused else Answer(Verdict.TAKEN)

    while await one.round(refuse) != IDLE_S:
        pass
    assert await one.retry(None) == {"retried": 3, "superseded": 1}
    await drained(one, receiver)
    assert receiver.kept() == [("t-c-0.1", kind) for kind in ORDER]


async def test_a_refused_event_is_not_sent_again_while_a_later_one_waits(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 1)
    outbox, now = Outbox(db.engine), Clock().now()
    [first] = await outbox.due(now)
    await outbox.mark_failed(first, now, "HTTP 422", is_final=True)
    revived = await outbox.revive(first.seq, now)
    assert (revived.count, revived.superseded_count) == (0, 1)
    assert [row.kind for row in await outbox.due(now)] == [ORDER[1]]


async def test_an_event_that_only_fails_itself_holds_up_nobody_else_and_is_given_up_at_last(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 2)
    outbox, one = Outbox(db.engine), delivery(db)
    taken: list[str] = []

    async def send(event: Event, now: float) -> Answer:
        if event.event_id.startswith("t-c-0.1"):
            return Answer(Verdict.LATER, "HTTP 500")
        taken.append(event.kind)
        return Answer(Verdict.TAKEN)

    while await one.round(send) != IDLE_S:
        assert one.component() == "ok"
    assert taken == ORDER
    now, attempts = Clock().now(), 1
    while True:
        now += 301.0
        rows = await outbox.due(now)
        if not rows or rows[0].kind != ORDER[0]:
            break
        [row] = rows
        attempts += 1
        await outbox.mark_failed(row, now, "HTTP 500")
    assert attempts == MOST_ATTEMPTS


async def test_without_a_receiver_everything_is_kept(db: Database) -> None:  # noqa: F811
    await some_tickets(db, 1)
    one = delivery(db)
    await one.run()
    shown = await one.shown(10)
    assert (shown["has_receiver"], shown["pending"]) == (False, 3)


async def test_what_was_taken_long_ago_is_removed(db: Database) -> None:  # noqa: F811
    await some_tickets(db, 1)
    outbox = Outbox(db.engine)
    [row] = await outbox.due(Clock().now())
    await outbox.mark_sent([row.seq])
    assert await outbox.forget_settled(row.created_at) == 0
    assert await outbox.forget_settled(row.created_at + 1) == 1


async def test_what_superseded_a_refused_event_is_remembered_as_long_as_that_one(
    db: Database,  # noqa: F811
) -> None:
    await some_tickets(db, 1)
    outbox, now = Outbox(db.engine), Clock().now()
    [first] = await outbox.due(now)
    await outbox.mark_failed(first, now, "HTTP 422", is_final=True)
    [second] = await outbox.due(now)
    await outbox.mark_sent([second.seq])
    assert await outbox.forget_settled(now + 1) == 0
    assert (await outbox.revive(first.seq, now)).superseded_count == 1
    assert await outbox.forget_settled(now + 1) == 2


async def test_removing_is_done_once_an_hour_and_looks_at_old_rows_alone(
    db: Database,  # noqa: F811
) -> None:
    clock, removed = HandClock(), []

    @event.listens_for(db.engine.sync_engine, "before_cursor_execute")
    def seen(connection, cursor, statement, parameters, context, many):  # type: ignore[no-untyped-def]
        if statement.startswith("DELETE FROM outbox"):
            removed.append((clock.time, statement, parameters))

    class Over(Exception):
        pass

    async def pause(seconds: float) -> None:
        clock.time += seconds
        if clock.time > 1000.0 + 3 * 3600.0:
            raise Over

    one = Delivery(Outbox(db.engine), None, clock, Metrics(), pause=pause)
    with pytest.raises(Over):
        await one.watch()
    assert [at for at, _, _ in removed] == [1000.0 + hour * 3600.0 for hour in range(4)]
    if db.engine.dialect.name == "sqlite":  # the other plans by how much there is
        _, statement, parameters = removed[0]
        async with db.engine.connect() as connection:
            plan = await connection.exec_driver_sql(f"explain query plan {statement}", parameters)
            assert "ix_outbox_state_due_at (state=? AND due_at<?)" in plan.all()[0][3]
