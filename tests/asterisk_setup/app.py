"""The smallest Stasis application: it takes calls and has a heartbeat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from ari_app.asterisk.process import ari_auth
from ari_app.settings import Settings

TRIES = 5
NEVER_STALE = 4e9
"""A heartbeat for an application that is well, however long a test takes."""


@dataclass
class App:
    settings: Settings
    http: aiohttp.ClientSession
    arrivals: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def beat(self, at: float) -> None:
        query = {"variable": "HOTLINE_HEARTBEAT", "value": str(int(at))}
        async with self.http.post("/ari/asterisk/variable", params=query) as answer:
            assert answer.status == 204

    async def channels_status(self) -> int:
        async with self.http.get("/ari/channels") as answer:
            await answer.read()
            return answer.status

    async def hang_up(self, channel_id: str) -> None:
        async with self.http.delete(f"/ari/channels/{channel_id}") as answer:
            assert answer.status in {204, 404}

    async def read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            event = json.loads(message.data)
            if event["type"] == "StasisStart":
                self.arrivals.put_nowait(event)


@asynccontextmanager
async def _heard(
    http: aiohttp.ClientSession, app: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A socket that hears what Asterisk tells the app: the end of the last test's may have taken
    the name from a new one (decision 57)."""
    for _ in range(TRIES):
        async with http.ws_connect(f"/ari/events?app={app}") as socket:
            async with http.post("/ari/events/user/probe", params={"application": app}) as answer:
                is_known = answer.status == 204
            if is_known:
                yield socket
                return
    raise AssertionError(f"Asterisk does not keep the name {app} for a socket of ours")


@asynccontextmanager
async def running_app(settings: Settings) -> AsyncIterator[App]:
    login = {"Authorization": aiohttp.encode_basic_auth(*ari_auth(settings))}
    async with (
        aiohttp.ClientSession(settings.ari_url, headers=login) as http,
        _heard(http, settings.ari_app) as socket,
        asyncio.TaskGroup() as tasks,
    ):
        app = App(settings, http)
        reader = tasks.create_task(app.read(socket))
        await app.beat(NEVER_STALE)
        yield app
        reader.cancel()
