"""What an agent types beside a call, the ticket in hand, and the agent's own calls."""

from aiohttp import web

from ari_app.tickets import words
from ari_app.web import draft_models as m
from ari_app.web.api.ticket_work import editor
from ari_app.web.context import CONTEXT, ME, parse, parse_query, render


async def draft(request: web.Request) -> web.Response:
    desk = request.app[CONTEXT].tickets
    return render(await desk.draft(request.match_info["ticket_id"], editor(request)))


async def keep(request: web.Request) -> web.Response:
    body = await parse(request, m.KeepDraft)
    ticket_id, desk = request.match_info["ticket_id"], request.app[CONTEXT].tickets
    return render(
        await desk.keep_draft(ticket_id, body.seen, body.tab, body.fields, editor(request))
    )


async def in_hand(request: web.Request) -> web.Response:
    return render(await request.app[CONTEXT].tickets.in_hand(editor(request)))


async def own_calls(request: web.Request) -> web.Response:
    query = parse_query(request, m.OwnCallsQuery)
    rows = await request.app[CONTEXT].tickets.served_by(request[ME].agent, query.limit)
    return render({"calls": rows})


async def directory(request: web.Request) -> web.Response:
    lists: dict[str, object] = {
        "case_types": words.CASE_TYPES,
        "urgencies": words.URGENCIES,
        "dispositions": words.DISPOSITIONS,
        "needs_supervisor": words.NEEDS_SUPERVISOR,
    }
    return render({**request.app[CONTEXT].ask.directory(), **lists})
