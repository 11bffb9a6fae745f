"""Calls: what an agent does with one, the live ones, the past ones."""

from aiohttp import web

from ari_app.core.desk_events import AgentAccepted, AgentDeclined, AgentHungUp
from ari_app.core.records import Json
from ari_app.core.values import CallId
from ari_app.tickets.masking import mask_number
from ari_app.web.api.floor import SEES_NUMBERS
from ari_app.web.auth import Me
from ari_app.web.context import CONTEXT, ME, ask, own_state, parse_query, render
from ari_app.web.models import RecentCalls
from ari_app.web.ports import Row


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
    me = request[ME]
    rows = request.app[CONTEXT].ask.calls()
    return render({"calls": [_without_caller(row, me, row["agent"]) for row in rows]})


async def recent(request: web.Request) -> web.Response:
    query, me = parse_query(request, RecentCalls), request[ME]
    rows = await request.app[CONTEXT].reads.recent_calls(limit=query.limit)
    return render({"calls": [_without_caller(row, me, row.pop("agent")) for row in rows]})


def _without_caller(row: Row, me: Me, whose: Json) -> Row:
    """An agent sees who calls in the own call; nobody's talk concerns another agent. Quality and
    auditors look at what staff did, not at citizens."""
    if me.role in SEES_NUMBERS or whose == me.agent:
        return row
    return {**row, "caller": mask_number(str(row["caller"]))}
