"""The ticket skeletons that calls left behind."""

from aiohttp import web

from ari_app.web.context import CONTEXT, parse_query, render
from ari_app.web.models import RecentTickets
from ari_app.web.problems import Problem


async def tickets(request: web.Request) -> web.Response:
    query = parse_query(request, RecentTickets)
    reads = request.app[CONTEXT].reads
    return render({"tickets": await reads.recent_tickets(limit=query.limit, caller=query.caller)})


async def ticket(request: web.Request) -> web.Response:
    found = await request.app[CONTEXT].reads.find_ticket(request.match_info["ticket_id"])
    if found is None:
        raise Problem(404, "no_such_ticket", "没有这个工单，请检查工单号。")
    return render(found)
