"""What leaves for the city's ticket system: how much waits, what was refused, once more."""

from aiohttp import web

from ari_app.web.context import CONTEXT, parse, parse_query, render
from ari_app.web.delivery_models import Backlog, Retry
from ari_app.web.problems import Problem


async def backlog(request: web.Request) -> web.Response:
    query = parse_query(request, Backlog)
    return render(await request.app[CONTEXT].deliveries.shown(query.limit))


async def retry(request: web.Request) -> web.Response:
    body = await parse(request, Retry)
    found = await request.app[CONTEXT].deliveries.retry(body.number)
    if body.number is not None and not any(found.values()):
        raise Problem(404, "no_such_event", f"没有编号为 {body.number} 的未送达事件。")
    return render(found)
