"""`python -m bench.watchers`: people in front of screens, in a process of their own.

Reads what is wanted as JSON from standard input: signs everybody in, opens their desks and the
boards, lets agents become ready and rest, and prints how long after each change its messages came.
The change's instant is the service's own word (`since`), on the same machine's clock. It must not
know how the service is started, nor judge.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp

_SIGN_INS_AT_ONCE = 4
_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True, slots=True)
class Watched:
    """``passwords`` of the agents; the supervisor opens ``boards`` boards."""

    url: str
    passwords: Mapping[str, str]
    boss: tuple[str, str]
    boards: int
    changes_a_second: float
    seconds: float

    def as_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(slots=True)
class Seen:
    """Seconds from a change to its message."""

    desks: list[float] = field(default_factory=list)
    boards: list[float] = field(default_factory=list)
    changes: int = 0


class Watchers:
    def __init__(self, watched: Watched, client: aiohttp.ClientSession) -> None:
        self._watched, self._client = watched, client
        self._tokens: dict[str, str] = {}
        self._readers: list[asyncio.Task[None]] = []
        self.seen = Seen()
        self._began = float("inf")

    async def open(self) -> None:
        slots = asyncio.Semaphore(_SIGN_INS_AT_ONCE)

        async def one(agent: str, password: str) -> None:
            async with slots:
                body = {"agent": agent, "password": password}
                self._tokens[agent] = (await self._post("sign-in", None, body))["token"]
                await self._listen("/api/v1/desk", agent, self._from_desk)

        await asyncio.gather(*(one(*pair) for pair in self._watched.passwords.items()))
        boss, password = self._watched.boss
        answer = await self._post("sign-in", None, {"agent": boss, "password": password})
        self._tokens[boss] = answer["token"]
        for _ in range(self._watched.boards):
            await self._listen("/api/v1/board", boss, self._from_board)

    async def change(self) -> None:
        """One agent after another becomes ready, and rests in the next round."""
        agents = sorted(self._watched.passwords)
        self._began = time.time()
        end, turn = time.monotonic() + self._watched.seconds, 0
        async with asyncio.TaskGroup() as tasks:
            while time.monotonic() < end:
                is_ready = (turn // len(agents)) % 2 == 0
                path, body = ("ready", {}) if is_ready else ("not-ready", {"reason": "小休"})
                agent = agents[turn % len(agents)]
                tasks.create_task(self._post(f"agent/{path}", agent, body))
                turn += 1
                await asyncio.sleep(1 / self._watched.changes_a_second)
        self.seen.changes = turn

    async def settle(self) -> None:
        """Until every board and desk was told of the last change, 10 s at most."""
        wanted = self.seen.changes
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                while len(self.seen.desks) < wanted:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.3)

    async def close(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    def _from_desk(self, body: dict[str, Any], at: float) -> None:
        if body["type"] == "state" and body["since"] >= self._began:
            self.seen.desks.append(at - body["since"])

    def _from_board(self, body: dict[str, Any], at: float) -> None:
        if body["type"] != "change":
            return
        rows = [row for row in body.get("agents", {}).values() if row]
        self.seen.boards += [at - r["since"] for r in rows if r["since"] >= self._began]

    async def _listen(self, path: str, agent: str, told: Any) -> None:
        socket = await self._client.ws_connect(path, headers=self._headers(agent), max_msg_size=0)

        async def read() -> None:
            async for message in socket:
                at = time.time()
                if message.type is aiohttp.WSMsgType.TEXT:
                    told(json.loads(message.data), at)

        self._readers.append(asyncio.create_task(read()))

    def _headers(self, agent: str | None) -> dict[str, str]:
        return {} if agent is None else {"Authorization": f"Bearer {self._tokens[agent]}"}

    async def _post(self, path: str, agent: str | None, body: Mapping[str, object]) -> Any:
        headers = self._headers(agent)
        async with self._client.post(f"/api/v1/{path}", json=body, headers=headers) as answer:
            if answer.status >= 300:
                raise RuntimeError(f"{path} of {agent}: {answer.status} {await answer.text()}")
            return await answer.json()


@contextlib.asynccontextmanager
async def _watchers(watched: Watched) -> AsyncIterator[Watchers]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(watched.url, connector=connector, timeout=_TIMEOUT) as client:
        made = Watchers(watched, client)
        try:
            yield made
        finally:
            await made.close()


async def watch(watched: Watched) -> Seen:
    async with _watchers(watched) as made:
        await made.open()
        print("open", flush=True)
        await made.change()
        await made.settle()
        return made.seen


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    watched = Watched(**{**asked, "boss": tuple(asked["boss"])})
    print(json.dumps(asdict(asyncio.run(watch(watched)))))


if __name__ == "__main__":
    main()
