"""Who runs a transaction, with a limit on how long anybody waits for it.

Knows no table. Each keeps one connection open for the one writer: no check-out, no test query.
A SQLite transaction runs whole in one thread, PostgreSQL's on the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ari_app.db.engine import open_writing_sqlite

Work = Callable[[Connection], None]


class Transactor(Protocol):
    async def run(self, work: Work, limit_s: float) -> None:
        """Do the work and commit. After an error nobody knows whether it was committed."""
        ...

    async def close(self) -> None: ...


def open_transactor(engine: AsyncEngine) -> Transactor:
    return SqliteThread(engine) if engine.dialect.name == "sqlite" else Remote(engine)


class SqliteThread:
    """One thread, so a transaction that was given up on still ends before the next begins."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = open_writing_sqlite(engine)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._connection: Connection | None = None

    async def run(self, work: Work, limit_s: float) -> None:
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)
        done, _ = await asyncio.wait((future,), timeout=limit_s)
        if not done:
            future.add_done_callback(_forget)
            raise TimeoutError(f"SQLite did not commit within {limit_s:.1f} s")
        future.result()

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    def _run(self, work: Work) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            with self._connection.begin():
                work(self._connection)
        except BaseException:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Remote:
    """PostgreSQL. A connection that failed once is thrown away: its state is unknown."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def run(self, work: Work, limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                if self._connection is None:
                    self._connection = await self._engine.connect()
                async with self._connection.begin():
                    await self._connection.run_sync(work)
        except BaseException:
            await self._throw_away()
            raise

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _throw_away(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()


def _forget(future: asyncio.Future[None]) -> None:
    if not future.cancelled():
        future.exception()
