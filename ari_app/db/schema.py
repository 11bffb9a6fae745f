"""Whether the database's schema is the one this program was written for, and how it gets there.

Knows alembic, no table. A service that starts brings an older schema up to date and refuses a
newer one. A step that fails leaves everything as it was and is no outage: it ends the start.

A new step, after changing the models, on a database that is up to date:
``python -c "import asyncio; from ari_app.db.schema import draft; asyncio.run(draft(URL, 'say'))"``
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.engine import async_url, open_engine, shown

_T = TypeVar("_T")

REMEDY = "Run: hotline db upgrade"


class SchemaError(Exception):
    """The schema cannot be brought to the wanted state; the text says why and what to do."""


async def upgrade(url: str, revision: str = "head", *, reach_s: float | None = None) -> None:
    """Bring the database to this program's schema; creates SQLite's file and folder.

    ``reach_s`` is how long the database may take to answer; the steps take as long as they take.
    Raises SQLAlchemyError or OSError when it is away, SchemaError when a step failed.
    """
    parsed = async_url(url)
    _make_folder(parsed)
    async with asyncio.timeout(reach_s):
        current = await _alembic(url, _revision)
    if current is not None and current not in _known():
        raise SchemaError(_newer_sentence(url, current))
    if revision == "head" and current == _scripts().get_current_head():
        return
    await _move(url, current, lambda config: command.upgrade(config, revision))


async def downgrade(url: str, revision: str) -> None:
    """Go back to an older schema; ``base`` drops every table."""
    current = await _alembic(url, _revision)
    await _move(url, current, lambda config: command.downgrade(config, revision))


async def _move(url: str, current: str | None, go: Callable[[Config], None]) -> None:
    """All steps or none. On SQLite some make a table anew that others refer to, so what its rows
    name is checked at the end only."""

    def work(connection: Connection) -> None:
        go(_config(connection))
        broken = _broken_references(connection)
        if broken:
            problem = f"rows of {', '.join(broken)} name rows that are not there"
            raise SchemaError(_failed_sentence(url, current, problem))

    try:
        await _alembic(url, work, keeps_references=False)
    except DBAPIError as error:
        if _is_away(error):
            raise
        raise SchemaError(_failed_sentence(url, current, _first_line(error))) from error


def _broken_references(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return sorted({str(row[0]) for row in rows})


def _is_away(error: DBAPIError) -> bool:
    """The connection is lost, or somebody else is writing: neither is the step's fault."""
    return error.connection_invalidated or "database is locked" in str(error.orig)


def _failed_sentence(url: str, current: str | None, problem: str) -> str:
    return (
        f"The database at {shown(url)} could not be changed from schema {current}: {problem}. "
        "It is as it was; mend that, or start the older program again"
    )


async def draft(url: str, message: str) -> None:
    """Write a new step from the difference between the models and this database."""
    number = f"{len(list(_scripts().walk_revisions())) + 1:04d}"
    await _alembic(
        url,
        lambda connection: command.revision(
            _config(connection), message, autogenerate=True, rev_id=number
        ),
    )


async def check_database(url: str) -> str | None:
    """None when the database can be used, else one sentence with what is wrong and what to do."""
    try:
        parsed = async_url(url)
    except (ValueError, SQLAlchemyError) as error:
        return f"database_url cannot be used: {error}"
    if _is_missing_file(parsed):
        return f"There is no database at {shown(url)}. {REMEDY}"
    try:
        current = await _alembic(url, _revision)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return (
            f"The database at {shown(url)} cannot be used: {_first_line(error)}. "
            "Start it, or correct database_url"
        )
    return _judge(url, current)


def _judge(url: str, current: str | None) -> str | None:
    head = _scripts().get_current_head()
    if current == head:
        return None
    if current is None:
        return f"The database at {shown(url)} has no tables yet. {REMEDY}"
    if current in _known():
        return f"The database at {shown(url)} is at schema {current}, expected {head}. {REMEDY}"
    return _newer_sentence(url, current)


def _make_folder(url: URL) -> None:
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)


def _is_missing_file(url: URL) -> bool:
    """Looking at SQLite by connecting would make an empty file."""
    return url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists()


def _newer_sentence(url: str, current: str) -> str:
    return (
        f"The database at {shown(url)} has schema {current}, made by a newer program; this one "
        f"knows up to {_scripts().get_current_head()}. Start the newer program, or restore a backup"
    )


async def _alembic(
    url: str, work: Callable[[Connection], _T], *, keeps_references: bool = True
) -> _T:
    engine: AsyncEngine = open_engine(url, keeps_references=keeps_references)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "ari_app.db:migrations")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    text = str(cause).strip() or type(cause).__name__
    return text.splitlines()[0].rstrip(".")
