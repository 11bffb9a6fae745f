"""The login of the phone in the agent's page."""

from aiohttp import web

from ari_app.core.values import AgentId
from ari_app.web.context import CONTEXT, ME, Context, render
from ari_app.web.problems import Problem

DOMAIN = "hotline.invalid"
"""SIP wants one; nobody looks it up (RFC 2606)."""
SOCKET = "/sip"


async def login(request: web.Request) -> web.Response:
    context, me = request.app[CONTEXT], request[ME]
    given = await context.phones.give(own_phone(context, me.agent))
    return render(
        {
            "user": given.user,
            "password": given.secret,
            "expires_at": given.expires_at,
            "lasts_s": given.lasts_s,
            "domain": DOMAIN,
            "sip_uri": f"sip:{given.user}@{DOMAIN}",
            "socket": SOCKET,
            "ice_servers": [*context.settings.ice_servers],
        }
    )


def phone_of(context: Context, agent: AgentId) -> str:
    """The name of the phone at which the agent sits; empty when signed out."""
    state = context.ask.agent(agent)
    return "" if state is None or state["state"] == "offline" else str(state["seat"])


def own_phone(context: Context, agent: AgentId) -> str:
    """That phone, which has to be one in a browser."""
    phone = phone_of(context, agent)
    if not phone:
        raise Problem(409, "not_there", "您尚未签入，请先签入再连接电话。")
    if not context.phones.is_browser(phone):
        message = f"{phone} 使用话机，不在网页中接听；请管理员在 agents.yaml 中设 browser: true。"
        raise Problem(409, "no_browser_phone", message)
    return phone
