"""Requests over a few WebSockets of their own: REST over WebSocket (Asterisk 20.14, 22.4 and up).

Decides which lane carries a request and what happens to it when the lane is lost. Each lane
registers under an app name of its own, into which no channel ever goes; a lane may act on the
channels of every app.

Asterisk serves one WebSocket strictly in order, and ``answer``, setting a variable, ``addChannel``
and ``removeChannel`` wait for a channel that plays or records: so a lane may stand still for as
long as a prompt. That stalls the calls of this lane only, and its pings have patience.
"""

import asyncio
import logging
from collections.abc import Mapping
from random import Random

import aiohttp

from ari_app.ari.errors import TimedOut, Unreachable
from ari_app.ari.kept_socket import KeptSocket, Patience
from ari_app.ari.operations import OPERATIONS, Operation
from ari_app.ari.protocol import ProtocolError, Response, decode_frame, encode_frame
from ari_app.ari.transport import DEFAULT_LIMIT_S, events_url, lane_of

_log = logging.getLogger(__name__)
_REPEAT_PAUSE_S = 0.01
LANE_PATIENCE = Patience(ping_s=10.0, dead_s=90.0)


class WebSocketLanes:
    """A Transport. ``run`` it as a task."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        app: str,
        authorization: str,
        *,
        lanes: int = 6,
        patience: Patience = LANE_PATIENCE,
        rng: Random,
    ) -> None:
        self._lanes = [Lane(patience) for _ in range(lanes)]
        self._sockets = []
        for number, lane in enumerate(self._lanes):
            url = events_url(base_url, f"{app}-lane-{number}")
            lane.socket = KeptSocket(
                session, url, authorization, owner=lane, patience=patience, rng=rng
            )
            self._sockets.append(lane.socket)

    @property
    def open_count(self) -> int:
        """How many lanes take requests."""
        return sum(lane.is_open for lane in self._lanes)

    @property
    def pending_count(self) -> int:
        """How many requests await an answer."""
        return sum(len(lane.pending) for lane in self._lanes)

    @property
    def malformed_count(self) -> int:
        """How many frames could not be read."""
        return sum(lane.malformed_count for lane in self._lanes)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for socket in self._sockets:
                group.create_task(socket.run())

    async def request(
        self,
        operation: Operation,
        args: Mapping[str, object],
        *,
        key: str,
        limit_s: float = DEFAULT_LIMIT_S,
    ) -> Response:
        return await self._lanes[lane_of(key, len(self._lanes))].request(operation, args, limit_s)


class Lane:
    """One WebSocket and the requests that await an answer on it."""

    socket: KeptSocket

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.pending: dict[str, asyncio.Future[Response]] = {}
        self.malformed_count = 0
        self._last_id = 0
        self._open = asyncio.Event()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    async def request(
        self, operation: Operation, args: Mapping[str, object], limit_s: float
    ) -> Response:
        """Send without waiting for earlier answers; wait for this one.

        While the lane is down the request waits for it, as long as the limit allows.
        """
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    await self._open.wait()
                    try:
                        return await self._once(operation, args)
                    except ConnectionError:
                        # The answer was lost, and perhaps the request. A channel id that is
                        # refused as a duplicate leaks inside Asterisk: not for trying out.
                        if operation.makes_channel or not operation.repeatable:
                            raise
                        # A socket that is closing refuses at once: let it be seen as lost.
                        await asyncio.sleep(_REPEAT_PAUSE_S)
        except TimeoutError:
            raise TimedOut(operation.name, limit_s) from None
        except ConnectionError as error:
            raise Unreachable(operation.name, str(error)) from error

    async def _once(self, operation: Operation, args: Mapping[str, object]) -> Response:
        self._last_id += 1
        request_id = str(self._last_id)
        frame = encode_frame(operation, args, request_id)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self.pending[request_id] = answer
        try:
            await self.socket.send(frame)
            return await answer
        finally:
            self.pending.pop(request_id, None)

    def socket_connecting(self) -> None:
        """Nothing to do."""

    async def socket_opened(self) -> None:
        """Take requests once one was answered: an open socket may have lost its name, and with it
        every answer (decision 57)."""
        limit_s = self._patience.connect_s
        while await self._answers(limit_s):
            self._open.set()
            limit_s = self._patience.dead_s
            await asyncio.sleep(self._patience.ping_s)

    async def _answers(self, limit_s: float) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                await self._once(OPERATIONS["asterisk.ping"], {})
        except TimeoutError:
            await self.socket.drop(f"no answer within {limit_s:g} s")
            return False
        except ConnectionError:
            return False  # the reader has seen it too
        return True

    def socket_text(self, text: str) -> None:
        try:
            message = decode_frame(text)
        except ProtocolError as error:
            self.malformed_count += 1
            _log.warning("ari.malformed %s", error)
            return
        # Events come here only by accident (ApplicationReplaced of the lane's own name): a lane
        # that was replaced still serves requests, so there is nothing to do.
        if isinstance(message, Response):
            answer = self.pending.get(message.request_id)
            if answer is not None and not answer.done():
                answer.set_result(message)

    def socket_lost(self, reason: str) -> None:
        self._open.clear()
        for answer in self.pending.values():
            if not answer.done():
                answer.set_exception(ConnectionError(reason))
