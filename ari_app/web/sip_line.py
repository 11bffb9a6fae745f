"""``GET /sip``: the phone in the page speaks SIP through the service's own port.

Decides who may open it, and when it ends; what is said goes on to Asterisk as it is. A page never
reaches Asterisk itself.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import aiohttp
import structlog
from aiohttp import WSMsgType, web

from ari_app.web import cookie
from ari_app.web.api.phone import own_phone, phone_of
from ari_app.web.auth import Me, permit
from ari_app.web.context import CONTEXT, Context, who_asks
from ari_app.web.desks import SIGNED_OUT
from ari_app.web.lines import Line
from ari_app.web.origin import check_origin
from ari_app.web.problems import Problem
from ari_app.web.sip_guard import ALIVE, KEEP_ALIVE, wrong_with

log = structlog.get_logger(__name__)

SUBPROTOCOL = "sip"
MAX_MESSAGE_BYTES = 64 * 1024
ASTERISK_GONE, NOT_ALLOWED, TOO_SLOW = 1013, 1008, 1011
_CONNECT_S = 3.0

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse
Ending = tuple[int, str]
ASTERISK = web.AppKey("ASTERISK", aiohttp.ClientSession)


async def sip(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    check_origin(request, context.settings.allowed_origins)
    if "Authorization" not in request.headers and cookie.shown(request):
        cookie.check_own(request)
    me = await who_asks(request)
    permit(me, "phone")
    phone = own_phone(context, me.agent)
    asked = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    if SUBPROTOCOL not in [name.strip() for name in asked]:
        raise Problem(400, detail="此地址只接受子协议为 sip 的 WebSocket 连接。")
    async with _asterisk(request, context) as asterisk:
        page = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            heartbeat=context.settings.desk_heartbeat_s,
            max_msg_size=MAX_MESSAGE_BYTES,
            compress=False,
            timeout=2.0,
        )
        await page.prepare(request)
        code, reason = await _serve(page, asterisk, context, me, phone)
        await page.close(code=code, message=reason.encode()[:120])
    return page


@contextlib.asynccontextmanager
async def _asterisk(
    request: web.Request, context: Context
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    try:
        async with asyncio.timeout(_CONNECT_S):
            socket = await request.app[ASTERISK].ws_connect(
                context.phones.socket_url,
                protocols=(SUBPROTOCOL,),
                max_msg_size=MAX_MESSAGE_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
    except aiohttp.ClientError as error:
        raise Problem(503, headers={"Retry-After": "2"}) from error
    async with socket:
        yield socket


async def _serve(
    page: web.WebSocketResponse,
    asterisk: aiohttp.ClientWebSocketResponse,
    context: Context,
    me: Me,
    phone: str,
) -> Ending:
    """Until one side, the session or a newer page ends it; no task outlives it."""
    line, send_s = Line(), context.settings.desk_send_s

    def check(message: bytes) -> Ending | None:
        """Asterisk asks each page every few seconds, so this is looked at as often."""
        if context.credentials.find(me.agent) is None:
            return SIGNED_OUT, "您的账号已停用。"
        if phone_of(context, me.agent) != phone:
            context.phones.take_back(phone)
            return SIGNED_OUT, "您已签出。"
        wrong = wrong_with(message, phone)
        if wrong:
            log.warning("sip.refused", agent_id=me.agent, reason=wrong)
        return (NOT_ALLOWED, wrong) if wrong else None

    expiry = asyncio.get_running_loop().call_later(
        me.expires_at - context.now(), line.close, SIGNED_OUT, "登录已过期，请重新登录。"
    )
    context.lines.attach(phone, line)
    tasks: list[asyncio.Future[Ending]] = [
        asyncio.ensure_future(_forward(page, asterisk, send_s, check)),
        asyncio.ensure_future(_forward(asterisk, page, send_s, lambda _message: None)),
        line.over,
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        # What was said on purpose counts more than that a side has ended.
        return line.over.result() if line.over in done else next(iter(done)).result()
    finally:
        expiry.cancel()
        context.lines.detach(phone, line)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forward(
    source: Socket, target: Socket, send_s: float, check: Callable[[bytes], Ending | None]
) -> Ending:
    """Frames as they come, in order; how it ended."""
    try:
        async for frame in source:
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            octets = frame.data.encode() if frame.type is WSMsgType.TEXT else frame.data
            async with asyncio.timeout(send_s):
                if octets == KEEP_ALIVE:
                    await source.send_str(ALIVE)
                    continue
                ending = check(octets)
                if ending is not None:
                    return ending
                if frame.type is WSMsgType.TEXT:
                    await target.send_str(frame.data)
                else:
                    await target.send_bytes(octets)
    except TimeoutError:
        return TOO_SLOW, "too slow"
    except (ConnectionError, aiohttp.ClientError):
        pass
    return ASTERISK_GONE, "the other side is gone"


async def reach_asterisk(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        app[ASTERISK] = session
        yield
