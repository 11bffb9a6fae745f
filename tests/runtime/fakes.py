"""Small stand-ins for what surrounds the runtime: a clock, Asterisk's answers, the event log."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from ari_app.ari.operations import Operation
from ari_app.ari.protocol import Response
from ari_app.runtime.clock import Clock


class HandClock(Clock):
    """A clock that somebody turns."""

    def __init__(self, now: float = 1000.0) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.time


class FakeTransport:
    """Answers each operation with what was put into ``answers``, else 204; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def request(
        self, operation: Operation, args: Mapping[str, object], *, key: str, limit_s: float = 2.0
    ) -> Response:
        self.asked.append((operation.name, args))
        status, body = self.answers.get(operation.name, (204, None))
        return Response("1", status, "" if body is None else json.dumps(body))

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]


async def eventually(condition: Callable[[], object], within_s: float = 30.0) -> None:
    """Return as soon as the condition holds; fail after the time."""
    try:
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"did not come true within {within_s:g} s") from None
