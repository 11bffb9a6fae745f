"""The agents' desks: real sign-ins and WebSockets that note when a screen-pop arrives.

It must not know who calls or which phone rings.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping

import aiohttp

# Signing in costs the service a password hash each; more at once only queue up.
_SIGN_INS_AT_ONCE = 4
_TIMEOUT = aiohttp.ClientTimeout(total=30)


class Desks:
    def __init__(self, url: str) -> None:
        self.pops: list[tuple[str, float]] = []
        self._url = url
        self._client: aiohttp.ClientSession | None = None
        self._tokens: dict[str, str] = {}
        self._ready: frozenset[str] = frozenset()
        self._readers: list[asyncio.Task[None]] = []

    async def sign_in(self, passwords: Mapping[str, str]) -> None:
        """Everybody has a desk afterwards, nobody is ready."""
        # The default limit of 100 connections counts the sockets, too.
        self._client = aiohttp.ClientSession(
            self._url, connector=aiohttp.TCPConnector(limit=0), timeout=_TIMEOUT
        )
        slots = asyncio.Semaphore(_SIGN_INS_AT_ONCE)

        async def one(agent: str, password: str) -> None:
            async with slots:
                credentials = {"agent": agent, "password": password}
                answer = await self._post("sign-in", None, credentials)
                self._tokens[agent] = str(answer["token"])
                await self._open(agent)

        await asyncio.gather(*(one(*pair) for pair in passwords.items()))

    async def make_ready(self, agents: Iterable[str]) -> None:
        wanted = frozenset(agents)
        for agent in self._ready - wanted:
            await self._post("agent/not-ready", agent, {"reason": "小休"})
        for agent in sorted(wanted - self._ready):
            await self._post("agent/ready", agent, {})
        self._ready = wanted
        self.pops.clear()

    async def close(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    async def _post(
        self, path: str, agent: str | None, body: Mapping[str, object]
    ) -> Mapping[str, object]:
        assert self._client is not None, "sign_in() comes first"
        headers = {} if agent is None else {"Authorization": f"Bearer {self._tokens[agent]}"}
        async with self._client.post(
            f"/api/v1/{path}", json=body or None, headers=headers
        ) as answer:
            if answer.status >= 300:
                raise RuntimeError(f"{path} of {agent}: {answer.status} {await answer.text()}")
            loaded = await answer.json() if answer.content_length else {}
            return dict(loaded or {})

    async def _open(self, agent: str) -> None:
        assert self._client is not None, "sign_in() comes first"
        headers = {"Authorization": f"Bearer {self._tokens[agent]}"}
        socket = await self._client.ws_connect("/api/v1/desk", headers=headers)
        self._readers.append(asyncio.create_task(self._read(agent, socket)))

    async def _read(self, agent: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            at = time.time()
            if message.type is aiohttp.WSMsgType.TEXT and message.json().get("type") == "offer":
                self.pops.append((agent, at))
