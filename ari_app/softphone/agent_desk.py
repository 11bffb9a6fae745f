"""An agent's screen without a browser: signs in, sees pops, presses the desk's buttons.

Decides how the agents' API is used from outside. Knows the published words of that API only.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from ari_app.softphone.waiting import Bulletin, NotSeen


class DeskRefused(AssertionError):
    """The API said no; the text holds its code and its words."""


@dataclass(frozen=True, slots=True)
class DeskMessage:
    """What the desk socket told, and when it arrived (epoch seconds)."""

    at: float
    type: str
    body: dict[str, Any]


class AgentDesk:
    """``async with AgentDesk("http://127.0.0.1:8080", "1003", password) as desk``: signed in."""

    def __init__(self, web_url: str, agent_id: str, password: str) -> None:
        self.agent_id = agent_id
        self.messages: list[DeskMessage] = []
        self._url = f"{web_url}/api/v1"
        self._password = password
        self._bulletin = Bulletin()
        self._reader: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._token = ""

    async def __aenter__(self) -> "AgentDesk":
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        try:
            answer = await self.post(
                "sign-in", {"agent": self.agent_id, "password": self._password}
            )
            self._token = answer["token"]
            socket = await self._session.ws_connect(f"{self._url}/desk", headers=self._headers())
        except BaseException:
            await self._session.close()
            raise
        self._reader = asyncio.create_task(self._read(socket), name=f"desk {self.agent_id}")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async with socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    body = message.json()
                    self.messages.append(DeskMessage(time.time(), str(body.get("type")), body))
                    self._bulletin.post()

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """``GET /api/v1/<path>``."""
        return await self._ask("GET", path, None, query)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """``POST /api/v1/<path>``: sign-in, agent/ready, agent/not-ready, sign-out ..."""
        return await self._ask("POST", path, body, {})

    async def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, query: dict[str, str]
    ) -> dict[str, Any]:
        assert self._session is not None, "use the desk in an async with"
        async with self._session.request(
            method, f"{self._url}/{path}", json=body, params=query, headers=self._headers()
        ) as answer:
            told = await answer.json(content_type=None) if answer.status != 204 else {}
            if answer.status >= 400:
                raise DeskRefused(
                    f"{method} {path} for agent {self.agent_id}: {answer.status} "
                    f"{told.get('code')}: {told.get('detail')}"
                )
            return dict(told or {})

    async def wait(
        self, kind: str, within_s: float = 5.0, *, since: float = 0.0, **fields: object
    ) -> DeskMessage:
        """Wait for a message of this type with these fields, e.g. ``wait("offer")``."""

        def find() -> DeskMessage | None:
            for one in self.messages:
                fits = all(one.body.get(name) == value for name, value in fields.items())
                if one.type == kind and one.at >= since and fits:
                    return one
            return None

        def dead() -> str | None:
            done = self._reader is not None and self._reader.done()
            return f"the desk of {self.agent_id} was closed" if done else None

        try:
            return await self._bulletin.until(
                find, within_s=within_s, what=f"desk {self.agent_id}: {kind}", hopeless=dead
            )
        except NotSeen as missing:
            seen = ", ".join(one.type for one in self.messages[-12:]) or "nothing"
            raise NotSeen(f"{missing}; seen: {seen}") from None
