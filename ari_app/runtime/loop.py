"""The single writer: takes events from the inbox one by one and lets the engine decide.

Everything else posts events and carries out commands. Knows no Asterisk, database or web.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from ari_app.core.commands import LaneCommand, Refuse
from ari_app.core.engine import Engine
from ari_app.core.events import Event
from ari_app.runtime.clock import Clock

_log = structlog.get_logger()

STEPS_A_TURN = 100
"""Events handled before other tasks get their turn."""

STANDBY = Refuse("standby", "另一个服务实例正在运行，本实例处于待命状态，请改连主实例。")
STALLED_S = 0.5
READ_OUT_S = 0.1
"""Longer than ever between a deadline and its turn; and how long reading then may take."""

BROKEN = Refuse("internal_error", "系统内部错误，操作未完成；已记录，请稍后重试。")


class Loop:
    """``post`` events, ``ask`` for wishes that may be refused, ``run`` as a task."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        send: Callable[[Sequence[LaneCommand]], None],
        on_error: Callable[[], None],
    ) -> None:
        self.engine = engine
        self._clock = clock
        self._send = send
        self._on_error = on_error
        self._inbox: deque[tuple[Event, asyncio.Future[Refuse | None] | None]] = deque()
        self._wake = asyncio.Event()
        self._is_stopped = False

    def stop(self) -> None:
        """Decide nothing any more: somebody else does."""
        self._is_stopped = True
        self._wake.set()

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    @property
    def depth(self) -> int:
        """Events that wait to be handled."""
        return len(self._inbox)

    def post(self, event: Event) -> None:
        self._inbox.append((event, None))
        self._wake.set()

    async def ask(self, event: Event) -> Refuse | None:
        """Hand over a wish and wait for the decision; None when it was granted."""
        if self._is_stopped:
            return STANDBY
        answer: asyncio.Future[Refuse | None] = asyncio.get_running_loop().create_future()
        self._inbox.append((event, answer))
        self._wake.set()
        return await answer

    async def run(self) -> None:
        while not self._is_stopped:
            await self._something_to_do()
            await self._hear_out()
            for _ in range(min(len(self._inbox), STEPS_A_TURN)):
                event, answer = self._inbox.popleft()
                refused = self._step(event)
                if answer is not None and not answer.done():
                    answer.set_result(refused)
            # After the events: what was due may have happened in time.
            self._handle_time()
            await asyncio.sleep(0)
        for _, answer in self._inbox:
            if answer is not None and not answer.done():
                answer.set_result(STANDBY)

    async def _something_to_do(self) -> None:
        """Until an event is there or the engine's next deadline has come."""
        if self._inbox:
            return
        self._wake.clear()
        deadline = self.engine.next_deadline()
        delay_s = None if deadline is None else max(0.0, deadline - self._clock.now())
        timer = (
            None
            if delay_s is None
            else asyncio.get_running_loop().call_later(delay_s, self._wake.set)
        )
        try:
            await self._wake.wait()
        finally:
            if timer is not None:
                timer.cancel()

    async def _hear_out(self) -> None:
        """After a stall of this process the sockets hold what happened meanwhile: read it first."""
        deadline = self.engine.next_deadline()
        if deadline is not None and self._clock.now() - deadline > STALLED_S:
            await asyncio.sleep(READ_OUT_S)

    def _handle_time(self) -> None:
        deadline, now = self.engine.next_deadline(), self._clock.now()
        if deadline is None or deadline > now:
            return
        try:
            commands = self.engine.handle_timer(now)
        except Exception:
            self._broken("timer")
            return
        while self.engine.bugs:
            self._broken("timer", self.engine.bugs.pop())
        self._send([one for one in commands if not isinstance(one, Refuse)])

    def _step(self, event: Event) -> Refuse | None:
        # No await from here until the commands are in their lanes: two decisions about one
        # agent must never interleave.
        try:
            commands = self.engine.handle(event, self._clock.now())
        except Exception:
            self._broken(event)
            self.engine.failed(event)
            return BROKEN
        while self.engine.bugs:
            self._broken(event, self.engine.bugs.pop())
        self._send([one for one in commands if not isinstance(one, Refuse)])
        return next((one for one in commands if isinstance(one, Refuse)), None)

    def _broken(self, event: object, bug: Exception | None = None) -> None:
        """A bug. The caller's state before the step is kept; the call goes on or is swept."""
        _log.error("engine.error", step=repr(event)[:500], exc_info=bug or True)
        self._on_error()
