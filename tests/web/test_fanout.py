"""What desks are told reaches Redis, and a Redis that is away, killed or stuck disturbs nobody."""

import asyncio
import json
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from redis.asyncio import Redis

from ari_app.core.commands import Tell
from ari_app.core.values import AgentId
from ari_app.fanout import EVENTS, Fanout, desk_channel
from tests.ports import free_tcp_port
from tests.web.conftest import until

pytestmark = pytest.mark.asyncio
WANG = AgentId("wang")


class Server:
    """A redis-server of this test's own: no disk, loopback, a port that stays its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_tcp_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        binary = shutil.which("redis-server")
        assert binary, "redis-server is missing; install it: apt-get install redis-server"
        self.process = await asyncio.create_subprocess_exec(
            binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", str(self._folder),
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(10):
            while not await self._answers():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    async def kill(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


class Listener:
    """Another program that listens on both kinds of channel."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, decode_responses=True)
        self._pubsub = self._redis.pubsub()
        self.heard: list[tuple[str, dict[str, object]]] = []

    async def __aenter__(self) -> "Listener":
        await self._pubsub.subscribe(EVENTS, desk_channel("wang"))
        for _ in range(2):
            await self._pubsub.get_message(timeout=5)
        self._task = asyncio.ensure_future(self._listen())
        return self

    async def _listen(self) -> None:
        async for message in self._pubsub.listen():
            if message["type"] == "message":
                self.heard.append((message["channel"], json.loads(message["data"])))

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._pubsub.aclose()
        await self._redis.aclose()


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    one = Server(tmp_path)
    yield one
    await one.kill()


@pytest_asyncio.fixture
async def fanout(server: Server) -> AsyncIterator[Fanout]:
    one = Fanout(server.url, backlog_count=100)
    task = asyncio.ensure_future(one.run())
    yield one
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def told(n: int) -> Tell:
    return Tell(WANG, "connected", {"call": f"c{n}"})


async def test_what_a_desk_is_told_and_each_state_is_published_in_order(
    server: Server, fanout: Fanout
) -> None:
    await server.start()
    async with Listener(server.url) as listener:
        fanout.tell(told(1))
        fanout.tell(Tell(WANG, "state", {"state": "ready"}))
        fanout.publish("call.queued", {"call": "c2", "queue": "general"})
        await until(lambda: len(listener.heard) == 4)
    assert listener.heard == [
        ("hotline:desk:wang", {"call": "c1", "seq": 1, "type": "connected"}),
        ("hotline:desk:wang", {"state": "ready", "seq": 2, "type": "state"}),
        (EVENTS, {"state": "ready", "seq": 2, "agent": "wang", "type": "agent.state"}),
        (EVENTS, {"call": "c2", "queue": "general", "type": "call.queued"}),
    ]


async def test_redis_absent_at_start_costs_nothing_and_one_line(
    server: Server, fanout: Fanout
) -> None:
    with structlog.testing.capture_logs() as logs:
        begun = time.thread_time()  # whoever else has the processor meanwhile does not count
        for n in range(1000):
            fanout.tell(told(n))
        assert time.thread_time() - begun < 0.2
        await until(lambda: logs)
        await asyncio.wait([asyncio.ensure_future(asyncio.Event().wait())], timeout=1)
        assert [line["event"] for line in logs] == ["redis.away"]
        await server.start()
        await until(lambda: fanout.is_up, limit_s=15)
    assert [line["event"] for line in logs] == ["redis.away", "redis.connected"]
    assert logs[1]["dropped_count"] == 900


async def test_a_killed_redis_is_found_again_and_the_newest_messages_arrive(
    server: Server, fanout: Fanout
) -> None:
    await server.start()
    fanout.tell(told(0))
    await until(lambda: fanout.is_up)
    await server.kill()
    for n in range(1, 301):
        fanout.tell(told(n))
    await until(lambda: not fanout.is_up)
    await server.start()
    async with Listener(server.url) as listener:
        await until(lambda: fanout.is_up, limit_s=15)
        fanout.tell(told(301))
        await until(lambda: listener.heard and listener.heard[-1][1]["call"] == "c301")
    calls = [body["call"] for _, body in listener.heard]
    assert calls == [f"c{n}" for n in range(302 - len(calls), 302)]


async def test_a_stuck_redis_keeps_nobody_waiting(server: Server, fanout: Fanout) -> None:
    await server.start()
    await until(lambda: fanout.is_up)
    server.send(signal.SIGSTOP)
    fanout.tell(told(1))
    await until(lambda: not fanout.is_up)
    server.send(signal.SIGCONT)
    await until(lambda: fanout.is_up, limit_s=15)
