"""Who is to be called, as a restart finds it while the journal is still to be replayed."""

import asyncio
from pathlib import Path

import pytest

from ari_app.core.events import EntriesRead
from ari_app.core.outbound.entry import Entry, EntryState
from ari_app.db.dial_rows import DialRows
from ari_app.db.journal import Journal
from ari_app.db.schema import upgrade
from ari_app.runtime.dialling import read_dial_list
from tests.db.databases import locked, open_database

pytestmark = pytest.mark.asyncio

OLD = Entry("callback-1", "callback", "t-1", "13800000000", 1.0, 2.0, queue="general")
NEW = Entry("callback-2", "callback", "t-2", "13900000000", 3.0, 4.0, queue="general")


async def test_the_dial_list_is_read_when_the_journal_is_in_the_database_and_not_before(
    tmp_path: Path,
):
    """In the outage one was called back and another was promised it: only the journal says so."""
    url, journal = f"sqlite:///{tmp_path / 'hotline.sqlite3'}", Journal(tmp_path / "journal.jsonl")
    await upgrade(url)
    async with open_database(url, tmp_path / "before.jsonl") as db:
        await db.recorder.write(OLD.record())
    done = Entry("callback-1", "callback", "t-1", "13800000000", 1.0, None, EntryState.DONE)
    journal.open()
    journal.append([done.record(), NEW.record()])
    read: list[EntriesRead] = []
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        rows = DialRows(db.engine)
        with locked(url):
            reading = asyncio.create_task(read_dial_list(rows, db.recorder, read.append))
            assert [row["entry_id"] for row in await rows.open_entries()] == ["callback-1"]
            assert not read
        await reading
    assert read == [EntriesRead((NEW,))]


async def test_a_database_that_goes_away_between_the_two_is_asked_again(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'hotline.sqlite3'}"
    read: list[EntriesRead] = []
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        reading = asyncio.create_task(read_dial_list(DialRows(db.engine), db.recorder, read.append))
        await db.recorder.caught_up()  # there are no tables yet
        await upgrade(url)
        await reading
    assert read == [EntriesRead(())]
