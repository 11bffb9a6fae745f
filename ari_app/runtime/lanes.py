"""Commands in order: those of one call one after another, different calls side by side.

Starts a task for a lane that has something to do; an empty lane has none. Knows nothing of what a
command does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from ari_app.core.commands import LaneCommand, Tell

_log = structlog.get_logger()


class Lanes:
    """The tasks belong to the given group, whose end ends them."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        execute: Callable[[LaneCommand], Awaitable[None]],
        tell: Callable[[Tell], None],
    ) -> None:
        self._tasks = tasks
        self._execute = execute
        self._tell = tell
        self._queues: dict[str, deque[LaneCommand]] = {}

    @property
    def busy_count(self) -> int:
        """Lanes with work left."""
        return len(self._queues)

    def send(self, commands: Sequence[LaneCommand]) -> None:
        """Queue the commands; messages to desks go out at once."""
        for command in commands:
            if isinstance(command, Tell):
                self._tell(command)
                continue
            queue = self._queues.get(command.lane)
            if queue is not None:
                queue.append(command)
                continue
            self._queues[command.lane] = deque([command])
            self._tasks.create_task(self._drain(command.lane))

    async def _drain(self, lane: str) -> None:
        queue = self._queues[lane]
        try:
            while queue:
                command = queue.popleft()
                try:
                    await self._execute(command)
                except Exception:  # a bug in one command must not lose the rest of its call
                    _log.exception("command.error", command=repr(command)[:500])
        finally:
            del self._queues[lane]
