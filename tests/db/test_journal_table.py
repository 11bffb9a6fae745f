"""The journal in the database: with the calls, once each, and never changed."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ari_app.core.journal_lines import Kind, line
from ari_app.core.records import CloseCall, OpenCall
from ari_app.db.schema import upgrade
from tests.db.databases import open_database

pytestmark = pytest.mark.asyncio
OPENED = OpenCall("hotline-1.1", 1000.0, "13800138000", "", "北京市", "12345")
CLOSED = CloseCall("hotline-1.1", 1060.0, "answered", {"who_hung_up": "caller"}, phase="talking")


@pytest.mark.parametrize(
    "change",
    ["UPDATE journal SET at = 0", "DELETE FROM journal", "DELETE FROM journal WHERE seq = 1"],
)
async def test_no_line_can_be_changed_or_deleted(url: str, tmp_path: Path, change: str) -> None:
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        await database.recorder.put(OPENED).written()
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.engine.begin() as connection:
                await connection.execute(text(change))
        assert await database.column("SELECT kind FROM journal") == ["call.arrived"]


async def test_a_call_is_in_the_journal_with_its_row_and_repeating_adds_nothing(
    url: str, tmp_path: Path
) -> None:
    await upgrade(url)
    queued = line(Kind.CALL_QUEUED, 1005.0, call="hotline-1.1", queue="general")
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        for record in (OPENED, queued, CLOSED, OPENED, queued, CLOSED):
            await database.recorder.put(record).written()
        kinds = await database.column("SELECT kind FROM journal ORDER BY at, seq")
        assert kinds == ["call.arrived", "call.queued", "call.ended"]


async def test_of_two_ends_the_one_that_the_call_has_is_journaled(url: str, tmp_path: Path) -> None:
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        await database.recorder.put(OPENED).written()
        await database.recorder.put(CLOSED).written()
        late = CloseCall("hotline-1.1", 1070.0, "abandoned_fallback")
        await database.recorder.put(late).written()
        assert await database.column("SELECT at FROM journal WHERE kind = 'call.ended'") == [1060.0]
        assert await database.column("SELECT outcome FROM calls") == ["answered"]
