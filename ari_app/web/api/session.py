"""Signing in and out. Decides what a stranger learns: nothing but yes, no, or wait."""

from aiohttp import web

from ari_app.core.desk_events import AgentSignedIn, AgentSignedOut
from ari_app.core.values import AgentId
from ari_app.web import cookie
from ari_app.web.api.phone import phone_of
from ari_app.web.auth import may, rights
from ari_app.web.context import CONTEXT, ME, PASSWORDS, ask, parse, render
from ari_app.web.desks import SIGNED_OUT
from ari_app.web.models import SignIn
from ari_app.web.pages import HOME, pages_of
from ari_app.web.ports import Credential
from ari_app.web.problems import Problem

PHONELESS = ("seat_needed",)
"""Refusals that keep nobody from work without calls."""


async def sign_in(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await parse(request, SignIn)
    if body.browser:
        cookie.check_own(request)
    address = request.remote or ""
    _throttle(context.throttle.begin(body.agent, address))
    credential = context.credentials.find(body.agent)
    is_right = await request.app[PASSWORDS].verify(credential, body.password)
    if credential is None or not is_right:
        raise Problem(401, "wrong_credentials", "工号或密码不正确。")
    context.throttle.succeeded(body.agent, address)
    await _take_seat(request, credential, body)
    lasts_s = context.settings.session_s
    token, session = await context.tokens.issue(credential.agent, lasts_s)
    said = {"expires_at": session.expires_at, "agent": session.agent_id}
    if not body.browser:
        return render({"token": token, **said})
    response = render(said)
    cookie.give(request, response, token, lasts_s)
    return response


async def _take_seat(request: web.Request, credential: Credential, body: SignIn) -> None:
    """Be there for calls. Whoever does more than take calls may work without a phone."""
    if credential.role == "auditor":
        return
    relieved = AgentId(body.takes_over) if body.takes_over else None
    try:
        await ask(request, AgentSignedIn(credential.agent, body.seat or "", relieved))
    except Problem as problem:
        if credential.role == "agent" or problem.code not in PHONELESS:
            raise


def _throttle(wait_s: float) -> None:
    if wait_s > 0:
        headers = {"Retry-After": str(int(wait_s))}
        raise Problem(429, "too_many_tries", "尝试次数过多，请稍后再试。", headers=headers)


async def sign_out(request: web.Request) -> web.Response:
    context, me = request.app[CONTEXT], request[ME]
    phone = phone_of(context, me.agent)
    if may(me, "phone"):
        await ask(request, AgentSignedOut(me.agent))
    await context.tokens.revoke(me.token_hash)
    context.desks.close(me.agent, SIGNED_OUT, "您已签出。")
    context.floor.boards.close(
        lambda one: one.token_hash == me.token_hash, SIGNED_OUT, "您已签出。"
    )
    if not phone_of(context, me.agent):  # otherwise a call goes on; sip_line ends it after that
        context.phones.take_back(phone)
        context.lines.close(phone, SIGNED_OUT, "您已签出。")
    response = web.Response(status=204)
    if cookie.shown(request):
        cookie.take_back(request, response)
    return response


async def who_am_i(request: web.Request) -> web.Response:
    me = request[ME]
    row = request.app[CONTEXT].ask.agent(me.agent) or {}
    return render(
        {
            "agent": me.agent,
            "name": row.get("name", me.agent),
            "role": me.role,
            "rights": rights(me),
            "pages": pages_of(me),
            "home": HOME[me.role],
            "phone": row.get("phone", "none"),
            "may_supervise": row.get("may_supervise", []),
            "queue_labels": request.app[CONTEXT].ask.queue_labels(),
        }
    )
