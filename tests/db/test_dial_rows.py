"""What the dial list asks the database: whom to visit."""

import pytest
from sqlalchemy import update

from ari_app.core.records import OpenCall
from ari_app.db.dial_rows import DialRows
from ari_app.db.models import Ticket
from tests.db.databases import NOW, Database

pytestmark = pytest.mark.asyncio


async def closed(db: Database, call: str, **fields: object) -> None:
    await db.recorder.write(OpenCall(call, NOW, "13800138000", "", "", "12345"))
    known = {"closed_at": NOW + 60, **fields}
    async with db.engine.begin() as connection:
        chosen = update(Ticket).where(Ticket.ticket_id == f"t-{call}").values(known)
        await connection.execute(chosen)


async def test_nobody_is_visited_about_a_ticket_that_was_only_joined_to_another(db: Database):
    """Neither is the open one, nor one with a mark; digits that a tree asked for join nothing."""
    await closed(db, "first", closed_at=None)
    await closed(db, "joined", repeat_of="t-first")
    await closed(db, "marked", revisit_score=5)
    await closed(db, "typed", repeat_of="20261123")
    found = await DialRows(db.engine).closed_tickets(NOW, NOW + 3600, 10)
    assert [row["ticket_id"] for row in found] == ["t-typed"]
