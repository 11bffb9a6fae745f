"""The ticket skeletons that calls and other channels left behind."""

from aiohttp import web

from ari_app.core.phone_number import one_form
from ari_app.tickets.masking import for_reader
from ari_app.web.api.ticket_work import editor
from ari_app.web.context import CONTEXT, parse_query, render
from ari_app.web.models import RecentTickets


async def tickets(request: web.Request) -> web.Response:
    query = parse_query(request, RecentTickets)
    reads, me = request.app[CONTEXT].reads, editor(request)
    caller = None if query.caller is None else one_form(query.caller)
    rows = await reads.recent_tickets(limit=query.limit, caller=caller)
    shown = [
        for_reader(row, is_concerned=me.is_supervisor or row.get("agent_id") == me.who)
        for row in rows
    ]
    return render({"tickets": shown})
