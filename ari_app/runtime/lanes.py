"""Commands in order: those of one call one after another, different calls side by side.

Starts a task for a lane that has something to do; an empty lane has none. Knows nothing of what a
command does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from ari_app.core.commands import LaneCommand, Tell, Write

_log = structlog.get_logger()


class Lanes:
    """The tasks belong to the given group, whose end ends them."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        execute: Callable[[LaneCommand], Awaitable[None]],
        tell: Callable[[Tell], None],
        note: Callable[[Write], Callable[[], Awaitable[None]]],
    ) -> None:
        """``note`` takes a record at once and returns how to wait until it is durable."""
        self._tasks = tasks
        self._execute = execute
        self._tell = tell
        self._note = note
        self._queues: dict[str, deque[Callable[[], Awaitable[None]]]] = {}

    @property
    def busy_count(self) -> int:
        """Lanes with work left."""
        return len(self._queues)

    def send(self, commands: Sequence[LaneCommand]) -> None:
        """Queue the commands. Messages to desks and records are handed over at once; only what
        must be durable holds up the commands behind it."""
        for command in commands:
            try:
                self._hand_over(command)
            except Exception:  # a bug in one command must not lose the others
                _log.exception("command.error", command=repr(command)[:500])

    def _hand_over(self, command: LaneCommand) -> None:
        match command:
            case Tell():
                self._tell(command)
            case Write():
                durable = self._note(command)
                if command.must_be_durable:
                    self._queue(command.lane, durable)
            case _:
                self._queue(command.lane, partial(self._execute, command))

    def _queue(self, lane: str, job: Callable[[], Awaitable[None]]) -> None:
        queue = self._queues.get(lane)
        if queue is not None:
            queue.append(job)
            return
        self._queues[lane] = deque([job])
        self._tasks.create_task(self._drain(lane))

    async def _drain(self, lane: str) -> None:
        queue = self._queues[lane]
        try:
            while queue:
                job = queue.popleft()
                try:
                    await job()
                except Exception:  # a bug in one command must not lose the rest of its call
                    _log.exception("command.error", command=repr(job)[:500])
        finally:
            del self._queues[lane]
