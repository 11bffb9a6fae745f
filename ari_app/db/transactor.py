"""Who runs a transaction, with a limit on how long anybody waits for it.

Knows no table. Each keeps one connection open for the one writer: no check-out, no test query.
A SQLite transaction runs whole in one thread, PostgreSQL's on the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ari_app.db.engine import open_writing_sqlite

T = TypeVar("T")
Work = Callable[[Connection], T]


class Transactor(Protocol):
    async def run(self, work: Work[T], limit_s: float) -> T:
        """Do the work and commit. After an error nobody knows whether it was committed."""
        ...

    async def close(self) -> None: ...


def open_transactor(engine: AsyncEngine) -> Transactor:
    if engine.dialect.name == "sqlite":
        return SqliteThread(open_writing_sqlite(engine), "sqlite-writer")
    return Remote(engine)


class SqliteThread:
    """One thread, so a transaction that was given up on still ends before the next begins."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._connection: Connection | None = None

    async def run(self, work: Work[T], limit_s: float) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)
        done, _ = await asyncio.wait((future,), timeout=limit_s)
        if not done:
            future.add_done_callback(_forget)
            raise TimeoutError(f"SQLite did not answer within {limit_s:.1f} s")
        return future.result()

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    def _run(self, work: Work[T]) -> T:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            with self._connection.begin():
                return work(self._connection)
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

    async def run(self, work: Work[T], limit_s: float) -> T:
        try:
            async with asyncio.timeout(limit_s):
                if self._connection is None:
                    self._connection = await self._engine.connect()
                async with self._connection.begin():
                    return await self._connection.run_sync(work)
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


def _forget(future: asyncio.Future[T]) -> None:
    if not future.cancelled():
        future.exception()
