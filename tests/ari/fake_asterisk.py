"""An Asterisk in the test's own loop: both transports, and the nasty facts that the client meets.

It tells the event before the answer, serves one WebSocket strictly in order, holds a request as
long as a test wants, drops sockets, ignores pings, hands an app's name to the newest connection,
takes a name from a socket that stays open, and keeps an `allowed` filter that is not named again.
The contract tests show that the real one does these things too.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

AUTHORIZATION = "Basic aG90bGluZTpzZWNyZXQ="  # hotline:secret
_NO_BODY: tuple[int, Any] = (204, None)


class FakeAsterisk:
    def __init__(self) -> None:
        self.base_url = ""
        self.apps: dict[str, web.WebSocketResponse] = {}
        self.channels: set[str] = set()
        self.bridges: set[str] = set()
        self.filters: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []  # in the order of their execution
        self.connections: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {}
        self.silent: set[str] = set()
        self.ignores_pings = False
        self.refuses_logins = False
        self._transports: dict[str, asyncio.Transport] = {}

    def hold(self, path: str) -> asyncio.Event:
        """Requests to the path stand still until the event is set."""
        return self.held.setdefault(path, asyncio.Event())

    def forget(self, app: str) -> None:
        """Its socket stays open, but the name is gone: no events, no answers (decision 57)."""
        del self.apps[app]

    def silence(self, app: str) -> None:
        """As `forget`, while a channel is in the app: the name is still known."""
        self.silent.add(app)

    def drop(self, app: str) -> None:
        """Cut the app's socket as a dying process does."""
        self._transports[app].abort()

    async def emit(self, app: str, type: str, **fields: object) -> None:
        if app in self.silent:
            return
        event = {"type": type, "application": app, "timestamp": "2026-01-02T03:04:05.500+0000"}
        await self.apps[app].send_str(json.dumps(event | fields))

    async def serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        app = request.query["app"]
        self.connections.append(app)
        if self.refuses_logins or request.headers.get("Authorization") != AUTHORIZATION:
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if app in self.apps:
            await self.emit(app, "ApplicationReplaced")
        self.apps[app] = socket
        self.silent.discard(app)
        assert isinstance(request.transport, asyncio.Transport)
        self._transports[app] = request.transport
        try:
            async for message in socket:
                if message.type is WSMsgType.PING and not self.ignores_pings:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    await self._serve_frame(app, socket, json.loads(message.data))
        finally:
            if self.apps.get(app) is socket:
                del self.apps[app]
        return socket

    async def _serve_frame(
        self, app: str, socket: web.WebSocketResponse, frame: dict[str, Any]
    ) -> None:
        query = {item["name"]: item["value"] for item in frame.get("query_strings", [])}
        body = json.loads(frame["message_body"]) if "message_body" in frame else None
        status, answer = await self._execute(frame["method"], frame["uri"], query, body)
        if socket.closed or app not in self.apps or app in self.silent:
            return
        response = {"type": "RESTResponse", "request_id": frame["request_id"], "application": app,
                    "status_code": status, "uri": frame["uri"]}  # fmt: skip
        if answer is not None:
            response |= {"content_type": "application/json", "message_body": json.dumps(answer)}
        await socket.send_str(json.dumps(response))

    async def serve_http(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != AUTHORIZATION:
            raise web.HTTPUnauthorized
        parts = urlsplit(request.raw_path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = await request.json() if request.can_read_body else None
        uri = parts.path.removeprefix("/ari/")
        status, answer = await self._execute(request.method, uri, query, body)
        if answer is None:
            return web.Response(status=status)
        return web.json_response(answer, status=status)

    async def _execute(
        self, method: str, uri: str, query: dict[str, str], body: Any
    ) -> tuple[int, Any]:
        if uri in self.held:
            await self.held[uri].wait()
        self.requests.append((method, uri))
        if (method, uri) in self.answers:
            return self.answers[method, uri]
        kind, *ids = [unquote(segment) for segment in uri.split("/")]
        if kind == "events":
            return await self._user_event(ids[1], query["application"])
        if kind == "applications":
            return self._filter(ids[0], body)
        if kind == "bridges":
            return self._bridge(method, ids, query)
        if kind == "channels":
            return await self._channel(method, ids, query)
        return (200, {"ping": "pong"}) if uri == "asterisk/ping" else (404, None)

    async def _user_event(self, name: str, app: str) -> tuple[int, Any]:
        if app not in self.apps:
            return 404, {"message": "Application not found"}
        await self.emit(app, "ChannelUserevent", eventname=name, userevent={})
        return _NO_BODY

    def _filter(self, app: str, rules: dict[str, Any]) -> tuple[int, Any]:
        if app not in self.apps:
            return 404, {"message": "Application not found"}
        self.filters[app] = self.filters.get(app, {}) | rules
        return 200, {"name": app}

    def _bridge(self, method: str, ids: list[str], query: dict[str, str]) -> tuple[int, Any]:
        known = ids[0] in self.bridges
        if method == "POST" and len(ids) == 1:
            self.bridges.add(ids[0])
            return (409, {"message": f"Bridge with id '{ids[0]}' already exists"}) if known else (
                200, {"id": ids[0]})  # fmt: skip
        if not known:
            return 404, {"message": "Bridge not found"}
        if method == "DELETE":
            self.bridges.discard(ids[0])
        elif query.get("channel") not in self.channels:
            return 400, {"message": "Channel not found"}
        return _NO_BODY

    async def _channel(self, method: str, ids: list[str], query: dict[str, str]) -> tuple[int, Any]:
        channel = query["channelId"] if ids[0] == "create" else ids[0]
        if method == "POST" and (ids[0] == "create" or len(ids) == 1):
            return await self._make(channel, query)
        if channel not in self.channels:
            return 404, {"message": "Channel not found"}
        if method == "DELETE" and len(ids) == 1:
            self.channels.discard(channel)
            for app in list(self.apps):
                await self.emit(app, "StasisEnd", channel={"id": channel})
        return (200, {"id": channel}) if method == "GET" else _NO_BODY

    async def _make(self, channel: str, query: dict[str, str]) -> tuple[int, Any]:
        if channel in self.channels:
            return 409, {"message": "Channel with given unique ID already exists"}
        self.channels.add(channel)
        if query.get("app") in self.apps:
            await self.emit(query["app"], "StasisStart", args=[], channel={"id": channel})
        return 200, {"id": channel}


@asynccontextmanager
async def running_fake() -> AsyncIterator[FakeAsterisk]:
    fake = FakeAsterisk()
    application = web.Application()
    application.router.add_get("/ari/events", fake.serve_socket)
    application.router.add_route("*", "/ari/{tail:.+}", fake.serve_http)
    async with TestServer(application) as server:
        fake.base_url = str(server.make_url("")).rstrip("/")
        yield fake
