"""Writing down what happens: the one writer, and what it does while the database is away.

Decides when a record counts as durable and in what order records reach the database. Knows no
SQL. Everything that waits goes into one transaction (group commit). Two modes:

* there: batches go to the database. A batch that fails or takes too long goes to the journal,
  because nobody knows whether it was committed; from then on the database is away.
* away: batches go to the journal only, while the replay feeds it to the database from its start.
  When the replay has caught up, the journal is emptied and the database is there again.

So nothing overtakes, and whatever is written twice is written in the same order twice.
"""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.core.records import Record
from ari_app.db.journal import Journal
from ari_app.db.statements import Statements
from ari_app.db.transactor import open_transactor

_log = structlog.get_logger()

_REPLAY_CHUNK = 500
_REPLAY_LIMIT_S = 15.0
_LONGEST_PAUSE_S = 5.0


async def back_off(attempt: int) -> None:
    """0.2 s, doubled with each attempt in vain, at most 5 s."""
    await asyncio.sleep(min(0.1 * 2 ** min(attempt, 10), _LONGEST_PAUSE_S))


class Batch:
    """What goes into one transaction."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.due_at = math.inf
        self.done = asyncio.Event()
        self.error: OSError | None = None

    async def written(self) -> None:
        """Return when all of it is in the database or the journal.

        OSError when neither took it: it is kept in memory and tried again, but a crash loses it.
        """
        await self.done.wait()
        if self.error is not None:
            raise self.error


class Recorder:
    """``run()`` must be running; ``write()`` returns when the record will not be lost any more."""

    def __init__(
        self,
        engine: AsyncEngine,
        journal_path: Path,
        clock: Callable[[], float],
        *,
        limit_s: float = 1.0,
        pause: Callable[[int], Awaitable[None]] = back_off,
    ) -> None:
        self._statements = Statements(engine.dialect.name)
        self._transactor = open_transactor(engine)
        self._journal = Journal(journal_path)
        self._clock, self._limit_s, self._pause = clock, limit_s, pause
        self._batch = Batch()
        self._unsaved: list[Record] = []  # neither database nor disk took them
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._mode = asyncio.Lock()  # who holds it may rely on there/away, and change it
        self._away, self._there = asyncio.Event(), asyncio.Event()
        self._closing, self._stopped = False, asyncio.Event()
        self._running = False
        self._stuck = False

    @property
    def is_away(self) -> bool:
        return self._away.is_set()

    @property
    def is_behind(self) -> bool:
        """The database may lack what was written here before: it is away, or nobody knows."""
        return not self._there.is_set() or self.waiting_count > 0

    @property
    def waiting_count(self) -> int:
        """Records that are safe but not in the database yet."""
        return self._journal.line_count + len(self._unsaved)

    @property
    def is_stuck(self) -> bool:
        """The last attempt to bring the journal into the database failed."""
        return self._stuck

    async def write(self, record: Record, *, linger_s: float = 0.0) -> None:
        """Return when the record is in the database or the journal; see ``Batch.written``."""
        await self.put(record, linger_s=linger_s).written()

    def put(self, record: Record, *, linger_s: float = 0.0) -> Batch:
        """Take the record, in the order of the calls, into the batch that is returned.

        Where nobody waits for the answer, ``linger_s`` (0.1, say) lets it go with the next batch:
        a transaction costs far more than a record in it.
        """
        if self._closing:
            raise RuntimeError("the recorder is closed; write before close()")
        batch = self._batch
        batch.records.append(record)
        due_at = asyncio.get_running_loop().time() + linger_s
        if due_at < batch.due_at:
            batch.due_at = due_at
            self._wake_at(due_at, at_once=not linger_s)
        return batch

    async def caught_up(self) -> None:
        """Return when the database holds everything that was written before."""
        await self._there.wait()

    async def run(self) -> None:
        """Write until ``close()``; what an earlier run left in the journal goes first."""
        self._running = True
        self._set_away(await asyncio.to_thread(self._journal.open))
        replay = asyncio.create_task(self._replay_forever())
        writer = asyncio.create_task(self._write_forever())
        try:
            done, _ = await asyncio.wait((replay, writer), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._closing = True  # a write from now on would wait for ever
            await _cancel(replay)
            await _cancel(writer)
            self._save_the_rest()
            await self._transactor.close()
            self._stopped.set()

    async def close(self) -> None:
        """Write what waits, then stop. With the database away that is the journal."""
        self._closing = True
        self._wake.set()
        if self._running:
            await self._stopped.wait()

    async def _write_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = self._batch
            if batch.records:
                await self._settle(batch)
            elif self._closing:
                return
            if self._closing:
                self._wake.set()

    async def _settle(self, batch: Batch) -> None:
        async with self._mode:
            self._batch = Batch()
            try:
                if self.is_away or not await self._reached_database(batch):
                    await self._to_journal(batch.records)
            except OSError as error:
                batch.error = error
            except asyncio.CancelledError:
                self._unsaved += batch.records
                self._save_the_rest()
                raise
            finally:
                batch.done.set()

    async def _reached_database(self, batch: Batch) -> bool:
        waited_s = max(asyncio.get_running_loop().time() - batch.due_at, 0.0)
        try:
            await self._store(batch.records, max(self._limit_s - waited_s, 0.1))
        except (SQLAlchemyError, OSError) as error:
            _log.error("database.away", problem=_first_line(error))
            self._set_away(True)
            return False
        return True

    async def _to_journal(self, records: list[Record]) -> None:
        """The disk may be full as well: then keep them, in order, for the next attempt."""
        lines = self._unsaved + records
        try:
            await asyncio.to_thread(self._journal.append, lines)
        except OSError as error:
            self._unsaved = lines
            _log.critical("journal.unwritable", problem=str(error), record_count=len(lines))
            raise
        self._unsaved = []

    async def _store(self, records: Sequence[Record], limit_s: float) -> None:
        now = self._clock()
        try:
            await self._transactor.run(
                lambda connection: self._statements.apply(connection, records, now), limit_s
            )
        except Exception as error:
            if not _is_our_fault(error):
                raise
            if len(records) == 1:
                await asyncio.to_thread(self._journal.reject, records[0], _first_line(error))
                return
            for record in records:
                await self._store([record], limit_s)

    async def _replay_forever(self) -> None:
        offset = attempt = 0
        while True:
            await self._away.wait()
            try:
                records, end = await asyncio.to_thread(self._journal.read, offset, _REPLAY_CHUNK)
                if records:
                    await self._store(records, _REPLAY_LIMIT_S)
                    offset = end
                elif await self._switch_back(end):
                    offset = 0
                attempt, self._stuck = 0, False
            except (SQLAlchemyError, OSError):
                attempt, self._stuck = attempt + 1, True
                await self._pause(attempt)

    async def _switch_back(self, end: int) -> bool:
        async with self._mode:
            if await asyncio.to_thread(self._journal.size) > end:
                return False
            if self._unsaved:
                await self._store(self._unsaved, _REPLAY_LIMIT_S)
                self._unsaved = []
            await asyncio.to_thread(self._journal.clear)
            self._set_away(False)
            _log.info("database.back")
            return True

    def _wake_at(self, due_at: float, *, at_once: bool) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at_once:
            self._wake.set()
        else:
            self._timer = asyncio.get_running_loop().call_at(due_at, self._wake.set)

    def _set_away(self, away: bool) -> None:
        (self._away if away else self._there).set()
        (self._there if away else self._away).clear()

    def _save_the_rest(self) -> None:
        """On cancellation: no await any more, so straight to the disk."""
        rest = self._unsaved + self._batch.records
        self._unsaved = []
        if rest:
            self._journal.append(rest)
        self._batch.done.set()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _is_our_fault(error: Exception) -> bool:
    """The record can never be stored, however often it is tried."""
    if isinstance(error, OSError):  # TimeoutError too
        return False
    if not isinstance(error, DBAPIError):
        # A value that could not be bound is wrapped; other SQLAlchemy errors are its pool's.
        return not isinstance(error, SQLAlchemyError) or isinstance(error.__cause__, ValueError)
    if isinstance(error, IntegrityError | DataError):
        return True
    return str(getattr(error.orig, "sqlstate", None) or "")[:2] in ("22", "23")


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    text = str(cause).strip() or type(cause).__name__
    return text.splitlines()[0]
