"""Looking for calls on both databases: each wish alone, all together, page by page."""

from dataclasses import replace
from typing import Any

import pytest

from ari_app.core.journal_lines import Kind, line
from ari_app.core.records import CloseCall, OpenCall, SaveTicket
from ari_app.db.call_search import Looked, search
from ari_app.runtime.floor import CallBook
from ari_app.web.floor import CallQuery
from tests.db.databases import NOW, Database

pytestmark = pytest.mark.asyncio

REF = [{"file": "c1.wav", "kind": "talk", "duration_s": 4.0, "problem": None}]
GAPS = [{"from_s": 1.0, "to_s": 2.0, "by": "1001", "check": "silent"}]


async def day(db: Database) -> None:
    """c0 waited in vain, c1 was handed from 1001 to 1002, c2 goes on."""
    numbers = ("13800138000", "053288886666", "13900139000")
    for n, number in enumerate(numbers):
        dialled = "12345" if n else "12333"
        await db.recorder.write(OpenCall(f"c{n}", NOW + n, number, "", "", dialled))
        queue = "english" if n == 1 else "general"
        await db.recorder.write(line(Kind.CALL_QUEUED, NOW + n, call=f"c{n}", queue="general"))
        if queue != "general":
            await db.recorder.write(line(Kind.CALL_QUEUED, NOW + 5, call=f"c{n}", queue=queue))
    for at, agent in ((NOW + 6, "1001"), (NOW + 7, "1002"), (NOW + 8, "1001")):
        await db.recorder.write(line(Kind.CALL_CONNECTED, at, call="c1", agent=agent, tag=agent))
    await db.recorder.write(CloseCall("c0", NOW + 5, "abandoned_waiting", {"language": "zh_CN"}))
    closed = CloseCall("c1", NOW + 9, "answered", {"language": "en", "agent_id": "1002"})
    await db.recorder.write(closed)
    await db.recorder.write(SaveTicket("c1", {"recording_ref": REF, "recording_gaps": GAPS}))


async def ids(db: Database, **wanted: Any) -> list[str]:
    return [row["call_id"] for row in await search(db.engine, Looked(**wanted))]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["c2", "c1", "c0"]),
        ({"number": "13800138000"}, ["c0"]),
        ({"number": "+8613800138000"}, ["c0"]),
        ({"number": "9000"}, ["c2"]),
        ({"number": "1380013800"}, []),
        ({"ticket_id": "t-c1"}, ["c1"]),
        ({"call_id": "c2"}, ["c2"]),
        ({"agent": "1001"}, ["c1"]),
        ({"agent": "1002", "since": NOW}, ["c1"]),
        ({"agent": "1003"}, []),
        ({"queue": "general"}, ["c2", "c1", "c0"]),
        ({"queue": "english"}, ["c1"]),
        ({"outcome": "abandoned_waiting"}, ["c0"]),
        ({"dialled": "12333"}, ["c0"]),
        ({"language": "en"}, ["c1"]),
        ({"language": "zh_CN"}, ["c0"]),
        ({"language": "zh"}, []),
        ({"since": NOW + 1}, ["c2", "c1"]),
        ({"until": NOW + 1}, ["c0"]),
        ({"queue": "general", "language": "zh_CN", "until": NOW + 9}, ["c0"]),
        ({"limit": 1}, ["c2"]),
        ({"after": (NOW + 2, "c2")}, ["c1", "c0"]),
    ],
)
async def test_each_wish_finds_its_calls(
    db: Database, wanted: dict[str, Any], found: list[str]
) -> None:
    await day(db)
    assert await ids(db, **wanted) == found


async def test_calls_of_one_moment_are_paged_without_a_gap(db: Database) -> None:
    for n in range(5):
        await db.recorder.write(OpenCall(f"c{n}", NOW, "138", "", "", "12345"))
    looked, seen = Looked(limit=2), []
    while rows := await search(db.engine, looked):
        seen += [row["call_id"] for row in rows]
        looked = replace(looked, after=(rows[-1]["arrived_at"], rows[-1]["call_id"]))
    assert seen == ["c4", "c3", "c2", "c1", "c0"]


async def test_a_found_call_says_who_served_it_and_what_was_recorded(db: Database) -> None:
    await day(db)
    book = CallBook(db.engine)
    rows = await book.search(CallQuery(limit=2))
    assert [row["call_id"] for row in rows] == ["c2", "c1", "c0"]  # one more than asked for
    assert (rows[1]["agents"], rows[1]["queue"]) == (["1001", "1002"], "english")
    assert (rows[1]["recordings"], rows[1]["gaps"]) == (REF, GAPS)
    heard = await book.recorded("c1")
    assert heard is not None
    assert (heard.is_over, heard.agents, heard.files) == (True, ("1001", "1002"), ("c1.wav",))
    live = await book.recorded("c2")
    assert live is not None
    assert (live.is_over, live.files) == (False, ())
    assert await book.recorded("c9") is None
