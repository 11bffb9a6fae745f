"""The life of one board's socket: who it is, then the picture and what changes of it.

``GET /api/v1/board``. Nothing is asked over it: what a supervisor does goes over the API. Decides
when a board must end: its session, its account, its reader.
"""

import asyncio

from aiohttp import web

from ari_app.web.auth import Me, still_is
from ari_app.web.boards import NO_LONGER
from ari_app.web.context import CONTEXT, Context
from ari_app.web.desks import SIGNED_OUT, Desk
from ari_app.web.socket_opening import open_socket

BACKLOG_COUNT = 64
"""Frames a board may be behind: some seconds, then it is cut and is told anew."""


async def board(request: web.Request) -> web.StreamResponse:
    socket, me = await open_socket(request, "listener")
    if me is not None:
        await _serve(request, socket, me)
    return socket


async def _serve(request: web.Request, socket: web.WebSocketResponse, me: Me) -> None:
    context, transport = request.app[CONTEXT], request.transport
    mine = Desk(
        me.agent,
        socket,
        transport.abort if transport else lambda: None,
        backlog_count=BACKLOG_COUNT,
        send_s=context.settings.desk_send_s,
    )
    context.floor.boards.attach(mine, me)
    loop = asyncio.get_running_loop()
    expiry = loop.call_later(
        me.expires_at - context.now(), mine.close, SIGNED_OUT, "登录已过期，请重新登录。",
    )  # fmt: skip
    try:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(mine.write())
            await _until_left(socket, mine, me, context)
            if not mine.is_closing:
                writer.cancel()
    finally:
        expiry.cancel()
        context.floor.boards.detach(mine)


async def _until_left(socket: web.WebSocketResponse, mine: Desk, me: Me, context: Context) -> None:
    """Nothing is expected; what comes keeps nobody here who may not look any more."""
    async for _ in socket:
        if not still_is(me, context.credentials):
            mine.close(SIGNED_OUT, NO_LONGER)
