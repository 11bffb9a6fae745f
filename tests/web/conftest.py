"""One running API per test: real server, real sockets, fakes behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, TCPConnector
from aiohttp.test_utils import TestClient, TestServer

from ari_app.web import Desks, Trees, WebSettings, make_app
from tests.web.fakes import (
    HASHER,
    OPERATOR,
    PASSWORD,
    Clock,
    FakeAsk,
    FakeCredentials,
    FakeReads,
    FakeSessions,
    FakeTrees,
)


@dataclass
class Api:
    client: TestClient
    ask: FakeAsk = field(default_factory=FakeAsk)
    reads: FakeReads = field(default_factory=FakeReads)
    sessions: FakeSessions = field(default_factory=FakeSessions)
    trees: FakeTrees = field(default_factory=FakeTrees)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    desks: Desks = field(default_factory=Desks)
    clock: Clock = field(default_factory=Clock)

    async def sign_in(self, agent: str = "wang") -> str:
        answer = await self.post("sign-in", {"agent": agent, "password": PASSWORD})
        assert answer.status == 200, await answer.text()
        self.ask.asked.clear()
        return str((await answer.json())["token"])

    async def post(self, path: str, body: object = None, token: str = "") -> ClientResponse:
        return await self.call("POST", f"/api/v1/{path}", json=body, token=token)

    async def get(self, path: str, token: str = "") -> ClientResponse:
        return await self.call("GET", f"/api/v1/{path}", token=token)

    async def call(self, method: str, path: str, *, token: str = "", **more: object):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.client.request(method, path, headers=headers, **more)  # type: ignore


async def until(condition: Callable[[], object], limit_s: float = 20.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - any condition, with a bound
            await asyncio.sleep(0.005)


@pytest.fixture
def hello_s() -> float:
    """How long a desk's first message is waited for."""
    return 10.0


@pytest_asyncio.fixture
async def api(hello_s: float) -> AsyncIterator[Api]:
    one = Api(client=None)  # type: ignore[arg-type]
    settings = WebSettings(
        allowed_origins=frozenset({"https://desk.example.gov.cn"}),
        desk_hello_s=hello_s,
        desk_send_s=0.5,
        hasher=HASHER,
        operator_token=OPERATOR,
    )
    app = make_app(
        one.ask,
        one.reads,
        trees=Trees(one.trees, one.trees),
        credentials=one.credentials,
        sessions=one.sessions,
        desks=one.desks,
        now=one.clock,
        settings=settings,
    )
    connector = TCPConnector(limit=0)  # its usual 100 would hold back the crowds of some tests
    async with TestClient(TestServer(app), connector=connector) as one.client:
        yield one
