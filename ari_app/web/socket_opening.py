"""How a WebSocket opens: from which pages, whose it is, by header, cookie or first message.

Decides who may have one. What is said over it is its owner's business.
"""

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from ari_app.web import cookie
from ari_app.web.auth import Me, Right, owner, permit
from ari_app.web.context import CONTEXT, Context, who_asks
from ari_app.web.desks import NOT_SIGNED_IN
from ari_app.web.messages import HelloAction
from ari_app.web.origin import check_origin
from ari_app.web.problems import AWAY, Problem

MAX_MESSAGE_BYTES = 64 * 1024


async def open_socket(
    request: web.Request, right: Right
) -> tuple[web.WebSocketResponse, Me | None]:
    """The socket and its owner; without one it has been closed already."""
    context = request.app[CONTEXT]
    check_origin(request, context.settings.allowed_origins)
    me = await _known(request, right)
    socket = web.WebSocketResponse(
        heartbeat=context.settings.desk_heartbeat_s,
        max_msg_size=MAX_MESSAGE_BYTES,
        compress=False,
        timeout=2.0,
    )
    await socket.prepare(request)
    if me is None and not _has_cookie(request):
        me = await _introduced(socket, context, right)
    if me is None:
        await socket.close(code=NOT_SIGNED_IN, message="请先登录。".encode())
    return socket, me


def _has_cookie(request: web.Request) -> bool:
    """One that counts: shown by a page of our own. Other pages introduce themselves."""
    return cookie.is_own(request) and bool(cookie.shown(request))


async def _known(request: web.Request, right: Right) -> Me | None:
    """Who it is by header or cookie. An old cookie is nobody's: the socket says so when it closes,
    for a page cannot see why its handshake was refused."""
    if "Authorization" not in request.headers and not _has_cookie(request):
        return None
    try:
        me = await who_asks(request)
    except Problem:
        if "Authorization" in request.headers:
            raise
        return None
    permit(me, right)
    return me


async def _introduced(socket: web.WebSocketResponse, context: Context, right: Right) -> Me | None:
    """A browser cannot set headers on a socket: its first message carries the token."""
    try:
        first = await socket.receive(timeout=context.settings.desk_hello_s)
        if first.type is not WSMsgType.TEXT:
            return None
        hello = HelloAction.model_validate_json(first.data)
        me = await owner(hello.token, context.tokens, context.credentials)
        permit(me, right)
        return me
    except (ValidationError, Problem, *AWAY):
        return None
