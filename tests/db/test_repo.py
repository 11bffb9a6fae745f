import pytest

from ari_app.core.records import CloseCall, OpenCall, SaveTicket
from ari_app.db.outbox import Outbox
from ari_app.db.rows import StoredSession
from tests.db.databases import NOW, Database

pytestmark = pytest.mark.asyncio


async def calls(db: Database, *callers: str) -> None:
    for number, caller in enumerate(callers):
        await db.recorder.write(OpenCall(f"c{number}", NOW + number, caller, "", "", "12345"))


async def test_a_number_finds_its_own_tickets_newest_first(db: Database) -> None:
    await calls(db, "138", "139", "138", "138", "")
    await db.recorder.write(SaveTicket("c2", {"closed_at": NOW + 9}))
    found = await db.repo.recent_tickets("138", NOW + 1)
    assert [(t.call_id, t.is_open) for t in found] == [("c3", True), ("c2", False)]
    found = await db.repo.recent_tickets("138", NOW, is_open=True)
    assert [t.call_id for t in found] == ["c3", "c0"]
    assert await db.repo.recent_tickets("", 0.0) == []


async def test_calls_and_tickets_are_listed_page_by_page(db: Database) -> None:
    await calls(db, "1", "2", "3")
    await db.recorder.write(CloseCall("c1", NOW + 5, "answered"))
    assert [c.call_id for c in await db.repo.calls(2)] == ["c2", "c1"]
    assert [c.call_id for c in await db.repo.calls(2, before=NOW + 1)] == ["c0"]
    assert [c.call_id for c in await db.repo.calls(outcome="answered")] == ["c1"]
    assert [t.call_id for t in await db.repo.tickets(1, before=NOW + 2)] == ["c1"]
    assert await db.repo.ticket("t-none") is None
    call = await db.repo.call("c1")
    assert call is not None
    assert call.ended_at == NOW + 5


async def test_a_session_lives_until_it_runs_out_or_is_deleted(db: Database) -> None:
    for name, until in (("a", NOW + 10), ("b", NOW + 20), ("c", NOW + 20)):
        await db.repo.add_session(StoredSession(name, "wang" if name != "c" else "li", until))
    assert await db.repo.session("a", NOW) == StoredSession("a", "wang", NOW + 10)
    assert await db.repo.session("a", NOW + 10) is None
    await db.repo.delete_expired_sessions(NOW + 15)
    assert await db.repo.session("a", NOW) is None
    await db.repo.delete_sessions_of("wang")
    assert await db.repo.session("b", NOW) is None
    await db.repo.delete_session("c")
    assert await db.repo.session("c", NOW) is None


async def test_rows_of_a_ticket_leave_in_order_and_a_failing_one_waits_and_dies(
    db: Database,
) -> None:
    await calls(db, "1", "2")
    await db.recorder.write(CloseCall("c0", NOW + 5, "answered"))
    outbox = Outbox(db.engine)
    now = NOW
    [first, other] = await outbox.due(now)
    assert (first.kind, other.ticket_id) == ("ticket.created", "t-c1")
    await outbox.mark_sent([other.seq])
    for attempt in range(1, 4):
        [row] = await outbox.due(now)
        assert row.attempts == attempt - 1
        is_final = attempt == 3
        assert await outbox.mark_failed(row, now, "HTTP 500", is_final=is_final) == is_final
        assert [r.seq for r in await outbox.due(now)] == ([row.seq + 2] if is_final else [])
        now += 2.0 ** (attempt - 1)
    counts = await db.repo.counts()
    assert (counts.outbox_dead_count, counts.outbox_pending_count) == (1, 1)
