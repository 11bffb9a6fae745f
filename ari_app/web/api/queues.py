"""The queues as they stand, and what a supervisor changes while the service runs."""

from aiohttp import web

from ari_app.core.desk_events import WrapUpChanged
from ari_app.core.values import QueueName
from ari_app.web.context import CONTEXT, ask, parse, render
from ari_app.web.models import WrapUpLength


async def live(request: web.Request) -> web.Response:
    return render({"queues": request.app[CONTEXT].ask.queues()})


async def wrap_up(request: web.Request) -> web.Response:
    """Of the queue in the path, or of every queue."""
    body = await parse(request, WrapUpLength)
    name = request.match_info.get("queue")
    await ask(request, WrapUpChanged(QueueName(name) if name else None, body.wrap_up_s))
    return render({"queue": name, "wrap_up_s": body.wrap_up_s})
