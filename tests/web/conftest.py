"""One running API per test: real server, real sockets, fakes behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, TCPConnector
from aiohttp.test_utils import TestClient, TestServer

from ari_app.runtime.floor import RecordingFiles
from ari_app.web import Desks, Editing, Trees, WebSettings, make_app
from ari_app.web.boards import Boards
from ari_app.web.floor import Floor
from tests.recordings.wavs import tone, write_wav
from tests.web.fakes import (
    CALL,
    HASHER,
    MACHINES,
    OPERATOR,
    PASSWORD,
    Clock,
    FakeAsk,
    FakeAudits,
    FakeCalls,
    FakeConfigurations,
    FakeCredentials,
    FakeDeliveries,
    FakeDials,
    FakePhones,
    FakePrompts,
    FakeReads,
    FakeReports,
    FakeSessions,
    FakeStudio,
    FakeTicketDesk,
    FakeTrees,
)


@dataclass
class Api:
    client: TestClient
    prompts: FakePrompts
    ask: FakeAsk = field(default_factory=FakeAsk)
    reads: FakeReads = field(default_factory=FakeReads)
    sessions: FakeSessions = field(default_factory=FakeSessions)
    audits: FakeAudits = field(default_factory=FakeAudits)
    trees: FakeTrees = field(default_factory=FakeTrees)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    reports: FakeReports = field(default_factory=FakeReports)
    studio: FakeStudio = field(default_factory=FakeStudio)
    tickets: FakeTicketDesk = field(default_factory=FakeTicketDesk)
    dials: FakeDials = field(default_factory=FakeDials)
    configurations: FakeConfigurations = field(default_factory=FakeConfigurations)
    phones: FakePhones = field(default_factory=FakePhones)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    calls: FakeCalls = field(default_factory=FakeCalls)
    boards: Boards = None  # type: ignore[assignment]
    watched: list[bool] = field(default_factory=list)
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
        headers = {**more.pop("headers", {})}  # type: ignore[dict-item]
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        return await self.client.request(method, path, headers=headers, **more)  # type: ignore


async def until(condition: Callable[[], object], limit_s: float = 20.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - any condition, with a bound
            await asyncio.sleep(0.005)


@pytest.fixture
def hello_s() -> float:
    """How long a desk's first message is waited for."""
    return 10.0


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """What a test sets up otherwise."""
    return {}


@pytest.fixture
def board_quiet_s() -> float:
    """After how long a board is told that it is still connected."""
    return 60.0


@pytest_asyncio.fixture
async def api(
    hello_s: float, board_quiet_s: float, more_settings: dict[str, Any], tmp_path: Path
) -> AsyncIterator[Api]:
    one = Api(client=None, prompts=FakePrompts(tmp_path / "uploads"))  # type: ignore[arg-type]
    one.prompts.folder.mkdir()
    write_wav(tmp_path / f"{CALL}.wav", tone(0.5), channels=2)
    one.boards = Boards(
        one.ask.board, one.clock,
        watched=one.watched.append, frame_s=0.01, quiet_s=board_quiet_s,
    )  # fmt: skip
    settings = WebSettings(
        allowed_origins=frozenset({"https://desk.example.gov.cn"}),
        desk_hello_s=hello_s,
        desk_send_s=0.5,
        hasher=HASHER,
        operator_token=OPERATOR,
        machine_tokens=MACHINES,
        **more_settings,
    )
    app = make_app(
        one.ask,
        one.reads,
        trees=Trees(one.trees, one.trees),
        audits=one.audits,
        deliveries=one.deliveries,
        reports=one.reports,
        studio=one.studio,
        tickets=one.tickets,
        dials=one.dials,
        floor=Floor(one.boards, one.calls, RecordingFiles(tmp_path)),
        editing=Editing(one.configurations, one.prompts),
        phones=one.phones,
        credentials=one.credentials,
        sessions=one.sessions,
        desks=one.desks,
        now=one.clock,
        settings=settings,
    )
    connector = TCPConnector(limit=0)  # its usual 100 would hold back the crowds of some tests
    async with TestClient(TestServer(app), connector=connector) as one.client:
        yield one
