"""Fixtures: a fake Asterisk per test, one real Asterisk per run, and everything connected."""

from collections.abc import AsyncIterator, Iterator
from random import Random

import aiohttp
import pytest
import pytest_asyncio
from fake_asterisk import AUTHORIZATION, FakeAsterisk, running_fake
from real_asterisk import PASSWORD, USER, RealAsterisk, running_asterisk
from waiting import beside, eventually

from ari_app.ari import HttpTransport, WebSocketLanes, basic_authorization


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeAsterisk]:
    async with running_fake() as running:
        yield running


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest_asyncio.fixture
async def lanes(
    fake: FakeAsterisk, session: aiohttp.ClientSession
) -> AsyncIterator[WebSocketLanes]:
    made = WebSocketLanes(session, fake.base_url, "app", AUTHORIZATION, lanes=3, rng=Random(1))
    async with beside(made.run()):
        await eventually(lambda: made.open_count == 3)
        fake.requests.clear()  # what each lane asked to see that it is answered
        yield made


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAsterisk]:
    # The control socket's path may not be longer than 108 bytes: keep the folder's name short.
    with running_asterisk(tmp_path_factory.mktemp("ast")) as running:
        yield running


@pytest.fixture
def authorization() -> str:
    return basic_authorization(USER, PASSWORD)


@pytest_asyncio.fixture
async def real_lanes(
    asterisk: RealAsterisk, session: aiohttp.ClientSession, authorization: str
) -> AsyncIterator[WebSocketLanes]:
    made = WebSocketLanes(session, asterisk.base_url, "app", authorization, rng=Random(1))
    async with beside(made.run()):
        await eventually(lambda: made.open_count == 6)
        yield made


@pytest_asyncio.fixture
async def real_http(asterisk: RealAsterisk, authorization: str) -> AsyncIterator[HttpTransport]:
    made = HttpTransport(asterisk.base_url, authorization)
    async with beside(made.run()):
        yield made
