"""Agents' work: wrap-up lengths, forced states, hand-over of a shift, surge mode."""

from aiohttp import web

from ari_app.core.desk_events import (
    AgentAskedMoreWrapUp,
    AgentForced,
    AgentHandedOver,
    AgentWrapUpChanged,
    SurgeChanged,
)
from ari_app.core.values import AgentId
from ari_app.web.context import CONTEXT, ME, ask, own_state, parse, render
from ari_app.web.problems import Problem
from ari_app.web.staffing_models import AgentWrapUp, ForcedState, HandOver, SurgeOn


def _agent(request: web.Request) -> AgentId:
    return AgentId(request.match_info["agent_id"])


def _row(request: web.Request) -> web.Response:
    row = request.app[CONTEXT].ask.agent(_agent(request))
    if row is None:
        raise Problem(404, "no_such_agent", "没有这个工号；它可能已从 agents.yaml 中删除。")
    return render(row)


async def more_wrap_up(request: web.Request) -> web.Response:
    await ask(request, AgentAskedMoreWrapUp(request[ME].agent))
    return render(own_state(request))


async def wrap_ups(request: web.Request) -> web.Response:
    return render(request.app[CONTEXT].ask.wrap_ups())


async def agent_wrap_up(request: web.Request) -> web.Response:
    body, agent = await parse(request, AgentWrapUp), _agent(request)
    await ask(request, AgentWrapUpChanged(agent, body.wrap_up_s))
    return render({"agent": agent, "wrap_up_s": body.wrap_up_s})


async def force(request: web.Request) -> web.Response:
    body, by = await parse(request, ForcedState), request[ME].agent
    await ask(request, AgentForced(_agent(request), body.state, body.reason, by))
    return _row(request)


async def hand_over(request: web.Request) -> web.Response:
    body = await parse(request, HandOver)
    await ask(request, AgentHandedOver(request[ME].agent, AgentId(body.to)))
    return render(own_state(request))


async def relieve(request: web.Request) -> web.Response:
    """A supervisor lets somebody take this agent's seat."""
    body = await parse(request, HandOver)
    await ask(request, AgentHandedOver(_agent(request), AgentId(body.to)))
    return _row(request)


async def surge(request: web.Request) -> web.Response:
    return render(request.app[CONTEXT].ask.surge())


async def surge_on(request: web.Request) -> web.Response:
    body = await parse(request, SurgeOn)
    await ask(request, SurgeChanged(body.mode, body.until, request[ME].agent))
    return render(request.app[CONTEXT].ask.surge())


async def surge_off(request: web.Request) -> web.Response:
    await ask(request, SurgeChanged(None, None, request[ME].agent))
    return render(request.app[CONTEXT].ask.surge())


async def staffing(request: web.Request) -> web.Response:
    return render(request.app[CONTEXT].ask.staffing())
