"""Signing in and out. Decides what a stranger learns: nothing but yes, no, or wait."""

from aiohttp import web

from ari_app.core.events import AgentSignedIn, AgentSignedOut
from ari_app.web.context import CONTEXT, ME, PASSWORDS, ask, parse, render
from ari_app.web.desks import SIGNED_OUT
from ari_app.web.models import SignIn
from ari_app.web.problems import Problem


async def sign_in(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await parse(request, SignIn)
    address = request.remote or ""
    _throttle(context.throttle.begin(body.agent, address))
    credential = context.credentials.find(body.agent)
    is_right = await request.app[PASSWORDS].verify(credential, body.password)
    if credential is None or not is_right:
        raise Problem(401, "wrong_credentials", "工号或密码不正确。")
    context.throttle.succeeded(body.agent, address)
    await ask(request, AgentSignedIn(credential.agent))
    token, session = await context.tokens.issue(credential.agent, context.settings.session_s)
    return render(
        {"token": token, "expires_at": session.expires_at, "agent": session.agent_id},
    )


def _throttle(wait_s: float) -> None:
    if wait_s > 0:
        headers = {"Retry-After": str(int(wait_s))}
        raise Problem(429, "too_many_tries", "尝试次数过多，请稍后再试。", headers=headers)


async def sign_out(request: web.Request) -> web.Response:
    context, me = request.app[CONTEXT], request[ME]
    await ask(request, AgentSignedOut(me.agent))
    await context.tokens.revoke(me.token_hash)
    context.desks.close(me.agent, SIGNED_OUT, "您已签出。")
    return web.Response(status=204)
