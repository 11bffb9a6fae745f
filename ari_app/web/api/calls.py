"""Calls: what an agent does with one, the live ones, the past ones."""

from aiohttp import web

from ari_app.core.events import AgentAccepted, AgentDeclined, AgentHungUp
from ari_app.core.values import CallId
from ari_app.web.context import CONTEXT, ME, ask, own_state, parse_query, render
from ari_app.web.models import RecentCalls


async def accept(request: web.Request) -> web.Response:
    await ask(request, AgentAccepted(request[ME].agent, _call(request)))
    return render(own_state(request))


async def decline(request: web.Request) -> web.Response:
    await ask(request, AgentDeclined(request[ME].agent, _call(request)))
    return render(own_state(request))


async def hang_up(request: web.Request) -> web.Response:
    await ask(request, AgentHungUp(request[ME].agent, _call(request)))
    return render(own_state(request))


def _call(request: web.Request) -> CallId:
    return CallId(request.match_info["call_id"])


async def live(request: web.Request) -> web.Response:
    return render({"calls": request.app[CONTEXT].ask.calls()})


async def recent(request: web.Request) -> web.Response:
    query = parse_query(request, RecentCalls)
    return render({"calls": await request.app[CONTEXT].reads.recent_calls(limit=query.limit)})
