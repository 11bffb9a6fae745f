"""The agents' open screens: who is connected, and what is sent to whom in which order.

Decides that one agent has one desk (the newest), numbers each agent's messages, and cuts a desk
that does not read. Knows no rule of the telephony and never waits: ``tell`` only enqueues.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from ari_app.core.commands import Tell
from ari_app.core.records import Json
from ari_app.core.values import AgentId

REPLACED, SIGNED_OUT, NOT_SIGNED_IN, GOING_AWAY = 4001, 4002, 4401, 1001


@dataclass(frozen=True, slots=True)
class _Close:
    code: int
    reason: str


class Desk:
    """One connection: a bounded queue in front of one writer."""

    def __init__(
        self,
        agent: AgentId,
        socket: web.WebSocketResponse,
        cut: Callable[[], None],
        *,
        backlog_count: int,
        send_s: float,
    ) -> None:
        self.agent = agent
        self._socket = socket
        self._cut = cut
        self._send_s = send_s
        self._out: asyncio.Queue[str | _Close] = asyncio.Queue(backlog_count)
        self.is_closing = False

    def send(self, message: Mapping[str, Json]) -> None:
        self.send_text(json.dumps(message, ensure_ascii=True))

    def send_text(self, text: str) -> None:
        """A message that is JSON already, as many others get it too."""
        self._put(text)

    def close(self, code: int, reason: str) -> None:
        """Say why, then close. What is enqueued already still goes out before."""
        self.send({"type": "closed", "code": code, "message": reason})
        self._put(_Close(code, reason))
        self.is_closing = True

    async def write(self) -> None:
        """Runs as long as the connection; cuts it when the other side does not read."""
        try:
            while await self._write_next():
                pass
        except (ConnectionError, TimeoutError):
            self._cut()

    async def _write_next(self) -> bool:
        item = await self._out.get()
        async with asyncio.timeout(self._send_s):
            if isinstance(item, str):
                await self._socket.send_str(item)
                return True
            await self._socket.close(code=item.code, message=item.reason.encode())
        return False

    def _put(self, item: str | _Close) -> None:
        if self.is_closing:
            return
        try:
            self._out.put_nowait(item)
        except asyncio.QueueFull:
            # A desk that lags this far shows nothing true; it reconnects and is told anew.
            self.is_closing = True
            self._cut()


class Desks:
    """Every open desk, by its agent."""

    def __init__(self) -> None:
        self._open: dict[AgentId, Desk] = {}
        self._seq: Counter[AgentId] = Counter()

    def tell(self, message: Tell) -> None:
        self._seq[message.agent] += 1
        desk = self._open.get(message.agent)
        if desk is not None:
            desk.send({**message.data, "type": message.kind, "seq": self._seq[message.agent]})

    def seq(self, agent: AgentId) -> int:
        """The number of the last message to this agent, sent or not."""
        return self._seq[agent]

    def connected(self) -> frozenset[AgentId]:
        return frozenset(self._open)

    def attach(self, desk: Desk) -> None:
        """From now on this is the agent's desk; an older one is closed."""
        self.close(desk.agent, REPLACED, "您的工号已在另一处打开，本页面已断开。")
        self._open[desk.agent] = desk

    def detach(self, desk: Desk) -> bool:
        """True when the agent has no desk any more; False when a newer one took over."""
        if self._open.get(desk.agent) is not desk:
            return False
        del self._open[desk.agent]
        return True

    def close(self, agent: AgentId, code: int, reason: str) -> None:
        desk = self._open.get(agent)
        if desk is not None:
            desk.close(code, reason)

    def close_all(self) -> None:
        """At shutdown. Nobody is reported lost: the desks come back to the next start."""
        for desk in self._open.values():
            desk.close(GOING_AWAY, "服务正在重启，请稍候自动重连。")
        self._open.clear()
