"""The life of one desk socket: who it is, the greeting, then messages out and actions in.

``GET /api/v1/desk``. Decides which origins may connect and when a socket must end; what the
actions mean is the core's business.
"""

import asyncio
import json
from typing import assert_never

import structlog
from aiohttp import WSMsgType, web
from pydantic import ValidationError

from ari_app.core.events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    DeskConnected,
    DeskEvent,
    DeskLost,
)
from ari_app.core.records import Json
from ari_app.core.values import AgentId, CallId
from ari_app.web.auth import Me, identify, owner, permit
from ari_app.web.context import CONTEXT, Context
from ari_app.web.desks import NOT_SIGNED_IN, SIGNED_OUT, Desk
from ari_app.web.messages import (
    ACTION,
    Action,
    CallAction,
    HelloAction,
    NotReadyAction,
    ReadyAction,
    WrapUpDoneAction,
)
from ari_app.web.problems import AWAY, Problem, not_valid

log = structlog.get_logger(__name__)

MAX_MESSAGE_BYTES = 64 * 1024


async def desk(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    _check_origin(request, context.settings.allowed_origins)
    header = request.headers.get("Authorization")
    me = await identify(header, context.tokens, context.credentials) if header else None
    if me is not None:
        permit(me, "agent")
    socket = web.WebSocketResponse(
        heartbeat=context.settings.desk_heartbeat_s,
        max_msg_size=MAX_MESSAGE_BYTES,
        compress=False,
        timeout=2.0,
    )
    await socket.prepare(request)
    me = me or await _introduced(socket, context)
    if me is None:
        await socket.close(code=NOT_SIGNED_IN, message="请先登录。".encode())
        return socket
    await _serve(request, socket, me)
    return socket


def _check_origin(request: web.Request, allowed: frozenset[str]) -> None:
    """Browsers always send it; a page of another host must not use an agent's browser."""
    origins = request.headers.getall("Origin", [])
    own = f"{request.scheme}://{request.host}"
    if origins and (len(origins) > 1 or origins[0] not in allowed | {own}):
        raise Problem(403, "foreign_origin", "不允许从此网页连接；请让管理员把它加入允许的来源。")


async def _introduced(socket: web.WebSocketResponse, context: Context) -> Me | None:
    """A browser cannot set headers on a socket: its first message carries the token."""
    try:
        first = await socket.receive(timeout=context.settings.desk_hello_s)
        if first.type is not WSMsgType.TEXT:
            return None
        hello = HelloAction.model_validate_json(first.data)
        me = await owner(hello.token, context.tokens, context.credentials)
        permit(me, "agent")
        return me
    except (ValidationError, Problem, *AWAY):
        return None


async def _serve(request: web.Request, socket: web.WebSocketResponse, me: Me) -> None:
    context = request.app[CONTEXT]
    settings = context.settings
    transport = request.transport
    mine = Desk(
        me.agent,
        socket,
        transport.abort if transport else lambda: None,
        backlog_count=settings.desk_backlog_count,
        send_s=settings.desk_send_s,
    )
    # No await from here to attach: what is told after the greeting must follow it.
    _greet(mine, context)
    context.desks.attach(mine)
    expiry = asyncio.get_running_loop().call_later(
        me.expires_at - context.now(), mine.close, SIGNED_OUT, "登录已过期，请重新登录。"
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(mine.write())
            await _report(DeskConnected(me.agent), context)
            await _read(socket, mine, context)
            if not mine.is_closing:
                writer.cancel()  # otherwise it is about to say goodbye, and has a deadline
    finally:
        expiry.cancel()
        if context.desks.detach(mine):
            await _report(DeskLost(me.agent), context)


def _greet(mine: Desk, context: Context) -> None:
    state = context.ask.agent(mine.agent) or {}
    seq = context.desks.seq(mine.agent)
    mine.send({**state, "type": "hello", "agent": mine.agent, "seq": seq})
    pop = context.ask.offer(mine.agent)
    if pop is not None:
        mine.send({**pop, "type": "offer", "seq": seq})


async def _report(event: DeskConnected | DeskLost, context: Context) -> None:
    try:
        await context.wish(event)
    except AWAY as error:
        log.warning("desk.unreported", agent_id=event.agent, error=repr(error))


async def _read(socket: web.WebSocketResponse, mine: Desk, context: Context) -> None:
    async for message in socket:
        if context.credentials.find(mine.agent) is None:
            mine.close(SIGNED_OUT, "您的账号已停用。")
        elif message.type is WSMsgType.TEXT:
            mine.send(await _answer(message.data, mine.agent, context))
        else:
            mine.send(_no(None, "bad_message", "只接受文本消息（JSON）。"))


async def _answer(text: str, agent: AgentId, context: Context) -> dict[str, Json]:
    ref: str | int | None = None
    try:
        action = ACTION.validate_json(text)
        ref = action.ref
        refuse = await context.wish(_event(action, agent))
    except ValidationError as error:
        wrong = "; ".join(f"{e['field']}: {e['message']}" for e in not_valid(error).errors or [])
        return _no(_ref_of(text), "bad_message", f"消息不符合要求：{wrong}")
    except AWAY:
        return _no(ref, "unavailable", "服务暂时不可用，请稍后重试。")
    if refuse is not None:
        return _no(ref, refuse.code, refuse.message)
    return {"type": "reply", "ref": ref, "ok": True}


def _no(ref: str | int | None, code: str, message: str) -> dict[str, Json]:
    return {"type": "reply", "ref": ref, "ok": False, "code": code, "message": message}


def _ref_of(text: str) -> str | int | None:
    """The reference of a message that is wrong otherwise, so that its sender finds the answer."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    ref = found.get("ref") if isinstance(found, dict) else None
    return ref if isinstance(ref, str | int) and len(str(ref)) <= 64 else None


def _event(action: Action, agent: AgentId) -> DeskEvent:
    match action:
        case ReadyAction():
            return AgentAskedReady(agent)
        case NotReadyAction(reason=reason):
            return AgentAskedPause(agent, reason)
        case WrapUpDoneAction():
            return AgentFinishedWrapUp(agent)
        case CallAction(type="accept", call=call):
            return AgentAccepted(agent, CallId(call))
        case CallAction(type="decline", call=call):
            return AgentDeclined(agent, CallId(call))
        case CallAction(call=call):
            return AgentHungUp(agent, CallId(call))
    assert_never(action)
