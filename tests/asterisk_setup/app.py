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
async def running_app(settings: Settings) -> AsyncIterator[App]:
    login = {"Authorization": aiohttp.encode_basic_auth(*ari_auth(settings))}
    async with (
        aiohttp.ClientSession(settings.ari_url, headers=login) as http,
        http.ws_connect(f"/ari/events?app={settings.ari_app}") as socket,
        asyncio.TaskGroup() as tasks,
    ):
        app = App(settings, http)
        reader = tasks.create_task(app.read(socket))
        await app.beat(NEVER_STALE)
        yield app
        reader.cancel()
