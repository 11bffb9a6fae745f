"""The life of one desk socket: who it is, the greeting, then messages out and actions in.

``GET /api/v1/desk``. Decides when a socket must end; what the actions mean is the core's business.
"""

import asyncio
import json
from typing import assert_never

import structlog
from aiohttp import WSMsgType, web
from pydantic import ValidationError

from ari_app.core import verbs
from ari_app.core.commands import Refuse
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedMoreWrapUp,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHandedOver,
    AgentHungUp,
    DeskConnected,
    DeskEvent,
    DeskLost,
    LiveEvent,
    RecordingAsked,
    TalkAsked,
)
from ari_app.core.records import Json
from ari_app.core.values import AgentId, CallId
from ari_app.web.audit import note
from ari_app.web.auth import Me, permit
from ari_app.web.context import CONTEXT, Context
from ari_app.web.desks import SIGNED_OUT, Desk
from ari_app.web.messages import (
    ACTION,
    Action,
    CallAction,
    ConfidentialAction,
    HandOverAction,
    KeysAction,
    NotReadyAction,
    PingAction,
    ReadyAction,
    RecordingAction,
    TalkAction,
    TargetAction,
    ThreeWayAction,
    UrgencyAction,
    VerbAction,
    WrapUpDoneAction,
    WrapUpMoreAction,
)
from ari_app.web.ports import Credential
from ari_app.web.problems import AWAY, Problem, not_valid
from ari_app.web.socket_opening import open_socket
from ari_app.web.verb_models import PLAIN

log = structlog.get_logger(__name__)


async def desk(request: web.Request) -> web.StreamResponse:
    socket, me = await open_socket(request, "phone")
    if me is not None:
        await _serve(request, socket, me)
    return socket


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
        account = context.credentials.find(mine.agent)
        if account is None:
            mine.close(SIGNED_OUT, "您的账号已停用。")
        elif message.type is WSMsgType.TEXT:
            mine.send(await _answer(message.data, account, context))
        else:
            mine.send(_no(None, "bad_message", "只接受文本消息（JSON）。"))


async def _answer(text: str, account: Credential, context: Context) -> dict[str, Json]:
    ref: str | int | None = None
    agent = account.agent
    try:
        action = ACTION.validate_json(text)
        ref = action.ref
        if isinstance(action, PingAction):
            return {"type": "reply", "ref": ref, "ok": True, "now": context.now()}
        permit(Me(agent, account.role, "", 0.0), "agent")
        refuse = await context.wish(_event(action, agent))
        await _audit(action, agent, refuse, context)
    except Problem as problem:
        return _no(ref, problem.code, problem.detail)
    except ValidationError as error:
        wrong = "; ".join(f"{e['field']}: {e['message']}" for e in not_valid(error).errors or [])
        return _no(_ref_of(text), "bad_message", f"消息不符合要求：{wrong}")
    except AWAY:
        return _no(ref, "unavailable", "服务暂时不可用，请稍后重试。")
    if refuse is not None:
        return _no(ref, refuse.code, refuse.message)
    return {"type": "reply", "ref": ref, "ok": True}


async def _audit(action: Action, agent: AgentId, refuse: Refuse | None, context: Context) -> None:
    """What supervisors do at a desk is written down like what they ask over HTTP."""
    account = context.credentials.find(agent)
    if account is None or account.role == "agent":
        return
    me = Me(agent, account.role, "", 0.0)
    result = "200" if refuse is None else f"409 {refuse.code}"
    call = getattr(action, "call", "")
    body = action.model_dump(mode="json", exclude={"ref", "type"})
    await note(context, me, f"desk {action.type}", call, result=result, body=body)


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


def _event(action: Action, agent: AgentId) -> DeskEvent | LiveEvent:
    match action:
        case ReadyAction():
            return AgentAskedReady(agent)
        case NotReadyAction(reason=reason):
            return AgentAskedPause(agent, reason)
        case WrapUpDoneAction():
            return AgentFinishedWrapUp(agent)
        case WrapUpMoreAction():
            return AgentAskedMoreWrapUp(agent)
        case HandOverAction(to=to):
            return AgentHandedOver(agent, AgentId(to))
        case CallAction(type="accept", call=call):
            return AgentAccepted(agent, CallId(call))
        case CallAction(type="decline", call=call):
            return AgentDeclined(agent, CallId(call))
        case CallAction(call=call):
            return AgentHungUp(agent, CallId(call))
        case RecordingAction(type=verb, call=call):
            return RecordingAsked(agent, CallId(call), pause=verb == "pause_recording")
        case _:
            return TalkAsked(agent, CallId(action.call), _verb(action))


def _verb(action: TalkAction) -> verbs.Verb:
    match action:
        case VerbAction():
            return PLAIN[action.type]
        case TargetAction(type="consult", to=to):
            return verbs.Consult(to.target())
        case TargetAction(to=to):
            return verbs.BlindTransfer(to.target())
        case ThreeWayAction(to=to):
            return verbs.ThreeWay(to.target() if to else None)
        case KeysAction(digits=digits):
            return verbs.SendKeys(digits)
        case UrgencyAction(level=level):
            return verbs.MarkUrgent(level)
        case ConfidentialAction(on=on):
            return verbs.MarkConfidential(on)
    assert_never(action)
