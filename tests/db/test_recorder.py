import asyncio
import math
import sqlite3
from pathlib import Path

import pytest

from ari_app.core.records import (
    Audited,
    CloseCall,
    Journaled,
    OpenCall,
    Record,
    SaveAgent,
    SaveCall,
    SaveDial,
    SaveOrder,
    SaveTicket,
)
from ari_app.db.journal import Journal, from_line, to_line
from ari_app.db.outbox import Outbox
from ari_app.db.recorder import Recorder
from ari_app.db.schema import upgrade
from tests.db.databases import NOW, Database, Server, open_database

pytestmark = pytest.mark.asyncio


def opened(call: str = "c1", caller: str = "13800138000") -> OpenCall:
    return OpenCall(call, NOW, caller, "", "北京市", "12345", tree_version="v1")


def saved(call: str = "c1", phase: str = "IN_FLOW", **ticket: object) -> SaveCall:
    return SaveCall(call, phase, {"phase": phase, "legs": ["a", "b"]}, ticket)  # type: ignore[arg-type]


def closed(call: str = "c1", outcome: str = "answered") -> CloseCall:
    return CloseCall(call, NOW + 60, outcome, {"who_hung_up": "caller"})


async def write_all(db: Database, *records: Record) -> None:
    for record in records:
        await db.recorder.write(record)


async def kinds(db: Database) -> list[object]:
    return await db.column("SELECT kind FROM outbox ORDER BY seq")


async def test_a_call_opens_with_its_ticket_and_its_message_in_one_transaction(
    db: Database,
) -> None:
    await db.recorder.write(opened())
    ticket = await db.repo.ticket("t-c1")
    assert ticket is not None
    assert ticket.fields["caller_region"] == "北京市"
    assert ticket.fields["tree_version"] == "v1"
    [call] = await db.repo.open_calls()
    assert (call.call_id, call.caller, call.dialled) == ("c1", "13800138000", "12345")
    [row] = await Outbox(db.engine).due(NOW)
    assert (row.kind, row.payload["ticket_id"]) == ("ticket.created", "t-c1")


async def test_opening_a_call_again_changes_nothing(db: Database) -> None:
    await write_all(db, opened(), opened(caller="another"), opened())
    assert (await db.repo.tickets())[0].caller_number == "13800138000"
    assert await kinds(db) == ["ticket.created"]


async def test_the_answer_to_commit_may_be_lost_anywhere_in_a_call(db: Database) -> None:
    whole = [opened(), saved(language="en"), closed(), SaveTicket("c1", {"survey_score": 5})]
    await write_all(db, *whole)
    await asyncio.gather(*(db.recorder.write(record) for record in whole))
    await write_all(db, *whole)
    counts = await db.repo.counts()
    assert (counts.call_count, counts.ticket_count, counts.open_call_count) == (1, 1, 0)
    assert await kinds(db) == ["ticket.created", "ticket.closed", "ticket.updated"]


async def test_a_saved_call_can_be_restored(db: Database) -> None:
    await write_all(db, opened(), saved(phase="QUEUED", language="en", ivr_path=["a", "b"]))
    [call] = await db.repo.open_calls()
    assert (call.phase, call.snapshot) == ("QUEUED", {"phase": "QUEUED", "legs": ["a", "b"]})
    ticket = (await db.repo.tickets())[0]
    assert (ticket.language, ticket.fields["ivr_path"]) == ("en", ["a", "b"])


async def test_the_outcome_is_set_once_and_the_message_has_the_whole_ticket(db: Database) -> None:
    await write_all(db, opened(), saved(language="en"), closed(), closed(outcome="failed"))
    await write_all(db, saved(phase="QUEUED", language="ja"))
    [call] = await db.repo.calls()
    assert (call.outcome, call.phase, call.snapshot) == ("answered", "ENDED", None)
    outbox = Outbox(db.engine)
    await outbox.mark_sent([row.seq for row in await outbox.due(NOW)])
    [row] = await outbox.due(NOW)
    assert row.kind == "ticket.closed"
    wanted = {
        "language": "en",
        "outcome": "answered",
        "who_hung_up": "caller",
        "ended_at": NOW + 60,
    }
    assert wanted.items() <= row.payload.items()
    assert (await db.repo.tickets())[0].language == "en"


async def test_the_end_keeps_what_the_tree_heard_and_what_a_callback_is_owed(
    db: Database,
) -> None:
    journal = [[0.0, "fact", "caller.is_vip", None], [3.2, "key", "1"], [4.0, "left"]]
    owed = {"callback_number": "13800138000", "callback_queue": "general", "survey_score": "5",
            "callback_needs": [["en", 3]], "callback_priority": 2,
            "callback_queued_at": NOW}  # fmt: skip
    end = CloseCall("c1", NOW + 60, "callback_promised", owed, journal)  # type: ignore[arg-type]
    await write_all(db, opened(), end)
    [call] = await db.repo.calls()
    assert call.ivr_journal == journal
    ticket = (await db.repo.tickets())[0].fields
    assert {name: ticket[name] for name in owed} == owed | {"survey_score": 5}


async def test_a_ticket_amended_twice_alike_is_told_once(db: Database) -> None:
    amend = SaveTicket("c1", {"disposition": "当场答复", "target_units": ["供电"]})
    await write_all(db, opened(), closed(), amend, amend)
    assert await kinds(db) == ["ticket.created", "ticket.closed", "ticket.updated"]


async def test_a_whole_call_in_one_batch_ends_as_if_written_one_by_one(db: Database) -> None:
    batch = [opened(), saved(language="en"), SaveTicket("c1", {"urgency": "急"}), closed()]
    await asyncio.gather(*(db.recorder.write(record) for record in batch))
    ticket = (await db.repo.tickets())[0]
    assert (ticket.language, ticket.fields["urgency"], ticket.outcome) == ("en", "急", "answered")
    assert await kinds(db) == ["ticket.created", "ticket.updated", "ticket.closed"]


async def test_an_agent_is_found_as_saved_last(db: Database) -> None:
    ready = SaveAgent("wang", "READY", "", NOW, None, None)
    talking = SaveAgent("wang", "TALKING", "", NOW + 5, NOW + 9, "c1", {"leg": "c1.leg2"})
    await asyncio.gather(*(db.recorder.write(record) for record in (ready, talking)))
    [agent] = await db.repo.agents()
    assert (agent.state, agent.until, agent.call_id) == ("TALKING", NOW + 9, "c1")
    assert agent.snapshot == {"leg": "c1.leg2"}


async def test_a_record_that_may_linger_goes_with_the_next_batch(db: Database) -> None:
    await db.recorder.write(opened())
    lingering = asyncio.create_task(db.recorder.write(saved(phase="QUEUED"), linger_s=60.0))
    await asyncio.sleep(0)
    await db.recorder.write(opened("c2"))
    await lingering
    assert {call.phase for call in await db.repo.open_calls()} == {"QUEUED", "ARRIVED"}


async def test_hostile_text_is_stored_and_a_wrong_field_does_not_cost_the_ticket(
    db: Database,
) -> None:
    hostile = OpenCall("c1", NOW, "1\x00'; DROP--" + "9" * 5000, "\ud800<b>", "", "1\x002")
    wrong = {"language": "en", "no_such": 1, "ivr_path": "text", "wait_s": math.nan, "agent_id": 3}
    await write_all(db, hostile, SaveCall("c1", "A\x00", {"name": "\x00\ud800"}, wrong), closed())  # type: ignore[arg-type]
    ticket = (await db.repo.tickets())[0]
    assert ticket.caller_number.startswith("1\ufffd'; DROP--")
    assert (ticket.language, ticket.fields["ivr_path"], ticket.fields["wait_s"]) == (
        "en",
        None,
        None,
    )
    assert not db.recorder.is_away


async def test_records_of_an_unknown_call_do_no_harm(db: Database) -> None:
    await write_all(db, saved("nobody"), closed("nobody"), SaveTicket("nobody", {"language": "en"}))
    assert (await db.repo.counts()).call_count == 0
    assert not db.recorder.is_away


async def test_a_record_that_can_never_be_stored_is_set_aside_and_others_go_on(
    db: Database, tmp_path: Path
) -> None:
    bad = SaveCall("c1", "X", {"figure": math.nan}, {})
    await asyncio.gather(*(db.recorder.write(record) for record in (opened(), bad, opened("c2"))))
    assert (await db.repo.counts()).ticket_count == 2
    assert "NaN" in (tmp_path / "journal.jsonl.rejected").read_text()
    assert not db.recorder.is_away


async def test_what_an_earlier_run_left_in_the_journal_is_replayed_at_the_start(
    url: str, tmp_path: Path
) -> None:
    await upgrade(url)
    journal = Journal(tmp_path / "journal.jsonl")
    journal.open()
    journal.append([opened()])
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'{"kind":"OpenCall","call_id":"torn')
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        await write_all(db, saved(phase="QUEUED"), closed())
        await db.recorder.caught_up()
        assert db.recorder.waiting_count == 0
        assert [(call.call_id, call.outcome) for call in await db.repo.calls()] == [
            ("c1", "answered")
        ]
    assert (tmp_path / "journal.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    "record",
    [
        opened(),
        saved(),
        closed(),
        SaveTicket("c1", {"language": "en"}),
        SaveAgent("1001", "ready", "", 5.0, None, None),
        Journaled("k", 5.0, "call.queued", "c1", data={"needs": []}),
        SaveDial("callback-1", "callback", "t-1", "waiting", 5.0),
        SaveOrder("surge", None),
        Audited("k", 5.0, "2001", "admin", "x", "y", "ok"),
    ],
    ids=lambda record: type(record).__name__,
)
async def test_every_record_comes_out_of_the_journal_as_it_went_in(
    record: Record, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.open()
    journal.append([record])
    assert journal.read(0, 10)[0] == [record]
    assert not journal.rejected_path.exists()


async def test_what_an_earlier_release_left_in_the_journal_is_read() -> None:
    record = opened()
    assert from_line(to_line(record).replace(b'"record":', b'"kind":', 1)) == record


async def test_cancelling_the_recorder_loses_nothing_that_waits(
    sqlite_url: str, tmp_path: Path
) -> None:
    await upgrade(sqlite_url)
    async with open_database(sqlite_url, tmp_path / "other.jsonl") as db:
        recorder = Recorder(db.engine, tmp_path / "journal.jsonl", lambda: NOW)
        running = asyncio.create_task(recorder.run())
        await recorder.write(opened())
        waiting = asyncio.create_task(recorder.write(closed(), linger_s=60.0))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await waiting
    async with open_database(sqlite_url, tmp_path / "journal.jsonl") as db:
        await db.recorder.caught_up()
        assert [call.outcome for call in await db.repo.calls()] == ["answered"]


async def test_a_locked_sqlite_delays_nobody_longer_than_a_second(
    sqlite_url: str, tmp_path: Path
) -> None:
    await upgrade(sqlite_url)
    async with open_database(sqlite_url, tmp_path / "journal.jsonl") as db:
        await db.recorder.write(opened("c0"))
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*(db.recorder.write(opened(f"c{n}")) for n in range(1, 20)))
        assert asyncio.get_running_loop().time() - started < 1.5
        assert db.recorder.is_away
        await db.recorder.write(closed("c1"))
        other.execute("ROLLBACK")
        other.close()
        async with asyncio.timeout(20):
            await db.recorder.caught_up()
        counts = await db.repo.counts()
        assert (counts.ticket_count, counts.open_call_count) == (20, 19)


async def test_with_the_disk_full_as_well_the_writer_is_told_and_nothing_is_lost(
    sqlite_url: str, tmp_path: Path
) -> None:
    await upgrade(sqlite_url)
    async with open_database(sqlite_url, tmp_path / "folder" / "journal.jsonl") as db:
        await db.recorder.write(opened("c0"))
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        journal = tmp_path / "folder" / "journal.jsonl"
        journal.unlink()
        journal.mkdir()  # a folder in its place cannot be written
        with pytest.raises(OSError, match="journal"):
            await db.recorder.write(opened("c1"))
        journal.rmdir()
        await db.recorder.write(closed("c1"))
        other.execute("ROLLBACK")
        other.close()
        async with asyncio.timeout(20):
            await db.recorder.caught_up()
        assert {(c.call_id, c.outcome) for c in await db.repo.calls()} == {
            ("c0", None),
            ("c1", "answered"),
        }


@pytest.mark.postgres
async def test_a_hundred_calls_while_the_server_is_dead_are_a_hundred_tickets(
    postgres: Server, tmp_path: Path
) -> None:
    url = postgres.new_database()
    await upgrade(url)
    back = asyncio.Event()
    async with open_database(
        url, tmp_path / "journal.jsonl", wait=lambda attempt: back.wait()
    ) as db:
        await db.recorder.write(opened("before"))
        postgres.kill()
        try:
            for n in range(100):
                await write_all(db, opened(f"c{n}"), saved(f"c{n}", language="en"), closed(f"c{n}"))
            assert db.recorder.waiting_count == 300
        finally:
            postgres.start()
        back.set()
        async with asyncio.timeout(20):
            await db.recorder.caught_up()
        await write_all(db, closed("before"), opened("after"))
        counts = await db.repo.counts()
        assert (counts.ticket_count, counts.call_count, counts.open_call_count) == (102, 102, 1)
        assert counts.outbox_pending_count == 203
        doubled = "SELECT ticket_id FROM outbox GROUP BY ticket_id, kind HAVING count(*) > 1"
        assert await db.column(doubled) == []


@pytest.mark.postgres
async def test_a_locked_table_sends_records_to_the_journal_within_a_second(
    postgres: Server, tmp_path: Path
) -> None:
    url = postgres.new_database()
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        async with db.engine.begin() as other:
            await other.exec_driver_sql("LOCK TABLE tickets")
            started = asyncio.get_running_loop().time()
            await write_all(db, opened("c1"), closed("c1"))
            assert asyncio.get_running_loop().time() - started < 1.5
        async with asyncio.timeout(20):
            await db.recorder.caught_up()
        assert [call.outcome for call in await db.repo.calls()] == ["answered"]


@pytest.mark.postgres
async def test_a_server_that_became_read_only_counts_as_away(
    postgres: Server, tmp_path: Path
) -> None:
    url = postgres.new_database()
    await upgrade(url)
    database = url.split("@/")[1].split("?")[0]
    async with open_database(url, tmp_path / "first.jsonl") as db, db.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"ALTER DATABASE {database} SET default_transaction_read_only = on"
        )
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        await db.recorder.write(opened("c1"))
        assert db.recorder.is_away
        async with db.engine.begin() as connection:
            await connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            await connection.exec_driver_sql(
                f"ALTER DATABASE {database} SET default_transaction_read_only = off"
            )
        async with asyncio.timeout(20):
            await db.recorder.caught_up()
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        assert (await db.repo.counts()).ticket_count == 1
