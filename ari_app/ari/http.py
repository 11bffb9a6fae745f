"""Requests over plain HTTP, for an Asterisk without REST over WebSocket.

Decides the order (one request at a time per lane) and when to repeat. Events still need the
WebSocket of link.py.
"""

import asyncio
from collections.abc import Mapping

import httpx

from ari_app.ari.errors import TimedOut, Unreachable
from ari_app.ari.operations import Operation
from ari_app.ari.protocol import HttpRequest, Response, encode_http
from ari_app.ari.transport import DEFAULT_LIMIT_S, lane_of, wait_forever

# Asterisk closes a connection after 15 s of silence (session_keep_alive).
_KEEP_ALIVE_S = 10.0


class HttpTransport:
    """A Transport. The httpx client may be given for tests."""

    def __init__(
        self,
        base_url: str,
        authorization: str,
        *,
        lanes: int = 16,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._base = f"{base_url.rstrip('/')}/ari/"
        self._headers = {"Authorization": authorization}
        self._locks = [asyncio.Lock() for _ in range(lanes)]
        limits = httpx.Limits(
            max_connections=lanes, max_keepalive_connections=lanes, keepalive_expiry=_KEEP_ALIVE_S
        )
        self._client = client or httpx.AsyncClient(limits=limits, timeout=None, trust_env=False)

    async def run(self) -> None:
        try:
            await wait_forever()
        finally:
            await self._client.aclose()

    async def request(
        self,
        operation: Operation,
        args: Mapping[str, object],
        *,
        key: str,
        limit_s: float = DEFAULT_LIMIT_S,
    ) -> Response:
        request = encode_http(operation, args)
        try:
            async with asyncio.timeout(limit_s), self._locks[lane_of(key, len(self._locks))]:
                answer = await self._send(request, may_repeat=operation.repeatable)
        except TimeoutError:
            raise TimedOut(operation.name, limit_s) from None
        except httpx.TransportError as error:
            raise Unreachable(operation.name, str(error) or type(error).__name__) from error
        return Response("", answer.status_code, answer.text)

    async def _send(self, request: HttpRequest, *, may_repeat: bool) -> httpx.Response:
        try:
            return await self._send_once(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # Asterisk closed the idle connection just as we used it.
            if not may_repeat:
                raise
            return await self._send_once(request)

    async def _send_once(self, request: HttpRequest) -> httpx.Response:
        headers = self._headers
        if request.content is not None:
            headers = headers | {"Content-Type": "application/json"}
        return await self._client.request(
            request.method, self._base + request.target, content=request.content, headers=headers
        )
