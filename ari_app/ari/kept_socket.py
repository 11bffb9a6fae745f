"""One WebSocket to Asterisk that is kept up: connects again, pings, and reads.

Decides when a connection counts as dead and when to try again. Knows nothing of what the frames
say: its owner is told.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

import aiohttp

_log = logging.getLogger(__name__)
_MAX_FRAME_BYTES = 16 * 1024 * 1024
# After a stall of our own loop the waiting frames are read first, then silence is judged.
_LOOP_GRACE_S = 0.02
_STABLE_S = 2.0  # a connection that lived shorter does not reset the back-off


class SocketOwner(Protocol):
    """Who uses a KeptSocket. None of these may raise."""

    def socket_connecting(self) -> None:
        """An attempt begins."""

    async def socket_opened(self) -> None:
        """Runs beside the reading, which it must not outlive: cancelled when the socket is lost."""

    def socket_text(self, text: str) -> None:
        """A text frame came."""

    def socket_lost(self, reason: str) -> None:
        """The connection, or the attempt, is over."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: between pings, of silence until the peer counts as dead, and between attempts."""

    ping_s: float
    dead_s: float
    connect_s: float = 4.0
    first_retry_s: float = 0.1
    last_retry_s: float = 2.0
    refused_retry_s: float = 1.0  # a wrong password: do not fill Asterisk's log


class KeptSocket:
    """``run`` it as a task; ``send`` frames while ``is_open``."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        authorization: str,
        *,
        owner: SocketOwner,
        patience: Patience,
        rng: Random,
    ) -> None:
        self._session, self._url = session, url
        self._headers = {"Authorization": authorization}
        self._owner, self._patience, self._rng = owner, patience, rng
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._stopped = False
        self._refused = False
        self._heard_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether frames can be sent."""
        return self._socket is not None

    async def send(self, frame: bytes) -> None:
        """Send a text frame; frames leave in the order of the calls. Raises ConnectionError."""
        if self._socket is None:
            raise ConnectionError("not connected")
        await self._socket.send_frame(frame, aiohttp.WSMsgType.TEXT)

    async def drop(self, reason: str) -> None:
        """End the present connection, as if it had been lost: the next attempt follows."""
        if self._socket is not None:
            _log.warning("ari.socket_dropped url=%s reason=%s", self._url, reason)
            await self._socket.close()  # ends the reader

    def stop(self) -> None:
        """No further attempt once the present connection is over."""
        self._stopped = True

    async def run(self) -> None:
        """Connect, read, connect again, until stopped or cancelled."""
        attempt, clock = 0, asyncio.get_running_loop().time
        while not self._stopped:
            began = clock()
            self._owner.socket_connecting()
            reason = await self._connect_and_read()
            self._owner.socket_lost(reason)
            if self._stopped:
                return
            attempt = 0 if clock() - began > _STABLE_S else attempt + 1
            _log.info("ari.socket_lost url=%s reason=%s attempt=%d", self._url, reason, attempt)
            await asyncio.sleep(self._delay(attempt))

    def _delay(self, attempt: int) -> float:
        patience = self._patience
        # Full jitter: many clients of an Asterisk that restarts must not come back in step.
        highest = min(patience.last_retry_s, patience.first_retry_s * 2.0 ** min(attempt, 16))
        delay = self._rng.uniform(0.0, highest)
        return delay + patience.refused_retry_s if self._refused else delay

    async def _connect_and_read(self) -> str:
        self._refused = False
        try:
            async with asyncio.timeout(self._patience.connect_s):
                socket = await self._session.ws_connect(
                    self._url,
                    headers=self._headers,
                    autoping=False,
                    max_msg_size=_MAX_FRAME_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=0.5),
                )
        except aiohttp.WSServerHandshakeError as error:
            self._refused = error.status in (401, 403)
            return f"refused with status {error.status}"
        except TimeoutError:
            return f"no connection within {self._patience.connect_s:g} s"
        except (aiohttp.ClientError, OSError) as error:
            return f"no connection: {error}"
        return await self._use(socket)

    async def _use(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        self._socket = socket
        self._heard_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(self._owner.socket_opened()),
                    group.create_task(self._ping(socket)),
                ]
                reason = await self._read(socket)
                for task in beside:
                    task.cancel()
        finally:
            self._socket = None
            await socket.close()
        return reason

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        clock: Callable[[], float] = asyncio.get_running_loop().time
        text, ping, pong = aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG
        while not self._stopped:
            message = await socket.receive()
            self._heard_at = clock()
            if message.type is text:
                self._owner.socket_text(message.data)
            elif message.type is ping:
                await socket.pong(message.data)
            elif message.type not in (pong, aiohttp.WSMsgType.BINARY):
                return f"closed ({message.type.name.lower()}, code {socket.close_code})"
        return "stopped"

    async def _ping(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        patience, clock = self._patience, asyncio.get_running_loop().time
        next_ping = clock()
        while (left := self._heard_at + patience.dead_s - clock()) > 0:
            if clock() >= next_ping:
                next_ping = clock() + patience.ping_s
                if not await self._pinged(socket):
                    return  # the reader has seen it too
            await asyncio.sleep(min(left, max(0.0, next_ping - clock())) + _LOOP_GRACE_S)
        await self.drop(f"silent for {patience.dead_s:g} s")

    async def _pinged(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        try:
            await socket.ping()
        except ConnectionError:
            return False
        return True
