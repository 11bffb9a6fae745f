"""The service under measurement: the real process with its default database, and its desks.

It decides how agents sign in and become ready. It must not know how calls are made or measured.
"""

import asyncio
import sys
import time
from collections.abc import Sequence

import aiohttp

from ari_app.passwords import load_passwords
from bench.child import Child
from bench.desks import Desks
from bench.pbx import SERVICE_NUMBERS, Site

_START_LIMIT_S = 180.0


class Service:
    name = "service"
    max_rate: float | None = None

    def __init__(self, site: Site) -> None:
        self.numbers = SERVICE_NUMBERS
        self._site = site
        settings = site.settings
        self._child = Child(
            (sys.executable, "-m", "ari_app", "serve"),
            site.env,
            settings.run_dir / "service.log",
        )
        self._desks = Desks(settings.web_url)

    @property
    def pid(self) -> int | None:
        return self._child.pid

    async def start_alone(self) -> None:
        """Without a desk."""
        await self._child.start()
        await self._wait_until_ready()

    async def start(self) -> None:
        await self.start_alone()
        everyone = [agent for group in self._site.agents.values() for agent in group]
        passwords = load_passwords(self._site.settings, everyone)
        await self._desks.sign_in({agent: passwords.agents[agent].api for agent in everyone})

    async def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        async with aiohttp.ClientSession() as client:
            while not await _is_ready(client, f"{self._site.settings.web_url}/readyz"):
                self._child.check()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"The service is not ready after {_START_LIMIT_S:.0f} s.")
                await asyncio.sleep(0.1)

    async def make_ready(self, *groups: str) -> None:
        agents = self._site.agents
        await self._desks.make_ready(one for group in groups for one in agents[group])

    def pops(self) -> Sequence[tuple[str, float]]:
        return self._desks.pops

    def check(self) -> None:
        self._child.check()

    async def stop(self) -> None:
        await self._desks.close()
        await self._child.stop()


async def _is_ready(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
