"""What an agent asks for, and who is where."""

from aiohttp import web

from ari_app.core.desk_events import AgentAskedPause, AgentAskedReady, AgentFinishedWrapUp
from ari_app.web.context import CONTEXT, ME, ask, own_state, parse, render
from ari_app.web.models import NotReady


async def ready(request: web.Request) -> web.Response:
    await ask(request, AgentAskedReady(request[ME].agent))
    return render(own_state(request))


async def not_ready(request: web.Request) -> web.Response:
    body = await parse(request, NotReady)
    await ask(request, AgentAskedPause(request[ME].agent, body.reason))
    return render(own_state(request))


async def wrap_up_done(request: web.Request) -> web.Response:
    await ask(request, AgentFinishedWrapUp(request[ME].agent))
    return render(own_state(request))


async def agent(request: web.Request) -> web.Response:
    return render(own_state(request))


async def agents(request: web.Request) -> web.Response:
    return render({"agents": request.app[CONTEXT].ask.agents()})
