import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from ari_app.db.engine import open_engine
from ari_app.db.models import Base
from ari_app.db.schema import SchemaError, check_database, downgrade, upgrade
from tests.db.databases import Server

pytestmark = pytest.mark.asyncio


async def on(url: str, work: object, *arguments: object) -> object:
    engine = open_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work, *arguments)  # type: ignore[arg-type]
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def set_revision(connection: Connection, revision: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})


async def test_the_migrations_lead_to_exactly_the_models(url: str) -> None:
    await upgrade(url)
    assert await on(url, differences) == []


async def test_the_schema_goes_down_to_nothing_and_up_again(url: str) -> None:
    await upgrade(url)
    await downgrade(url, "base")
    assert await on(url, tables) == {"alembic_version"}
    await upgrade(url)
    assert await check_database(url) is None


OLD_ROWS = (
    "INSERT INTO calls (call_id, arrived_at, caller, dialled, phase, source) "
    "VALUES ('c1', 1.0, '13800138000', '12345', 'ARRIVED', 'service')",
    "INSERT INTO tickets (ticket_id, call_id, arrived_at, caller_number) "
    "VALUES ('t-c1', 'c1', 1.0, '13800138000')",
    "INSERT INTO outbox (ticket_id, kind, payload, created_at, state, attempts, due_at) "
    "VALUES ('t-c1', 'ticket.created', '{}', 1.0, 'pending', 0, 1.0)",
)


def run_all(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(text(statement))


def kept(connection: Connection) -> tuple[object, ...]:
    chosen = text(
        "SELECT c.call_id, t.ticket_id, t.version, o.kind FROM calls c "
        "JOIN tickets t ON t.call_id = c.call_id JOIN outbox o ON o.ticket_id = t.ticket_id"
    )
    return tuple(connection.execute(chosen).one())


def revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def test_an_old_database_keeps_its_rows_up_and_down_again(url: str) -> None:
    """On SQLite the table of tickets is made anew while the outbox names its rows."""
    await upgrade(url, "0002")
    await on(url, run_all, OLD_ROWS)
    await upgrade(url)
    assert await on(url, kept) == ("c1", "t-c1", 0, "ticket.created")
    assert await check_database(url) is None
    assert await on(url, differences) == []
    await downgrade(url, "0002")
    assert await on(url, revision_of) == "0002"


async def test_a_step_that_fails_is_said_and_leaves_everything_as_it_was(url: str) -> None:
    await upgrade(url, "0002")
    await on(url, run_all, [*OLD_ROWS, "CREATE TABLE journal (seq INTEGER)"])
    before = await on(url, tables)
    with pytest.raises(SchemaError, match=r"from schema 0002: .*journal.*It is as it was"):
        await upgrade(url)
    assert await on(url, tables) == before
    assert await on(url, revision_of) == "0002"


async def test_a_row_that_names_one_that_is_not_there_stops_the_change(sqlite_url: str) -> None:
    await upgrade(sqlite_url, "0002")
    with contextlib.closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file, file:
        file.execute(OLD_ROWS[2])  # this connection keeps no references
    with pytest.raises(SchemaError, match="rows of outbox name rows that are not there"):
        await upgrade(sqlite_url)
    assert await on(sqlite_url, revision_of) == "0002"


async def test_a_database_that_somebody_writes_to_is_away_and_no_failed_change(
    sqlite_url: str,
) -> None:
    await upgrade(sqlite_url, "0002")
    path = sqlite_url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            await upgrade(sqlite_url)


async def test_upgrading_twice_changes_nothing(url: str) -> None:
    await upgrade(url)
    await upgrade(url)
    assert await check_database(url) is None


async def test_a_database_without_tables_is_named_with_the_remedy(url: str) -> None:
    problem = await check_database(url)
    assert problem is not None
    assert "hotline db upgrade" in problem


async def test_looking_at_a_missing_sqlite_file_does_not_create_it(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite3"
    assert "There is no database" in str(await check_database(f"sqlite:///{file}"))
    assert not file.exists()


async def test_a_newer_schema_is_refused_and_left_alone(url: str) -> None:
    await upgrade(url)
    await on(url, set_revision, "9999")
    assert "newer program" in str(await check_database(url))
    with pytest.raises(SchemaError, match="9999"):
        await upgrade(url)


async def test_a_damaged_sqlite_file_is_said_to_be_unusable(tmp_path: Path) -> None:
    file = tmp_path / "bad.sqlite3"
    file.write_bytes(b"this is no database" * 100)
    assert "not a database" in str(await check_database(f"sqlite:///{file}"))


async def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    problem = str(await check_database(f"postgresql://hotline:secret@/x?host={tmp_path}"))
    assert "cannot be used" in problem
    assert "Start it, or correct database_url" in problem
    assert "secret" not in problem


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "nonsense"], indirect=False)
async def test_an_address_that_cannot_work_says_what_to_write(url: str) -> None:
    assert "database_url" in str(await check_database(url))


@pytest.mark.postgres
async def test_a_killed_server_is_said_to_be_unusable(postgres: Server) -> None:
    url = postgres.new_database()
    await upgrade(url)
    postgres.kill()
    try:
        assert "cannot be used" in str(await check_database(url))
    finally:
        postgres.start()
    assert await check_database(url) is None
