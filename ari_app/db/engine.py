"""How the database is opened: drivers, SQLite's settings, what a database is called in messages.

Knows no table. SQLite stands on one machine with one program: WAL lets readers go on while the
writer writes, and FULL keeps acknowledged tickets through a power cut (NORMAL may lose them).
"""

import json
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_CONNECT_TIMEOUT_S = 5
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000")


def async_url(url: str | URL) -> URL:
    """The address with the driver this program uses: ``sqlite:///x`` and ``postgresql://…`` do."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in _ASYNC_DRIVERS:
        raise ValueError(f"database_url names '{backend}'; use sqlite:///FILE or postgresql://…")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError("database_url names no file; use sqlite:///FILE, a ticket must outlive us")
    return parsed.set(drivername=_ASYNC_DRIVERS[backend])


def shown(url: str | URL) -> str:
    """The address without its password, for messages."""
    return async_url(url).render_as_string(hide_password=True)


def open_engine(
    url: str | URL, *, pool_size: int = 3, keeps_references: bool = True
) -> AsyncEngine:
    """A small pool; give the desk and the reports one of their own, so that neither waits.

    Without ``keeps_references`` SQLite lets a row go that others name, as a table made anew needs.
    """
    parsed = async_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_async_engine(parsed, json_serializer=to_json)
        _prepare_sqlite(engine.sync_engine, begin="BEGIN", keeps_references=keeps_references)
        return engine
    return create_async_engine(
        parsed,
        json_serializer=to_json,
        pool_size=pool_size,
        pool_pre_ping=True,
        connect_args={"timeout": _CONNECT_TIMEOUT_S},
    )


def open_writing_sqlite(engine: AsyncEngine) -> Engine:
    """The same file for a thread of its own: a whole transaction then costs one change of thread.

    ``BEGIN IMMEDIATE`` waits for the lock at the start, where nothing can be lost yet.
    """
    return _open_sqlite(engine, begin="BEGIN IMMEDIATE")


def open_reading_sqlite(engine: AsyncEngine) -> Engine:
    """The same file for a thread that reads beside the writer."""
    return _open_sqlite(engine, begin="BEGIN")


def _open_sqlite(engine: AsyncEngine, *, begin: str) -> Engine:
    url = engine.url.set(drivername="sqlite+pysqlite")
    opened = create_engine(url, json_serializer=to_json, poolclass=NullPool)
    _prepare_sqlite(opened, begin=begin)
    return opened


def to_json(value: Any) -> str:
    """Escaped to ASCII: whatever bytes a caller's name carried, the text can be stored."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _prepare_sqlite(engine: Engine, *, begin: str, keeps_references: bool = True) -> None:
    pragmas = (*_PRAGMAS, f"foreign_keys={'ON' if keeps_references else 'OFF'}")

    def on_connect(connection: Any, record: ConnectionPoolEntry) -> None:
        # The driver would otherwise open transactions by its own rules, and too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
