"""The audit's chain: it grows in order, once a row, and shows whoever changed it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ari_app.core.records import Audited
from ari_app.db.audit import AuditReader, hash_of
from tests.db.databases import NOW, Database

pytestmark = pytest.mark.asyncio


def did(number: int, who: str = "2001", **data: object) -> Audited:
    what = "PUT /api/v1/wrap-up"
    return Audited(f"k{number}", NOW + number, who, "supervisor", what, "", "200", data)  # type: ignore[arg-type]


async def written(db: Database, *numbers: int) -> AuditReader:
    for number in numbers:
        await db.recorder.write(did(number, wrap_up_s=0.1 + number, note=f"班长 {number}"))
    await db.recorder.caught_up()  # a slow database: written, but not there yet
    return AuditReader(db.engine)


async def tampered(db: Database, statement: str) -> None:
    """As somebody does who may do everything with the database."""
    async with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            await connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            for verb in ("update", "delete"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS audit_refuses_{verb}"))
        await connection.execute(text(statement))


async def test_rows_are_numbered_without_a_gap_and_read_newest_first(db: Database) -> None:
    reader = await written(db, 1, 2, 3)
    rows = await reader.rows(2)
    assert [(row["seq"], row["key"]) for row in rows] == [(3, "k3"), (2, "k2")]
    assert rows[0]["previous"] == rows[1]["hash"] == hash_of(rows[1]["previous"], rows[1])
    assert [row["seq"] for row in await reader.rows(9, before=2)] == [1]
    assert await reader.rows(9, who="2002") == []
    found = await reader.verify()
    assert (found.count, found.head, found.faults) == (3, rows[0]["hash"], [])


async def test_a_row_that_is_written_twice_is_there_once(db: Database) -> None:
    reader = await written(db, 1, 2, 1, 3, 3)
    assert [row["key"] for row in await reader.rows(9)] == ["k3", "k2", "k1"]
    assert (await reader.verify()).faults == []


async def test_an_empty_audit_is_whole(db: Database) -> None:
    found = await AuditReader(db.engine).verify()
    assert (found.count, found.head, found.faults) == (0, "", [])


async def test_what_no_database_could_store_is_cleaned_before_it_is_hashed(db: Database) -> None:
    await db.recorder.write(did(1, "20\x0001\ud800", note="\ud800"))
    await db.recorder.caught_up()
    assert (await AuditReader(db.engine).verify()).faults == []


@pytest.mark.parametrize("change", ["UPDATE audit SET who = '1001'", "DELETE FROM audit"])
async def test_the_database_itself_refuses_to_change_a_row(db: Database, change: str) -> None:
    reader = await written(db, 1)
    with pytest.raises(DBAPIError, match="append-only"):
        async with db.engine.begin() as connection:
            await connection.execute(text(change))
    assert (await reader.verify()).count == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE audit SET who = '1001' WHERE seq = 2", "row 2 was changed"),
        ("UPDATE audit SET data = '{}' WHERE seq = 3", "row 3 was changed"),
        ("DELETE FROM audit WHERE seq = 2", "row 2 is missing"),
        ("DELETE FROM audit WHERE seq IN (2, 3)", "rows 2 to 3 are missing"),
        ("DELETE FROM audit WHERE seq > 2", "rows 3 to 4 are missing at the end"),
        ("DELETE FROM audit", "rows 1 to 4 are missing at the end"),
        ("DELETE FROM audit_head", "audit_head is missing"),
        ("UPDATE audit_head SET seq = 2", "row 4 is not the one"),
    ],
)
async def test_whoever_changes_or_removes_rows_is_found_out(
    db: Database, change: str, fault: str
) -> None:
    reader = await written(db, 1, 2, 3, 4)
    await tampered(db, change)
    (said,) = (await reader.verify()).faults
    assert fault in said


async def test_a_row_whose_hash_was_made_to_fit_breaks_the_one_after_it(db: Database) -> None:
    reader = await written(db, 1, 2, 3)
    row = next(row for row in await reader.rows(9) if row["seq"] == 2) | {"who": "1001"}
    forged = hash_of(row["previous"], row)
    await tampered(db, f"UPDATE audit SET who = '1001', hash = '{forged}' WHERE seq = 2")
    (said,) = (await reader.verify()).faults
    assert "row 3 does not follow row 2" in said
