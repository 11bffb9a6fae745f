"""Passes what desks are told on to Redis, for other programs to listen to. Optional.

Decides channels and what is dropped when Redis is away or slow. Never the truth, and never
waited for: the service only enqueues here.
"""

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import Mapping

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ari_app.core.commands import Tell
from ari_app.core.records import Json

log = structlog.get_logger(__name__)

EVENTS = "hotline:events"
TIMEOUT_S = 0.2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0


def desk_channel(agent: str) -> str:
    return f"hotline:desk:{agent}"


class Fanout:
    """``tell`` and ``publish`` enqueue; ``run`` sends until it is cancelled."""

    def __init__(self, url: str, *, backlog_count: int = 1000) -> None:
        self._url = url
        self._backlog: deque[tuple[str, str]] = deque(maxlen=backlog_count)
        self._has_some = asyncio.Event()
        self._seq: Counter[str] = Counter()
        self.is_up = False
        self.dropped_count = 0
        self._outage_is_known = False

    def tell(self, message: Tell) -> None:
        """A desk's message on the desk's channel; state changes also where everybody listens."""
        self._seq[message.agent] += 1
        told: dict[str, Json] = {**message.data, "seq": self._seq[message.agent]}
        self._put(desk_channel(message.agent), {**told, "type": message.kind})
        if message.kind == "state":
            self.publish("agent.state", {**told, "agent": message.agent})

    def publish(self, kind: str, data: Mapping[str, Json]) -> None:
        self._put(EVENTS, {**data, "type": kind})

    def _put(self, channel: str, body: Mapping[str, Json]) -> None:
        self.dropped_count += len(self._backlog) == self._backlog.maxlen
        self._backlog.append((channel, json.dumps(body)))
        self._has_some.set()

    async def run(self) -> None:
        """Send in order, come back by itself. One line when Redis goes, one when it is back."""
        async with _client(self._url) as redis:
            pause_s = _FIRST_PAUSE_S
            while True:
                try:
                    if not self.is_up:
                        await redis.ping()
                        self._came_up()
                    pause_s = _FIRST_PAUSE_S
                    await self._send_all(redis)
                except (RedisError, OSError, TimeoutError) as error:
                    self._went_away(error)
                    # With jitter: many services must not come back at the same moment.
                    await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
                    pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _send_all(self, redis: Redis) -> None:
        while True:
            while self._backlog:
                item = self._backlog[0]
                await redis.publish(*item)
                _stop_if_cancelled()
                # While it was sent the oldest may have been dropped already.
                if self._backlog and self._backlog[0] is item:
                    self._backlog.popleft()
            self._has_some.clear()
            await self._has_some.wait()

    def _came_up(self) -> None:
        log.info("redis.connected", dropped_count=self.dropped_count)
        self.is_up, self._outage_is_known, self.dropped_count = True, False, 0

    def _went_away(self, error: Exception) -> None:
        self.is_up = False
        if not self._outage_is_known:
            log.warning("redis.away", error=type(error).__name__)
            self._outage_is_known = True


def _stop_if_cancelled() -> None:
    # redis-py 8.1 may swallow a cancellation that meets a request under way (seen at shutdown).
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _client(url: str) -> Redis:
    # No retries inside the client: they would hide an outage and send twice.
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        socket_keepalive=True,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 0),
    )
