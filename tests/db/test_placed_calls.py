"""A call that we placed adds to the ticket of the call that it goes back to."""

import pytest

from ari_app.core.outbound.entry import Entry, EntryState, restored
from ari_app.core.records import CloseCall, OpenCall, SaveCall, SaveTicket
from ari_app.db.dial_rows import DialRows
from ari_app.db.outbox import Outbox
from tests.db.databases import NOW, Database

pytestmark = pytest.mark.asyncio

FIRST, BACK = "hotline-1.1", "callback-7.1"
TALK = [{"file": f"{BACK}.wav", "duration_s": 9.0, "problem": None, "kind": "talk"}]


async def called_back(db: Database) -> None:
    await db.recorder.write(OpenCall(FIRST, NOW, "138", "", "", "12345"))
    await db.recorder.write(CloseCall(FIRST, NOW + 5, "callback_promised", {"language": "en"}))
    opened = OpenCall(BACK, NOW + 60, "138", "", "", "12345", ticket_id=f"t-{FIRST}")
    await db.recorder.write(opened)
    await db.recorder.write(SaveCall(BACK, "talking", {}))
    fields = {"agent_id": "1001", "answered_at": NOW + 70, "callback_of": FIRST}
    await db.recorder.write(CloseCall(BACK, NOW + 90, "answered", fields))


async def test_there_is_one_ticket_with_what_both_calls_said(db: Database) -> None:
    await called_back(db)
    [ticket] = await db.repo.tickets()
    assert (ticket.outcome, ticket.language) == ("callback_promised", "en")
    assert (ticket.agent_id, ticket.fields["callback_of"]) == ("1001", FIRST)
    call = await db.repo.call(BACK)
    assert call is not None
    assert (call.outcome, call.ticket_id, call.snapshot) == ("answered", f"t-{FIRST}", None)


async def test_recordings_of_both_calls_stand_side_by_side(db: Database) -> None:
    message = [{"file": "m.wav", "duration_s": 3.0, "problem": None, "kind": "message"}]
    await called_back(db)
    await db.recorder.write(SaveTicket(FIRST, {"recording_ref": message}))
    for _ in range(2):
        await db.recorder.write(SaveTicket(BACK, {"recording_ref": TALK}))
    [ticket] = await db.repo.tickets()
    assert ticket.fields["recording_ref"] == [*message, *TALK]


async def test_the_receiver_is_told_that_the_ticket_changed_and_not_that_it_closed_again(
    db: Database,
) -> None:
    await called_back(db)
    outbox, kinds = Outbox(db.engine), []
    for _ in range(4):
        for row in await outbox.due(NOW + 100):
            kinds.append(row.kind)
            await outbox.mark_sent([row.seq])
    assert kinds == ["ticket.created", "ticket.closed", "ticket.updated"]


async def test_a_call_back_without_a_ticket_makes_one(db: Database) -> None:
    await db.recorder.write(OpenCall(BACK, NOW, "138", "", "", "12345"))
    await db.recorder.write(CloseCall(BACK, NOW + 5, "answered", {"agent_id": "1001"}))
    [ticket] = await db.repo.tickets()
    assert (ticket.ticket_id, ticket.outcome) == (f"t-{BACK}", "answered")


async def test_only_entries_that_are_not_over_are_found_at_a_start(db: Database) -> None:
    waits = Entry("callback-1", "callback", "t-1", "138", NOW, NOW + 9, needs=(("en", 2),))
    over = Entry("callback-2", "callback", "t-2", "139", NOW, None, EntryState.DONE)
    for entry in (waits, over):
        await db.recorder.write(entry.record())
    rows = DialRows(db.engine)
    assert [restored(row) for row in await rows.open_entries()] == [waits]
    assert len(await rows.entries(("callback",), 10)) == 2
